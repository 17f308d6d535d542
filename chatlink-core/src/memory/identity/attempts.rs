//! Attempts in memory: the pure state machine under the lock.

use crate::{
    error::StoreError,
    identity::{
        Attempt, AttemptId, AttemptPurpose, AttemptState, AttemptStore, Budget, CheckOutcome, Ending,
        FAILURES_FORGOTTEN, LONGEST_WINDOW, Mail, NetworkPrefix, NewAttempt, ProofHash, Proved, Refusal, ResendOutcome,
        RightCode, StartOutcome, Step, attempt_life,
    },
    memory::MemoryStore,
    settings::CodeLimits,
};
use async_trait::async_trait;
use chatlink_protocol::{Timestamp, UserId};
use std::time::Duration;

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
        let new = tables.name_owner(new);
        let mail = tables.mail_of(new.purpose, new.user_id, &new.contact_trace, now);
        let mail = tables.spend_mail(&new.contact_trace, mail, limits, now);
        let attempt = open(new, mail, limits, now);
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
        match attempt.step(&Step::Resend { code_mac: None }, limits, now) {
            Err(Refusal::Gone) => return Ok(ResendOutcome::Gone),
            Err(Refusal::Early(at)) => return Ok(ResendOutcome::Early(at)),
            Ok(_) => {}
        }
        let mail = match attempt.live {
            true => Mail::Code,
            false => tables.mail_of(purpose, attempt.user_id, &attempt.contact_trace, now).without_code(),
        };
        let mail = tables.spend_mail(&attempt.contact_trace, mail, limits, now);
        let code_mac = (mail != Mail::Withheld || !attempt.live).then_some(code_mac);
        let Ok(next) = attempt.step(&Step::Resend { code_mac }, limits, now) else { return Ok(ResendOutcome::Gone) };
        tables.attempts.insert(id, next.clone());
        Ok(ResendOutcome::Sent(next, mail))
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
        let budgets = [(Budget::Checks, prefix.as_bytes()), (Budget::AllChecks, &[])];
        for (budget, subject) in budgets {
            if let Err(until) = tables.afford(budget, subject, limits, now) {
                return Ok(CheckOutcome::Limited(until));
            }
        }
        let attempt = tables.attempts.get(&id).filter(|attempt| attempt.purpose == purpose);
        let step = attempt.map_or(Err(Refusal::Gone), |attempt| attempt.step(&Step::Check, limits, now));
        match step {
            Err(Refusal::Gone) => Ok(CheckOutcome::Gone),
            Err(Refusal::Early(at)) => Ok(CheckOutcome::Early(at)),
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
        tables.refund(Budget::Checks, prefix.as_bytes());
        tables.refund(Budget::AllChecks, &[]);
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
        let unfinished = |state| matches!(state, AttemptState::Open | AttemptState::Proved { .. });
        for attempt in tables.attempts.values_mut().filter(|attempt| attempt.contact_trace == trace) {
            if attempt.purpose == AttemptPurpose::Registration && unfinished(attempt.state) {
                attempt.state = AttemptState::Refused;
            }
        }
        Ok(true)
    }

    async fn purge_identity(&self, _limit: u32, now: Timestamp) -> Result<bool, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        tables.attempts.retain(|_, attempt| !is_over(attempt, now));
        for spent in tables.spendings.values_mut() {
            spent.retain(|at| *at > now.minus(LONGEST_WINDOW));
        }
        tables.spendings.retain(|_, spent| !spent.is_empty());
        tables.refusals.retain(|_, until| now < *until);
        tables.failures.retain(|_, (_, at)| *at > now.minus(FAILURES_FORGOTTEN));
        let past: Vec<_> =
            tables.sessions.values().filter(|session| !session.is_alive(now)).map(|s| s.row.session_id).collect();
        tables.end(&past, now);
        tables.ended.retain(|ended| ended.ended_at > now.minus(Duration::from_secs(2 * 3600)));
        Ok(false)
    }
}

impl super::Tables {
    /// Finds the account whose contact wants to register: its mail goes to the address as stored.
    fn name_owner(&self, new: NewAttempt) -> NewAttempt {
        let key = new.contact.as_ref().map(|contact| (contact.kind(), contact.key().to_owned()));
        match key.and_then(|key| self.contacts.get(&key)) {
            Some((user, contact, _)) if new.purpose == AttemptPurpose::Registration => {
                NewAttempt { user_id: Some(*user), contact: Some(contact.clone()), ..new }
            }
            _ => new,
        }
    }

    /// What goes to the contact, its budget aside.
    fn mail_of(&self, purpose: AttemptPurpose, user: Option<UserId>, trace: &[u8; 32], now: Timestamp) -> Mail {
        let refused = self.refusals.get(trace).is_some_and(|until| now < *until);
        match (purpose, user) {
            (AttemptPurpose::Reset, Some(_)) => Mail::Code,
            (AttemptPurpose::Reset, None) => Mail::Withheld,
            (AttemptPurpose::Registration, Some(_)) => Mail::Known,
            (AttemptPurpose::Registration, None) if refused => Mail::Refused,
            (AttemptPurpose::Registration, None) => Mail::Code,
        }
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

fn open(new: NewAttempt, mail: Mail, limits: &CodeLimits, now: Timestamp) -> Attempt {
    Attempt {
        id: new.id,
        purpose: new.purpose,
        contact: new.contact,
        contact_trace: new.contact_trace,
        user_id: new.user_id,
        live: mail == Mail::Code,
        code_mac: new.code_mac,
        sends: 1,
        sent_at: now,
        checks: 0,
        checked_at: now,
        code_expires_at: now.plus(limits.code_life),
        ends_at: now.plus(attempt_life(limits)),
        state: AttemptState::Open,
    }
}

/// Whether no answer needs it any more.
fn is_over(attempt: &Attempt, now: Timestamp) -> bool {
    let proof_over = match attempt.state {
        AttemptState::Proved { complete_by, .. } => complete_by <= now,
        _ => true,
    };
    proof_over && attempt.ends_at.max(attempt.code_expires_at) <= now
}
