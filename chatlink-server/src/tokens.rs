//! `chatlink tokens`: the tokens of bots and backends, for who runs the installation.

use crate::{Configured, database::Database, database::Opened, print, time::Time};
use anyhow::{Context as _, anyhow, bail, ensure};
use chatlink_core::{
    Coded as _, Store,
    clock::Clock,
    entropy::OsEntropy,
    identity::{LoginName, Username},
    protocol::{ServiceTokenId, Timestamp},
    services::{ActsAs, IssueError, Issued, Scope, ServiceToken, TokenForm, issue},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::{future::Future, io::Write as _, pin::Pin, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// What is done with them.
#[derive(Subcommand)]
pub(crate) enum Tokens {
    /// Make a token and print it, once: nobody can tell it again. A server may use the database meanwhile
    Create {
        #[command(flatten)]
        wanted: Wanted,
        #[command(flatten)]
        configured: Configured,
    },
    /// Print all tokens as JSON, a line each, without the secrets: the living ones first
    List(Configured),
    /// End a token: for calls at once, for streams within a second
    Revoke {
        /// Its id, as `list` prints it
        id: ServiceTokenId,
        #[command(flatten)]
        configured: Configured,
    },
}

/// What a token is to be.
#[derive(Args)]
pub(crate) struct Wanted {
    /// What it is called; no two living tokens share a name
    #[arg(long)]
    name: String,
    /// What it may do; give it once for each of: people:read, people:write, rooms:read, rooms:write, timeline:read,
    /// timeline:write, users:upsert
    #[arg(long = "scope", required = true, value_name = "SCOPE", value_parser = scope)]
    scopes: Vec<Scope>,
    #[command(flatten)]
    whom: Whom,
    /// For how long it is good, as 90d, 12h or 30m [default: until it is revoked]
    #[arg(long, value_name = "TIME", value_parser = life)]
    expires_in: Option<Duration>,
}

/// As whom it acts.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// It is a bot's: it acts as the account with this username
    #[arg(long, value_name = "USERNAME")]
    as_user: Option<String>,
    /// It is a backend's: each call names the user of the host whom it is for
    #[arg(long)]
    host: bool,
}

/// What is done on an open database by this clock.
type Work<'a, T> = Pin<Box<dyn Future<Output = anyhow::Result<T>> + 'a>>;

/// Does it.
pub(crate) fn run(tokens: Tokens) -> anyhow::Result<()> {
    match tokens {
        Tokens::Create { wanted, configured } => create(&configured.database()?, wanted),
        Tokens::List(configured) => list(&configured.database()?),
        Tokens::Revoke { id, configured } => revoke(&configured.database()?, id),
    }
}

/// The token goes to standard output, alone, and what is to be known of it beside it.
fn create(database: &Database, wanted: Wanted) -> anyhow::Result<()> {
    let Issued { token, secret } = on(database, |store, clock| {
        Box::pin(async move {
            let form = TokenForm {
                acts_as: acts_as(store.as_ref(), &wanted.whom).await?,
                name: wanted.name,
                scopes: wanted.scopes.iter().map(ToString::to_string).collect(),
                expires_in: wanted.expires_in,
            };
            issue(store.as_ref(), &form, clock.now(), &OsEntropy).await.map_err(refused)
        })
    })?;
    let _ = writeln!(std::io::stderr(), "{}\nThis is the token. Keep it well: it is not shown again.", row(&token));
    print(&format!("{secret}\n"))
}

fn list(database: &Database) -> anyhow::Result<()> {
    let tokens = on(database, |store, _| Box::pin(async move { Ok(store.list_service_tokens().await?) }))?;
    tokens.iter().try_for_each(|token| print(&format!("{}\n", row(token))))
}

fn revoke(database: &Database, id: ServiceTokenId) -> anyhow::Result<()> {
    let ended =
        on(database, |store, clock| Box::pin(async move { Ok(store.end_service_token(id, clock.now()).await?) }))?;
    ensure!(ended, "there is no living token {id}");
    print("The token is revoked.\n")
}

/// Works on the database as it is, by the clock that its nodes go by.
fn on<T>(
    database: &Database,
    work: impl for<'a> FnOnce(&'a Arc<dyn Store>, &'a dyn Clock) -> Work<'a, T>,
) -> anyhow::Result<T> {
    if let Database::Sqlite(path) = database {
        ensure!(path.is_file(), "there is no file {}", path.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (opened, stop) = (database.open_as_it_is().await?, CancellationToken::new());
        let done = by_its_clock(&opened, &stop, work).await;
        stop.cancel();
        opened.close().await;
        done
    })
}

async fn by_its_clock<T>(
    opened: &Opened,
    stop: &CancellationToken,
    work: impl for<'a> FnOnce(&'a Arc<dyn Store>, &'a dyn Clock) -> Work<'a, T>,
) -> anyhow::Result<T> {
    let clock = Time::of(opened, stop).await?.clock();
    work(&opened.store(), clock.as_ref()).await
}

async fn acts_as(store: &dyn Store, whom: &Whom) -> anyhow::Result<ActsAs> {
    let Some(username) = &whom.as_user else { return Ok(ActsAs::HostUsers) };
    let nobody = || format!("nobody has the username {username}");
    let name = username.parse::<Username>().ok().with_context(nobody)?;
    let found = store.find_login(&LoginName::Username(name.key())).await?;
    // Names that look alike have one key; this is no login, and means exactly one.
    let account = found.filter(|account| account.username == name.as_str()).with_context(nobody)?;
    Ok(ActsAs::User(account.user_id))
}

/// A refusal with the fields that it is about.
fn refused(error: IssueError) -> anyhow::Error {
    let fields: Vec<String> =
        error.problem().errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
    if fields.is_empty() { error.into() } else { anyhow!(fields.join("; ")) }
}

fn row(token: &ServiceToken) -> Value {
    let user = match token.acts_as {
        ActsAs::User(user) => Some(user),
        ActsAs::HostUsers => None,
    };
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "id": token.token_id, "name": token.name.as_str(), "scopes": token.scopes.to_string(),
        "acts_as": if user.is_some() { "user" } else { "host_users" }, "user_id": user,
        "created_at": token.created_at, "expires_at": time(token.expires_at), "last_used_at": time(token.last_used_at),
        "revoked_at": time(token.revoked_at),
    })
}

fn scope(text: &str) -> anyhow::Result<Scope> {
    let known = || Scope::ALL.map(Scope::as_str).join(", ");
    text.parse().map_err(|_| anyhow!("one of {}", known()))
}

/// A number and its unit.
fn life(text: &str) -> anyhow::Result<Duration> {
    let wrong = || anyhow!("a number and d, h or m, as 90d");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "d" => 24 * 3600,
        "h" => 3600,
        "m" => 60,
        _ => bail!(wrong()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_a_number_and_a_unit() {
        let days = |days: u64| Duration::from_secs(days * 24 * 3600);
        assert_eq!(life("90d").unwrap(), days(90));
        assert_eq!(life("24h").unwrap(), days(1));
        assert_eq!(life("1440m").unwrap(), days(1));
        for wrong in
            ["", "d", "90", "-1d", "1.5d", "90 d", "1w", "9ü", "99999999999999999999d", "18446744073709551615d"]
        {
            assert!(life(wrong).is_err(), "{wrong}");
        }
    }
}
