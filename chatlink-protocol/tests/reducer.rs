//! The laws of the reducer, against a model that shares nothing with it: the model keeps what every
//! person did and derives each item from the whole of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it cannot go on")]

mod shared;

use chatlink_protocol::{
    Correction, CorrectionState, Event, EventBody, Item, ReactionCount, Seq, Tally, Timestamp, UserId,
    event::PollClosed,
    reducer::{Applied, RoomState},
};
use proptest::prelude::*;
use shared::{
    at, correction, decision, edit, event, event_id, improved, item, message, pin, poll, reaction, redaction, user,
    vote,
};
use std::collections::BTreeMap;

const KEYS: [&str; 3] = ["👍", "🎉", "b"];
const ME: u64 = 1;

/// What one does with the `on`th message, counted around.
#[derive(Clone, Debug)]
enum Deed {
    Say { by: u64, until: Option<u64>, poll: bool },
    Vote { on: usize, by: u64, choices: u8 },
    Close { on: usize },
    Edit { on: usize },
    React { on: usize, by: u64, key: Option<usize> },
    Redact { on: usize },
    Correct { on: usize, by: u64 },
    Decide { on: usize, which: usize, state: CorrectionState },
    Pin { on: usize, pinned: bool },
    Join,
}

fn deed() -> impl Strategy<Value = Deed> {
    let (on, by) = (0..8_usize, 0..3_u64);
    prop_oneof![
        5 => (by.clone(), prop::option::weighted(0.3, 10..60_u64), any::<bool>())
            .prop_map(|(by, until, poll)| Deed::Say { by, until, poll }),
        6 => (on.clone(), by.clone(), 0..8_u8).prop_map(|(on, by, choices)| Deed::Vote { on, by, choices }),
        1 => on.clone().prop_map(|on| Deed::Close { on }),
        4 => on.clone().prop_map(|on| Deed::Edit { on }),
        6 => (on.clone(), by.clone(), prop::option::weighted(0.7, 0..3_usize))
            .prop_map(|(on, by, key)| Deed::React { on, by, key }),
        2 => on.clone().prop_map(|on| Deed::Redact { on }),
        3 => (on.clone(), by.clone()).prop_map(|(on, by)| Deed::Correct { on, by }),
        2 => (on.clone(), any::<bool>()).prop_map(|(on, pinned)| Deed::Pin { on, pinned }),
        3 => (on, 0..4_usize, decided()).prop_map(|(on, which, state)| Deed::Decide { on, which, state }),
        1 => Just(Deed::Join),
    ]
}

fn decided() -> impl Strategy<Value = CorrectionState> {
    use CorrectionState::{Accepted, Declined, Withdrawn};
    prop::sample::select(&[Accepted, Declined, Withdrawn][..])
}

/// A message as the model knows it.
#[derive(Clone, Default)]
struct Written {
    sender: u64,
    until: Option<u64>,
    /// (seq, words) of the first text and of every edit.
    texts: Vec<(u64, String)>,
    reactions: BTreeMap<u64, usize>,
    /// By the seq that proposed it: whose, of which version, and every state it was in.
    corrections: BTreeMap<u64, (u64, usize, Vec<CorrectionState>)>,
    pinned: bool,
    /// Whether it is a poll of three options; who chose which; whether it is closed.
    poll: bool,
    votes: BTreeMap<u64, u8>,
    closed: bool,
    redacted: bool,
}

/// Everything that happened, by the seq it happened at; a join is `None`.
#[derive(Clone, Default)]
struct Model {
    shown: BTreeMap<u64, Option<Written>>,
    log: Vec<Event>,
}

