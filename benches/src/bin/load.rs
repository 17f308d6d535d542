//! Drives a real server over WebSocket and writes down what it does: `cargo xtask load`.
//!
//! `load [sqlite] [postgres] [pairs] [room] [crowd] [storm] [idle] [reconnect] [--rounds N] [--secs N] [--to FOLDER]`
//!
//! Each scenario has a server and a database of its own, filled with guests, on loopback; with `postgres` there is Redis
//! besides. The load itself comes from `benches/peers/load`, as that of every other server it is held against. Each result is a
//! line of `FOLDER/load.json`; `FOLDER/load.svg` draws the medians with their least and most. `load chart FILE…` draws files
//! that others wrote, such as those of `benches/peers/all`. `load guests DATABASE_URL FILE PEOPLE PAIRS MEMBERS`, with
//! `CHATLINK_SECRET`, fills a database for a server that is started afterwards, and writes the table of its guests. `load calls
//! DATABASE_URL` prints how many statements its PostgreSQL ran (`pg_stat_statements`): `reconnect` asks before and after.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on"
)]

#[path = "../../../chatlink-store-postgres/tests/support/server.rs"]
#[allow(dead_code, reason = "made for the tests; not all of it is asked for here")]
mod postgres;
#[path = "../../../chatlink-transport-redis/tests/support/server.rs"]
mod redis;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chatlink_benches::{
    chart::{self, Runs},
    guests::Guests,
    server::Server,
};
use chatlink_core::entropy::{OsEntropy, random};
use sqlx::Connection as _;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const STORES: [&str; 2] = ["sqlite", "postgres"];

/// A scenario: its name, that of the load tool, who comes, and how many are in the room.
struct Scenario {
    name: &'static str,
    drives: &'static str,
    people: u32,
    members: u32,
}

const SCENARIOS: [Scenario; 6] = [
    Scenario { name: "pairs", drives: "pairs", people: 400, members: 2 },
    Scenario { name: "room", drives: "room", people: 1_000, members: 1_000 },
    Scenario { name: "crowd", drives: "room", people: 5_000, members: 5_000 },
    Scenario { name: "storm", drives: "storm", people: 5_000, members: 1_000 },
    Scenario { name: "idle", drives: "idle", people: 10_000, members: 1_000 },
    Scenario { name: "reconnect", drives: "reconnect", people: 10_000, members: 1_000 },
];

struct Options {
    words: Vec<String>,
    rounds: u32,
    secs: u32,
    to: PathBuf,
}

#[tokio::main]
async fn main() {
    let options = options();
    if let Some(("chart", files)) = options.words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        let read = |file: &String| std::fs::read_to_string(file).expect("a file of results");
        let lines: String = files.iter().map(read).collect();
        return draw(&options.to, &lines);
    }
    if let Some(("guests", rest)) = options.words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        let [url, file, people, pairs, members] = rest else { panic!("guests DATABASE_URL FILE PEOPLE PAIRS MEMBERS") };
        let [people, pairs, members] = [people, pairs, members].map(|text| text.parse().expect("a number"));
        let secret = std::env::var("CHATLINK_SECRET").expect("CHATLINK_SECRET");
        return std::fs::write(file, Guests { people, pairs, members }.fill(url, &secret).await).unwrap();
    }
    if let Some(("calls", [url])) = options.words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return println!("{}", calls(url).await);
    }
    let named = |name: &str, of: &[&str]| options.words.iter().any(|word| word == name) || !names_one(&options, of);
    let scenarios: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    if let Some(word) =
        options.words.iter().find(|word| !STORES.contains(&word.as_str()) && !scenarios.contains(&word.as_str()))
    {
        panic!("there is no {word}, but {} and {}", STORES.join(", "), scenarios.join(", "));
    }
    std::fs::create_dir_all(&options.to).unwrap();
    let mut lines = String::new();
    for round in 1..=options.rounds {
        for store in STORES.into_iter().filter(|store| named(store, &STORES)) {
            for scenario in SCENARIOS.iter().filter(|scenario| named(scenario.name, &scenarios)) {
                println!("{store}, {}, round {round} of {}", scenario.name, options.rounds);
                lines.push_str(&measure(store, scenario, options.secs).await);
                std::fs::write(options.to.join("load.json"), &lines).unwrap();
            }
        }
    }
    draw(&options.to, &lines);
}

