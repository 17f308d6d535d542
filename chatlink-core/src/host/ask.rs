//! Asks the host's policy: in time, and out of harm's way.

use super::{Outgoing, Person, Policy, Verdict};
use crate::{context::Context, error::StoreError, settings::HookLimits};
use chatlink_protocol::UserId;
use std::{collections::HashSet, sync::Arc};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};
use tokio_util::task::AbortOnDropHandle;

/// Questions that may wait for the host at once; one more waits for a place, within its own deadline.
const OPEN: usize = 1_024;

/// The host's policy, and the bounds in which it is asked.
#[derive(Clone)]
pub(crate) struct Questions {
    policy: Arc<dyn Policy>,
    limits: HookLimits,
    open: Arc<Semaphore>,
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The host allows it, or has no say.
    Given,
    /// The host refused.
    Refused,
    /// The host did not answer, and silence refuses.
    Silent,
}

impl Questions {
    pub(crate) fn new(policy: Arc<dyn Policy>, limits: HookLimits) -> Self {
        Self { policy, limits, open: Arc::new(Semaphore::new(OPEN)) }
    }

    /// Asks [`Policy::before_send`].
    pub(crate) async fn before_send(&self, message: Outgoing) -> Consent {
        let policy = self.policy.clone();
        self.ask(async move { policy.before_send(&message).await }).await
    }

    /// Asks [`Policy::may_contact`] of each, all at once, under one deadline.
    async fn may_contact(&self, from: Person, to: Vec<Person>) -> HashSet<UserId> {
        let mut asked = JoinSet::new();
        for to in to {
            let (this, policy, from) = (self.clone(), self.policy.clone(), from.clone());
            asked.spawn(async move {
                let user = to.user_id;
                (user, this.ask(async move { policy.may_contact(&from, &to).await }).await)
            });
        }
        let answers = asked.join_all().await.into_iter();
        answers.filter(|(_, consent)| *consent == Consent::Given).map(|(user, _)| user).collect()
    }

    async fn ask(&self, question: impl Future<Output = Verdict> + Send + 'static) -> Consent {
        let open = self.open.clone();
        // A task of its own: a panic stays in it, and a thread that it blocks does not hold the deadline.
        let task = AbortOnDropHandle::new(tokio::spawn(async move {
            let _place = open.acquire_owned().await;
            question.await
        }));
        match timeout(self.limits.deadline, task).await {
            Ok(Ok(Verdict::Allow)) => Consent::Given,
            Ok(Ok(Verdict::Refuse)) => Consent::Refused,
            // Too late, or a panic, whose own words may hold what people wrote.
            Err(_) | Ok(Err(_)) => {
                tracing::warn!(unanswered = ?self.limits.unanswered, "the host's policy did not answer");
                match self.limits.unanswered {
                    Verdict::Allow => Consent::Given,
                    Verdict::Refuse => Consent::Silent,
                }
            }
        }
    }
}

impl Context {
    /// Those of `others` whom the host lets `from` contact.
    pub(crate) async fn host_lets_contact(
        &self,
        from: UserId,
        others: HashSet<UserId>,
    ) -> Result<HashSet<UserId>, StoreError> {
        let Some(questions) = self.questions.as_ref().filter(|_| !others.is_empty()) else { return Ok(others) };
        let everybody: Vec<_> = others.iter().copied().chain([from]).collect();
        let mut names = self.external_ids(&everybody).await?;
        let mut person = |user_id| Person { user_id, external_id: names.remove(&user_id) };
        let from = person(from);
        let to = others.into_iter().map(person).collect();
        Ok(questions.may_contact(from, to).await)
    }

    /// A member, as the host knows them.
    pub(crate) async fn host_person(&self, user_id: UserId) -> Result<Person, StoreError> {
        let external_id = self.external_ids(&[user_id]).await?.remove(&user_id);
        Ok(Person { user_id, external_id })
    }
}
