//! A room and its members.

use crate::{
    memory::timeline::Logged,
    people::Avatar,
    rooms::{BanRow, DirectPair, History, InviteRow, Pending, Prefs, Role, RoomKind, RoomSettings},
};
use chatlink_protocol::{Seq, Timestamp, UserId};
use std::collections::{BTreeMap, HashMap};

pub(in crate::memory) struct Room {
    pub(super) kind: RoomKind,
    pub(in crate::memory) settings: RoomSettings,
    /// The picture that the settings name.
    pub(in crate::memory) avatar: Option<Avatar>,
    pub(super) history: History,
    pub(super) pair: Option<DirectPair>,
    pub(in crate::memory) version: u64,
    pub(in crate::memory) rev: u64,
    pub(in crate::memory) pending: Option<Pending>,
    /// The first contact that it began with.
    pub(in crate::memory) asked: Option<Asked>,
    pub(in crate::memory) members: BTreeMap<UserId, MemberState>,
    pub(in crate::memory) muted: HashMap<UserId, Timestamp>,
    pub(in crate::memory) banned: HashMap<UserId, BanRow>,
    pub(in crate::memory) invites: HashMap<[u8; 32], InviteRow>,
    pub(in crate::memory) asking: HashMap<UserId, Asking>,
    pub(in crate::memory) invited: HashMap<UserId, Invited>,
    /// Who is invited as far as others know, by whom, and when.
    pub(in crate::memory) sent: BTreeMap<(UserId, UserId), Timestamp>,
    pub(in crate::memory) updated_at: Timestamp,
    /// The log: the event of seq n stands at n − 1.
    pub(in crate::memory) log: Vec<Logged>,
}

/// Somebody who asks to be let in.
#[derive(Clone, Copy)]
pub(in crate::memory) struct Asking {
    pub(super) at: Timestamp,
    pub(super) declined_at: Option<Timestamp>,
    /// Declined, and taken back by whoever asked, who learns nothing.
    pub(super) taken_back: bool,
}

/// Somebody who is invited.
#[derive(Clone, Copy)]
pub(in crate::memory) struct Invited {
    pub(super) by: UserId,
    pub(super) at: Timestamp,
    pub(super) declined_at: Option<Timestamp>,
}

/// A first contact: it stays known when it is answered.
#[derive(Clone, Copy)]
pub(in crate::memory) struct Asked {
    pub(super) user: UserId,
    pub(super) at: Timestamp,
    pub(in crate::memory) wrote: bool,
}

pub(in crate::memory) struct MemberState {
    pub(in crate::memory) role: Role,
    pub(in crate::memory) from_seq: Seq,
    /// The event of the joining: nothing up to it is unread. 0 for who was there from the start.
    pub(in crate::memory) join_seq: Seq,
    pub(super) joined_at: Timestamp,
    pub(super) read_seq: Seq,
    pub(super) delivered_seq: Seq,
    pub(super) prefs: Prefs,
    pub(super) declined: bool,
}

impl Room {
    pub(in crate::memory) fn head(&self) -> Seq {
        Seq(self.log.len() as u64)
    }

    pub(in crate::memory) fn last_at(&self) -> Timestamp {
        self.log.last().map_or(Timestamp::EPOCH, |logged| logged.event.at)
    }

    /// From where somebody added now reads, by an event at `seq`.
    pub(in crate::memory) fn first_seq(&self, seq: Seq) -> Seq {
        match self.history {
            History::FromJoin => seq,
            History::All => Seq(1),
        }
    }

    pub(in crate::memory) fn waits_for(&self, user: UserId) -> bool {
        self.members.contains_key(&user) && self.pending.is_some_and(|pending| pending.opener != user)
    }

    pub(super) fn accept(&mut self) {
        self.pending = None;
        self.version += 1;
        self.members.values_mut().for_each(|member| member.declined = false);
    }
}

impl MemberState {
    pub(in crate::memory) fn new(role: Role, from_seq: Seq, join_seq: Seq, now: Timestamp) -> Self {
        Self {
            role,
            from_seq,
            join_seq,
            joined_at: now,
            read_seq: Seq(0),
            delivered_seq: Seq(0),
            prefs: Prefs::default(),
            declined: false,
        }
    }
}
