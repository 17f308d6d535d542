//! The configuration in force, and the rules that it must keep before anything starts.

use crate::{database::Database, links::Links, nodes::NodeTransport, senders, values::Values};
use anyhow::{Context as _, bail, ensure};
use axum::http::Uri;
use chatlink_core::Settings;
use chatlink_http::{Cookie, Network, Origins, is_loopback_host};
use chatlink_providers::{
    passkeys::{PasskeySite, SiteError},
    previews::IpNet,
    sms::SmsGateway,
};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

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
    /// The networks whose pages are fetched for link previews beside the public web; none: no previews.
    pub(crate) previews: Option<Vec<IpNet>>,
    /// Whether demo people are there.
    pub(crate) demo: bool,
    insecure_dev: bool,
}

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

impl Config {
    /// Makes sense of the values and checks the rules.
    pub(crate) fn of(values: &Values) -> anyhow::Result<Self> {
        let listen = values.listen.as_deref().unwrap_or("127.0.0.1:8080");
        let data_dir = values.data_dir.clone().unwrap_or_else(|| PathBuf::from("chatlink-data"));
        let database = Database::parse(values.database_url.as_deref(), &data_dir)?;
        let config = Self {
            listen: listen.parse().with_context(|| format!("listen: {listen:?} is no address with a port"))?,
            transport: NodeTransport::parse(values.transport_url.as_deref(), &database)?,
            database,
            public: values.public_url.as_deref().map(PublicUrl::parse).transpose()?,
            allowed_origins: allowed(values.allowed_origins.as_deref().unwrap_or_default())?,
            links: Links::of(values)?,
            trusted_proxies: networks(values.trusted_proxies.as_deref().unwrap_or_default())?,
            mail: mail(values)?,
            sms: senders::sms(values)?,
            secret: SecretSource::of(values, &data_dir)?,
            settings: settings(values)?,
            log: values.log.clone().unwrap_or_else(|| "info".to_owned()),
            previews: previews(values)?,
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
        let public_https = self.public.as_ref().is_some_and(|public| public.https);
        let behind_proxy = public_https && !self.trusted_proxies.is_empty();
        ensure!(
            local || behind_proxy || self.insecure_dev,
            "{} can be reached by others, and this would be plain http. Listen on 127.0.0.1, or behind a proxy with \
             https set CHATLINK_PUBLIC_URL=https://… and CHATLINK_TRUSTED_PROXIES; --insecure-dev serves it all the same",
            self.listen
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
            self.settings.talk.enforced || local,
            "CHATLINK_LIMITS=off is for a loopback address alone, and {} is none",
            self.listen
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

impl PublicUrl {
    fn parse(text: &str) -> anyhow::Result<Self> {
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
    fn of(values: &Values, data_dir: &Path) -> anyhow::Result<Self> {
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

fn networks(text: &str) -> anyhow::Result<Vec<Network>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().with_context(|| format!("trusted_proxies: {part:?}"))).collect()
}

/// Off unless asked for: the server calls what people link to.
fn previews(values: &Values) -> anyhow::Result<Option<Vec<IpNet>>> {
    let text = values.preview_networks.as_deref().unwrap_or_default();
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let networks = parts.map(|part| part.parse().with_context(|| format!("preview_networks: {part:?}")));
    let networks: Vec<IpNet> = networks.collect::<anyhow::Result<_>>()?;
    let on = values.link_previews.unwrap_or(false);
    ensure!(on || networks.is_empty(), "preview_networks are set, and link_previews is not");
    Ok(on.then_some(networks))
}

/// Exact origins; what a person's token passes through on the way is encrypted, or stays on this machine.
fn allowed(text: &str) -> anyhow::Result<Origins> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let origins = parts.map(|part| {
        let url = PublicUrl::named("allowed_origins", part)?;
        let local = url.origin.strip_prefix("http://").is_some_and(is_loopback_host);
        ensure!(url.https || local, "allowed_origins: {part:?} is plain http, and tokens would pass through it");
        Ok(url.origin)
    });
    Ok(Origins::exact(origins.collect::<anyhow::Result<Vec<_>>>()?))
}

fn mail(values: &Values) -> anyhow::Result<Option<Mail>> {
    match (&values.smtp_url, &values.mail_from) {
        (None, None) => Ok(None),
        (Some(url), Some(from)) => Ok(Some(Mail { url: url.clone(), from: from.clone() })),
        (Some(_), None) => bail!("CHATLINK_SMTP_URL is set: say in CHATLINK_MAIL_FROM whom mail comes from"),
        (None, Some(_)) => bail!("CHATLINK_MAIL_FROM is set: say in CHATLINK_SMTP_URL how mail goes out"),
    }
}

fn settings(values: &Values) -> anyhow::Result<Settings> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Environment, sources};

    /// The configuration of an environment of `NAME=value` words.
    fn config(words: &[&str]) -> Result<Config, String> {
        let pairs = words.iter().filter_map(|word| word.split_once('='));
        let environment = Environment::of(pairs.map(|(name, value)| (format!("CHATLINK_{name}"), value.to_owned())));
        let values = sources(&Values::default(), environment, None).extract().map_err(|error| error.to_string())?;
        Config::of(&values).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn nothing_said_is_a_developers_machine() {
        let config = config(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert!(config.has_mailbox() && !config.https());
        assert_eq!(config.cookie(), Cookie::plain_loopback());
        assert!(config.origins(config.listen).allow("http://localhost:5173"));
    }

    #[test]
    fn plain_http_for_others_is_refused() {
        let open = "LISTEN=0.0.0.0:80";
        let smtp = ["SMTP_URL=smtps://mail.example.org", "MAIL_FROM=a@example.org"];
        for words in [
            vec![open],
            vec![open, "TRUSTED_PROXIES=10.0.0.0/8"],
            vec![open, smtp[0], smtp[1], "PUBLIC_URL=https://chat.example.org"],
            vec![open, smtp[0], smtp[1], "PUBLIC_URL=http://chat.example.org", "TRUSTED_PROXIES=10.0.0.0/8"],
        ] {
            assert!(config(&words).unwrap_err().contains("plain http"), "{words:?}");
        }
        assert!(config(&[open, "INSECURE_DEV=true"]).is_ok());
        let proxied = [open, smtp[0], smtp[1], "PUBLIC_URL=https://chat.example.org", "TRUSTED_PROXIES=10.0.0.0/8"];
        let config = config(&proxied).unwrap();
        assert!(config.https() && !config.has_mailbox());
        assert_eq!(config.cookie(), Cookie::default());
        assert!(config.origins(config.listen).allow("https://chat.example.org"));
        assert!(!config.origins(config.listen).allow("http://localhost:80"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (word, reason) in [
            ("PUBLIC_URL=https://chat.example.org", "SMTP"),
            ("PUBLIC_URL=*", "every page"),
            ("PUBLIC_URL=https://*.example.org", "every page"),
            ("PUBLIC_URL=https://example.org/chat", "not like"),
            ("PUBLIC_URL=chat.example.org", "not like"),
            ("ALLOWED_ORIGINS=*", "every page"),
            ("ALLOWED_ORIGINS=https://a.example.org,https://*.example.org", "every page"),
            ("ALLOWED_ORIGINS=null", "not like"),
            ("ALLOWED_ORIGINS=https://a.example.org/app", "not like"),
            ("ALLOWED_ORIGINS=http://a.example.org", "plain http"),
            ("TERMS_URL=/terms", "terms_url"),
            ("PRIVACY_URL=javascript:alert(1)", "privacy_url"),
            ("PRIVACY_URL=https://me:secret@example.org/privacy", "privacy_url"),
            ("LISTEN=localhost", "no address"),
            ("LIMITS=maybe", "neither"),
            ("TRUSTED_PROXIES=proxy", "proxy"),
            ("DATABASE_URL=mysql://x", "sqlite:"),
            ("SMTP_URL=smtps://x", "MAIL_FROM"),
            ("SMS_FROM=ChatLink", "SMS_URL"),
            ("SMS_COUNTRIES=ES,Spain", "Spain"),
            ("SMS_COUNTRIES=,", "no country"),
            ("SMS_LEAST_PROVED=101", "100"),
            ("SMS_URL=https://sms.example.org", "{to}"),
            ("SMS_URL=http://sms.example.org/?to={to}&text={text}", "loopback"),
            ("MIN_AGE=12", "13"),
            ("MIN_AGE=old", "MIN_AGE"),
            ("LISTENN=127.0.0.1:1", "CHATLINK_LISTENN"),
        ] {
            let error = config(&[word]).unwrap_err();
            assert!(error.contains(reason), "{word}: {error}");
        }
        let error = config(&["LISTEN=0.0.0.0:1", "INSECURE_DEV=1", "LIMITS=off"]).unwrap_err();
        assert!(error.contains("INSECURE_DEV"), "{error}");
        let error = config(&["LISTEN=0.0.0.0:1", "INSECURE_DEV=true", "LIMITS=off"]).unwrap_err();
        assert!(error.contains("loopback"), "{error}");
        assert!(config(&["SECRET=a", "SECRET_FILE=b"]).unwrap_err().contains("both"));
    }

    #[test]
    fn other_pages_are_listed_one_by_one() {
        let words = ["ALLOWED_ORIGINS=https://a.example.org, https://B.example.org:8443/,http://localhost:3000"];
        let config = config(&words).unwrap();
        for good in ["https://a.example.org", "https://b.example.org:8443", "http://localhost:3000"] {
            assert!(config.allowed_origins.allow(good), "{good}");
            assert_eq!(config.origins(config.listen).allow(good), good.starts_with("http:"), "no cookie: {good}");
        }
        assert!(!config.allowed_origins.allow("http://localhost:3001"));
        assert!(self::config(&[]).unwrap().allowed_origins.is_empty());
    }

    #[test]
    fn passkeys_are_for_the_public_domain_or_a_developers_machine() {
        let smtp = ["SMTP_URL=smtps://mail.example.org", "MAIL_FROM=a@example.org"];
        let domain = |words: &[&str]| {
            let words: Vec<_> = smtp.iter().chain(words).copied().collect();
            config(&words).unwrap().passkey_site().map(|site| site.domain().to_owned())
        };
        assert_eq!(domain(&[]).unwrap(), "localhost");
        assert_eq!(domain(&["PUBLIC_URL=https://chat.example.org"]).unwrap(), "chat.example.org");
        assert_eq!(domain(&["PUBLIC_URL=https://192.0.2.1"]), Err(SiteError::Address));
        assert_eq!(domain(&["PUBLIC_URL=http://chat.example.org"]), Err(SiteError::PlainHttp));
        assert_eq!(domain(&["LISTEN=192.168.1.5:80", "INSECURE_DEV=true"]), Err(SiteError::PlainHttp));
    }

    #[test]
    fn previews_are_off_unless_asked_for() {
        assert_eq!(config(&[]).unwrap().previews, None);
        assert_eq!(config(&["LINK_PREVIEWS=true"]).unwrap().previews, Some(Vec::new()));
        let intranet =
            config(&["LINK_PREVIEWS=true", "PREVIEW_NETWORKS=10.0.0.0/8, fd00::/8"]).unwrap().previews.unwrap();
        assert_eq!(intranet.len(), 2);
        assert!(config(&["LINK_PREVIEWS=true", "PREVIEW_NETWORKS=10.0.0.0/40"]).is_err());
        assert!(config(&["PREVIEW_NETWORKS=10.0.0.0/8"]).is_err());
    }

    #[test]
    fn demo_people_are_never_where_real_ones_come() {
        assert!(config(&["DEMO=true"]).unwrap().demo);
        assert!(config(&["DEMO=true", "LISTEN=192.168.1.5:8080", "INSECURE_DEV=true"]).unwrap().demo);
        assert!(config(&["DEMO=true", "LISTEN=192.168.1.5:8080"]).is_err());
        let smtp = ["DEMO=true", "SMTP_URL=smtps://mail.example.org", "MAIL_FROM=a@example.org"];
        assert!(config(&smtp).unwrap_err().contains("password is known"));
    }

    #[test]
    fn flags_beat_the_environment_and_that_the_file() {
        let folder = std::env::temp_dir().join(format!("chatlink-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("chatlink.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nlimit_sends = 1\nmin_age = 16\n").unwrap();
        let environment = Environment::of(
            [("CHATLINK_LISTEN", "127.0.0.1:2"), ("CHATLINK_LIMIT_SENDS", "2")].map(|(a, b)| (a.into(), b.into())),
        );
        let flags = Values { listen: Some("127.0.0.1:3".to_owned()), ..Values::default() };
        let values: Values = sources(&flags, environment, Some(&file)).extract().unwrap();
        let config = Config::of(&values).unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.settings.talk.sends.per_second, 2);
        assert_eq!(config.settings.talk.edit_window, None);
        assert_eq!(config.settings.min_age, 16);
        std::fs::write(&file, "lissten = 1\n").unwrap();
        let error = sources(&Values::default(), Environment::default(), Some(&file)).extract::<Values>().unwrap_err();
        assert!(error.to_string().contains("lissten"), "{error}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
