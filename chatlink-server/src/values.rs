//! What flags, environment and file say, one over the other, before anything is made of it.

use clap::Args;
use figment::{
    Figment, Metadata, Profile, Provider,
    error::Kind,
    providers::{Format as _, Serialized, Toml},
    value::{Dict, Map, Value},
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Everything that can be set: as a flag, as `CHATLINK_…` in the environment or `.env`, or in the
/// TOML file, in this order of strength. Absent here means not set there.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Values {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listen: Option<String>,
    /// Folder of the database and the secret [default: ./chatlink-data]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data_dir: Option<PathBuf>,
    /// `sqlite:` and a file, or `postgres://user:password@host/database` [default: chatlink.db in the data folder]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database_url: Option<String>,
    /// The schema of a PostgreSQL database that everything is in; another schema is another community [default: chatlink]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database_schema: Option<String>,
    /// Connections of this node to a PostgreSQL database: half of them write, half read [default: 32]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) database_connections: Option<u32>,
    /// What carries news between nodes: `redis://:password@host:6379` (`rediss:`, `redis+cluster:`), `postgres`, or
    /// `none` [default: `postgres` with a PostgreSQL database]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transport_url: Option<String>,
    /// Where people reach this server: `https://chat.example.org` [default: the listen address]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_url: Option<String>,
    /// Pages of other origins that may call with a token: `https://app.example.org`, comma-separated, no wildcards
    /// [default: none]
    #[arg(long, value_name = "ORIGINS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allowed_origins: Option<String>,
    /// Terms of use that the pages before the login link to: `https://example.org/terms` [default: no link]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terms_url: Option<String>,
    /// Privacy notice that the same pages link to [default: no link]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) privacy_url: Option<String>,
    /// Reverse proxies whose X-Forwarded-For is believed: addresses or ranges, comma-separated
    #[arg(long, value_name = "RANGES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trusted_proxies: Option<String>,
    /// Mail server: `smtps://user:password@host` [default: a development mailbox at /dev/mailbox]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) smtp_url: Option<String>,
    /// The address that mail comes from: `ChatLink <no-reply@example.org>`
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mail_from: Option<String>,
    /// SMS gateway, `https://…`; `{to}`, `{to_digits}`, `{text}` and `{from}` are filled in (docs/sms.md)
    /// [default: nobody registers with a mobile number where mail goes out]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_url: Option<String>,
    /// How the SMS gateway is called [default: POST]
    #[arg(long, value_name = "METHOD")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_method: Option<String>,
    // `Name: value`, one a line. No flag, as with the body: both hold secrets.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_headers: Option<String>,
    // JSON or a form, with places to be filled in.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_body: Option<String>,
    /// The number or name that text messages come from, for `{from}`
    #[arg(long, value_name = "SENDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_from: Option<String>,
    /// The statuses by which the SMS gateway accepts [default: 200-299]
    #[arg(long, value_name = "STATUSES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_accepted: Option<String>,
    /// What its answer holds besides when it accepts, as a regular expression
    #[arg(long, value_name = "REGEX")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_accepted_body: Option<String>,
    /// Countries that text messages go to, as `ES,US` [default: all]
    #[arg(long, value_name = "COUNTRIES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_countries: Option<String>,
    /// Text messages to a country in an hour [default: 500]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_sms_country_hour: Option<u32>,
    /// Text messages to a country in a day [default: 3000]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_sms_country_day: Option<u32>,
    /// Text messages in an hour to numbers with the same first seven digits [default: 20]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_sms_prefix_hour: Option<u32>,
    /// Text messages in a day to numbers with the same first seven digits [default: 60]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_sms_prefix_day: Option<u32>,
    /// The percentage of codes that must come back, or nothing goes to the country or prefix for a
    /// while; 0 switches that off [default: 20]
    #[arg(long, value_name = "PERCENT")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) sms_least_proved: Option<u8>,
    // No flag: it would show in the list of processes.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    /// File of the secret [default: `secret` in the data folder, made once]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret_file: Option<PathBuf>,
    /// What is logged, as `level` or `crate=level,…` [default: info]
    #[arg(long, value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) log: Option<String>,
    /// Address and port of `/metrics` for Prometheus, a listener of its own [default: none]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metrics_listen: Option<String>,
    /// Address and port of gRPC, for backends and bots, a listener of its own that speaks HTTP/2 (docs/grpc.md)
    /// [default: none]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grpc_listen: Option<String>,
    /// Where OpenTelemetry traces go, a collector's OTLP over HTTP: `http://127.0.0.1:4318` [default: nowhere]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) traces_url: Option<String>,
    /// The percentage of requests that are traced [default: 100]
    #[arg(long, value_name = "PERCENT")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) traces_percent: Option<u8>,
    /// How it is logged: `text` for people, `json` for programs, an object a line [default: text]
    #[arg(long, value_name = "text|json")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) log_format: Option<String>,
    /// Seconds between SIGTERM and the end of taking requests, in which `/readyz` says `draining`: as long as a load
    /// balancer needs to notice [default: 0]
    #[arg(long, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) drain_grace: Option<u64>,
    /// `off` switches the limits of conversation off; on a loopback address alone
    #[arg(long, value_name = "on|off")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limits: Option<String>,
    /// Serve plain http on an address that others can reach. Never for real people
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) insecure_dev: Option<bool>,
    /// Show what the pages behind links say of themselves; the server fetches them, from the public web alone
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) link_previews: Option<bool>,
    /// Networks whose pages are fetched for previews beside the public web: ranges, comma-separated [default: none]
    #[arg(long, value_name = "RANGES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) preview_networks: Option<String>,
    /// Fill in 20 people to try it with, one of whom answers. Their password is known: never with real people
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) demo: Option<bool>,
    /// The youngest age that may register [default: 13]
    #[arg(long, value_name = "YEARS")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) min_age: Option<u8>,
    /// Let adults and minors match and write to each other [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) minors_meet_adults: Option<bool>,
    /// Seconds after which a message can be edited no more [default: for ever]
    #[arg(long, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) edit_window: Option<u64>,
    /// Acts a second of one person [default: 50]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_sends: Option<u32>,
    /// Acts at once of one person [default: 500]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_sends_burst: Option<u32>,
    /// Reads a second of one person [default: 100]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_reads: Option<u32>,
    /// Reads at once of one person [default: 1000]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_reads_burst: Option<u32>,
    /// Messages, edits and corrections a second in one room, of all its members together [default: 50]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_room: Option<u32>,
    /// The same at once [default: 200]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_room_burst: Option<u32>,
    /// Connections of one person [default: 50]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_connections_person: Option<usize>,
    /// Connections of one address [default: 1000]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_connections_address: Option<usize>,
    /// Attempts started from one network in an hour [default: 60]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_starts_hour: Option<u32>,
    /// Exports of one person's data in an hour [default: 2]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_exports_hour: Option<u32>,
    /// Wrong codes from one network in an hour [default: 60]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_failures_hour: Option<u32>,
    /// Wrong codes from everywhere in an hour [default: 5000]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_global_failures_hour: Option<u32>,
    /// Mails to one contact in a day [default: 10]
    #[arg(long, value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient")]
    pub(crate) limit_mails_day: Option<u32>,
}