impl Model {
    /// Does it, if it can be done at the second that is the next seq.
    fn act(&mut self, deed: &Deed) {
        let seq = self.log.len() as u64 + 1;
        let (sender, body) = match deed {
            Deed::Join => {
                self.shown.insert(seq, None);
                (0, EventBody::Unknown { kind: "join".into(), body: serde_json::Value::Null })
            }
            Deed::Say { by, until, poll } => {
                let text = format!("text {seq}");
                let texts = vec![(seq, text.clone())];
                let written = Written { sender: *by, until: *until, texts, poll: *poll, ..Written::default() };
                self.shown.insert(seq, Some(written));
                (*by, said(Some(&text), *until, *poll))
            }
            Deed::Edit { on } => {
                let Some((target, written)) = self.living(*on, seq) else { return };
                let text = format!("text {seq}");
                written.texts.push((seq, text.clone()));
                (written.sender, edit(target, version(written), Some(&text)))
            }
            Deed::React { on, by, key } => {
                let Some((target, written)) = self.living(*on, seq) else { return };
                let previous = match key {
                    Some(key) => written.reactions.insert(*by, *key),
                    None => written.reactions.remove(by),
                };
                if previous == *key {
                    return;
                }
                let name = |key: Option<usize>| key.map(|key| KEYS[key]);
                (*by, reaction(target, name(*key), name(previous)))
            }
            Deed::Vote { on, by, choices } => {
                let Some((target, written)) = self.living(*on, seq).filter(|(_, it)| it.poll && !it.closed) else {
                    return;
                };
                let previous = written.votes.insert(*by, *choices).unwrap_or_default();
                if previous == *choices {
                    return;
                }
                (*by, vote(target, &chosen(*choices), &chosen(previous)))
            }
            Deed::Close { on } => {
                let Some((target, written)) = self.living(*on, seq).filter(|(_, it)| it.poll && !it.closed) else {
                    return;
                };
                written.closed = true;
                (0, EventBody::PollClosed(PollClosed { target: event_id(target) }))
            }
            Deed::Redact { on } => {
                let Some((target, written)) = self.living(*on, seq) else { return };
                written.redacted = true;
                (0, redaction(target))
            }
            Deed::Pin { on, pinned } => {
                let Some((target, written)) = self.living(*on, seq) else { return };
                written.pinned = *pinned;
                (1, pin(target, *pinned))
            }
            Deed::Correct { on, by } => {
                let Some((target, written)) = self.living(*on, seq) else { return };
                let version = written.texts.len();
                written.corrections.insert(seq, (*by, version, vec![CorrectionState::Open]));
                let words = improved(&written.texts[version - 1].1, &format!("better {seq}"));
                (*by, correction(target, u32::try_from(version).unwrap(), Some(words)))
            }
            Deed::Decide { on, which, state } => {
                let Some((target, written)) = self.living(*on, seq) else { return };
                let count = written.corrections.len().max(1);
                let Some((id, (_, _, states))) = written.corrections.iter_mut().nth(which % count) else { return };
                if states.contains(&CorrectionState::Withdrawn) {
                    return;
                }
                states.push(*state);
                (0, decision(target, *id, *state))
            }
        };
        self.log.push(event(seq, sender, body));
    }

    fn living(&mut self, on: usize, now: u64) -> Option<(u64, &mut Written)> {
        let count = self.shown.values().flatten().count();
        let mut messages = self.shown.iter_mut().filter_map(|(seq, shown)| Some((*seq, shown.as_mut()?)));
        let found = messages.nth(on % count.max(1))?;
        (!found.1.gone(now)).then_some(found)
    }

    fn as_of(&self) -> Seq {
        Seq(self.log.len() as u64)
    }

    /// The items at second `now`.
    fn items(&self, now: u64) -> Vec<Item> {
        self.shown.iter().map(|(seq, shown)| self.item(*seq, shown.as_ref(), now)).collect()
    }

