//! Receipts: marks of delivery and reading, merged in memory and flushed together.

use super::TalkError;
use crate::{
    context::Context,
    error::StoreError,
    people::Privacy,
    realtime::Hub,
    rooms::{Authz, AuthzCache, ReceiptMark, ReceiptsFlushed, RoomKind, SMALL_ROOM},
};
use chatlink_protocol::{
    RoomId, UserId,
    frame::{Push, Receipt},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

/// Marks that wait for the next flush; above it a flush does not wait for its time.
const WAITING: usize = 4_096;
/// Marks of a room that are read at once: rows of accounts that are gone stand among them for a while.
const ROWS: u32 = 2 * SMALL_ROOM as u32;
/// Marks that wait at the most, for a store that does not take them.
const MOST: usize = 100_000;

/// The marks of this node that are not in the store yet.
pub(crate) struct Receipts {
    context: Arc<Context>,
    hub: Arc<Hub>,
    cache: Arc<AuthzCache>,
    marks: Mutex<HashMap<(RoomId, UserId), ReceiptMark>>,
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
    pub(crate) fn merge(&self, mark: ReceiptMark) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (mark.room_id, mark.user_id);
        if marks.len() >= MOST && !marks.contains_key(&place) {
            // Its client repeats it.
            return;
        }
        let merged = marks.entry(place).or_insert(mark);
        merged.delivered_seq = merged.delivered_seq.max(mark.delivered_seq);
        merged.read_seq = merged.read_seq.max(mark.read_seq);
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
                // A store that is down is not asked at once again, however many marks wait.
                tokio::time::sleep(self.context.settings.talk.receipt_flush).await;
            }
        }
    }

    /// Writes what was gathered if something of `me` is among it, so that his own lists show at once what he
    /// read. A store that takes no writes still answers reads: the marks wait on.
    pub(crate) async fn flush_of(self: &Arc<Self>, me: UserId) {
        let waits = {
            // What another flush has taken is in no map, and in the store once it is done.
            let _one = self.flushing.lock().await;
            let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
            marks.keys().any(|(_, user)| *user == me)
        };
        if waits && let Err(error) = self.flush().await {
            tracing::warn!(error = %crate::Chain(&error), "receipts were not flushed before a list; they are tried again");
        }
    }

    /// Writes what was gathered and tells it, in a task of its own: a caller who goes away takes no marks along.
    pub(crate) async fn flush(self: &Arc<Self>) -> Result<(), StoreError> {
        let receipts = self.clone();
        let flushed = self.context.tasks.spawn(async move { receipts.write().await }).await;
        flushed.unwrap_or_else(|ended| Err(StoreError::Unavailable(ended.into())))
    }

    /// What the store did not take is merged back.
    async fn write(&self) -> Result<(), StoreError> {
        let _one = self.flushing.lock().await;
        let taken = std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner));
        if taken.is_empty() {
            return Ok(());
        }
        let marks: Vec<ReceiptMark> = taken.into_values().collect();
        let flushed = self.context.store.flush_receipts(marks.clone(), self.context.now()).await;
        match self.context.observe(flushed) {
            Ok(flushed) => {
                self.tell(flushed).await;
                Ok(())
            }
            Err(error) => {
                marks.into_iter().for_each(|mark| self.merge(mark));
                Err(error)
            }
        }
    }

    async fn tell(&self, flushed: Vec<ReceiptsFlushed>) {
        // Who moved need not be connected here: the store knows his switches.
        let moved: Vec<UserId> = flushed.iter().flat_map(|room| &room.moved).map(|mark| mark.user_id).collect();
        let showing = Showing::of(&self.context, &moved).await.unwrap_or_else(|error| {
            tracing::warn!(error = %crate::Chain(&error), "marks are not told: their people's switches are not known");
            Showing::default()
        });
        for room in flushed {
            self.tell_room(room, &showing).await;
        }
    }

    async fn tell_room(&self, flushed: ReceiptsFlushed, showing: &Showing) {
        let ReceiptsFlushed { room_id, rev, moved, told } = flushed;
        self.hub.tell(told);
        let Some(rev) = rev else { return };
        self.hub.note_rev(room_id, rev);
        let Ok(Some(authz)) = self.cache.load(&self.context, room_id).await else { return };
        if authz.members.len() > SMALL_ROOM {
            return;
        }
        let may = |mark: &Receipt| showing.has(mark.user_id) && is_shown(&authz, mark.user_id);
        let items: Vec<_> = moved.into_iter().filter(may).collect();
        if !items.is_empty() {
            self.hub.tell_receipts(room_id, rev, &items);
            let shows = |listener| self.hub.shows(listener, shows);
            self.hub.broadcast(room_id, &Push::Receipts { room_id, rev, items }, shows);
        }
    }

    /// The marks of a room as `me` may see them, and their version: 0 to whom no other's are shown.
    pub(crate) async fn list(&self, authz: &Authz, me: UserId) -> Result<(u64, Vec<Receipt>), TalkError> {
        // In a large room nobody else's marks are shown: none of them is read either.
        let only = (authz.members.len() > SMALL_ROOM).then_some(me);
        let listed = self.context.store.list_receipts(authz.room_id, only, ROWS).await;
        let (mut rev, mut marks) = self.context.observe(listed)?;
        if only.is_none() {
            // The switches are read after the marks: what is hidden by now is not shown.
            let people: Vec<UserId> = marks.iter().map(|mark| mark.user_id).collect();
            let showing = Showing::of(&self.context, &people).await?;
            let others = |of| is_shown(authz, of) && showing.may_see(me, of);
            marks.retain(|mark| mark.user_id == me || others(mark.user_id));
            // Who is shown nobody's marks is not shown that they moved.
            rev = if showing.has(me) { rev } else { 0 };
        }
        Ok((rev, marks))
    }
}

