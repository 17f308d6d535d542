//! The law: a snapshot and the events after it make the next snapshot, for every reader, however
//! the events came, and the log is one dense order.

use crate::{
    Harness,
    world::{
        World, ask, beneath, close_poll, correct, decide, edit, expiring, improved, leave, named, pin, react, seconds,
        vote,
    },
};
use chatlink_core::{
    protocol::{CorrectionState, Event, EventId, RoomId, Seq, UserId, reducer::Applied, reducer::RoomState},
    rooms::{History, Role},
    timeline::{Deed, Measure, Outcome, Reader, TimelinePage},
};
use proptest::{prelude::*, test_runner::TestRunner};

/// What somebody does, or time passing.
#[derive(Clone, Debug)]
enum Step {
    Say { room: usize, user: usize, seconds: Option<u64> },
    Ask { room: usize, user: usize, seconds: Option<u64>, closes: Option<u64> },
    Vote { room: usize, message: usize, user: usize, choices: Vec<u8> },
    Close { room: usize, message: usize },
    Answer { room: usize, root: usize, user: usize, seconds: Option<u64> },
    Edit { room: usize, message: usize, text: u8 },
    Redact { room: usize, message: usize },
    React { room: usize, message: usize, user: usize, key: Option<usize> },
    Correct { room: usize, message: usize, user: usize },
    Decide { room: usize, correction: usize, state: CorrectionState },
    Pin { room: usize, message: usize, pinned: bool },
    Come { room: usize },
    Go { room: usize },
    Rename { room: usize, title: u8 },
    Govern { room: usize, user: usize, measure: usize },
    Wait(u64),
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    let (room, user, message) = (0..2_usize, 0..3_usize, 0..12_usize);
    let user2 = user.clone();
    let choices = prop::sample::subsequence(vec![0, 1, 2], 0..=3);
    prop_oneof![
        6 => (room.clone(), user.clone(), prop::option::weighted(0.4, 1..20_u64))
            .prop_map(|(room, user, seconds)| Step::Say { room, user, seconds }),
        4 => (room.clone(), user.clone(), prop::option::weighted(0.3, 1..20_u64), prop::option::weighted(0.3, 1..20_u64))
            .prop_map(|(room, user, seconds, closes)| Step::Ask { room, user, seconds, closes }),
        8 => (room.clone(), message.clone(), user.clone(), choices)
            .prop_map(|(room, message, user, choices)| Step::Vote { room, message, user, choices }),
        1 => (room.clone(), message.clone()).prop_map(|(room, message)| Step::Close { room, message }),
        4 => (room.clone(), message.clone(), user.clone(), prop::option::weighted(0.4, 1..20_u64))
            .prop_map(|(room, root, user, seconds)| Step::Answer { room, root, user, seconds }),
        4 => (room.clone(), message.clone(), any::<u8>())
            .prop_map(|(room, message, text)| Step::Edit { room, message, text }),
        2 => (room.clone(), message.clone()).prop_map(|(room, message)| Step::Redact { room, message }),
        4 => (room.clone(), message.clone(), user.clone())
            .prop_map(|(room, message, user)| Step::Correct { room, message, user }),
        2 => (room.clone(), message.clone(), any::<bool>())
            .prop_map(|(room, message, pinned)| Step::Pin { room, message, pinned }),
        4 => (room.clone(), message.clone(), decided())
            .prop_map(|(room, correction, state)| Step::Decide { room, correction, state }),
        5 => (room.clone(), message, user, prop::option::weighted(0.8, 0..3_usize))
            .prop_map(|(room, message, user, key)| Step::React { room, message, user, key }),
        1 => room.clone().prop_map(|room| Step::Come { room }),
        1 => room.clone().prop_map(|room| Step::Go { room }),
        1 => (room.clone(), any::<u8>()).prop_map(|(room, title)| Step::Rename { room, title }),
        2 => (room, user2, 0..5_usize).prop_map(|(room, user, measure)| Step::Govern { room, user, measure }),
        2 => (1..10_u64).prop_map(Step::Wait),
        1 => Just(Step::Purge),
    ]
}

fn decided() -> impl Strategy<Value = CorrectionState> {
    use CorrectionState::{Accepted, Declined, Withdrawn};
    prop::sample::select(&[Accepted, Declined, Withdrawn][..])
}

/// Random acts of several people in two rooms, edits, redactions, reactions, polls and votes, corrections, pins, comings
/// and goings and expiry; then the law from every snapshot that was taken on the way, with the events as they were
/// told live and as they are read afterwards.
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
    /// What each reader saw on the way.
    seen: Vec<(UserId, TimelinePage)>,
    /// And of the thread of the room's first message.
    seen_threads: Vec<(UserId, EventId, TimelinePage)>,
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
            for reader in [self.users[0], self.users[1]] {
                stage.seen.push((reader, self.world.snapshot(stage.room, reader).await));
                if let Some(root) = stage.roots.first() {
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
            Step::Come { room } => drop(self.act(room, self.users[0], Deed::Add { user_id: self.guest }).await),
            Step::Go { room } => drop(self.act(room, self.guest, leave(self.guest)).await),
            Step::Rename { room, title } => {
                self.act(room, self.users[0], crate::world::rename(&format!("title {title}"))).await;
            }
            Step::Govern { room, user, measure } => {
                let (user_id, until) = (self.users[user], Some(self.world.now().plus(seconds(5))));
                let guest = self.guest;
                let measure = match measure {
                    0 => Measure::Role { user_id, role: Role::Moderator },
                    1 => Measure::Mute { user_id, until },
                    2 => Measure::Mute { user_id, until: None },
                    3 => Measure::Ban { user_id: guest },
                    _ => Measure::Unban { user_id: guest },
                };
                self.act(room, self.users[0], Deed::Govern(measure)).await;
            }
        }
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
        for (reader, before) in &stage.seen {
            let after = self.world.snapshot(stage.room, *reader).await;
            let read = self.world.page(stage.room, Reader::Member(*reader), before.as_of).await.unwrap().events;
            for events in [&read[..], &stage.told[index(before.as_of)..]] {
                let mut state = RoomState::new(Some(*reader), before.items.clone(), before.as_of);
                events.iter().for_each(|event| assert_eq!(state.apply(event), Applied::Yes));
                state.expire(now);
                assert_eq!(state.items().cloned().collect::<Vec<_>>(), after.items);
                assert_eq!(state.as_of(), after.as_of);
            }
        }
        for (reader, root, before) in &stage.seen_threads {
            let after = self.world.thread(stage.room, *reader, *root).await;
            let mut state = RoomState::thread(Some(*reader), *root, before.items.clone(), before.as_of);
            stage.told[index(before.as_of)..].iter().for_each(|event| assert_eq!(state.apply(event), Applied::Yes));
            state.expire(now);
            assert_eq!(state.items().cloned().collect::<Vec<_>>(), after.items);
        }
    }
}

fn index(seq: Seq) -> usize {
    usize::try_from(seq.0).unwrap()
}
