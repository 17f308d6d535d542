//! A throwaway Redis server for tests: a folder of its own, a free port of 127.0.0.1, and an end. std only. It starts in
//! less than a tenth of a second, so that each test has its own, and may do to it what it likes.
//!
//! It ends when it is dropped, and also when the process that started it ends in any way: a shell waits for the end of a
//! pipe that the process holds, and then kills the server.
#![allow(dead_code, reason = "not every user of this file does everything")]

use std::{
    fs, io,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// The variable that names the program.
pub(crate) const PROGRAM: &str = "CHATLINK_TEST_REDIS_SERVER";

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// Says the server's number, then waits for the end of the pipe. The rest of the line is the server.
const WARDEN: &str = r#""$@" >/dev/null 2>&1 </dev/null & server=$!
echo "$server"
while read -r _; do :; done
kill -9 "$server" 2>/dev/null"#;

/// A server. Dropping it kills it and removes its folder.
#[derive(Debug)]
pub(crate) struct Server {
    folder: PathBuf,
    port: u16,
    options: Vec<String>,
    /// The shell that waits, and the server's number.
    running: Option<(Child, u32)>,
}

impl Server {
    /// Starts one, with more options: `["--requirepass", "x"]`.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub(crate) fn start(options: &[&str]) -> Result<Self, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("chatlink-redis-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).map_err(|error| format!("no folder for a Redis server: {error}"))?;
        let port = free_port().map_err(|error| format!("no free port for a Redis server: {error}"))?;
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut server = Self { folder, port, options, running: None };
        server.run()?;
        Ok(server)
    }

    /// Starts it after [`kill`](Self::kill), on the same port.
    ///
    /// # Errors
    /// It does not start.
    pub(crate) fn run(&mut self) -> Result<(), String> {
        let program = std::env::var_os(PROGRAM).map_or_else(|| PathBuf::from("redis-server"), PathBuf::from);
        let mut command = Command::new("sh");
        command.arg("-c").arg(WARDEN).arg("warden").arg(&program);
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.arg("--dir").arg(&self.folder).args(&self.options);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut warden = command.spawn().map_err(|error| format!("no warden for a Redis server: {error}"))?;
        let mut line = String::new();
        let said = warden.stdout.as_mut().map(|said| BufReader::new(said).read_line(&mut line));
        let number = said.and_then(Result::ok).and_then(|_| line.trim().parse().ok());
        self.running = Some((warden, number.ok_or("the warden of a Redis server said nothing")?));
        let begin = Instant::now();
        while !self.answers() {
            if begin.elapsed() > PATIENCE {
                return Err(format!(
                    "{} does not start: Redis 7 is needed to test what carries news between nodes: install it \
                     (apt-get install redis-server), or name it in {PROGRAM}",
                    program.display()
                ));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The number of its process, while it runs.
    pub(crate) fn process(&self) -> Option<u32> {
        self.running.as_ref().map(|(_, number)| *number)
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some((mut warden, _)) = self.running.take() {
            drop(warden.stdin.take());
            let _ = warden.wait();
        }
    }

    /// Lets it stand still, as if it had hung, or go on.
    pub(crate) fn freeze(&self, still: bool) {
        if let Some((_, number)) = &self.running {
            let signal = if still { "-STOP" } else { "-CONT" };
            let _ = Command::new("kill").arg(signal).arg(number.to_string()).status();
        }
    }

    fn answers(&self) -> bool {
        let asked = || -> io::Result<bool> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.write_all(b"PING\r\n")?;
            let mut answer = [0; 1];
            stream.read_exact(&mut answer)?;
            // Also a refusal is an answer: it may want a password.
            Ok(matches!(answer[0], b'+' | b'-'))
        };
        asked().unwrap_or(false)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> io::Result<u16> {
    // A cluster's own port is 10,000 higher.
    loop {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        if port < 55_000 {
            return Ok(port);
        }
    }
}

/// The folder of a server, for what is put beside it.
pub(crate) fn folder(server: &Server) -> &Path {
    &server.folder
}
