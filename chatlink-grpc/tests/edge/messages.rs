//! What is done with messages beside saying them: corrections, votes, pins, threads, search, their words of before.

use crate::world::{Person, World, refused};
use chatlink_grpc::v1;
use tonic::Code;

/// Two people and their room.
async fn two(world: &World) -> (Person, Person, String) {
    let (ann, bob) = (world.person("ann", "en", "es").await, world.person("bob", "es", "en").await);
    let room = world.befriend(&ann, &bob).await;
    (ann, bob, room)
}

#[tokio::test]
async fn a_partner_corrects_and_the_learner_answers() {
    let world = World::new().await;
    let (ann, bob, room_id) = two(&world).await;
    let (message_id, seq) = world.say(&ann, &room_id, "Yo es contenta").await;
    let proposal = v1::ProposeCorrectionRequest {
        room_id: room_id.clone(),
        message_id: message_id.clone(),
        client_id: world.chat.fresh_client_id().to_string(),
        text: "Yo estoy contenta".to_owned(),
        note: Some("estar".to_owned()),
        kind: Some("grammar".to_owned()),
        version: Some(1),
    };
    let mut corrections = world.corrections();
    let first = corrections.propose_correction(bob.asks(proposal.clone())).await.unwrap().into_inner();
    let again = corrections.propose_correction(bob.asks(proposal.clone())).await.unwrap().into_inner();
    assert_eq!(first, again);
    let correction_id = first.id.unwrap();
    let listed = async |state: &str| {
        let asked = v1::ListCorrectionsRequest { state: Some(state.to_owned()), ..Default::default() };
        world.corrections().list_corrections(ann.asks(asked)).await.unwrap().into_inner().items
    };
    let open = &listed("open").await[0];
    assert_eq!((open.message_seq, open.by.as_ref().unwrap().username.as_str()), (seq, "bob"));
    let words = open.correction.as_ref().unwrap().words.clone().unwrap();
    assert_eq!((words.text.as_str(), words.kind.as_deref()), ("Yo estoy contenta", Some("grammar")));
    let accept = v1::AcceptCorrectionRequest {
        room_id: room_id.clone(),
        message_id: message_id.clone(),
        correction_id: correction_id.clone(),
    };
    refused(corrections.accept_correction(bob.asks(accept.clone())).await, Code::PermissionDenied, "forbidden");
    corrections.accept_correction(ann.asks(accept)).await.unwrap();
    assert_eq!(listed("accepted").await.len(), 1);
    let decline = v1::DeclineCorrectionRequest {
        room_id: room_id.clone(),
        message_id: message_id.clone(),
        correction_id: correction_id.clone(),
    };
    corrections.decline_correction(ann.asks(decline)).await.unwrap();
    assert_eq!(listed("declined").await.len(), 1);
    let withdraw = v1::WithdrawCorrectionRequest { room_id, message_id, correction_id };
    corrections.withdraw_correction(bob.asks(withdraw)).await.unwrap();
    assert!(listed("declined").await.is_empty());
    let stale = v1::ProposeCorrectionRequest {
        client_id: world.chat.fresh_client_id().to_string(),
        version: Some(7),
        ..proposal
    };
    refused(corrections.propose_correction(bob.asks(stale)).await, Code::Aborted, "message_changed");
}

#[tokio::test]
async fn a_poll_is_asked_voted_on_and_closed() {
    let world = World::new().await;
    let (ann, bob, room_id) = two(&world).await;
    let options = vec!["tea".to_owned(), "coffee".to_owned()];
    let poll = v1::AskedPoll { options, multiple: false, closes_in: None };
    let asked = v1::SendMessageRequest { text: Some("What?".to_owned()), poll: Some(poll), ..world.message(&room_id) };
    let message_id = world.timeline().send_message(ann.asks(asked)).await.unwrap().into_inner().id.unwrap();
    let vote = |choices: &[u32]| v1::CastVoteRequest {
        room_id: room_id.clone(),
        message_id: message_id.clone(),
        choices: choices.to_vec(),
    };
    let mut polls = world.polls();
    polls.cast_vote(bob.asks(vote(&[1]))).await.unwrap();
    refused(polls.cast_vote(bob.asks(vote(&[7]))).await, Code::InvalidArgument, "invalid");
    let asked = v1::ListVotesRequest { room_id: room_id.clone(), message_id: message_id.clone(), ..Default::default() };
    let votes = polls.list_votes(ann.asks(asked)).await.unwrap().into_inner().items;
    assert_eq!((votes[0].user.as_ref().unwrap().id.as_str(), votes[0].choices.as_slice()), (bob.id.as_str(), &[1][..]));
    polls.cast_vote(bob.asks(vote(&[]))).await.unwrap();
    assert_eq!(world.item(&bob, &room_id, &message_id).await.tally.unwrap().voters, 0);
    let close = v1::ClosePollRequest { room_id: room_id.clone(), message_id: message_id.clone() };
    polls.close_poll(ann.asks(close)).await.unwrap();
    refused(polls.cast_vote(bob.asks(vote(&[0]))).await, Code::FailedPrecondition, "poll_closed");
}

