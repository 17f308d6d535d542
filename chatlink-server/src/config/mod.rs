//! The configuration in force, and the rules that it must keep before anything starts.

#[cfg(test)]
mod compose;
mod parts;
#[cfg(test)]
mod tests;

pub(crate) use parts::{LogFormat, Mail, PublicUrl, SecretSource, TracesTo, data_dir, set};

use crate::{database::Database, links::Links, nodes::NodeTransport, senders, values::Values};
use anyhow::ensure;
use chatlink_core::Settings;
use chatlink_http::{Cookie, Network, Origins};
use chatlink_providers::{
    passkeys::{PasskeySite, SiteError},
    previews::IpNet,
    sms::SmsGateway,
};
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// Where it listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8080";

/// What the server runs with.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) database: Database,
    pub(crate) transport: NodeTransport,
    pub(crate) public: Option<PublicUrl>,
    /// Pages of other origins that may call with a token.
    pub(crate) allowed_origins: Origins,
    pub(crate) links: Links,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) mail: Option<Mail>,
    pub(crate) sms: Option<SmsGateway>,
    pub(crate) secret: SecretSource,
    pub(crate) settings: Settings,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    /// How long requests are taken after the signal to end.
    pub(crate) drain_grace: Duration,
    /// Where metrics are told; none: nowhere.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Where gRPC is spoken; none: nowhere.
    pub(crate) grpc_listen: Option<SocketAddr>,
    /// Where traces go; none: nowhere.
    pub(crate) traces: Option<TracesTo>,
    /// The networks whose pages are fetched for link previews beside the public web; none: no previews.
    pub(crate) previews: Option<Vec<IpNet>>,
    /// Whether demo people are there.
    pub(crate) demo: bool,
    insecure_dev: bool,
}

impl Config {
    /// Makes sense of the values and checks the rules.
    pub(crate) fn of(values: &Values) -> anyhow::Result<Self> {
        let listen = values.listen.as_deref().unwrap_or(LISTEN);
        let data_dir = data_dir(values);
        let database = Database::of(values)?;
        let config = Self {
            listen: parts::address("listen", listen)?,
            metrics_listen: values
                .metrics_listen
                .as_deref()
                .map(|at| parts::address("metrics_listen", at))
                .transpose()?,
            grpc_listen: parts::grpc(values)?,
            traces: TracesTo::of(values)?,
            transport: NodeTransport::parse(values.transport_url.as_deref(), &database)?,
            database,
            public: values.public_url.as_deref().map(PublicUrl::parse).transpose()?,
            allowed_origins: parts::allowed(values.allowed_origins.as_deref().unwrap_or_default())?,
            links: Links::of(values)?,
            trusted_proxies: parts::networks(values.trusted_proxies.as_deref().unwrap_or_default())?,
            mail: parts::mail(values)?,
            sms: senders::sms(values)?,
            secret: SecretSource::of(values, &data_dir)?,
            settings: parts::settings(values)?,
            log: values.log.clone().unwrap_or_else(|| "info".to_owned()),
            log_format: LogFormat::of(values)?,
            drain_grace: parts::drain_grace(values)?,
            previews: parts::previews(values)?,
            demo: values.demo.unwrap_or(false),
            insecure_dev: values.insecure_dev.unwrap_or(false),
            data_dir,
        };
        config.check()?;
        Ok(config)
    }

    /// What would put people at risk is refused.
    fn check(&self) -> anyhow::Result<()> {
        let local = self.listen.ip().is_loopback();
        let grpc_local = self.grpc_listen.is_none_or(|grpc| grpc.ip().is_loopback());
        let public_https = self.public.as_ref().is_some_and(|public| public.https);
        let behind_proxy = public_https && !self.trusted_proxies.is_empty();
        ensure!(
            local || behind_proxy || self.insecure_dev,
            "listen: {} can be reached by others, and this would be plain http. Listen on 127.0.0.1, or behind a proxy with \
             https set CHATLINK_PUBLIC_URL=https://… and CHATLINK_TRUSTED_PROXIES; --insecure-dev serves it all the same",
            self.listen
        );
        ensure!(
            grpc_local || behind_proxy || self.insecure_dev,
            "grpc_listen: {} can be reached by others, and this would be plain HTTP/2. Listen on 127.0.0.1, or behind a proxy \
             with https, as for listen",
            self.grpc_listen.unwrap_or(self.listen)
        );
        ensure!(
            self.public.is_none() || self.has_sender(),
            "CHATLINK_PUBLIC_URL is set, so people will register, and nothing carries their codes: set CHATLINK_SMTP_URL \
             or CHATLINK_SMS_URL"
        );
        ensure!(
            !self.demo || (self.public.is_none() && !self.has_sender()),
            "--demo fills in people whose password is known, and this server is for real people: it has a \
             CHATLINK_PUBLIC_URL or sends codes. Try the demo on a data folder of its own"
        );
        ensure!(
            !self.database.is_shared() || !matches!(self.secret, SecretSource::Own(_)),
            "a PostgreSQL database may be used by several nodes, which need one secret: make it with `chatlink secret new` \
             and give it to each as CHATLINK_SECRET or CHATLINK_SECRET_FILE"
        );
        ensure!(
            self.metrics_listen.is_none_or(|metrics| metrics.port() == 0 || metrics != self.listen),
            "metrics_listen: {} is where people come in; metrics have an address of their own",
            self.listen
        );
        ensure!(
            self.grpc_listen
                .is_none_or(|grpc| { grpc.port() == 0 || (grpc != self.listen && Some(grpc) != self.metrics_listen) }),
            "grpc_listen: another listener has that address; gRPC has one of its own",
        );
        ensure!(
            self.settings.talk.enforced || (local && grpc_local),
            "CHATLINK_LIMITS=off is for loopback addresses alone, and {} is none",
            if local { self.grpc_listen.unwrap_or(self.listen) } else { self.listen }
        );
        Ok(())
    }

    /// Whether browsers come by https.
    pub(crate) fn https(&self) -> bool {
        self.public.as_ref().is_some_and(|public| public.https)
    }

    /// The session cookie: `__Host-`, but for plain http, where browsers would not take it.
    pub(crate) fn cookie(&self) -> Cookie {
        if self.https() { Cookie::default() } else { Cookie::plain_loopback() }
    }

    /// The pages that may use the cookie, when `bound` is where the server listens.
    pub(crate) fn origins(&self, bound: SocketAddr) -> Origins {
        let own = self.public.as_ref().map_or_else(|| format!("http://{bound}"), |public| public.origin.clone());
        let origins = Origins::exact([own]);
        if self.public.is_none() && bound.ip().is_loopback() { origins.and_loopback() } else { origins }
    }

    /// The site that passkeys are for: the public URL, or a developer's machine by its name.
    pub(crate) fn passkey_site(&self) -> Result<PasskeySite, SiteError> {
        match &self.public {
            Some(public) => PasskeySite::at(&public.origin),
            None if self.listen.ip().is_loopback() => PasskeySite::localhost(),
            None => Err(SiteError::PlainHttp),
        }
    }

    /// Whether the development mailbox may exist at all; each call of it is checked besides.
    pub(crate) fn has_mailbox(&self) -> bool {
        !self.has_sender() && self.public.is_none() && self.listen.ip().is_loopback()
    }

    /// Whether codes go out to people at all.
    fn has_sender(&self) -> bool {
        self.mail.is_some() || self.sms.is_some()
    }
}
