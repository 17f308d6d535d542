//! Those who come to a load test: people, a conversation for each pair of them, a room for many, and a token for each.
//!
//! People are registered by the verb that takes in a host's own users: with codes and passwords it would take hours.
#![allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]

use chatlink_core::{
    Installation, Keys, Store,
    clock::{Clock as _, SystemClock},
    identity::HostAccount,
    keys::Purpose,
    people::{AgeBand, HostProfile},
    protocol::{ClientId, RoomId, SessionId, Timestamp, UserId},
    rooms::{DirectPair, History, NewGroup},
};
use chatlink_store_postgres::{PostgresOptions, PostgresStore};
use chatlink_store_sqlite::SqliteOptions;
use futures_util::{StreamExt as _, stream};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use std::{fmt::Write as _, path::Path, sync::Arc, time::Duration};
use uuid::Uuid;

/// Transactions under way at once.
const WIDE: usize = 32;
const DAY: Duration = Duration::from_hours(24);

/// How many there are.
#[derive(Clone, Copy, Debug)]
pub struct Guests {
    /// All of them.
    pub people: u128,
    /// Conversations of two neighbours.
    pub pairs: u128,
    /// Members of the room for many: the first of the people.
    pub members: u128,
}

impl Guests {
    /// Fills a server's database, which is made where it is not there, and answers the table that `benches/peers/load`
    /// reads: a line a person, `token room`, with his token, which is good for a day, and the conversation with his
    /// neighbour; the last line names the room for many. The server is started afterwards, with the same secret.
    ///
    /// # Panics
    /// Where the database cannot be filled: a measurement ends there.
    pub async fn fill(self, url: &str, secret: &str) -> String {
        let Self { people, pairs, members } = self;
        let keys = Keys::parse(secret).unwrap();
        let store = open(url).await;
        let now = SystemClock.now();
        let fresh = Installation { id: id(0, 0), epoch: "load".to_owned(), fingerprints: keys.fingerprints() };
        let installation = store.installation(fresh).await.unwrap();
        each(people, |n| register(store.as_ref(), n, now)).await;
        each(pairs, |n| acquaint(store.as_ref(), n, now)).await;
        gather(store.as_ref(), members, now).await;
        let tokens = Tokens::new(&keys, installation.id);
        let mut table = String::new();
        for n in 0..people {
            let _ = writeln!(table, "{} {}", tokens.of(n, now), conversation(n / 2));
        }
        let _ = writeln!(table, "- {}", crowd(members));
        table
    }
}

async fn open(url: &str) -> Arc<dyn Store> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return Arc::new(SqliteOptions::new(Path::new(path)).open().await.unwrap());
    }
    let store = PostgresStore::connect(url, PostgresOptions::new()).await.unwrap();
    store.migrate().await.unwrap();
    Arc::new(store)
}

/// Does it for all of them, many at once.
async fn each<F: Future<Output = ()>>(count: u128, act: impl Fn(u128) -> F) {
    stream::iter(0..count).map(act).buffer_unordered(WIDE).collect::<()>().await;
}

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | (n + 1))
}

fn person(n: u128) -> UserId {
    UserId::from_uuid(id(1, n))
}

fn conversation(pair: u128) -> RoomId {
    RoomId::from_uuid(id(2, pair))
}

fn crowd(members: u128) -> RoomId {
    RoomId::from_uuid(id(3, members))
}

async fn register(store: &dyn Store, n: u128, now: Timestamp) {
    let profile = HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() };
    let mut trace = [0; 32];
    trace[..16].copy_from_slice(id(1, n).as_bytes());
    let (external_id, username) = (format!("guest{n}"), format!("guest{n}").parse().unwrap());
    let account = HostAccount { external_id, trace, user_id: person(n), username, profile };
    store.host_account(account, now).await.unwrap();
}

/// One asks, the other accepts.
async fn acquaint(store: &dyn Store, pair: u128, now: Timestamp) {
    let (one, other) = (person(2 * pair), person(2 * pair + 1));
    let both = DirectPair::of(one, other).unwrap();
    for opener in [one, other] {
        let opened = store.open_direct(conversation(pair), both, opener, Vec::new(), Vec::new(), now).await;
        opened.unwrap();
    }
}

/// The room for many, who are the first of the people.
async fn gather(store: &dyn Store, members: u128, now: Timestamp) {
    let group = NewGroup {
        room_id: crowd(members),
        creator: person(0),
        client_id: ClientId::from_uuid(id(3, members)),
        request: [0; 32],
        title: "Everybody".parse().unwrap(),
        history: History::All,
        members: (1..members).map(person).collect(),
        invited: Vec::new(),
    };
    store.create_group(group, Vec::new(), now).await.unwrap();
}

/// Access tokens as the engine signs them.
struct Tokens {
    key: EncodingKey,
    party: String,
}

impl Tokens {
    fn new(keys: &Keys, installation: Uuid) -> Self {
        // PKCS #8 (RFC 8410): a fixed head, then the seed.
        const HEAD: [u8; 16] = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
        let der = [HEAD.as_slice(), keys.key(Purpose::AccessToken).as_slice()].concat();
        Self { key: EncodingKey::from_ed_der(&der), party: format!("urn:uuid:{installation}") }
    }

    fn of(&self, n: u128, now: Timestamp) -> String {
        let claims = json!({
            "iss": self.party, "aud": self.party, "sub": person(n), "sid": SessionId::from_uuid(id(4, n)),
            "client_id": "chatlink", "jti": id(5, n), "iat": now.as_secs(), "exp": now.plus(DAY).as_secs(),
        });
        let header = Header { typ: Some("at+jwt".to_owned()), ..Header::new(Algorithm::EdDSA) };
        encode(&header, &claims, &self.key).unwrap()
    }
}
