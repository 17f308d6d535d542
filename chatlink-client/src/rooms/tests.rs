//! A list that hears what happens late, twice, out of turn or not at all ends as the server would show it.

use super::*;
use chatlink_protocol::{
    EventBody, Item, MembershipChange, UserSeq, event,
    reducer::RoomState,
    room::{Pending, Person},
};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

const ME: UserId = UserId::from_uuid(Uuid::from_u128(7));
const BERTA: UserId = UserId::from_uuid(Uuid::from_u128(8));

fn id(n: u64) -> RoomId {
    RoomId::from_uuid(Uuid::from_u128(u128::from(n)))
}

fn event_id(room: RoomId, seq: u64) -> EventId {
    EventId::from_uuid(Uuid::from_u128(room.as_uuid().as_u128() << 64 | u128::from(seq)))
}

/// What the server knows of one room.
#[derive(Clone, Debug)]
struct Truth {
    id: RoomId,
    log: Vec<Event>,
    read_seq: Seq,
    pinned: bool,
    /// Threads that I follow, and up to where I have read them.
    follows: BTreeMap<EventId, Seq>,
}

impl Truth {
    fn new(n: u64) -> Self {
        Self { id: id(n), log: Vec::new(), read_seq: Seq(0), pinned: false, follows: BTreeMap::new() }
    }

    fn append(&mut self, sender_id: UserId, body: EventBody) -> Event {
        let seq = Seq(self.log.len() as u64 + 1);
        let at = Timestamp::from_micros(i64::try_from(seq.0).unwrap());
        let event = Event { room_id: self.id, seq, id: event_id(self.id, seq.0), body, sender_id, at, client_id: None };
        self.log.push(event.clone());
        event
    }

    fn say(&mut self, sender_id: UserId, names_me: bool) -> Event {
        let mentions = if names_me { vec![ME] } else { Vec::new() };
        let text = Some(format!("{}", self.log.len()));
        self.append(sender_id, EventBody::Message(event::Message { text, mentions, ..Default::default() }))
    }

    /// Beneath one of the first messages; who takes part follows it.
    fn say_beneath(&mut self, sender_id: UserId, names_me: bool, which: usize) -> Event {
        let mains: Vec<_> = self.log.iter().filter(|event| is_main_message(event)).take(2).collect();
        let (root, author) = (mains[which % mains.len()].id, mains[which % mains.len()].sender_id);
        let mentions = if names_me { vec![ME] } else { Vec::new() };
        let text = Some(format!("{}", self.log.len()));
        let message = event::Message { text, mentions, thread: Some(root), ..Default::default() };
        let event = self.append(sender_id, EventBody::Message(message));
        if sender_id == ME {
            self.follows.insert(root, event.seq);
        } else if names_me || author == ME {
            self.follows.entry(root).or_default();
        }
        event
    }

    fn unread_threads(&self) -> u32 {
        let gone = |id: EventId| self.log.iter().any(|event| event.body.target() == Some(id) && is_redaction(event));
        let to_read = |(root, read): &(&EventId, &Seq)| {
            let beneath = self.log.iter().filter(|event| event.body.thread() == Some(**root) && event.sender_id != ME);
            beneath.filter(|event| event.seq > **read).any(|event| !gone(event.id))
        };
        u32::try_from(self.follows.iter().filter(to_read).count()).unwrap()
    }

