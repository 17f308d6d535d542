//! What a process asked the kernel for, as strace wrote it down: finished calls in the order of
//! their ends.

use std::{collections::HashMap, ffi::OsString, path::Path};

/// The system calls of a trace, in the order in which they returned.
#[derive(Debug, Default)]
pub struct Trace {
    calls: Vec<Call>,
}

/// One system call that returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `write`, `fdatasync` …
    pub name: String,
    /// The arguments and the result, as strace printed them; files and sockets by name (`-yy`).
    pub text: String,
    /// The line of the trace where it began.
    pub began: usize,
    /// The line of the trace where it returned.
    pub ended: usize,
}

impl Trace {
    /// The words that put a program under strace, with it as its own process's child, so that
    /// killing that child kills the program.
    #[must_use]
    pub fn words(strace: &Path, out: &Path) -> Vec<OsString> {
        let calls = "trace=write,pwrite64,writev,pwritev,sendto,sendmsg,fdatasync,fsync,msync";
        let mut words: Vec<OsString> = vec![strace.into()];
        words.extend(["-f", "-D", "-yy", "-s", "66000", "-e", calls, "-e", "signal=none", "-o"].map(Into::into));
        words.push(out.into());
        words
    }

    /// Reads a trace, also one that is still being written.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        // What people write may be cut inside a character.
        Self::parse(&String::from_utf8_lossy(&std::fs::read(path).expect("a trace")))
    }

    fn parse(text: &str) -> Self {
        let mut open: HashMap<(&str, &str), (usize, &str)> = HashMap::new();
        let mut calls = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let Some((pid, rest)) = line.split_once(' ') else { continue };
            let rest = rest.trim_start();
            if let Some(rest) = rest.strip_prefix("<... ") {
                let Some((name, tail)) = rest.split_once(" resumed>") else { continue };
                let Some((began, head)) = open.remove(&(pid, name)) else { continue };
                calls.push(Call { name: name.to_owned(), text: format!("{head}{tail}"), began, ended: at });
                continue;
            }
            let Some((name, arguments)) = rest.split_once('(') else { continue };
            match arguments.strip_suffix(" <unfinished ...>") {
                Some(head) => drop(open.insert((pid, name), (at, head))),
                None => {
                    calls.push(Call { name: name.to_owned(), text: arguments.to_owned(), began: at, ended: at });
                }
            }
        }
        Self { calls }
    }

    /// The calls, in the order in which they returned.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The first call, by return, that `wanted` is true of.
    pub fn find(&self, wanted: impl Fn(&Call) -> bool) -> Option<&Call> {
        self.calls.iter().find(|call| wanted(call))
    }
}

impl Call {
    /// The name of the file or socket that the first argument is.
    #[must_use]
    pub fn file(&self) -> &str {
        let inside = self.text.split_once('<').map_or("", |(_, rest)| rest);
        inside.split_once('>').map_or("", |(name, _)| name)
    }

    /// Whether it succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.text.rsplit_once(" = ").is_some_and(|(_, result)| !result.starts_with('-') && !result.starts_with('?'))
    }

    /// Whether it puts bytes into a file or a socket.
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(self.name.as_str(), "write" | "pwrite64" | "writev" | "pwritev" | "sendto" | "sendmsg")
    }

    /// Whether it waits until a file is on the disk.
    #[must_use]
    pub fn syncs(&self) -> bool {
        matches!(self.name.as_str(), "fdatasync" | "fsync")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_were_interrupted_by_others_are_put_together() {
        let trace = Trace::parse(
            "7  fdatasync(3</d/x-wal> <unfinished ...>\n8  write(4<TCP:[a->b]>, \"hi\", 2) = 2\n\
             7  <... fdatasync resumed>) = 0\n7  write(3</d/x-wal>, \"a\", 1) = -1 EIO (error)\n",
        );
        let names: Vec<_> = trace.calls().iter().map(|call| (call.name.as_str(), call.began, call.ended)).collect();
        assert_eq!(names, [("write", 1, 1), ("fdatasync", 0, 2), ("write", 3, 3)]);
        assert_eq!(trace.calls()[1].file(), "/d/x-wal");
        assert!(trace.calls()[1].succeeded() && trace.calls()[1].syncs());
        assert!(!trace.calls()[2].succeeded() && trace.calls()[2].writes());
        assert_eq!(trace.calls()[0].file(), "TCP:[a-");
    }
}
