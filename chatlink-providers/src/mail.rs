//! Codes and notices by mail, over SMTP.

use async_trait::async_trait;
use chatlink_core::{
    contact::{Contact, ContactKind},
    identity::{CodeSender, Notice, SendError},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header},
    transport::smtp,
};
use std::time::Duration;

/// How long one mail may take, from the connection to the server's last word.
const DEADLINE: Duration = Duration::from_secs(20);

/// Sends notices to e-mail addresses through one mail server; mobile numbers it refuses. A
/// connection a mail: one that was given up half-way is used by no other.
pub struct MailSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    deadline: Duration,
}

/// Why a mail server was not taken. None of them shows the URL: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum MailConfigError {
    /// Not `smtps://user:password@host`, `smtp://host?tls=required`, or `smtp://` on loopback.
    #[error("the mail server's URL is not one of smtps://host, smtp://host?tls=required, or smtp:// on loopback")]
    Url,
    /// Plain SMTP would show codes and passwords to the network.
    #[error("plain smtp:// is taken on loopback alone; use smtps:// or ?tls=required")]
    Plain,
    /// Not an address, such as `ChatLink <no-reply@example.org>`.
    #[error("the sender is not an e-mail address")]
    From,
}

impl MailSender {
    /// A sender by this server and in this name. Connects with the first mail; needs a tokio runtime.
    ///
    /// # Errors
    /// A URL that is none, or one that would send in the clear; a sender that is no address.
    pub fn new(url: &str, from: &str) -> Result<Self, MailConfigError> {
        Self::with_deadline(url, from, DEADLINE)
    }

    /// As [`new`](Self::new), with another time that one mail may take; 20 s otherwise.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_deadline(url: &str, from: &str, deadline: Duration) -> Result<Self, MailConfigError> {
        if !encrypts(url) && !is_loopback(url) {
            return Err(MailConfigError::Plain);
        }
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| MailConfigError::Url)?;
        let transport = builder.timeout(Some(deadline)).build::<Tokio1Executor>();
        Ok(Self { transport, from: from.parse().map_err(|_| MailConfigError::From)?, deadline })
    }

    fn message(&self, to: &str, notice: &Notice) -> Result<Message, SendError> {
        let refused = |error: Box<dyn std::error::Error + Send + Sync>| SendError::Refused(error);
        let to: Mailbox = to.parse().map_err(|error| refused(Box::new(error)))?;
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(notice.subject())
            // RFC 3834: nobody's vacation answers a code.
            .raw_header(header::HeaderValue::new(
                header::HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .header(header::ContentType::TEXT_PLAIN)
            .body(notice.text())
            .map_err(|error| refused(Box::new(error)))
    }
}

#[async_trait]
impl CodeSender for MailSender {
    fn carries(&self, kind: ContactKind) -> bool {
        kind == ContactKind::Email
    }

    async fn send(&self, to: &Contact, notice: &Notice) -> Result<(), SendError> {
        let Contact::Email(address) = to else {
            return Err(SendError::Refused("no text messages are sent here".into()));
        };
        let message = self.message(address.as_str(), notice)?;
        // The transport's own timeout is for connecting alone: a server that says nothing is given up here.
        let sent = tokio::time::timeout(self.deadline, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(send_error(error)),
            Err(overdue) => Err(SendError::Unavailable(Box::new(overdue))),
        }
    }
}

/// A 5xx answer stays one; all else may pass.
fn send_error(error: smtp::Error) -> SendError {
    if error.is_permanent() { SendError::Refused(Box::new(error)) } else { SendError::Unavailable(Box::new(error)) }
}

fn encrypts(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    url.starts_with("smtps://") || query.split('&').any(|pair| pair == "tls=required")
}

fn is_loopback(url: &str) -> bool {
    let rest = url.strip_prefix("smtp://").unwrap_or_default();
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn mail_in_the_clear_stays_on_this_machine() {
        let from = "ChatLink <no-reply@example.org>";
        for good in ["smtp://127.0.0.1:2525", "smtp://[::1]:2525", "smtp://localhost", "smtps://me:pw@mail.example.org"]
        {
            assert!(MailSender::new(good, from).is_ok(), "{good}");
        }
        assert!(MailSender::new("smtp://mail.example.org?tls=required", from).is_ok());
        for bad in [
            "smtp://mail.example.org",
            "smtp://127.0.0.1@mail.example.org",
            "smtp://localhost.example.org",
            "smtp://tls=required@mail.example.org",
            "smtp://mail.example.org?x=tls=required",
        ] {
            assert!(matches!(MailSender::new(bad, from), Err(MailConfigError::Plain)), "{bad}");
        }
        assert!(matches!(MailSender::new("smtps://mail.example.org", "nobody"), Err(MailConfigError::From)));
    }
}
