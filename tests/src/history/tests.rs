//! The checker on made-up histories: a right one is right, and whatever is spoiled in it is found.

use super::{ClientLog, History, Note, Row, Violation};
use proptest::{prelude::*, sample::Index};

fn row(seq: u64, name: &str) -> Row {
    Row { seq, client_id: (!name.is_empty()).then(|| name.to_owned()) }
}

fn sent(name: &str) -> Note {
    Note::Sent { client_id: name.to_owned() }
}

fn told(name: &str, seq: u64) -> Note {
    Note::Acknowledged { client_id: name.to_owned(), seq }
}

/// Two messages of one writer behind an event of the room, and a reader who saw them all.
fn plain() -> History {
    let store = vec![row(1, ""), row(2, "a"), row(3, "b")];
    let writer = vec![sent("a"), told("a", 2), sent("b"), Note::Unknown { client_id: "b".into() }, told("b", 3)];
    let reader = [Note::Opened { after: 0 }].into_iter().chain(store.iter().cloned().map(Note::Seen)).collect();
    let client = |name: &str, notes| ClientLog { name: name.to_owned(), notes };
    History { store, clients: vec![client("writer", writer), client("reader", reader)] }
}

/// What is found after this was done to a right history.
fn spoiled(spoil: impl FnOnce(&mut History)) -> Vec<Violation> {
    let mut history = plain();
    spoil(&mut history);
    history.violations()
}

#[test]
fn what_is_right_is_right() {
    assert_eq!(plain().violations(), []);
    assert_eq!(plain().acknowledged(), 2);
}

#[test]
fn each_kind_of_violation_in_the_store_is_found() {
    let lost = spoiled(|history| drop(history.store.pop()));
    assert!(lost.contains(&Violation::Lost("b".into(), 3)), "{lost:?}");
    let hole = spoiled(|history| history.store[2].seq = 5);
    assert!(hole.contains(&Violation::Hole(3, 4)) && hole.contains(&Violation::Moved("b".into(), 3, 5)), "{hole:?}");
    let twice = spoiled(|history| history.store.push(row(3, "")));
    assert!(twice.contains(&Violation::Twice(3)), "{twice:?}");
    let doubled = spoiled(|history| history.store.push(row(4, "b")));
    assert!(doubled.contains(&Violation::Doubled("b".into(), 3, 4)), "{doubled:?}");
    let foreign = spoiled(|history| history.store.push(row(4, "c")));
    assert!(foreign.contains(&Violation::Foreign(4, "c".into())), "{foreign:?}");
}

#[test]
fn each_kind_of_violation_of_a_writer_is_found() {
    let twice = spoiled(|history| history.clients[0].notes.push(told("a", 3)));
    assert!(twice.contains(&Violation::ToldTwice("a".into(), 2, 3)), "{twice:?}");
    let unsent = spoiled(|history| drop(history.clients[0].notes.remove(0)));
    assert!(unsent.contains(&Violation::Unsent("a".into())), "{unsent:?}");
    let unsettled = spoiled(|history| drop(history.clients[0].notes.pop()));
    assert_eq!(unsettled, [Violation::Unsettled("b".into())]);
    let refused = spoiled(|history| history.clients[0].notes[4] = Note::Refused { client_id: "b".into() });
    assert_eq!(refused, [Violation::RefusedAndThere("b".into(), 3)]);
    let crossed = spoiled(|history| history.clients[0].notes.swap(0, 2));
    assert!(crossed.contains(&Violation::OutOfOrder("b".into(), "a".into())), "{crossed:?}");
}

