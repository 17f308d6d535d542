//! A carrier for each kind of contact.

use super::notice::{CodeSender, Notice, SendError};
use crate::contact::{Contact, ContactKind};
use async_trait::async_trait;
use std::sync::Arc;

/// Gives each notice to the carrier of its contact's kind. A kind without one is not carried, and
/// nobody registers with it.
#[derive(Clone, Default)]
pub struct SendersByKind {
    email: Option<Arc<dyn CodeSender>>,
    mobile: Option<Arc<dyn CodeSender>>,
}

impl SendersByKind {
    /// With this carrier of mail.
    #[must_use]
    pub fn email(self, sender: Arc<dyn CodeSender>) -> Self {
        Self { email: Some(sender), ..self }
    }

    /// With this carrier of text messages.
    #[must_use]
    pub fn mobile(self, sender: Arc<dyn CodeSender>) -> Self {
        Self { mobile: Some(sender), ..self }
    }

    fn of(&self, kind: ContactKind) -> Option<&dyn CodeSender> {
        let sender = match kind {
            ContactKind::Email => &self.email,
            ContactKind::Mobile => &self.mobile,
        };
        sender.as_deref().filter(|sender| sender.carries(kind))
    }
}

#[async_trait]
impl CodeSender for SendersByKind {
    async fn send(&self, to: &Contact, notice: &Notice) -> Result<(), SendError> {
        match self.of(to.kind()) {
            Some(sender) => sender.send(to, notice).await,
            None => Err(SendError::Refused("nothing carries to contacts of this kind".into())),
        }
    }

    fn carries(&self, kind: ContactKind) -> bool {
        self.of(kind).is_some()
    }

    fn take_at_once(&self, to: &Contact, notice: &Notice) -> bool {
        self.of(to.kind()).is_some_and(|sender| sender.take_at_once(to, notice))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Caller, StartError, testing::chat_with},
        *,
    };
    use crate::memory::Mailbox;

    #[tokio::test]
    async fn each_kind_has_its_carrier_and_a_kind_without_one_is_refused() {
        let (mail, texts) = (Mailbox::default(), Mailbox::default());
        let both = SendersByKind::default().email(Arc::new(mail.clone())).mobile(Arc::new(texts.clone()));
        let chat = chat_with(Arc::new(both)).await;
        for contact in ["ana@example.org", "+34612345678"] {
            chat.identity().start_registration(&Caller::default(), contact).await.unwrap();
        }
        let to = |mailbox: &Mailbox| mailbox.letters().into_iter().map(|letter| letter.to).collect::<Vec<_>>();
        assert_eq!((to(&mail), to(&texts)), (vec!["ana@example.org".to_owned()], vec!["+34612345678".to_owned()]));

        let alone = chat_with(Arc::new(SendersByKind::default().email(Arc::new(mail.clone())))).await;
        let refused = alone.identity().start_registration(&Caller::default(), "+34612345678").await;
        let Err(StartError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
        assert_eq!((invalid.0[0].field.as_str(), invalid.0[0].code.as_str()), ("contact", "unsupported"));
        assert!(alone.identity().start_registration(&Caller::default(), "ben@example.org").await.is_ok());
    }
}