    /// The room as the server shows it, counted from the beginning.
    fn room(&self) -> Room {
        let mut state = RoomState::new(Some(ME), Vec::new(), Seq(0));
        for event in &self.log {
            let _ = state.apply(event);
        }
        let unread = |item: &&Item| {
            let message = matches!(item.body, EventBody::Message(_));
            message && !item.redacted && item.sender_id != ME && item.seq > self.read_seq
        };
        let names = |item: &&Item| matches!(&item.body, EventBody::Message(m) if m.mentions.contains(&ME));
        let count = |items: usize| u32::try_from(items.min(100)).unwrap();
        let last = self.log.iter().rfind(|event| event.body.target().is_none() && event.body.thread().is_none());
        let empty = json!({
            "id": self.id, "kind": "direct", "title": "", "topic": "", "posting": "everyone", "visibility": "private",
            "join": "open", "role": "member", "member_count": 2, "head_seq": 0, "read_seq": 0, "unread": 0,
            "unread_mentions": 0, "unread_threads": 0, "archived": false, "pinned": false, "marked_unread": false,
            "updated_at": Timestamp::EPOCH,
        });
        Room {
            peer: Some(Person::Deleted { id: BERTA, deleted: true }),
            last_item: state.items().next_back().cloned(),
            head_seq: Seq(self.log.len() as u64),
            read_seq: self.read_seq,
            unread: count(state.items().filter(unread).count()),
            unread_mentions: count(state.items().filter(unread).filter(names).count()),
            unread_threads: self.unread_threads(),
            pinned: self.pinned,
            updated_at: last.map_or(Timestamp::EPOCH, |event| event.at),
            ..serde_json::from_value(empty).unwrap()
        }
    }
}

fn is_main_message(event: &Event) -> bool {
    matches!(&event.body, EventBody::Message(message) if message.thread.is_none())
}

fn is_redaction(event: &Event) -> bool {
    matches!(event.body, EventBody::Redaction(_))
}

fn note(seq: u64, kind: &str, room: RoomId, body: serde_json::Value) -> UserEvent {
    UserEvent { user_seq: UserSeq(seq), kind: kind.to_owned(), subject: room.to_string(), body }
}

/// Answers what the list wants until it wants nothing.
fn settle(list: &mut RoomList, truth: &[Truth]) {
    loop {
        let wants = list.ask();
        if wants.is_empty() {
            return;
        }
        for want in wants {
            match want {
                Want::All => {
                    let rooms = truth.iter().map(Truth::room).collect();
                    list.has_all(AllRooms { rooms, blocked: BTreeSet::new(), complete: true });
                }
                Want::Room(id) => list.has_room(id, truth.iter().find(|truth| truth.id == id).map(Truth::room)),
            }
        }
    }
}

fn shown(truth: &[Truth]) -> Vec<RoomEntry> {
    let mut list = RoomList::new(ME, truth.iter().map(Truth::room).collect(), BTreeSet::new());
    list.take_entries().unwrap()
}

fn read(truths: &[Truth]) -> RoomList {
    let mut list = RoomList::new(ME, Vec::new(), BTreeSet::new());
    settle(&mut list, truths);
    list
}

#[test]
fn what_is_said_live_is_counted_without_asking_and_moves_its_room_up() {
    let mut truths = [Truth::new(1), Truth::new(2)];
    truths[0].say(BERTA, false);
    truths[1].say(BERTA, false);
    truths[1].say(BERTA, false);
    let mut list = read(&truths);
    assert_eq!(list.take_entries().unwrap()[0].id, id(2));
    for _ in 0..3 {
        let event = truths[0].say(BERTA, true);
        list.receive(&event);
    }
    assert!(list.ask().is_empty(), "nobody is asked");
    let entries = list.take_entries().unwrap();
    let first = &entries[0];
    assert_eq!((first.id, first.unread, first.unread_mentions, first.preview()), (id(1), 4, 3, Some("3")));
    assert_eq!(list.take_entries(), None);
    list.read(id(1), Seq(3));
    assert_eq!(list.take_entries().unwrap()[0].unread, 1);
    list.own(&note(1, "prefs", id(2), json!({ "archived": false, "pinned": true, "marked_unread": true })));
    let top = &list.take_entries().unwrap()[0];
    assert_eq!((top.id, top.pinned, top.marked_unread), (id(2), true, true));
}

