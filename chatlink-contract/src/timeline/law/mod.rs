//! The law: a snapshot and the events after it make the next snapshot, for every reader, however
//! the events came, and the log is one dense order.

mod steps;

use crate::{
    Harness,
    mine::is_done,
    rooms::ways_in::invite,
    world::{
        World, ask, beneath, close_poll, correct, decide, edit, expiring, improved, leave, named, pin, react, seconds,
        vote,
    },
};
use chatlink_core::{
    people::Avatar,
    protocol::{Event, EventId, MembershipChange, RoomId, Seq, UserId, reducer::Applied, reducer::RoomState},
    rooms::{History, Join, Posting, Role, RoomSettingsChange, Visibility, Way},
    timeline::{Deed, Life, Measure, Outcome, Reader, TimelinePage},
};
use proptest::{prelude::*, test_runner::TestRunner};
use steps::{Step, step};

/// Random acts of several people in two rooms, edits, redactions, reactions, polls and votes, corrections, pins, comings
/// (added, by an invite, through the door) and goings (left, removed, banned), settings, offices, expiry, and what a reader hides or stars for himself; then the law from every snapshot
/// that was taken on the way, by a guest too, who reads from his joining on in one of the rooms, with the events as
/// they were told live and as they are read afterwards.
pub async fn snapshots_and_events_agree(harness: &impl Harness) {
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let world = World::on(harness.store());
    let strategy = prop::collection::vec(step(), 1..48);
    let run = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&strategy, |steps| {
            tokio::runtime::Handle::current().block_on(Play::of(&world, steps));
            Ok(())
        })
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
}

/// One room as it was played.
struct Stage {
    room: RoomId,
    messages: Vec<(EventId, u32)>,
    /// Those of the main timeline.
    roots: Vec<EventId>,
    /// Each with its message.
    corrections: Vec<(EventId, EventId)>,
    /// The events as they were told.
    told: Vec<Event>,
    /// What readers did for themselves: after how many events, who, and what.
    own: Vec<(usize, UserId, Own)>,
    /// Who owns it.
    owner: UserId,
    /// Since when the guest is in it.
    guest_is_in: bool,
    /// What each reader saw on the way.
    seen: Vec<Seen>,
    /// And of the thread of the room's first message.
    seen_threads: Vec<(UserId, EventId, TimelinePage)>,
}

/// A snapshot, and how much of what readers did for themselves came before it.
struct Seen {
    reader: UserId,
    page: TimelinePage,
    own: usize,
}

/// What a reader does to a message for himself.
#[derive(Clone, Copy)]
enum Own {
    Hide(EventId),
    Star(EventId, bool),
}

impl Own {
    fn apply(self, state: &mut RoomState) {
        match self {
            Self::Hide(message) => drop(state.hide(message)),
            Self::Star(message, starred) => drop(state.star(message, starred)),
        }
    }
}

struct Play<'w> {
    world: &'w World,
    users: [UserId; 3],
    guest: UserId,
    stages: Vec<Stage>,
}

impl<'w> Play<'w> {
    async fn of(world: &'w World, steps: Vec<Step>) {
        let users = [world.user(), world.user(), world.user()];
        let mut play = Self { world, users, guest: world.user(), stages: Vec::new() };
        for history in [History::All, History::FromJoin] {
            let room = world.group(&users, history).await;
            play.stages.push(Stage {
                room,
                messages: Vec::new(),
                roots: Vec::new(),
                corrections: Vec::new(),
                told: Vec::new(),
                own: Vec::new(),
                owner: users[0],
                guest_is_in: false,
                seen: Vec::new(),
                seen_threads: Vec::new(),
            });
        }
        play.look().await;
        for step in steps {
            play.step(step).await;
            play.look().await;
        }
        for stage in &play.stages {
            play.check(stage).await;
        }
    }

