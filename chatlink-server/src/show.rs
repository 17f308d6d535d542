//! `chatlink config`: what is in force and who said it, secrets masked.

use crate::values::{SECRET, Values};
use clap::Args as _;
use figment::{Figment, Source};
use serde_json::Value;
use std::fmt::Write as _;

/// A line a setting: what it is and where that was said, or its default.
pub(crate) fn lines(sources: &Figment, values: &Values) -> String {
    let mut text = String::new();
    let set = serde_json::to_value(values).unwrap_or_default();
    for (name, default) in known() {
        let Some(value) = set.get(&name) else {
            let _ = writeln!(text, "# {name} is not set  # default: {default}");
            continue;
        };
        let name = &*name;
        let from = match sources.find_metadata(name).map(|metadata| (&metadata.source, &metadata.name)) {
            Some((Some(Source::File(file)), _)) => file.display().to_string(),
            // The flags are the one source that is a value of this program.
            Some((Some(Source::Code(_)), _)) => "a flag".to_owned(),
            Some((_, name)) => name.to_string(),
            None => "unknown".to_owned(),
        };
        let _ = writeln!(text, "{name} = {}  # {from}", masked(name, value));
    }
    text
}

/// All settings in the order of their help, with what stands there of their default.
fn known() -> Vec<(String, String)> {
    let command = Values::augment_args(clap::Command::new("chatlink"));
    let flags = command.get_arguments().map(|flag| {
        let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
        let default = help.rsplit_once("[default: ").and_then(|(_, rest)| rest.strip_suffix(']'));
        (flag.get_id().to_string(), default.unwrap_or("none").to_owned())
    });
    flags.chain(SECRET.map(|name| (name.to_owned(), "none".to_owned()))).collect()
}

/// Addresses that are shown to people: nothing in them is a secret.
const SHOWN: [&str; 3] = ["public_url", "terms_url", "privacy_url"];

/// Secrets never, and of an address neither the login nor the query: some take their password or key there.
fn masked(name: &str, value: &Value) -> String {
    match value.as_str() {
        Some(_) if SECRET.contains(&name) => "\"***\"".to_owned(),
        Some(url) if name.ends_with("_url") && !SHOWN.contains(&name) => Value::from(without_login(url)).to_string(),
        _ => value.to_string(),
    }
}

/// `scheme://***@host?***` of `scheme://user:password@host?key=value`.
fn without_login(url: &str) -> String {
    let (address, query) = url.split_once(['?', '#']).map_or((url, None), |(address, query)| (address, Some(query)));
    let Some((scheme, rest)) = address.split_once("://") else { return url.to_owned() };
    // Which part of it belongs to a password is not to be told.
    if query.is_some_and(|query| query.contains('@')) {
        return format!("{scheme}://***");
    }
    let host = rest.rsplit_once('@').map_or_else(|| rest.to_owned(), |(_, host)| format!("***@{host}"));
    format!("{scheme}://{host}{}", query.map_or("", |_| "?***"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Environment, sources};

    /// What is written for operators names settings that there are.
    #[test]
    fn documents_name_settings_that_are_there() {
        let documents = [
            include_str!("../../deploy/compose.yaml"),
            include_str!("../../deploy/Dockerfile"),
            include_str!("../../docs/operations.md"),
        ];
        // The file of the settings and the two ends of a move are none themselves.
        let besides = ["config", "move_from", "move_to"];
        let known: Vec<String> = known().into_iter().map(|(name, _)| name).collect();
        for word in documents.iter().flat_map(|text| text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'))) {
            let Some(name) = word.strip_prefix("CHATLINK_").map(str::to_lowercase) else { continue };
            assert!(known.contains(&name) || besides.contains(&name.as_str()), "{word} is no setting");
        }
    }

    /// Every setting is listed, whether it has a flag or none.
    #[test]
    fn all_settings_are_known() {
        let known: std::collections::BTreeSet<_> = known().into_iter().map(|(name, _)| name).collect();
        let schema = include_str!("values.rs");
        let fields = schema.lines().filter_map(|line| line.trim().strip_prefix("pub(crate) ")?.split_once(": Option<"));
        let fields: std::collections::BTreeSet<_> = fields.map(|(name, _)| name.to_owned()).collect();
        assert_eq!(known, fields);
    }

    #[test]
    fn tells_what_is_set_and_where_and_no_secret() {
        let environment = Environment::of(
            [
                ("CHATLINK_SECRET", "hunter2"),
                ("CHATLINK_TRANSPORT_URL", "redis://:hunter2@cache.example"),
                ("CHATLINK_SMTP_URL", "smtps://me:hunter2@mail.example.org"),
                ("CHATLINK_SMS_URL", "https://me:hunter2@sms.example.org/send?key=hunter2"),
                ("CHATLINK_SMS_HEADERS", "Authorization: Bearer hunter2"),
                ("CHATLINK_SMS_BODY", "key=hunter2&to={to}&text={text}"),
            ]
            .map(|(a, b)| (a.to_owned(), b.to_owned())),
        );
        let flags = Values { listen: Some("127.0.0.1:1".to_owned()), ..Values::default() };
        let written = Environment::said(".env", [("CHATLINK_MIN_AGE".to_owned(), "16".to_owned())]);
        let sources = sources(&flags, [written, environment], None);
        let text = lines(&sources, &sources.extract().unwrap());
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("listen = \"127.0.0.1:1\"  # a flag"), "{text}");
        assert!(text.contains("min_age = 16  # .env"), "{text}");
        assert!(text.contains("# log is not set  # default: info"), "{text}");
        assert!(text.contains("sms_url = \"https://***@sms.example.org/send?***\"  # the environment"), "{text}");
        assert!(text.contains("transport_url = \"redis://***@cache.example\"  # the environment"), "{text}");
        assert!(text.contains("smtp_url = \"smtps://***@mail.example.org\"  # the environment"), "{text}");
    }
    #[test]
    fn an_address_is_shown_without_its_login_and_its_query() {
        for (url, shown) in [
            ("postgres://db.example/chat?sslmode=verify-full&password=hunter2", "postgres://db.example/chat?***"),
            ("postgres://chat:hunter2@db.example/chat?user=me", "postgres://***@db.example/chat?***"),
            ("postgres://chat:x@hunter2@db.example/chat", "postgres://***@db.example/chat"),
            ("postgres://chat:x?hunter2@db.example/chat", "postgres://***"),
            ("postgres://chat:x#hunter2@db.example/chat", "postgres://***"),
            ("redis://cache.example/?password=hunter2@1", "redis://***"),
            ("redis+cluster://me:hunter2@a:1,b:2", "redis+cluster://***@a:1,b:2"),
            ("sqlite:/var/lib/chatlink/chat.db", "sqlite:/var/lib/chatlink/chat.db"),
        ] {
            for name in ["database_url", "transport_url", "smtp_url", "sms_url"] {
                assert_eq!(masked(name, &Value::from(url)), Value::from(shown).to_string(), "{name}");
            }
        }
        let terms = Value::from("https://example.org/terms?lang=en");
        assert_eq!(masked("terms_url", &terms), terms.to_string());
    }
}
