//! `chatlink config`: what is in force and who said it, secrets masked.

use crate::values::Values;
use figment::{Figment, Source};
use serde_json::Value;
use std::fmt::Write as _;

/// A line a value that is set, with where it was set.
pub(crate) fn lines(sources: &Figment, values: &Values) -> String {
    let mut text = String::new();
    let set = serde_json::to_value(values).unwrap_or_default();
    for (name, value) in set.as_object().into_iter().flatten() {
        let from = match sources.find_metadata(name).map(|metadata| (&metadata.source, &metadata.name)) {
            Some((Some(Source::File(file)), _)) => file.display().to_string(),
            // The flags are the one source that is a value of this program.
            Some((Some(Source::Code(_)), _)) => "a flag".to_owned(),
            Some((_, name)) => name.to_string(),
            None => "unknown".to_owned(),
        };
        let _ = writeln!(text, "{name} = {}  # {from}", masked(name, value));
    }
    if text.is_empty() {
        text.push_str("# nothing is set: the defaults of `chatlink serve --help` are in force\n");
    }
    text
}

/// Secrets never, and the password of a URL neither.
fn masked(name: &str, value: &Value) -> String {
    match value.as_str() {
        Some(_) if matches!(name, "secret" | "sms_headers" | "sms_body") => "\"***\"".to_owned(),
        // Some gateways take their key in the query.
        Some(url) if name == "sms_url" => {
            Value::from(without_password(url.split('?').next().unwrap_or_default())).to_string()
        }
        Some(url) if name.ends_with("_url") => Value::from(without_password(url)).to_string(),
        _ => value.to_string(),
    }
}

/// `scheme://***@host` of `scheme://user:password@host`.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Environment, sources};

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
        let sources = sources(&flags, environment, None);
        let text = lines(&sources, &sources.extract().unwrap());
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("listen = \"127.0.0.1:1\"  # a flag"), "{text}");
        assert!(text.contains("sms_url = \"https://***@sms.example.org/send\"  # the environment"), "{text}");
        assert!(text.contains("transport_url = \"redis://***@cache.example\"  # the environment"), "{text}");
        assert!(text.contains("smtp_url = \"smtps://***@mail.example.org\"  # the environment"), "{text}");
    }
}
