//! Marks of reading on their way to the server.

use super::{Done, Engine, beside, or_line};
use crate::{ClientError, Retry, Strand};
use chatlink_protocol::{Seq, frame::Command};
use std::time::Duration;

/// How a mark was taken.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    Taken(Seq),
    /// The room is none of the person's.
    Refused,
    /// No answer came, and its time to be said again has come.
    Again,
}

impl Engine {
    /// Takes up what was read on this device.
    pub(super) fn take_read(&mut self) {
        for (strand, seq) in self.tools.read_here.take() {
            match strand.root {
                // What the server surely knows need not be said.
                None if self.rooms.read_seq(strand.room).is_some_and(|known| seq <= known) => {}
                None => {
                    self.marks.read(strand, seq);
                    self.rooms.read(strand.room, seq);
                }
                Some(_) => self.marks.read(strand, seq),
            }
        }
    }

    /// Says what is to be said.
    pub(super) fn mark_on(&mut self) {
        if !self.is_ready() {
            return;
        }
        for (strand, seq) in self.marks.due() {
            let (connection, lines) = (self.tools.connection.clone(), self.lines.subscribe());
            let wait = self.wait_after(self.marks_failed);
            beside(&mut self.aside, async move {
                let answer = match connection.request(command(strand, seq)).await {
                    Ok(_) => Answer::Taken(seq),
                    Err(error) if is_final(&error) => Answer::Refused,
                    Err(error) => {
                        let asked = if let Retry::After(asked) = error.retry() { asked } else { Duration::ZERO };
                        or_line(lines, asked, asked + wait).await;
                        Answer::Again
                    }
                };
                Done::Marked(strand, answer)
            });
        }
    }

    pub(super) fn marked(&mut self, strand: Strand, answer: Answer) {
        match answer {
            Answer::Taken(seq) => self.marks.taken(strand, seq),
            Answer::Refused => self.marks.refused(strand),
            Answer::Again => {
                self.marks_failed = self.marks_failed.saturating_add(1);
                return self.marks.failed(strand);
            }
        }
        self.marks_failed = 0;
    }
}

fn command(strand: Strand, seq: Seq) -> Command {
    let room_id = strand.room;
    match strand.root {
        Some(message_id) => Command::ReadThread { room_id, message_id, seq },
        None => Command::Read { room_id, seq },
    }
}

fn is_final(error: &ClientError) -> bool {
    error.retry() == Retry::Never && error.code().is_some() && !error.blames_token()
}
