//! Starting programs: their lines as they come, a time limit, and nothing left behind.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Outcome};
use crate::{guardian, paths, term};

/// A program to run in the repository's root, unless told otherwise.
pub(crate) struct Task {
    command: Command,
    shown: String,
    limit: Duration,
}

/// How a task ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    /// `None`: a signal or the time limit ended it.
    pub(crate) code: Option<i32>,
}

impl Task {
    /// `words` as one would type them: a program and its arguments.
    pub(crate) fn new<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, args: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(&program);
        let mut shown = display(program.as_ref());
        for arg in args {
            shown.push(' ');
            shown.push_str(&display(arg.as_ref()));
            command.arg(arg);
        }
        command.current_dir(paths::root()).stdin(Stdio::null());
        forget_cargo_run(&mut command);
        Self { command, shown, limit: Duration::from_secs(40 * 60) }
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn envs(mut self, pairs: &[(String, PathBuf)]) -> Self {
        self.command.envs(pairs.iter().map(|(name, value)| (name, value)));
        self
    }

    /// Runs it, gives each line of either stream to `on_line`, and waits for the end.
    pub(crate) fn lines(mut self, on_line: &mut dyn FnMut(&str)) -> Outcome<Ended> {
        let shown = self.shown.clone();
        self.command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().doing(format!("cannot start `{shown}`"))?;
        let _watch = guardian::watch(child.id());
        let (sender, receiver) = channel();
        if let Some(stdout) = child.stdout.take() {
            forward(stdout, sender.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            forward(stderr, sender);
        }
        let status = follow(&mut child, &receiver, self.limit, on_line)?;
        match status {
            Some(status) => Ok(Ended { success: status.success(), code: status.code() }),
            None => {
                on_line(&format!("`{shown}` was ended after {} s", self.limit.as_secs()));
                Ok(Ended { success: false, code: None })
            }
        }
    }

    /// Runs it with its lines printed under `label`; an unsuccessful end is a failure.
    pub(crate) fn shown(self, label: &str) -> Outcome {
        let what = self.shown.clone();
        println!("{}", term::labelled(label, &term::bold(&format!("$ {what}"))));
        let ended = self.lines(&mut |line| println!("{}", term::labelled(label, line)))?;
        if ended.success {
            Ok(())
        } else {
            Err(Failure::new(format!("`{what}` failed: see the lines of {label} above")))
        }
    }

    /// Runs it silently and gives its output; `Err` holds what it printed when it fails.
    pub(crate) fn read(mut self) -> Outcome<String> {
        let what = self.shown;
        let output = self.command.output().doing(format!("cannot start `{what}`"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(format!("`{what}` failed: {}", said.trim())))
    }

    /// How it would be typed.
    pub(crate) fn typed(&self) -> &str {
        &self.shown
    }
}

/// Hands lines on until the child has ended and its pipes are empty; `None` when it took too long.
fn follow(
    child: &mut Child,
    lines: &Receiver<String>,
    limit: Duration,
    on_line: &mut dyn FnMut(&str),
) -> Outcome<Option<ExitStatus>> {
    let start = Instant::now();
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => on_line(&line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Ok(Some(child.wait().doing("waiting for a program")?));
            }
        }
        if ended.is_none() {
            ended = child.try_wait().doing("waiting for a program")?.map(|status| (status, Instant::now()));
        }
        // A grandchild that keeps the pipe open does not keep us.
        if let Some((status, at)) = ended
            && at.elapsed() > Duration::from_secs(5)
        {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            guardian::signal(child.id(), "KILL");
            let _ = child.wait();
            return Ok(None);
        }
    }
}

fn forward(stream: impl Read + Send + 'static, sender: Sender<String>) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while matches!(reader.read_until(b'\n', &mut bytes), Ok(read) if read > 0) {
            let line = String::from_utf8_lossy(&bytes);
            if sender.send(line.trim_end().to_owned()).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

/// `cargo run` tells us about our own package; a cargo we start must not take it for its own.
fn forget_cargo_run(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

fn display(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=@,+".contains(c));
    if plain && !text.is_empty() { text.into_owned() } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::Task;

    #[test]
    fn lines_of_both_streams_and_the_code_come_back() {
        let mut lines = Vec::new();
        let task = Task::new("sh", ["-c", "echo out; echo err >&2; exit 3"]);
        let ended = task.lines(&mut |line| lines.push(line.to_owned())).unwrap();
        lines.sort();
        assert_eq!(lines, ["err", "out"]);
        assert_eq!(ended.code, Some(3));
        assert!(!ended.success);
    }

    #[test]
    fn a_task_that_takes_too_long_is_ended() {
        let mut task = Task::new("sleep", ["600"]);
        task.limit = std::time::Duration::from_millis(100);
        let ended = task.lines(&mut |_| {}).unwrap();
        assert!(!ended.success);
        assert_eq!(ended.code, None);
    }

    #[test]
    fn an_absent_program_is_named() {
        let failure = Task::new("no-such-program-here", ["--flag"]).read().unwrap_err();
        assert!(failure.to_string().contains("no-such-program-here --flag"), "{failure}");
    }
}
