//! The bot of `examples/grpc-bot`, as it stands there: Python's own gRPC against the real server.

use crate::workshop::{repository, run};
use chatlink_protocol::RoomId;
use chatlink_tests::{Launch, Person, Server, chatlink, direct_room, eventually, fresh_id, tool, within};
use serde_json::{Value, json};
use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::Stdio,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// How long the bot may take to come, at first or again: it waits between two tries.
const COMES: std::time::Duration = std::time::Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_answers_and_misses_nothing_when_the_server_goes() {
    let grpc = free();
    let mut server = Server::launch(Launch::unlimited().set("CHATLINK_GRPC_LISTEN", &grpc.to_string())).await;
    let (anna, echo) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "echo"));
    let mut bot = Bot::start(grpc, &credentials(&server).await).await;
    bot.listens().await;
    // It is written to for the first time: it accepts, and answers.
    let room = direct_room(&anna, &echo).await;
    let first = say(&anna, room, "¡Hola, bot!").await;
    answered(&anna, &echo, room, &[(&first, "¡Hola, bot!")]).await;
    // Its stream ends in the middle of things.
    server.kill().await;
    server.restart().await;
    let second = say(&anna, room, "Are you there?").await;
    bot.listens().await;
    let third = say(&anna, room, "Once each!").await;
    let all = [(&*first, "¡Hola, bot!"), (&*second, "Are you there?"), (&*third, "Once each!")];
    answered(&anna, &echo, room, &all).await;
}

/// How the bot logs in: by a service token, made as its README says. All that the test knows of it stands here.
async fn credentials(server: &Server) -> [(&'static str, String); 1] {
    let mut create = chatlink();
    create.args(["tokens", "create", "--name", "echo", "--as-user", "echo", "--expires-in", "90d"]);
    for scope in ["rooms:read", "rooms:write", "timeline:read", "timeline:write"] {
        create.args(["--scope", scope]);
    }
    let token = run(create.env("CHATLINK_DATA_DIR", server.data())).await;
    [("CHATLINK_BOT_TOKEN", token.trim().to_owned())]
}

/// The running program, and the folder of its generated stubs.
struct Bot {
    _child: Child,
    _stubs: TempDir,
    says: Lines<BufReader<ChildStdout>>,
}

impl Bot {
    async fn start(grpc: SocketAddr, credentials: &[(&str, String)]) -> Self {
        let stubs = stubs().await;
        let mut program = python(&stubs);
        program.arg(repository().join("examples/grpc-bot/bot.py")).arg(grpc.to_string());
        program.envs(credentials.iter().map(|(name, value)| (name, value)));
        program.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = program.spawn().expect("the bot starts");
        let says = BufReader::new(child.stdout.take().expect("its stdout")).lines();
        Self { _child: child, _stubs: stubs, says }
    }

    /// Waits until it is connected.
    async fn listens(&mut self) {
        let line = within(COMES, "the bot listens", self.says.next_line()).await.expect("its stdout");
        assert_eq!(line.as_deref(), Some("listening"), "the bot ended");
    }
}

/// Makes the modules of the protos, as the example's README does.
async fn stubs() -> TempDir {
    let (home, protos) =
        (tempfile::tempdir().expect("a folder for the stubs"), repository().join("chatlink-grpc/proto"));
    let files = std::fs::read_dir(protos.join("chatlink/v1")).expect("the protos");
    let mut generator = python(&home);
    generator.args(["-m", "grpc_tools.protoc", "-I"]).arg(&protos);
    for option in ["--python_out", "--grpc_python_out"] {
        generator.arg(option).arg(home.path());
    }
    generator.args(files.map(|file| file.expect("a proto").path()));
    run(&mut generator).await;
    home
}

/// Python with its gRPC and the stubs.
fn python(stubs: &TempDir) -> Command {
    let mut program = Command::new(tool("CHATLINK_TEST_PYTHON", "python3"));
    let folders = std::env::join_paths([stubs.path(), &*packages()]).expect("two folders");
    program.env("PYTHONPATH", folders).env("PYTHONDONTWRITEBYTECODE", "1");
    program
}

/// Where `cargo xtask test` put Python's gRPC.
fn packages() -> PathBuf {
    let named = std::env::var_os("CHATLINK_TEST_GRPCIO").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| crate::workshop::tools().join("grpcio"));
    assert!(
        folder.join("grpc").is_dir() && folder.join("grpc_tools").is_dir(),
        "Python's gRPC is not in {}: `cargo xtask packages` gets it, or set CHATLINK_TEST_GRPCIO to the folder of \
         `python3 -m pip install --target FOLDER -r examples/grpc-bot/requirements.txt`",
        folder.display()
    );
    folder
}

/// A port that nobody has now.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

/// Sends a message; its id.
async fn say(from: &Person, room: RoomId, text: &str) -> String {
    let path = format!("/v1/rooms/{room}/messages");
    let ack = from.api.post(&path, json!({ "client_id": fresh_id(), "text": text })).await.is(201);
    ack["id"].as_str().expect("an id").to_owned()
}

/// Waits until as many messages of the bot are there, and wants each to answer its own.
async fn answered(reader: &Person, bot: &Person, room: RoomId, said: &[(&str, &str)]) {
    let path = format!("/v1/rooms/{room}/timeline");
    let answers = eventually("the bot's answers", || async {
        let page = reader.api.get(&path).await.is(200);
        let items = page["items"].as_array().expect("items").iter();
        let of_bot = items.filter(|item| item["sender_id"] == json!(bot.id) && item["kind"] == "message");
        let answers: Vec<(String, String)> = of_bot.map(|item| (text(item, "reply_to"), text(item, "text"))).collect();
        (answers.len() >= said.len()).then_some(answers)
    });
    let mut answers = answers.await;
    let mut wanted: Vec<_> = said.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    answers.sort();
    wanted.sort();
    assert_eq!(answers, wanted);
}

fn text(item: &Value, member: &str) -> String {
    item["body"][member].as_str().unwrap_or_default().to_owned()
}