#[tokio::test]
async fn in_a_severed_room_the_other_is_as_one_who_is_gone() {
    let world = World::new().await;
    let (ann, bob, room_id) = two(&world).await;
    let options = vec!["tea".to_owned(), "coffee".to_owned()];
    let poll = Some(v1::AskedPoll { options, multiple: false, closes_in: None });
    let asked = v1::SendMessageRequest { text: Some("Que?".to_owned()), poll, ..world.message(&room_id) };
    let message_id = world.timeline().send_message(ann.asks(asked)).await.unwrap().into_inner().id.unwrap();
    let vote = v1::CastVoteRequest { room_id: room_id.clone(), message_id: message_id.clone(), choices: vec![0] };
    for person in [&ann, &bob] {
        world.polls().cast_vote(person.asks(vote.clone())).await.unwrap();
    }
    let (corrected, _) = world.say(&ann, &room_id, "Que?").await;
    let proposal = v1::ProposeCorrectionRequest {
        room_id: room_id.clone(),
        message_id: corrected,
        client_id: world.chat.fresh_client_id().to_string(),
        text: "¿Qué?".to_owned(),
        ..Default::default()
    };
    world.corrections().propose_correction(bob.asks(proposal)).await.unwrap();
    world.people().block(bob.asks(v1::BlockRequest { user_id: ann.id.clone() })).await.unwrap();
    let asked = v1::ListVotesRequest { room_id, message_id, ..Default::default() };
    let votes = world.polls().list_votes(ann.asks(asked)).await.unwrap().into_inner().items;
    let mut shown: Vec<_> =
        votes.into_iter().map(|vote| vote.user.unwrap()).map(|it| (it.username, it.deleted)).collect();
    shown.sort();
    assert_eq!(shown, [(String::new(), true), ("ann".to_owned(), false)]);
    let asked = v1::ListCorrectionsRequest::default();
    let got = world.corrections().list_corrections(ann.asks(asked)).await.unwrap().into_inner().items;
    let by = got[0].by.as_ref().unwrap();
    assert_eq!((by.username.as_str(), by.deleted), ("", true));
}

#[tokio::test]
async fn messages_are_pinned_and_their_words_of_before_are_read() {
    let world = World::new().await;
    let (ann, bob, room_id) = two(&world).await;
    let (message_id, seq) = world.say(&ann, &room_id, "helo").await;
    let pin = v1::PinMessageRequest { room_id: room_id.clone(), message_id: message_id.clone() };
    world.pins().pin_message(bob.asks(pin)).await.unwrap();
    let pins = async || {
        let asked = v1::ListPinsRequest { room_id: room_id.clone() };
        world.pins().list_pins(ann.asks(asked)).await.unwrap().into_inner().items
    };
    assert_eq!(pins().await[0].id, message_id);
    let unpin = v1::UnpinMessageRequest { room_id: room_id.clone(), message_id: message_id.clone() };
    world.pins().unpin_message(ann.asks(unpin)).await.unwrap();
    assert!(pins().await.is_empty());
    let text = "hello".to_owned();
    let edit = v1::EditMessageRequest { room_id: room_id.clone(), message_id: message_id.clone(), text };
    world.timeline().edit_message(ann.asks(edit)).await.unwrap();
    let asked = v1::ListVersionsRequest { room_id: room_id.clone(), message_id: message_id.clone() };
    let versions = world.timeline().list_versions(bob.asks(asked)).await.unwrap().into_inner().items;
    let words: Vec<_> = versions.iter().map(|it| (it.version, it.text.as_str())).collect();
    assert_eq!(words, [(1, "helo"), (2, "hello")]);
    world.timeline().mark_read(bob.asks(v1::MarkReadRequest { room_id: room_id.clone(), seq })).await.unwrap();
    let asked = v1::ListReadersRequest { room_id, message_id };
    let readers = world.timeline().list_readers(ann.asks(asked)).await.unwrap().into_inner().items;
    assert_eq!(readers.iter().map(|it| it.username.as_str()).collect::<Vec<_>>(), ["bob"]);
}

