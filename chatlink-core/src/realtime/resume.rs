//! Resuming: what a connection missed is replayed behind its cursors.

use super::{
    connection::{Connection, heard},
    hub::encode,
};
use crate::{
    error::Invalid,
    timeline::{EVENTS_LIMIT, Reader, TalkError},
};
use chatlink_protocol::{
    RoomId, Seq, UserSeq,
    frame::{Push, RESUME_ROOMS},
};
use std::collections::{BTreeMap, HashMap};

impl Connection {
    /// Replays what was missed: the user's own log, then each room after its cursor. What does not
    /// fit is said as a gap, for which the client takes a new snapshot.
    pub(super) async fn resume(
        &self,
        epoch: &str,
        user_seq: UserSeq,
        rooms: BTreeMap<RoomId, Seq>,
    ) -> Result<(), TalkError> {
        let context = &self.services.context;
        if rooms.len() > RESUME_ROOMS {
            return Err(Invalid::field("rooms", "too_many", format!("{RESUME_ROOMS} at most")).into());
        }
        self.spend_for(rooms.len())?;
        if epoch != context.installation.epoch {
            self.reset();
            return Ok(());
        }
        // Of rooms of others nothing is told, not even whether a cursor is ahead of their head.
        let mine = self.services.greetings.memberships(self.user).await?;
        let heads: HashMap<_, _> = heard(&mine).map(|membership| (membership.room_id, membership.head)).collect();
        let ahead = rooms.iter().any(|(room, seq)| heads.get(room).is_some_and(|head| *seq > head.seq));
        let user_head = self.services.greetings.log(self.user).await?.head;
        if ahead || user_seq > user_head {
            self.reset();
            return Ok(());
        }
        if user_seq < user_head {
            self.replay_log(user_seq).await?;
        }
        for (room, seq) in rooms {
            if heads.get(&room).is_some_and(|head| head.seq > seq) {
                self.replay(room, seq).await?;
            }
        }
        Ok(())
    }

    fn reset(&self) {
        let epoch = self.services.context.installation.epoch.clone();
        self.queue.push(None, encode(&Push::Reset { epoch }));
    }

    async fn replay_log(&self, after: UserSeq) -> Result<(), TalkError> {
        let context = &self.services.context;
        let mut after = after;
        loop {
            let (events, head) = context.observe(context.store.user_log(self.user, after, EVENTS_LIMIT).await)?;
            let Some(last) = events.last().map(|event| event.user_seq) else { return Ok(()) };
            for event in events {
                let frame = encode(&Push::UserEvent(event));
                if !self.queue.has_place_for_replay(frame.len()) {
                    self.reset();
                    return Ok(());
                }
                self.queue.push(None, frame);
            }
            if last >= head {
                return Ok(());
            }
            after = last;
        }
    }

    async fn replay(&self, room: RoomId, after: Seq) -> Result<(), TalkError> {
        let context = &self.services.context;
        let read = context.store.events(room, Reader::Member(self.user), after, EVENTS_LIMIT, context.now()).await;
        // No member any more: the own log says so, and nothing else does.
        let Some(page) = context.observe(read)? else { return Ok(()) };
        let mut told = after;
        for event in page.events {
            let seq = event.seq;
            // A reader from later than the cursor learns where his part begins.
            if seq > told.next() {
                self.gap(room, told.next(), Seq(seq.0 - 1));
            }
            let frame = encode(&Push::Event { event });
            if !self.queue.has_place_for_replay(frame.len()) {
                break;
            }
            self.queue.push(Some(room), frame);
            told = seq;
        }
        if told < page.head {
            self.gap(room, told.next(), page.head);
        }
        Ok(())
    }

    fn gap(&self, room_id: RoomId, from: Seq, to: Seq) {
        self.queue.push(Some(room_id), encode(&Push::Gap { room_id, from, to }));
    }
}
