//! Identity in memory.

mod accounts;
mod attempts;
mod changes;
mod departure;
mod factor;
mod passkeys;
mod sessions;
mod texts;

use crate::{
    contact::{Contact, ContactKind},
    identity::{Attempt, AttemptId, Bars, Budget, EndedSession, SecurityEvent, SessionRow, texts::Breaker},
    settings::CodeLimits,
};
use chatlink_protocol::{CeremonyId, PasskeyId, SessionId, Timestamp, UserId};
use std::collections::{BTreeMap, HashMap, VecDeque};

#[derive(Default)]
pub(in crate::memory) struct Tables {
    pub(super) last_seen: Option<Timestamp>,
    accounts: BTreeMap<UserId, Account>,
    contacts: BTreeMap<(ContactKind, String), (UserId, Contact, Timestamp)>,
    passwords: HashMap<UserId, String>,
    factors: HashMap<UserId, factor::FactorRow>,
    ceremonies: HashMap<CeremonyId, passkeys::Ceremony>,
    passkeys: BTreeMap<PasskeyId, passkeys::PasskeyRow>,
    /// Names that are kept for who had them, by key.
    reserved: HashMap<String, (UserId, Timestamp)>,
    security: HashMap<UserId, VecDeque<SecurityEvent>>,
    attempts: HashMap<AttemptId, Attempt>,
    spendings: HashMap<(Budget, Vec<u8>), Vec<Timestamp>>,
    refusals: HashMap<[u8; 32], Timestamp>,
    /// Contacts and hosts' names whose accounts were deleted, and until when they are kept.
    departures: HashMap<[u8; 32], Timestamp>,
    /// In the order of their times.
    texts: Vec<texts::Text>,
    breakers: HashMap<String, Breaker>,
    /// Failures in a row and the last one, by the login's trace.
    failures: HashMap<[u8; 32], (u32, Timestamp)>,
    sessions: BTreeMap<SessionId, Session>,
    ended: Vec<EndedSession>,
    ends: i64,
}

struct Account {
    username: String,
    username_key: String,
    username_changed_at: Option<Timestamp>,
    external_id: Option<String>,
    active: bool,
}

struct Session {
    row: SessionRow,
    token_hash: [u8; 32],
    alive_until: Timestamp,
}

impl Tables {
    /// The later of `now` and the highest time that was ever told.
    pub(in crate::memory) fn tick(&mut self, now: Timestamp) -> Timestamp {
        let seen = self.last_seen.map_or(now, |seen| seen.max(now));
        self.last_seen = Some(seen);
        seen
    }

    pub(in crate::memory) fn seen(&self, now: Timestamp) -> Timestamp {
        self.last_seen.map_or(now, |seen| seen.max(now))
    }

    /// `Err`: the budget is spent until then.
    fn afford(&self, budget: Budget, subject: &[u8], limits: &CodeLimits, now: Timestamp) -> Result<(), Timestamp> {
        let since = now.minus(budget.window());
        let spent = self.spendings.get(&(budget, subject.to_vec()));
        let counting = spent.into_iter().flatten().copied().filter(|at| *at > since);
        budget.afford(counting.clone().count() as u64, counting.min(), limits, now)
    }

    /// What stands against a contact.
    fn bars(&self, trace: &[u8; 32]) -> Bars {
        Bars { refused_until: self.refusals.get(trace).copied(), departed_until: self.departures.get(trace).copied() }
    }

    /// Counts an export, if one is left.
    pub(in crate::memory) fn admit_export(
        &mut self,
        trace: &[u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let now = self.tick(now);
        self.afford(Budget::Exports, trace, limits, now)?;
        self.spend(Budget::Exports, trace, now);
        Ok(())
    }

    /// The active account that the host calls so.
    pub(in crate::memory) fn find_external(&self, external_id: &str) -> Option<UserId> {
        let named = |account: &Account| account.active && account.external_id.as_deref() == Some(external_id);
        self.accounts.iter().find(|(_, account)| named(account)).map(|(user, _)| *user)
    }

    fn spend(&mut self, budget: Budget, subject: &[u8], now: Timestamp) {
        self.spendings.entry((budget, subject.to_vec())).or_default().push(now);
    }

    /// Takes the newest spending back.
    fn refund(&mut self, budget: Budget, subject: &[u8]) {
        if let Some(spent) = self.spendings.get_mut(&(budget, subject.to_vec())) {
            spent.pop();
        }
    }

    /// The name of an account that is active.
    pub(in crate::memory) fn active_username(&self, user: UserId) -> Option<&str> {
        self.accounts.get(&user).filter(|account| account.active).map(|account| account.username.as_str())
    }

    /// Whether the account exists, active or not.
    pub(in crate::memory) fn has_account(&self, user: UserId) -> bool {
        self.accounts.contains_key(&user)
    }
}
