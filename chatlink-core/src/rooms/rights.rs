//! The permission table: who may do what in a room. One place, asked by every use case.

use super::{Authz, Member, Posting, Role, RoomKind};
use chatlink_protocol::{Timestamp, UserId};

/// What somebody wants to do in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// Write, and change what one wrote.
    Write,
    /// React.
    React,
    /// Pin messages for all, and take pins off.
    Pin,
    /// Name all members at once.
    MentionAll,
    /// Take back somebody else's message.
    RedactOthers,
    /// Take the word from a member of a lower role for a while, and give it back.
    Mute,
    /// Add a member.
    Add,
    /// Take out a member of a lower role.
    Remove,
    /// Keep somebody of a lower role out of it, and see whom it keeps out.
    Ban,
    /// Give a member of a lower role another one, no higher than one's own.
    SetRole,
    /// Change title, topic and settings.
    Change,
    /// Say how long messages stay.
    SetTimer,
    /// Make somebody else the owner.
    HandOver,
    /// Leave.
    Leave,
}

impl Right {
    /// All, for tables and tests.
    pub const ALL: [Self; 14] = [
        Self::Write,
        Self::React,
        Self::Pin,
        Self::MentionAll,
        Self::RedactOthers,
        Self::Mute,
        Self::Add,
        Self::Remove,
        Self::Ban,
        Self::SetRole,
        Self::Change,
        Self::SetTimer,
        Self::HandOver,
        Self::Leave,
    ];

    /// The lowest role that has it in a room of this kind; `None`: nobody there has.
    #[must_use]
    pub const fn needs(self, kind: RoomKind, posting: Posting) -> Option<Role> {
        match (kind, self, posting) {
            (RoomKind::Group, Self::Write, Posting::Admins) => Some(Role::Admin),
            (_, Self::Write | Self::React, _) | (RoomKind::Group, Self::Leave, _) => Some(Role::Member),
            // Of two people both may.
            (RoomKind::Direct, Self::Pin | Self::MentionAll | Self::SetTimer, _) => Some(Role::Member),
            (RoomKind::Group, Self::Pin | Self::MentionAll | Self::RedactOthers | Self::Mute, _) => {
                Some(Role::Moderator)
            }
            (
                RoomKind::Group,
                Self::Add | Self::Remove | Self::Ban | Self::SetRole | Self::Change | Self::SetTimer,
                _,
            ) => Some(Role::Admin),
            (RoomKind::Group, Self::HandOver, _) => Some(Role::Owner),
            // Two people, for ever: neither adds, removes, leaves, or speaks for the other. How long their words stay
            // either says.
            (RoomKind::Direct, _, _) => None,
        }
    }

    /// Whether who was muted has it no more until then.
    #[must_use]
    pub const fn is_a_word(self) -> bool {
        matches!(self, Self::Write | Self::React)
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
    /// A moderator took the word from him, for so many seconds from now.
    Muted(u64),
    /// The room has as many members as it may have.
    Full,
    /// There is no such person for him, or no such member.
    NoUser,
    /// The room would have no owner any more.
    LastOwner,
    /// Somebody whom a message names is no member.
    Unmentionable,
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

    /// Who opened the request that waits for this person's answer, if one does.
    #[must_use]
    pub fn opener_before(&self, user: UserId) -> Option<UserId> {
        self.pending.map(|pending| pending.opener).filter(|opener| *opener != user)
    }

    /// The member, if he has this right at `now`.
    ///
    /// # Errors
    /// [`Refusal::NotMember`], [`Refusal::NoRight`], [`Refusal::Severed`] for all but leaving, or
    /// [`Refusal::Muted`] for words and reactions.
    pub fn allow(&self, user: UserId, right: Right, now: Timestamp) -> Result<Member, Refusal> {
        let member = self.member(user)?;
        if right.needs(self.kind, self.settings.posting).is_none_or(|least| member.role < least) {
            return Err(Refusal::NoRight);
        }
        if self.severed {
            return Err(Refusal::Severed);
        }
        match self.muted.get(&user).filter(|until| right.is_a_word() && **until > now) {
            Some(until) => Err(Refusal::Muted(until.since(now).as_secs().max(1))),
            None => Ok(member),
        }
    }

    /// The member, if he has this right over another one: nobody reaches his equals, or above.
    ///
    /// # Errors
    /// As [`allow`](Self::allow), [`Refusal::NoRight`] over whom he has none.
    pub fn allow_over(&self, user: UserId, right: Right, over: UserId, now: Timestamp) -> Result<Member, Refusal> {
        let mine = self.allow(user, right, now)?;
        match self.members.get(&over) {
            Some(theirs) if theirs.role >= mine.role => Err(Refusal::NoRight),
            _ => Ok(mine),
        }
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
        if self.has_owner_beside(leaver) {
            return None;
        }
        self.members
            .iter()
            .filter(|(user, _)| **user != leaver)
            .max_by(|(a, one), (b, two)| one.role.cmp(&two.role).then(two.from_seq.cmp(&one.from_seq)).then(b.cmp(a)))
            .map(|(user, _)| *user)
    }

    /// Whether somebody else than this one owns the room.
    #[must_use]
    pub fn has_owner_beside(&self, user: UserId) -> bool {
        self.members.iter().any(|(other, member)| *other != user && member.role == Role::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Admin, Member as Plain, Moderator, Owner};

    /// The whole table, written a second time: a change of rights is made in two places, on purpose.
    #[test]
    fn every_right_has_its_lowest_role() {
        let expected = [
            (Right::Write, Plain, Admin),
            (Right::React, Plain, Plain),
            (Right::Pin, Moderator, Moderator),
            (Right::MentionAll, Moderator, Moderator),
            (Right::RedactOthers, Moderator, Moderator),
            (Right::Mute, Moderator, Moderator),
            (Right::Add, Admin, Admin),
            (Right::Remove, Admin, Admin),
            (Right::Ban, Admin, Admin),
            (Right::SetRole, Admin, Admin),
            (Right::Change, Admin, Admin),
            (Right::SetTimer, Admin, Admin),
            (Right::HandOver, Owner, Owner),
            (Right::Leave, Plain, Plain),
        ];
        assert_eq!(expected.map(|(right, ..)| right), Right::ALL);
        for (right, open, announcements) in expected {
            assert_eq!(right.needs(RoomKind::Group, Posting::Everyone), Some(open), "{right:?}");
            assert_eq!(right.needs(RoomKind::Group, Posting::Admins), Some(announcements), "{right:?}");
            let both = matches!(right, Right::Pin | Right::MentionAll | Right::SetTimer);
            let of_two = (right.is_a_word() || both).then_some(Plain);
            assert_eq!(right.needs(RoomKind::Direct, Posting::Everyone), of_two, "{right:?}");
        }
    }
}
