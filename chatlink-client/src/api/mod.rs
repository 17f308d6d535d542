//! The calls of the wire, typed, by area. Each gives the answer's value or a [`ClientError`].

mod groups;
mod identity;
mod messages;
mod path;
mod people;
mod rooms;
mod search;
mod threads;
mod timeline;

pub use groups::{Added, Ban, GroupChange, Invitation, Member, NewGroup, Requests};
pub(crate) use identity::LoggedIn;
pub use identity::{Attempt, Completion, Granted, Login, Proof, SessionItem, Tokens};
pub use messages::PersonsVote;
pub use people::{Block, Contact, LearningLanguage, Match, MatchFilter, Me, Opener, Profile, ProfileChange, Reason};
pub use rooms::PrefsChange;
pub use search::{Found, Hit, Search};
pub use threads::FollowedThread;
pub use timeline::{EventsPage, LogPage, Receipts, TimelinePage};

use crate::{
    ClientError, Secret,
    session::Session,
    transport::{Answer, Call, Method, Transport},
};
use chatlink_protocol::Problem;
use path::Path;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; `None`: this is the last one. Opaque.
    pub next_cursor: Option<String>,
}

/// Calls of somebody who is not logged in.
#[derive(Clone)]
pub struct Open {
    transport: Arc<dyn Transport>,
}

/// Calls of a session. A token that is refused is renewed and the call made once more.
#[derive(Clone)]
pub struct Api {
    transport: Arc<dyn Transport>,
    session: Arc<Session>,
}

impl Open {
    pub(crate) fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport }
    }

    async fn post<T: DeserializeOwned>(&self, path: Path, body: &impl Serialize) -> Result<T, ClientError> {
        read(&make(self.transport.as_ref(), call(Method::Post, path, Some(body))?).await?)
    }
}

impl Api {
    pub(crate) fn new(transport: Arc<dyn Transport>, session: Arc<Session>) -> Self {
        Self { transport, session }
    }

    async fn get<T: DeserializeOwned>(&self, path: Path) -> Result<T, ClientError> {
        read(&self.make(call(Method::Get, path, None::<&()>)?).await?)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: Path,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        read(&self.make(call(method, path, Some(body))?).await?)
    }

    async fn tell(&self, method: Method, path: Path, body: Option<&impl Serialize>) -> Result<(), ClientError> {
        self.make(call(method, path, body)?).await.map(drop)
    }

    /// Makes the call with a token, and once more with another one when that token was to blame.
    async fn make(&self, call: Call) -> Result<Answer, ClientError> {
        let bearer = self.session.bearer().await?;
        let with = |bearer: &Secret| Call { bearer: Some(bearer.clone()), ..call.clone() };
        match make(self.transport.as_ref(), with(&bearer)).await {
            Err(refused) if refused.blames_token() => {
                self.session.refuse(&bearer);
                let bearer = self.session.bearer().await?;
                make(self.transport.as_ref(), with(&bearer)).await
            }
            answer => answer,
        }
    }
}

fn call(method: Method, path: Path, body: Option<&impl Serialize>) -> Result<Call, ClientError> {
    let body = body.map(serde_json::to_vec).transpose().map_err(|_| ClientError::Unexpected { status: 0 })?;
    Ok(Call { method, path: path.into(), bearer: None, body })
}

async fn make(transport: &dyn Transport, call: Call) -> Result<Answer, ClientError> {
    let answer = transport.call(call).await.map_err(|_| ClientError::Unreachable)?;
    match answer.status {
        200..=299 => Ok(answer),
        status => Err(match json::<Problem>(&answer) {
            Some(problem) => ClientError::Refused(Box::new(problem)),
            None => ClientError::Unexpected { status },
        }),
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, ClientError> {
    json(answer).ok_or(ClientError::Unexpected { status: answer.status })
}

/// Read as text, as everything here is, so that the library has one reader of each form.
fn json<T: DeserializeOwned>(answer: &Answer) -> Option<T> {
    serde_json::from_str(std::str::from_utf8(&answer.body).ok()?).ok()
}
