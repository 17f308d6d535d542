//! The stream: events as they happen, what was missed, and its ends.

use crate::world::{Person, World, refused};
use chatlink_grpc::v1::{
    self, ClientFrame, Hello, ServerFrame, client_frame::Command, event_body::Kind, reply, server_frame::Frame,
};
use std::{collections::HashMap, time::Duration};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

/// No test waits longer for a frame.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection of one person.
struct Line {
    say: mpsc::Sender<ClientFrame>,
    hear: Streaming<ServerFrame>,
}

impl Line {
    async fn open(world: &World, person: &Person) -> (Self, Hello) {
        let (say, frames) = mpsc::channel(8);
        let asked = person.asks(ReceiverStream::new(frames));
        let mut line = Self { say, hear: world.realtime().connect(asked).await.unwrap().into_inner() };
        match line.next().await.unwrap() {
            Frame::Hello(hello) => (line, hello),
            other => panic!("no hello first: {other:?}"),
        }
    }

    async fn next(&mut self) -> Result<Frame, Status> {
        let next = timeout(PATIENCE, self.hear.message()).await.expect("a frame in time")?;
        Ok(next.expect("a frame before the end").frame.expect("a kind"))
    }

    async fn say(&self, id: u64, command: Command) {
        self.say.send(ClientFrame { id: Some(id), command: Some(command) }).await.unwrap();
    }

    /// The first frame that `wanted` takes.
    async fn until<T>(&mut self, wanted: impl Fn(Frame) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.next().await.unwrap()) {
                return found;
            }
        }
    }

    /// The next event's place and words.
    async fn words(&mut self) -> (u64, String) {
        self.until(|frame| match frame {
            Frame::Event(event) => match event.body?.kind? {
                Kind::Message(message) => Some((event.seq, message.text.unwrap_or_default())),
                _ => None,
            },
            _ => None,
        })
        .await
    }

    /// How the stream ends.
    async fn end(mut self) -> Status {
        loop {
            if let Err(status) = self.next().await {
                return status;
            }
        }
    }
}

fn message(world: &World, room: &str, text: &str) -> v1::SendMessageRequest {
    v1::SendMessageRequest {
        room_id: room.to_owned(),
        client_id: world.chat.fresh_client_id().to_string(),
        text: Some(text.to_owned()),
        ..Default::default()
    }
}

#[tokio::test]
async fn what_is_said_comes_and_what_was_missed_is_replayed() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room = world.befriend(&ann, &bob).await;
    let (anns, _) = Line::open(&world, &ann).await;
    let (mut bobs, hello) = Line::open(&world, &bob).await;
    assert_eq!((hello.user_id.as_str(), hello.rooms.unwrap().items.len()), (bob.id.as_str(), 1));
    anns.say(1, Command::Send(message(&world, &room, "one"))).await;
    let (seq, text) = bobs.words().await;
    assert_eq!(text, "one");
    drop(bobs);
    for text in ["two", "three"] {
        world.timeline().send_message(ann.asks(message(&world, &room, text))).await.unwrap();
    }
    let (mut bobs, hello) = Line::open(&world, &bob).await;
    assert_eq!(hello.heads[&room].seq, seq + 2);
    let known = HashMap::from([(room.clone(), seq)]);
    bobs.say(7, Command::Resume(v1::Resume { epoch: hello.epoch, user_seq: hello.user_seq, rooms: known })).await;
    assert_eq!(bobs.words().await, (seq + 1, "two".to_owned()));
    assert_eq!(bobs.words().await, (seq + 2, "three".to_owned()));
    bobs.say(8, Command::Read(v1::MarkReadRequest { room_id: room.clone(), seq: seq + 2 })).await;
    let answer = bobs.until(|frame| match frame {
        Frame::Reply(reply) if reply.id == 8 => reply.result,
        _ => None,
    });
    assert!(matches!(answer.await, reply::Result::Ok(_)));
}

#[tokio::test]
async fn a_refused_command_is_answered_with_its_problem() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let eve = world.person("eve", "es", "en").await;
    let room = world.befriend(&ann, &bob).await;
    let (mut eves, _) = Line::open(&world, &eve).await;
    let of = |wanted: u64| {
        move |frame| match frame {
            Frame::Reply(v1::Reply { id, result: Some(reply::Result::Error(problem)) }) if id == wanted => {
                Some(problem.code)
            }
            _ => None,
        }
    };
    eves.say(1, Command::Send(message(&world, &room, "hi"))).await;
    assert_eq!(eves.until(of(1)).await, "room_not_found");
    eves.say(2, Command::Typing(v1::StartTyping { room_id: "x".to_owned() })).await;
    assert_eq!(eves.until(of(2)).await, "room_not_found");
    let nameless = v1::SendMessageRequest { client_id: "x".to_owned(), ..message(&world, &room, "hi") };
    eves.say(3, Command::Send(nameless)).await;
    assert_eq!(eves.until(of(3)).await, "malformed");
}

#[tokio::test]
async fn typing_is_heard_by_the_other() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room = world.befriend(&ann, &bob).await;
    let (anns, _) = Line::open(&world, &ann).await;
    let (mut bobs, _) = Line::open(&world, &bob).await;
    anns.say(1, Command::Typing(v1::StartTyping { room_id: room.clone() })).await;
    let heard = bobs.until(|frame| match frame {
        Frame::Typing(typing) => Some((typing.room_id, typing.user_id)),
        _ => None,
    });
    assert_eq!(heard.await, (room, ann.id.clone()));
}

#[tokio::test]
async fn who_says_no_more_goes_on_listening() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room = world.befriend(&ann, &bob).await;
    let (mut bobs, _) = Line::open(&world, &bob).await;
    // The other half of the channel: the stream of the client is at its end.
    bobs.say = mpsc::channel(1).0;
    world.timeline().send_message(ann.asks(message(&world, &room, "still there?"))).await.unwrap();
    assert_eq!(bobs.words().await.1, "still there?");
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_the_server() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let ((anns, _), (bobs, _)) = (Line::open(&world, &ann).await, Line::open(&world, &bob).await);
    world.sessions().log_out(ann.asks(v1::LogOutRequest {})).await.unwrap();
    refused::<()>(Err(anns.end().await), Code::Unauthenticated, "unauthenticated");
    let (_, end) = tokio::join!(world.drain.finish(), bobs.end());
    assert!(refused::<()>(Err(end), Code::Unavailable, "unavailable").retry);
}

#[tokio::test]
async fn a_stream_wants_a_login_and_ends_at_its_deadline() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let nobody = world.realtime().connect(tokio_stream::empty()).await;
    refused(nobody.map(drop), Code::Unauthenticated, "unauthenticated");
    let mut asked = ann.asks(tokio_stream::pending());
    // Said, and not kept by the client itself.
    asked.metadata_mut().insert("grpc-timeout", "500m".parse().unwrap());
    let hear = world.realtime().connect(asked).await.unwrap().into_inner();
    let line = Line { say: mpsc::channel(1).0, hear };
    assert_eq!(line.end().await.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_frame_above_the_limit_ends_the_stream() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let (line, _) = Line::open(&world, &ann).await;
    line.say(1, Command::Send(message(&world, "x", &"x".repeat(300 * 1024)))).await;
    assert_eq!(line.end().await.code(), Code::OutOfRange);
}
