//! Notices in English.

use super::NoticeKind;
use crate::rights::Words;

pub(super) fn subject(kind: &NoticeKind, product: &str) -> String {
    match kind {
        NoticeKind::RegistrationCode { code, .. } | NoticeKind::ContactCode { code, .. } => {
            format!("{} is your {product} code", code.as_str())
        }
        NoticeKind::ResetCode { code, .. } => format!("{} is your {product} password reset code", code.as_str()),
        NoticeKind::AlreadyRegistered => format!("You already have a {product} account"),
        NoticeKind::NotNow => format!("You cannot join {product} right now"),
        NoticeKind::PasswordChanged => format!("Your {product} password was changed"),
        NoticeKind::UsernameChanged => format!("Your {product} username was changed"),
        NoticeKind::ContactAdded => format!("A contact was added to your {product} account"),
        NoticeKind::ContactRemoved => format!("A contact was removed from your {product} account"),
        NoticeKind::FactorOn => format!("The second factor of your {product} account is on"),
        NoticeKind::FactorOff => format!("The second factor of your {product} account was switched off"),
        NoticeKind::RecoveryRenewed => format!("Your {product} recovery codes were replaced"),
        NoticeKind::PasskeyAdded => format!("A passkey was added to your {product} account"),
        NoticeKind::PasskeyRemoved => format!("A passkey was removed from your {product} account"),
        NoticeKind::AccountDeleted { .. } => format!("Your {product} account was deleted"),
    }
}

pub(super) fn text(kind: &NoticeKind, product: &str) -> String {
    const RESET: &str = "If it was not you, reset your password now: ask for a new one on the login page.";
    match kind {
        NoticeKind::RegistrationCode { code, minutes } => {
            format!("Your {product} code is {}. It is good for {minutes} minutes. Give it to nobody.", code.as_str())
        }
        NoticeKind::ResetCode { code, minutes } => format!(
            "Your {product} password reset code is {}. It is good for {minutes} minutes. Give it to nobody. If you \
             did not ask for it, do nothing: your password stays.",
            code.as_str()
        ),
        NoticeKind::ContactCode { code, minutes } => format!(
            "Your code to add this contact to your {product} account is {}. It is good for {minutes} minutes. Give \
             it to nobody. If you did not ask for it, do nothing.",
            code.as_str()
        ),
        NoticeKind::AlreadyRegistered => format!(
            "Somebody, perhaps you, wanted to use this contact for {product}. It has an account already: log in, or \
             ask for a new password. If it was not you, do nothing."
        ),
        NoticeKind::NotNow => {
            format!("It is not possible to join {product} with this contact right now. Try again another day.")
        }
        NoticeKind::PasswordChanged => format!(
            "The password of your {product} account was changed. If it was not you, reset it now: ask for a new \
             password on the login page."
        ),
        NoticeKind::UsernameChanged => format!("The username of your {product} account was changed. {RESET}"),
        NoticeKind::ContactAdded => {
            format!("A contact was added to your {product} account, or took the place of another of its kind. {RESET}")
        }
        NoticeKind::ContactRemoved => format!("A contact of your {product} account was removed. {RESET}"),
        NoticeKind::FactorOn => format!(
            "From now on your {product} account asks for a code of your authenticator app at every login. {RESET}"
        ),
        NoticeKind::FactorOff => {
            format!("Your {product} account does not ask for a code of your authenticator app any more. {RESET}")
        }
        NoticeKind::RecoveryRenewed => {
            format!("The recovery codes of your {product} account were replaced; the old ones are dead. {RESET}")
        }
        NoticeKind::PasskeyAdded => format!(
            "A passkey was added to your {product} account: it logs in without a password. If it was not you, log in, \
             remove the passkey in the settings, and change your password."
        ),
        NoticeKind::PasskeyRemoved => format!("A passkey was removed from your {product} account. {RESET}"),
        NoticeKind::AccountDeleted { words } => {
            let messages = match words {
                Words::Stay => "Your messages stay where they are, without your name",
                Words::TakenBack => "Your messages are being taken back",
            };
            format!(
                "Your {product} account was deleted with your password. {messages}. Nobody can register with this \
                 contact or take your username for 30 days. If it was not you, somebody knows your password: change it \
                 wherever else you use it. The account cannot be brought back."
            )
        }
    }
}
