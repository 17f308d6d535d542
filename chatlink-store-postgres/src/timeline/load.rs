//! What a batch is decided on: everything it names, loaded in a statement a table.

use super::{
    corrections::{self, Proposal},
    decide::Place,
    pins, polls,
};
use crate::{
    notes,
    rooms::{pass, settings, settings_columns},
    rows::{Many, Read},
};
use chatlink_core::{
    StoreError,
    protocol::{ClientId, Event, EventBody, EventId, RoomId, Seq, Timestamp, UserId},
    rooms::{Pass, Role, RoomKind, RoomSettings, Way},
    timeline::{Act, ActKey, Deed, Outcome, PollFacts, Standing},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A room's row, as the acts so far left it.
pub(super) struct Room {
    pub(super) id: RoomId,
    pub(super) version: u64,
    pub(super) head: Seq,
    pub(super) last_at: Timestamp,
    pub(super) kind: RoomKind,
    pub(super) settings: RoomSettings,
    pub(super) history_from_start: bool,
    pub(super) member_count: u32,
    pub(super) pending_opener: Option<UserId>,
    pub(super) pending_sent: u32,
    pub(super) declined: bool,
    /// When the newest of the batch's shown events was, which gives the room its place in lists.
    pub(super) shown_at: Option<Timestamp>,
    /// Whether an act made an event in it.
    pub(super) touched: bool,
}

/// A message that an act names.
pub(super) struct Message {
    pub(super) seq: Seq,
    pub(super) sender: UserId,
    pub(super) version: u32,
    /// The words now; `None` once they are gone.
    pub(super) text: Option<String>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) poll: Option<PollFacts>,
}

/// What an act's name made before.
struct Known {
    seq: Seq,
    id: EventId,
    at: Timestamp,
    /// Forgotten with the message.
    request: Option<Vec<u8>>,
}

/// All that a batch names.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) rooms: HashMap<RoomId, Room>,
    keys: HashMap<(RoomId, UserId, ClientId), Known>,
    pub(super) targets: HashMap<(RoomId, EventId), Message>,
    pub(super) reactions: HashMap<(Place, UserId), String>,
    /// Of those who act on the polls that the batch names; empty: taken back by now.
    pub(super) votes: HashMap<(Place, UserId), Vec<u8>>,
    /// Of the messages that the batch corrects.
    pub(super) proposals: HashMap<Place, Vec<Proposal>>,
    /// Of the rooms in which the batch pins.
    pub(super) pins: HashMap<RoomId, HashSet<Seq>>,
    /// Of those whom the batch adds: whose accounts are deleted.
    pub(super) gone: HashSet<UserId>,
    /// The invites that the batch shows, by the hashes of their tokens.
    pub(super) passes: HashMap<(RoomId, [u8; 32]), Pass>,
    /// Of those who come by an invitation: the role that whoever invited them has now.
    pub(super) invited: HashMap<(RoomId, UserId), Role>,
    /// How those stand whom the batch is about.
    pub(super) standings: HashMap<(RoomId, UserId), Standing>,
}

/// The lock under which everything of the batch is decided and written: by id, so that two batches never wait for each
/// other. What is loaded after it is what was committed before it was granted.
const ROOMS: Many = Many {
    columns: &["room_id uuid"],
    sql: concat!(
        "SELECT r.room_id, r.authz_version, r.head_seq, r.last_at, r.title, r.history = 'all',
                 r.member_count, r.pending_opener, r.pending_sent, r.declined, r.kind, ",
        settings_columns!(),
        " FROM rooms r WHERE r.room_id IN (SELECT room_id FROM k) ORDER BY r.room_id FOR NO KEY UPDATE"
    ),
};

const KEYS: Many = Many {
    columns: &["room_id uuid", "sender_id uuid", "client_id uuid"],
    sql: "SELECT e.room_id, e.sender_id, e.client_id, e.seq, e.id, e.at, e.request, e.expires_at
          FROM k JOIN events e
          ON e.room_id = k.room_id AND e.sender_id = k.sender_id AND e.client_id = k.client_id",
};

const TARGETS: Many = Many {
    columns: &["room_id uuid", "id uuid", "user_id uuid"],
    sql: "SELECT e.room_id, e.id, k.user_id, e.seq, e.version, coalesce(ed.text, e.text), e.expires_at, r.key,
                 e.sender_id, p.options, p.multiple, p.closes_at, p.closed, v.choices
          FROM k JOIN events e ON e.id = k.id AND e.kind = 'message' AND e.room_id = k.room_id
          LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
          LEFT JOIN reactions r ON r.room_id = e.room_id AND r.message_seq = e.seq AND r.user_id = k.user_id
          LEFT JOIN polls p ON p.room_id = e.room_id AND p.message_seq = e.seq
          LEFT JOIN votes v ON v.room_id = p.room_id AND v.message_seq = p.message_seq AND v.user_id = k.user_id",
};

