//! Couriers on one store in memory, with receivers that refuse and hang, and nodes that die at any instant.

use super::{courier::Courier, *};
use crate::{
    ChatLink, Keys, Settings, Store,
    clock::{Clock as _, ManualClock},
    entropy::{Entropy, SeededEntropy, below},
    jobs::JobLease,
    memory::MemoryStore,
    people::ExternalPerson,
    rooms::{GroupRequest, History},
    timeline::{NewMessage, Reader},
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Seq, Timestamp, UserId};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// What a receiver saw, and how it answers.
#[derive(Clone)]
struct Receiver(Arc<Mutex<Seen>>);

struct Seen {
    entropy: SeededEntropy,
    /// Of a hundred answers, how many are no.
    refusing: u64,
    answers: Option<Answered>,
    /// Of each room the seqs that were taken, in the order in which they came.
    taken: BTreeMap<RoomId, Vec<u64>>,
    /// The last seq of each delivery that was answered with yes.
    acknowledged: HashMap<RoomId, u64>,
    /// By name, what each delivery held.
    names: HashMap<String, (RoomId, Vec<u64>)>,
    under_way: HashSet<RoomId>,
    posts: u32,
    signatures: Vec<String>,
    wrong: Option<String>,
}

/// A delivery ends for its receiver, too, when whoever posts dies.
struct UnderWay(Receiver, RoomId);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.lock().under_way.remove(&self.1);
    }
}

