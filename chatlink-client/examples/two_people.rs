//! Two people register at a running server, find each other and talk.
//!
//! `cargo xtask run` starts a server with a development mailbox; then
//! `cargo run -p chatlink-client --example two_people http://localhost:8080`.

#![allow(clippy::print_stdout, reason = "an example shows what happens")]

use chatlink_client::{
    Chat, Client, Clock as _, SystemClock,
    api::{Completion, LearningLanguage, MatchFilter},
};
use chatlink_protocol::{EventBody, Item};
use std::error::Error;

/// The code that went to a contact, out of the development mailbox.
async fn code_for(base: &str, contact: &str) -> Result<String, Box<dyn Error>> {
    let request = reqwest::Client::new().get(format!("{base}/dev/mailbox")).header("accept", "application/json");
    let mails: Vec<serde_json::Value> = request.send().await?.json().await?;
    let code = mails.iter().find(|mail| mail["to"] == contact).and_then(|mail| mail["code"].as_str());
    Ok(code.ok_or("no code came")?.to_owned())
}

async fn join(base: &str, name: &str, native: &str, learns: &str) -> Result<Chat, Box<dyn Error>> {
    let (client, contact) = (Client::new(base)?, format!("{name}@people.example"));
    let registration = client.register(&contact).await?;
    let code = code_for(base, &contact).await?;
    let form = Completion {
        username: name.to_owned(),
        password: "violet-harbour-91-lantern".into(),
        display_name: name.to_owned(),
        birth_date: "1990-05-17".to_owned(),
        country: "DE".to_owned(),
        time_zone: None,
        native_languages: vec![native.to_owned()],
        learning_languages: vec![LearningLanguage { language: learns.to_owned(), level: "B1".to_owned() }],
    };
    Ok(registration.verify(&code.into()).await?.complete(&form).await?)
}

fn text(item: &Item) -> Option<&str> {
    match &item.body {
        EventBody::Message(message) => message.text.as_deref(),
        _ => None,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = std::env::args().nth(1).unwrap_or_else(|| "http://localhost:8080".to_owned());
    let now = SystemClock.now().as_secs();
    let anna = join(&base, &format!("anna{now}"), "en", "es").await?;
    let berta = join(&base, &format!("berta{now}"), "es", "en").await?;

    let matches = anna.matches(&MatchFilter::default(), None).await?;
    println!("{} people might fit", matches.items.len());
    let room = anna.open_direct(berta.identity().user_id).await?.id;
    anna.send(room, "¡Hola! ¿Hablamos?").await?;

    let mut timeline = berta.timeline(room).await?;
    while timeline.snapshot().iter().filter_map(text).count() < 1 {
        timeline.next().await;
    }
    // An answer accepts the first contact.
    berta.send(room, "Gladly! Shall we begin in English?").await?;
    while timeline.snapshot().iter().filter_map(text).count() < 2 {
        timeline.next().await;
    }
    for item in timeline.snapshot() {
        println!("{}: {}", item.sender_id, text(item).unwrap_or("…"));
    }
    anna.logout().await?;
    Ok(berta.logout().await?)
}