/// Settings that are secrets. They have no flag, which would show in the list of processes.
pub(crate) const SECRET: [&str; 3] = ["secret", "sms_headers", "sms_body"];

/// All sources, the strongest last.
pub(crate) fn sources(
    flags: &Values,
    environments: impl IntoIterator<Item = Environment>,
    file: Option<&Path>,
) -> Figment {
    let mut figment = Figment::new();
    if let Some(file) = file {
        figment = figment.merge(Toml::file_exact(file));
    }
    let figment = environments.into_iter().fold(figment, Figment::merge);
    figment.merge(Serialized::defaults(flags))
}

/// What all sources say together. An error says which setting is wrong and where that was said, and repeats nothing that may
/// be a secret.
pub(crate) fn read(sources: &Figment) -> anyhow::Result<Values> {
    sources.extract().map_err(|errors: figment::Error| {
        let said: Vec<_> = errors.into_iter().map(|error| without_secrets(error).to_string()).collect();
        anyhow::anyhow!(said.join("; "))
    })
}

fn without_secrets(mut error: figment::Error) -> figment::Error {
    let holds_one = error.path.last().is_some_and(|name| SECRET.contains(&&**name) || name.ends_with("_url"));
    error.kind = match error.kind {
        Kind::InvalidType(_, wanted) | Kind::InvalidValue(_, wanted) if holds_one => {
            Kind::Message(format!("not what it must be, {wanted}"))
        }
        // Of a file that cannot be parsed the line follows.
        Kind::Message(said) => Kind::Message(said.lines().next().unwrap_or_default().to_owned()),
        kind => kind,
    };
    error
}

/// `CHATLINK_…` variables by their lower-case rest, always as texts: a secret of digits is no number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    from: &'static str,
    values: BTreeMap<String, String>,
}

const PREFIX: &str = "CHATLINK_";

/// Named for other programs: the tests' own, the file of this configuration itself, and the two ends of a move.
const NOT_OURS: [&str; 3] = ["TEST_", "CONFIG", "MOVE_"];

impl Environment {
    /// The process's own.
    pub(crate) fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::said("the environment", variables)
    }

    /// Of these variables, which stand in `from`; later ones win.
    pub(crate) fn said(from: &'static str, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = |(name, value): (String, String)| {
            let name = name.strip_prefix(PREFIX)?.to_owned();
            let other = NOT_OURS.iter().any(|not| name.starts_with(not));
            (!other && !value.is_empty()).then(|| (name.to_ascii_lowercase(), value))
        };
        Self { from, values: variables.into_iter().filter_map(ours).collect() }
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.from).interpolater(|_, keys| format!("{PREFIX}{}", keys.join("_").to_ascii_uppercase()))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let dict: Dict = self.values.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect();
        Ok(Profile::Default.collect(dict))
    }
}

/// A number or switch, also when it comes as a text.
fn lenient<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de> + std::str::FromStr,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said<T> {
        Value(T),
        Text(String),
    }
    match Option::<Said<T>>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Said::Value(value)) => Ok(Some(value)),
        Some(Said::Text(text)) => {
            let read = text.trim().parse().map(Some);
            read.map_err(|_| D::Error::custom(format!("not a value for this: {:?}", text.trim())))
        }
    }
}