const STANDINGS: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "SELECT k.room_id, k.user_id, m.role, mu.muted_until, b.user_id IS NOT NULL
          FROM k
          LEFT JOIN members m ON m.room_id = k.room_id AND m.user_id = k.user_id
          LEFT JOIN mutes mu ON mu.room_id = k.room_id AND mu.user_id = k.user_id
          LEFT JOIN bans b ON b.room_id = k.room_id AND b.user_id = k.user_id",
};

const PASSES: Many = Many {
    columns: &["token_hash bytea"],
    sql: "SELECT i.room_id, i.token_hash, m.role, i.max_uses, i.uses, i.expires_at
          FROM k JOIN invites i ON i.token_hash = k.token_hash
          LEFT JOIN members m ON m.room_id = i.room_id AND m.user_id = i.created_by",
};

const INVITED: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "SELECT i.room_id, i.user_id, m.role
          FROM k JOIN invitations i
          ON i.room_id = k.room_id AND i.user_id = k.user_id AND i.declined_at IS NULL
          JOIN members m ON m.room_id = i.room_id AND m.user_id = i.invited_by",
};

impl Loaded {
    /// Loads what the batch names: at most nine statements, two for plain messages.
    pub(super) async fn of(tx: &mut PgConnection, batch: &[Act], now: Timestamp) -> Result<Self, StoreError> {
        let mut state = Self::default();
        state.load_rooms(tx, batch).await?;
        state.load_keys(tx, batch, now).await?;
        state.load_targets(tx, batch).await?;
        state.load_standings(tx, batch).await?;
        let corrected = batch.iter().filter_map(|act| Some((state.room(act)?, corrected(&act.deed)?)));
        // Each once: what is loaded twice would count twice.
        let corrected: BTreeSet<_> = corrected.collect();
        corrections::load(tx, &corrected.into_iter().collect::<Vec<_>>(), &mut state).await?;
        let pinning = batch.iter().filter(|act| matches!(act.deed, Deed::Pin { .. })).filter_map(|act| state.room(act));
        let pinning: BTreeSet<RoomId> = pinning.collect();
        pins::load(tx, &pinning.into_iter().collect::<Vec<_>>(), &mut state, now).await?;
        state.load_passes(tx, batch).await?;
        state.load_invited(tx, batch).await?;
        Ok(state)
    }

    /// How an act goes whose name is known; `None` of a new one.
    pub(super) fn recall(&self, act: &Act) -> Option<Outcome> {
        let key = act.key?;
        let room = self.rooms.get(&act.room_id)?;
        let known = self.keys.get(&(room.id, act.sender_id, key.client_id))?;
        Some(match &known.request {
            Some(request) if *request != key.request => Outcome::Conflict,
            _ => Outcome::Repeated { seq: known.seq, id: known.id, at: known.at },
        })
    }

    /// Lets later acts of the batch find this event.
    pub(super) fn remember(&mut self, room_id: RoomId, event: &Event, key: Option<ActKey>) {
        if let Some(key) = key {
            let known = Known { seq: event.seq, id: event.id, at: event.at, request: Some(key.request.to_vec()) };
            self.keys.insert((room_id, event.sender_id, key.client_id), known);
        }
        if let EventBody::Message(message) = &event.body {
            let message = Message {
                seq: event.seq,
                sender: event.sender_id,
                version: 1,
                text: message.text.clone(),
                expires_at: message.expires_at,
                poll: message.poll.as_ref().map(|poll| PollFacts::of(poll)),
            };
            self.targets.insert((room_id, event.id), message);
        }
    }

    /// Forgets the request that made this message, its reactions, votes and corrections: it is gone.
    pub(super) fn forget(&mut self, room_id: RoomId, seq: Seq) {
        self.forget_request(room_id, seq);
        if let Some(pins) = self.pins.get_mut(&room_id) {
            pins.remove(&seq);
        }
        for proposal in self.proposals.remove(&(room_id, seq)).unwrap_or_default() {
            self.forget_request(room_id, proposal.seq);
        }
        self.reactions.retain(|(place, _), _| *place != (room_id, seq));
        self.votes.retain(|(place, _), _| *place != (room_id, seq));
    }