    fn item(&self, seq: u64, shown: Option<&Written>, now: u64) -> Item {
        let Some(written) = shown else { return Item::of(self.log[index(seq)].clone()) };
        if written.gone(now) {
            let tombstone = item(seq, written.sender, said(None, written.until, false));
            return Item { version: version(written), ..tombstone };
        }
        let (edited, text) = &written.texts[written.texts.len() - 1];
        Item {
            version: version(written),
            edited_at: (*edited != seq).then(|| at(*edited)),
            reactions: counts(written),
            corrections: standing(written),
            pinned: written.pinned,
            tally: written.poll.then(|| tally(written)),
            my_vote: chosen(written.votes.get(&ME).copied().unwrap_or_default()),
            my_reaction: written.reactions.get(&ME).map(|key| KEYS[*key].to_owned()),
            ..item(seq, written.sender, said(Some(text), written.until, written.poll))
        }
    }

    /// The log as it is read at second `now`: gone words are taken out.
    fn read(&self, now: u64) -> Vec<Event> {
        let gone = |id| {
            let mut messages = self.shown.iter().filter_map(|(seq, shown)| Some((*seq, shown.as_ref()?)));
            messages.any(|(seq, written)| event_id(seq) == id && written.gone(now))
        };
        let mut log = self.log.clone();
        for event in &mut log {
            match &mut event.body {
                EventBody::Message(message) if gone(event.id) => (message.text, message.poll) = (None, None),
                EventBody::Edit(edit) if gone(edit.target) => edit.text = None,
                EventBody::Correction(it) if gone(it.target) || self.withdrawn(event.seq.0) => it.words = None,
                _ => {}
            }
        }
        log
    }

    fn withdrawn(&self, seq: u64) -> bool {
        let mut messages = self.shown.values().flatten();
        messages.any(|it| it.corrections.get(&seq).is_some_and(|it| it.2.contains(&CorrectionState::Withdrawn)))
    }
}

impl Written {
    fn gone(&self, now: u64) -> bool {
        self.redacted || self.until.is_some_and(|until| until <= now)
    }
}

fn version(written: &Written) -> u32 {
    u32::try_from(written.texts.len()).unwrap()
}

fn said(text: Option<&str>, until: Option<u64>, is_poll: bool) -> EventBody {
    let EventBody::Message(body) = message(text) else { unreachable!() };
    EventBody::Message(chatlink_protocol::event::Message {
        expires_at: until.map(at),
        poll: is_poll.then(|| poll(3).into()),
        ..body
    })
}

/// The places of the bits that are set.
fn chosen(choices: u8) -> Vec<u8> {
    (0..8).filter(|bit| choices & (1 << bit) != 0).collect()
}

fn tally(written: &Written) -> Tally {
    let votes = || written.votes.values().filter(|choices| **choices != 0);
    let count = |option: u8| votes().filter(|choices| **choices & (1 << option) != 0).count();
    let counts = (0..3).map(|option| u32::try_from(count(option)).unwrap()).collect();
    Tally { counts, voters: u32::try_from(votes().count()).unwrap(), closed: written.closed }
}

fn standing(written: &Written) -> Vec<Correction> {
    let stands = written.corrections.iter().filter(|(_, (_, _, states))| !states.contains(&CorrectionState::Withdrawn));
    let shown = |(seq, (by, version, states)): (&u64, &(u64, usize, Vec<CorrectionState>))| Correction {
        id: event_id(*seq),
        sender_id: user(*by),
        at: at(*seq),
        version: u32::try_from(*version).unwrap(),
        state: states[states.len() - 1],
        words: improved(&written.texts[version - 1].1, &format!("better {seq}")),
    };
    stands.map(shown).collect()
}

