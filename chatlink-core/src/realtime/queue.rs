//! What waits for one socket: bounded, never waited for, never silently cut.

use crate::metrics::Meter;
use bytes::Bytes;
use chatlink_protocol::{
    ErrorCode, RoomId, Seq,
    frame::{Head, Push},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Frames that wait for one socket. Above its bound everything that waits is dropped and the client
/// is told `resync`: it reads what it missed from the store.
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Notify,
    bound: usize,
    meter: Arc<Meter>,
}

#[derive(Default)]
struct State {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Frames were dropped and the client does not know yet.
    lagging: bool,
    /// Nothing goes out before `hello` is in front.
    open: bool,
    closed: Option<ErrorCode>,
    /// The rooms that it listens to, and the head that its client was told last.
    rooms: HashMap<RoomId, Head>,
    /// The rooms of which it was said last that their member hears nothing there any more, or that he does again.
    deaf: HashMap<RoomId, bool>,
}

impl State {
    fn is_deaf(&self, room: RoomId) -> bool {
        !self.deaf.is_empty() && self.deaf.get(&room).copied().unwrap_or(false)
    }

    /// Passes an event of a room over that its reader is not told of: nor that the room's head moved by it.
    fn pass(&mut self, room: RoomId, seq: Seq) {
        if let Some(told) = self.rooms.get_mut(&room) {
            told.seq = seq.max(told.seq);
        }
    }

    fn drop_frames(&mut self, room: RoomId) {
        self.frames.retain(|frame| frame.room != Some(room));
        self.bytes = self.frames.iter().map(|frame| frame.text.len()).sum();
    }
}

struct Frame {
    room: Option<RoomId>,
    text: Bytes,
}

/// What a socket's writer gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Drained {
    /// Write these, then flush once.
    Frames(Vec<Bytes>),
    /// Write no more.
    Closed(ErrorCode),
}

impl Queue {
    #[cfg(test)]
    pub(crate) fn new(bound: usize) -> Self {
        Self::counted(bound, Arc::default())
    }

