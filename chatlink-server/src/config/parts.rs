//! What single settings mean.

use crate::{senders, values::Values};
use anyhow::{Context as _, bail, ensure};
use axum::http::Uri;
use chatlink_core::Settings;
use chatlink_http::{Network, Origins, is_loopback_host};
use chatlink_providers::previews::IpNet;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where people reach the server: an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    pub(crate) origin: String,
    pub(crate) https: bool,
}

/// The way of codes and notices to people.
#[derive(Clone)]
pub(crate) struct Mail {
    pub(crate) url: String,
    pub(crate) from: String,
}

/// Where the secret comes from.
#[derive(Clone)]
pub(crate) enum SecretSource {
    /// Given as text.
    Given(String),
    /// In a file that must be there.
    File(PathBuf),
    /// In the data folder, made when it is not there.
    Own(PathBuf),
}

impl PublicUrl {
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        Self::named("public_url", text)
    }

    /// `http(s)://host[:port]`, nothing behind it.
    fn named(name: &str, text: &str) -> anyhow::Result<Self> {
        let wrong = || format!("{name}: {text:?} is not like https://chat.example.org");
        ensure!(!text.contains('*'), "{name}: {text:?} would let every page in");
        let uri: Uri = text.parse().with_context(wrong)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { bail!(wrong()) };
        ensure!(matches!(scheme, "http" | "https") && uri.path() == "/" && uri.query().is_none(), wrong());
        ensure!(!authority.as_str().contains('@'), wrong());
        let origin = format!("{scheme}://{authority}").to_ascii_lowercase();
        Ok(Self { origin, https: scheme == "https" })
    }
}

impl SecretSource {
    pub(super) fn of(values: &Values, data_dir: &Path) -> anyhow::Result<Self> {
        match (&values.secret, &values.secret_file) {
            (Some(_), Some(_)) => bail!("CHATLINK_SECRET and CHATLINK_SECRET_FILE are both set: keep one"),
            (Some(text), None) => Ok(Self::Given(text.clone())),
            (None, Some(file)) => Ok(Self::File(file.clone())),
            (None, None) => Ok(Self::Own(data_dir.join("secret"))),
        }
    }
}

impl std::fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given(_) => f.write_str("Given(…)"),
            Self::File(path) | Self::Own(path) => path.fmt(f),
        }
    }
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail(…)")
    }
}

/// An address with a port, as the setting of this name says it.
pub(super) fn address(name: &str, text: &str) -> anyhow::Result<SocketAddr> {
    text.parse().with_context(|| format!("{name}: {text:?} is no address with a port"))
}

/// Where gRPC is spoken.
pub(super) fn grpc(values: &Values) -> anyhow::Result<Option<SocketAddr>> {
    let Some(text) = values.grpc_listen.as_deref() else { return Ok(None) };
    ensure!(cfg!(feature = "grpc"), "grpc_listen: this program was built without the feature `grpc`");
    address("grpc_listen", text).map(Some)
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// An object a line, for programs.
    Json,
}

impl LogFormat {
    pub(super) fn of(values: &Values) -> anyhow::Result<Self> {
        match values.log_format.as_deref().unwrap_or("text") {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => bail!("log_format: {other:?} is neither text nor json"),
        }
    }
}

/// Where traces go, and of how many requests.
#[derive(Clone)]
pub(crate) struct TracesTo {
    /// The collector's whole address; a key may be in it.
    #[cfg_attr(not(feature = "traces"), allow(dead_code, reason = "nothing is sent"))]
    pub(crate) url: String,
    /// 0 to 100.
    #[cfg_attr(not(feature = "traces"), allow(dead_code, reason = "nothing is sent"))]
    pub(crate) percent: u8,
}

impl TracesTo {
    pub(super) fn of(values: &Values) -> anyhow::Result<Option<Self>> {
        let percent = values.traces_percent.unwrap_or(100);
        ensure!(percent <= 100, "traces_percent: {percent} is more than 100");
        let Some(text) = values.traces_url.as_deref() else {
            ensure!(values.traces_percent.is_none(), "traces_percent is set, and traces_url is not");
            return Ok(None);
        };
        ensure!(cfg!(feature = "traces"), "traces_url: this program was built without the feature `traces`");
        // What it says may be a secret, so it is not said again.
        let wrong = "traces_url: not like http://127.0.0.1:4318";
        let uri: Uri = text.parse().context(wrong)?;
        ensure!(matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some(), wrong);
        let bare = uri.path() == "/" && uri.query().is_none();
        let url = if bare { format!("{}/v1/traces", text.trim_end_matches('/')) } else { text.to_owned() };
        Ok(Some(Self { url, percent }))
    }
}

