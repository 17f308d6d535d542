//! A window that hears events late, twice, out of turn or not at all ends as a snapshot would be.

use super::*;
use chatlink_protocol::{EventBody, RoomId, event};
use proptest::prelude::*;
use uuid::Uuid;

const ME: UserId = UserId::from_uuid(Uuid::from_u128(7));

fn id(seq: u64) -> EventId {
    EventId::from_uuid(Uuid::from_u128(u128::from(seq)))
}

/// Messages, and on each third place a redaction of the one before.
fn fact(seq: u64) -> Event {
    let body = match seq % 3 {
        0 => EventBody::Redaction(event::Redaction { target: id(seq - 1) }),
        _ => EventBody::Message(event::Message { text: Some(format!("{seq}")), ..event::Message::default() }),
    };
    Event {
        room_id: RoomId::from_uuid(Uuid::nil()),
        seq: Seq(seq),
        id: id(seq),
        body,
        sender_id: ME,
        at: Timestamp::EPOCH,
        client_id: None,
    }
}

fn page(as_of: u64, epoch: &str) -> TimelinePage {
    let mut state = RoomState::new(Some(ME), Vec::new(), Seq(0));
    for seq in 1..=as_of {
        let _ = state.apply(&fact(seq));
    }
    let items = state.items().cloned().collect();
    TimelinePage { items, as_of: Seq(as_of), epoch: epoch.to_owned(), has_before: false, has_after: false }
}

fn log(after: Seq, head: u64, limit: u64) -> EventsPage {
    let last = head.min(after.0 + limit);
    let events = (after.0 + 1..=last).map(fact).collect();
    EventsPage { events, complete: last == head, epoch: "one".to_owned() }
}

/// Answers what the window wants until it wants nothing.
fn settle(window: &mut Window, head: u64) {
    while let Some(want) = window.ask() {
        match want {
            Want::Snapshot => window.snapshot(page(head, "one")),
            Want::Events(after) => window.filled(log(after, head, 4)),
        }
    }
}

#[test]
fn events_ahead_of_a_hole_wait_for_it() {
    let mut window = Window::new(ME, None);
    settle(&mut window, 2);
    window.receive(fact(5));
    assert_eq!((window.items().count(), window.cursor()), (2, Some(Seq(2))));
    assert_eq!(window.ask(), Some(Want::Events(Seq(2))));
    assert_eq!(window.ask(), None, "it is asked for once");
    window.filled(log(Seq(2), 4, 200));
    assert_eq!(window.cursor(), Some(Seq(5)));
}

#[test]
fn a_thread_shows_what_is_said_in_it_alone_and_follows_the_room_all_the_same() {
    let in_thread = |seq: u64, root: Option<u64>| {
        let text = Some(format!("{seq}"));
        let message = event::Message { text, thread: root.map(id), ..event::Message::default() };
        Event { body: EventBody::Message(message), ..fact(seq) }
    };
    let mut window = Window::new(ME, Some(id(1)));
    window.snapshot(TimelinePage { items: Vec::new(), ..page(1, "one") });
    for event in [in_thread(2, Some(1)), in_thread(3, None), in_thread(4, Some(3)), in_thread(5, Some(1))] {
        window.receive(event);
    }
    assert_eq!(window.items().map(|item| item.seq.0).collect::<Vec<_>>(), [2, 5]);
    window.receive(Event { body: EventBody::Redaction(event::Redaction { target: id(2) }), ..fact(6) });
    assert_eq!((window.items().next().map(|item| item.redacted), window.cursor()), (Some(true), Some(Seq(6))));
}

#[test]
fn another_lineage_takes_the_place_of_all_and_shows_the_old_until_then() {
    let mut window = Window::new(ME, None);
    settle(&mut window, 4);
    window.reset();
    assert_eq!((window.items().count(), window.cursor()), (3, None));
    assert_eq!(window.ask(), Some(Want::Snapshot));
    window.snapshot(page(2, "two"));
    assert_eq!((window.items().count(), window.cursor()), (2, Some(Seq(2))));
}

#[test]
fn what_waits_ahead_is_bounded() {
    let mut window = Window::new(ME, None);
    (1..10_000).for_each(|seq| window.receive(fact(seq)));
    assert_eq!(window.ahead.len(), MAX_AHEAD);
}

proptest! {
    #[test]
    fn whatever_is_lost_repeated_or_late_the_window_ends_as_a_snapshot(
        first in 0_u64..20,
        heard in prop::collection::vec((1_u64..40, any::<bool>(), any::<bool>()), 0..60),
    ) {
        let mut window = Window::new(ME, None);
        window.snapshot(page(first, "one"));
        for (seq, fills, fails) in heard {
            window.receive(fact(seq));
            if fills {
                settle(&mut window, 40);
            }
            if fails && window.ask().is_some() {
                window.failed();
            }
        }
        window.reach(Seq(40));
        settle(&mut window, 40);
        prop_assert_eq!(window.items().cloned().collect::<Vec<_>>(), page(40, "one").items);
    }
}
