//! A throwaway PostgreSQL server for tests: its own data folder, a free port of 127.0.0.1, and an end. std only, so that
//! the command that runs the tests can start one for all of them.
//!
//! It ends when it is dropped, and also when the process that started it ends in any way, killed or with a static that
//! nobody drops: a shell waits for the end of a pipe that the process holds, and then stops the server.
//!
//! `CHATLINK_TEST_POSTGRES_URL` names a server that is there already; who finds none starts one of his own.

use std::os::unix::process::CommandExt as _;
use std::{
    fmt::Write as _,
    fs, io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// The variable that names a running server: `postgres://chat@127.0.0.1:5432/postgres`.
#[allow(dead_code, reason = "not every user of this file asks for it")]
pub(crate) const URL: &str = "CHATLINK_TEST_POSTGRES_URL";

/// The variable that names the program `initdb`, which the others stand beside.
const INITDB: &str = "CHATLINK_TEST_INITDB";

/// Who the server runs as where the tests run as root, which PostgreSQL refuses to do.
const NOBODY: [&str; 3] = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];

/// A running server. Dropping it stops it and removes its folder.
#[derive(Debug)]
pub(crate) struct Server {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    /// What it is started with.
    options: String,
    /// Waits for the end of this process.
    warden: Option<Child>,
}

/// What the warden does: `$1` the program that stops a server, `$2` its data, `$3` the folder; the rest is how to become
/// nobody.
const WARDEN: &str = r#"stop=$1 data=$2 folder=$3; shift 3
while read -r _; do :; done
"$@" "$stop" -D "$data" -m immediate -w stop
rm -rf "$folder""#;

/// What is written down is for itself alone.
const SINGLE: [&str; 2] = ["wal_level=minimal", "max_wal_senders=0"];

/// As [`SINGLE`], and every statement is counted.
const COUNTING: [&str; 3] = ["wal_level=minimal", "max_wal_senders=0", "shared_preload_libraries=pg_stat_statements"];

impl Server {
    /// Makes a cluster and starts it: about a second.
    ///
    /// # Errors
    /// A sentence that says what is missing, or what the server said.
    pub(crate) fn start() -> Result<Self, String> {
        Self::start_with(&SINGLE, None)
    }

    /// One that takes encrypted connections besides, with this certificate and its key.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    #[allow(dead_code, reason = "not every user of this file does it")]
    pub(crate) fn start_encrypted(certificate: &Path, key: &Path) -> Result<Self, String> {
        Self::start_with(&SINGLE, Some([(certificate, "server.crt"), (key, "server.key")]))
    }

    /// As [`start`](Self::start), and a [standby](Self::back_up) of it can be made.
    ///
    /// # Errors
    /// As there.
    #[allow(dead_code, reason = "not every user of this file does it")]
    pub(crate) fn start_replicated() -> Result<Self, String> {
        Self::start_with(&["wal_level=replica", "max_wal_senders=4"], None)
    }

    /// As [`start`](Self::start), and it counts its statements for the extension `pg_stat_statements`.
    ///
    /// # Errors
    /// As there.
    #[allow(dead_code, reason = "not every user of this file does it")]
    pub(crate) fn start_counting() -> Result<Self, String> {
        Self::start_with(&COUNTING, None)
    }