    /// Takes the snapshots of this moment.
    async fn look(&mut self) {
        for stage in &mut self.stages {
            for reader in [self.users[0], self.users[1], self.guest] {
                if reader == self.guest && !stage.guest_is_in {
                    continue;
                }
                let page = self.world.snapshot(stage.room, reader).await;
                stage.seen.push(Seen { reader, page, own: stage.own.len() });
                // The guest may not know the message.
                if let Some(root) = stage.roots.first().filter(|_| reader != self.guest) {
                    let page = self.world.thread(stage.room, reader, *root).await;
                    stage.seen_threads.push((reader, *root, page));
                }
            }
        }
    }

    async fn step(&mut self, step: Step) {
        let key = |key: Option<usize>| key.map(|key| ["👍", "🎉", "❤️"][key]);
        let message = |stage: &Stage, at: usize| stage.messages.get(at % stage.messages.len().max(1)).copied();
        match step {
            Step::Wait(passed) => self.world.wait(seconds(passed)),
            Step::Purge => drop(self.world.store.purge_expired(self.world.now(), 100).await.unwrap()),
            Step::Say { room, user, seconds: left } => {
                let until = left.map(|left| self.world.now().plus(seconds(left)));
                if let Some(id) = self.act(room, self.users[user], expiring("hello", until)).await {
                    self.stages[room].messages.push((id, 1));
                    self.stages[room].roots.push(id);
                }
            }
            Step::Answer { room, root, user, seconds: left } => {
                let roots = &self.stages[room].roots;
                let Some(root) = roots.get(root % roots.len().clamp(1, 3)).copied() else { return };
                let until = left.map(|left| self.world.now().plus(seconds(left)));
                let deed = beneath(named(root, 1), expiring("beneath", until));
                if let Some(id) = self.act(room, self.users[user], deed).await {
                    self.stages[room].messages.push((id, 1));
                }
            }
            Step::Ask { room, user, seconds: left, closes } => {
                let end = |left: Option<u64>| left.map(|left| self.world.now().plus(seconds(left)));
                if let Some(id) = self.act(room, self.users[user], ask("tea?", end(left), end(closes))).await {
                    self.stages[room].messages.push((id, 1));
                }
            }
            Step::Vote { room, message: at, user, choices } => {
                let Some((target, _)) = message(&self.stages[room], at) else { return };
                self.act(room, self.users[user], vote(target, &choices)).await;
            }
            Step::Close { room, message: at } => {
                let Some((target, _)) = message(&self.stages[room], at) else { return };
                self.act(room, self.users[0], close_poll(target)).await;
            }
            Step::Edit { room, message: at, text } => {
                let Some((id, version)) = message(&self.stages[room], at) else { return };
                let made = self.act(room, self.users[0], edit(id, version, &format!("text {text}"))).await;
                if made.is_some() {
                    self.stages[room].messages.iter_mut().filter(|(m, _)| *m == id).for_each(|m| m.1 += 1);
                }
            }
            Step::Redact { room, message: at } => {
                let Some((target, _)) = message(&self.stages[room], at) else { return };
                self.act(room, self.users[0], Deed::Redact { target }).await;
            }
            Step::React { room, message: at, user, key: name } => {
                let Some((target, _)) = message(&self.stages[room], at) else { return };
                self.act(room, self.users[user], react(target, key(name))).await;
            }
            Step::Correct { room, message: at, user } => {
                let Some((target, version)) = message(&self.stages[room], at) else { return };
                let deed = correct(named(target, 1), version, improved("before", &format!("after {at}")));
                if let Some(id) = self.act(room, self.users[user], deed).await {
                    self.stages[room].corrections.push((id, target));
                }
            }
            Step::Decide { room, correction: at, state } => {
                let known = &self.stages[room].corrections;
                let Some((id, target)) = known.get(at % known.len().max(1)).copied() else { return };
                self.act(room, self.users[0], decide(target, id, state)).await;
            }
            Step::Pin { room, message: at, pinned } => {
                let Some((target, _)) = message(&self.stages[room], at) else { return };
                self.act(room, self.users[0], pin(target, pinned)).await;
            }
            Step::Come { room } => {
                let came = self.act(room, self.users[0], Deed::Add { user_id: self.guest }).await.is_some();
                self.stages[room].guest_is_in |= came;
            }
            Step::Go { room } => {
                self.act(room, self.guest, leave(self.guest)).await;
                self.forget_guest(room);
            }
            // The guest comes by himself: by an invite, or through the door, where it is open.
            Step::Join { room, by_invite } => {
                let (id, owner) = (self.stages[room].room, self.stages[room].owner);
                let way = match by_invite {
                    true => Way::Invite(invite(self.world, id, owner, Some(1), None).await),
                    false => Way::Open,
                };
                let came = self.act(room, self.guest, Deed::Join { way }).await.is_some();
                self.stages[room].guest_is_in |= came;
            }
            Step::Remove { room } => {
                let deed = Deed::Remove { user_id: self.guest, change: MembershipChange::Removed, heir: None };
                self.act(room, self.stages[room].owner, deed).await;
                self.forget_guest(room);
            }
            Step::Change { room, setting, value } => {
                let measure = Measure::Settings(change(setting, value));
                self.act(room, self.stages[room].owner, Deed::Govern(measure)).await;
            }
            Step::HandOver { room, user } => {
                let (owner, user_id) = (self.stages[room].owner, self.users[user]);
                if owner != user_id {
                    self.act(room, owner, Deed::Govern(Measure::HandOver { user_id })).await;
                    self.stages[room].owner = user_id;
                }
            }
            Step::Hide { room, message: at, user } => {
                let Some((target, _)) = message(&self.stages[room], at) else { return };
                let reader = self.reader(user);
                let hidden = is_done(&self.world.hide(reader, self.stages[room].room, target).await);
                self.keep(room, hidden, reader, Own::Hide(target));
            }
            Step::Star { room, message: at, user, starred } => {
                let Some((target, _)) = message(&self.stages[room], at) else { return };
                let (reader, id) = (self.reader(user), self.stages[room].room);
                let marked = match starred {
                    true => self.world.star(reader, id, target).await,
                    false => self.world.unstar(reader, id, target).await,
                };
                self.keep(room, is_done(&marked), reader, Own::Star(target, starred));
            }
            Step::Govern { room, user, measure } => {
                let (user_id, until) = (self.users[user], Some(self.world.now().plus(seconds(5))));
                let (guest, owner) = (self.guest, self.stages[room].owner);
                // An owner's office is another step's.
                if user_id == owner && measure < 3 {
                    return;
                }
                let measure = match measure {
                    0 => Measure::Role { user_id, role: Role::Moderator },
                    1 => Measure::Mute { user_id, until },
                    2 => Measure::Mute { user_id, until: None },
                    3 => Measure::Ban { user_id: guest },
                    _ => Measure::Unban { user_id: guest },
                };
                let is_ban = matches!(measure, Measure::Ban { .. });
                self.act(room, owner, Deed::Govern(measure)).await;
                if is_ban {
                    self.forget_guest(room);
                }
            }
        }
    }

