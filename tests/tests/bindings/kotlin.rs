//! Kotlin on a desktop. Its compiler takes long: both programs are compiled together, once.

use crate::workshop::{Workshop, repository, run, tools};
use chatlink_tests::Server;
use std::path::PathBuf;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_in_kotlin_talk_and_many_calls_leave_nothing() {
    let workshop = Workshop::of("kotlin").await;
    let said = kotlin(&workshop, "TwoPeople", 0).await;
    let story = [
        "anna finds berta: true",
        "anna: ¡Hola! ¿Hablamos?",
        "berta: Gladly! Shall we begin in English?",
        "berta takes: Gladly! Shall we start in English?",
        "votes: {today=0, tomorrow=1}",
        "in its thread: After lunch.",
        "to read in threads: 1",
        "somebody else is refused: login_wrong",
        "anna is logged out",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), story, "{said}");
    let said = kotlin(&workshop, "Stress", calls()).await;
    println!("{said}");
    assert_eq!(said.lines().last(), Some("nothing is left"), "{said}");
}

/// How many calls: `cargo xtask prove bindings` makes the ten thousand that are promised.
fn calls() -> u32 {
    if std::env::var_os("CHATLINK_PROVE").is_some() { 10_000 } else { 500 }
}

/// Runs one of the programs against a server of its own.
async fn kotlin(workshop: &Workshop, program: &str, calls: u32) -> String {
    let server = Server::start().await;
    let mut script = Command::new("sh");
    script.arg(repository().join("bindings/kotlin/run.sh")).arg(program).arg(workshop.path());
    script.arg(format!("http://{}", server.address())).arg(calls.to_string());
    run(script.env("CHATLINK_KOTLIN", compiler())).await
}

/// Where `cargo xtask test` put Kotlin's compiler.
fn compiler() -> PathBuf {
    let named = std::env::var_os("CHATLINK_KOTLIN").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| tools().join("node_modules/kotlin-compiler/lib"));
    assert!(
        folder.join("kotlin-compiler.jar").is_file(),
        "Kotlin's compiler is not in {}: `cargo xtask packages` gets it, or set CHATLINK_KOTLIN to the folder `lib` of \
         the npm package kotlin-compiler",
        folder.display()
    );
    folder
}
