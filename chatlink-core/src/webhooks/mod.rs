//! Webhooks: an operator's own backend is told, by HTTP, of every event of every room, signed as
//! [Standard Webhooks](https://www.standardwebhooks.com) say.
//!
//! A room's log is the outbox: nothing is copied for a webhook. Of each webhook and room the store keeps how far the room was
//! told (`sent`), and whether there may be more (`due`), which is noted in the transaction of each append. A delivery is up
//! to 100 events of one room that follow each other. Its end is kept before it goes out and the cursor moves after it was
//! taken, so that a node which dies in between repeats it as it was: at least once, and in the room's order. Rooms go side
//! by side.
//!
//! A webhook has one [job](crate::jobs) for as long as it is there: whoever holds its lease delivers, and nobody else begins
//! to. What is told is everything that is said, so only whoever runs the installation makes one: no edge leads here.

mod batch;
mod courier;
mod desk;
mod patience;
mod port;
mod post;
mod secret;
mod service;
mod url;
mod webhook;
mod worker;

#[cfg(test)]
mod tests;

pub use batch::{BATCH_BYTES, BATCH_EVENTS};
pub use port::{Begun, DueRoom, JOB, WebhookStore};
pub use post::{Answered, SignedPost, WebhookPost};
pub use secret::{SealedSecrets, WebhookSecret};
pub use service::{Created, NewWebhook, WebhookError, Webhooks};
pub use url::{PlainHttp, WebhookUrl};
pub use webhook::{Failing, WEBHOOKS, Webhook, WebhookId, WebhookName, WebhookRow, WebhookState};

pub(crate) use worker::{Deliver, PACE};
