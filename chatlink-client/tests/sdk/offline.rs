//! The offline proof: a client whose line is cut at random instants, and which starts again at some of them, ends with the
//! state of one that never was cut. Time stands still and jumps to whatever waits next, and the lines are pipes in memory,
//! so that minutes take none.

use crate::{
    server::Server,
    wire::{Dice, Wire},
};
use chatlink_client::{
    Act, Chat, Client, Decision, Job, JobState, Keyed, MemoryTokens, NewCorrection, NewMessage, RoomEntry, Strand,
    Target, Watched,
};
use chatlink_protocol::{AskedPoll, EventId, Item, RoomId, room::Room};
use std::{sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};

/// How many courses are tried; with `CHATLINK_PROVE` more.
const SEEDS: u64 = 50;
const SEEDS_TO_PROVE: u64 = 1_000;
/// Acts of one course.
const STEPS: usize = 12;
/// Of so many courses one is of a client that keeps things and starts again now and then.
const RESTARTS: u64 = 10;
/// Of the clock that jumps.
const PATIENCE: Duration = Duration::from_secs(600);

async fn until<T: Keyed + Clone>(watched: &mut Watched<T>, what: &str, wanted: impl Fn(&[T]) -> bool) {
    let waiting = async {
        while !wanted(watched.snapshot()) {
            watched.next().await.expect("the client lives");
        }
    };
    assert!(timeout(PATIENCE, waiting).await.is_ok(), "{what}");
}

/// What is left was refused: a change of what was taken back meanwhile, never a message.
fn said_all(jobs: &[Job]) -> bool {
    jobs.iter().all(|job| matches!(job.state, JobState::Failed(_)) && !matches!(job.act, Act::Send(_)))
}

/// One thing that somebody does, of what is his or of what is the other's.
async fn act(dice: &Dice, chat: &Chat, talk: Talk, seen: &mut Seen, step: usize) {
    seen.look().await;
    let (room, me) = (talk.room, chat.identity().user_id);
    // The poll stays.
    let others = |item: &&Item| Some(item.id) != talk.thread.root;
    let of = |mine: bool| {
        let items = seen.main.snapshot().iter().filter(others);
        let items: Vec<_> = items.filter(|item| (item.sender_id == me) == mine).collect();
        (!items.is_empty()).then(|| items[usize::try_from(dice.roll(64)).unwrap() % items.len()].clone())
    };
    let (mine, other) = (of(true), of(false));
    if let Some(other) = other.filter(|_| dice.roll(5) == 0) {
        return answer(dice, chat, talk, seen, &other, step).await;
    }
    let some = mine.map(|item| item.id);
    match (dice.roll(8), some) {
        (0, Some(id)) => drop(chat.edit(room, Target::Sent(id), &format!("edited {step}")).await.unwrap()),
        (1, Some(id)) => drop(chat.redact(room, Target::Sent(id)).await.unwrap()),
        (2, Some(id)) => drop(chat.react(room, Target::Sent(id), Some("👍")).await.unwrap()),
        (3, _) => {
            let id = chat.send(room, format!("said {step}")).await.unwrap();
            let _ = chat.edit(room, Target::Queued(id), &format!("said better {step}")).await;
        }
        (4, _) => {
            if let Some(last) = seen.main.snapshot().last() {
                chat.read(room, last.seq);
            }
        }
        _ => drop(chat.send(room, format!("said {step}")).await.unwrap()),
    }
}

/// Where two people talk: their room, and a thread of it.
#[derive(Clone, Copy)]
struct Talk {
    room: RoomId,
    thread: Strand,
}

