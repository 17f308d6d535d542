//! A shop with chat inside: an order and the message about it are committed together, or not at all.

use chatlink::entropy::OsEntropy;
use chatlink::people::ExternalPerson;
use chatlink::sqlite::{SqliteOptions, post_intent};
use chatlink::timeline::Window;
use chatlink::timeline::intents::Intent;
use chatlink::{ChatLink, Keys};
use sqlx::{ConnectOptions as _, Connection as _};
use std::{error::Error, path::Path, sync::Arc, time::Duration};

/// Takes two orders, of which one falls through, and answers the words that the customer reads.
pub async fn order(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let options = SqliteOptions::new(folder.join("shop.db"));
    // The shop's own connection to the same file.
    let mut shop = options.connect_options().connect().await?;
    let keys = Keys::ephemeral(&OsEntropy); // In earnest: Keys::parse of a secret of your own.
    let chat = ChatLink::builder().store(Arc::new(options.open().await?)).keys(keys).build().await?;
    let seller = chat.people().upsert_external(ExternalPerson::new("seller").with_name("Tea & Co")).await?;
    let customer = chat.people().upsert_external(ExternalPerson::new("customer").with_name("Ana")).await?;
    let room = chat.rooms().open_direct(seller, customer).await?.room.room_id;
    sqlx::query("CREATE TABLE orders (id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT").execute(&mut shop).await?;

    for (what, paid) in [("Green tea", true), ("A teapot", false)] {
        let mut transaction = shop.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO orders (what) VALUES (?)").bind(what).execute(&mut *transaction).await?;
        let words = format!("{what} is on its way to you.");
        let message = Intent::words(chat.fresh_client_id(), room, Some(seller), &words);
        post_intent(&mut transaction, &message).await?;
        if paid {
            transaction.commit().await?;
            chat.intents().nudge();
        } else {
            transaction.rollback().await?; // Neither an order nor a word about it.
        }
    }

    let items = loop {
        let page = chat.timeline().page(customer, room, Window::Newest, 10).await?;
        if !page.items.is_empty() {
            break page.items;
        }
        tokio::time::sleep(Duration::from_millis(10)).await; // In earnest the customer's socket hears it.
    };
    chat.shutdown().await;
    Ok(items
        .iter()
        .map(|item| Ok(item.body.to_json()?["text"].to_string()))
        .collect::<Result<_, serde_json::Error>>()?)
}

#[allow(clippy::print_stdout, reason = "an example shows what it does")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("chatlink-order-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    println!("{:#?}", order(&folder).await?);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
