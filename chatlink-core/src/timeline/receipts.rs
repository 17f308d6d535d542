//! Receipts: marks of delivery and reading, merged in memory and flushed together.

use super::TalkError;
use crate::{
    context::Context,
    error::StoreError,
    realtime::Hub,
    rooms::{Authz, AuthzCache, ReceiptMark},
};
use chatlink_protocol::{
    RoomId, UserId,
    frame::{Push, Receipt},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Marks that wait for the next flush; above it a flush does not wait for its time.
const WAITING: usize = 4_096;

/// The marks of this node that are not in the store yet.
pub(crate) struct Receipts {
    context: Arc<Context>,
    hub: Arc<Hub>,
    cache: Arc<AuthzCache>,
    marks: Mutex<HashMap<(RoomId, UserId), Receipt>>,
    flushing: tokio::sync::Mutex<()>,
    full: tokio::sync::Notify,
}

impl Receipts {
    pub(crate) fn start(context: &Arc<Context>, hub: Arc<Hub>, cache: Arc<AuthzCache>) -> Arc<Self> {
        let receipts = Arc::new(Self {
            context: context.clone(),
            hub,
            cache,
            marks: Mutex::default(),
            flushing: tokio::sync::Mutex::default(),
            full: tokio::sync::Notify::new(),
        });
        context.tasks.spawn(receipts.clone().run());
        receipts
    }

    /// Merges a mark: the higher stays.
    pub(crate) fn merge(&self, room: RoomId, receipt: Receipt) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = marks.entry((room, receipt.user_id)).or_insert(receipt);
        mark.delivered_seq = mark.delivered_seq.max(receipt.delivered_seq);
        mark.read_seq = mark.read_seq.max(receipt.read_seq);
        if marks.len() >= WAITING {
            self.full.notify_one();
        }
    }

    async fn run(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.context.settings.talk.receipt_flush) => {}
                () = self.full.notified() => {}
                () = self.context.stop.cancelled() => {
                    let _ = self.flush().await;
                    return;
                }
            }
            if let Err(error) = self.flush().await {
                tracing::warn!(error = %crate::Chain(&error), "receipts were not flushed; they are tried again");
            }
        }
    }

    /// Writes what was gathered and tells it. What the store did not take is merged back.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        let _one = self.flushing.lock().await;
        let taken = std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner));
        if taken.is_empty() {
            return Ok(());
        }
        let marks = taken.into_iter().map(|((room_id, _), receipt)| ReceiptMark { room_id, receipt });
        let marks: Vec<_> = marks.collect();
        let flushed = self.context.store.flush_receipts(marks.clone(), self.context.now()).await;
        match self.context.observe(flushed) {
            Ok(flushed) => {
                for room in flushed {
                    self.tell(room).await;
                }
                Ok(())
            }
            Err(error) => {
                marks.into_iter().for_each(|mark| self.merge(mark.room_id, mark.receipt));
                Err(error)
            }
        }
    }

    async fn tell(&self, flushed: crate::rooms::ReceiptsFlushed) {
        let crate::rooms::ReceiptsFlushed { room_id, rev, moved, told } = flushed;
        self.hub.tell(told);
        self.hub.note_rev(room_id, rev);
        let Ok(Some(authz)) = self.cache.load(&self.context, room_id).await else { return };
        if authz.members.len() > self.context.settings.talk.small_room {
            return;
        }
        // Who hides how far he read is not shown to others, and is not shown others.
        let shows = |user| self.hub.privacy(user).is_none_or(|privacy| privacy.read_receipts);
        let items: Vec<_> = moved.iter().copied().filter(|mark| shows(mark.user_id)).collect();
        if !items.is_empty() {
            self.hub.broadcast(room_id, &Push::Receipts { room_id, rev, items }, shows);
        }
    }

    /// The marks of a room, as `me` may see them.
    pub(crate) async fn list(&self, authz: &Authz, me: UserId) -> Result<(u64, Vec<Receipt>), TalkError> {
        let small = authz.members.len() <= self.context.settings.talk.small_room;
        let limit = u32::try_from(crate::rooms::MAX_MEMBERS).unwrap_or(u32::MAX);
        let (rev, mut marks) = self.context.observe(self.context.store.list_receipts(authz.room_id, limit).await)?;
        if !small {
            marks.retain(|mark| mark.user_id == me);
        }
        Ok((rev, marks))
    }
}
