//! Changes of usernames and contacts in memory.

use super::Tables;
use crate::{
    contact::ContactKind,
    identity::{
        AttemptPurpose, Budget, ContactAdded, ContactRemoved, Origin, Renamed, RightCode, SecurityKind, Username,
        WonLogin,
    },
    settings::CodeLimits,
};
use chatlink_protocol::{Timestamp, UserId};
use std::time::Duration;

impl Tables {
    /// Whether a name, or its lookalike, is somebody else's, or is kept for somebody else.
    pub(super) fn name_taken(&self, username: &Username, except: Option<UserId>, now: Timestamp) -> bool {
        let key = username.key();
        let owned = |(user, account): (&UserId, &super::Account)| account.username_key == key && Some(*user) != except;
        let kept = self.reserved.get(&key).is_some_and(|(user, until)| now < *until && Some(*user) != except);
        kept || self.accounts.iter().any(owned)
    }

    pub(super) fn rename(&mut self, login: &WonLogin, username: &Username, every: Duration, now: Timestamp) -> Renamed {
        let user = login.user_id;
        if self.name_taken(username, Some(user), now) {
            return Renamed::Taken;
        }
        let Some(account) = self.accounts.get_mut(&user) else { return Renamed::Taken };
        let free_at = account.username_changed_at.map(|at| at.plus(every));
        if let Some(until) = free_at.filter(|until| now < *until) {
            return Renamed::TooSoon(until);
        }
        let old = std::mem::replace(&mut account.username_key, username.key());
        account.username = username.as_str().to_owned();
        account.username_changed_at = Some(now);
        self.reserved.remove(&username.key());
        if old != username.key() {
            self.reserved.insert(old, (user, now.plus(every)));
        }
        self.note_security(user, SecurityKind::UsernameChanged, &login.origin, now);
        Renamed::Renamed
    }

    pub(super) fn add_contact(
        &mut self,
        right: RightCode,
        origin: &Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> ContactAdded {
        let attempt = self.attempts.get(&right.attempt_id());
        let Some(attempt) = attempt.filter(|attempt| attempt.purpose == AttemptPurpose::Contact) else {
            return ContactAdded::Gone;
        };
        let Ok(done) = attempt.done_by(right, limits, now) else { return ContactAdded::Gone };
        let (Some(user), Some(contact)) = (done.asked_by, done.contact.clone()) else { return ContactAdded::Gone };
        if self.active_username(user).is_none() {
            return ContactAdded::Gone;
        }
        let key = (contact.kind(), contact.key().to_owned());
        if self.contacts.get(&key).is_some_and(|(owner, ..)| *owner != user) {
            return ContactAdded::Taken;
        }
        let before = self.contacts_of(user);
        self.attempts.insert(done.id, done);
        for (budget, subject) in Budget::of_checks(&origin.prefix) {
            self.refund(budget, subject);
        }
        self.contacts.retain(|(kind, _), (owner, ..)| *owner != user || *kind != contact.kind());
        self.contacts.insert(key, (user, contact, now));
        self.end_resets(user);
        self.note_security(user, SecurityKind::ContactAdded, origin, now);
        ContactAdded::Added(before)
    }

    pub(super) fn remove_contact(&mut self, login: &WonLogin, kind: ContactKind, now: Timestamp) -> ContactRemoved {
        let user = login.user_id;
        let before = self.contacts_of(user);
        if before.iter().all(|it| it.contact.kind() != kind) {
            return ContactRemoved::NotFound;
        }
        if before.iter().all(|it| it.contact.kind() == kind) {
            return ContactRemoved::Last;
        }
        self.contacts.retain(|(other, _), (owner, ..)| *owner != user || *other != kind);
        self.end_resets(user);
        self.note_security(user, SecurityKind::ContactRemoved, &login.origin, now);
        ContactRemoved::Removed(before)
    }

    /// Ends resets under way: their codes may lie in a mailbox that is the owner's no more.
    fn end_resets(&mut self, user: UserId) {
        self.attempts.retain(|_, attempt| attempt.purpose != AttemptPurpose::Reset || attempt.user_id != Some(user));
    }
}
