//! What reached whom, and who has read it.

use super::{TalkError, Timeline};
use crate::{
    limiter::Cost,
    rooms::{Authz, ReceiptMark, RoomKind},
};
use chatlink_protocol::{EventId, RoomId, Seq, UserId, frame::Receipt};
use std::sync::Arc;

impl Timeline {
    /// Notes that everything up to these seqs reached `me`, or was read. Kept in memory and flushed
    /// within half a second; a client repeats its own.
    ///
    /// # Errors
    /// Not a member, or the store.
    pub async fn mark(&self, me: UserId, room: RoomId, delivered: Seq, read: Seq) -> Result<(), TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let authz = self.authz_of(me, room).await?;
        // A request is looked at without a trace: the opener learns nothing before it is accepted.
        if authz.pending.is_some_and(|pending| pending.opener != me) {
            return Ok(());
        }
        let (room_id, delivered_seq) = (authz.room_id, delivered.max(read));
        self.receipts.merge(ReceiptMark { room_id, user_id: me, delivered_seq, read_seq: read });
        Ok(())
    }

    /// As [`mark`](Self::mark), and answers after the flush.
    ///
    /// # Errors
    /// Not a member, or the store.
    pub async fn mark_read_now(&self, me: UserId, room: RoomId, seq: Seq) -> Result<(), TalkError> {
        self.reader_of(me, room).await?;
        self.mark(me, room, seq, seq).await?;
        self.flush_marks().await
    }

    /// Writes the marks of `me` that this node has gathered, before he reads what follows from them.
    pub(crate) async fn flush_marks_of(&self, me: UserId) {
        self.receipts.flush_of(me).await;
    }

    /// Writes the marks that this node has gathered.
    pub(crate) async fn flush_marks(&self) -> Result<(), TalkError> {
        Ok(self.receipts.flush().await?)
    }

    /// The marks of the room's members; in rooms above 100 members one's own alone.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn receipts(&self, me: UserId, room: RoomId) -> Result<(u64, Vec<Receipt>), TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let authz = self.standing(me, room).await?;
        self.receipts.list(&authz, me).await
    }

    /// Who has read a message, as [`receipts`](Self::receipts) shows it; not its sender, nor who came after it and cannot
    /// read it, however far he read.
    pub(crate) async fn readers(&self, me: UserId, room: RoomId, message: EventId) -> Result<Vec<UserId>, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let facts = self.facts(room, message, me).await?;
        // The room's marks say nothing of who opened a thread.
        if facts.thread.is_some() {
            return Ok(Vec::new());
        }
        self.flush_marks_of(me).await;
        let authz = self.standing(me, room).await?;
        let (_, marks) = self.receipts.list(&authz, me).await?;
        let has_read = |mark: &Receipt| (mark.from_seq..=mark.read_seq).contains(&facts.seq);
        let read = marks.into_iter().filter(|mark| has_read(mark) && mark.user_id != facts.sender_id);
        Ok(read.map(|mark| mark.user_id).collect())
    }

    /// The room for an answer that a block takes away: what is cached of a direct room may be older than it.
    pub(crate) async fn standing(&self, me: UserId, room: RoomId) -> Result<Arc<Authz>, TalkError> {
        let known = self.authz_of(me, room).await?;
        if known.kind == RoomKind::Group {
            return self.reader_of(me, room).await;
        }
        self.cache.reload(&self.context, room).await?.ok_or(TalkError::NoRoom)
    }
}
