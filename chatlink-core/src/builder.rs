//! How an engine is put together.

use crate::{
    clock::{Clock, SystemClock},
    context::Context,
    engine::ChatLink,
    entropy::{Entropy, OsEntropy, random, uuid_v7},
    error::StoreError,
    host::{AfterCommit, Ear, Policy, Questions},
    identity::{CodeSender, Identity, Passkeys, Verifier},
    jobs::{Jobs, Pace, Runner, Worker, housekeeping},
    keys::Keys,
    limiter::Limiter,
    memory::Mailbox,
    people::{People, Pictures},
    previews::{PreviewFetcher, Previews},
    realtime::{
        Greetings, Hub, Seats,
        transport::{self, Outbound, Transport, Wire},
    },
    rights::{DEPARTURE, Departure, Rights},
    rooms::{AuthzCache, Rooms},
    services::ServiceTokens,
    settings::Settings,
    store::{Installation, Store},
    timeline::{
        Timeline,
        intents::{Intents, Relay},
        mine::Mine,
        scheduled::{self, Schedule, SendDue},
        search::{Indexer, Search},
    },
    webhooks::{self, Deliver, WebhookPost, Webhooks},
};
use std::{collections::HashSet, sync::Arc};
use tokio::sync::{Notify, broadcast::error::RecvError, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Puts a [`ChatLink`] together. Store and keys must be given.
#[derive(Default)]
pub struct ChatLinkBuilder {
    store: Option<Arc<dyn Store>>,
    keys: Option<Keys>,
    clock: Option<Arc<dyn Clock>>,
    entropy: Option<Arc<dyn Entropy>>,
    sender: Option<Arc<dyn CodeSender>>,
    verifier: Option<Arc<dyn Verifier>>,
    workers: Vec<Arc<dyn Worker>>,
    pictures: Option<Arc<dyn Pictures>>,
    passkeys: Option<Arc<dyn Passkeys>>,
    previews: Option<Arc<dyn PreviewFetcher>>,
    policy: Option<Arc<dyn Policy>>,
    after_commit: Option<Arc<dyn AfterCommit>>,
    transport: Option<Arc<dyn Transport>>,
    webhook_post: Option<Arc<dyn WebhookPost>>,
    settings: Settings,
}

/// Why an engine could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No store was given.
    #[error("no store was given")]
    NoStore,
    /// No keys were given; there is no default.
    #[error("no keys were given")]
    NoKeys,
    /// None of the secrets is one that the store knows.
    #[error("none of the secrets is this store's; `chatlink secret adopt` takes a new one in")]
    ForeignSecret,
    /// Two workers are for the same kind of job.
    #[error("two workers are for jobs of the kind {0}")]
    TwoWorkers(&'static str),
    /// The store could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ChatLinkBuilder {
    /// The store of everything.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// The installation's secrets.
    #[must_use]
    pub fn keys(mut self, keys: Keys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Who carries codes and notices to people. Default: an in-memory [`Mailbox`].
    #[must_use]
    pub fn sender(mut self, sender: Arc<dyn CodeSender>) -> Self {
        self.sender = Some(sender);
        self
    }

    /// The host's own users: its tokens are checked by it, and nobody registers or logs in here.
    #[must_use]
    pub fn verifier(mut self, verifier: Arc<dyn Verifier>) -> Self {
        self.verifier = Some(verifier);
        self
    }

    /// Who makes avatars of files. Default: nobody, and no pictures are taken.
    #[must_use]
    pub fn pictures(mut self, pictures: Arc<dyn Pictures>) -> Self {
        self.pictures = Some(pictures);
        self
    }

    /// The ceremonies of passkeys. Default: none, and nobody adds one or logs in by one.
    #[must_use]
    pub fn passkeys(mut self, passkeys: Arc<dyn Passkeys>) -> Self {
        self.passkeys = Some(passkeys);
        self
    }

    /// Who fetches the pages that people send links to. Default: nobody, and no link has a preview.
    #[must_use]
    pub fn previews(mut self, fetcher: Arc<dyn PreviewFetcher>) -> Self {
        self.previews = Some(fetcher);
        self
    }

    /// The host's word on contacts and messages. Default: the engine's own rules alone.
    #[must_use]
    pub fn policy(mut self, policy: Arc<dyn Policy>) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Who of the host hears the events that this node commits.
    #[must_use]
    pub fn after_commit(mut self, hook: Arc<dyn AfterCommit>) -> Self {
        self.after_commit = Some(hook);
        self
    }

    /// What carries news between the nodes of this installation. Default: nothing, and a node hears of the others by
    /// asking the store once a second.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Who posts to webhooks. Default: nobody, and webhooks wait for a node that does.
    #[must_use]
    pub fn webhook_post(mut self, post: Arc<dyn WebhookPost>) -> Self {
        self.webhook_post = Some(post);
        self
    }

    /// The clock. Default: the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The randomness. Default: the operating system's.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = Some(entropy);
        self
    }

    /// A worker of the host's own, for durable [`jobs`](crate::jobs) beside the engine's.
    #[must_use]
    pub fn worker(mut self, worker: Arc<dyn Worker>) -> Self {
        self.workers.push(worker);
        self
    }

    /// The limits. Default: the documented ones.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Builds the engine and starts its background work; needs a tokio runtime.
    ///
    /// # Errors
    /// Store or keys missing, keys foreign to the store, two workers for one kind of job, or the store
    /// cannot be asked.
    pub async fn build(self) -> Result<ChatLink, BuildError> {
        let store = self.store.ok_or(BuildError::NoStore)?;
        let keys = self.keys.ok_or(BuildError::NoKeys)?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock));
        let entropy = self.entropy.unwrap_or_else(|| Arc::new(OsEntropy));
        let installation = claim(store.as_ref(), &keys, clock.as_ref(), entropy.as_ref()).await?;
        let limiter = Limiter::new(&self.settings.talk);
        let (tasks, stop, hooks) = (TaskTracker::new(), CancellationToken::new(), self.settings.hooks);
        let context = Arc::new(Context {
            questions: self.policy.map(|policy| Questions::new(policy, hooks)),
            ear: self.after_commit.map(|hook| Ear::start(hook, hooks, &tasks, stop.clone())),
            store,
            clock,
            entropy,
            sender: self.sender.unwrap_or_else(|| Arc::new(Mailbox::default())),
            keys,
            settings: self.settings,
            installation,
            tasks,
            stop,
            failed: watch::Sender::new(None),
            committed: watch::Sender::new(()),
            limiter,
            meter: Arc::default(),
            verifier: self.verifier,
            pictures: self.pictures,
            passkeys: self.passkeys,
            previews: self.previews,
        });
        let workers = all_workers(&context, self.workers)?;
        let chat = assemble(context, workers, self.transport, self.webhook_post);
        chat.identity.catch_up().await?;
        Ok(chat)
    }
}

