//! The server under test: the real binary, a folder of its own, a free port.

use crate::{Api, PATIENCE, Recorder, eventually, within};
use std::{
    collections::VecDeque,
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// Lines of the server's log that are kept for a failure.
const KEPT: usize = 80;

/// A running `chatlink serve`. Dropping it kills it; when the test panics, its last log lines are shown.
pub struct Server {
    child: Child,
    address: SocketAddr,
    home: Arc<TempDir>,
    launch: Launch,
    said: Arc<Mutex<VecDeque<String>>>,
    recorder: Recorder,
}

/// How a server is started: its settings, and a program that it runs under.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    settings: Vec<(String, String)>,
    under: Vec<OsString>,
    /// Another binary than the one that was built.
    binary: Option<PathBuf>,
}

impl Launch {
    /// Rates of conversation off: for tests that are about something else.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::default().set("CHATLINK_LIMITS", "off").set("CHATLINK_LIMIT_STARTS_HOUR", "10000").with_previews()
    }

    /// With previews of links, also to this machine.
    #[must_use]
    pub fn with_previews(self) -> Self {
        self.set("CHATLINK_LINK_PREVIEWS", "true").set("CHATLINK_PREVIEW_NETWORKS", "127.0.0.0/8")
    }

    /// With this environment variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// By the release before this one.
    #[must_use]
    pub fn previous(mut self) -> Self {
        self.binary = Some(previous());
        self
    }

    /// As the child of this program, which must make the server its own process's child.
    #[must_use]
    pub fn under(mut self, words: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.under = words.into_iter().map(Into::into).collect();
        self
    }
}

impl Server {
    /// A fresh server without rates of conversation.
    pub async fn start() -> Self {
        Self::launch(Launch::unlimited()).await
    }

    /// A fresh server.
    pub async fn launch(launch: Launch) -> Self {
        let home = Arc::new(tempfile::tempdir().expect("a folder for the server"));
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let said = Arc::default();
        let (child, address) = spawn(&launch, home.path(), any, &said).await;
        Self { child, address, home, launch, said, recorder: Recorder::default() }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        data(self.home.path())
    }

    /// What all its [`Api`]s were answered.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// A caller who is not logged in.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::new(self.address, self.recorder.clone())
    }

    /// Ends it as a power cut ends a process: at once, nothing finished, nothing said.
    pub async fn kill(&mut self) {
        self.strike();
        self.child.wait().await.expect("the killed server is gone");
    }

    /// As [`kill`](Self::kill), without waiting for its end: the signal is on its way when this returns.
    pub fn strike(&mut self) {
        self.child.start_kill().expect("kill -9");
    }

    /// Starts it again after its end: same port, same folder. Answers how long it took until it listened.
    pub async fn restart(&mut self) -> Duration {
        self.child.wait().await.expect("the server is gone");
        let begin = Instant::now();
        let (child, address) = spawn(&self.launch, self.home.path(), self.address, &self.said).await;
        assert_eq!(address, self.address);
        self.child = child;
        begin.elapsed()
    }

    /// As [`restart`](Self::restart), with other settings.
    pub async fn restart_as(&mut self, launch: Launch) -> Duration {
        self.launch = launch;
        self.restart().await
    }

    /// Asks it to end (SIGTERM) and answers how it did and how long that took.
    pub async fn terminate(&mut self) -> (ExitStatus, Duration) {
        let pid = self.pid();
        let begin = Instant::now();
        // The shell's own kill: there on every Unix.
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status().await.expect("sh");
        assert!(sent.success(), "SIGTERM was not sent");
        let status = within(PATIENCE, "the server's end after SIGTERM", self.child.wait()).await;
        (status.expect("its exit status"), begin.elapsed())
    }

    /// Waits until it ends by itself, and answers how.
    pub async fn ended(&mut self) -> ExitStatus {
        within(PATIENCE, "the server's own end", self.child.wait()).await.expect("its exit status")
    }

    /// Waits until it logs these words.
    pub async fn says(&self, words: &str) {
        eventually(&format!("the server says {words:?}"), || async {
            let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.iter().any(|line| line.contains(words)).then_some(())
        })
        .await;
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the server runs")
    }

    /// The memory that it holds, in bytes.
    pub async fn resident(&self) -> u64 {
        let pid = self.pid();
        let kib = match std::fs::read_to_string(format!("/proc/{pid}/status")) {
            Ok(status) => status.lines().find_map(|line| line.strip_prefix("VmRSS:")).map(str::to_owned),
            Err(_) => {
                let ps = Command::new("ps").args(["-o", "rss=", "-p", &pid.to_string()]).output().await;
                Some(String::from_utf8_lossy(&ps.expect("ps").stdout).into_owned())
            }
        };
        let kib = kib.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.expect("the server's memory") * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.iter().for_each(|line| eprintln!("server | {line}"));
        }
    }
}

