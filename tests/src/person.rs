//! People who join as newcomers do: a contact, the code out of the mailbox, an account.

use crate::{Api, Server, eventually};
use chatlink_protocol::UserId;
use reqwest::Method;
use serde_json::{Value, json};

/// Everybody's password here: long, and made of nobody's own words.
pub const PASSWORD: &str = "violet-harbour-91-lantern";

/// Somebody with an account and a session.
#[derive(Clone)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// The chosen name.
    pub username: String,
    /// The proved contact.
    pub contact: String,
    /// The session.
    pub session: String,
    /// The refresh token of that session.
    pub refresh: String,
    /// Calls with that session's token.
    pub api: Api,
}

/// Somebody before the account.
#[derive(Clone, Debug)]
pub struct Newcomer {
    username: String,
    contact: String,
    birth_date: String,
    native: String,
    learning: (String, String),
}

impl Newcomer {
    /// An adult who speaks English, learns Spanish, and is reached by mail.
    #[must_use]
    pub fn new(username: &str) -> Self {
        Self {
            username: username.to_owned(),
            contact: format!("{username}@people.example"),
            birth_date: "1990-05-17".to_owned(),
            native: "en".to_owned(),
            learning: ("es".to_owned(), "B1".to_owned()),
        }
    }

    /// Reached there instead.
    #[must_use]
    pub fn at(mut self, contact: &str) -> Self {
        self.contact = contact.to_owned();
        self
    }

    /// Born then.
    #[must_use]
    pub fn born(mut self, date: &str) -> Self {
        self.birth_date = date.to_owned();
        self
    }

    /// Speaks one language and learns the other.
    #[must_use]
    pub fn speaks(mut self, native: &str, learning: &str, level: &str) -> Self {
        self.native = native.to_owned();
        self.learning = (learning.to_owned(), level.to_owned());
        self
    }

    /// The contact to prove.
    #[must_use]
    pub fn contact(&self) -> &str {
        &self.contact
    }

    /// The body of `complete`.
    #[must_use]
    pub fn form(&self, proof: &str) -> Value {
        json!({
            "proof": proof,
            "username": self.username,
            "password": PASSWORD,
            "display_name": self.username,
            "birth_date": self.birth_date,
            "country": "DE",
            "time_zone": "Europe/Berlin",
            "native_languages": [self.native],
            "learning_languages": [{ "language": self.learning.0, "level": self.learning.1 }],
        })
    }

    /// Starts, reads the code, and shows it: answers the registration's id and its proof.
    pub async fn prove(&self, api: &Api) -> (String, String) {
        let started = api.post("/v1/registrations", json!({ "contact": self.contact })).await.is(202);
        let id = started["id"].as_str().expect("an id").to_owned();
        let code = code_for(api, &self.contact).await;
        let verified = api.post(&format!("/v1/registrations/{id}/verify"), json!({ "code": code })).await.is(200);
        (id, verified["proof"].as_str().expect("a proof").to_owned())
    }

    /// Joins.
    pub async fn join(self, server: &Server) -> Person {
        let api = server.api();
        let (id, proof) = self.prove(&api).await;
        let answer = api.post(&format!("/v1/registrations/{id}/complete"), self.form(&proof)).await.is(201);
        Person::of(&answer, &api, self.contact)
    }
}

impl Person {
    /// An adult who joins with nothing special about them.
    pub async fn join(server: &Server, username: &str) -> Self {
        Newcomer::new(username).join(server).await
    }

    /// The same person with the same session, at another node.
    #[must_use]
    pub fn at(&self, node: &Server) -> Self {
        Self { api: node.api().with_token(self.api.token().unwrap_or_default()), ..self.clone() }
    }

    /// Logs in once more: another device.
    pub async fn another_device(&self) -> Self {
        let api = self.api.anonymous();
        let answer = api.post("/v1/sessions", json!({ "login": self.username, "password": PASSWORD })).await.is(200);
        Self::of(&answer, &api, self.contact.clone())
    }

    fn of(answer: &Value, api: &Api, contact: String) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("not whole: {answer}")).to_owned();
        let (user, session) = (&answer["user"], &answer["session"]);
        Self {
            id: text(&user["id"]).parse().expect("a user's id"),
            username: text(&user["username"]),
            contact,
            session: text(&session["id"]),
            refresh: text(&session["refresh_token"]),
            api: api.with_token(&text(&session["access_token"])),
        }
    }
}

/// The mails and texts that went to this contact, newest first.
pub async fn mails_for(api: &Api, contact: &str) -> Vec<Value> {
    let accept = [("accept", "application/json")];
    let mails = api.anonymous().call_with(Method::GET, "/dev/mailbox", crate::Payload::Empty, &accept).await.is(200);
    let mails = mails.as_array().expect("a list of mails");
    mails.iter().filter(|mail| mail["to"] == contact).cloned().collect()
}

/// The newest code that went to this contact, as soon as one did.
pub async fn code_for(api: &Api, contact: &str) -> String {
    let newest = || async {
        let mails = mails_for(api, contact).await;
        mails.iter().find_map(|mail| mail["code"].as_str().map(str::to_owned))
    };
    eventually(&format!("a code for {contact}"), newest).await
}
