//! What a host brings: its people, its policy, its ear and its voice; and that none of them harms anybody.
//! Time is paused: tokio moves it on when everybody waits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

use async_trait::async_trait;
use chatlink_core::{
    ChatLink, Keys, Settings,
    entropy::OsEntropy,
    host::{AfterCommit, Outgoing, Person, Policy, Verdict},
    memory::MemoryStore,
    people::{AgeBand, ExternalPerson, UpsertError},
    protocol::{Event, EventBody, RoomId, UserId},
    settings::HookLimits,
    timeline::{NewMessage, Sent, TalkError, Window},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Semaphore, mpsc},
    time::{Instant, timeout},
};

/// A host whose answer is in the words that it is asked about.
#[derive(Default)]
struct Host {
    asked: Mutex<Vec<Outgoing>>,
    strict: AtomicBool,
}

#[async_trait]
impl Policy for Host {
    async fn may_contact(&self, from: &Person, to: &Person) -> Verdict {
        let names = (from.external_id.as_deref().unwrap(), to.external_id.as_deref().unwrap());
        if names == ("ana", "carl") { Verdict::Refuse } else { Verdict::Allow }
    }

    async fn before_send(&self, message: &Outgoing) -> Verdict {
        self.asked.lock().unwrap().push(message.clone());
        match message.text.as_str() {
            "hang" => std::future::pending().await,
            "panic" => panic!("the host's own bug"),
            "spam" => Verdict::Refuse,
            _ if self.strict.load(Ordering::SeqCst) => Verdict::Refuse,
            _ => Verdict::Allow,
        }
    }
}

struct World {
    chat: ChatLink,
    host: Arc<Host>,
    ana: UserId,
    ben: UserId,
    room: RoomId,
}

impl World {
    async fn new(hooks: HookLimits, after: Option<Arc<dyn AfterCommit>>) -> Self {
        let host = Arc::new(Host::default());
        let settings = Settings { hooks, ..Settings::default() };
        let builder = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(Keys::ephemeral(&OsEntropy));
        let builder = builder.settings(settings).policy(host.clone());
        let builder = after.into_iter().fold(builder, |builder, hook| builder.after_commit(hook));
        let chat = builder.build().await.unwrap();
        let (ana, ben) = (person(&chat, "ana").await, person(&chat, "ben").await);
        let room = chat.rooms().open_direct(ana, ben).await.unwrap().room.room_id;
        chat.rooms().accept(ben, room).await.unwrap();
        Self { chat, host, ana, ben, room }
    }

    fn message(&self, text: &str) -> NewMessage {
        NewMessage::parse(self.chat.fresh_client_id(), text, None, None).unwrap()
    }

    async fn say(&self, who: UserId, text: &str) -> Result<Sent, TalkError> {
        self.chat.timeline().send(who, self.room, self.message(text)).await
    }

    async fn texts(&self) -> Vec<String> {
        let page = self.chat.timeline().page(self.ben, self.room, Window::Newest, 100).await.unwrap();
        let text = |body| if let EventBody::Message(message) = body { message.text } else { None };
        page.items.into_iter().filter_map(|item| text(item.body)).collect()
    }
}