    /// Forgets the request that made the event at this seq.
    pub(super) fn forget_request(&mut self, room_id: RoomId, seq: Seq) {
        for ((room, ..), known) in &mut self.keys {
            if *room == room_id && known.seq == seq {
                known.request = None;
            }
        }
    }

    async fn load_rooms(&mut self, tx: &mut PgConnection, batch: &[Act]) -> Result<(), StoreError> {
        let ids: BTreeSet<RoomId> = batch.iter().map(|act| act.room_id).collect();
        let ids: Vec<RoomId> = ids.into_iter().collect();
        for row in ROOMS.fetch(tx, &ids, |bound, id| bound.bind(*id.as_uuid())).await? {
            self.rooms.insert(row.id(0, RoomId::from_uuid)?, room(&row)?);
        }
        Ok(())
    }

    async fn load_keys(&mut self, tx: &mut PgConnection, batch: &[Act], now: Timestamp) -> Result<(), StoreError> {
        let named = batch.iter().filter_map(|act| Some((self.room(act)?, act.sender_id, act.key?.client_id)));
        let names: Vec<(RoomId, UserId, ClientId)> = named.collect();
        let bind = |bound: crate::rows::Bind, (room, sender, name): &(RoomId, UserId, ClientId)| {
            bound.bind(*room.as_uuid()).bind(*sender.as_uuid()).bind(*name.as_uuid())
        };
        for row in KEYS.fetch(tx, &names, bind).await? {
            let gone = row.maybe_time(7)?.is_some_and(|at| at <= now);
            let known = Known {
                seq: row.seq(3)?,
                id: row.id(4, EventId::from_uuid)?,
                at: row.time(5)?,
                request: row.value::<Option<Vec<u8>>>(6)?.filter(|_| !gone),
            };
            let name = (row.id(0, RoomId::from_uuid)?, row.id(1, UserId::from_uuid)?, row.id(2, ClientId::from_uuid)?);
            self.keys.insert(name, known);
        }
        Ok(())
    }

    async fn load_targets(&mut self, tx: &mut PgConnection, batch: &[Act]) -> Result<(), StoreError> {
        let named = batch.iter().filter_map(|act| Some((self.room(act)?, act)));
        let named = named.flat_map(|(room, act)| targets(&act.deed).map(move |target| (room, target, act.sender_id)));
        let targets: Vec<(RoomId, EventId, UserId)> = named.collect();
        let bind = |bound: crate::rows::Bind, (room, id, user): &(RoomId, EventId, UserId)| {
            bound.bind(*room.as_uuid()).bind(*id.as_uuid()).bind(*user.as_uuid())
        };
        for row in TARGETS.fetch(tx, &targets, bind).await? {
            let room = row.id(0, RoomId::from_uuid)?;
            let message = Message {
                seq: row.seq(3)?,
                sender: row.id(8, UserId::from_uuid)?,
                version: row.small(4)?,
                text: row.value(5)?,
                expires_at: row.maybe_time(6)?,
                poll: polls::facts(&row, 9)?,
            };
            if let Some(key) = row.value(7)? {
                self.reactions.insert(((room, message.seq), row.id(2, UserId::from_uuid)?), key);
            }
            if row.value::<Option<i64>>(13)?.is_some() {
                let voter = row.id(2, UserId::from_uuid)?;
                self.votes.insert(((room, message.seq), voter), polls::places(&row, 13)?);
            }
            self.targets.insert((room, row.id(1, EventId::from_uuid)?), message);
        }
        Ok(())
    }

    async fn load_standings(&mut self, tx: &mut PgConnection, batch: &[Act]) -> Result<(), StoreError> {
        let named: BTreeSet<_> = batch.iter().filter_map(|act| Some((self.room(act)?, about(act)?))).collect();
        let named: Vec<(RoomId, UserId)> = named.into_iter().collect();
        for row in
            STANDINGS.fetch(tx, &named, |bound, (room, user)| bound.bind(*room.as_uuid()).bind(*user.as_uuid())).await?
        {
            let standing =
                Standing { role: row.maybe_name(2)?, muted_until: row.maybe_time(3)?, banned: row.value(4)? };
            self.standings.insert((row.id(0, RoomId::from_uuid)?, row.id(1, UserId::from_uuid)?), standing);
        }
        let added = batch.iter().filter_map(|act| match act.deed {
            Deed::Add { user_id } => Some(user_id),
            Deed::Join { .. } => Some(act.sender_id),
            _ => None,
        });
        self.gone = notes::departed(tx, added).await?;
        Ok(())
    }