/// The engine's workers and the host's, one a kind.
fn all_workers(context: &Arc<Context>, mut host: Vec<Arc<dyn Worker>>) -> Result<Vec<Arc<dyn Worker>>, BuildError> {
    let mut workers = housekeeping::workers(context);
    workers.push(Arc::new(Indexer(context.clone())));
    workers.append(&mut host);
    let mut kinds = HashSet::from([DEPARTURE, scheduled::KIND, webhooks::JOB]);
    match workers.iter().map(|worker| worker.kind()).find(|kind| !kinds.insert(*kind)) {
        Some(twice) => Err(BuildError::TwoWorkers(twice)),
        None => Ok(workers),
    }
}

/// Builds the domains, each on those it needs, and starts their background work.
fn assemble(
    context: Arc<Context>,
    mut workers: Vec<Arc<dyn Worker>>,
    transport: Option<Arc<dyn Transport>>,
    webhook_post: Option<Arc<dyn WebhookPost>>,
) -> ChatLink {
    let cache = Arc::new(AuthzCache::default());
    let (outbound, signals) = transport.as_ref().map(|_| Outbound::open()).unzip();
    let outbound = outbound.unwrap_or_default();
    let hub =
        Arc::new(Hub::new(context.settings.talk.queue_bytes, cache.clone(), outbound.clone(), context.meter.clone()));
    hub.start(&context);
    let identity = Arc::new(Identity::new(context.clone(), hub.clone()));
    if let (Some(transport), Some(signals)) = (transport, signals) {
        let node = context.fresh_id();
        let wire = Wire::new(context.keys.clone(), context.installation.id, node, context.entropy.clone());
        let wire = Arc::new(wire);
        let publish =
            transport::publish(transport.clone(), wire.clone(), outbound.clone(), signals, context.stop.clone());
        context.tasks.spawn(publish);
        let listen = transport::listen(transport, wire, outbound, hub.clone(), identity.clone(), context.clone());
        context.tasks.spawn(listen);
    }
    context.tasks.spawn(end_sessions(identity.clone(), hub.clone(), context.stop.clone()));
    let people = Arc::new(People::new(context.clone(), hub.clone()));
    let timeline = Arc::new(Timeline::new(context.clone(), &hub, cache, people.clone()));
    let rooms = Arc::new(Rooms::new(context.clone(), hub.clone(), people.clone(), timeline.clone()));
    let wake = Arc::new(Notify::new());
    workers.push(Arc::new(Departure::new(context.clone(), timeline.clone())));
    workers.push(Arc::new(SendDue::new(context.clone(), hub.clone(), timeline.clone())));
    context.tasks.spawn(Arc::new(Runner::new(context.clone(), workers, wake.clone(), Pace::default())).run());
    let jobs = Arc::new(Jobs::new(context.clone(), wake.clone()));
    let search = Arc::new(Search::new(context.clone()));
    let mine = Arc::new(Mine::new(context.clone(), hub.clone(), timeline.clone()));
    let previews = Arc::new(Previews::new(context.clone()));
    let schedule = Arc::new(Schedule::new(context.clone(), hub.clone(), timeline.clone()));
    let nudge = Arc::new(Notify::new());
    context.tasks.spawn(Relay::new(context.clone(), timeline.clone(), nudge.clone()).run());
    let intents = Arc::new(Intents::new(context.clone(), nudge));
    let rights = Rights::new(context.clone(), identity.clone(), timeline.clone(), people.clone(), hub.clone(), wake);
    let webhooks = start_webhooks(&context, webhook_post);
    let services = Arc::new(ServiceTokens::new(context.clone(), identity.clone()));
    ChatLink {
        greetings: Arc::new(Greetings::start(&context)),
        context,
        identity,
        people,
        rooms,
        timeline,
        search,
        mine,
        previews,
        schedule,
        intents,
        hub,
        jobs,
        rights: Arc::new(rights),
        webhooks: Arc::new(webhooks),
        services,
        seats: Seats::default(),
    }
}

