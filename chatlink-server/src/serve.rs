//! `chatlink serve`: from the configuration to a listening server, and to its orderly end.

#[cfg(feature = "grpc")]
use crate::grpc::Grpc;
#[cfg(feature = "traces")]
use crate::traces::Traces;
use crate::{
    accept::{self, Protocol},
    app::{self, Watching},
    config::{Config, LogFormat},
    database::Opened,
    demo,
    links::About,
    metrics::{self, Requests, Sources},
    nodes::NodeTransport,
    print, secret, senders,
    time::Time,
};
use anyhow::Context as _;
use chatlink_core::{ChatLink, memory::Mailbox};
use chatlink_http::{Drain, Options};
use chatlink_providers::{
    passkeys::PasskeySite, pictures::ImagePictures, previews::PagePreviews, webhooks::HttpWebhooks,
};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// How long requests and sockets may take to end after a signal.
const DRAIN: Duration = Duration::from_secs(2);
/// How long the engine may take after them: what was taken is committed, leases are given back.
const CLOSE: Duration = Duration::from_secs(8);

/// Runs until a signal or a failure.
pub(crate) fn run(config: &Config) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log).context("log")?;
    // Below this level it prints the state of ceremonies, whatever the operator asked for.
    let filter = filter.add_directive("webauthn_rs_core=warn".parse().context("log")?);
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log: Hearer = match config.log_format {
        LogFormat::Text => log.with_filter(filter).boxed(),
        LogFormat::Json => log.json().flatten_event(true).with_filter(filter).boxed(),
    };
    #[cfg(feature = "traces")]
    let traces = config.traces.as_ref().map(Traces::start).transpose()?;
    #[cfg(feature = "traces")]
    let hearers: Vec<_> = [log].into_iter().chain(traces.as_ref().map(Traces::layer)).collect();
    #[cfg(not(feature = "traces"))]
    let hearers = vec![log];
    tracing_subscriber::registry().with(hearers).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve(config));
    // What still hangs after the drain may not keep the process.
    runtime.shutdown_timeout(Duration::from_millis(200));
    #[cfg(feature = "traces")]
    if let Some(traces) = traces {
        traces.finish();
    }
    outcome
}

/// What hears of spans and of what the log says.
type Hearer = Box<dyn Layer<Registry> + Send + Sync>;

