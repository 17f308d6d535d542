//! Corrections as use cases, over the engine in memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

use async_trait::async_trait;
use chatlink_core::{
    ChatLink, Keys,
    host::{Outgoing, Policy, Verdict},
    memory::MemoryStore,
    people::ExternalPerson,
    protocol::{ClientId, EventId, RoomId, UserId},
    rooms::{GroupRequest, History},
    timeline::{NewCorrection, NewMessage, Sent, StateFilter, TalkError},
};
use std::sync::{Arc, Mutex};

struct Stage {
    chat: ChatLink,
    ana: UserId,
    ben: UserId,
    room: RoomId,
}

impl Stage {
    async fn set(policy: Option<Arc<dyn Policy>>) -> Self {
        let keys = Keys::new(vec![vec![3; 32]]).unwrap();
        let mut builder = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(keys);
        if let Some(policy) = policy {
            builder = builder.policy(policy);
        }
        let chat = builder.build().await.unwrap();
        let person =
            async |name: &str| chat.people().upsert_external(ExternalPerson::new(name).with_name(name)).await.unwrap();
        let (ana, ben) = (person("ana").await, person("ben").await);
        let direct = chat.rooms().open_direct(ana, ben).await.unwrap().room.room_id;
        chat.rooms().accept(ben, direct).await.unwrap();
        let request = GroupRequest {
            client_id: chat.fresh_client_id(),
            title: "Evening class".parse().unwrap(),
            members: vec![ben],
            history: History::FromJoin,
        };
        let room = chat.rooms().create_group(ana, request).await.unwrap().room.room_id;
        Self { chat, ana, ben, room }
    }

    async fn say(&self, text: &str) -> EventId {
        let message = NewMessage::parse(self.chat.fresh_client_id(), text, None, None).unwrap();
        self.chat.timeline().send(self.ana, self.room, message).await.unwrap().ack.id.unwrap()
    }

    async fn correct(&self, message: EventId, client_id: ClientId, text: &str) -> Result<Sent, TalkError> {
        let correction = NewCorrection::parse(client_id, text, Some("a note"), None, None).unwrap();
        self.chat.timeline().correct(self.ben, self.room, message, correction).await
    }
}

/// What would be refused by now still answers what it made before, and no other error than that of another request.
#[tokio::test]
async fn a_repetition_holds_whatever_became_of_the_message() {
    let stage = Stage::set(None).await;
    let (message, name) = (stage.say("I go").await, stage.chat.fresh_client_id());
    let made = stage.correct(message, name, "I went").await.unwrap();
    let again = async || stage.correct(message, name, "I went").await.unwrap();
    stage.chat.timeline().edit(stage.ana, stage.room, message, "I went".parse().unwrap()).await.unwrap();
    assert_eq!(again().await.ack, made.ack, "the text is as proposed by now");
    let other = stage.correct(message, name, "something else").await;
    assert!(matches!(other, Err(TalkError::Conflict)), "{other:?}");
    let fresh = stage.correct(message, stage.chat.fresh_client_id(), "I went").await;
    assert!(matches!(fresh, Err(TalkError::Invalid(_))), "nothing to change: {fresh:?}");
    stage.chat.timeline().redact(stage.ana, stage.room, message).await.unwrap();
    assert_eq!(again().await.ack, made.ack);
    assert!(again().await.repeated);
    let fresh = stage.correct(message, stage.chat.fresh_client_id(), "I went").await;
    assert!(matches!(fresh, Err(TalkError::MessageGone)), "{fresh:?}");
    stage.chat.shutdown().await;
}

/// Edits and corrections at once: each correction is of the text that it says it is of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_is_of_the_version_that_it_names() {
    let stage = Arc::new(Stage::set(None).await);
    let message = stage.say("text 1").await;
    let edits = async {
        for n in 2..40 {
            let text = format!("text {n}").parse().unwrap();
            stage.chat.timeline().edit(stage.ana, stage.room, message, text).await.unwrap();
        }
    };
    let corrections = async {
        for n in 0..5 {
            let made = stage.correct(message, stage.chat.fresh_client_id(), &format!("better {n}")).await;
            assert!(matches!(made, Ok(_) | Err(TalkError::Busy)), "{made:?}");
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(edits, corrections);
    let item = stage.chat.timeline().message(stage.ben, stage.room, message).await.unwrap();
    for correction in &item.corrections {
        assert_eq!(correction.words.original, format!("text {}", correction.version));
    }
    stage.chat.shutdown().await;
}

/// Pages follow each other by cursors that are good for their own list alone.
#[tokio::test]
async fn a_cursor_is_of_one_list() {
    let stage = Stage::set(None).await;
    for n in 0..3 {
        let message = stage.say(&format!("words {n}")).await;
        stage.correct(message, stage.chat.fresh_client_id(), "better").await.unwrap();
    }
    let timeline = stage.chat.timeline();
    let all = StateFilter::parse(None).unwrap();
    let first = timeline.corrections(stage.ana, all, None, 2).await.unwrap();
    let cursor = first.next_cursor.unwrap();
    let rest = timeline.corrections(stage.ana, all, Some(&cursor), 2).await.unwrap();
    assert_eq!((first.rows.len(), rest.rows.len(), rest.next_cursor), (2, 1, None));
    let open = StateFilter::parse(Some("open")).unwrap();
    for (who, filter, cursor) in [(stage.ana, open, &*cursor), (stage.ben, all, &*cursor), (stage.ana, all, "x")] {
        let refused = timeline.corrections(who, filter, Some(cursor), 2).await;
        assert!(matches!(refused, Err(TalkError::Invalid(_))), "{refused:?}");
    }
    stage.chat.shutdown().await;
}

#[derive(Default)]
struct Strict(Mutex<Vec<Outgoing>>);

#[async_trait]
impl Policy for Strict {
    async fn before_send(&self, message: &Outgoing) -> Verdict {
        self.0.lock().unwrap().push(message.clone());
        if message.text.contains("rude") { Verdict::Refuse } else { Verdict::Allow }
    }
}

/// The host's policy is asked about corrections as about every word that people write.
#[tokio::test]
async fn the_host_is_asked_about_corrections() {
    let policy = Arc::new(Strict::default());
    let stage = Stage::set(Some(policy.clone())).await;
    let message = stage.say("hello").await;
    let refused = stage.correct(message, stage.chat.fresh_client_id(), "rude").await;
    assert!(matches!(refused, Err(TalkError::RefusedByHost)), "{refused:?}");
    stage.correct(message, stage.chat.fresh_client_id(), "hello there").await.unwrap();
    let asked = policy.0.lock().unwrap().clone();
    let last = asked.last().unwrap();
    assert_eq!((last.corrects, last.edits, last.note.as_deref()), (Some(message), None, Some("a note")));
    assert_eq!(asked[0].corrects, None);
    stage.chat.shutdown().await;
}