/// The use cases of webhooks, and, where there is somebody who posts, a runner of its own: their jobs last.
fn start_webhooks(context: &Arc<Context>, post: Option<Arc<dyn WebhookPost>>) -> Webhooks {
    let wake = Arc::new(Notify::new());
    if let Some(post) = post {
        let workers: Vec<Arc<dyn Worker>> = vec![Arc::new(Deliver::new(context.clone(), post))];
        let runner = Runner::new(context.clone(), workers, wake.clone(), webhooks::PACE);
        context.tasks.spawn(Arc::new(runner).run());
    }
    let Context { store, keys, clock, entropy, .. } = &**context;
    Webhooks::new(store.clone(), keys.clone(), clock.clone(), entropy.clone(), wake)
}

/// Cuts the connections of sessions as they end.
async fn end_sessions(identity: Arc<Identity>, hub: Arc<Hub>, stop: CancellationToken) {
    let mut ended = identity.ended();
    loop {
        let session = tokio::select! {
            session = ended.recv() => session,
            () = stop.cancelled() => return,
        };
        match session {
            Ok(session) => hub.end_session(session),
            // Too many at once: ask for each session that is connected here.
            Err(RecvError::Lagged(_)) => hub.end_sessions(|session| identity.is_ended(session)),
            Err(RecvError::Closed) => return,
        }
    }
}

/// Makes a new store this installation's, or checks that one of the secrets is the store's.
pub(crate) async fn claim(
    store: &dyn Store,
    keys: &Keys,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Installation, BuildError> {
    let hex = |bytes: [u8; 8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let fresh = Installation {
        id: uuid_v7(clock.now(), entropy),
        epoch: hex(random(entropy)),
        fingerprints: keys.fingerprints(),
    };
    let installation = store.installation(fresh).await?;
    let known = keys.fingerprints().iter().any(|print| installation.fingerprints.contains(print));
    if !known {
        return Err(BuildError::ForeignSecret);
    }
    // A rotation: one secret is known, the others are from now on.
    if keys.fingerprints().iter().any(|print| !installation.fingerprints.contains(print)) {
        store.adopt(keys.fingerprints()).await?;
    }
    Ok(installation)
}

#[cfg(test)]
#[path = "builder_tests.rs"]
mod tests;