async fn serve(config: &Config) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    make_private(&config.data_dir).with_context(|| format!("making {}", config.data_dir.display()))?;
    let keys = secret::keys(&config.secret)?;
    if config.database.is_exposed() {
        tracing::warn!(
            "the database is on another machine, and its certificate is not checked: whoever is on the way could read and \
             change everything. Set sslmode=verify-full in database_url"
        );
    }
    let store = config.database.open().await?;
    let stop = CancellationToken::new();
    let time = Time::of(&store, &stop).await.context("asking the database for its time")?;
    let mailbox = config.has_mailbox().then(|| Mailbox::with_clock(time.clock()));
    // Demo people join by code, too; where others can come, nobody but they sees it.
    let codes = mailbox.clone().or_else(|| config.demo.then(Mailbox::default));
    let site = passkey_site(config);
    let chat = build(config, keys, (&store, &time), codes.clone(), site.as_ref()).await?;
    if let (true, Some(codes)) = (config.demo, &codes) {
        demo::start(&chat, codes).await?;
    }
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.with_context(|| format!("listening on {}", config.listen))?;
    let bound = listener.local_addr()?;
    let drain = Drain::default();
    let options = Options {
        cookie: config.cookie(),
        origins: config.origins(bound),
        allowed_origins: config.allowed_origins.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        drain: drain.clone(),
        ..Options::default()
    };
    let passkey_domain = site.map(|site| site.domain().to_owned());
    let about = About { links: config.links.clone(), passkey_domain, link_previews: config.previews.is_some() };
    let requests = config.metrics_listen.map(|_| Requests::default());
    let has_transport = config.transport != NodeTransport::None;
    let traced_from = config.traces.as_ref().map(|_| config.trusted_proxies.as_slice().into());
    let ending = CancellationToken::new();
    let watching =
        Watching { requests: requests.clone(), traced_from, has_transport, time: time.clone(), ending: ending.clone() };
    let app = app::router(chat.clone(), options, config.https(), about, mailbox, watching);
    if !config.settings.talk.enforced {
        tracing::warn!("the limits of conversation are OFF: anybody may flood this server");
    }
    if let (Some(address), Some(requests)) = (config.metrics_listen, requests.clone()) {
        let listener = TcpListener::bind(address).await.with_context(|| format!("metrics_listen: {address}"))?;
        tracing::info!(address = %listener.local_addr()?, "metrics");
        let sources = Sources { chat: chat.clone(), store: store.clone(), requests, time };
        // It tells to the end: a drain is worth watching. It ends with the process.
        tokio::spawn(accept::serve(listener, Protocol::Http1, metrics::router(sources), CancellationToken::new()));
    }
    #[cfg(feature = "grpc")]
    let grpc = Grpc::start(config, &chat, requests, &stop).await?;
    let server = tokio::spawn(accept::serve(listener, Protocol::Http1, app, stop.clone()));
    // The one line on standard output, for people and for programs that wait for it.
    print(&format!("listening on http://{bound}\n"))?;
    let failed = tokio::select! {
        () = signals.next() => None,
        failed = chat.failed() => {
            tracing::error!(%failed, "the engine failed: ending");
            Some(failed)
        }
    };
    ending.cancel();
    if failed.is_none() {
        grace(config.drain_grace, &mut signals, &chat).await;
    }
    stop.cancel();
    #[cfg(feature = "grpc")]
    let grpc = grpc.finish();
    #[cfg(not(feature = "grpc"))]
    let grpc = std::future::ready(());
    let end = async {
        // Who does not end in time is cut; what was taken is still written.
        let ended = tokio::time::timeout(DRAIN, async { tokio::join!(drain.finish(), server, grpc).1 }).await;
        chat.shutdown().await;
        store.close().await;
        ended
    };
    tokio::select! {
        ended = tokio::time::timeout(DRAIN + CLOSE, end) => match ended {
            Ok(Ok(ended)) => ended.context("the server broke off")?,
            Ok(Err(_)) => tracing::warn!("not all requests ended within {} s", DRAIN.as_secs()),
            Err(_) => tracing::warn!("the engine did not end within {} s", CLOSE.as_secs()),
        },
        // Who asks twice does not want to wait.
        () = signals.next() => {}
    }
    failed.map_or(Ok(()), |failed| Err(failed.into()))
}

/// Takes requests for a while yet, so that whoever sends them here finds out that they go elsewhere now.
async fn grace(time: Duration, signals: &mut Signals, chat: &ChatLink) {
    if time.is_zero() {
        return;
    }
    tracing::info!(seconds = time.as_secs(), "draining: requests are still taken");
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        // Who asks twice does not want to wait.
        () = signals.next() => {}
        failed = chat.failed() => tracing::error!(%failed, "the engine failed"),
    }
}

/// The folder of everything that people wrote: for the owner of the process alone. One that is there
/// stays as its owner made it.
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::os::unix::fs::DirBuilderExt::mode(std::fs::DirBuilder::new().recursive(true), 0o700).create(folder)
}

/// The site that passkeys are for, where there can be one.
fn passkey_site(config: &Config) -> Option<PasskeySite> {
    match config.passkey_site() {
        Ok(site) => Some(site),
        Err(error) => {
            tracing::info!(%error, "no passkeys are offered here");
            None
        }
    }
}

async fn build(
    config: &Config,
    keys: chatlink_core::Keys,
    (database, time): (&Opened, &Time),
    mailbox: Option<Mailbox>,
    site: Option<&PasskeySite>,
) -> anyhow::Result<ChatLink> {
    let pictures = Arc::new(ImagePictures::new());
    let mut builder = ChatLink::builder().store(database.store()).keys(keys).settings(config.settings.clone());
    builder = builder.pictures(pictures).clock(time.clock()).webhook_post(Arc::new(HttpWebhooks::new()?));
    if let Some(transport) = config.transport.open(database)? {
        builder = builder.transport(transport);
    }
    if let Some(site) = site {
        builder = builder.passkeys(Arc::new(site.passkeys(&config.settings.product_name)?));
    }
    if let Some(networks) = &config.previews {
        builder = builder.previews(Arc::new(PagePreviews::new(networks.clone())?));
    }
    builder = match mailbox {
        Some(mailbox) => builder.sender(Arc::new(mailbox)),
        None => builder.sender(senders::all(config)?),
    };
    Ok(builder.build().await?)
}

/// What ends a server: SIGTERM of a supervisor, SIGINT of a keyboard.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
