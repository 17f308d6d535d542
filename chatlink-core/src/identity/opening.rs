//! How an attempt begins, and what goes to its contact: pure rules that every store follows.
//!
//! A store looks things up (whose contact it is, whether it was refused, what its budget holds),
//! asks here what follows, and writes that down.

use super::{
    NetworkPrefix,
    registration::{Attempt, AttemptId, AttemptPurpose, AttemptState},
    texts::TextStop,
};
use crate::{contact::Contact, settings::CodeLimits};
use chatlink_protocol::{Timestamp, UserId};
use std::time::Duration;

/// An attempt to be started.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    /// Fresh.
    pub id: AttemptId,
    /// What for.
    pub purpose: AttemptPurpose,
    /// Where the code goes; none when a reset names nobody's login.
    pub contact: Option<Contact>,
    /// Keyed hash of the contact or login.
    pub contact_trace: [u8; 32],
    /// For a reset: whose password.
    pub user_id: Option<UserId>,
    /// For a contact: who adds it.
    pub asked_by: Option<UserId>,
    /// MAC of the code.
    pub code_mac: [u8; 32],
    /// Where it was asked for.
    pub prefix: NetworkPrefix,
}

/// What goes to the contact. Nobody but the contact's owner learns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mail {
    /// The code.
    Code,
    /// That the contact has an account already.
    Known,
    /// That registering is not possible now: the contact was refused for age within a day.
    Refused,
    /// Nothing: the contact's budget is spent, or there is none.
    Withheld,
    /// Nothing: text messages to where the contact is are stopped. To the caller the same as
    /// [`Withheld`](Self::Withheld).
    Stopped(TextStop),
}

/// What stands against a contact that is nobody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// When its last refusal for age ends.
    pub refused_until: Option<Timestamp>,
    /// Until when it is kept from everybody, because its account was deleted.
    pub departed_until: Option<Timestamp>,
}

impl NewAttempt {
    /// The contact whose owner decides what goes out. A reset knows its account.
    #[must_use]
    pub fn contact_to_own(&self) -> Option<&Contact> {
        match self.purpose {
            AttemptPurpose::Registration | AttemptPurpose::Contact => self.contact.as_ref(),
            AttemptPurpose::Reset => None,
        }
    }

    /// The attempt in the name of the contact's owner, if it has one: mail goes to the address as
    /// stored.
    #[must_use]
    pub fn owned_by(self, owner: Option<(UserId, Contact)>) -> Self {
        match owner {
            Some((user, contact)) => Self { user_id: Some(user), contact: Some(contact), ..self },
            None => self,
        }
    }

    /// What is due to the contact, its budget aside.
    #[must_use]
    pub fn mail(&self, bars: Bars, now: Timestamp) -> Mail {
        Mail::due(self.purpose, self.user_id, bars, now)
    }

    /// The attempt as it begins, after its first mail or what stood for it.
    #[must_use]
    pub fn open(self, mail: Mail, limits: &CodeLimits, now: Timestamp) -> Attempt {
        Attempt {
            id: self.id,
            purpose: self.purpose,
            contact: self.contact,
            contact_trace: self.contact_trace,
            user_id: self.user_id,
            asked_by: self.asked_by,
            live: mail == Mail::Code,
            code_mac: self.code_mac,
            sends: 1,
            sent_at: now,
            checks: 0,
            checked_at: now,
            code_expires_at: now.plus(limits.code_life),
            ends_at: now.plus(longest_life(limits)),
            state: AttemptState::Open,
        }
    }
}

impl Attempt {
    /// What is due when the code is asked for again, the contact's budget aside. An attempt that was
    /// not live at its start never gets a code.
    #[must_use]
    pub fn mail_again(&self, bars: Bars, now: Timestamp) -> Mail {
        match (self.live, Mail::due(self.purpose, self.user_id, bars, now)) {
            (true, _) => Mail::Code,
            (false, Mail::Code) => Mail::Withheld,
            (false, notice) => notice,
        }
    }
}

impl Mail {
    fn due(purpose: AttemptPurpose, user: Option<UserId>, bars: Bars, now: Timestamp) -> Self {
        let refused = bars.refused_until.is_some_and(|until| now < until);
        let departed = bars.departed_until.is_some_and(|until| now < until);
        match (purpose, user) {
            (AttemptPurpose::Reset, Some(_)) => Self::Code,
            (AttemptPurpose::Reset, None) => Self::Withheld,
            (AttemptPurpose::Registration | AttemptPurpose::Contact, Some(_)) => Self::Known,
            // Who deleted an account is not written to about it.
            (AttemptPurpose::Registration | AttemptPurpose::Contact, None) if departed => Self::Withheld,
            (AttemptPurpose::Registration, None) if refused => Self::Refused,
            // An account is no way round a refusal, and its owner did not ask to join.
            (AttemptPurpose::Contact, None) if refused => Self::Withheld,
            (AttemptPurpose::Registration | AttemptPurpose::Contact, None) => Self::Code,
        }
    }
}

/// How long an attempt lasts at most: all its waits, and the life of its last code.
fn longest_life(limits: &CodeLimits) -> Duration {
    limits.resend_ladder.iter().sum::<Duration>() + limits.code_life
}

