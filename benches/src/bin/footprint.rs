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

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const LOGINS: u32 = 100;
const STARTS: usize = 5;

fn main() {
    let wait = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(60);
    let folder = tempfile::tempdir().unwrap();
    drop(Server::start(folder.path()));

    let mut starts: Vec<_> = (0..STARTS).map(|_| Server::start(folder.path()).answered).collect();
    starts.sort_unstable();
    println!(
        "start to first answer, existing database, {STARTS} starts: {:?} to {:?} (aim 150 ms)",
        starts[0], starts[4]
    );

    let server = Server::start(folder.path());
    std::thread::sleep(Duration::from_secs(wait));
    println!("resident memory {wait} s after the start: {:.1} MiB (aim 60)", server.resident());
    let mut hashed = 0;
    for login in 0..LOGINS {
        hashed += u32::from(server.log_in(login) == 401);
    }
    println!("the same after {LOGINS} logins ({hashed} hashed): {:.1} MiB (aim 60)", server.resident());
}

/// A server of our own; ended with the value.
struct Server {
    process: Child,
    address: String,
    answered: Duration,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let start = Instant::now();
        let mut process = Command::new(std::env::current_exe().unwrap().with_file_name("chatlink"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            // So that a hundred logins in a row from one address are compared, not refused.
            .env("CHATLINK_LIMIT_FAILURES_HOUR", "1000")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said = lines.map_while(Result::ok).find(|line| line.contains("listening on")).unwrap();
        let address = said.rsplit("http://").next().unwrap().trim().to_owned();
        let mut server = Self { process, address, answered: Duration::ZERO };
        assert_eq!(server.ask("GET /readyz", ""), 200);
        server.answered = start.elapsed();
        server
    }

    /// The status of an answer.
    fn ask(&self, call: &str, body: &str) -> u16 {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let address = &self.address;
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
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