#[test]
fn an_answer_that_is_older_than_what_was_told_takes_nothing_back() {
    let mut truths = [Truth::new(1)];
    truths[0].say(BERTA, false);
    let mut list = read(&truths);
    let _ = (list.distrust(id(1)), list.ask());
    let old = truths[0].room();
    let event = truths[0].say(BERTA, false);
    list.receive(&event);
    list.own(&note(1, "prefs", id(1), json!({ "archived": true, "pinned": false, "marked_unread": false })));
    list.read(id(1), Seq(2));
    list.has_room(id(1), Some(old));
    settle(&mut list, &truths);
    let entry = &list.take_entries().unwrap()[0];
    assert_eq!((entry.unread, entry.read_seq, entry.preview()), (0, Seq(2), Some("1")));
}

#[test]
fn a_request_is_no_line_until_it_is_accepted_and_who_leaves_has_none() {
    let mut truths = [Truth::new(1)];
    let mut list = read(&[]);
    let event = truths[0].say(BERTA, false);
    list.receive(&event);
    assert_eq!(list.ask(), [Want::Room(id(1))]);
    list.has_room(id(1), Some(Room { pending: Some(Pending { by_me: false, messages_left: 2 }), ..truths[0].room() }));
    assert_eq!(list.take_entries().unwrap(), []);
    list.own(&note(1, "room", id(1), json!({ "state": "accepted" })));
    assert_eq!(list.take_entries().unwrap().len(), 1);
    list.own(&note(2, "room", id(1), json!({ "state": "left" })));
    assert_eq!(list.take_entries().unwrap(), []);
    assert_eq!(list.take_changed(), [(id(1), None)]);
}

#[test]
fn what_is_said_in_threads_is_counted_by_the_server_once_a_thread() {
    let mut truths = [Truth::new(1)];
    truths[0].say(BERTA, false);
    truths[0].say(ME, false);
    let mut list = read(&truths);
    let unread = |list: &mut RoomList| list.take_entries().map(|entries| entries[0].unread_threads);
    assert_eq!(unread(&mut list), Some(0));
    // Beneath a message of one's own.
    let event = truths[0].say_beneath(BERTA, false, 1);
    list.receive(&event);
    assert_eq!(list.ask(), [Want::Room(id(1))]);
    list.has_room(id(1), Some(truths[0].room()));
    assert_eq!(unread(&mut list), Some(1));
    for _ in 0..3 {
        let event = truths[0].say_beneath(BERTA, false, 1);
        list.receive(&event);
    }
    assert!(list.ask().is_empty(), "nobody is asked again");
    let event = truths[0].say_beneath(ME, false, 1);
    list.receive(&event);
    settle(&mut list, &truths);
    assert_eq!(unread(&mut list), Some(0), "who answers has read");
    let event = truths[0].say_beneath(BERTA, false, 1);
    list.receive(&event);
    settle(&mut list, &truths);
    assert_eq!(unread(&mut list), Some(1), "and has something to read again");
}

#[test]
fn who_comes_and_goes_is_counted_without_asking() {
    let mut truths = [Truth::new(1)];
    let mut list = read(&truths);
    for (change, count) in [(MembershipChange::Added, 3), (MembershipChange::Joined, 4), (MembershipChange::Left, 3)] {
        let event = truths[0].append(BERTA, EventBody::Membership(event::Membership::plain(BERTA, change)));
        list.receive(&event);
        assert!(list.ask().is_empty(), "nobody is asked");
        assert_eq!(list.take_entries().unwrap()[0].member_count, count);
    }
    let banned = event::Membership::plain(BERTA, MembershipChange::Banned);
    list.receive(&truths[0].append(ME, EventBody::Membership(banned)));
    assert_eq!(list.ask(), [Want::Room(id(1))], "he may not have been in it");
}

