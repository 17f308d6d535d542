//! The rules of the configuration.

use super::*;
use crate::values::{self, Environment, sources};

/// The configuration of an environment of `NAME=value` words.
fn config(words: &[&str]) -> Result<Config, String> {
    let pairs = words.iter().filter_map(|word| word.split_once('='));
    let environment = Environment::of(pairs.map(|(name, value)| (format!("CHATLINK_{name}"), value.to_owned())));
    let values = values::read(&sources(&Values::default(), [environment], None)).map_err(|error| error.to_string())?;
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
        ("LISTEN=localhost", "listen: "),
        ("METRICS_LISTEN=here", "metrics_listen: "),
        ("METRICS_LISTEN=127.0.0.1:8080", "metrics_listen: "),
        ("GRPC_LISTEN=here", "grpc_listen: "),
        ("GRPC_LISTEN=127.0.0.1:8080", "grpc_listen: "),
        ("GRPC_LISTEN=0.0.0.0:50051", "grpc_listen: "),
        ("TRACES_URL=127.0.0.1:4318", "traces_url: "),
        ("TRACES_URL=ftp://127.0.0.1", "traces_url: "),
        ("TRACES_PERCENT=50", "traces_url is not"),
        ("TRACES_PERCENT=101", "101 is more"),
        ("LIMITS=maybe", "neither"),
        ("LOG_FORMAT=xml", "log_format"),
        ("DRAIN_GRACE=301", "drain_grace"),
        ("DRAIN_GRACE=-1", "DRAIN_GRACE"),
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
fn traces_go_where_a_collector_listens() {
    let to = |words: &[&str]| config(words).unwrap().traces.unwrap();
    assert_eq!(to(&["TRACES_URL=http://127.0.0.1:4318"]).url, "http://127.0.0.1:4318/v1/traces");
    let own = to(&["TRACES_URL=https://otel.example.org/in?key=k", "TRACES_PERCENT=5"]);
    assert_eq!((own.url.as_str(), own.percent), ("https://otel.example.org/in?key=k", 5));
    assert!(!format!("{own:?}").contains("key"));
    assert!(config(&[]).unwrap().traces.is_none());
}

#[test]
fn previews_are_off_unless_asked_for() {
    assert_eq!(config(&[]).unwrap().previews, None);
    assert_eq!(config(&["LINK_PREVIEWS=true"]).unwrap().previews, Some(Vec::new()));
    let intranet = config(&["LINK_PREVIEWS=true", "PREVIEW_NETWORKS=10.0.0.0/8, fd00::/8"]).unwrap().previews.unwrap();
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
    let values: Values = sources(&flags, [environment], Some(&file)).extract().unwrap();
    let config = Config::of(&values).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.settings.talk.sends.per_second, 2);
    assert_eq!(config.settings.talk.edit_window, None);
    assert_eq!(config.settings.min_age, 16);
    for (text, place) in [
        ("lissten = 1\n", "lissten"),
        ("listen = \"127.0.0.1:1\"\nsecret = hunter2\n", "line 2"),
        ("secret = [\"hunter2\"]\n", "secret"),
        ("secret = 4242\n", "secret"),
        ("database_url = 4242\n", "database_url"),
    ] {
        std::fs::write(&file, text).unwrap();
        let error = values::read(&sources(&Values::default(), [], Some(&file))).unwrap_err().to_string();
        assert!(error.contains(place) && !error.contains("hunter2") && !error.contains("4242"), "{error}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
