//! `chatlink webhooks`: who outside is told of everything that is said, for who runs the installation. A server may run
//! meanwhile, and learns of a change within a second.

use crate::{config::SecretSource, database::Database, print, secret};
use anyhow::{Context as _, ensure};
use chatlink_core::webhooks::{NewWebhook, PlainHttp, Webhook, WebhookError, WebhookId, Webhooks};
use clap::Args;
use serde_json::{Value, json};

/// A webhook to be made, as it is written on the command line.
#[derive(Args)]
pub(crate) struct Asked {
    /// Where it is: `https://host/path`, or `http://` on this machine
    url: String,
    /// What it is called
    #[arg(long)]
    name: String,
    /// Take `http://` to another machine, too: everything that is said is sent there in plain text
    #[arg(long)]
    allow_http: bool,
}

/// What is done with one that is there.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Pause,
    Enable,
    Remove,
    Rotate,
}

/// Makes one, and prints its id and its secret: a line of JSON.
pub(crate) fn add(database: &Database, secrets: &SecretSource, asked: Asked) -> anyhow::Result<()> {
    let plain = if asked.allow_http { PlainHttp::Allowed } else { PlainHttp::Refused };
    let asked = NewWebhook { name: asked.name, url: asked.url, plain };
    on(database, secrets, async |webhooks| {
        let made = webhooks.create(&asked).await.map_err(named)?;
        let mut line = line(&made.webhook, 0);
        line["secret"] = Value::from(made.secret.shown().as_str());
        print(&format!("{line}\n"))
    })
}

/// Prints all of them as JSON, a line each, the oldest first.
pub(crate) fn list(database: &Database, secrets: &SecretSource) -> anyhow::Result<()> {
    on(database, secrets, async |webhooks| {
        for webhook in webhooks.list().await? {
            let due = webhooks.due(webhook.id).await?;
            print(&format!("{}\n", line(&webhook, due)))?;
        }
        Ok(())
    })
}

/// Changes one.
pub(crate) fn change(database: &Database, secrets: &SecretSource, id: &str, change: Change) -> anyhow::Result<()> {
    let id: WebhookId =
        id.parse().with_context(|| format!("{id:?} is no webhook's id: see `chatlink webhooks list`"))?;
    on(database, secrets, async |webhooks| {
        match change {
            Change::Pause => webhooks.pause(id).await?,
            Change::Enable => webhooks.enable(id).await?,
            Change::Remove => webhooks.delete(id).await?,
            Change::Rotate => {
                let secret = webhooks.rotate(id).await?;
                print(&format!("{}\n", json!({ "id": id, "secret": secret.shown().as_str() })))?;
            }
        }
        Ok(())
    })
}

/// Does it beside the server that may run.
fn on(
    database: &Database,
    secrets: &SecretSource,
    work: impl AsyncFnOnce(&Webhooks) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if let Database::Sqlite(path) = database {
        ensure!(path.is_file(), "there is no file {}: start the server once", path.display());
    }
    let keys = secret::keys(secrets)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let opened = database.open_as_it_is().await?;
        let done = match Webhooks::beside(opened.store(), keys).await {
            Ok(webhooks) => work(&webhooks).await,
            Err(error) => Err(error.into()),
        };
        opened.close().await;
        done
    })
}

fn line(webhook: &Webhook, due: u32) -> Value {
    let Webhook { id, name, url, created_at, state, failing } = webhook;
    json!({
        "id": id, "name": name.as_str(), "url": url.shown(), "created_at": created_at, "state": state.as_str(),
        "due_rooms": due, "failing_since": failing.since, "attempts": failing.attempts, "next_try": failing.due_at,
        "last_error": failing.last_error,
    })
}

/// With the names of wrong fields.
fn named(error: WebhookError) -> anyhow::Error {
    let WebhookError::Invalid(invalid) = error else { return error.into() };
    let fields: Vec<_> = invalid.0.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
    anyhow::anyhow!("{}", fields.join("; "))
}