/// The program, to be called in other ways than to serve.
#[must_use]
pub fn chatlink() -> Command {
    without_settings(Command::new(binary()))
}

/// The machine's own settings are not the test's.
fn without_settings(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHATLINK_")) {
        command.env_remove(name);
    }
    command
}

async fn spawn(
    launch: &Launch,
    home: &Path,
    listen: SocketAddr,
    said: &Arc<Mutex<VecDeque<String>>>,
) -> (Child, SocketAddr) {
    let mut words = launch.under.iter().cloned().chain([launch.binary.clone().unwrap_or_else(binary).into_os_string()]);
    let mut command = without_settings(Command::new(words.next().expect("a program")));
    command.args(words).arg("serve").arg("--listen").arg(listen.to_string());
    command.env("CHATLINK_DATA_DIR", data(home)).env("RUST_BACKTRACE", "1");
    command.envs(launch.settings.iter().map(|(name, value)| (name, value)));
    command.current_dir(home).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("the server starts");
    listen_to(&mut child, said);
    let stdout = child.stdout.take().expect("its stdout");
    let mut lines = BufReader::new(stdout).lines();
    let first = within(PATIENCE, "the server's line `listening on …`", lines.next_line()).await;
    let Some(line) = first.expect("its stdout") else {
        let status = child.wait().await;
        let said = said.lock().unwrap_or_else(PoisonError::into_inner);
        panic!("the server ended before it listened ({status:?}):\n{}", Vec::from_iter(said.iter().cloned()).join("\n"))
    };
    let address = line.strip_prefix("listening on http://").and_then(|address| address.parse().ok());
    let address = address.unwrap_or_else(|| panic!("not the line that tells the address: {line:?}"));
    // One line is all that it says there; more would be a surprise for whoever parses it.
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            eprintln!("the server said more on stdout: {line}");
        }
    });
    (child, address)
}

/// Keeps the end of what it logs.
fn listen_to(child: &mut Child, said: &Arc<Mutex<VecDeque<String>>>) {
    let stderr = child.stderr.take().expect("its stderr");
    let said = said.clone();
    tokio::spawn(async move {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.len() == KEPT {
                said.pop_front();
            }
            said.push_back(line);
        }
    });
}

fn data(home: &Path) -> PathBuf {
    home.join("data")
}

/// The binary: what `CHATLINK_TEST_SERVER` names, else the one that cargo put beside this test.
fn binary() -> PathBuf {
    let path = std::env::var_os("CHATLINK_TEST_SERVER").map(PathBuf::from).unwrap_or_else(|| {
        let test = std::env::current_exe().expect("this test's own path");
        // target/PROFILE/deps/TEST
        let profile = test.parent().and_then(Path::parent).expect("target/PROFILE");
        profile.join(format!("chatlink{}", std::env::consts::EXE_SUFFIX))
    });
    assert!(
        path.is_file(),
        "the server is not at {}: type `cargo build -p chatlink-server`, or set CHATLINK_TEST_SERVER",
        path.display()
    );
    path
}

/// The server of the release before, which `CHATLINK_TEST_PREVIOUS` names.
fn previous() -> PathBuf {
    let named = std::env::var_os("CHATLINK_TEST_PREVIOUS").map(PathBuf::from);
    named.expect("the server of the release before: type `cargo xtask previous`, and set CHATLINK_TEST_PREVIOUS")
}