#[test]
fn each_kind_of_violation_of_a_reader_is_found() {
    let reader = || "reader".to_owned();
    let skipped = spoiled(|history| drop(history.clients[1].notes.remove(2)));
    assert_eq!(skipped, [Violation::Skipped(reader(), 1, 3)]);
    let backwards = spoiled(|history| history.clients[1].notes.push(Note::Seen(row(2, "a"))));
    assert_eq!(backwards, [Violation::Backwards(reader(), 3, 2)]);
    let other = spoiled(|history| history.clients[1].notes[3] = Note::Seen(row(3, "a")));
    assert_eq!(other, [Violation::Other(reader(), 3)]);
    let behind = spoiled(|history| drop(history.clients[1].notes.pop()));
    assert_eq!(behind, [Violation::Behind(reader(), 2, 3)]);
    let jumped = spoiled(|history| history.clients[1].notes.insert(2, Note::Opened { after: 2 }));
    assert_eq!(jumped, [Violation::Jumped(reader(), 1, 2)]);
    let wrong = spoiled(|history| history.clients[1].notes.push(Note::Gap { from: 6, to: 7 }));
    assert_eq!(wrong, [Violation::WrongGap(reader(), 6, 7)]);
    // A gap is read, not seen: what comes live behind it before that has a hole in front.
    let unread = spoiled(|history| history.clients[1].notes[2] = Note::Gap { from: 2, to: 2 });
    assert_eq!(unread, [Violation::Skipped(reader(), 1, 3)]);
    let early = spoiled(|history| history.clients[1].notes.insert(2, Note::Again(row(2, "a"))));
    assert_eq!(early, [Violation::Skipped(reader(), 1, 2)]);
}

/// How a right history comes about: writers by turns, and for each reader how he came to each event.
#[derive(Clone, Debug)]
struct Recipe {
    /// Each event: a writer, or the room itself; and whether its first answer was lost.
    events: Vec<(usize, bool)>,
    /// Each reader's way to each event: 0 again on a new connection, 1 in a gap, else live.
    readers: Vec<Vec<u8>>,
}

const WRITERS: usize = 3;

fn recipe() -> impl Strategy<Value = Recipe> {
    let events = prop::collection::vec((0..=WRITERS, any::<bool>()), 3..20);
    (events, 1_usize..3).prop_flat_map(|(events, readers)| {
        let ways = prop::collection::vec(0_u8..5, events.len());
        prop::collection::vec(ways, readers).prop_map(move |readers| Recipe { events: events.clone(), readers })
    })
}

fn cook(recipe: &Recipe) -> History {
    let mut history = History::default();
    let mut writers = vec![ClientLog::default(); WRITERS];
    for (at, (writer, lost)) in recipe.events.iter().enumerate() {
        let seq = at as u64 + 1;
        let name = format!("m{seq}");
        let Some(log) = writers.get_mut(*writer) else {
            history.store.push(row(seq, ""));
            continue;
        };
        log.notes.push(sent(&name));
        if *lost {
            log.notes.push(Note::Unknown { client_id: name.clone() });
        }
        log.notes.push(told(&name, seq));
        history.store.push(row(seq, &name));
    }
    let readers =
        recipe.readers.iter().map(|ways| ClientLog { name: "reader".into(), notes: view(ways, &history.store) });
    let readers: Vec<_> = readers.collect();
    history.clients = writers.into_iter().chain(readers).collect();
    history
}

fn view(ways: &[u8], store: &[Row]) -> Vec<Note> {
    let mut notes = vec![Note::Opened { after: 0 }];
    for (way, row) in ways.iter().zip(store) {
        match way {
            0 => notes.extend([Note::Opened { after: row.seq - 1 }, Note::Seen(row.clone()), Note::Again(row.clone())]),
            1 => notes.extend([Note::Gap { from: row.seq, to: row.seq }, Note::Read(row.clone())]),
            _ => notes.push(Note::Seen(row.clone())),
        }
    }
    notes
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    LoseRow,
    LoseRowAndCloseUp,
    DoubleRow,
    SwapRows,
    ForeignRow,
    MoveAcknowledgement,
    LoseAcknowledgement,
    RefuseAcknowledged,
    LoseSight,
    SwapSights,
    DoubleSight,
    OtherSight,
    LoseGap,
    LeaveEarly,
}

const MUTATIONS: [Mutation; 14] = [
    Mutation::LoseRow,
    Mutation::LoseRowAndCloseUp,
    Mutation::DoubleRow,
    Mutation::SwapRows,
    Mutation::ForeignRow,
    Mutation::MoveAcknowledgement,
    Mutation::LoseAcknowledgement,
    Mutation::RefuseAcknowledged,
    Mutation::LoseSight,
    Mutation::SwapSights,
    Mutation::DoubleSight,
    Mutation::OtherSight,
    Mutation::LoseGap,
    Mutation::LeaveEarly,
];

