//! Embeds the engine in memory: two people join with the code they were sent, and one writes to the other.

use chatlink::entropy::OsEntropy;
use chatlink::identity::{Caller, RegistrationForm};
use chatlink::memory::{Mailbox, MemoryStore};
use chatlink::protocol::{RegistrationId, UserId};
use chatlink::timeline::{NewMessage, TimelinePage, Window};
use chatlink::{ChatLink, Keys};
use std::{error::Error, sync::Arc};

/// Says hello, and answers what the other one reads.
pub async fn hello() -> Result<TimelinePage, Box<dyn Error>> {
    let mailbox = Mailbox::default();
    let chat = ChatLink::builder()
        .store(Arc::new(MemoryStore::new()))
        .keys(Keys::ephemeral(&OsEntropy)) // In earnest: Keys::parse of a secret of your own.
        .sender(Arc::new(mailbox.clone()));
    let chat = chat.build().await?;
    let (ana, ben) = (join(&chat, &mailbox, "ana").await?, join(&chat, &mailbox, "ben").await?);
    let room = chat.rooms().open_direct(ana, ben).await?.room.room_id;
    let message = NewMessage::parse(chat.fresh_client_id(), "¡Hola, Ben!", None, None)?;
    chat.timeline().send(ana, room, message).await?;
    Ok(chat.timeline().page(ben, room, Window::Newest, 10).await?)
}

/// No account without a code: it goes to the contact, and comes back through the person.
async fn join(chat: &ChatLink, mailbox: &Mailbox, name: &str) -> Result<UserId, Box<dyn Error>> {
    let (caller, contact) = (Caller::default(), format!("{name}@example.org"));
    let id = RegistrationId::from_uuid(chat.identity().start_registration(&caller, &contact).await?.id);
    let code = mailbox.code_for(&contact).ok_or("no code came")?;
    let proof = chat.identity().verify(&caller, id, &code).await?.proof;
    let form = RegistrationForm::new(proof, name, "a long password").born("1990-01-31").from("ES").speaking(["es"]);
    Ok(chat.identity().complete(&caller, id, form).await?.user_id)
}

#[allow(clippy::print_stdout, reason = "an example shows what it does")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    println!("{:#?}", hello().await?.items);
    Ok(())
}
