//! The bindings, by a program in Python that does what a story asks.

use crate::{
    edge::{BORN, COUNTRY, Edge, Form, LEVEL, Person, Refused, Registering},
    workshop::{Workshop, repository},
    world::{PATIENCE, World},
};
use async_trait::async_trait;
use chatlink_protocol::{EventId, RoomId, UserId};
use chatlink_tests::tool;
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::Mutex,
    time::timeout,
};

/// Calls the bindings.
pub(crate) struct OverBindings(Driver);

/// The program, one question after the other.
#[derive(Clone)]
struct Driver(Arc<Mutex<Program>>);

struct Program {
    _child: Child,
    _workshop: Workshop,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

struct Attempt(Driver, u64);

struct Member {
    driver: Driver,
    name: u64,
    id: UserId,
}

/// The number of the edge among the program's things.
const EDGE: u64 = 0;

impl OverBindings {
    pub(crate) async fn of(world: &World) -> Self {
        let workshop = Workshop::of("python").await;
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/driver.py");
        let folders = [workshop.path(), &repository().join("bindings/python")];
        let mut program = Command::new(tool("CHATLINK_TEST_PYTHON", "python3"));
        program.arg(here).arg(format!("http://{}", world.http));
        let folders = std::env::join_paths(folders).expect("two folders");
        program.env("PYTHONPATH", folders).env("PYTHONDONTWRITEBYTECODE", "1");
        let mut child =
            program.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("python");
        let asks = child.stdin.take().expect("its stdin");
        let answers = BufReader::new(child.stdout.take().expect("its stdout")).lines();
        Self(Driver(Arc::new(Mutex::new(Program { _child: child, _workshop: workshop, asks, answers }))))
    }
}

impl Driver {
    /// Asks one of the program's things to do something.
    async fn ask(&self, of: u64, what: &str, with: Value) -> Result<Value, Refused> {
        let mut program = self.0.lock().await;
        let line = format!("{}\n", json!({ "of": of, "do": what, "with": with }));
        program.asks.write_all(line.as_bytes()).await.expect("the program listens");
        let answer = timeout(PATIENCE, program.answers.next_line()).await.expect("an answer in time");
        let answer = answer.expect("its stdout").unwrap_or_else(|| panic!("the program ended at {what}"));
        let answer: Value = serde_json::from_str(&answer).expect("an answer");
        let Some(refused) = answer.get("refused") else { return Ok(answer["ok"].clone()) };
        let fields = refused["fields"].as_array().expect("fields").iter();
        Err(Refused {
            code: refused["code"].as_str().expect("a code").to_owned(),
            fields: fields.map(|field| field.as_str().expect("a field").to_owned()).collect(),
            tries_left: refused["tries_left"].as_u64().map(|left| u8::try_from(left).expect("few tries")),
        })
    }

    async fn member(&self, name: Value) -> Box<dyn Person> {
        let name = name.as_u64().expect("a number");
        let id = self.ask(name, "id", json!([])).await.expect("an id");
        Box::new(Member { driver: self.clone(), name, id: id.as_str().and_then(|id| id.parse().ok()).expect("an id") })
    }
}

#[async_trait]
impl Edge for OverBindings {
    async fn register(&self, contact: &str) -> Result<Box<dyn Registering>, Refused> {
        let name = self.0.ask(EDGE, "register", json!([contact])).await?;
        Ok(Box::new(Attempt(self.0.clone(), name.as_u64().expect("a number"))))
    }

    async fn log_in(&self, login: &str, password: &str) -> Result<Box<dyn Person>, Refused> {
        let name = self.0.ask(EDGE, "log_in", json!([login, password])).await?;
        Ok(self.0.member(name).await)
    }
}

#[async_trait]
impl Registering for Attempt {
    async fn verify(&mut self, code: &str) -> Result<(), Refused> {
        self.0.ask(self.1, "verify", json!([code])).await.map(|_| ())
    }

    async fn complete(&mut self, form: &Form) -> Result<Box<dyn Person>, Refused> {
        let Form { username, password, native, learns } = form;
        let form = json!([username, password, native, learns, BORN, COUNTRY, LEVEL]);
        let name = self.0.ask(self.1, "complete", form).await?;
        Ok(self.0.member(name).await)
    }
}

impl Member {
    async fn ask(&self, what: &str, with: Value) -> Result<Value, Refused> {
        self.driver.ask(self.name, what, with).await
    }
}

#[async_trait]
impl Person for Member {
    fn id(&self) -> UserId {
        self.id
    }

    async fn finds(&mut self) -> Result<Vec<UserId>, Refused> {
        let found = self.ask("finds", json!([])).await?;
        Ok(serde_json::from_value(found).expect("ids"))
    }

    async fn open(&mut self, other: UserId) -> Result<RoomId, Refused> {
        let room = self.ask("open", json!([other])).await?;
        Ok(serde_json::from_value(room).expect("an id"))
    }

    async fn say(&mut self, room: RoomId, text: &str) -> Result<(), Refused> {
        self.ask("say", json!([room, text])).await.map(|_| ())
    }

    async fn edit(&mut self, room: RoomId, message: EventId, text: &str) -> Result<(), Refused> {
        self.ask("edit", json!([room, message, text])).await.map(|_| ())
    }

    async fn hears(&mut self, room: RoomId, count: usize) -> Vec<String> {
        let texts = self.ask("hears", json!([room, count])).await.expect("no refusal");
        serde_json::from_value(texts).expect("texts")
    }

    async fn fall(&mut self) {
        self.ask("fall", json!([])).await.expect("no refusal");
    }

    async fn rise(&mut self) {
        self.ask("rise", json!([])).await.expect("no refusal");
    }

    async fn log_out(&mut self) -> Result<(), Refused> {
        self.ask("log_out", json!([])).await.map(|_| ())
    }
}