impl std::fmt::Debug for TracesTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TracesTo(…)")
    }
}

/// The longest time that requests are taken after the signal to end.
const LONGEST_GRACE: u64 = 300;

/// How long requests are taken after the signal to end.
pub(super) fn drain_grace(values: &Values) -> anyhow::Result<Duration> {
    let seconds = values.drain_grace.unwrap_or(0);
    ensure!(seconds <= LONGEST_GRACE, "drain_grace: {LONGEST_GRACE} seconds at most");
    Ok(Duration::from_secs(seconds))
}

/// The folder of the database and the secret.
pub(crate) fn data_dir(values: &Values) -> PathBuf {
    values.data_dir.clone().unwrap_or_else(|| PathBuf::from("chatlink-data"))
}

pub(super) fn networks(text: &str) -> anyhow::Result<Vec<Network>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().with_context(|| format!("trusted_proxies: {part:?}"))).collect()
}

/// Off unless asked for: the server calls what people link to.
pub(super) fn previews(values: &Values) -> anyhow::Result<Option<Vec<IpNet>>> {
    let text = values.preview_networks.as_deref().unwrap_or_default();
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let networks = parts.map(|part| part.parse().with_context(|| format!("preview_networks: {part:?}")));
    let networks: Vec<IpNet> = networks.collect::<anyhow::Result<_>>()?;
    let on = values.link_previews.unwrap_or(false);
    ensure!(on || networks.is_empty(), "preview_networks are set, and link_previews is not");
    Ok(on.then_some(networks))
}

/// Exact origins; what a person's token passes through on the way is encrypted, or stays on this machine.
pub(super) fn allowed(text: &str) -> anyhow::Result<Origins> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let origins = parts.map(|part| {
        let url = PublicUrl::named("allowed_origins", part)?;
        let local = url.origin.strip_prefix("http://").is_some_and(is_loopback_host);
        ensure!(url.https || local, "allowed_origins: {part:?} is plain http, and tokens would pass through it");
        Ok(url.origin)
    });
    Ok(Origins::exact(origins.collect::<anyhow::Result<Vec<_>>>()?))
}

pub(super) fn mail(values: &Values) -> anyhow::Result<Option<Mail>> {
    match (&values.smtp_url, &values.mail_from) {
        (None, None) => Ok(None),
        (Some(url), Some(from)) => Ok(Some(Mail { url: url.clone(), from: from.clone() })),
        (Some(_), None) => bail!("CHATLINK_SMTP_URL is set: say in CHATLINK_MAIL_FROM whom mail comes from"),
        (None, Some(_)) => bail!("CHATLINK_MAIL_FROM is set: say in CHATLINK_SMTP_URL how mail goes out"),
    }
}

pub(super) fn settings(values: &Values) -> anyhow::Result<Settings> {
    let mut settings = Settings::default();
    let limits = values.limits.as_deref().unwrap_or("on");
    settings.talk.enforced = match limits {
        "on" => true,
        "off" => false,
        other => bail!("limits: {other:?} is neither on nor off"),
    };
    set(&mut settings.min_age, values.min_age);
    set(&mut settings.minors_meet_adults, values.minors_meet_adults);
    let talk = &mut settings.talk;
    talk.edit_window = values.edit_window.map(Duration::from_secs);
    set(&mut talk.sends.per_second, values.limit_sends);
    set(&mut talk.sends.burst, values.limit_sends_burst);
    set(&mut talk.reads.per_second, values.limit_reads);
    set(&mut talk.reads.burst, values.limit_reads_burst);
    set(&mut talk.room_sends.per_second, values.limit_room);
    set(&mut talk.room_sends.burst, values.limit_room_burst);
    set(&mut talk.connections_a_person, values.limit_connections_person);
    set(&mut talk.connections_an_address, values.limit_connections_address);
    let codes = &mut settings.codes;
    set(&mut codes.starts_an_hour, values.limit_starts_hour);
    set(&mut codes.exports_an_hour, values.limit_exports_hour);
    set(&mut codes.failures_an_hour, values.limit_failures_hour);
    set(&mut codes.global_failures_an_hour, values.limit_global_failures_hour);
    set(&mut codes.mails_a_day, values.limit_mails_day);
    senders::text_limits(values, &mut codes.texts)?;
    ensure!((13..=120).contains(&settings.min_age), "min_age: 13 is the lowest");
    Ok(settings)
}

pub(crate) fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