    /// One whose drops are counted.
    pub(crate) fn counted(bound: usize, meter: Arc<Meter>) -> Self {
        Self { state: Mutex::default(), wake: Notify::new(), bound, meter }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a frame at the end, or drops everything for a `resync` when it is too much. Never waits.
    pub(crate) fn push(&self, room: Option<RoomId>, text: Bytes) {
        let mut state = self.lock();
        let wakes = self.put(&mut state, room, text);
        drop(state);
        self.wake(wakes);
    }

    /// As [`push`](Self::push), of events of a room that are told together: its reader is woken once. Those without a
    /// frame are passed over.
    pub(crate) fn push_all<'a>(&self, room: RoomId, events: impl Iterator<Item = (Seq, Option<&'a Bytes>)>) {
        let mut state = self.lock();
        let mut wakes = false;
        for (seq, frame) in events {
            match frame {
                Some(frame) => wakes |= self.put(&mut state, Some(room), frame.clone()),
                None => state.pass(room, seq),
            }
        }
        drop(state);
        self.wake(wakes);
    }

    /// Whether its reader is to be woken.
    fn put(&self, state: &mut State, room: Option<RoomId>, text: Bytes) -> bool {
        if state.closed.is_some() || state.lagging || room.is_some_and(|room| state.is_deaf(room)) {
            return false;
        }
        if state.bytes + text.len() > self.bound {
            state.frames = VecDeque::new();
            state.bytes = 0;
            state.lagging = true;
            Meter::one(&self.meter.dropped_queues);
        } else {
            state.bytes += text.len();
            state.frames.push_back(Frame { room, text });
        }
        state.open
    }

    fn wake(&self, wakes: bool) {
        if wakes {
            self.wake.notify_one();
        }
    }

    /// Whether a replay of that many bytes may still be put in: it may take half of the place.
    pub(crate) fn has_place_for_replay(&self, bytes: usize) -> bool {
        let state = self.lock();
        !state.lagging && state.bytes + bytes <= self.bound / 2
    }

    /// Puts `hello` in front of what came since, and lets frames out.
    pub(crate) fn open(&self, hello: Bytes) {
        let mut state = self.lock();
        state.bytes += hello.len();
        state.frames.push_front(Frame { room: None, text: hello });
        state.open = true;
        self.wake.notify_one();
    }

    /// Notes that it listens to a room that stands at `head`. `false`: it is closed and must not.
    pub(crate) fn enter(&self, room: RoomId, head: Head) -> bool {
        let mut state = self.lock();
        if state.closed.is_some() {
            return false;
        }
        state.rooms.entry(room).or_insert(head);
        true
    }

    /// Notes that it listens there no more.
    pub(crate) fn exit(&self, room: RoomId) {
        let mut state = self.lock();
        state.rooms.remove(&room);
        state.deaf.remove(&room);
    }

    /// Whether it listens to a room.
    pub(crate) fn is_in(&self, room: RoomId) -> bool {
        self.lock().rooms.contains_key(&room)
    }

    /// The rooms that it listens to.
    pub(crate) fn rooms(&self) -> Vec<RoomId> {
        self.lock().rooms.keys().copied().collect()
    }

    /// The heads that moved since its client was told last, by an event or by marks; from now on they are told.
    pub(crate) fn moved(&self, head: impl Fn(RoomId) -> Option<Head>) -> Vec<(RoomId, Head)> {
        let mut state = self.lock();
        if !state.open {
            return Vec::new();
        }
        let State { rooms, deaf, .. } = &mut *state;
        let moved = rooms.iter_mut().filter_map(|(room, told)| {
            let heard = !deaf.get(room).copied().unwrap_or(false);
            let head = head(*room).filter(|head| heard && (head.seq > told.seq || head.rev > told.rev))?;
            *told = Head { seq: head.seq.max(told.seq), rev: head.rev.max(told.rev) };
            Some((*room, head))
        });
        moved.collect()
    }

    /// Takes back the frames of a room, of which the reader turned out to be no member.
    pub(crate) fn withdraw(&self, room: RoomId) {
        let mut state = self.lock();
        state.rooms.remove(&room);
        state.drop_frames(room);
    }

    /// Lets nothing of a room in any more, and takes back what waits of it: its member wants to hear nothing of it, and
    /// stays one. Until [`hear`](Self::hear).
    pub(crate) fn deafen(&self, room: RoomId) {
        let mut state = self.lock();
        if state.rooms.contains_key(&room) {
            state.deaf.insert(room, true);
            state.drop_frames(room);
        }
    }

    /// As [`deafen`](Self::deafen), by what was read when it began to listen: whatever was told since is newer.
    pub(crate) fn begin_deaf(&self, room: RoomId) {
        self.lock().deaf.entry(room).or_insert(true);
    }

    /// Lets a room in again. Whether it was kept out.
    pub(crate) fn hear(&self, room: RoomId) -> bool {
        let mut state = self.lock();
        // What was read before it began may still come, and say less.
        match state.open {
            true => state.deaf.remove(&room).unwrap_or(false),
            false => state.deaf.insert(room, false).unwrap_or(false),
        }
    }

    /// Lets nothing in any more; what waits goes out, then the reason.
    pub(crate) fn close(&self, code: ErrorCode) {
        let mut state = self.lock();
        state.closed.get_or_insert(code);
        self.wake.notify_one();
    }

    /// Waits for frames and takes all of them. For one reader; cancelling loses nothing.
    pub(crate) async fn drain(&self) -> Drained {
        loop {
            if let Some(drained) = self.take() {
                return drained;
            }
            self.wake.notified().await;
        }
    }

    fn take(&self) -> Option<Drained> {
        let mut state = self.lock();
        if state.open && state.lagging {
            state.lagging = false;
            let resync = Push::Resync.encode().unwrap_or_default();
            return Some(Drained::Frames(vec![Bytes::from(resync)]));
        }
        if state.open && !state.frames.is_empty() {
            state.bytes = 0;
            return Some(Drained::Frames(state.frames.drain(..).map(|frame| frame.text).collect()));
        }
        state.closed.map(Drained::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(frames: &Drained) -> Vec<String> {
        match frames {
            Drained::Frames(frames) => frames.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect(),
            Drained::Closed(code) => vec![format!("{code:?}")],
        }
    }

    #[tokio::test]
    async fn hello_comes_first_whatever_came_before() {
        let queue = Queue::new(100);
        queue.push(None, Bytes::from("event"));
        queue.open(Bytes::from("hello"));
        assert_eq!(text(&queue.drain().await), ["hello", "event"]);
    }

    #[tokio::test]
    async fn too_much_is_dropped_and_said_once() {
        let queue = Queue::new(10);
        queue.open(Bytes::from("h"));
        queue.drain().await;
        for _ in 0..5 {
            queue.push(None, Bytes::from("12345"));
        }
        assert_eq!(text(&queue.drain().await), [r#"{"type":"resync"}"#]);
        queue.push(None, Bytes::from("later"));
        assert_eq!(text(&queue.drain().await), ["later"]);
    }

    #[tokio::test]
    async fn what_waits_goes_out_before_the_end() {
        let queue = Queue::new(100);
        queue.open(Bytes::from("hello"));
        queue.close(ErrorCode::Unauthenticated);
        queue.push(None, Bytes::from("too late"));
        assert_eq!(text(&queue.drain().await), ["hello"]);
        assert_eq!(queue.drain().await, Drained::Closed(ErrorCode::Unauthenticated));
    }

    #[tokio::test]
    async fn withdrawn_frames_do_not_go_out() {
        let queue = Queue::new(100);
        let room = RoomId::from_uuid(uuid::Uuid::from_u128(1));
        queue.push(Some(room), Bytes::from("secret"));
        queue.withdraw(room);
        queue.open(Bytes::from("hello"));
        assert_eq!(text(&queue.drain().await), ["hello"]);
    }

    #[test]
    fn heads_that_moved_are_told_once() {
        let queue = Queue::new(100);
        let room = RoomId::from_uuid(uuid::Uuid::from_u128(1));
        let at = |seq, rev| Head { seq: Seq(seq), rev };
        queue.enter(room, at(3, 5));
        queue.open(Bytes::from("hello"));
        let moved = |head| queue.moved(|_| Some(head)).into_iter().map(|(_, head)| head).collect::<Vec<_>>();
        assert_eq!(moved(at(3, 5)), []);
        for head in [at(4, 5), at(4, 6), at(5, 7)] {
            assert_eq!((moved(head), moved(head)), (vec![head], vec![]), "by events and by marks");
        }
        // Marks are not told to who hides his own; when he shows them he is told.
        assert_eq!((moved(at(6, 0)), moved(at(6, 0))), (vec![at(6, 0)], vec![]));
        assert_eq!(moved(at(6, 8)), [at(6, 8)]);
    }
}
