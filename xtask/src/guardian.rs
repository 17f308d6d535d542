//! Ends what we started when we are killed.
//!
//! Std offers no signal handlers, so the work is given to a small shell that is started beside us.
//! It learns of every process group we start, through a pipe. The pipe closes when we end, however
//! that happens (Ctrl-C, a kill, a closed terminal); then it ends the groups that are left, first
//! politely. Programs run in groups of their own so that Ctrl-C reaches them in this way alone.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SCRIPT: &str = r#"
trap '' INT TERM HUP
groups=
while read -r sign group; do
    rest=
    for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
    groups=$rest
    [ "$sign" = + ] && groups="$groups $group"
done
for g in $groups; do kill -TERM "-$g"; done
tries=0
while [ "$tries" -lt 50 ]; do
    alive=
    for g in $groups; do kill -0 "-$g" && alive=yes; done
    [ -z "$alive" ] && exit 0
    sleep 0.2
    tries=$((tries + 1))
done
for g in $groups; do kill -KILL "-$g"; done
"#;

static GUARDIAN: Mutex<Option<Child>> = Mutex::new(None);

/// A process group that the guardian knows of until this is dropped.
pub(crate) struct Watch(u32);

/// Has the group led by `pid` ended when we are.
pub(crate) fn watch(pid: u32) -> Watch {
    tell('+', pid);
    Watch(pid)
}

impl Drop for Watch {
    fn drop(&mut self) {
        tell('-', self.0);
    }
}

/// Lets the guardian go: before this process becomes another program.
pub(crate) fn dismiss() {
    if let Some(mut child) = lock().take() {
        drop(child.stdin.take());
        let _ = child.wait();
    }
}

/// Sends `signal` (`TERM`, `KILL`) to the group led by `pid`.
pub(crate) fn signal(pid: u32, signal: &str) {
    let script = format!("kill -{signal} -{pid}");
    let _ = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).status();
}

fn tell(sign: char, pid: u32) {
    let mut guardian = lock();
    if guardian.is_none() {
        *guardian = start();
    }
    // Without a guardian the work goes on; only a kill would then leave children behind.
    if let Some(pipe) = guardian.as_mut().and_then(|child| child.stdin.as_mut()) {
        let _ = writeln!(pipe, "{sign} {pid}");
    }
}

fn start() -> Option<Child> {
    Command::new("sh")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()
}

fn lock() -> MutexGuard<'static, Option<Child>> {
    GUARDIAN.lock().unwrap_or_else(PoisonError::into_inner)
}