/// Does it at a place. `false`: there is nothing to do it to.
fn mutate(history: &mut History, mutation: Mutation, place: &Index) -> bool {
    let store = &mut history.store;
    match mutation {
        Mutation::LoseRow => drop(store.remove(place.index(store.len()))),
        Mutation::LoseRowAndCloseUp => {
            drop(store.remove(place.index(store.len())));
            (1..).zip(store.iter_mut()).for_each(|(seq, row)| row.seq = seq);
        }
        Mutation::DoubleRow => {
            let named: Vec<_> = store.iter().filter(|row| row.client_id.is_some()).cloned().collect();
            let Some(row) = pick(&named, place) else { return false };
            store.push(Row { seq: store.len() as u64 + 1, ..row.clone() });
        }
        Mutation::SwapRows => {
            let at = place.index(store.len() - 1);
            let (one, two) = (store[at].client_id.clone(), store[at + 1].client_id.clone());
            if one == two {
                return false;
            }
            (store[at].client_id, store[at + 1].client_id) = (two, one);
        }
        Mutation::ForeignRow => store.push(row(store.len() as u64 + 1, "of nobody")),
        Mutation::MoveAcknowledgement => {
            return with_note(history, place, is_told, |notes, at| {
                if let Note::Acknowledged { seq, .. } = &mut notes[at] {
                    *seq += 1;
                }
            });
        }
        Mutation::LoseAcknowledgement => return with_note(history, place, is_told, |notes, at| drop(notes.remove(at))),
        Mutation::RefuseAcknowledged => {
            return with_note(history, place, is_told, |notes, at| {
                if let Note::Acknowledged { client_id, .. } = notes[at].clone() {
                    notes[at] = Note::Refused { client_id };
                }
            });
        }
        Mutation::LoseSight => return with_note(history, place, is_sight, |notes, at| drop(notes.remove(at))),
        Mutation::SwapSights => {
            let next =
                |notes: &[Note], at: usize| is_sight(notes, at) && at + 1 < notes.len() && is_sight(notes, at + 1);
            return with_note(history, place, next, |notes, at| notes.swap(at, at + 1));
        }
        Mutation::DoubleSight => {
            return with_note(history, place, is_sight, |notes, at| notes.insert(at, notes[at].clone()));
        }
        Mutation::OtherSight => {
            return with_note(history, place, is_sight, |notes, at| {
                if let Note::Seen(row) | Note::Read(row) = &mut notes[at] {
                    row.client_id = Some("something else".to_owned());
                }
            });
        }
        Mutation::LoseGap => {
            let gap = |notes: &[Note], at: usize| matches!(notes[at], Note::Gap { .. });
            return with_note(history, place, gap, |notes, at| drop(notes.remove(at)));
        }
        Mutation::LeaveEarly => {
            return with_note(history, place, is_sight, |notes, at| notes.truncate(at));
        }
    }
    true
}

fn is_told(notes: &[Note], at: usize) -> bool {
    matches!(notes[at], Note::Acknowledged { .. })
}

fn is_sight(notes: &[Note], at: usize) -> bool {
    matches!(notes[at], Note::Seen(_) | Note::Read(_))
}

fn pick<'a, T>(items: &'a [T], place: &Index) -> Option<&'a T> {
    (!items.is_empty()).then(|| place.get(items))
}

/// Does something to one of all notes that are as wanted.
fn with_note(
    history: &mut History,
    place: &Index,
    wanted: impl Fn(&[Note], usize) -> bool,
    act: impl FnOnce(&mut Vec<Note>, usize),
) -> bool {
    let of = |(client, log): (usize, &ClientLog)| {
        let fitting = (0..log.notes.len()).filter(|at| wanted(&log.notes, *at));
        fitting.map(|at| (client, at)).collect::<Vec<_>>()
    };
    let fitting: Vec<_> = history.clients.iter().enumerate().flat_map(of).collect();
    let Some((client, at)) = pick(&fitting, place) else { return false };
    act(&mut history.clients[*client].notes, *at);
    true
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_history_that_came_about_rightly_is_right(recipe in recipe()) {
        prop_assert_eq!(cook(&recipe).violations(), []);
    }

    #[test]
    fn whatever_one_thing_goes_wrong_it_is_found(recipe in recipe(), which in 0..MUTATIONS.len(), place in any::<Index>()) {
        let mut history = cook(&recipe);
        prop_assume!(mutate(&mut history, MUTATIONS[which], &place));
        prop_assert_ne!(history.violations(), [], "{:?} went unnoticed: {:#?}", MUTATIONS[which], history);
    }
}
