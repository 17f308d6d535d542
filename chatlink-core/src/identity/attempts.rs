//! The use cases of attempts: start, send again, check. The same for registration, reset and contacts.

use super::{
    Identity,
    caller::Caller,
    code::{self, Code, RightCode},
    error::{ResendError, StartError, VerifyError},
    forms::{Started, Verified},
    notice::NoticeKind,
    opening::{Mail, NewAttempt},
    port::{CheckOutcome, LoginName, ResendOutcome, StartOutcome},
    post::Place,
    registration::{Attempt, AttemptId, AttemptPurpose, ProofHash},
    texts::{Destination, Reason, TextStop},
    token,
};
use crate::{
    contact::{Contact, ContactKind},
    error::Invalid,
    keys::Purpose,
};
use chatlink_protocol::{RegistrationId, ResetId, UserId};

impl Identity {
    /// Starts a registration: a code goes to the contact, or, where the contact is known, a notice
    /// to its owner. The answer is the same.
    ///
    /// # Errors
    /// The contact is none, or of a kind that nothing carries to; the caller's network, or the mail queue, is at its limit.
    pub async fn start_registration(&self, caller: &Caller, contact: &str) -> Result<Started, StartError> {
        let contact: Contact = contact.parse()?;
        self.carried(&contact)?;
        let trace = self.contact_trace(&contact);
        let draft = Draft { purpose: AttemptPurpose::Registration, contact: Some(contact), trace, ..Draft::default() };
        self.start(caller, draft).await
    }

    /// Starts a password reset: a code goes to the account's contact, if there is one. The same
    /// store calls are made for a login that is nobody's.
    ///
    /// # Errors
    /// The caller's network, or the mail queue, is at its limit.
    pub async fn start_reset(&self, caller: &Caller, login: &str) -> Result<Started, StartError> {
        let login = LoginName::of(login);
        let account = self.observe(self.context.store.find_login(&login).await)?;
        let user_id = account.as_ref().map(|account| account.user_id);
        let contact = account.and_then(|account| account.contact);
        let trace = contact.as_ref().map_or_else(|| self.login_trace(&login), |contact| self.contact_trace(contact));
        self.start(caller, Draft { purpose: AttemptPurpose::Reset, contact, trace, user_id, asked_by: None }).await
    }

    pub(super) async fn start(&self, caller: &Caller, draft: Draft) -> Result<Started, StartError> {
        let place = self.post.reserve().ok_or(StartError::Busy)?;
        let id = AttemptId(self.context.fresh_id());
        let code = Code::draw(draft.purpose, self.context.entropy.as_ref());
        let code_mac = code::seal(&self.context.keys, draft.purpose, draft.contact.as_ref(), id, code.as_str());
        let attempt = NewAttempt {
            id,
            purpose: draft.purpose,
            contact: draft.contact,
            contact_trace: draft.trace,
            user_id: draft.user_id,
            asked_by: draft.asked_by,
            code_mac,
            prefix: caller.prefix(),
        };
        let now = self.now();
        match self.observe(self.context.store.start(attempt, self.limits(), now).await)? {
            StartOutcome::Limited(until) => Err(StartError::Limited(until.since(now))),
            StartOutcome::Started(attempt, mail) => {
                self.mail(place, caller, &attempt, mail, code);
                Ok(self.started(&attempt))
            }
        }
    }

    /// Sends a fresh code of a registration and kills the one before. Counts of checks stay.
    ///
    /// # Errors
    /// Over, or too early.
    pub async fn resend(&self, caller: &Caller, id: RegistrationId) -> Result<Started, ResendError> {
        self.send_again(caller, AttemptPurpose::Registration, id.into()).await
    }

    /// Sends a fresh code of a reset and kills the one before. Counts of checks stay.
    ///
    /// # Errors
    /// Over, or too early.
    pub async fn resend_reset(&self, caller: &Caller, id: ResetId) -> Result<Started, ResendError> {
        self.send_again(caller, AttemptPurpose::Reset, id.into()).await
    }

    async fn send_again(
        &self,
        caller: &Caller,
        purpose: AttemptPurpose,
        id: AttemptId,
    ) -> Result<Started, ResendError> {
        let place = self.post.reserve().ok_or(ResendError::Busy)?;
        let store = &self.context.store;
        let attempt = self.observe(store.find_attempt(purpose, id).await)?.ok_or(ResendError::Gone)?;
        let code = Code::draw(purpose, self.context.entropy.as_ref());
        let code_mac = code::seal(&self.context.keys, purpose, attempt.contact.as_ref(), id, code.as_str());
        let now = self.now();
        match self.observe(store.resend(purpose, id, code_mac, self.limits(), now).await)? {
            ResendOutcome::Gone => Err(ResendError::Gone),
            ResendOutcome::Early(at) => Err(ResendError::TooEarly(at.since(now))),
            ResendOutcome::Sent(attempt, mail) => {
                self.mail(place, caller, &attempt, mail, code);
                Ok(self.started(&attempt))
            }
        }
    }

