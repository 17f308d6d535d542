//! The job of each webhook, for as long as the webhook is there.

use super::{courier::Courier, port::JOB, post::WebhookPost, webhook::WEBHOOKS};
use crate::{
    context::Context,
    jobs::{Ended, Pace, Policy, Repeat, Run, WorkError, Worker},
};
use async_trait::async_trait;
use std::{sync::Arc, time::Duration};

/// How these jobs are run: all of them at one time, if need be on one node; and a node that was killed is followed soon.
pub(crate) const PACE: Pace =
    Pace { places: WEBHOOKS as usize, lease: Duration::from_secs(10), renewal: Duration::from_secs(3) };

/// Delivers to one webhook a job.
pub(crate) struct Deliver {
    context: Arc<Context>,
    post: Arc<dyn WebhookPost>,
}

impl Deliver {
    pub(crate) fn new(context: Arc<Context>, post: Arc<dyn WebhookPost>) -> Self {
        Self { context, post }
    }
}

#[async_trait]
impl Worker for Deliver {
    fn kind(&self) -> &'static str {
        JOB
    }

    fn policy(&self) -> Policy {
        // It ends with its webhook, and is not given up before.
        let second = Duration::from_secs(1);
        Policy { repeat: Repeat::Once { tries: u32::MAX }, first_wait: second, longest_wait: second * 10 }
    }

    async fn work(&self, run: &Run) -> Result<Ended, WorkError> {
        let id = run.job().key.parse().map_err(|_| WorkError::Lasting("a key that is no webhook's id".into()))?;
        Courier::new(self.context.clone(), self.post.clone(), id, run.job().lease).run().await
    }
}
