//! `chatlink`: the reference server. Reads the configuration, puts the engine and its edges
//! together, and nothing else.

mod accept;
mod app;
mod carry;
mod config;
mod database;
mod demo;
mod dotenv;
#[cfg(feature = "grpc")]
mod grpc;
mod guard;
mod headers;
mod health;
mod links;
mod mailbox;
mod metrics;
mod migrate;
mod nodes;
mod reports;
mod secret;
mod senders;
mod serve;
mod show;
mod time;
mod tokens;
#[cfg(feature = "traces")]
mod traces;
mod values;
mod web;
mod webhooks;

use clap::{Args, Parser, Subcommand};
use config::Config;
use database::Database;
use figment::Figment;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};
use values::{Environment, Values};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The ChatLink server.
#[derive(Parser)]
#[command(name = "chatlink", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the web client
    Serve(Configured),
    /// Show what is set, where it was set, and whether it would start
    Config(Configured),
    /// Write all accounts, rooms and messages into a new file, also while a server runs
    Backup {
        /// The file, which must not be there yet
        file: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
    /// Make the database of a backup. Clients read their rooms again afterwards
    Restore {
        /// The backup
        file: PathBuf,
        /// Put a database file that is there aside, and take the backup instead of it
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Carry an installation from one database to another that is empty: what the source holds at the moment at which
    /// this begins. Stop the server first: what is written later stays behind. Run it again when it was cut off
    Move {
        /// Where it is: `sqlite:FILE` or `postgres://user:password@host/database`
        #[arg(long, env = "CHATLINK_MOVE_FROM", hide_env_values = true, value_name = "URL")]
        from: String,
        /// Where it is to be
        #[arg(long, env = "CHATLINK_MOVE_TO", hide_env_values = true, value_name = "URL")]
        to: String,
        /// The schema of a PostgreSQL database that it is in [default: chatlink]
        #[arg(long, value_name = "NAME")]
        from_schema: Option<String>,
        /// The schema of a PostgreSQL database that it is to be in [default: chatlink]
        #[arg(long, value_name = "NAME")]
        to_schema: Option<String>,
        /// Carry a database although a server uses it
        #[arg(long)]
        while_running: bool,
    },
    /// Bring the database up to this version and end. `serve` does it, too; after this it needs no right to create
    Migrate {
        /// Change nothing: write the SQL that would run
        #[arg(long)]
        print: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Print what people reported, with the words of the messages, as JSON: a line each, the newest first
    Reports(Configured),
    /// The tokens of bots and backends, which call over gRPC
    #[command(subcommand)]
    Tokens(Box<tokens::Tokens>),
    /// Who outside is told of everything that is said in every room. A server may run meanwhile
    #[command(subcommand)]
    Webhooks(WebhooksCommand),
    /// Print the OpenAPI document of the API
    Openapi,
    /// The installation's secret
    #[command(subcommand)]
    Secret(SecretCommand),
}

#[derive(Subcommand)]
enum SecretCommand {
    /// Print a fresh secret for `CHATLINK_SECRET`
    New,
    /// Let the database take the configured secrets for its own. Open codes, tokens and links that
    /// another secret made are worthless from then on
    Adopt(Configured),
}

#[derive(Subcommand)]
enum WebhooksCommand {
    /// Tell an address of every event from now on. Prints, as a line of JSON, its id and the secret that signs, once
    Add {
        #[command(flatten)]
        asked: webhooks::Asked,
        #[command(flatten)]
        configured: Configured,
    },
    /// Print all webhooks as JSON: a line each, the oldest first
    List(Configured),
    /// Tell it nothing until it is enabled
    Pause(OneWebhook),
    /// Go on where it stopped; one that fails is tried at once
    Enable(OneWebhook),
    /// Remove it, with all that is known of it
    Remove(OneWebhook),
    /// Give it a new secret, and print it, once. For a day deliveries are signed with the old one, too
    Rotate(OneWebhook),
}

#[derive(Args)]
struct OneWebhook {
    /// Its id, as `add` and `list` print it
    id: String,
    #[command(flatten)]
    configured: Configured,
}

/// Flags; each is also `CHATLINK_…` in the environment or `.env`, and a key of the TOML file.
#[derive(Args)]
struct Configured {
    /// TOML file [default: chatlink.toml, if it is there]
    #[arg(long, env = "CHATLINK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    values: Box<Values>,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(configured) => configured.read().and_then(|config| serve::run(&config)),
        Command::Config(configured) => configured.show(),
        Command::Backup { file, configured } => configured.database().and_then(|of| carry::backup(&of, &file)),
        Command::Restore { file, replace, configured } => {
            configured.database().and_then(|of| carry::restore(&of, &file, replace))
        }
        Command::Move { from, to, from_schema, to_schema, while_running } => {
            carry::between((&from, from_schema.as_deref()), (&to, to_schema.as_deref()), while_running)
        }
        Command::Migrate { print, configured } => configured.database().and_then(|of| migrate::run(&of, print)),
        Command::Reports(configured) => configured.database().and_then(|of| reports::list(&of)),
        Command::Tokens(tokens) => tokens::run(*tokens),
        Command::Webhooks(command) => command.run(),
        Command::Openapi => openapi(),
        Command::Secret(SecretCommand::New) => print(&format!("{}\n", secret::fresh())),
        Command::Secret(SecretCommand::Adopt(configured)) => configured.read().and_then(|config| adopt(&config)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "chatlink: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl WebhooksCommand {
    fn run(self) -> anyhow::Result<()> {
        let change = |one: OneWebhook, change| {
            let config = one.configured.read()?;
            webhooks::change(&config.database, &config.secret, &one.id, change)
        };
        match self {
            Self::Add { asked, configured } => {
                let config = configured.read()?;
                webhooks::add(&config.database, &config.secret, asked)
            }
            Self::List(configured) => {
                let config = configured.read()?;
                webhooks::list(&config.database, &config.secret)
            }
            Self::Pause(one) => change(one, webhooks::Change::Pause),
            Self::Enable(one) => change(one, webhooks::Change::Enable),
            Self::Remove(one) => change(one, webhooks::Change::Remove),
            Self::Rotate(one) => change(one, webhooks::Change::Rotate),
        }
    }
}

impl Configured {
    fn sources(&self) -> anyhow::Result<Figment> {
        let file = match &self.config {
            // A file that was named and is not there is a mistake, not an empty file.
            Some(file) if !file.is_file() => anyhow::bail!("there is no configuration file {}", file.display()),
            Some(file) => Some(file.as_path()),
            None => Some(Path::new("chatlink.toml")).filter(|file| file.is_file()),
        };
        let written = dotenv::read(Path::new(".env"))?;
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let environments = [Environment::said(".env", written), Environment::of(variables)];
        Ok(values::sources(&self.values, environments, file))
    }

    fn read(&self) -> anyhow::Result<Config> {
        Config::of(&self.values()?)
    }

    fn values(&self) -> anyhow::Result<Values> {
        values::read(&self.sources()?)
    }

    /// The database alone: whoever writes it down needs no secret and no way to send codes.
    fn database(&self) -> anyhow::Result<Database> {
        Database::of(&self.values()?)
    }

    fn show(&self) -> anyhow::Result<()> {
        let sources = self.sources()?;
        let values = values::read(&sources)?;
        print(&show::lines(&sources, &values))?;
        Config::of(&values).map(drop)
    }
}

fn openapi() -> anyhow::Result<()> {
    print(&(chatlink_http::openapi().to_pretty_json()? + "\n"))
}

/// Writes the fingerprints of the configured secrets into the database.
fn adopt(config: &Config) -> anyhow::Result<()> {
    let keys = secret::keys(&config.secret)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = config.database.open().await?;
        store.store().adopt(keys.fingerprints()).await?;
        store.close().await;
        anyhow::Ok(())
    })?;
    print("The database trusts the configured secrets now. Codes and tokens made with others are worthless.\n")
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
