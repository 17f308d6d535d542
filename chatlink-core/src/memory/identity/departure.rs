//! What a deletion takes away of an account, in memory.

use super::Tables;
use crate::{
    identity::{EndWhich, Settled},
    rights::{Deletion, Deletor},
};
use chatlink_protocol::{SessionId, Timestamp, UserId};
use std::collections::BTreeSet;

impl Tables {
    /// Whether the account was there and is deleted.
    pub(in crate::memory) fn is_deleted(&self, user: UserId) -> bool {
        self.accounts.get(&user).is_some_and(|account| !account.active)
    }

    /// Deletes the account; answers the sessions that ended. `None`: its contacts are others.
    pub(in crate::memory) fn delete(&mut self, deletion: &Deletion, now: Timestamp) -> Settled<Option<Vec<SessionId>>> {
        let user = deletion.user_id;
        let account = self.accounts.get(&user).filter(|account| account.active);
        let trace = match &deletion.by {
            Deletor::Owner(_) => None,
            Deletor::Host { external_id, trace } => {
                if account.and_then(|account| account.external_id.as_ref()) != Some(external_id) {
                    return Settled::Gone;
                }
                Some(*trace)
            }
        };
        if account.is_none() {
            return Settled::Gone;
        }
        let named: BTreeSet<_> = deletion.contacts.iter().map(|(kind, key, _)| (*kind, key.clone())).collect();
        let kept = self.contacts.iter().filter(|(_, (owner, ..))| *owner == user).map(|(key, _)| key.clone());
        if kept.collect::<BTreeSet<_>>() != named {
            return Settled::Done(None);
        }
        if let Deletor::Owner(login) = &deletion.by
            && let Some(refusal) = self.settle(login, now).refusal()
        {
            return refusal;
        }
        let traces: Vec<_> = deletion.contacts.iter().map(|(.., trace)| *trace).chain(trace).collect();
        self.departures.extend(traces.iter().map(|trace| (*trace, deletion.kept_until)));
        Settled::Done(Some(self.forget_account(user, &traces, deletion.kept_until, now)))
    }

    fn forget_account(
        &mut self,
        user: UserId,
        traces: &[[u8; 32]],
        kept_until: Timestamp,
        now: Timestamp,
    ) -> Vec<SessionId> {
        let ended = self.end_those(user, EndWhich::AllBut(None), now);
        self.sessions.retain(|_, session| session.row.user_id != user);
        self.contacts.retain(|_, (owner, ..)| *owner != user);
        self.passwords.remove(&user);
        self.factors.remove(&user);
        self.forget_passkeys_of(user);
        self.security.remove(&user);
        self.attempts.retain(|_, attempt| {
            let theirs = [attempt.user_id, attempt.asked_by].contains(&Some(user));
            !theirs && !traces.contains(&attempt.contact_trace)
        });
        if let Some(account) = self.accounts.get_mut(&user) {
            let key = std::mem::replace(&mut account.username_key, format!("-{user}"));
            self.reserved.insert(key, (user, kept_until));
            account.username = String::new();
            account.username_changed_at = None;
            account.external_id = None;
            account.active = false;
        }
        ended
    }
}
