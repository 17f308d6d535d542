//! The engine as its users hold it.

use crate::{
    builder::ChatLinkBuilder,
    context::{Context, Failed},
    error::StoreError,
    host::System,
    identity::Identity,
    jobs::Jobs,
    metrics::Metrics,
    people::People,
    previews::Previews,
    realtime::{ConnectError, Connection, Greetings, Hub, Life, Seat, Seats, Services, transport::NodeStats},
    rights::Rights,
    rooms::Rooms,
    services::{ServicePerson, ServiceTokens},
    settings::Settings,
    timeline::{Timeline, intents::Intents, mine::Mine, scheduled::Schedule, search::Search},
    webhooks::Webhooks,
};
use chatlink_protocol::{ClientId, SessionId, Timestamp, UserId};
use std::{net::IpAddr, sync::Arc};

/// The engine. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct ChatLink {
    pub(crate) context: Arc<Context>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) people: Arc<People>,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) greetings: Arc<Greetings>,
    pub(crate) search: Arc<Search>,
    pub(crate) mine: Arc<Mine>,
    pub(crate) previews: Arc<Previews>,
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) intents: Arc<Intents>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) rights: Arc<Rights>,
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) services: Arc<ServiceTokens>,
    pub(crate) seats: Seats,
}

impl ChatLink {
    /// Starts putting an engine together.
    #[must_use]
    pub fn builder() -> ChatLinkBuilder {
        ChatLinkBuilder::default()
    }

    /// Registration, accounts, logins, sessions, password reset.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Profiles, languages, matches, blocks, reports, settings.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Rooms, members, requests.
    #[must_use]
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// Acts and reads in rooms.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What was written, found by its words.
    #[must_use]
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// What members keep for themselves: stars, hidden messages, drafts.
    #[must_use]
    pub fn mine(&self) -> &Mine {
        &self.mine
    }

    /// Link previews.
    #[must_use]
    pub fn previews(&self) -> &Previews {
        &self.previews
    }

    /// Messages that wait for their time.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Messages that the host posts inside its own SQL transactions.
    #[must_use]
    pub fn intents(&self) -> &Intents {
        &self.intents
    }

    /// Work beside the requests.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// What people may ask of what is kept about them: its export, and its end.
    #[must_use]
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// Who outside is told of every event of every room: for whoever runs the installation alone.
    #[must_use]
    pub fn webhooks(&self) -> &Webhooks {
        &self.webhooks
    }

    /// The tokens of bots and backends.
    #[must_use]
    pub fn services(&self) -> &ServiceTokens {
        &self.services
    }

    /// The host's own voice in rooms.
    #[must_use]
    pub fn system(&self) -> System<'_> {
        System::new(&self.timeline)
    }

    /// A fresh name for a message or a group. Keep it with what you send, and send again under it when
    /// no answer came: then it stands there once.
    #[must_use]
    pub fn fresh_client_id(&self) -> ClientId {
        ClientId::from_uuid(self.context.fresh_id())
    }

    /// Takes a connection of an authenticated person in. It ends with `session`, where there is one. Its `hello` shows
    /// the first `rooms` of the person's conversations, at most
    /// [`HELLO_ROOMS`](chatlink_protocol::frame::HELLO_ROOMS); whoever comes back to rooms that it knows asks for none.
    ///
    /// # Errors
    /// As many connections as are allowed, or the store.
    pub async fn connect(
        &self,
        user: UserId,
        session: Option<SessionId>,
        expires_at: Timestamp,
        rooms: u32,
    ) -> Result<Connection, ConnectError> {
        self.open(user, session.map_or(Life::Host, Life::Session), expires_at, rooms).await
    }

    /// As [`connect`](Self::connect), for whom a service token acts as. It ends with the token, on every node within a second.
    ///
    /// # Errors
    /// As many connections as are allowed, or the store.
    pub async fn connect_service(&self, person: &ServicePerson, rooms: u32) -> Result<Connection, ConnectError> {
        self.open(person.user_id, Life::Service(person.token_id), person.expires_at, rooms).await
    }

    async fn open(
        &self,
        user: UserId,
        life: Life,
        expires_at: Timestamp,
        rooms: u32,
    ) -> Result<Connection, ConnectError> {
        let services = Services {
            context: self.context.clone(),
            hub: self.hub.clone(),
            people: self.people.clone(),
            rooms: self.rooms.clone(),
            timeline: self.timeline.clone(),
            greetings: self.greetings.clone(),
        };
        let connection = Connection::open(services, user, life, expires_at, rooms).await?;
        // What it would hear is of a history that is over. Whoever was here before was cut.
        if let Some(failed @ Failed::OtherHistory) = self.context.failure() {
            return Err(ConnectError::Store(failed.refusal()));
        }
        // It may have ended between the look at its token and the place in the hub.
        if let Some(end) = life.end().filter(|end| self.identity.is_ended(*end)) {
            self.hub.end_session(end);
        }
        Ok(connection)
    }

    /// A place for a connection from this address, held as long as it lives; whichever edge asks. `None`: the address has
    /// as many as are allowed.
    #[must_use]
    pub fn seat(&self, address: IpAddr) -> Option<Seat> {
        self.seats.take(address, self.context.settings.talk.connections_an_address)
    }

    /// How many connections there are on this node.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.hub.connections()
    }

    /// What went between this node and the others so far.
    #[must_use]
    pub fn node_stats(&self) -> NodeStats {
        self.hub.node_stats()
    }

    /// What this engine counted since it was built.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.context.meter.read(self.hub.connections())
    }

    /// The limits in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.context.settings
    }

    /// The store's lineage: cursors are good for one epoch.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.context.installation.epoch
    }

    /// Answers when the store can be read and written and the engine has not failed.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match self.context.failure() {
            Some(failed) => Err(failed.refusal()),
            None => self.context.ping().await,
        }
    }

    /// Resolves when the engine has failed: end the process then.
    pub async fn failed(&self) -> Failed {
        let mut failed = self.context.failed.subscribe();
        loop {
            if let Some(why) = *failed.borrow_and_update() {
                return why;
            }
            // The sender lives as long as this engine: waiting ends with a failure only.
            if failed.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Closes every connection and stops background work, after commits under way are done.
    pub async fn shutdown(&self) {
        self.hub.close();
        self.context.stop.cancel();
        self.context.tasks.close();
        self.context.tasks.wait().await;
    }
}