    /// Checks a registration's code; the try is counted before it is compared.
    ///
    /// # Errors
    /// Wrong, paused, or over.
    pub async fn verify(&self, caller: &Caller, id: RegistrationId, code: &str) -> Result<Verified, VerifyError> {
        self.check(caller, AttemptPurpose::Registration, id.into(), code).await
    }

    /// Checks a reset's code; the try is counted before it is compared.
    ///
    /// # Errors
    /// Wrong, paused, or over.
    pub async fn verify_reset(&self, caller: &Caller, id: ResetId, code: &str) -> Result<Verified, VerifyError> {
        self.check(caller, AttemptPurpose::Reset, id.into(), code).await
    }

    async fn check(
        &self,
        caller: &Caller,
        purpose: AttemptPurpose,
        id: AttemptId,
        code: &str,
    ) -> Result<Verified, VerifyError> {
        let right = self.compare_code(caller, purpose, id, code).await?;
        let (proof, hash) = token::mint(self.context.entropy.as_ref());
        let store = &self.context.store;
        let proved = store.prove(right, ProofHash(hash), caller.prefix(), self.limits(), self.now()).await;
        let complete_by = self.observe(proved)?.ok_or(VerifyError::Gone)?;
        Ok(Verified { proof, complete_by })
    }

    /// Counts a check, and compares the code then.
    pub(super) async fn compare_code(
        &self,
        caller: &Caller,
        purpose: AttemptPurpose,
        id: AttemptId,
        code: &str,
    ) -> Result<RightCode, VerifyError> {
        let (limits, now) = (self.limits(), self.now());
        let checked = self.context.store.admit_check(purpose, id, caller.prefix(), limits, now).await;
        let attempt = match self.observe(checked)? {
            CheckOutcome::Admitted(attempt) => attempt,
            CheckOutcome::Early(until) | CheckOutcome::Limited(until) => {
                return Err(VerifyError::Limited(until.since(now)));
            }
            CheckOutcome::Gone => return Err(VerifyError::Gone),
        };
        let right = RightCode::compare(&self.context.keys, &attempt, code);
        right.ok_or_else(|| VerifyError::Wrong { tries_left: attempt.tries_left(limits) })
    }

    /// Posts what the store decided to send: nobody but the contact's owner learns which.
    fn mail(&self, place: Place, caller: &Caller, attempt: &Attempt, mail: Mail, code: Code) {
        let minutes = self.limits().code_life.as_secs() / 60;
        let kind = match (mail, attempt.purpose) {
            (Mail::Code, AttemptPurpose::Registration) => NoticeKind::RegistrationCode { code, minutes },
            (Mail::Code, AttemptPurpose::Reset) => NoticeKind::ResetCode { code, minutes },
            (Mail::Code, AttemptPurpose::Contact) => NoticeKind::ContactCode { code, minutes },
            (Mail::Known, _) => NoticeKind::AlreadyRegistered,
            (Mail::Refused, _) => NoticeKind::NotNow,
            (Mail::Withheld, _) => return,
            (Mail::Stopped(stop), _) => return tell_stop(attempt, stop),
        };
        if let Some(to) = &attempt.contact {
            self.post.send(place, to.clone(), kind, caller.language);
        }
    }

    fn started(&self, attempt: &Attempt) -> Started {
        Started { id: attempt.id.0, resend_at: attempt.resend_at(self.limits()), expires_at: attempt.code_expires_at }
    }

    /// Refuses a contact that no code can reach here.
    pub(super) fn carried(&self, contact: &Contact) -> Result<(), Invalid> {
        if self.context.sender.carries(contact.kind()) {
            return Ok(());
        }
        let message = match contact.kind() {
            ContactKind::Email => "codes do not go out by mail here: use a mobile number",
            ContactKind::Mobile => "codes do not go out by text message here: use an e-mail address",
        };
        Err(Invalid::field("contact", "unsupported", message))
    }

    /// What a contact's budgets are kept by: recognised, not remembered.
    pub(crate) fn contact_trace(&self, contact: &Contact) -> [u8; 32] {
        let parts = [contact.kind().as_str().as_bytes(), contact.key().as_bytes()];
        self.context.keys.mac(Purpose::ContactTrace, &parts)
    }
}

/// An attempt before it has an id and a code.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) purpose: AttemptPurpose,
    pub(super) contact: Option<Contact>,
    pub(super) trace: [u8; 32],
    pub(super) user_id: Option<UserId>,
    pub(super) asked_by: Option<UserId>,
}

/// For operators: pumping shows here. Of the number no more than is counted by.
fn tell_stop(attempt: &Attempt, stop: TextStop) {
    let destination = attempt.contact.as_ref().and_then(Destination::of);
    let route = destination.as_ref().map_or("", |destination| &destination.route(stop.route).name);
    match stop.reason {
        Reason::Closing => tracing::warn!(route, "too few codes came back: no text messages go there for a while"),
        Reason::Closed => tracing::info!(route, "a text message was stopped: the route is closed"),
        Reason::Capped => tracing::warn!(route, "a text message was stopped: as many as may have gone there"),
        Reason::Country => tracing::info!(route, "a text message was stopped: the country is none of ours"),
    }
}
