//! What the socket tells, and what a new line begins with.

use super::{Done, Engine, beside};
use crate::{own_log::OwnLog, timeline::Window};
use chatlink_protocol::{
    Event, RoomId, Seq,
    frame::{Command, Head, Hello, Push, RESUME_ROOMS},
};
use std::collections::BTreeMap;

impl Engine {
    pub(super) fn take(&mut self, push: Push) {
        match push {
            Push::Hello(hello) => self.greet(hello),
            Push::Event { event } => self.receive(&event),
            Push::Heads { rooms, user_seq } => {
                self.own_log.reach(user_seq);
                rooms.into_iter().for_each(|(room, head)| self.reach(room, head));
            }
            Push::Gap { room_id, .. } => {
                self.windows_of(room_id).for_each(Window::distrust);
                self.rooms.distrust(room_id);
                self.doubt_threads(room_id);
            }
            Push::UserEvent(event) => {
                self.own_log.receive(&event);
                self.own(&event);
            }
            Push::Reset { epoch } => self.reset(epoch),
            Push::Resync => self.tools.connection.restart(),
            // The socket's end follows, and says it to the session.
            Push::Bye { .. } => {}
            Push::Receipts { room_id, rev, items } => {
                if let Some(kept) = self.room_marks.get_mut(&room_id) {
                    kept.state.receive(rev, items);
                }
            }
            Push::Typing { room_id, user_id } => {
                if let Some(kept) = self.typists.get_mut(&room_id).filter(|_| user_id != self.me) {
                    kept.state.types(user_id);
                }
            }
            Push::Presence(presence) => self.presence.state.told(presence),
            Push::RoomPresence { .. } => {}
        }
    }

    /// A line is up: what was missed is replayed, and what waits is tried.
    fn greet(&mut self, hello: Hello) {
        self.lines.send_modify(|lines| *lines += 1);
        self.marks.line();
        self.presence.state.line();
        self.room_marks.values_mut().for_each(|kept| kept.state.doubt());
        self.followed.values_mut().for_each(|kept| kept.state.doubt());
        let known = self.epoch.as_ref().map(|epoch| *epoch == hello.epoch);
        match known {
            Some(true) => self.own_log.reach(hello.user_seq),
            Some(false) | None => self.own_log = OwnLog::at(hello.user_seq),
        }
        match known {
            Some(true) => self.resume(hello),
            Some(false) => self.reset(hello.epoch),
            None => {
                self.epoch = Some(hello.epoch);
                hello.heads.into_iter().for_each(|(room, head)| self.reach(room, head));
            }
        }
    }

    /// Asks for what was missed in the rooms that are open and in those that are known to have moved.
    fn resume(&mut self, hello: Hello) {
        let moved = |(room, seq): &(RoomId, Seq)| hello.heads.get(room).is_some_and(|head| head.seq > *seq);
        let mut rooms: BTreeMap<_, _> = self.rooms.cursors().filter(moved).take(RESUME_ROOMS / 2).collect();
        for (strand, open) in &self.windows {
            let Some(cursor) = open.window.cursor() else { continue };
            let seq = rooms.entry(strand.room).or_insert(cursor);
            *seq = cursor.min(*seq);
        }
        let (connection, epoch, user_seq) = (self.tools.connection.clone(), hello.epoch, hello.user_seq);
        beside(&mut self.aside, async move {
            if !rooms.is_empty() {
                // Should it fail, the heads tell what is missing.
                let _ = connection.request(Command::Resume { epoch, user_seq, rooms }).await;
            }
            Done::Resumed(hello.heads)
        });
    }

    fn reset(&mut self, epoch: String) {
        if self.epoch.as_ref() != Some(&epoch) {
            self.marks.reset();
            self.queue.forget_places();
            self.saved.forget_all();
        }
        self.epoch = Some(epoch);
        self.windows.values_mut().for_each(|open| open.window.reset());
        self.followed.values_mut().for_each(|kept| kept.state.doubt());
        self.rooms.reset();
    }

    fn receive(&mut self, event: &Event) {
        self.rooms.receive(event);
        self.live_on(event);
        self.heard_of_own(event);
        self.threads_hear(event);
        self.windows_of(event.room_id).for_each(|window| window.receive(event.clone()));
    }

    pub(super) fn reach(&mut self, room: RoomId, head: Head) {
        self.rooms.reach(room, head.seq);
        if let Some(kept) = self.room_marks.get_mut(&room) {
            kept.state.reach(head.rev);
        }
        self.windows_of(room).for_each(|window| window.reach(head.seq));
    }
}
