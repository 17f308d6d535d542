//! What the store is asked for whoever connects: for all who come at the same time at once.

use super::{gather::Gather, hub::lock};
use crate::{context::Context, error::StoreError, people::Privacy, rooms::Membership};
use chatlink_protocol::{Timestamp, UserId, UserSeq};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

/// Who was here in an hour is remembered of so many.
const REMEMBERED: usize = 1 << 16;
const HOUR: i64 = 3_600_000_000;

/// The queries of connections that begin.
pub(crate) struct Greetings {
    memberships: Gather<Vec<Membership>>,
    logs: Gather<Log>,
    privacy: Gather<Privacy>,
    active: Mutex<Active>,
    context: Arc<Context>,
}

/// Where a person's own log stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Log {
    pub(super) head: UserSeq,
    /// The account is deleted.
    pub(super) gone: bool,
}

/// Of whom it is written down that he was here in this hour.
#[derive(Default)]
struct Active {
    hour: i64,
    users: HashSet<UserId>,
}

impl Greetings {
    pub(crate) fn start(context: &Arc<Context>) -> Self {
        Self {
            memberships: gather(context, ask_memberships),
            logs: gather(context, ask_logs),
            privacy: gather(context, ask_privacy),
            active: Mutex::default(),
            context: context.clone(),
        }
    }

    /// Every room that the person is a member of, newest activity first.
    pub(super) async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError> {
        self.memberships.of(user).await
    }

    pub(super) async fn log(&self, user: UserId) -> Result<Log, StoreError> {
        self.logs.of(user).await
    }

    pub(super) async fn privacy(&self, user: UserId) -> Result<Privacy, StoreError> {
        self.privacy.of(user).await
    }

    /// Writes down that the person is here, once an hour.
    pub(super) async fn touch(&self, user: UserId) -> Result<(), StoreError> {
        let now = self.context.now();
        if self.was_here(user, now) {
            return Ok(());
        }
        self.context.observe(self.context.store.touch_active(user, now).await)?;
        let mut active = lock(&self.active);
        if active.hour == hour(now) && active.users.len() < REMEMBERED {
            active.users.insert(user);
        }
        Ok(())
    }

    fn was_here(&self, user: UserId, now: Timestamp) -> bool {
        let mut active = lock(&self.active);
        if active.hour != hour(now) {
            *active = Active { hour: hour(now), users: HashSet::new() };
        }
        active.users.contains(&user)
    }
}

/// What a query answers of each person.
type Of<V> = Result<HashMap<UserId, V>, StoreError>;

fn gather<V, A>(context: &Arc<Context>, ask: fn(Arc<Context>, Vec<UserId>) -> A) -> Gather<V>
where
    V: Clone + Default + Send + Sync + 'static,
    A: Future<Output = Of<V>> + Send + 'static,
{
    let asked = context.clone();
    Gather::start(&context.tasks, context.stop.clone(), move |users| {
        let (context, answer) = (asked.clone(), ask(asked.clone(), users));
        async move { context.observe(answer.await) }
    })
}

async fn ask_memberships(context: Arc<Context>, users: Vec<UserId>) -> Of<Vec<Membership>> {
    context.store.memberships_of(&users).await
}

async fn ask_logs(context: Arc<Context>, users: Vec<UserId>) -> Of<Log> {
    let heads = context.store.heads(&[], &users).await?;
    let log =
        |user| Log { head: heads.users.get(&user).copied().unwrap_or_default(), gone: heads.gone.contains(&user) };
    Ok(users.into_iter().map(|user| (user, log(user))).collect())
}

async fn ask_privacy(context: Arc<Context>, users: Vec<UserId>) -> Of<Privacy> {
    context.store.list_privacy(&users).await
}

const fn hour(now: Timestamp) -> i64 {
    now.as_micros().div_euclid(HOUR)
}
