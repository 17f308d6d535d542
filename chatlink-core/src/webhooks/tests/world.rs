//! A store in memory whose rooms are told to a receiver that refuses, hangs, and believes nothing.

use super::super::{courier::Courier, *};
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
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What a receiver saw, and how it answers.
#[derive(Clone)]
pub(super) struct Receiver(Arc<Mutex<Seen>>);

pub(super) struct Seen {
    pub(super) entropy: SeededEntropy,
    /// Of a hundred answers, how many are no.
    pub(super) refusing: u64,
    pub(super) answers: Option<Answered>,
    /// Of each room the seqs that were taken, in the order in which they came.
    pub(super) taken: BTreeMap<RoomId, Vec<u64>>,
    /// The last seq of each delivery that was answered with yes.
    pub(super) acknowledged: HashMap<RoomId, u64>,
    /// By name, what each delivery held.
    pub(super) names: HashMap<String, (RoomId, Vec<u64>)>,
    pub(super) under_way: HashSet<RoomId>,
    pub(super) posts: u32,
    pub(super) signatures: Vec<String>,
    pub(super) bodies: Vec<String>,
    pub(super) wrong: Option<String>,
}

/// A delivery ends for its receiver, too, when whoever posts dies.
struct UnderWay(Receiver, RoomId);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.lock().under_way.remove(&self.1);
    }
}

impl Receiver {
    pub(super) fn new(seed: u64) -> Self {
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
            bodies: Vec::new(),
            wrong: None,
        })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn last(&self, room: RoomId) -> u64 {
        self.lock().taken.get(&room).and_then(|seqs| seqs.last().copied()).unwrap_or(0)
    }
}

impl Seen {
    /// Takes a delivery as a receiver would that believes nothing. The order must hold from the first try on.
    pub(super) fn hear(&mut self, post: &SignedPost) -> RoomId {
        let body: serde_json::Value = serde_json::from_slice(&post.body).unwrap();
        let room: RoomId = body["room_id"].as_str().unwrap().parse().unwrap();
        let seqs: Vec<u64> =
            body["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        self.posts += 1;
        self.signatures.push(post.headers[3].1.clone());
        self.bodies.push(String::from_utf8(post.body.to_vec()).unwrap());
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

    pub(super) fn take(&mut self, post: &SignedPost, room: RoomId) {
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
pub(super) struct World {
    pub(super) chat: ChatLink,
    pub(super) store: Arc<MemoryStore>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) receiver: Receiver,
    pub(super) ana: UserId,
}

impl World {
    pub(super) async fn new(seed: u64) -> Self {
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

    pub(super) async fn room(&self) -> RoomId {
        let group = GroupRequest {
            client_id: self.chat.fresh_client_id(),
            title: "Evening class".parse().unwrap(),
            members: Vec::new(),
            history: History::All,
        };
        self.chat.rooms().create_group(self.ana, group).await.unwrap().room.room_id
    }

    pub(super) async fn say(&self, room: RoomId) -> u64 {
        let message = NewMessage::parse(self.chat.fresh_client_id(), "hello", None, None).unwrap();
        self.chat.timeline().send(self.ana, room, message).await.unwrap().ack.seq.unwrap().0
    }

    pub(super) async fn webhook(&self) -> Created {
        let asked = NewWebhook {
            name: "backend".to_owned(),
            url: "https://hooks.example.org/chat".to_owned(),
            ..NewWebhook::default()
        };
        self.chat.webhooks().create(&asked).await.unwrap()
    }

    /// Takes the job, whoever had it: the lease before is over.
    pub(super) async fn lease(&self) -> JobLease {
        self.clock.advance(PACE.lease);
        let (now, token) = (self.clock.now(), self.chat.context.fresh_id());
        let store: &dyn Store = self.store.as_ref();
        store.lease(&[JOB], token, now.plus(PACE.lease), now).await.unwrap().unwrap().lease
    }

    /// A node delivers for so long, and dies.
    pub(super) async fn deliver(&self, id: WebhookId, time: Duration) {
        let lease = self.lease().await;
        let courier = Courier::new(self.chat.context.clone(), Arc::new(self.receiver.clone()), id, lease);
        let ended = tokio::time::timeout(time, courier.run()).await;
        assert!(ended.is_err(), "it ended by itself: {ended:?}");
        self.clock.advance(time);
    }

    pub(super) async fn find(&self, id: WebhookId) -> Webhook {
        self.chat.webhooks().list().await.unwrap().into_iter().find(|webhook| webhook.id == id).unwrap()
    }

    pub(super) async fn head(&self, room: RoomId) -> u64 {
        let page = self.chat.context.store.events(room, Reader::Node, Seq(0), 1, self.clock.now()).await;
        page.unwrap().unwrap().head.0
    }

    pub(super) fn check(&self) {
        if let Some(wrong) = &self.receiver.lock().wrong {
            panic!("{wrong}");
        }
    }
}
