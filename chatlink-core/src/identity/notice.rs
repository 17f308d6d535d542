//! What goes to people's contacts: codes and notices, in their language.

mod english;
mod spanish;

use super::{caller::MailLanguage, code::Code};
use crate::{
    contact::{Contact, ContactKind},
    rights::Words,
};
use async_trait::async_trait;
use std::fmt;

/// Carries codes and notices to people. Called by a queue, never inside a request; tried again a
/// few times when it fails.
#[async_trait]
pub trait CodeSender: Send + Sync + 'static {
    /// Hands the notice over to whoever carries it on.
    async fn send(&self, to: &Contact, notice: &Notice) -> Result<(), SendError>;

    /// Whether it carries to contacts of that kind at all: nobody registers with any other.
    fn carries(&self, kind: ContactKind) -> bool {
        let _ = kind;
        true
    }

    /// An adapter that only writes to memory may take the notice at once, so that it is there
    /// before the request is answered. `false`, the default: send it by the queue.
    fn take_at_once(&self, to: &Contact, notice: &Notice) -> bool {
        let _ = (to, notice);
        false
    }
}

/// Why a notice was not carried.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It may work later.
    #[error("the carrier is not available")]
    Unavailable(#[source] crate::error::Source),
    /// Nobody knows whether the carrier took it: not tried again, since each try may cost money and
    /// the person can ask for another code.
    #[error("the carrier may or may not have taken this notice")]
    InDoubt(#[source] crate::error::Source),
    /// It never will: no such address, or the kind of contact is not carried here.
    #[error("the carrier refuses this notice")]
    Refused(#[source] crate::error::Source),
}

/// One notice.
#[derive(Clone)]
pub struct Notice {
    /// What it says.
    pub kind: NoticeKind,
    /// In which language.
    pub language: MailLanguage,
    /// In whose name.
    pub product: String,
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The code that proves a contact.
    RegistrationCode {
        /// It.
        code: Code,
        /// How long it is good.
        minutes: u64,
    },
    /// The code that resets a password.
    ResetCode {
        /// It.
        code: Code,
        /// How long it is good.
        minutes: u64,
    },
    /// Somebody tried to register with a contact that has an account.
    AlreadyRegistered,
    /// Registering is not possible now.
    NotNow,
    /// The code that proves a further contact of an account.
    ContactCode {
        /// It.
        code: Code,
        /// How long it is good.
        minutes: u64,
    },
    /// The password was changed.
    PasswordChanged,
    /// The username was changed.
    UsernameChanged,
    /// A contact was added, or took the place of another.
    ContactAdded,
    /// A contact was removed.
    ContactRemoved,
    /// The second factor was switched on.
    FactorOn,
    /// The second factor was switched off.
    FactorOff,
    /// The recovery codes were replaced.
    RecoveryRenewed,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// The account was deleted: the last letter.
    AccountDeleted {
        /// What becomes of its messages.
        words: Words,
    },
}

impl Notice {
    /// The code it carries, if it carries one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.kind {
            NoticeKind::RegistrationCode { code, .. }
            | NoticeKind::ResetCode { code, .. }
            | NoticeKind::ContactCode { code, .. } => Some(code.as_str()),
            NoticeKind::AlreadyRegistered
            | NoticeKind::NotNow
            | NoticeKind::PasswordChanged
            | NoticeKind::UsernameChanged
            | NoticeKind::ContactAdded
            | NoticeKind::ContactRemoved
            | NoticeKind::FactorOn
            | NoticeKind::FactorOff
            | NoticeKind::RecoveryRenewed
            | NoticeKind::PasskeyAdded
            | NoticeKind::PasskeyRemoved
            | NoticeKind::AccountDeleted { .. } => None,
        }
    }

    /// One line.
    #[must_use]
    pub fn subject(&self) -> String {
        match self.language {
            MailLanguage::English => english::subject(&self.kind, &self.product),
            MailLanguage::Spanish => spanish::subject(&self.kind, &self.product),
        }
    }

    /// The whole text, plain; short enough for a text message where it carries a code.
    #[must_use]
    pub fn text(&self) -> String {
        match self.language {
            MailLanguage::English => english::text(&self.kind, &self.product),
            MailLanguage::Spanish => spanish::text(&self.kind, &self.product),
        }
    }
}

impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Notice({:?})", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entropy::SeededEntropy, identity::registration::AttemptPurpose};

    #[test]
    fn a_code_is_in_subject_and_text_and_never_in_the_log() {
        let code = Code::draw(AttemptPurpose::Registration, &SeededEntropy::new(8));
        for language in [MailLanguage::English, MailLanguage::Spanish] {
            let kind = NoticeKind::RegistrationCode { code: code.clone(), minutes: 10 };
            let notice = Notice { kind, language, product: "ChatLink".to_owned() };
            assert!(notice.subject().contains(code.as_str()) && notice.text().contains(code.as_str()));
            assert!(notice.text().contains("10") && !notice.text().contains('\n'));
            assert!(!format!("{notice:?}").contains(code.as_str()));
            assert_eq!(notice.code(), Some(code.as_str()));
        }
    }

    #[test]
    fn no_notice_holds_a_link() {
        let code = Code::draw(AttemptPurpose::Reset, &SeededEntropy::new(8));
        for kind in [
            NoticeKind::RegistrationCode { code: code.clone(), minutes: 10 },
            NoticeKind::ResetCode { code: code.clone(), minutes: 10 },
            NoticeKind::ContactCode { code, minutes: 10 },
            NoticeKind::AlreadyRegistered,
            NoticeKind::NotNow,
            NoticeKind::PasswordChanged,
            NoticeKind::UsernameChanged,
            NoticeKind::ContactAdded,
            NoticeKind::ContactRemoved,
            NoticeKind::FactorOn,
            NoticeKind::FactorOff,
            NoticeKind::RecoveryRenewed,
            NoticeKind::PasskeyAdded,
            NoticeKind::PasskeyRemoved,
            NoticeKind::AccountDeleted { words: Words::Stay },
            NoticeKind::AccountDeleted { words: Words::TakenBack },
        ] {
            for language in [MailLanguage::English, MailLanguage::Spanish] {
                let notice = Notice { kind: kind.clone(), language, product: "ChatLink".to_owned() };
                let words = format!("{} {}", notice.subject(), notice.text());
                assert!(!words.contains("://") && !words.contains("www."), "a forged link could hide in: {words}");
            }
        }
    }
}