#[tokio::test]
async fn threads_are_read_and_followed() {
    let world = World::new().await;
    let (ann, bob, room_id) = two(&world).await;
    let (root, _) = world.say(&ann, &room_id, "Where shall we meet?").await;
    let beneath = v1::SendMessageRequest {
        text: Some("Here.".to_owned()),
        thread: Some(root.clone()),
        ..world.message(&room_id)
    };
    let ack = world.timeline().send_message(bob.asks(beneath)).await.unwrap().into_inner();
    let asked = v1::ReadThreadRequest { room_id: room_id.clone(), message_id: root.clone(), ..Default::default() };
    let part = world.threads().read_thread(ann.asks(asked.clone())).await.unwrap().into_inner();
    assert!(!part.root_unreadable);
    assert!(part.page.unwrap().items.iter().any(|item| item.id == ack.id()));
    // What is from a day to come is nothing; a day that is none is said.
    let from = |date: &str| {
        let day = v1::Day { date: date.to_owned(), time_zone: Some("Europe/Madrid".to_owned()) };
        v1::ReadThreadRequest { window: Some(v1::read_thread_request::Window::From(day)), ..asked.clone() }
    };
    let later = world.threads().read_thread(ann.asks(from("2999-01-01"))).await.unwrap().into_inner();
    assert!(later.page.unwrap().items.is_empty());
    let told = world.threads().read_thread(ann.asks(from("tomorrow"))).await;
    assert_eq!(refused(told, Code::InvalidArgument, "invalid").errors[0].field, "date");
    let followed = async || {
        let asked = v1::ListThreadsRequest { room_id: room_id.clone(), ..Default::default() };
        world.threads().list_threads(ann.asks(asked)).await.unwrap().into_inner().items
    };
    let thread = &followed().await[0];
    assert_eq!((thread.root.as_ref().unwrap().id.as_str(), thread.unread), (root.as_str(), 1));
    let mark = v1::MarkThreadReadRequest { room_id: room_id.clone(), message_id: root, seq: ack.seq() };
    world.threads().mark_thread_read(ann.asks(mark)).await.unwrap();
    assert_eq!(followed().await[0].unread, 0);
}

#[tokio::test]
async fn messages_are_found_by_their_words_and_by_their_day() {
    let world = World::new().await;
    let (ann, bob, room_id) = two(&world).await;
    let (message_id, _) = world.say(&ann, &room_id, "La mañana es fría").await;
    let asked = v1::FindMessagesRequest { q: "manana".to_owned(), ..Default::default() };
    let page = world.search().find_messages(bob.asks(asked.clone())).await.unwrap().into_inner();
    assert_eq!((page.items.len(), page.items[0].event.as_ref().unwrap().id.as_str()), (1, message_id.as_str()));
    assert_eq!(page.items[0].highlights, [v1::Highlight { start: 3, end: 9 }]);
    let late = prost_types::Timestamp { seconds: 32_503_680_000, nanos: 0 };
    let narrowed = v1::FindMessagesRequest { from: Some(late), ..asked };
    assert!(world.search().find_messages(bob.asks(narrowed)).await.unwrap().into_inner().items.is_empty());
    let window =
        Some(v1::read_timeline_request::Window::From(v1::Day { date: "2020-01-01".to_owned(), time_zone: None }));
    let asked = v1::ReadTimelineRequest { room_id, window, limit: None };
    let page = world.timeline().read_timeline(bob.asks(asked)).await.unwrap().into_inner();
    assert!(page.items.iter().any(|item| item.id == message_id));
}
