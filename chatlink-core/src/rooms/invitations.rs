//! Bringing people into groups: who is known comes in at once, who is not is asked first.

use super::{Contact, Invitation, InvitePeople, NewInvitations, Right, Rooms, Tie, Way, contact};
use crate::{
    error::Invalid,
    timeline::{TalkError, UserNote, room_note},
};
use chatlink_protocol::{RoomId, UserId};
use std::collections::HashMap;

/// How often an invitation is tried while the room changes under it.
const TRIES: usize = 8;

/// People whom one brings into a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sorted {
    /// Who comes in at once.
    pub(super) settled: Vec<UserId>,
    /// Who is asked first.
    pub(super) asked: Vec<UserId>,
    /// Who is not asked, and looks as if he were.
    pub(super) unheard: Vec<UserId>,
}

impl Rooms {
    /// What the rule of first contact says of each, in a bounded number of questions to the store.
    pub(super) async fn contacts(&self, me: UserId, users: &[UserId]) -> Result<HashMap<UserId, Contact>, TalkError> {
        let open = self.people.may_contact(me, users).await?;
        let ties = self.context.observe(self.context.store.ties(me, users).await)?;
        let begins = |user: &UserId| matches!(ties.get(user), None | Some(Tie::Opened | Tie::Declined));
        let first: Vec<UserId> = open.iter().copied().filter(begins).collect();
        let lets = self.people.open_to_first_word(me, &first).await?;
        let of = |user: &UserId| contact(open.contains(user), ties.get(user).copied(), lets.contains(user));
        Ok(users.iter().map(|user| (*user, of(user))).collect())
    }

    /// Sorts people whom one brings into a group; the first who is no such person is named.
    pub(super) async fn sort(&self, me: UserId, field: &str, users: &[UserId]) -> Result<Sorted, TalkError> {
        let contacts = self.contacts(me, users).await?;
        let (mut sorted, mut invalid) = (Sorted::default(), Invalid::default());
        for (index, user) in users.iter().enumerate() {
            match contacts.get(user).copied().unwrap_or(Contact::Absent) {
                Contact::Settled => sorted.settled.push(*user),
                Contact::Request => sorted.asked.push(*user),
                Contact::Declined => sorted.unheard.push(*user),
                Contact::Closed | Contact::Opened => {
                    invalid.push(format!("{field}[{index}]"), "not_first", "nobody turns to them first");
                }
                Contact::Absent => invalid.push(format!("{field}[{index}]"), "user_not_found", "no such person"),
            }
        }
        invalid.check()?;
        Ok(sorted)
    }

    /// Invites people into a group that `me` may bring people into.
    pub(super) async fn invite(&self, me: UserId, room: RoomId, users: &[UserId]) -> Result<(), TalkError> {
        for _ in 0..TRIES {
            let authz = self.timeline.allowed(me, room, Right::Add).await?;
            let new = NewInvitations {
                room_id: room,
                invited_by: me,
                authz_version: authz.version,
                notes: users.iter().map(|user| invited_note(*user, room)).collect(),
            };
            match self.context.observe(self.context.store.invite(new, self.context.now()).await)? {
                InvitePeople::Invited(told) => {
                    self.tell(told);
                    return Ok(());
                }
                InvitePeople::Full => return Err(TalkError::InvitesFull),
                InvitePeople::Stale => self.timeline.forget(room),
            }
        }
        Err(TalkError::Busy)
    }

    /// Comes into the group by the invitation that waits.
    pub(super) async fn accept_invitation(&self, me: UserId, room: RoomId) -> Result<(), TalkError> {
        let invitation = self.waiting_invitation(me, room).await?;
        if !self.people.may_meet(me, invitation.invited_by).await? {
            return Err(TalkError::NoRoom);
        }
        self.timeline.join(me, room, Way::Invitation).await
    }

    /// Declines the invitation that waits.
    pub(super) async fn decline_invitation(&self, me: UserId, room: RoomId) -> Result<(), TalkError> {
        let notes = vec![room_note(me, room, "declined")];
        let declined = self.context.store.decline_invitation(room, me, notes, self.context.now()).await;
        self.tell(self.context.observe(declined)?.ok_or(TalkError::NoRoom)?);
        Ok(())
    }

    pub(super) async fn waiting_invitation(&self, me: UserId, room: RoomId) -> Result<Invitation, TalkError> {
        let found = self.context.store.list_invitations(me, Some(room), None, 1).await;
        self.context.observe(found)?.pop().ok_or(TalkError::NoRoom)
    }
}

/// That one is invited into a room; more of it the list of requests tells.
pub(super) fn invited_note(user: UserId, room: RoomId) -> UserNote {
    room_note(user, room, "invited")
}
