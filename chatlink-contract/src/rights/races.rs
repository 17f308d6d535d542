//! A deletion and something else at once, on two handles: whichever comes first, nothing of the other
//! outlives it.

use super::Town;
use crate::{
    Harness,
    identity::stage::{PHC, won},
};
use chatlink_core::{
    identity::{Grant, Settled},
    protocol::UserId,
    rights::Deleted,
    rooms::{DirectPair, History, Membership},
    timeline::{Deed, Outcome, Reader},
};
use std::{future::Future, sync::Arc};
use tokio::sync::Barrier;

const TASKS: usize = 8;
const ROUNDS: usize = 25;

struct Race {
    towns: [Arc<Town>; 2],
    user: UserId,
    username: String,
}

impl Race {
    async fn towns(harness: &impl Harness) -> [Arc<Town>; 2] {
        let on = |store| {
            let mut town = Town::on(store);
            let limits = &mut town.stage.limits;
            (limits.starts_an_hour, limits.failures_an_hour) = (100_000, 100_000);
            limits.global_failures_an_hour = 100_000;
            town
        };
        let (one, another) = (on(harness.store()), on(harness.another().await));
        let another = Town { world: another.world.beside(), ..another };
        [Arc::new(one), Arc::new(another)]
    }

    async fn of(towns: &[Arc<Town>; 2], round: usize) -> Self {
        let username = format!("person{round}");
        let user = towns[0].stage.person(&username).await;
        Self { towns: towns.clone(), user, username }
    }

    /// Deletes the account on the one handle while the task runs several times on the other.
    async fn run<T, F>(&self, task: impl Fn(Arc<Town>, usize) -> F) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let barrier = Arc::new(Barrier::new(TASKS + 1));
        let (town, user, username) = (self.towns[0].clone(), self.user, self.username.clone());
        let gate = barrier.clone();
        let deletion = tokio::spawn(async move {
            gate.wait().await;
            town.gone(user, &username).await;
        });
        let spawn = |at| {
            let (work, gate) = (task(self.towns[1].clone(), at), barrier.clone());
            tokio::spawn(async move {
                gate.wait().await;
                work.await
            })
        };
        let tasks: Vec<_> = (0..TASKS).map(spawn).collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        deletion.await.unwrap();
        answers
    }
}

/// However many delete an account at once, one does.
pub async fn deletions_at_once_delete_once(harness: &impl Harness) {
    let towns = Race::towns(harness).await;
    for round in 0..ROUNDS {
        let race = Race::of(&towns, round).await;
        let (user, contact) = (race.user, format!("{}@example.org", race.username));
        let barrier = Arc::new(Barrier::new(TASKS));
        let spawn = |at: usize| {
            let (town, contact, barrier) = (towns[at % 2].clone(), contact.clone(), barrier.clone());
            tokio::spawn(async move {
                let deletion = town.deletion(won(user, PHC), &[&contact]);
                barrier.wait().await;
                town.delete(deletion).await
            })
        };
        let tasks: Vec<_> = (0..TASKS).map(spawn).collect();
        let mut done = 0;
        for task in tasks {
            match task.await.unwrap() {
                Settled::Done(Deleted::Deleted { .. }) => done += 1,
                other => assert_eq!(other, Settled::Gone),
            }
        }
        assert_eq!(done, 1);
    }
}

/// A session that was won beside the deletion is not there afterwards.
pub async fn no_login_outlives_a_deletion(harness: &impl Harness) {
    let towns = Race::towns(harness).await;
    for round in 0..ROUNDS {
        let race = Race::of(&towns, round).await;
        let user = race.user;
        let tokens = race.run(|town, _| async move {
            let session = town.stage.session(user, Grant::Cookie);
            let token = session.token_hash;
            town.stage.win(user, PHC, session).await;
            token
        });
        let stage = &towns[0].stage;
        for token in tokens.await {
            assert_eq!(stage.store.find_session(&token, Grant::Cookie, stage.now()).await.unwrap(), None);
        }
        assert_eq!(stage.store.list_sessions(user, stage.now()).await.unwrap(), []);
    }
}

/// A refresh beside the deletion hands no session on that lives.
pub async fn no_refresh_outlives_a_deletion(harness: &impl Harness) {
    let towns = Race::towns(harness).await;
    for round in 0..ROUNDS {
        let race = Race::of(&towns, round).await;
        let stage = &towns[0].stage;
        let mut held = Vec::new();
        for _ in 0..TASKS {
            let session = stage.session(race.user, Grant::Token);
            held.push((session.session_id, session.token_hash));
            stage.win(race.user, PHC, session).await.unwrap();
        }
        let held = Arc::new(held);
        let next = race.run(|town, at| {
            let held = held.clone();
            async move {
                let (stage, (id, token)) = (&town.stage, held[at]);
                let next = stage.hash();
                stage.store.rotate(id, &token, &next, &stage.sessions, stage.now()).await.unwrap();
                next
            }
        });
        for token in next.await {
            assert_eq!(stage.store.find_session(&token, Grant::Token, stage.now()).await.unwrap(), None);
        }
        assert_eq!(stage.store.list_sessions(race.user, stage.now()).await.unwrap(), []);
    }
}

/// A message is before the deletion or refused, never after: what was decided before is stale.
pub async fn no_message_comes_after_a_deletion(harness: &impl Harness) {
    let towns = Race::towns(harness).await;
    for round in 0..ROUNDS {
        let race = Race::of(&towns, round).await;
        let (user, world) = (race.user, &towns[0].world);
        let room = world.group(&[user, world.user()], History::All).await;
        let version = world.version(room).await;
        let outcomes = race.run(|town, at| async move {
            town.world.one(town.world.message(room, user, version, &format!("message {at}"))).await
        });
        let mut said = 0;
        for outcome in outcomes.await {
            match outcome {
                Outcome::Appended(_) => said += 1,
                other => assert_eq!(other, Outcome::Stale),
            }
        }
        assert_eq!(world.log(room, Reader::Node).await.len(), said, "dense, and no more");
        assert!(world.store.load_authz(room).await.unwrap().unwrap().member(user).is_err());
        assert_eq!(world.one(world.message(room, user, version, "late")).await, Outcome::Stale);
    }
}

/// Rooms opened to a person who goes are severed, and groups do not have the person.
pub async fn no_room_is_opened_to_a_deleted_person(harness: &impl Harness) {
    let towns = Race::towns(harness).await;
    for round in 0..ROUNDS {
        let race = Race::of(&towns, round).await;
        let (user, world) = (race.user, &towns[0].world);
        let owner = world.user();
        let group = world.group(&[owner, world.user()], History::All).await;
        race.run(|town, at| async move {
            let (world, other) = (&town.world, town.world.user());
            match at % 3 {
                0 => {
                    let pair = DirectPair::of(user, other).unwrap();
                    let (room, now) = (world.id(chatlink_core::protocol::RoomId::from_uuid), world.now());
                    let opener = if at == 0 { user } else { other };
                    world.store.open_direct(room, pair, opener, vec![], vec![], now).await.unwrap();
                }
                1 => drop(world.group(&[other, user], History::All).await),
                _ => drop(world.try_do(group, owner, Deed::Add { user_id: user }).await),
            }
        })
        .await;
        for Membership { room_id: room, .. } in world.store.memberships(user).await.unwrap() {
            let authz = world.store.load_authz(room).await.unwrap().unwrap();
            assert!(authz.severed || authz.member(user).is_err(), "{authz:?}");
        }
        assert_eq!(world.try_do(group, owner, Deed::Add { user_id: user }).await, Outcome::NoTarget);
    }
}
