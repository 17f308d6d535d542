//! Python.

use crate::workshop::{Workshop, repository, run};
use chatlink_tests::{Server, tool};
use std::path::Path;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_in_python_register_match_and_talk() {
    let server = Server::start().await;
    let script = repository().join("bindings/python/two_people.py");
    let said = python(&script, &server).await;
    let heard: Vec<&str> = said.lines().filter(|line| !line.contains("is refused")).collect();
    let story = [
        "anna finds berta: True",
        "anna: ¡Hola! ¿Hablamos?",
        "berta: Gladly! Shall we begin in English?",
        "berta takes: Gladly! Shall we start in English?",
        "votes: {'today': 0, 'tomorrow': 1}",
        "in its thread: After lunch.",
        "to read in threads: 1",
        "berta's list: anna, When?",
        "anna is logged out",
    ];
    assert_eq!(heard, story, "{said}");
    assert_eq!(said.matches("is refused: invalid, ['password']").count(), 2, "a refusal names its field: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_python_does_badly_ends_nothing() {
    let server = Server::start().await;
    let said = python(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bindings/badly.py")), &server).await;
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains("is refused")).collect();
    let promises = [
        "a wrong code leaves the attempt, with one try fewer",
        "an id that is none is an error of ours",
        "who throws is told the whole list, and others are told as if nothing were",
        "who stopped hears nothing more, even from inside",
        "a call that is given up runs to its end",
        "a session is kept by the store of the app, and found there",
        "a store that throws is a typed error",
        "what failed for want of a line says when to try again",
        "nothing is left",
    ];
    assert_eq!(lines, promises, "{said}");
}

async fn python(script: &Path, server: &Server) -> String {
    let workshop = Workshop::of("python").await;
    let folders = [workshop.path(), &repository().join("bindings/python")];
    let mut program = Command::new(tool("CHATLINK_TEST_PYTHON", "python3"));
    program.arg(script).arg(format!("http://{}", server.address()));
    program.env("PYTHONPATH", std::env::join_paths(folders).expect("two folders")).env("PYTHONDONTWRITEBYTECODE", "1");
    run(&mut program).await
}
