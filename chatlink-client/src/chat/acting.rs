//! What a person does in a room, by way of the send queue: it is kept before it is tried, survives a restart, and is done in
//! its order.

use super::{Chat, engine::Order};
use crate::{Act, Cancelled, ClientError, Decision, Job, NewCorrection, NewMessage, Strand, Target, Watched};
use chatlink_protocol::{ClientId, EventId, RoomId};

impl Chat {
    /// What waits to be sent, or was refused.
    #[must_use]
    pub fn outgoing(&self) -> Watched<Job> {
        Watched::new(self.outgoing.clone())
    }

    /// Takes a message over to be sent, now or when there is a line again: words, a poll ([`NewMessage::poll`]), or another
    /// message's words ([`NewMessage::forward`]), into a room or a thread. It is kept before this answers its name, and it
    /// stays among what is [outgoing](Self::outgoing) until an open timeline shows it, under its name as `client_id`.
    ///
    /// # Errors
    /// The queue is full, or the device's store failed: then it is not taken over.
    pub async fn send(
        &self,
        strand: impl Into<Strand>,
        message: impl Into<NewMessage>,
    ) -> Result<ClientId, ClientError> {
        let (Strand { room, root }, mut message) = (strand.into(), message.into());
        message.thread = root.or(message.thread);
        self.enqueue(room, Act::Send(Box::new(message))).await
    }

    /// Takes an edit of one's own message over.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn edit(&self, room: RoomId, target: Target, text: &str) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Edit { target, text: text.to_owned() }).await
    }

    /// Takes a reaction over; without a key one's reaction is taken back.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn react(&self, room: RoomId, target: Target, key: Option<&str>) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::React { target, key: key.map(str::to_owned) }).await
    }

    /// Takes the wish over to take a message back for all.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn redact(&self, room: RoomId, target: Target) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Redact { target }).await
    }

    /// Takes one's vote on a poll over: the places of the options chosen, from 0 on; none takes it back.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn vote(&self, room: RoomId, target: Target, choices: &[u32]) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Vote { target, choices: choices.to_vec() }).await
    }

    /// Takes the wish over to close a poll: its author's, in a group also its moderators'.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn close_poll(&self, room: RoomId, target: Target) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::ClosePoll { target }).await
    }

    /// Takes an improved text of somebody else's message over.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn correct(&self, room: RoomId, correction: NewCorrection) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Correct(Box::new(correction))).await
    }

    /// Takes over what becomes of a correction: its author's answer, or that who proposed it takes it back.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn decide(
        &self,
        room: RoomId,
        message: EventId,
        correction: EventId,
        decision: Decision,
    ) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Decide { message, correction, decision }).await
    }

    /// Takes the wish over to pin a message for all in the room, or to take the pin off.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn pin(&self, room: RoomId, target: Target, pinned: bool) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Pin { target, pinned }).await
    }

    /// Takes something over to be sent.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn enqueue(&self, room: RoomId, act: Act) -> Result<ClientId, ClientError> {
        self.ask(|reply| Order::Enqueue(room, act, reply)).await?
    }

    /// Cancels what surely did not arrive, with all that was to change it.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn cancel(&self, id: ClientId) -> Result<Cancelled, ClientError> {
        self.ask(|reply| Order::Cancel(id, reply)).await
    }

    /// Tries what was refused again, after what was written since.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn retry(&self, id: ClientId) -> Result<(), ClientError> {
        self.ask(|reply| Order::Retry(id, reply)).await
    }
}
