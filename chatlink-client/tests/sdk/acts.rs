//! Polls, corrections, pins, and what else goes by way of the queue.

use crate::{
    server::Server,
    talk::{friends, texts, until},
};
use chatlink_client::{Cancelled, Client, Decision, MemoryTokens, NewCorrection, NewMessage, Target};
use chatlink_protocol::{
    AskedPoll, CorrectionKind, CorrectionState, EventBody, EventId, Item, event::Message, frame::ForwardOf,
};
use std::sync::Arc;

fn message(item: &Item) -> &Message {
    match &item.body {
        EventBody::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn asks() -> NewMessage {
    let options = ["a novel", "a poem"].map(str::to_owned).to_vec();
    NewMessage::poll("What shall we read?", AskedPoll { options, multiple: false, closes_in: None })
}

fn tally(items: &[Item]) -> Option<(Vec<u32>, bool)> {
    items.first().and_then(|item| item.tally.as_ref()).map(|tally| (tally.counts.clone(), tally.closed))
}

#[tokio::test]
async fn a_poll_is_asked_voted_on_and_closed() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room) = friends(&server, || Client::new(&address).unwrap()).await;
    let (mut hers, mut other) = (anna.timeline(room).await.unwrap(), berta.timeline(room).await.unwrap());
    anna.send(room, asks()).await.unwrap();
    until(&mut other, |items| tally(items) == Some((vec![0, 0], false))).await;
    let poll = Target::Sent(other.snapshot()[0].id);
    berta.vote(room, poll, &[1]).await.unwrap();
    anna.vote(room, poll, &[0]).await.unwrap();
    anna.vote(room, poll, &[1]).await.unwrap();
    until(&mut hers, |items| tally(items) == Some((vec![0, 2], false)) && items[0].my_vote == [1]).await;
    let votes = anna.api().votes(room, hers.snapshot()[0].id, None).await.unwrap().items;
    assert_eq!(votes.iter().map(|vote| vote.choices.as_slice()).collect::<Vec<_>>(), [[1], [1]]);
    berta.vote(room, poll, &[]).await.unwrap();
    until(&mut hers, |items| tally(items) == Some((vec![0, 1], false))).await;
    anna.close_poll(room, poll).await.unwrap();
    until(&mut other, |items| tally(items) == Some((vec![0, 1], true))).await;
    berta.vote(room, poll, &[0]).await.unwrap();
    let refused = |jobs: &[chatlink_client::Job]| {
        jobs.iter().any(|job| matches!(&job.state, chatlink_client::JobState::Failed(Some(_))))
    };
    until(&mut berta.outgoing(), refused).await;
}

#[tokio::test]
async fn a_poll_that_waits_is_voted_on_and_what_was_to_change_it_dies_with_it() {
    let (server, home) = (Server::new().await, tempfile::tempdir().unwrap());
    let address = server.listen().await;
    let tokens = Arc::new(MemoryTokens::default());
    let berta = server.join(&Client::new(&address).unwrap(), "berta").await;
    let client = || Client::new(&address).unwrap().tokens(tokens.clone()).folder(home.path());
    let anna = server.join(&client(), "anna").await;
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    anna.background().await;
    let poll = Target::Queued(anna.send(room, asks()).await.unwrap());
    anna.vote(room, poll, &[0]).await.unwrap();
    anna.pin(room, poll, true).await.unwrap();
    let unwanted = anna.send(room, asks()).await.unwrap();
    anna.vote(room, Target::Queued(unwanted), &[1]).await.unwrap();
    anna.close_poll(room, Target::Queued(unwanted)).await.unwrap();
    assert_eq!(anna.cancel(unwanted).await.unwrap(), Cancelled::Yes);
    assert_eq!(anna.outgoing().snapshot().len(), 3);
    drop(anna);

    let anna = client().restore().await.unwrap();
    let mut other = berta.timeline(room).await.unwrap();
    until(&mut other, |items| tally(items) == Some((vec![1, 0], false)) && items[0].pinned).await;
    assert_eq!(berta.api().pins(room).await.unwrap().len(), 1);
    until(&mut anna.outgoing(), <[_]>::is_empty).await;
    assert_eq!(other.snapshot().len(), 1);
}

