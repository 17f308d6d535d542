//! Two nodes, people on both, and a way to lose what one of them says.

use super::TransportHarness;
use async_trait::async_trait;
use chatlink_core::{
    ChatLink, Installation, InstallationStore as _, Keys, StoreError,
    clock::{Clock as _, ManualClock},
    identity::{AccountStore as _, HostAccount},
    memory::MemoryStore,
    people::{AgeBand, HostProfile},
    protocol::{
        ClientId, ErrorCode, RoomId, SessionId, Timestamp, UserId,
        frame::{ClientFrame, Command, ReplyResult},
    },
    realtime::{
        Connection, Outgoing,
        transport::{Packet, Subscription, Transport, TransportError},
    },
    rooms::{DirectPair, RoomStore as _},
    timeline::{NewMessage, TalkError},
};
use serde_json::Value;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// How long anything may take that is not about speed.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
const FAR: Timestamp = Timestamp::from_micros(i64::MAX);
const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);
/// People who are there from the start, each a friend of the first by a direct room.
const PEOPLE: u128 = 3;

/// Two nodes of one installation.
pub(super) struct Nodes {
    pub(super) one: Node,
    pub(super) two: Node,
    pub(super) clock: Arc<ManualClock>,
}

/// A node.
pub(super) struct Node {
    pub(super) chat: ChatLink,
    pub(super) store: Arc<MemoryStore>,
    /// What it says is lost.
    pub(super) muffled: Arc<AtomicBool>,
}

pub(super) fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

/// The direct room of the first person and another one, accepted.
pub(super) fn direct(other: u128) -> RoomId {
    RoomId::from_uuid(Uuid::from_u128(1_000 + other))
}

impl Nodes {
    /// Nodes with one store.
    pub(super) async fn together(harness: &impl TransportHarness) -> Self {
        let store = furnished().await;
        Self::on(harness, store.clone(), store).await
    }

    /// Nodes with a store each: what is known on both came by the transport.
    pub(super) async fn apart(harness: &impl TransportHarness) -> Self {
        Self::on(harness, furnished().await, furnished().await).await
    }

    async fn on(harness: &impl TransportHarness, one: Arc<MemoryStore>, two: Arc<MemoryStore>) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let one = Node::start(one, &clock, harness.node().await).await;
        let two = Node::start(two, &clock, harness.node().await).await;
        for node in [&one, &two] {
            eventually("the node hears others", async || node.chat.node_stats().connected.then_some(())).await;
        }
        // Words of the first one come to the other: the lease, at least.
        eventually("they hear each other", async || (two.chat.node_stats().heard > 0).then_some(())).await;
        Self { one, two, clock }
    }
}

impl Nodes {
    pub(super) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// A store with people and rooms.
async fn furnished() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let installation =
        Installation { id: Uuid::from_u128(1), epoch: "e".to_owned(), fingerprints: keys().fingerprints() };
    store.installation(installation).await.unwrap();
    for n in 1..=PEOPLE {
        put_person(&store, user(n)).await;
    }
    for n in 2..=PEOPLE {
        let pair = DirectPair::of(user(1), user(n)).unwrap();
        store.open_direct(direct(n), pair, user(1), vec![], vec![], NOW).await.unwrap();
        store.accept(direct(n), user(n), vec![], NOW).await.unwrap().unwrap();
    }
    store
}

/// An adult of this id.
pub(super) async fn put_person(store: &MemoryStore, user_id: UserId) {
    let profile = HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() };
    let name = user_id.as_uuid().simple().to_string();
    let username = format!("p{}", &name[name.len() - 12..]).parse().unwrap();
    let account = HostAccount { external_id: name, trace: [0; 32], user_id, username, profile };
    store.host_account(account, NOW).await.unwrap();
}

fn keys() -> Keys {
    Keys::new(vec![vec![7; 32]]).unwrap()
}

impl Node {
    async fn start(store: Arc<MemoryStore>, clock: &Arc<ManualClock>, transport: Arc<dyn Transport>) -> Self {
        let muffled = Arc::new(AtomicBool::new(false));
        let transport = Muffler { transport, on: muffled.clone() };
        let builder = ChatLink::builder().store(store.clone()).keys(keys()).clock(clock.clone());
        let chat = builder.transport(Arc::new(transport)).build().await.unwrap();
        Self { chat, store, muffled }
    }

    /// From now on nobody hears it, or everybody again.
    pub(super) fn muffle(&self, on: bool) {
        self.muffled.store(on, Ordering::SeqCst);
    }

    pub(super) async fn connect(&self, who: u128) -> Client {
        self.connect_as(user(who), None).await
    }

    pub(super) async fn connect_as(&self, who: UserId, session: Option<SessionId>) -> Client {
        let mut client = Client(self.chat.connect(who, session, FAR, 0).await.unwrap(), Vec::new());
        client.expect("hello").await;
        client
    }