    fn reader(&self, user: usize) -> UserId {
        self.users.get(user).copied().unwrap_or(self.guest)
    }

    /// Keeps what a reader did for himself, if it was done.
    fn keep(&mut self, room: usize, done: bool, reader: UserId, own: Own) {
        let stage = &mut self.stages[room];
        if done {
            stage.own.push((stage.told.len(), reader, own));
        }
    }

    /// The guest is out: what he saw ends there. He may come again, and sees other things then.
    fn forget_guest(&mut self, room: usize) {
        let (guest, stage) = (self.guest, &mut self.stages[room]);
        stage.guest_is_in = false;
        stage.seen.retain(|seen| seen.reader != guest);
    }

    /// Does it and keeps the event, if one was made.
    async fn act(&mut self, room: usize, sender: UserId, deed: Deed) -> Option<EventId> {
        let stage = &mut self.stages[room];
        let is_decision = matches!(deed, Deed::DecideCorrection { .. });
        match self.world.try_do(stage.room, sender, deed).await {
            Outcome::Appended(event) => {
                stage.told.push(event.clone());
                Some(event.id)
            }
            Outcome::Unchanged | Outcome::Gone | Outcome::Banned | Outcome::NotAPoll | Outcome::Closed => None,
            // Withdrawn before.
            Outcome::NoTarget if is_decision => None,
            other => panic!("{other:?}"),
        }
    }

