//! Attempts in memory: the pure state machine under the lock.

use crate::{
    contact::Contact,
    error::StoreError,
    identity::{
        Attempt, AttemptId, AttemptPurpose, AttemptState, AttemptStore, Budget, CheckOutcome, ENDS_TOLD, Ending,
        FAILURES_FORGOTTEN, LONGEST_WINDOW, Leftover, Mail, NetworkPrefix, NewAttempt, ProofHash, Proved, Refusal,
        ResendOutcome, RightCode, SECURITY_KEPT, StartOutcome, Step, texts::TEXTS_KEPT,
    },
    memory::MemoryStore,
    settings::CodeLimits,
};
use async_trait::async_trait;
use chatlink_protocol::{Timestamp, UserId};
use std::collections::HashMap;

#[async_trait]
impl AttemptStore for MemoryStore {
    async fn start(&self, new: NewAttempt, limits: &CodeLimits, now: Timestamp) -> Result<StartOutcome, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let prefix = new.prefix.as_bytes();
        if let Err(until) = tables.afford(Budget::Starts, prefix, limits, now) {
            return Ok(StartOutcome::Limited(until));
        }
        tables.spend(Budget::Starts, prefix, now);
        let owner = new.contact_to_own().and_then(|contact| tables.owner_of(contact));
        let new = new.owned_by(owner);
        let mail = new.mail(tables.bars(&new.contact_trace), now);
        let mail = tables.spend_mail(&new.contact_trace, mail, limits, now);
        let mail = tables.spend_text(new.id, new.contact.as_ref(), mail, &limits.texts, now);
        let attempt = new.open(mail, limits, now);
        tables.attempts.insert(attempt.id, attempt.clone());
        Ok(StartOutcome::Started(attempt, mail))
    }

    async fn find_attempt(&self, purpose: AttemptPurpose, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
        let attempt = self.lock().identity.attempts.get(&id).cloned();
        Ok(attempt.filter(|attempt| attempt.purpose == purpose))
    }

    async fn resend(
        &self,
        purpose: AttemptPurpose,
        id: AttemptId,
        code_mac: [u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<ResendOutcome, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let Some(attempt) = tables.attempts.get(&id).filter(|attempt| attempt.purpose == purpose).cloned() else {
            return Ok(ResendOutcome::Gone);
        };
        if let Err(refusal) = attempt.may_resend(limits, now) {
            return Ok(refusal.into());
        }
        let mail = attempt.mail_again(tables.bars(&attempt.contact_trace), now);
        let mail = tables.spend_mail(&attempt.contact_trace, mail, limits, now);
        let mail = tables.spend_text(id, attempt.contact.as_ref(), mail, &limits.texts, now);
        match attempt.step(&Step::Resend { code_mac }, limits, now) {
            Err(refusal) => Ok(refusal.into()),
            Ok(next) => {
                tables.attempts.insert(id, next.clone());
                Ok(ResendOutcome::Sent(next, mail))
            }
        }
    }

    async fn admit_check(
        &self,
        purpose: AttemptPurpose,
        id: AttemptId,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<CheckOutcome, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let budgets = Budget::of_checks(&prefix);
        for (budget, subject) in budgets {
            if let Err(until) = tables.afford(budget, subject, limits, now) {
                return Ok(CheckOutcome::Limited(until));
            }
        }
        let attempt = tables.attempts.get(&id).filter(|attempt| attempt.purpose == purpose);
        let step = attempt.map_or(Err(Refusal::Gone), |attempt| attempt.step(&Step::Check, limits, now));
        match step {
            Err(refusal) => Ok(refusal.into()),
            Ok(next) => {
                tables.attempts.insert(id, next.clone());
                for (budget, subject) in budgets {
                    tables.spend(budget, subject, now);
                }
                Ok(CheckOutcome::Admitted(next))
            }
        }
    }

    async fn prove(
        &self,
        right: RightCode,
        proof: ProofHash,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let id = right.attempt_id();
        let Some(attempt) = tables.attempts.get(&id) else { return Ok(None) };
        let Ok(next) = attempt.step(&Step::Prove { right, proof }, limits, now) else { return Ok(None) };
        let AttemptState::Proved { complete_by, .. } = next.state else { return Ok(None) };
        tables.attempts.insert(id, next);
        tables.prove_texts(id);
        for (budget, subject) in Budget::of_checks(&prefix) {
            tables.refund(budget, subject);
        }
        Ok(Some(complete_by))
    }

    async fn refuse(&self, proved: Proved, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        if !tables.end_attempt(&proved, AttemptPurpose::Registration, Ending::Refused, now) {
            return Ok(false);
        }
        let trace = proved.attempt().contact_trace;
        tables.refusals.insert(trace, until);
        let unfinished = |state| state != AttemptState::Done;
        for attempt in tables.attempts.values_mut().filter(|attempt| attempt.contact_trace == trace) {
            if attempt.purpose == AttemptPurpose::Registration && unfinished(attempt.state) {
                *attempt = attempt.clone().refused();
            }
        }
        Ok(true)
    }

    async fn purge_identity(&self, what: Leftover, limit: u32, now: Timestamp) -> Result<u32, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let gone = match what {
            Leftover::Attempts => forget(&mut tables.attempts, most, |attempt| attempt.is_over(now)),
            Leftover::Spendings => tables.forget_spendings(most, now.minus(LONGEST_WINDOW)),
            Leftover::Refusals => forget(&mut tables.refusals, most, |until| *until <= now),
            Leftover::LoginFailures => {
                forget(&mut tables.failures, most, |(_, at)| *at <= now.minus(FAILURES_FORGOTTEN))
            }
            Leftover::Sessions => {
                let past = tables.sessions.values().filter(|session| !session.is_alive(now));
                let past: Vec<_> = past.map(|session| session.row.session_id).take(most).collect();
                tables.end(&past, now);
                past.len()
            }
            Leftover::Ends => {
                let old = tables.ended.iter().take_while(|ended| ended.ended_at <= now.minus(ENDS_TOLD)).take(most);
                let old = old.count();
                tables.ended.drain(..old).count()
            }
            Leftover::FactorOffers => tables.forget_offers(most, now),
            Leftover::Ceremonies => tables.forget_ceremonies(most, now),
            Leftover::SecurityEvents => tables.forget_events(most, now.minus(SECURITY_KEPT)),
            Leftover::Usernames => forget(&mut tables.reserved, most, |(_, until)| *until <= now),
            Leftover::Departures => forget(&mut tables.departures, most, |until| *until <= now),
            Leftover::Texts => tables.forget_texts(most, now),
            Leftover::Breakers => {
                let forgotten = now.minus(TEXTS_KEPT);
                forget(&mut tables.breakers, most, |breaker| breaker.closed_until <= forgotten)
            }
        };
        Ok(u32::try_from(gone).unwrap_or(limit))
    }
}

