//! Marks of reading on their way to the server.

use super::{Done, Engine, or_line};
use crate::{ClientError, Retry};
use chatlink_protocol::{RoomId, Seq, frame::Command};
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
        for (room, seq) in self.tools.read_here.take() {
            // What the server surely knows need not be said.
            if self.rooms.read_seq(room).is_none_or(|known| seq > known) {
                self.marks.read(room, seq);
                self.rooms.read(room, seq);
            }
        }
    }

    /// Says what is to be said.
    pub(super) fn mark_on(&mut self) {
        if !self.is_ready() {
            return;
        }
        for (room_id, seq) in self.marks.due() {
            let (connection, lines) = (self.tools.connection.clone(), self.lines.subscribe());
            let wait = self.wait_after(self.marks_failed);
            self.aside.spawn(async move {
                let answer = match connection.request(Command::Read { room_id, seq }).await {
                    Ok(_) => Answer::Taken(seq),
                    Err(error) if is_final(&error) => Answer::Refused,
                    Err(error) => {
                        let asked = if let Retry::After(asked) = error.retry() { asked } else { Duration::ZERO };
                        or_line(lines, asked, asked + wait).await;
                        Answer::Again
                    }
                };
                Done::Marked(room_id, answer)
            });
        }
    }

    pub(super) fn marked(&mut self, room: RoomId, answer: Answer) {
        match answer {
            Answer::Taken(seq) => self.marks.taken(room, seq),
            Answer::Refused => self.marks.refused(room),
            Answer::Again => {
                self.marks_failed = self.marks_failed.saturating_add(1);
                return self.marks.failed(room);
            }
        }
        self.marks_failed = 0;
    }
}

fn is_final(error: &ClientError) -> bool {
    error.retry() == Retry::Never && error.code().is_some() && !error.blames_token()
}