    async fn load_passes(&mut self, tx: &mut PgConnection, batch: &[Act]) -> Result<(), StoreError> {
        let shown: BTreeSet<[u8; 32]> = batch
            .iter()
            .filter_map(|act| match act.deed {
                Deed::Join { way: Way::Invite(hash) } => Some(hash),
                _ => None,
            })
            .collect();
        let shown: Vec<[u8; 32]> = shown.into_iter().collect();
        for row in PASSES.fetch(tx, &shown, |bound, hash| bound.bind(hash.to_vec())).await? {
            let hash: Vec<u8> = row.value(1)?;
            let hash = hash.try_into().map_err(|_| StoreError::corrupt("a hash of another length"))?;
            self.passes.insert((row.id(0, RoomId::from_uuid)?, hash), pass(&row, 2)?);
        }
        Ok(())
    }

    async fn load_invited(&mut self, tx: &mut PgConnection, batch: &[Act]) -> Result<(), StoreError> {
        let come = batch.iter().filter(|act| matches!(act.deed, Deed::Join { way: Way::Invitation }));
        let come: BTreeSet<(RoomId, UserId)> = come.filter_map(|act| Some((self.room(act)?, act.sender_id))).collect();
        let come: Vec<(RoomId, UserId)> = come.into_iter().collect();
        for row in
            INVITED.fetch(tx, &come, |bound, (room, user)| bound.bind(*room.as_uuid()).bind(*user.as_uuid())).await?
        {
            self.invited.insert((row.id(0, RoomId::from_uuid)?, row.id(1, UserId::from_uuid)?), row.name(2)?);
        }
        Ok(())
    }

    fn room(&self, act: &Act) -> Option<RoomId> {
        self.rooms.contains_key(&act.room_id).then_some(act.room_id)
    }
}

impl Message {
    /// Whether it is redacted, or expired by `now`.
    pub(super) fn gone(&self, now: Timestamp) -> bool {
        self.text.is_none() || self.expires_at.is_some_and(|at| at <= now)
    }
}

fn room(row: &PgRow) -> Result<Room, StoreError> {
    Ok(Room {
        id: row.id(0, RoomId::from_uuid)?,
        version: row.count(1)?,
        head: row.seq(2)?,
        last_at: row.time(3)?,
        kind: row.name(10)?,
        settings: settings(row, 4, 11)?,
        history_from_start: row.value(5)?,
        member_count: row.small(6)?,
        pending_opener: row.maybe_id(7, UserId::from_uuid)?,
        pending_sent: row.small(8)?,
        declined: row.value(9)?,
        shown_at: None,
        touched: false,
    })
}

/// The messages that the deed names.
fn targets(deed: &Deed) -> impl Iterator<Item = EventId> {
    let root = match deed {
        Deed::Message { extras, .. } => extras.thread.map(|root| root.event_id),
        _ => None,
    };
    target(deed).into_iter().chain(root)
}

fn target(deed: &Deed) -> Option<EventId> {
    match deed {
        Deed::Message { reply_to, .. } => reply_to.map(|named| named.event_id),
        Deed::Edit { target, .. } => Some(target.event_id),
        Deed::React { target, .. } => Some(target.event_id),
        Deed::Correct { target, .. }
        | Deed::Pin { target, .. }
        | Deed::Vote { target, .. }
        | Deed::ClosePoll { target } => Some(target.event_id),
        Deed::Redact { target } | Deed::DecideCorrection { target, .. } => Some(*target),
        Deed::Add { .. } | Deed::Remove { .. } | Deed::Join { .. } | Deed::Govern(_) | Deed::Recall => None,
    }
}

/// Whose place in the room the act is about.
fn about(act: &Act) -> Option<UserId> {
    match &act.deed {
        Deed::Join { .. } => Some(act.sender_id),
        Deed::Add { user_id } | Deed::Remove { user_id, .. } => Some(*user_id),
        Deed::Govern(measure) => measure.user_id(),
        _ => None,
    }
}

/// The message whose corrections the deed changes.
fn corrected(deed: &Deed) -> Option<EventId> {
    match deed {
        Deed::Correct { target, .. } => Some(target.event_id),
        Deed::DecideCorrection { target, .. } => Some(*target),
        _ => None,
    }
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&ROOMS, &KEYS, &TARGETS, &STANDINGS, &PASSES, &INVITED], single: &[] };
