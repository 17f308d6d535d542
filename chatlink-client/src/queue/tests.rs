//! What must hold of the queue, whatever happens in which order.

use super::*;
use chatlink_protocol::{AskedPoll, CorrectionKind, ErrorCode};
use proptest::prelude::*;
use uuid::Uuid;

fn name(n: u128) -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(n))
}

fn room(n: u8) -> RoomId {
    RoomId::from_uuid(Uuid::from_u128(u128::from(n)))
}

fn event(n: u128) -> EventId {
    EventId::from_uuid(Uuid::from_u128(n))
}

fn words(text: &str) -> Act {
    Act::Send(Box::new(text.into()))
}

fn refusal() -> Outcome {
    Outcome::Refused(Some(Box::new(Problem::new(ErrorCode::Forbidden))))
}

fn begun(queue: &mut SendQueue) -> Vec<ClientId> {
    queue.begin().iter().map(|job| job.id).collect()
}

#[test]
fn one_of_a_room_is_under_way_and_the_next_follows_it() {
    let mut queue = SendQueue::default();
    for (id, at) in [(1, 1), (2, 1), (3, 2)] {
        assert!(queue.enqueue(name(id), room(at), words("x")));
    }
    assert_eq!(begun(&mut queue), [name(1), name(3)]);
    assert!(begun(&mut queue).is_empty());
    queue.settle(name(1), Outcome::Later);
    assert_eq!(begun(&mut queue), [name(1)], "nothing overtakes what is tried again");
    queue.settle(name(1), Outcome::Done(Some(event(1))));
    assert_eq!(begun(&mut queue), [name(2)]);
}

#[test]
fn what_was_tried_is_not_said_to_be_cancelled() {
    let mut queue = SendQueue::default();
    assert!(queue.enqueue(name(1), room(1), words("x")));
    let _ = queue.begin();
    assert_eq!(queue.cancel(name(1)), Cancelled::MayBeSent);
    queue.settle(name(1), Outcome::Later);
    assert_eq!(queue.cancel(name(1)), Cancelled::MayBeSent);
    queue.settle(name(1), refusal());
    assert_eq!(queue.cancel(name(1)), Cancelled::Yes);
    assert_eq!(queue.cancel(name(1)), Cancelled::Unknown);
}

#[test]
fn what_was_held_back_was_not_tried() {
    let mut queue = SendQueue::default();
    assert!(queue.enqueue(name(1), room(1), words("x")));
    assert_eq!(begun(&mut queue), [name(1)]);
    queue.hold_back(name(1));
    assert_eq!(queue.jobs().next().map(|job| &job.state), Some(&JobState::Waiting));
    assert_eq!(begun(&mut queue), [name(1)], "its turn comes again");
    queue.settle(name(1), Outcome::Later);
    assert_eq!(begun(&mut queue), [name(1)]);
    queue.hold_back(name(1));
    assert_eq!(queue.cancel(name(1)), Cancelled::MayBeSent, "it was tried before");
}

#[test]
fn an_edit_waits_for_its_message_follows_its_retry_and_dies_with_it() {
    let mut queue = SendQueue::default();
    let edit = Act::Edit { target: Target::Queued(name(1)), text: "y".to_owned() };
    assert!(!queue.enqueue(name(9), room(1), edit.clone()), "there is no such message");
    assert!(queue.enqueue(name(1), room(1), words("x")));
    assert!(queue.enqueue(name(2), room(1), edit.clone()));
    assert!(queue.enqueue(name(3), room(1), words("z")));
    assert_eq!(begun(&mut queue), [name(1)]);
    queue.settle(name(1), refusal());
    assert_eq!(begun(&mut queue), [name(3)], "what is refused holds up nobody but what is to change it");
    queue.settle(name(3), Outcome::Done(Some(event(3))));
    queue.retry(name(1));
    assert_eq!(begun(&mut queue), [name(1)]);
    queue.settle(name(1), Outcome::Done(Some(event(1))));
    let next = queue.begin();
    assert!(matches!(next[0].command(), Some(Command::Edit { message_id, .. }) if message_id == event(1)));
    queue.settle(name(2), Outcome::Done(Some(event(2))));

    assert!(queue.enqueue(name(4), room(1), words("x")));
    let react = Act::React { target: Target::Queued(name(4)), key: None };
    assert!(queue.enqueue(name(5), room(1), react));
    assert_eq!(queue.cancel(name(4)), Cancelled::Yes);
    assert_eq!(queue.jobs().count(), 0);
}

