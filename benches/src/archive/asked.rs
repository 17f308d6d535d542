//! What search and pages cost in an archive: questions one after the other, each once.

use super::{
    Archive, BEGIN, Person, largest, room,
    words::{Kind, Random},
};
use crate::quantile;
use chatlink_core::{
    Store,
    protocol::Seq,
    timeline::{
        Reader, Window,
        search::{Found, Pattern, Place, Sought},
    },
};
use std::time::{Duration, Instant};

/// Hits of a page.
const HITS: u32 = 20;
/// Of so many common questions one asks for its second page, too.
const GOES_ON: usize = 10;
/// Long enough that nothing is cut short.
const BUDGET: Duration = Duration::from_secs(60);
/// Items of a page of a timeline.
const ITEMS: u32 = 50;
/// How often the last page, the middle and the first are asked for, and how many places in the whole room.
const TIMES: usize = 40;
const PLACES: usize = 200;

/// Questions of one kind.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was asked for.
    pub what: &'static str,
    took: Vec<Duration>,
    gave: usize,
}

impl Line {
    const fn of(what: &'static str) -> Self {
        Self { what, took: Vec::new(), gave: 0 }
    }

    fn add(&mut self, took: Duration, gave: usize) {
        self.took.push(took);
        self.gave += gave;
    }

    /// All of them as one.
    #[must_use]
    pub fn together(what: &'static str, lines: &[Self]) -> Self {
        let took = lines.iter().flat_map(|line| line.took.iter().copied()).collect();
        Self { what, took, gave: lines.iter().map(|line| line.gave).sum() }
    }

    /// Those below which these shares of the times lie.
    #[must_use]
    pub fn quantiles<const N: usize>(&self, shares: [f64; N]) -> [Duration; N] {
        let mut took = self.took.clone();
        took.sort_unstable();
        shares.map(|share| quantile(&took, share))
    }

    /// How many answers there were.
    #[must_use]
    pub const fn answers(&self) -> usize {
        self.took.len()
    }

    /// How many hits or items an answer had, in the mean.
    #[must_use]
    pub fn gave(&self) -> f64 {
        self.gave as f64 / self.took.len().max(1) as f64
    }
}

/// First pages of every kind, and some second ones. The first question of a kind is not counted.
///
/// # Panics
/// Where the store fails, a page is cut short, or something is found that nobody said.
pub async fn searches(store: &dyn Store, archive: &Archive, person: Person) -> Vec<Line> {
    let (mut lines, mut second) = (Vec::new(), Line::of("a second page, common"));
    for kind in Kind::EACH {
        let mut line = Line::of(kind.name());
        for (number, q) in archive.language().questions(kind).iter().enumerate() {
            let (took, found) = search(store, archive, wanted(person, q, None)).await;
            assert!(kind != Kind::Never || found.hits.is_empty(), "nobody said {q}");
            if number == 0 {
                continue;
            }
            line.add(took, found.hits.len());
            if kind.is_common() && number.is_multiple_of(GOES_ON) && found.next.is_some() {
                let (took, found) = search(store, archive, wanted(person, q, found.next)).await;
                second.add(took, found.hits.len());
            }
        }
        lines.push(line);
    }
    lines.push(second);
    lines
}

#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
async fn search(store: &dyn Store, archive: &Archive, wanted: Sought) -> (Duration, Found) {
    let (now, start) = (archive.now(), Instant::now());
    let found = store.search(wanted, now).await.unwrap().unwrap();
    let took = start.elapsed();
    assert!(!found.cut_short, "a page within {BUDGET:?}");
    (took, found)
}

#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
fn wanted(person: Person, q: &str, before: Option<Place>) -> Sought {
    Sought {
        reader: person.user(),
        pattern: Pattern::parse(q).unwrap(),
        room_id: None,
        sender_id: None,
        from: None,
        until: None,
        before,
        limit: HITS,
        budget: BUDGET,
    }
}

/// Pages of the largest room's timeline. One of each kind is not counted.
///
/// # Panics
/// Where the store fails, or a page is not full.
pub async fn pages(store: &dyn Store, archive: &Archive) -> Vec<Line> {
    let (head, full, mut random) = (largest(store).await.0, u64::from(ITEMS), Random::new(1));
    let middle = (0..TIMES as u64).map(|n| Window::Around(Seq(head / 2 + n))).collect();
    let anywhere = (0..PLACES).map(|_| Window::Before(Seq(full + 1 + random.below(head - full)))).collect();
    let mut lines = Vec::new();
    for (what, windows) in [
        ("the last page", vec![Window::Newest; TIMES]),
        ("around the middle", middle),
        ("the first page", vec![Window::From(BEGIN); TIMES]),
        ("before any place", anywhere),
    ] {
        let mut line = Line::of(what);
        if let Some(window) = windows.last() {
            page(store, archive, *window).await;
        }
        for window in windows {
            line.add(page(store, archive, window).await, ITEMS as usize);
        }
        lines.push(line);
    }
    lines
}

#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
async fn page(store: &dyn Store, archive: &Archive, window: Window) -> Duration {
    let (reader, now, start) = (Reader::Member(Person::One.user()), archive.now(), Instant::now());
    let page = store.timeline(room(0), reader, window, ITEMS, now).await.unwrap().unwrap();
    let took = start.elapsed();
    assert_eq!(page.items.len(), ITEMS as usize, "a full page");
    took
}
