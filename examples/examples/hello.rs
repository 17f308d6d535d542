//! Embeds the engine in memory: two people join with the code they were sent, and one writes to the other.

use chatlink::{
    ChatLink, Keys,
    identity::{Caller, RegistrationForm},
    memory::{Mailbox, MemoryStore},
    protocol::{Item, RegistrationId, UserId},
    timeline::{NewMessage, Window},
};
use std::{error::Error, sync::Arc};

/// Says hello, and answers what the other one reads.
pub async fn hello() -> Result<Vec<Item>, Box<dyn Error>> {
    let (store, mailbox) = (Arc::new(MemoryStore::new()), Mailbox::default());
    let keys = Keys::new(vec![(0..32).collect()])?; // In earnest: Keys::parse of a secret of your own.
    let chat = ChatLink::builder().store(store).keys(keys).sender(Arc::new(mailbox.clone())).build().await?;
    let (ana, ben) = (join(&chat, &mailbox, "ana").await?, join(&chat, &mailbox, "ben").await?);
    let room = chat.rooms().open_direct(ana, ben).await?.room.room_id;
    let client_id = "01890000-0000-7000-8000-000000000001".parse()?; // A fresh UUID for every message.
    chat.timeline().send(ana, room, NewMessage::parse(client_id, "¡Hola, Ben!", None, None)?).await?;
    Ok(chat.timeline().page(ben, room, Window::Newest, 10).await?.items)
}

/// No account without a code: it goes to the contact, and comes back through the person.
async fn join(chat: &ChatLink, mailbox: &Mailbox, name: &str) -> Result<UserId, Box<dyn Error>> {
    let (caller, contact) = (Caller::default(), format!("{name}@example.org"));
    let id = RegistrationId::from_uuid(chat.identity().start_registration(&caller, &contact).await?.id);
    let code = mailbox.code_for(&contact).ok_or("no code came")?;
    let proof = chat.identity().verify(&caller, id, &code).await?.proof;
    let form = RegistrationForm {
        proof,
        username: name.into(),
        display_name: name.into(),
        password: format!("long enough for {name}"),
        birth_date: "1990-01-31".into(),
        country: "ES".into(),
        native_languages: vec!["es".into()],
        learning_languages: vec![("en".into(), "B1".into())],
        ..RegistrationForm::default()
    };
    Ok(chat.identity().complete(&caller, id, form).await?.user_id)
}

#[allow(clippy::print_stdout, reason = "an example shows what it does")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for item in hello().await? {
        println!("{} {:?}", item.seq, item.body);
    }
    Ok(())
}
