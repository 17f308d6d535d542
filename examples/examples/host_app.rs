//! An app with users and tokens of its own that has chat under `/chat`: `cargo run --example host_app`, then
//! open <http://127.0.0.1:3000> in two windows and be Ana in one, Ben in the other.

use async_trait::async_trait;
use axum::{Router, http::StatusCode, http::header, response::Html, routing};
use chatlink::clock::{Clock as _, SystemClock};
use chatlink::host::{Outgoing, Policy, Verdict};
use chatlink::identity::{HostUser, Verifier, VerifierError};
use chatlink::people::{AgeBand, ExternalPerson};
use chatlink::protocol::Timestamp;
use chatlink::timeline::NewMessage;
use chatlink::{ChatLink, Keys, entropy::OsEntropy, http, memory::MemoryStore};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
use std::{error::Error, net::SocketAddr, sync::Arc};

/// The app's own tokens, and what it signs them with.
#[derive(serde::Serialize, serde::Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
}
const SECRET: &[u8] = b"the app's own secret, there long before chat was";

/// The app, as chat sees it: who its users are, and what it lets them write.
struct Host;

#[async_trait]
impl Verifier for Host {
    async fn verify(&self, token: &str) -> Result<Option<HostUser>, VerifierError> {
        let checked = decode::<Claims>(token, &DecodingKey::from_secret(SECRET), &Validation::default());
        Ok(checked.ok().map(|token| HostUser {
            expires_at: Some(Timestamp::from_micros(token.claims.exp.saturating_mul(1_000_000))),
            person: ExternalPerson::new(token.claims.sub),
        }))
    }
}

#[async_trait]
impl Policy for Host {
    async fn before_send(&self, message: &Outgoing) -> Verdict {
        if message.text.contains("http://") { Verdict::Refuse } else { Verdict::Allow }
    }
}

/// The whole app: its own pages, and chat.
pub async fn app() -> Result<Router, Box<dyn Error>> {
    let chat = ChatLink::builder()
        .store(Arc::new(MemoryStore::new()))
        .keys(Keys::ephemeral(&OsEntropy))
        .verifier(Arc::new(Host))
        .policy(Arc::new(Host));
    let chat = chat.build().await?;
    welcome(&chat).await?;
    let options = http::Options { mount: "/chat".to_owned(), ..http::Options::default() };
    Ok(Router::new()
        .route("/", routing::get(async || Html(include_str!("host_app.html"))))
        .route("/widget.js", routing::get(widget))
        .route("/login", routing::post(login))
        .nest("/chat", http::router_with(chat, options)))
}

/// What the app does when two of its users join a course: they get a room, and a word from the app.
async fn welcome(chat: &ChatLink) -> Result<(), Box<dyn Error>> {
    let person = |name: &str| ExternalPerson::new(name).with_name(name).with_age_band(AgeBand::Adult);
    let ana = chat.people().upsert_external(person("Ana")).await?;
    let ben = chat.people().upsert_external(person("Ben")).await?;
    let room = chat.rooms().open_direct(ana, ben).await?.room.room_id;
    chat.rooms().accept(ben, room).await?;
    let words = NewMessage::parse(chat.fresh_client_id(), "You two share a course. Say hello!", None, None)?;
    chat.system().send(room, words).await?;
    Ok(())
}

/// The app's own login: here everybody who is called Ana or Ben is let in.
async fn login(name: String) -> Result<String, StatusCode> {
    if !["Ana", "Ben"].contains(&name.as_str()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let claims = Claims { sub: name, exp: SystemClock.now().as_secs() + 600 };
    encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET))
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

/// The widget, as `npm run build` in web/ leaves it.
async fn widget() -> Result<([(header::HeaderName, &'static str); 1], Vec<u8>), StatusCode> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/dist/widget.js");
    let script = tokio::fs::read(path).await.map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, "text/javascript")], script))
}

#[allow(clippy::print_stdout, reason = "an example says where it is")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    let app = app().await?.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, app).await?)
}