/// What one does with what the other said.
async fn answer(dice: &Dice, chat: &Chat, talk: Talk, seen: &Seen, other: &Item, step: usize) {
    let root = talk.thread.root.unwrap();
    match dice.roll(4) {
        0 => {
            let (message, text) = (other.id, format!("said well {step}"));
            let correction = NewCorrection { message, version: None, text, note: None, kind: None };
            chat.correct(talk.room, correction).await.unwrap();
        }
        1 => match other.corrections.first() {
            // Only its proposer may: where it is the other's it is refused.
            Some(it) => drop(chat.decide(talk.room, other.id, it.id, Decision::Withdraw).await.unwrap()),
            None => drop(chat.vote(talk.room, Target::Sent(root), &[u32::from(step.is_multiple_of(2))]).await.unwrap()),
        },
        2 => {
            if let Some(last) = seen.beneath.snapshot().last() {
                chat.read(talk.thread, last.seq);
            }
        }
        _ => drop(chat.send(talk.thread, format!("beneath {step}")).await.unwrap()),
    }
}

/// The room as somebody's list shows it, or as the server does.
type Line = (RoomId, (u32, u32, u32), u64, Option<String>);

fn listed(entries: &[RoomEntry]) -> Vec<Line> {
    let counts = |entry: &RoomEntry| (entry.unread, entry.unread_threads, entry.member_count);
    let line = |entry: &RoomEntry| (entry.id, counts(entry), entry.read_seq.0, text_of(entry.last_item.as_ref()));
    entries.iter().map(line).collect()
}

fn shown(rooms: &[Room]) -> Vec<Line> {
    let counts = |room: &Room| (room.unread, room.unread_threads, room.member_count);
    let line = |room: &Room| (room.id, counts(room), room.read_seq.0, text_of(room.last_item.as_ref()));
    rooms.iter().map(line).collect()
}

/// As the server shows them, however often one must ask.
async fn rooms_of(chat: &Chat) -> Vec<Room> {
    loop {
        match chat.rooms(None).await {
            Ok(page) => return page.items,
            Err(_) => sleep(Duration::from_secs(1)).await,
        }
    }
}

fn text_of(item: Option<&Item>) -> Option<String> {
    item.map(|item| serde_json::to_string(item).unwrap())
}

/// Somebody on a shaky line, perhaps with a device that keeps things.
struct Shaky {
    wire: Arc<Wire>,
    dice: Dice,
    tokens: Arc<MemoryTokens>,
    home: Option<tempfile::TempDir>,
}

impl Shaky {
    fn client(&self) -> Client {
        let client = Client::over(self.wire.clone()).entropy(Arc::new(self.dice.clone())).tokens(self.tokens.clone());
        match &self.home {
            Some(home) => client.folder(home.path()),
            None => client,
        }
    }

    /// Starts again: after everything was kept, or as one that was killed.
    async fn restart(&self, chat: Chat) -> Chat {
        if self.dice.roll(2) == 0 {
            chat.background().await;
        }
        drop(chat);
        self.client().restore().await.unwrap()
    }
}

/// A folder on a disk in memory, where there is one: what is proved is not the disk, and some take their time.
fn device() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// What one's own is left out: what both see alike.
fn alike(items: &[Item]) -> String {
    let items = items.iter().cloned().map(|item| Item { my_reaction: None, my_vote: Vec::new(), ..item });
    serde_json::to_string(&items.collect::<Vec<_>>()).unwrap()
}

/// A poll, which both vote on and talk beneath.
async fn begin(anna: &Chat, room: RoomId) -> EventId {
    let options = ["now", "later"].map(str::to_owned).to_vec();
    let poll = AskedPoll { options, multiple: false, closes_in: None };
    anna.send(room, NewMessage::poll("When?", poll)).await.unwrap();
    let mut hers = anna.timeline(room).await.unwrap();
    until(&mut hers, "it is asked", |items| items.len() == 1).await;
    hers.snapshot()[0].id
}

/// What somebody sees of the talk.
struct Seen {
    main: Watched<Item>,
    beneath: Watched<Item>,
}

impl Seen {
    /// As it is by now, as far as it was told.
    async fn look(&mut self) {
        let _ = timeout(Duration::ZERO, self.main.next()).await;
        let _ = timeout(Duration::ZERO, self.beneath.next()).await;
    }

