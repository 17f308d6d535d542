//! A store of the host's own: `cargo run --example custom_store` prints its journal. That it keeps what a store
//! must promise is shown in examples/tests/custom_store.rs, by one line.

mod journal;

use chatlink::{
    ChatLink, Keys,
    entropy::OsEntropy,
    memory::MemoryStore,
    people::{AgeBand, ExternalPerson},
    timeline::NewMessage,
};
use journal::JournalStore;
use std::{error::Error, sync::Arc};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = JournalStore::new(Arc::new(MemoryStore::new()), std::io::stdout());
    let chat = ChatLink::builder().store(Arc::new(store)).keys(Keys::ephemeral(&OsEntropy)).build().await?;
    let person = |name: &str| ExternalPerson::new(name).with_name(name).with_age_band(AgeBand::Adult);
    let ana = chat.people().upsert_external(person("Ana")).await?;
    let ben = chat.people().upsert_external(person("Ben")).await?;
    let room = chat.rooms().open_direct(ana, ben).await?.room.room_id;
    let message = NewMessage::parse(chat.fresh_client_id(), "¡Hola, Ben!", None, None)?;
    chat.timeline().send(ana, room, message).await?;
    chat.shutdown().await;
    Ok(())
}