    async fn check(&self, stage: &Stage) {
        let now = self.world.now();
        let log = self.world.log(stage.room, Reader::Node).await;
        let place = |event: &Event| (event.seq, event.id, event.sender_id);
        assert_eq!(log.iter().map(place).collect::<Vec<_>>(), stage.told.iter().map(place).collect::<Vec<_>>());
        assert!(log.iter().enumerate().all(|(at, event)| event.seq == Seq(at as u64 + 1)), "dense from 1");
        assert!(log.is_sorted_by_key(|event| event.at), "times never fall");
        for Seen { reader, page: before, own } in &stage.seen {
            let after = self.world.snapshot(stage.room, *reader).await;
            let own: Vec<_> = stage.own[*own..].iter().filter(|(_, who, _)| who == reader).collect();
            let read = self.world.page(stage.room, Reader::Member(*reader), before.as_of).await.unwrap().events;
            // Live, everything in its order; read afterwards, the reader's own log is another one.
            let live = |state: &mut RoomState| {
                let mut own = own.iter().peekable();
                for (index, event) in stage.told.iter().enumerate().skip(index(before.as_of)) {
                    while let Some((_, _, own)) = own.next_if(|(at, _, _)| *at <= index) {
                        own.apply(state);
                    }
                    assert_eq!(state.apply(event), Applied::Yes);
                }
                own.for_each(|(_, _, own)| own.apply(state));
            };
            let afterwards = |state: &mut RoomState| {
                read.iter().for_each(|event| assert_eq!(state.apply(event), Applied::Yes));
                own.iter().for_each(|(_, _, own)| own.apply(state));
            };
            let ways: [&dyn Fn(&mut RoomState); 2] = [&live, &afterwards];
            for way in ways {
                let mut state = RoomState::new(Some(*reader), before.items.clone(), before.as_of);
                way(&mut state);
                state.expire(now);
                assert_eq!(state.items().cloned().collect::<Vec<_>>(), after.items);
                assert_eq!(state.as_of(), after.as_of);
            }
        }
        for (reader, root, before) in &stage.seen_threads {
            let after = self.world.thread(stage.room, *reader, *root).await;
            let mut state = RoomState::thread(Some(*reader), *root, before.items.clone(), before.as_of);
            stage.told[index(before.as_of)..].iter().for_each(|event| assert_eq!(state.apply(event), Applied::Yes));
            let own = stage.own.iter().filter(|(_, who, _)| who == reader);
            own.for_each(|(_, _, own)| own.apply(&mut state));
            state.expire(now);
            assert_eq!(state.items().cloned().collect::<Vec<_>>(), after.items);
        }
    }
}

fn index(seq: Seq) -> usize {
    usize::try_from(seq.0).unwrap()
}

/// One of the settings, changed.
fn change(setting: usize, value: u8) -> RoomSettingsChange {
    let odd = value % 2 == 1;
    let none = RoomSettingsChange::default();
    match setting {
        0 => RoomSettingsChange { title: Some(format!("title {value}").parse().unwrap()), ..none },
        1 => RoomSettingsChange { topic: Some(format!("topic {value}").parse().unwrap()), ..none },
        2 => RoomSettingsChange { posting: Some(if odd { Posting::Admins } else { Posting::Everyone }), ..none },
        3 => RoomSettingsChange { join: Some(if odd { Join::Request } else { Join::Open }), ..none },
        4 => {
            RoomSettingsChange { visibility: Some(if odd { Visibility::Public } else { Visibility::Private }), ..none }
        }
        5 => RoomSettingsChange { language: Some(odd.then(|| "de".parse().unwrap())), ..none },
        6 => RoomSettingsChange { expires_in: Some(odd.then(|| Life::from_secs(3600).unwrap())), ..none },
        7 => RoomSettingsChange { level: Some(odd.then(|| "B1".parse().unwrap())), ..none },
        _ => RoomSettingsChange { avatar: Some(odd.then(|| Box::new(picture(value)))), ..none },
    }
}

fn picture(value: u8) -> Avatar {
    Avatar { small: vec![value].into(), large: vec![value; 2].into() }
}
