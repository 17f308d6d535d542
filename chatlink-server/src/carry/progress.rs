//! How far a copy is: a bar for people who watch, lines for logs.

use chatlink_core::portable::Step;
use std::io::{IsTerminal as _, Write};

/// Signs of the bar.
const WIDTH: u64 = 30;

/// Rows between two lines of the same table.
const OFTEN: u64 = 10_000;

/// Writes what [`copy`](chatlink_core::portable::copy) tells.
pub(super) struct Progress<W: Write> {
    out: W,
    /// Whether one line is written over and over.
    is_bar: bool,
    rows: u64,
    /// Rows of the tables before this one.
    before: u64,
    table: (&'static str, u64),
}

impl Progress<std::io::Stderr> {
    pub(super) fn on_standard_error() -> Self {
        let out = std::io::stderr();
        let is_bar = out.is_terminal();
        Self::new(out, is_bar)
    }
}

impl<W: Write> Progress<W> {
    fn new(out: W, is_bar: bool) -> Self {
        Self { out, is_bar, rows: 0, before: 0, table: ("", 0) }
    }

    /// What cannot be written is not: the copy goes on.
    pub(super) fn tell(&mut self, step: Step) {
        match step {
            Step::Begun { rows } => {
                self.rows = rows;
                self.line(&format!("{rows} rows to carry"));
            }
            Step::Resumed { table } => self.line(&format!("going on at {table}: comparing what is there")),
            Step::Anew => self.line("the source is not as it was: carrying all of it anew"),
            Step::Carried { table, done, of } => self.carried(table, done, of),
            Step::Checked { table, digest } => {
                self.line(&format!("checked {table}: {} rows, sum {}", digest.rows, digest.sum()));
            }
        }
    }

    /// Leaves the bar.
    pub(super) fn end(&mut self) {
        if self.is_bar {
            let _ = write!(self.out, "\r\x1b[K");
        }
        let _ = self.out.flush();
    }

    fn carried(&mut self, table: &'static str, done: u64, of: u64) {
        if self.table.0 != table {
            self.before += self.table.1;
        }
        let earlier = if self.table.0 == table { self.table.1 } else { 0 };
        self.table = (table, done);
        if self.is_bar {
            let all = (self.before + done).min(self.rows);
            let signs = all * WIDTH / self.rows.max(1);
            let bar = "#".repeat(signs as usize) + &".".repeat((WIDTH - signs) as usize);
            let percent = all * 100 / self.rows.max(1);
            let _ = write!(self.out, "\r\x1b[K[{bar}] {percent:3} %  {table}: {done} of {of}");
            let _ = self.out.flush();
        } else if done == of || done / OFTEN > earlier / OFTEN {
            self.line(&format!("{table}: {done} of {of}"));
        }
    }

    fn line(&mut self, words: &str) {
        let begin = if self.is_bar { "\r\x1b[K" } else { "" };
        let _ = writeln!(self.out, "{begin}{words}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(is_bar: bool) -> String {
        let mut progress = Progress::new(Vec::new(), is_bar);
        progress.tell(Step::Begun { rows: 40_000 });
        for done in [9_000, 11_000, 12_000, 20_000] {
            progress.tell(Step::Carried { table: "rooms", done, of: 20_000 });
        }
        progress.tell(Step::Carried { table: "events", done: 20_000, of: 20_000 });
        progress.end();
        String::from_utf8(progress.out).unwrap()
    }

    #[test]
    fn a_log_gets_lines_and_not_too_many() {
        let lines =
            ["40000 rows to carry", "rooms: 11000 of 20000", "rooms: 20000 of 20000", "events: 20000 of 20000", ""];
        assert_eq!(told(false), lines.join("\n"));
    }

    #[test]
    fn a_terminal_gets_a_bar_over_all_tables() {
        let bar = told(true);
        assert!(bar.contains("[######........................]  22 %  rooms: 9000 of 20000"), "{bar}");
        assert!(bar.contains("[##############################] 100 %  events: 20000 of 20000"), "{bar}");
        assert!(bar.ends_with("\r\x1b[K"));
    }
}