async fn person(chat: &ChatLink, name: &str) -> UserId {
    let person = ExternalPerson::new(name).with_name(name).with_age_band(AgeBand::Adult);
    chat.people().upsert_external(person).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_hosts_person_is_one_and_follows_its_word() {
    let World { chat, ana, .. } = World::new(HookLimits::default(), None).await;
    assert_eq!(person(&chat, "ana").await, ana);
    let told = ExternalPerson::new("ana").with_name("Ana María").with_locale("es-MX");
    assert_eq!(chat.people().upsert_external(told).await.unwrap(), ana);
    let me = chat.people().me(ana).await.unwrap();
    assert_eq!((me.profile.display_name.as_str(), me.profile.age_band), ("Ana María", AgeBand::Adult));
    assert_eq!(chat.people().settings(ana).await.unwrap().locale.as_str(), "es-MX");
    assert_eq!(chat.people().external_ids(&[ana]).await.unwrap()[&ana], "ana");
    let wrong = chat.people().upsert_external(ExternalPerson::new("")).await;
    assert!(matches!(wrong, Err(UpsertError::Invalid(_))), "{wrong:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_host_refuses_is_not_written_and_what_was_written_still_stands() {
    let world = World::new(HookLimits::default(), None).await;
    let first = world.message("hello");
    let sent = world.chat.timeline().send(world.ana, world.room, first.clone()).await.unwrap();
    let asked = world.host.asked.lock().unwrap().pop().unwrap();
    assert_eq!((asked.sender.external_id.as_deref(), asked.text.as_str()), (Some("ana"), "hello"));

    let refused = world.say(world.ana, "spam").await;
    assert!(matches!(refused, Err(TalkError::RefusedByHost)), "{refused:?}");
    let edited = world.chat.timeline().edit(world.ana, world.room, sent.ack.id.unwrap(), "spam".parse().unwrap()).await;
    assert!(matches!(edited, Err(TalkError::RefusedByHost)), "no way around by editing: {edited:?}");
    assert_eq!(world.texts().await, ["hello"]);

    world.host.strict.store(true, Ordering::SeqCst);
    let again = world.chat.timeline().send(world.ana, world.room, first).await.unwrap();
    assert!(again.repeated && again.ack == sent.ack, "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn who_is_no_member_is_not_told_to_the_host() {
    let world = World::new(HookLimits::default(), None).await;
    let carl = person(&world.chat, "carl").await;
    assert!(matches!(world.say(carl, "let me in").await, Err(TalkError::NoRoom)));
    assert!(world.host.asked.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn whom_the_host_keeps_apart_is_absent() {
    let world = World::new(HookLimits::default(), None).await;
    let carl = person(&world.chat, "carl").await;
    let refused = world.chat.rooms().open_direct(world.ana, carl).await;
    assert!(matches!(refused, Err(TalkError::NoUser)), "{refused:?}");
    assert!(world.chat.rooms().open_direct(world.ben, carl).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_hangs_or_panics_refuses_and_delays_nobody_else() {
    let world = World::new(HookLimits::default(), None).await;
    for trouble in ["hang", "panic"] {
        let begun = Instant::now();
        let slow = world.say(world.ana, trouble);
        tokio::pin!(slow);
        assert!(timeout(Duration::ZERO, &mut slow).await.is_err() || trouble == "panic");
        world.say(world.ben, "meanwhile").await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(1), "others wait for nobody");
        if trouble == "hang" {
            let answer = slow.await;
            assert!(matches!(answer, Err(TalkError::HostSilent)), "{answer:?}");
            assert_eq!(begun.elapsed().as_secs(), 2, "the deadline");
        } else {
            assert!(matches!(world.say(world.ana, trouble).await, Err(TalkError::HostSilent)));
        }
    }
    assert_eq!(world.texts().await, ["meanwhile", "meanwhile"]);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_may_let_silence_pass() {
    let hooks = HookLimits { unanswered: Verdict::Allow, ..HookLimits::default() };
    let world = World::new(hooks, None).await;
    world.say(world.ana, "hang").await.unwrap();
    world.say(world.ana, "panic").await.unwrap();
    assert_eq!(world.texts().await, ["hang", "panic"]);
}

#[tokio::test(start_paused = true)]
async fn the_host_speaks_in_its_own_name_and_nobody_else_does() {
    let world = World::new(HookLimits::default(), None).await;
    let notice = world.message("Your lesson begins in 10 minutes");
    let sent = world.chat.system().send(world.room, notice.clone()).await.unwrap();
    assert!(world.chat.system().send(world.room, notice).await.unwrap().repeated);
    assert!(world.host.asked.lock().unwrap().is_empty(), "the host does not ask itself");
    let page = world.chat.timeline().page(world.ana, world.room, Window::Newest, 10).await.unwrap();
    assert_eq!(page.items.iter().map(|item| item.sender_id).collect::<Vec<_>>(), [UserId::SYSTEM]);

    let (nowhere, stranger) = (RoomId::from_uuid(uuid::Uuid::nil()), world.message("hello?"));
    assert!(matches!(world.chat.system().send(nowhere, stranger).await, Err(TalkError::NoRoom)));
    assert!(matches!(world.say(UserId::SYSTEM, "I am the host").await, Err(TalkError::NoRoom)));
    let notice = sent.ack.id.unwrap();
    let taken = world.chat.timeline().redact(world.ana, world.room, notice).await;
    assert!(matches!(taken, Err(TalkError::NoRight)), "{taken:?}");
    let mine = world.say(world.ana, "mine").await.unwrap().ack.id.unwrap();
    let not_the_hosts = world.chat.system().redact(world.room, mine).await;
    assert!(matches!(not_the_hosts, Err(TalkError::NoMessage)), "{not_the_hosts:?}");
    world.chat.system().redact(world.room, notice).await.unwrap();
    assert_eq!(world.texts().await, ["mine"]);
}

/// Hears one event for each permit, and says what it heard.
struct Slow {
    permits: Semaphore,
    heard: mpsc::UnboundedSender<String>,
}

#[async_trait]
impl AfterCommit for Slow {
    async fn after_commit(&self, event: &Event) {
        let EventBody::Message(message) = &event.body else { return };
        let text = message.text.clone().unwrap();
        assert!(text != "deaf", "the host's own bug");
        self.permits.acquire().await.unwrap().forget();
        self.heard.send(text).unwrap();
    }

    async fn missed(&self, events: u64) {
        self.heard.send(format!("missed {events}")).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_ear_holds_nobody_up_and_is_told_what_it_missed() {
    let (heard, mut words) = mpsc::unbounded_channel();
    let slow = Arc::new(Slow { permits: Semaphore::new(0), heard });
    let hooks = HookLimits { waiting: 2, ..HookLimits::default() };
    let world = World::new(hooks, Some(slow.clone())).await;
    let begun = Instant::now();
    world.say(world.ana, "one").await.unwrap();
    tokio::task::yield_now().await;
    for text in ["two", "three", "four", "five"] {
        world.say(world.ana, text).await.unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "sending waits for nobody");
    assert_eq!(world.texts().await.len(), 5);
    slow.permits.add_permits(100);
    assert_eq!(words.recv().await.unwrap(), "one");
    assert_eq!(words.recv().await.unwrap(), "missed 2");
    assert_eq!(words.recv().await.unwrap(), "two");
    assert_eq!(words.recv().await.unwrap(), "three");

    world.say(world.ana, "deaf").await.unwrap();
    world.say(world.ana, "after the panic").await.unwrap();
    assert_eq!(words.recv().await.unwrap(), "after the panic");
    let ended = timeout(Duration::from_secs(5), world.chat.shutdown()).await;
    assert!(ended.is_ok(), "nor is the end held up");
}
