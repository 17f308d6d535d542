//! The offline proof: a client whose line is cut at random instants, and which starts again at some of them, ends with the
//! state of one that never was cut. Time stands still and jumps to whatever waits next, and the lines are pipes in memory,
//! so that minutes take none.

use crate::{
    server::Server,
    wire::{Dice, Wire},
};
use chatlink_client::{Act, Chat, Client, Job, JobState, Keyed, MemoryTokens, RoomEntry, Target, Watched};
use chatlink_protocol::{Item, RoomId, room::Room};
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
    jobs.iter().all(|job| matches!(job.state, JobState::Failed(_)) && !matches!(job.act, Act::Send { .. }))
}

/// One thing that somebody does.
async fn act(dice: &Dice, chat: &Chat, room: RoomId, seen: &mut Watched<Item>, step: usize) {
    let _ = timeout(Duration::ZERO, seen.next()).await;
    let mine: Vec<_> = seen.snapshot().iter().filter(|item| item.sender_id == chat.identity().user_id).collect();
    let some = (!mine.is_empty()).then(|| mine[usize::try_from(dice.roll(64)).unwrap() % mine.len()].id);
    match (dice.roll(8), some) {
        (0, Some(id)) => drop(chat.edit(room, Target::Sent(id), &format!("edited {step}")).await.unwrap()),
        (1, Some(id)) => drop(chat.redact(room, Target::Sent(id)).await.unwrap()),
        (2, Some(id)) => drop(chat.react(room, Target::Sent(id), Some("👍")).await.unwrap()),
        (3, _) => {
            let id = chat.send(room, &format!("said {step}")).await.unwrap();
            let _ = chat.edit(room, Target::Queued(id), &format!("said better {step}")).await;
        }
        (4, _) => {
            if let Some(last) = seen.snapshot().last() {
                chat.read(room, last.seq);
            }
        }
        _ => drop(chat.send(room, &format!("said {step}")).await.unwrap()),
    }
}

/// The room as somebody's list shows it, or as the server does.
type Line = (RoomId, u32, u64, Option<String>);

fn listed(entries: &[RoomEntry]) -> Vec<Line> {
    let line = |entry: &RoomEntry| (entry.id, entry.unread, entry.read_seq.0, text_of(entry.last_item.as_ref()));
    entries.iter().map(line).collect()
}

fn shown(rooms: &[Room]) -> Vec<Line> {
    let line = |room: &Room| (room.id, room.unread, room.read_seq.0, text_of(room.last_item.as_ref()));
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

async fn course(seed: u64) {
    let (server, dice) = (Server::new().await, Dice::new(seed));
    let steady = Client::over(Wire::to(&server)).entropy(Arc::new(dice.clone()));
    let home = seed.is_multiple_of(RESTARTS).then(device);
    let shaky = Shaky { wire: Wire::to(&server), dice: dice.clone(), tokens: Arc::default(), home };
    let anna = server.join(&steady, "anna").await;
    let mut berta = server.join(&shaky.client(), "berta").await;
    let room = anna.open_direct(berta.identity().user_id).await.unwrap().id;
    berta.api().accept_request(room).await.unwrap();
    let (mut hers, mut other) = (anna.timeline(room).await.unwrap(), berta.timeline(room).await.unwrap());
    for step in 0..STEPS {
        act(&dice, &anna, room, &mut hers, step).await;
        act(&dice, &berta, room, &mut other, step + 100).await;
        sleep(Duration::from_millis(dice.roll(60))).await;
        if dice.roll(2) == 0 {
            shaky.wire.cut();
        }
        if shaky.home.is_some() && dice.roll(4) == 0 {
            berta = shaky.restart(berta).await;
            other = berta.timeline(room).await.unwrap();
        }
        sleep(Duration::from_millis(dice.roll(3_000))).await;
    }
    until(&mut anna.outgoing(), "anna has said it all", said_all).await;
    until(&mut berta.outgoing(), "berta has said it all", said_all).await;
    let truth = anna.api().timeline(room, None, 50).await.unwrap();
    let said = truth.items.iter().filter_map(|item| item.client_id).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(
        said.len(),
        truth.items.iter().filter(|item| item.client_id.is_some()).count(),
        "seed {seed}: said twice"
    );
    // One's own reactions are one's own: what both see alike is compared.
    let alike = |items: &[Item]| {
        let items: Vec<_> = items.iter().cloned().map(|item| Item { my_reaction: None, ..item }).collect();
        serde_json::to_string(&items).unwrap()
    };
    let wanted = alike(&truth.items);
    until(&mut hers, &format!("seed {seed}: the steady one sees the truth"), |items| alike(items) == wanted).await;
    until(&mut other, &format!("seed {seed}: the shaky one sees the truth"), |items| alike(items) == wanted).await;
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
