//! Kotlin on a desktop. Its compiler is large and slow: `cargo xtask prove bindings` gets it and runs these.

use crate::workshop::{Workshop, repository, run};
use chatlink_tests::Server;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "wants Kotlin's compiler: cargo xtask prove bindings"]
async fn two_people_in_kotlin_register_match_and_talk() {
    let said = kotlin("TwoPeople").await;
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "wants Kotlin's compiler: cargo xtask prove bindings"]
async fn ten_thousand_calls_from_kotlin_leave_nothing() {
    let said = kotlin("Stress").await;
    println!("{said}");
    assert_eq!(said.lines().last(), Some("nothing is left"), "{said}");
}

/// Compiles one of the programs with the bindings and runs it against a server of its own.
async fn kotlin(program: &str) -> String {
    let (server, workshop) = (Server::start().await, Workshop::of("kotlin").await);
    let mut script = Command::new("sh");
    script.arg(repository().join("bindings/kotlin/run.sh")).arg(program).arg(workshop.path());
    script.arg(format!("http://{}", server.address()));
    run(script).await
}
