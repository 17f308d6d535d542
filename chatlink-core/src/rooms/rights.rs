//! The permission table: who may do what in a room. One place, asked by every use case.

use super::{Authz, Member, Role, RoomKind};
use chatlink_protocol::UserId;

/// What somebody wants to do in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// Write and react.
    Write,
    /// Take back somebody else's message.
    RedactOthers,
    /// Add a member.
    Add,
    /// Take out a member of a lower role.
    Remove,
    /// Change title and settings.
    Change,
    /// Leave.
    Leave,
}

impl Right {
    /// All, for tables and tests.
    pub const ALL: [Self; 6] = [Self::Write, Self::RedactOthers, Self::Add, Self::Remove, Self::Change, Self::Leave];

    /// The lowest role that has it in a room of this kind; `None`: nobody there has.
    #[must_use]
    pub const fn needs(self, kind: RoomKind) -> Option<Role> {
        match (kind, self) {
            (_, Self::Write) | (RoomKind::Group, Self::Leave) => Some(Role::Member),
            (RoomKind::Group, Self::RedactOthers) => Some(Role::Moderator),
            (RoomKind::Group, Self::Add | Self::Remove | Self::Change) => Some(Role::Admin),
            // Two people, for ever: neither adds, removes, leaves, or speaks for the other.
            (RoomKind::Direct, _) => None,
        }
    }
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not a member: for him there is no such room.
    NotMember,
    /// A member without this right.
    NoRight,
    /// The other person blocked him, was blocked, or is gone.
    Severed,
    /// The first contact waits for the other person's answer.
    RequestPending,
    /// The room has as many members as it may have.
    Full,
    /// The host's policy said no.
    Host,
    /// The host's policy did not answer in time.
    HostSilent,
}

impl Authz {
    /// The member, if he is one.
    ///
    /// # Errors
    /// [`Refusal::NotMember`].
    pub fn member(&self, user: UserId) -> Result<Member, Refusal> {
        self.members.get(&user).copied().ok_or(Refusal::NotMember)
    }

    /// The member, if he has this right.
    ///
    /// # Errors
    /// [`Refusal::NotMember`], [`Refusal::NoRight`], or [`Refusal::Severed`] for all but leaving.
    pub fn allow(&self, user: UserId, right: Right) -> Result<Member, Refusal> {
        let member = self.member(user)?;
        if right.needs(self.kind).is_none_or(|least| member.role < least) {
            return Err(Refusal::NoRight);
        }
        if self.severed {
            return Err(Refusal::Severed);
        }
        Ok(member)
    }

    /// Who becomes owner when `leaver` goes: nobody while another owner stays; else the one of the
    /// highest role, among equals the one who reads from the earliest event, then the lower id.
    #[must_use]
    pub fn heir(&self, leaver: UserId) -> Option<UserId> {
        let owns = self.members.get(&leaver).is_some_and(|member| member.role == Role::Owner);
        if owns { self.successor(leaver) } else { None }
    }

    /// Who becomes owner of a room that nobody of those who stay owns; chosen as [`heir`](Self::heir) is.
    #[must_use]
    pub fn successor(&self, leaver: UserId) -> Option<UserId> {
        let others = || self.members.iter().filter(|(user, _)| **user != leaver);
        if others().any(|(_, member)| member.role == Role::Owner) {
            return None;
        }
        others()
            .max_by(|(a, one), (b, two)| one.role.cmp(&two.role).then(two.from_seq.cmp(&one.from_seq)).then(b.cmp(a)))
            .map(|(user, _)| *user)
    }
}