#[test]
fn another_lineage_takes_the_place_of_all_and_shows_the_old_until_then() {
    let mut truths = [Truth::new(1)];
    (0..5).for_each(|_| drop(truths[0].say(BERTA, false)));
    let mut list = read(&truths);
    list.reset();
    assert_eq!(list.take_entries().unwrap()[0].preview(), Some("4"));
    let mut other = [Truth::new(1)];
    other[0].say(BERTA, false);
    settle(&mut list, &other);
    assert_eq!(list.take_entries().unwrap(), shown(&other));
}

proptest! {
    #[test]
    fn whatever_is_lost_repeated_or_late_the_list_ends_as_the_server_shows_it(
        steps in prop::collection::vec((0_usize..3, 0_u8..12, any::<bool>(), any::<bool>()), 0..120),
    ) {
        let mut truths = vec![Truth::new(1), Truth::new(2), Truth::new(3)];
        truths.iter_mut().for_each(|truth| drop(truth.say(BERTA, false)));
        let mut list = read(&truths[..2]);
        let (mut lost, mut notes, mut late) = (Vec::new(), 0, None);
        for (at, what, hears, answers) in steps {
            let truth = &mut truths[at];
            let some = event_id(truth.id, 1 + truth.log.len() as u64 / 2);
            let event = match what {
                0..=2 => Some(truth.say(BERTA, what == 0)),
                3 => Some(truth.say(ME, false)),
                4 => {
                    let reaction = event::Reaction { target: some, key: Some("x".to_owned()), previous: None };
                    Some(truth.append(BERTA, EventBody::Reaction(reaction)))
                }
                5 => Some(truth.append(BERTA, EventBody::Redaction(event::Redaction { target: some }))),
                6 => {
                    // On another device; or here, and the server learns of it.
                    truth.read_seq = truth.read_seq.max(Seq(truth.log.len() as u64 * 2 / 3));
                    notes += 1;
                    lost.push(note(notes, "read", truth.id, json!({ "read_seq": truth.read_seq })));
                    if answers {
                        list.read(truth.id, truth.read_seq);
                    }
                    None
                }
                8 | 9 => Some(truth.say_beneath(BERTA, what == 9, at)),
                10 => Some(truth.say_beneath(ME, false, at)),
                11 => {
                    let head = Seq(truth.log.len() as u64);
                    if let Some((root, read)) = truth.follows.iter_mut().next().filter(|(_, read)| **read < head) {
                        *read = head;
                        notes += 1;
                        let body = json!({ "room_id": truth.id, "read_seq": head });
                        let subject = root.to_string();
                        lost.push(UserEvent { user_seq: UserSeq(notes), kind: "thread".to_owned(), subject, body });
                    }
                    None
                }
                _ => {
                    truth.pinned = !truth.pinned;
                    let body = json!({ "archived": false, "pinned": truth.pinned, "marked_unread": false });
                    notes += 1;
                    lost.push(note(notes, "prefs", truth.id, body));
                    None
                }
            };
            if let Some(event) = event.filter(|_| hears) {
                list.receive(&event);
            }
            if hears {
                lost.drain(..).for_each(|note| list.own(&note));
            }
            // An answer that was made before what was told meanwhile.
            if let Some((id, room)) = late.take() {
                list.has_room(id, room);
            }
            for want in list.ask() {
                match want {
                    Want::Room(id) if answers && late.is_none() => {
                        late = Some((id, truths.iter().find(|truth| truth.id == id).map(Truth::room)));
                    }
                    want => list.failed(want),
                }
            }
        }
        if let Some((id, room)) = late {
            list.has_room(id, room);
        }
        // As after a line came up again: the rest of the own log, the heads, and the list once more for those not known.
        lost.drain(..).for_each(|note| list.own(&note));
        truths.iter().for_each(|truth| list.reach(truth.id, Seq(truth.log.len() as u64)));
        list.failed(Want::Room(id(3)));
        settle(&mut list, &truths);
        prop_assert_eq!(list.take_entries().unwrap_or_default(), shown(&truths));
    }
}