    fn start_with(more: &[&str], encrypted: Option<[(&Path, &str); 2]>) -> Result<Self, String> {
        let bin = find()?;
        let folder = folder().map_err(|error| format!("no folder for a PostgreSQL server: {error}"))?;
        let port = free_port().map_err(|error| format!("no free port for a PostgreSQL server: {error}"))?;
        // From here on the folder goes whatever happens.
        let mut server = Self { bin, folder, port, options: String::new(), warden: None };
        let data = server.folder.join("data");
        server.run(
            "initdb",
            &["-D", text(&data)?, "-U", "chat", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
        )?;
        for (from, name) in encrypted.into_iter().flatten() {
            keep(from, &data.join(name)).map_err(|error| format!("{name}: {error}"))?;
        }
        let settings = [
            if encrypted.is_some() { "ssl=on" } else { "ssl=off" },
            "listen_addresses=127.0.0.1",
            "max_connections=300",
            "max_wal_size=256MB",
            "shared_buffers=128MB",
            // A crash is tested: what was acknowledged must be there.
            "fsync=on",
            // In the folder, so that nothing of it is left.
            "dynamic_shared_memory_type=mmap",
            // Words must not get into a log.
            "log_min_error_statement=panic",
        ];
        let mut options = format!("-p {port} -k {}", text(&server.folder)?);
        for setting in settings.iter().chain(more) {
            let _ = write!(options, " -c {setting}");
        }
        server.options = options;
        server.warden = Some(server.watch().map_err(|error| format!("no warden for a PostgreSQL server: {error}"))?);
        server.start_again()?;
        Ok(server)
    }

    /// Starts what the data folder holds.
    fn start_again(&self) -> Result<(), String> {
        let (data, log) = (self.folder.join("data"), self.folder.join("log"));
        let options = ["-D", text(&data)?, "-w", "-t", "60", "-l", text(&log)?, "-o", &self.options, "start"];
        self.run("pg_ctl", &options)
    }

    fn watch(&self) -> io::Result<Child> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(WARDEN).arg("warden").arg(self.bin.join("pg_ctl")).arg(self.folder.join("data"));
        command.arg(&self.folder);
        if is_root() {
            command.arg("setpriv").args(NOBODY);
        } else {
            command.arg("env");
        }
        command.current_dir("/").env("HOME", "/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: who kills the test's group leaves it to do its work.
        command.process_group(0).spawn()
    }

    /// The address of its first database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://chat@127.0.0.1:{}/postgres", self.port)
    }

    /// The number of its first process.
    #[allow(dead_code, reason = "not every user of this file asks for it")]
    pub(crate) fn process(&self) -> Option<u32> {
        let text = fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    /// Stops it as a power cut would, and starts it again.
    ///
    /// # Errors
    /// What the server said.
    #[allow(dead_code, reason = "not every user of this file does it")]
    pub(crate) fn crash(&self) -> Result<(), String> {
        let data = self.folder.join("data");
        let log = self.folder.join("log");
        self.run("pg_ctl", &["-D", text(&data)?, "-m", "immediate", "-w", "stop"])?;
        // The options of the first start stand in the data folder.
        self.run("pg_ctl", &["-D", text(&data)?, "-w", "-t", "60", "-l", text(&log)?, "restart"]).map(drop)
    }

    /// Makes a standby as of now, which hears nothing of what is written from here on.
    ///
    /// # Errors
    /// What the server said.
    #[allow(dead_code, reason = "not every user of this file does it")]
    pub(crate) fn back_up(&self) -> Result<(), String> {
        let (standby, port) = (self.folder.join("standby"), self.port.to_string());
        let from = ["-h", "127.0.0.1", "-p", &port, "-U", "chat"];
        let to = ["-D", text(&standby)?, "-X", "stream", "-c", "fast", "--no-sync"];
        self.run("pg_basebackup", &[&from[..], &to].concat())?;
        // It belongs to whom the server runs as.
        self.run_any(Path::new("touch"), &[text(&standby.join("standby.signal"))?])
    }

    /// Ends it as a power cut would, and puts the standby in its place, at its address: read from at first.
    ///
    /// # Errors
    /// What the server said.
    #[allow(dead_code, reason = "not every user of this file does it")]
    pub(crate) fn give_way(&self) -> Result<(), String> {
        let data = self.folder.join("data");
        self.run("pg_ctl", &["-D", text(&data)?, "-m", "immediate", "-w", "stop"])?;
        let renamed = fs::rename(&data, self.folder.join("lost"));
        renamed.and_then(|()| fs::rename(self.folder.join("standby"), &data)).map_err(|error| error.to_string())?;
        self.start_again()
    }

    /// Lets the standby that stands in its place take over.
    ///
    /// # Errors
    /// What the server said.
    #[allow(dead_code, reason = "not every user of this file does it")]
    pub(crate) fn promote(&self) -> Result<(), String> {
        self.run("pg_ctl", &["-D", text(&self.folder.join("data"))?, "-w", "promote"])
    }

    /// Runs one of PostgreSQL's programs, as nobody where this is root.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        self.run_any(&self.bin.join(program), arguments)
    }