fn counts(written: &Written) -> Vec<ReactionCount> {
    let mut counts = BTreeMap::<&str, u32>::new();
    written.reactions.values().for_each(|key| *counts.entry(KEYS[*key]).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().map(|(key, count)| ReactionCount { key: key.into(), count }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    counts
}

fn index(seq: u64) -> usize {
    usize::try_from(seq).unwrap() - 1
}

fn play(deeds: &[Deed]) -> Vec<Model> {
    let mut model = Model::default();
    let mut played = vec![model.clone()];
    for deed in deeds {
        model.act(deed);
        played.push(model.clone());
    }
    played
}

fn state(items: Vec<Item>, as_of: Seq) -> RoomState {
    RoomState::new(Some(me()), items, as_of)
}

fn me() -> UserId {
    user(ME)
}

fn now(model: &Model) -> Timestamp {
    at(model.as_of().0)
}

fn items(state: &RoomState) -> Vec<Item> {
    state.items().cloned().collect()
}

proptest! {
    /// From every snapshot the events, as they were told or as they are read now, make the last one.
    #[test]
    fn a_snapshot_and_events_make_the_next_snapshot(deeds in prop::collection::vec(deed(), 1..60)) {
        let played = play(&deeds);
        let last = played.last().unwrap();
        let expected = last.items(last.as_of().0);
        for before in &played {
            for log in [&last.log, &last.read(last.as_of().0)] {
                let mut state = state(before.items(before.as_of().0), before.as_of());
                for event in &log[before.log.len()..] {
                    prop_assert_eq!(state.apply(event), Applied::Yes);
                }
                state.expire(now(last));
                prop_assert_eq!(&items(&state), &expected);
                prop_assert_eq!(state.as_of(), last.as_of());
            }
        }
    }

    /// Events in any order with repetitions: only the next one counts, and nothing else changes a thing.
    #[test]
    fn only_the_next_event_counts(
        deeds in prop::collection::vec(deed(), 1..30),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..60),
    ) {
        let last = play(&deeds).pop().unwrap();
        let mut state = state(Vec::new(), Seq(0));
        for pick in picks {
            if last.log.is_empty() {
                break;
            }
            let event = pick.get(&last.log);
            let (before, as_of) = (items(&state), state.as_of());
            match state.apply(event) {
                Applied::Yes => prop_assert_eq!((event.seq, state.as_of()), (as_of.next(), event.seq)),
                Applied::Repeated => prop_assert!(event.seq <= as_of),
                Applied::Gap { from, to } => {
                    prop_assert_eq!((from, to.next()), (as_of.next(), event.seq));
                    prop_assert!(from <= to);
                }
            }
            if state.as_of() == as_of {
                prop_assert_eq!(items(&state), before);
            }
        }
    }

    /// A window that begins late, with an older page put before it — read at the window's time or
    /// later — is the whole snapshot in the end.
    #[test]
    fn an_older_page_completes_a_window(
        deeds in prop::collection::vec(deed(), 1..40),
        cut in any::<prop::sample::Index>(),
        times in any::<[prop::sample::Index; 2]>(),
    ) {
        let played = play(&deeds);
        let last = played.last().unwrap();
        let mut moments = times.map(|time| time.index(played.len()));
        moments.sort_unstable();
        let [window, page] = moments.map(|moment| &played[moment]);
        let shown = window.items(window.as_of().0);
        let first = shown.get(cut.index(shown.len() + 1)).map_or(window.as_of().next(), |item| item.seq);

        let mut state = state(shown.into_iter().filter(|item| item.seq >= first).collect(), window.as_of());
        if state.items().next().is_none() {
            return Ok(());
        }
        let older = page.items(page.as_of().0).into_iter().filter(|item| item.seq < first).collect();
        prop_assert!(state.prepend(older, page.as_of()));
        for event in &last.log[window.log.len()..] {
            prop_assert_eq!(state.apply(event), Applied::Yes);
        }
        state.expire(now(last));
        prop_assert_eq!(items(&state), last.items(last.as_of().0));
    }

    /// Expiry is idempotent, and a page older than the window is refused.
    #[test]
    fn expiry_settles_and_stale_pages_are_refused(deeds in prop::collection::vec(deed(), 2..40)) {
        let last = play(&deeds).pop().unwrap();
        let mut state = state(last.items(0), last.as_of());
        state.expire(at(30));
        let once = items(&state);
        prop_assert!(!state.expire(at(30)));
        prop_assert_eq!(items(&state), once);
        if last.as_of() > Seq(0) {
            prop_assert!(!state.prepend(Vec::new(), Seq(last.as_of().0 - 1)));
        }
    }
}