#[test]
fn a_message_with_a_place_stays_until_it_is_shown_and_holds_up_nobody() {
    let mut queue = SendQueue::default();
    assert!(queue.enqueue(name(1), room(1), words("x")));
    assert!(queue.enqueue(name(2), room(1), words("y")));
    let _ = queue.begin();
    queue.acknowledge(name(1), event(1), Seq(9));
    assert_eq!(queue.arriving().collect::<Vec<_>>(), [(name(1), room(1).into(), Seq(9))]);
    assert_eq!(begun(&mut queue), [name(2)], "it is not sent again, and the next one follows");
    let react = Act::React { target: Target::Queued(name(1)), key: None };
    assert!(queue.enqueue(name(3), room(1), react));
    queue.settle(name(2), Outcome::Done(None));
    let next = queue.begin();
    assert!(matches!(next[0].command(), Some(Command::React { message_id, .. }) if message_id == event(1)));
    assert_eq!(queue.cancel(name(1)), Cancelled::MayBeSent);
    queue.settle(name(3), Outcome::Later);
    queue.forget_places();
    assert_eq!(begun(&mut queue), [name(1)], "another lineage does not know it");
    queue.acknowledge(name(1), event(1), Seq(2));
    queue.arrived(name(1));
    assert_eq!(queue.jobs().map(|job| job.id).collect::<Vec<_>>(), [name(3)]);
}

#[test]
fn no_more_than_may_wait_is_taken_over() {
    let mut queue = SendQueue::default();
    let taken = (0..1_000).filter(|n| queue.enqueue(name(*n), room(1), words("x"))).count();
    assert_eq!(taken, MAX_JOBS);
}

#[test]
fn what_an_earlier_version_kept_is_read() {
    let kept = r#"{"send":{"text":"x","reply_to":null}}"#;
    assert_eq!(serde_json::from_str::<Act>(kept).unwrap(), words("x"));
}

#[test]
fn a_message_says_all_that_it_is_and_a_correction_has_a_name_of_its_own() {
    let mut queue = SendQueue::default();
    let poll = AskedPoll { options: vec!["a".to_owned(), "b".to_owned()], multiple: true, closes_in: None };
    let asks = NewMessage { thread: Some(event(7)), expires_in: Some(60), ..NewMessage::poll("Which?", poll.clone()) };
    let improved = NewCorrection {
        message: event(8),
        version: Some(2),
        text: "y".to_owned(),
        note: None,
        kind: Some(CorrectionKind::WordChoice),
    };
    let declines = Act::Decide { message: event(8), correction: event(9), decision: Decision::Decline };
    for (id, act) in [(1, Act::Send(Box::new(asks))), (2, Act::Correct(Box::new(improved))), (3, declines)] {
        assert!(queue.enqueue(name(id), room(1), act));
    }
    let commands: Vec<_> = queue.jobs().map(|job| job.command().unwrap()).collect();
    assert!(matches!(&commands[0], Command::Send { poll: Some(asked), thread: Some(root), expires_in: Some(60), .. }
        if (asked, *root) == (&poll, event(7))));
    assert!(matches!(&commands[1], Command::Correct { client_id, version: Some(2), kind: Some(kind), .. }
        if (*client_id, kind.as_str()) == (name(2), "word_choice")));
    assert!(matches!(commands[2], Command::DeclineCorrection { correction_id, .. } if correction_id == event(9)));
    let _ = queue.begin();
    queue.acknowledge(name(1), event(1), Seq(9));
    let stands: Vec<_> = queue.arriving().map(|(_, strand, _)| strand).collect();
    assert_eq!(stands, [Strand::thread(room(1), event(7))]);
}