/// Forgets at most so many that are old; answers how many.
pub(super) fn forget<K: Clone + Eq + std::hash::Hash, V>(
    map: &mut HashMap<K, V>,
    most: usize,
    old: impl Fn(&V) -> bool,
) -> usize {
    let gone: Vec<K> = map.iter().filter(|(_, value)| old(value)).map(|(key, _)| key.clone()).take(most).collect();
    for key in &gone {
        map.remove(key);
    }
    gone.len()
}

impl super::Tables {
    fn forget_spendings(&mut self, most: usize, before: Timestamp) -> usize {
        let mut gone = 0;
        for spent in self.spendings.values_mut() {
            spent.retain(|at| {
                let stays = *at > before || gone == most;
                gone += usize::from(!stays);
                stays
            });
        }
        self.spendings.retain(|_, spent| !spent.is_empty());
        gone
    }

    /// Whose contact this is, and how it is written there.
    fn owner_of(&self, contact: &Contact) -> Option<(UserId, Contact)> {
        let (user, stored, _) = self.contacts.get(&(contact.kind(), contact.key().to_owned()))?;
        Some((*user, stored.clone()))
    }

    fn spend_mail(&mut self, trace: &[u8; 32], mail: Mail, limits: &CodeLimits, now: Timestamp) -> Mail {
        if self.afford(Budget::Mails, trace, limits, now).is_err() {
            return Mail::Withheld;
        }
        self.spend(Budget::Mails, trace, now);
        mail
    }

    /// Takes the last step of a proved attempt of that purpose, if its proof still is good.
    pub(super) fn end_attempt(
        &mut self,
        proved: &Proved,
        purpose: AttemptPurpose,
        ending: Ending,
        now: Timestamp,
    ) -> bool {
        let attempt = self.attempts.get(&proved.attempt().id).filter(|attempt| attempt.purpose == purpose);
        let next = attempt.and_then(|attempt| attempt.end(proved.proof(), ending, now));
        next.map(|next| self.attempts.insert(next.id, next)).is_some()
    }
}