    fn run_any(&self, program: &Path, arguments: &[&str]) -> Result<(), String> {
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(NOBODY).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).env("HOME", &self.folder).current_dir(&self.folder);
        // To files, not pipes: the server keeps what it is given open.
        let said =
            self.folder.join(format!("said-{}", program.file_name().map_or("".into(), |name| name.to_string_lossy())));
        let out = fs::File::create(&said).map_err(|error| error.to_string())?;
        let errors = out.try_clone().map_err(|error| error.to_string())?;
        let status = command.stdin(Stdio::null()).stdout(out).stderr(errors).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                let said = fs::read_to_string(said).unwrap_or_default();
                Err(format!("{} ended with {status}:\n{said}\n{log}", program.display()))
            }
            Err(error) => Err(format!("{} does not run: {error}", program.display())),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut warden) = self.warden.take() {
            drop(warden.stdin.take());
            let _ = warden.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder with PostgreSQL's programs: named by a variable, the newest of Debian's, or where `pg_config` says.
fn find() -> Result<PathBuf, String> {
    // Its other programs are beside it, which may be elsewhere than the link to it.
    let named = std::env::var_os(INITDB).map(|named| fs::canonicalize(&named).unwrap_or(named.into()));
    if let Some(folder) = named.as_deref().and_then(Path::parent) {
        return Ok(folder.to_owned());
    }
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let bin = entry.path().join("bin");
        let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
        if bin.join("initdb").exists() {
            found.push((version, bin));
        }
    }
    found.sort();
    let told = Command::new("pg_config").arg("--bindir").output();
    let told = told.ok().filter(|output: &Output| output.status.success());
    let told = told.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim().to_owned()));
    found.pop().map(|(_, bin)| bin).or(told.filter(|bin| bin.join("initdb").exists())).ok_or_else(|| {
        "PostgreSQL 15 or newer is needed to test its store: install it (apt-get install postgresql), \
         or name a server in CHATLINK_TEST_POSTGRES_URL"
            .to_owned()
    })
}

/// A new folder that nobody can get into, short enough for a socket's path: in memory where that is possible.
fn folder() -> io::Result<PathBuf> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let memory = Path::new("/dev/shm");
    let parent = if free(memory) >= ENOUGH { memory.to_owned() } else { std::env::temp_dir() };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = parent.join(format!("chatlink-pg-{}-{number}", std::process::id()));
    // Of a process of this number that was killed.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder)?;
    if is_root() {
        let status = Command::new("chown").arg("nobody:nogroup").arg(&folder).status()?;
        if !status.success() {
            return Err(io::Error::other("chown failed"));
        }
    }
    Ok(folder)
}

/// A copy that the server's user alone reads, as PostgreSQL wants it of a key.
fn keep(from: &Path, to: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::copy(from, to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o600))?;
    let done = !is_root() || Command::new("chown").arg("nobody:nogroup").arg(to).status()?.success();
    if done { Ok(()) } else { Err(io::Error::other("chown failed")) }
}

/// Kibibytes that a run of all tests stays far below.
const ENOUGH: u64 = 4 * 1024 * 1024;

/// Free kibibytes of the file system that a folder is on; 0 where there is none.
fn free(folder: &Path) -> u64 {
    let said = Command::new("df").arg("-Pk").arg(folder).output();
    let said = said.ok().filter(|said| said.status.success()).map(|said| said.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    said.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse().ok()).unwrap_or(0)
}

fn free_port() -> io::Result<u16> {
    TcpListener::bind("127.0.0.1:0")?.local_addr().map(|address| address.port())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| "a folder whose name is no text".to_owned())
}