/// A step of somebody, or of the world.
#[derive(Clone, Debug)]
enum Step {
    Say(u8),
    Change(usize, u8),
    Begin,
    Settle(usize, u8),
    HoldBack(usize),
    Acknowledge(usize),
    Arrive,
    Retry(usize),
    Cancel(usize),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_u8..3).prop_map(Step::Say),
        (0_usize..8, 0_u8..4).prop_map(|(which, how)| Step::Change(which, how)),
        Just(Step::Begin),
        (0_usize..4, 0_u8..3).prop_map(|(which, how)| Step::Settle(which, how)),
        (0_usize..4).prop_map(Step::HoldBack),
        (0_usize..4).prop_map(Step::Acknowledge),
        Just(Step::Arrive),
        (0_usize..8).prop_map(Step::Retry),
        (0_usize..8).prop_map(Step::Cancel),
        Just(Step::Restart),
    ]
}

/// A change of a message that waits.
fn change(how: u8, target: Target) -> Act {
    match how {
        0 => Act::Redact { target },
        1 => Act::Vote { target, choices: vec![1] },
        2 => Act::ClosePoll { target },
        _ => Act::Pin { target, pinned: true },
    }
}

/// The file, as writes make it.
fn write(file: &mut BTreeMap<ClientId, Job>, queue: &mut SendQueue) {
    for write in queue.take_writes() {
        match write {
            Write::Put(job) => drop(file.insert(job.id, job)),
            Write::Delete(id) => drop(file.remove(&id)),
        }
    }
}

proptest! {
    #[test]
    fn the_file_is_the_queue_and_every_change_comes_after_its_message(steps in prop::collection::vec(step(), 1..80)) {
        let (mut queue, mut file, mut underway, mut names) = (SendQueue::default(), BTreeMap::new(), Vec::new(), 0);
        for step in steps {
            let known: Vec<Job> = queue.jobs().cloned().collect();
            names += 1;
            match step {
                Step::Say(at) => prop_assert!(queue.enqueue(name(names), room(at), words("x"))),
                Step::Change(which, how) => if let Some(job) = known.get(which).filter(|job| job.act.target().is_none()) {
                    let act = change(how, Target::Queued(job.id));
                    prop_assert!(queue.enqueue(name(names), job.room_id, act));
                },
                Step::Begin => for job in queue.begin() {
                    prop_assert!(job.command().is_some(), "nothing is tried that cannot be said");
                    underway.push(job);
                },
                Step::Settle(which, how) => if which < underway.len() {
                    let job: Job = underway.remove(which);
                    let outcome = [Outcome::Later, Outcome::Done(Some(event(names))), refusal()][usize::from(how)].clone();
                    queue.settle(job.id, outcome);
                },
                Step::HoldBack(which) => if which < underway.len() {
                    queue.hold_back(underway.remove(which).id);
                },
                Step::Acknowledge(which) => if which < underway.len() {
                    queue.acknowledge(underway.remove(which).id, event(names), Seq(1));
                },
                Step::Arrive => {
                    let arriving: Vec<_> = queue.arriving().collect();
                    arriving.into_iter().for_each(|(id, ..)| queue.arrived(id));
                },
                Step::Retry(which) => if let Some(job) = known.get(which) { queue.retry(job.id) },
                Step::Cancel(which) => if let Some(job) = known.get(which) {
                    let tried = underway.iter().any(|under| under.id == job.id);
                    let cancelled = queue.cancel(job.id);
                    prop_assert!(!(tried && cancelled == Cancelled::Yes), "it may be sent");
                },
                Step::Restart => {
                    let mut kept: Vec<Job> = file.values().cloned().collect();
                    kept.sort_by_key(|job| job.place);
                    (queue, underway) = (SendQueue::restore(kept), Vec::new());
                }
            }
            write(&mut file, &mut queue);
            let mut kept: Vec<&Job> = file.values().collect();
            kept.sort_by_key(|job| job.place);
            prop_assert!(kept.into_iter().eq(queue.jobs()), "the file is the queue");
            let mut rooms = BTreeSet::new();
            prop_assert!(underway.iter().all(|job| rooms.insert(job.room_id)), "one a room");
            let mut before = BTreeSet::new();
            for job in queue.jobs() {
                if let Some(Target::Queued(message)) = job.act.target() {
                    prop_assert!(before.contains(&message), "a change comes after its message");
                }
                before.insert(job.id);
            }
        }
    }
}
