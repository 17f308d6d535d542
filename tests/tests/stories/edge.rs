//! What a story asks of an edge.

use async_trait::async_trait;
use chatlink_protocol::{EventId, Problem, RoomId, UserId};

/// A way to the engine.
#[async_trait]
pub(crate) trait Edge: Send + Sync {
    /// Asks for a code.
    async fn register(&self, contact: &str) -> Result<Box<dyn Registering>, Refused>;

    /// Logs in.
    async fn log_in(&self, login: &str, password: &str) -> Result<Box<dyn Person>, Refused>;
}

/// Somebody whose code is on its way.
#[async_trait]
pub(crate) trait Registering: Send {
    /// Shows the code.
    async fn verify(&mut self, code: &str) -> Result<(), Refused>;

    /// Makes the account.
    async fn complete(&mut self, form: &Form) -> Result<Box<dyn Person>, Refused>;
}

/// Somebody who is logged in and connected.
#[async_trait]
pub(crate) trait Person: Send {
    /// Who.
    fn id(&self) -> UserId;

    /// Who might fit.
    async fn finds(&mut self) -> Result<Vec<UserId>, Refused>;

    /// The direct room with somebody.
    async fn open(&mut self, other: UserId) -> Result<RoomId, Refused>;

    /// Sends a message and waits until it is acknowledged.
    async fn say(&mut self, room: RoomId, text: &str) -> Result<(), Refused>;

    /// Gives a message other words and waits until that is acknowledged.
    async fn edit(&mut self, room: RoomId, message: EventId, text: &str) -> Result<(), Refused>;

    /// Waits until so many messages of a room came, and answers the words of all that did.
    async fn hears(&mut self, room: RoomId, count: usize) -> Vec<String>;

    /// The line falls.
    async fn fall(&mut self);

    /// It is there again: what was missed comes.
    async fn rise(&mut self);

    /// Logs out.
    async fn log_out(&mut self) -> Result<(), Refused>;
}

/// Who somebody wants to be: a grown-up in Germany.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) native: &'static str,
    pub(crate) learns: &'static str,
}

/// When everybody here was born.
pub(crate) const BORN: &str = "1990-05-17";
/// Where everybody lives.
pub(crate) const COUNTRY: &str = "DE";
/// How far everybody is in what he learns.
pub(crate) const LEVEL: &str = "B1";

/// A refusal as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The stable code.
    pub(crate) code: String,
    /// Which fields are to blame.
    pub(crate) fields: Vec<String>,
    /// Tries of a code that are left.
    pub(crate) tries_left: Option<u8>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let fields = problem.errors.into_iter().map(|error| error.field).collect();
        Self { code: problem.code.name().to_owned(), fields, tries_left: problem.tries_left }
    }
}