/// Tells all marks of a room as they stand to those here who may see them: some that made its version `rev`, which the
/// store has, did not come to this node by themselves.
pub(crate) async fn tell_anew(context: &Context, hub: &Hub, room_id: RoomId, rev: u64) -> Result<(), StoreError> {
    let Some(known) = hub.cache().load(context, room_id).await? else { return Ok(()) };
    if known.members.len() > SMALL_ROOM {
        hub.note_marks(room_id, rev);
        return Ok(());
    }
    let (rev, mut items) = context.observe(context.store.list_receipts(room_id, None, ROWS).await)?;
    // After the marks are read whether they are hidden by now: by a switch, or in a direct room by a block, of which this
    // node may not know.
    let authz = match known.kind {
        RoomKind::Group => Some(known),
        RoomKind::Direct => hub.cache().reload(context, room_id).await?,
    };
    let people: Vec<UserId> = items.iter().map(|mark| mark.user_id).collect();
    let showing = Showing::of(context, &people).await?;
    let is_shown = |of| authz.as_ref().is_some_and(|authz| is_shown(authz, of));
    items.retain(|mark| showing.has(mark.user_id) && is_shown(mark.user_id));
    hub.note_marks(room_id, rev);
    if !items.is_empty() {
        hub.broadcast(room_id, &Push::Receipts { room_id, rev, items }, |listener| hub.shows(listener, shows));
    }
    Ok(())
}

/// Whether others see how far this person read. Between two of whom one blocked the other, or is gone, nobody
/// does; and whoever is deleted is no member any more, whatever row is left.
fn is_shown(authz: &Authz, of: UserId) -> bool {
    !authz.severed && authz.members.contains_key(&of)
}

/// Those of the people asked about who show how far they read.
#[derive(Default)]
struct Showing(HashSet<UserId>);

impl Showing {
    async fn of(context: &Context, users: &[UserId]) -> Result<Self, StoreError> {
        let privacy = context.observe(context.store.list_privacy(users).await)?;
        Ok(Self(privacy.into_iter().filter(|(_, privacy)| shows(*privacy)).map(|(user, _)| user).collect()))
    }

    fn has(&self, user: UserId) -> bool {
        self.0.contains(&user)
    }

    /// Whether `me` may see how far `of` read: oneself always, others if both show it.
    fn may_see(&self, me: UserId, of: UserId) -> bool {
        me == of || (self.has(me) && self.has(of))
    }
}

/// Who hides how far he read is not shown to others, and is not shown others.
const fn shows(privacy: Privacy) -> bool {
    privacy.read_receipts
}