    async fn of(chat: &Chat, talk: Talk) -> Self {
        Self { main: chat.timeline(talk.room).await.unwrap(), beneath: chat.timeline(talk.thread).await.unwrap() }
    }
}

async fn course(seed: u64) {
    let (server, dice) = (Server::new().await, Dice::new(seed));
    let steady = Client::over(Wire::to(&server)).entropy(Arc::new(dice.clone()));
    let home = seed.is_multiple_of(RESTARTS).then(device);
    let shaky = Shaky { wire: Wire::to(&server), dice: dice.clone(), tokens: Arc::default(), home };
    let anna = server.join(&steady, "anna").await;
    let mut berta = server.join(&shaky.client(), "berta").await;
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    let talk = Talk { room, thread: Strand::thread(room, begin(&anna, room).await) };
    let (mut hers, mut other) = (Seen::of(&anna, talk).await, Seen::of(&berta, talk).await);
    for step in 0..STEPS {
        act(&dice, &anna, talk, &mut hers, step).await;
        act(&dice, &berta, talk, &mut other, step + 100).await;
        sleep(Duration::from_millis(dice.roll(60))).await;
        if dice.roll(2) == 0 {
            shaky.wire.cut();
        }
        if shaky.home.is_some() && dice.roll(4) == 0 {
            berta = shaky.restart(berta).await;
            other = Seen::of(&berta, talk).await;
        }
        sleep(Duration::from_millis(dice.roll(3_000))).await;
    }
    until(&mut anna.outgoing(), "anna has said it all", said_all).await;
    until(&mut berta.outgoing(), "berta has said it all", said_all).await;
    let truth = anna.api().page(room, None, 100).await.unwrap();
    let beneath = anna.api().page(talk.thread, None, 100).await.unwrap();
    let all: Vec<_> = truth.items.iter().chain(&beneath.items).collect();
    let said = all.iter().filter_map(|item| item.client_id).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(said.len(), all.iter().filter(|item| item.client_id.is_some()).count(), "seed {seed}: said twice");
    let (wanted, wanted_beneath) = (alike(&truth.items), alike(&beneath.items));
    for (who, seen) in [("steady", &mut hers), ("shaky", &mut other)] {
        until(&mut seen.main, &format!("seed {seed}: the {who} one sees the truth"), |items| alike(items) == wanted)
            .await;
        let what = format!("seed {seed}: the {who} one sees the truth of the thread");
        until(&mut seen.beneath, &what, |items| alike(items) == wanted_beneath).await;
    }
    for (who, chat) in [("steady", &anna), ("shaky", &berta)] {
        let agrees = async {
            while listed(chat.room_list().snapshot()) != shown(&rooms_of(chat).await) {
                sleep(Duration::from_secs(1)).await;
            }
        };
        let agrees = timeout(PATIENCE, agrees).await.is_ok();
        let (list, rooms) = (chat.room_list(), shown(&rooms_of(chat).await));
        assert!(agrees, "seed {seed}: the {who} one lists {:?}, the server {rooms:?}", listed(list.snapshot()));
    }
    if shaky.home.is_some() {
        let rooms = shown(&rooms_of(&berta).await);
        berta.background().await;
        shaky.wire.go_away();
        drop(berta);
        let berta = shaky.client().restore().await.unwrap();
        assert_eq!(listed(berta.room_list().snapshot()), rooms, "seed {seed}: without a network");
        assert_eq!(alike(berta.timeline(room).await.unwrap().snapshot()), wanted, "seed {seed}: without a network");
        let kept = berta.timeline(talk.thread).await.unwrap();
        assert_eq!(alike(kept.snapshot()), wanted_beneath, "seed {seed}: the thread without a network");
    }
}

#[test]
fn who_is_cut_at_random_ends_with_the_state_of_one_who_never_was() {
    let seeds = if std::env::var_os("CHATLINK_PROVE").is_some() { SEEDS_TO_PROVE } else { SEEDS };
    for seed in 0..seeds {
        // The server and the clients of a course end with it.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.unwrap().block_on(course(seed));
    }
}