fn options() -> Options {
    let mut options = Options { words: Vec::new(), rounds: 3, secs: 5, to: PathBuf::from("docs/load") };
    let mut arguments = std::env::args().skip(1);
    while let Some(word) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match word.as_str() {
            "--rounds" => options.rounds = value().parse().expect("a number"),
            "--secs" => options.secs = value().parse().expect("a number"),
            "--to" => options.to = PathBuf::from(value()),
            _ => options.words.push(word),
        }
    }
    options
}

fn names_one(options: &Options, of: &[&str]) -> bool {
    options.words.iter().any(|word| of.contains(&word.as_str()))
}

fn draw(to: &Path, lines: &str) {
    std::fs::create_dir_all(to).unwrap();
    let runs = Runs::of(lines);
    std::fs::write(to.join("load.svg"), chart::svg(&runs)).unwrap();
    println!("{}", chart::table(&runs));
    println!("wrote {}", to.display());
}

/// The lines of one scenario on a server of its own.
async fn measure(store: &str, scenario: &Scenario, secs: u32) -> String {
    let folder = tempfile::tempdir().unwrap();
    // The servers live as long as this function.
    let mut database = None;
    let mut broker = None;
    let mut others = Vec::new();
    let mut environment = Vec::new();
    let url = if store == "sqlite" {
        format!("sqlite:{}", folder.path().join("chatlink.db").display())
    } else {
        let server = match scenario.drives {
            "reconnect" => postgres::Server::start_counting(),
            _ => postgres::Server::start(),
        };
        let server = database.insert(server.expect("PostgreSQL"));
        let redis = broker.insert(redis::Server::start(&[]).expect("Redis"));
        others.push(format!("postgres={}", server.process().expect("its number")));
        others.push(format!("redis={}", redis.process().expect("its number")));
        environment.push(("CHATLINK_TRANSPORT_URL", format!("redis://{}", redis.address())));
        format!("{}?sslmode=disable", server.url())
    };
    let secret = STANDARD.encode(random::<32>(&OsEntropy));
    environment.extend([("CHATLINK_DATABASE_URL", url.clone()), ("CHATLINK_SECRET", secret.clone())]);
    let guests = Guests { people: scenario.people.into(), pairs: 200, members: scenario.members.into() };
    let table = folder.path().join("guests");
    std::fs::write(&table, guests.fill(&url, &secret).await).unwrap();
    environment.extend([("CHATLINK_LIMITS", "off".to_owned()), ("CHATLINK_LOG", "warn".to_owned())]);
    let server = Server::start(folder.path(), &environment);
    let port = server.address().rsplit(':').next().unwrap();
    let members = scenario.members.to_string();
    let people = scenario.people.to_string();
    let mut load = Command::new(load_tool());
    load.args(["--peer", &format!("chatlink-{store}"), "--dialect", "chatlink", "--port", port])
        .args(["--proc", &format!("server={}", server.process()), "--secs", &secs.to_string()])
        .args(others.iter().flat_map(|other| ["--proc", other]))
        .args(["--members", &members, "--users", &people, scenario.drives])
        .env("LOAD_GUESTS", &table);
    if database.is_some() && scenario.drives == "reconnect" {
        let me = std::env::current_exe().unwrap();
        load.args(["--count", &format!("'{}' calls '{url}'", me.display())]);
    }
    let output = load.stderr(Stdio::inherit()).output().expect("the load tool");
    assert!(output.status.success(), "the load tool failed");
    // A room of another size is another scenario.
    let name = |line: &str| match scenario.name {
        "crowd" => line.replace("\"scenario\":\"room-", "\"scenario\":\"crowd-"),
        _ => line.to_owned(),
    };
    String::from_utf8_lossy(&output.stdout).lines().map(|line| name(line) + "\n").collect()
}

/// How many statements the server ran, those of this function left out.
async fn calls(url: &str) -> i64 {
    let mut connection = sqlx::PgConnection::connect(url).await.expect("PostgreSQL");
    sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").execute(&mut connection).await.unwrap();
    let counted =
        "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'";
    sqlx::query_scalar(counted).fetch_one(&mut connection).await.unwrap()
}

/// `CHATLINK_LOAD_TOOL`, or the one that `cargo xtask load` built.
fn load_tool() -> PathBuf {
    let built = || std::env::current_exe().unwrap().with_file_name("../peers/release/load");
    std::env::var_os("CHATLINK_LOAD_TOOL").map_or_else(built, PathBuf::from)
}