impl Receiver {
    fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Seen {
            entropy: SeededEntropy::new(seed),
            refusing: 0,
            answers: None,
            taken: BTreeMap::new(),
            acknowledged: HashMap::new(),
            names: HashMap::new(),
            under_way: HashSet::new(),
            posts: 0,
            signatures: Vec::new(),
            wrong: None,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last(&self, room: RoomId) -> u64 {
        self.lock().taken.get(&room).and_then(|seqs| seqs.last().copied()).unwrap_or(0)
    }
}

impl Seen {
    /// Takes a delivery as a receiver would that believes nothing. The order must hold from the first try on.
    fn hear(&mut self, post: &SignedPost) -> RoomId {
        let body: serde_json::Value = serde_json::from_slice(&post.body).unwrap();
        let room: RoomId = body["room_id"].as_str().unwrap().parse().unwrap();
        let seqs: Vec<u64> =
            body["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        self.posts += 1;
        self.signatures.push(post.headers[3].1.clone());
        if !self.under_way.insert(room) {
            self.wrong = Some(format!("two of one room at once: {seqs:?}"));
        }
        let acknowledged = self.acknowledged.get(&room).copied().unwrap_or(0);
        let is_contiguous = seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        if !is_contiguous || seqs[0] > acknowledged + 1 {
            self.wrong = Some(format!("{seqs:?} after {acknowledged}"));
        }
        let known = self.names.entry(post.headers[1].1.clone()).or_insert_with(|| (room, seqs.clone()));
        if *known != (room, seqs) {
            self.wrong = Some(format!("a name of two deliveries: {known:?}"));
        }
        room
    }

    fn take(&mut self, post: &SignedPost, room: RoomId) {
        let (_, seqs) = self.names[&post.headers[1].1].clone();
        let taken = self.taken.entry(room).or_default();
        let head = taken.last().copied().unwrap_or(0);
        taken.extend(seqs.iter().filter(|seq| **seq > head));
        self.acknowledged.insert(room, *seqs.last().unwrap());
    }
}

#[async_trait]
impl WebhookPost for Receiver {
    async fn post(&self, post: SignedPost) -> Answered {
        let (room, before, after, answered) = {
            let mut seen = self.lock();
            let room = seen.hear(&post);
            let before = below(&seen.entropy, 30);
            let after = below(&seen.entropy, 30);
            let refuses = below(&seen.entropy, 100) < seen.refusing;
            (
                room,
                before,
                after,
                seen.answers.unwrap_or(if refuses { Answered::Refused(503) } else { Answered::Taken }),
            )
        };
        let _under_way = UnderWay(self.clone(), room);
        tokio::time::sleep(Duration::from_millis(before)).await;
        if answered == Answered::Taken {
            self.lock().take(&post, room);
        }
        // Whoever posts may die here: it was taken, and nobody knows.
        tokio::time::sleep(Duration::from_millis(after)).await;
        answered
    }
}

/// An engine without a runner of webhooks: couriers are started and killed by hand.
struct World {
    chat: ChatLink,
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    receiver: Receiver,
    ana: UserId,
}

impl World {
    async fn new(seed: u64) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_763_800_000_000_000)));
        let store = Arc::new(MemoryStore::new());
        let mut settings = Settings::default();
        settings.talk.enforced = false;
        let builder = ChatLink::builder().store(store.clone()).keys(Keys::new(vec![vec![7; 32]]).unwrap());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(seed));
        let chat = builder.clock(clock.clone()).entropy(entropy).settings(settings).build().await.unwrap();
        let ana = chat.people().upsert_external(ExternalPerson::new("ana")).await.unwrap();
        Self { chat, store, clock, receiver: Receiver::new(seed), ana }
    }

    async fn room(&self) -> RoomId {
        let group = GroupRequest {
            client_id: self.chat.fresh_client_id(),
            title: "Evening class".parse().unwrap(),
            members: Vec::new(),
            history: History::All,
        };
        self.chat.rooms().create_group(self.ana, group).await.unwrap().room.room_id
    }

    async fn say(&self, room: RoomId) -> u64 {
        let message = NewMessage::parse(self.chat.fresh_client_id(), "hello", None, None).unwrap();
        self.chat.timeline().send(self.ana, room, message).await.unwrap().ack.seq.unwrap().0
    }

    async fn webhook(&self) -> Created {
        let asked = NewWebhook {
            name: "backend".to_owned(),
            url: "https://hooks.example.org/chat".to_owned(),
            ..NewWebhook::default()
        };
        self.chat.webhooks().create(&asked).await.unwrap()
    }

    /// Takes the job, whoever had it: the lease before is over.
    async fn lease(&self) -> JobLease {
        self.clock.advance(PACE.lease);
        let (now, token) = (self.clock.now(), self.chat.context.fresh_id());
        let store: &dyn Store = self.store.as_ref();
        store.lease(&[JOB], token, now.plus(PACE.lease), now).await.unwrap().unwrap().lease
    }

    /// A node delivers for so long, and dies.
    async fn deliver(&self, id: WebhookId, time: Duration) {
        let lease = self.lease().await;
        let courier = Courier::new(self.chat.context.clone(), Arc::new(self.receiver.clone()), id, lease);
        let ended = tokio::time::timeout(time, courier.run()).await;
        assert!(ended.is_err(), "it ended by itself: {ended:?}");
        self.clock.advance(time);
    }

    async fn find(&self, id: WebhookId) -> Webhook {
        self.chat.webhooks().list().await.unwrap().into_iter().find(|webhook| webhook.id == id).unwrap()
    }

    async fn head(&self, room: RoomId) -> u64 {
        let page = self.chat.context.store.events(room, Reader::Node, Seq(0), 1, self.clock.now()).await;
        page.unwrap().unwrap().head.0
    }

    fn check(&self) {
        if let Some(wrong) = &self.receiver.lock().wrong {
            panic!("{wrong}");
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Say(usize, u8),
    Deliver(u64),
    Refuse(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4_usize, 1..130_u8).prop_map(|(room, times)| Step::Say(room, times)),
        4 => (1..400_u64).prop_map(Step::Deliver),
        1 => (0..90_u64).prop_map(Step::Refuse),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is committed, refused and killed: of each room all is told, in its order, nothing before its turn.
    #[test]
    fn every_room_is_told_whole_and_in_order(seed in 0..1_000_u64, steps in prop::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(every_room(seed, steps));
    }
}

async fn every_room(seed: u64, steps: Vec<Step>) {
    let world = World::new(seed).await;
    let id = world.webhook().await.webhook.id;
    let mut rooms = Vec::new();
    for _ in 0..4 {
        rooms.push(world.room().await);
    }
    for step in steps {
        match step {
            Step::Say(room, times) => {
                for _ in 0..times {
                    world.say(rooms[room]).await;
                }
            }
            Step::Deliver(millis) => world.deliver(id, Duration::from_millis(millis)).await,
            Step::Refuse(percent) => world.receiver.lock().refusing = percent,
        }
        world.check();
    }
    world.receiver.lock().refusing = 0;
    for _ in 0..20 {
        world.clock.advance(Duration::from_secs(3600));
        world.deliver(id, Duration::from_secs(3)).await;
    }
    world.check();
    for room in rooms {
        let seqs: Vec<u64> = (1..=world.head(room).await).collect();
        assert_eq!(world.receiver.lock().taken.get(&room).cloned().unwrap_or_default(), seqs);
    }
    assert_eq!(world.chat.webhooks().due(id).await.unwrap(), 0);
    world.chat.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_is_not_told() {
    let world = World::new(1).await;
    let room = world.room().await;
    world.say(room).await;
    let id = world.webhook().await.webhook.id;
    let first = world.say(room).await;
    world.receiver.lock().acknowledged.insert(room, first - 1);
    world.deliver(id, Duration::from_secs(1)).await;
    world.check();
    assert_eq!(world.receiver.lock().taken[&room], [first]);
}

/// Within milliseconds on the node that committed, however rarely it looks.
#[tokio::test(start_paused = true)]
async fn a_commit_wakes_the_courier() {
    let world = World::new(2).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    let lease = world.lease().await;
    let courier = Courier::new(world.chat.context.clone(), Arc::new(world.receiver.clone()), id, lease);
    let running = tokio::spawn(courier.run());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let seq = world.say(room).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.receiver.last(room), seq);
    world.chat.shutdown().await;
    assert!(matches!(running.await.unwrap(), Ok(crate::jobs::Ended::Interrupted)));
}

/// A paused one is told nothing, an enabled one goes on where it stopped, and a removed one ends its courier.
#[tokio::test(start_paused = true)]
async fn a_pause_loses_nothing() {
    let world = World::new(3).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    world.say(room).await;
    world.deliver(id, Duration::from_secs(1)).await;
    let told = world.receiver.last(room);
    world.chat.webhooks().pause(id).await.unwrap();
    let head = world.say(room).await;
    world.deliver(id, Duration::from_secs(5)).await;
    assert_eq!((world.receiver.last(room), world.find(id).await.state), (told, WebhookState::Paused));
    world.chat.webhooks().enable(id).await.unwrap();
    world.deliver(id, Duration::from_secs(1)).await;
    assert_eq!(world.receiver.last(room), head);
    let lease = world.lease().await;
    let courier = Courier::new(world.chat.context.clone(), Arc::new(world.receiver.clone()), id, lease);
    let running = tokio::spawn(courier.run());
    world.chat.webhooks().delete(id).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(matches!(running.await.unwrap(), Ok(crate::jobs::Ended::Done)));
    assert!(matches!(world.chat.webhooks().pause(id).await, Err(WebhookError::Unknown)));
}

/// It is tried more and more rarely, says why, and is disabled after five days; gone is disabled at once.
#[tokio::test(start_paused = true)]
async fn who_never_answers_is_disabled_and_can_be_enabled() {
    let world = World::new(4).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    let head = world.say(room).await;
    world.receiver.lock().answers = Some(Answered::Refused(503));
    world.deliver(id, Duration::from_secs(1)).await;
    let failing = world.find(id).await.failing;
    assert!(failing.attempts > 0 && failing.since.is_some());
    assert_eq!(failing.last_error.as_deref(), Some("it answered 503"));
    for _ in 0..6 {
        world.clock.advance(Duration::from_secs(24 * 3600));
        world.deliver(id, Duration::from_secs(2)).await;
    }
    assert_eq!(world.find(id).await.state, WebhookState::Disabled);
    let posts = world.receiver.lock().posts;
    assert!(posts < 60, "{posts}");
    world.deliver(id, Duration::from_secs(5)).await;
    assert_eq!(world.receiver.lock().posts, posts, "nothing goes to a disabled one");
    for answers in [Some(Answered::Gone), None] {
        world.receiver.lock().answers = answers;
        world.chat.webhooks().enable(id).await.unwrap();
        world.deliver(id, Duration::from_secs(2)).await;
        let expected = if answers.is_some() { WebhookState::Disabled } else { WebhookState::Active };
        assert_eq!(world.find(id).await.state, expected);
    }
    assert_eq!((world.receiver.last(room), world.find(id).await.failing), (head, Failing::default()));
}

/// For a day a delivery carries a signature of each secret, and each is that of the standard.
#[tokio::test(start_paused = true)]
async fn a_rotation_signs_twice_for_a_day() {
    let world = World::new(5).await;
    let Created { webhook, secret } = world.webhook().await;
    let (room, id) = (world.room().await, webhook.id);
    let new = world.chat.webhooks().rotate(id).await.unwrap();
    assert!(new.shown() != secret.shown() && new.shown().starts_with("whsec_"));
    for (later, signatures) in [(0, 2), (25 * 3600, 1)] {
        world.clock.advance(Duration::from_secs(later));
        world.say(room).await;
        world.deliver(id, Duration::from_secs(1)).await;
        let last = world.receiver.lock().signatures.last().unwrap().clone();
        assert_eq!(last.split(' ').filter(|part| part.starts_with("v1,")).count(), signatures, "{last}");
    }
}

/// A node whose lease went to another begins nothing.
#[tokio::test(start_paused = true)]
async fn who_lost_the_lease_begins_nothing() {
    let world = World::new(6).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    world.say(room).await;
    let lost = world.lease().await;
    let _held = world.lease().await;
    let courier = Courier::new(world.chat.context.clone(), Arc::new(world.receiver.clone()), id, lost);
    assert!(tokio::time::timeout(Duration::from_secs(3), courier.run()).await.is_err());
    assert_eq!(world.receiver.lock().posts, 0);
}

/// What nobody noted, as a node of the release before does not, is found by the sweep.
#[tokio::test(start_paused = true)]
async fn what_was_not_noted_is_told_late() {
    let world = World::new(7).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    let head = world.say(room).await;
    world.store.forget_what_is_due();
    assert_eq!(world.chat.webhooks().due(id).await.unwrap(), 0);
    world.deliver(id, Duration::from_secs(1)).await;
    assert_eq!(world.receiver.last(room), head);
}

#[tokio::test(start_paused = true)]
async fn wrong_fields_are_named_and_there_are_ten_at_most() {
    let world = World::new(8).await;
    let wrong = NewWebhook { name: " ".to_owned(), url: "http://example.org".to_owned(), ..NewWebhook::default() };
    let Err(WebhookError::Invalid(invalid)) = world.chat.webhooks().create(&wrong).await else { panic!("taken") };
    assert_eq!(invalid.0.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["name", "url"]);
    for _ in 0..WEBHOOKS {
        world.webhook().await;
    }
    let more = NewWebhook { name: "more".to_owned(), url: "https://example.org".to_owned(), ..NewWebhook::default() };
    assert!(matches!(world.chat.webhooks().create(&more).await, Err(WebhookError::Full)));
    let unknown = WebhookId(Uuid::nil());
    assert!(matches!(world.chat.webhooks().rotate(unknown).await, Err(WebhookError::Unknown)));
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_whoever_posts_is_a_failure_like_others() {
    struct Panics;
    #[async_trait]
    impl WebhookPost for Panics {
        async fn post(&self, _: SignedPost) -> Answered {
            panic!("on purpose")
        }
    }
    let world = World::new(9).await;
    let (room, id) = (world.room().await, world.webhook().await.webhook.id);
    world.say(room).await;
    let courier = Courier::new(world.chat.context.clone(), Arc::new(Panics), id, world.lease().await);
    assert!(tokio::time::timeout(Duration::from_secs(1), courier.run()).await.is_err());
    assert_eq!(world.find(id).await.failing.last_error.as_deref(), Some("the post failed here"));
}