#[tokio::test]
async fn a_correction_is_proposed_shown_and_answered() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room) = friends(&server, || Client::new(&address).unwrap()).await;
    let (mut hers, mut other) = (anna.timeline(room).await.unwrap(), berta.timeline(room).await.unwrap());
    anna.send(room, "I have see it").await.unwrap();
    until(&mut other, |items| items.len() == 1).await;
    let message = other.snapshot()[0].id;
    let improved = |text: &str, version| NewCorrection {
        message,
        version,
        text: text.to_owned(),
        note: Some("the participle".to_owned()),
        kind: Some(CorrectionKind::Grammar),
    };
    // Taken over without a line, it is sent when there is one.
    berta.background().await;
    berta.correct(room, improved("I have seen it", Some(1))).await.unwrap();
    berta.correct(room, improved("I saw it", None)).await.unwrap();
    berta.foreground().await;
    until(&mut hers, |items| items.first().is_some_and(|item| item.corrections.len() == 2)).await;
    let corrections = hers.snapshot()[0].corrections.clone();
    let words = &corrections[0].words;
    assert_eq!((words.original.as_str(), words.text.as_str()), ("I have see it", "I have seen it"));
    assert_eq!((words.kind, words.note.as_deref()), (Some(CorrectionKind::Grammar), Some("the participle")));
    assert!(!words.spans.is_empty());
    anna.decide(room, message, corrections[0].id, Decision::Accept).await.unwrap();
    berta.decide(room, message, corrections[1].id, Decision::Withdraw).await.unwrap();
    let states = |items: &[Item]| items[0].corrections.iter().map(|it| it.state).collect::<Vec<_>>();
    for list in [&mut hers, &mut other] {
        until(list, |items| states(items) == [CorrectionState::Accepted]).await;
    }
    assert_eq!(texts(hers.snapshot()), ["I have see it"], "accepting rewrites nothing");
    // Of a version that was not seen nothing is corrected.
    anna.edit(room, Target::Sent(message), "I have see that").await.unwrap();
    until(&mut other, |items| items[0].version == 2).await;
    berta.correct(room, improved("I have seen it", Some(1))).await.unwrap();
    until(&mut berta.outgoing(), |jobs| {
        jobs.iter().any(|job| matches!(&job.state, chatlink_client::JobState::Failed(Some(_))))
    })
    .await;
}

#[tokio::test]
async fn a_message_names_people_goes_after_a_while_or_passes_words_on() {
    let server = Server::new().await;
    let address = server.listen().await;
    let (anna, berta, room) = friends(&server, || Client::new(&address).unwrap()).await;
    let mut other = berta.timeline(room).await.unwrap();
    let named = NewMessage { mentions: vec![berta.identity().user_id], ..NewMessage::text("look, berta") };
    anna.send(room, named).await.unwrap();
    anna.send(room, NewMessage { expires_in: Some(3_600), ..NewMessage::text("for an hour") }).await.unwrap();
    until(&mut other, |items| items.len() == 2).await;
    assert_eq!(message(&other.snapshot()[0]).mentions, [berta.identity().user_id]);
    assert!(message(&other.snapshot()[1]).expires_at.is_some());
    until(&mut berta.room_list(), |entries| entries[0].unread_mentions == 1).await;
    let of = |message_id: EventId| ForwardOf { room_id: room, message_id };
    let first = other.snapshot()[0].id;
    berta.send(room, NewMessage { reply_to: Some(first), ..NewMessage::text("what?") }).await.unwrap();
    berta.send(room, NewMessage::forward(of(first))).await.unwrap();
    until(&mut other, |items| items.len() == 4).await;
    assert_eq!(message(&other.snapshot()[2]).reply_to, Some(first));
    let passed_on = message(&other.snapshot()[3]);
    assert!(passed_on.forwarded && passed_on.text.as_deref() == Some("look, berta"));
}