#[cfg(test)]
mod tests {
    use super::{super::registration::Step, *};
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000);

    fn someone() -> UserId {
        UserId::from_uuid(Uuid::from_u128(7))
    }

    fn new(purpose: AttemptPurpose, user_id: Option<UserId>) -> NewAttempt {
        NewAttempt {
            id: AttemptId(Uuid::from_u128(1)),
            purpose,
            contact: Some("Ana@example.org".parse().unwrap()),
            contact_trace: [2; 32],
            user_id,
            asked_by: None,
            code_mac: [3; 32],
            prefix: NetworkPrefix::of([192, 0, 2, 1].into()),
        }
    }

    #[test]
    fn what_is_due_follows_from_purpose_owner_and_refusal() {
        let (past, later) = (Some(NOW), Some(NOW.plus(Duration::from_secs(1))));
        let due =
            |purpose, user, refused_until| new(purpose, user).mail(Bars { refused_until, ..Bars::default() }, NOW);
        for refused in [None, past, later] {
            assert_eq!(due(AttemptPurpose::Reset, Some(someone()), refused), Mail::Code);
            assert_eq!(due(AttemptPurpose::Reset, None, refused), Mail::Withheld);
            assert_eq!(due(AttemptPurpose::Registration, Some(someone()), refused), Mail::Known);
        }
        assert_eq!(due(AttemptPurpose::Registration, None, None), Mail::Code);
        assert_eq!(due(AttemptPurpose::Registration, None, past), Mail::Code, "a refusal ends at its time");
        assert_eq!(due(AttemptPurpose::Registration, None, later), Mail::Refused);
        assert_eq!(due(AttemptPurpose::Contact, Some(someone()), None), Mail::Known);
        assert_eq!(due(AttemptPurpose::Contact, None, past), Mail::Code);
        assert_eq!(due(AttemptPurpose::Contact, None, later), Mail::Withheld);
    }

    #[test]
    fn a_deleted_accounts_contact_hears_nothing_until_it_is_free() {
        let later = Some(NOW.plus(Duration::from_secs(1)));
        let due =
            |purpose, user, departed_until| new(purpose, user).mail(Bars { refused_until: later, departed_until }, NOW);
        for purpose in [AttemptPurpose::Registration, AttemptPurpose::Contact] {
            assert_eq!(due(purpose, None, later), Mail::Withheld, "not even of a refusal");
            assert_eq!(due(purpose, Some(someone()), later), Mail::Known, "somebody has it by now");
        }
        assert_eq!(due(AttemptPurpose::Reset, Some(someone()), later), Mail::Code);
        let free =
            new(AttemptPurpose::Registration, None).mail(Bars { departed_until: Some(NOW), ..Bars::default() }, NOW);
        assert_eq!(free, Mail::Code);
    }

    #[test]
    fn a_known_contact_is_written_to_as_its_owner_wrote_it() {
        let typed = new(AttemptPurpose::Registration, None);
        assert_eq!(typed.contact_to_own().map(Contact::as_str), Some("Ana@example.org"));
        let owned = typed.clone().owned_by(Some((someone(), "ana@example.org".parse().unwrap())));
        assert_eq!(
            (owned.user_id, owned.contact.as_ref().map(Contact::as_str)),
            (Some(someone()), Some("ana@example.org"))
        );
        let unowned = typed.owned_by(None);
        assert_eq!((unowned.user_id, unowned.contact.as_ref().map(Contact::as_str)), (None, Some("Ana@example.org")));
        assert_eq!(new(AttemptPurpose::Reset, Some(someone())).contact_to_own(), None);
    }

    #[test]
    fn an_attempt_begins_with_one_mail_and_no_check() {
        let limits = CodeLimits::default();
        for mail in [Mail::Code, Mail::Known, Mail::Refused, Mail::Withheld] {
            let attempt = new(AttemptPurpose::Registration, None).open(mail, &limits, NOW);
            assert_eq!((attempt.live, attempt.state), (mail == Mail::Code, AttemptState::Open));
            assert_eq!((attempt.sends, attempt.checks), (1, 0));
            assert_eq!((attempt.sent_at, attempt.checked_at), (NOW, NOW));
            assert_eq!(attempt.code_expires_at, NOW.plus(Duration::from_secs(600)));
            assert_eq!(attempt.ends_at, NOW.plus(Duration::from_secs(60 * (1 + 2 + 5 + 10 + 10))));
        }
    }

    #[test]
    fn no_code_goes_out_later_to_whom_none_went_at_first() {
        let limits = CodeLimits::default();
        let later = Some(NOW.plus(Duration::from_secs(1)));
        let again = |user, first, refused_until| {
            let attempt = new(AttemptPurpose::Registration, user).open(first, &limits, NOW);
            attempt.mail_again(Bars { refused_until, ..Bars::default() }, NOW)
        };
        assert_eq!(again(None, Mail::Code, None), Mail::Code);
        assert_eq!(again(None, Mail::Code, later), Mail::Code, "its code was out before the refusal");
        assert_eq!(again(None, Mail::Withheld, None), Mail::Withheld);
        assert_eq!(again(None, Mail::Refused, None), Mail::Withheld, "nor when the refusal has ended");
        assert_eq!(again(None, Mail::Refused, later), Mail::Refused);
        assert_eq!(again(Some(someone()), Mail::Known, None), Mail::Known);
        assert_eq!(again(Some(someone()), Mail::Withheld, None), Mail::Known);
    }

    #[test]
    fn no_answer_to_a_resend_tells_what_went_out() {
        let limits = CodeLimits::default();
        let at = NOW.plus(Duration::from_secs(60));
        for first in [Mail::Code, Mail::Known, Mail::Refused, Mail::Withheld] {
            let attempt = new(AttemptPurpose::Registration, None).open(first, &limits, NOW);
            let next = attempt.step(&Step::Resend { code_mac: [4; 32] }, &limits, at).unwrap();
            assert_eq!((next.sends, next.sent_at, next.code_mac), (2, at, [4; 32]));
            assert_eq!(next.code_expires_at, at.plus(limits.code_life));
        }
    }
}
