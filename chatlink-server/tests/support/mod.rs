//! A server process of a test, and the plainest HTTP client: what goes over the wire is in the test.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of its own for a test, empty, removed with it.
pub(crate) struct Folder(PathBuf);

pub(crate) fn folder(name: &str) -> Folder {
    let path = std::env::temp_dir().join(format!("chatlink-server-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder for the test");
    Folder(path)
}

impl Folder {
    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(folder: &Folder, words: &str, flags: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatlink"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CHATLINK_")) {
        command.env_remove(name);
    }
    command.args(words.split(' ')).args(flags).current_dir(&folder.0).envs(variables.iter().copied());
    command
}

/// Runs a command to its end.
pub(crate) fn run(folder: &Folder, words: &str, flags: &[&str], variables: &[(&str, &str)]) -> Output {
    command(folder, words, flags, variables).output().expect("the binary runs")
}

/// A running server, ended with the test.
pub(crate) struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(folder: &Folder, variables: &[(&str, &str)]) -> Self {
        let mut command = command(folder, "serve --listen 127.0.0.1:0", &[], variables);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let address = line.strip_prefix("listening on http://").expect(&line).trim().parse().expect("an address");
        Self { child, out, address }
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("its end");
    }

    /// Asks it to end, and tells how it did and what else it had printed.
    pub(crate) fn terminate(&mut self) -> (ExitStatus, String) {
        self.signal();
        self.end()
    }

    /// Asks it to end.
    pub(crate) fn signal(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("its output");
        (self.child.wait().expect("its end"), rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer, header names in lower case.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    stream
}

pub(crate) fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Answer {
    ask(&mut connect(address), "GET", path, headers)
}

pub(crate) fn ask(stream: &mut TcpStream, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    ask_with(stream, method, path, headers, "")
}

pub(crate) fn ask_with(
    stream: &mut TcpStream,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        request += &format!("host: {}\r\n", stream.peer_addr().expect("a peer"));
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        request += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    request = request + "\r\n" + body;
    stream.write_all(request.as_bytes()).expect("the request goes out");
    answer(&mut BufReader::new(stream))
}

fn answer(reader: &mut BufReader<&mut TcpStream>) -> Answer {
    let mut line = String::new();
    reader.read_line(&mut line).expect("a status line");
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).expect(&line);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    Answer { status, headers, body: String::from_utf8(body).expect("text") }
}

/// A reverse proxy of the common kind: passes on what comes and says for whom.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
}

impl Proxy {
    pub(crate) fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                std::thread::spawn(move || pass(client, server));
            }
        });
        Self { address }
    }
}

fn pass(mut client: TcpStream, server: SocketAddr) {
    let mut head = String::new();
    let mut reader = BufReader::new(client.try_clone().expect("its other end"));
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).expect("a line") == 0 {
            return;
        }
    }
    let head = head.replacen("\r\n\r\n", "\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n", 1);
    let mut upstream = connect(server);
    upstream.write_all(head.as_bytes()).expect("the request goes on");
    std::io::copy(&mut upstream, &mut client).expect("the answer comes back");
}