    /// Sends a message: its seq.
    pub(super) async fn say(&self, who: u128, room: RoomId, text: &str) -> u64 {
        self.try_say(who, room, text).await.unwrap()
    }

    pub(super) async fn try_say(&self, who: u128, room: RoomId, text: &str) -> Result<u64, TalkError> {
        let message = NewMessage::parse(self.chat.fresh_client_id(), text, None, None).unwrap();
        Ok(self.chat.timeline().send(user(who), room, message).await?.ack.seq.unwrap().0)
    }

    pub(super) fn client_id(&self) -> ClientId {
        self.chat.fresh_client_id()
    }
}

/// A connection, and frames that it got and nobody looked at yet.
pub(super) struct Client(Connection, Vec<Value>);

impl Client {
    /// The next frame of that type; others before it stay.
    pub(super) async fn expect(&mut self, kind: &str) -> Value {
        self.until(kind, |frame| frame["type"] == kind).await
    }

    /// The next frame that is wanted; others before it stay.
    pub(super) async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let work = async {
            loop {
                if let Some(at) = self.1.iter().position(&wanted) {
                    return self.1.remove(at);
                }
                match self.0.outgoing().await {
                    Outgoing::Frames(frames) => self.take(&frames),
                    Outgoing::Close(code) => panic!("{what}: closed before: {code:?}"),
                }
            }
        };
        timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("{what}: it never came"))
    }

    fn take(&mut self, frames: &[impl AsRef<[u8]>]) {
        self.1.extend(frames.iter().map(|frame| serde_json::from_slice::<Value>(frame.as_ref()).unwrap()));
    }

    /// Waits until the event of that seq came; the seqs of the room so far, which must be in order.
    pub(super) async fn seqs_to(&mut self, room: RoomId, seq: u64) -> Vec<u64> {
        let last = self.until("an event", |frame| of_room(frame, room) == Some(seq)).await;
        let mut seqs = self.seqs(room);
        seqs.extend(of_room(&last, room));
        assert!(seqs.is_sorted_by(|one, next| one < next), "{seqs:?}");
        seqs
    }

    /// Takes out the seqs of the room that came.
    fn seqs(&mut self, room: RoomId) -> Vec<u64> {
        let seqs = self.1.iter().filter_map(|frame| of_room(frame, room)).collect();
        self.1.retain(|frame| of_room(frame, room).is_none());
        seqs
    }

    /// What came by now and nobody looked at.
    pub(super) async fn rest(&mut self) -> Vec<Value> {
        while let Ok(Outgoing::Frames(frames)) = timeout(Duration::ZERO, self.0.outgoing()).await {
            self.take(&frames);
        }
        std::mem::take(&mut self.1)
    }

    /// Waits until it is closed.
    pub(super) async fn closed(&self) -> ErrorCode {
        let work = async {
            loop {
                if let Outgoing::Close(code) = self.0.outgoing().await {
                    return code;
                }
            }
        };
        timeout(PATIENCE, work).await.expect("its end")
    }

    pub(super) async fn ask(&self, command: Command) {
        let reply = self.0.handle(ClientFrame { id: Some(1), command }).await.unwrap();
        assert!(matches!(reply.result, ReplyResult::Ok(_)), "{:?}", reply.result);
    }
}

/// The seq of an event of this room.
pub(super) fn of_room(frame: &Value, room: RoomId) -> Option<u64> {
    (frame["type"] == "event" && frame["event"]["room_id"] == room.to_string())
        .then(|| frame["event"]["seq"].as_u64())?
}

/// Looks until there is something to see.
pub(super) async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let work = async {
        loop {
            if let Some(value) = look().await {
                return value;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("{what}: never"))
}

/// A transport that loses what its node says, when it is told to.
struct Muffler {
    transport: Arc<dyn Transport>,
    on: Arc<AtomicBool>,
}

#[async_trait]
impl Transport for Muffler {
    fn name(&self) -> &'static str {
        self.transport.name()
    }

    fn packet_bytes(&self) -> usize {
        self.transport.packet_bytes()
    }

    fn room_lanes(&self) -> u16 {
        self.transport.room_lanes()
    }

    fn pause(&self) -> Duration {
        self.transport.pause()
    }

    async fn publish(&self, packets: Vec<Packet>) -> Result<(), TransportError> {
        if self.on.load(Ordering::SeqCst) { Ok(()) } else { self.transport.publish(packets).await }
    }

    fn subscribe(&self) -> Subscription {
        self.transport.subscribe()
    }
}

/// Lets the clock of all nodes go on.
pub(super) fn wait(clock: &ManualClock, seconds: u64) {
    clock.set(clock.now().plus(Duration::from_secs(seconds)));
}

/// The error of a store never matters here.
pub(super) fn ok<T>(result: Result<T, StoreError>) -> T {
    result.expect("the store in memory does not fail")
}
