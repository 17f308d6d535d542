//! What a server costs that does nothing: resident memory 60 s after its start and after 100 logins,
//! and how long a start takes until the first request is answered, on a database that is there.
//!
//! `cargo build --release --workspace --bins && target/release/footprint [seconds]`
//!
//! It starts the `chatlink` beside it, on a loopback port and a folder of its own. Linux only:
//! memory is `VmRSS` of `/proc`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on"
)]

use chatlink_benches::server::Server;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

const LOGINS: u32 = 100;
const STARTS: usize = 5;

fn main() {
    let wait = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(60);
    let folder = tempfile::tempdir().unwrap();
    drop(Watched::start(folder.path()));

    let mut starts: Vec<_> = (0..STARTS).map(|_| Watched::start(folder.path()).answered).collect();
    starts.sort_unstable();
    println!(
        "start to first answer, existing database, {STARTS} starts: {:?} to {:?} (aim 150 ms)",
        starts[0], starts[4]
    );

    let server = Watched::start(folder.path());
    std::thread::sleep(Duration::from_secs(wait));
    println!("resident memory {wait} s after the start: {:.1} MiB (aim 60)", server.resident());
    let mut hashed = 0;
    for login in 0..LOGINS {
        hashed += u32::from(server.log_in(login) == 401);
    }
    println!("the same after {LOGINS} logins ({hashed} hashed): {:.1} MiB (aim 60)", server.resident());
}

/// A server, and how long it took until it answered.
struct Watched {
    server: Server,
    answered: Duration,
}

impl Watched {
    fn start(folder: &Path) -> Self {
        let start = Instant::now();
        // So that a hundred logins in a row from one address are compared, not refused.
        let server = Server::start(folder, &[("CHATLINK_LIMIT_FAILURES_HOUR", "1000".to_owned())]);
        let mut watched = Self { server, answered: Duration::ZERO };
        assert_eq!(watched.ask("GET /readyz", ""), 200);
        watched.answered = start.elapsed();
        watched
    }

    /// The status of an answer.
    fn ask(&self, call: &str, body: &str) -> u16 {
        let mut stream = TcpStream::connect(self.server.address()).unwrap();
        let address = self.server.address();
        let length = body.len();
        write!(
            stream,
            "{call} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn log_in(&self, login: u32) -> u16 {
        let body = format!(r#"{{"login":"nobody{login}","password":"a password that nobody has"}}"#);
        self.ask("POST /v1/sessions", &body)
    }

    /// In MiB.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.process())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}
