//! The real binary: what a supervisor, a script and a browser see of it.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};
use support::{Server, folder, get};

/// Base64 of 32 bytes.
const SECRET: &str = "b25lIHNlY3JldCBmb3IgYWxsIG5vZGVzIG9mIGEgdGVzdCE=";

#[test]
fn says_where_it_listens_answers_and_ends_in_time() {
    let folder = folder("lives");
    let mut server = Server::start(&folder, &[]);
    assert_eq!(get(server.address, "/healthz", &[]).status, 200);
    let ready = get(server.address, "/readyz", &[]);
    assert_eq!((ready.status, ready.body.contains("\"ready\"")), (200, true));
    let asked = Instant::now();
    let (status, out) = server.terminate();
    assert!(status.success(), "{status:?}");
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(out, "", "one line on standard output and no more");
}

#[test]
fn an_idle_connection_does_not_keep_it() {
    let folder = folder("idle");
    let mut server = Server::start(&folder, &[]);
    let mut idle = support::connect(server.address);
    let answer = support::ask(&mut idle, "GET", "/healthz", &[]);
    assert_eq!(answer.status, 200);
    let asked = Instant::now();
    assert!(server.terminate().0.success());
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
}

/// A load balancer that asks is told in time, and what it still sends is answered.
#[test]
fn it_says_that_it_drains_and_serves_on_until_the_grace_is_over() {
    let folder = folder("grace");
    let mut server = Server::start(&folder, &[("CHATLINK_DRAIN_GRACE", "2")]);
    let asked = Instant::now();
    server.signal();
    let told = loop {
        let ready = get(server.address, "/readyz", &[]);
        if ready.status == 503 {
            break ready;
        }
        assert!(asked.elapsed() < Duration::from_secs(2), "it never said so");
    };
    assert!(told.body.contains("\"draining\""), "{}", told.body);
    for path in ["/healthz", "/app.json"] {
        assert_eq!(get(server.address, path, &[]).status, 200, "{path}");
    }
    assert!(server.end().0.success());
    assert!(asked.elapsed() >= Duration::from_secs(2), "{:?}", asked.elapsed());
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

#[test]
fn a_second_signal_cuts_the_grace_short() {
    let folder = folder("grace-cut");
    let mut server = Server::start(&folder, &[("CHATLINK_DRAIN_GRACE", "300")]);
    let asked = Instant::now();
    server.signal();
    while get(server.address, "/readyz", &[]).status == 200 {
        assert!(asked.elapsed() < Duration::from_secs(30), "it never said so");
    }
    assert!(server.terminate().0.success());
    assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
}

#[test]
fn starts_again_on_what_it_left() {
    let folder = folder("again");
    drop(Server::start(&folder, &[]));
    let server = Server::start(&folder, &[]);
    assert_eq!(get(server.address, "/readyz", &[]).status, 200);
}

#[test]
fn a_page_is_kept_from_other_sites() {
    let folder = folder("pages");
    let server = Server::start(&folder, &[]);
    let page = get(server.address, "/rooms/x", &[]);
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    let parts =
        ["default-src 'none'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"];
    for part in parts {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(page.header("strict-transport-security"), "", "plain http promises nothing");
    assert_eq!(get(server.address, "/assets/none.js", &[]).status, 404);
    assert_eq!(get(server.address, "/v1/nothing", &[]).header("content-type"), "application/problem+json");
    assert_eq!(get(server.address, "/v1/openapi.json", &[]).status, 200);
}

#[test]
fn the_mailbox_is_for_a_browser_on_this_machine_alone() {
    let folder = folder("mailbox");
    let server = Server::start(&folder, &[]);
    let host = format!("localhost:{}", server.address.port());
    let page = get(server.address, "/dev/mailbox", &[("host", &host)]);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Development mailbox"));
    assert!(page.header("content-security-policy").contains("'nonce-"));
    assert_eq!(page.header("cache-control"), "no-store");
    let json = get(server.address, "/dev/mailbox", &[("host", &host), ("accept", "application/json")]);
    assert_eq!(json.body, "[]");
    assert_eq!(get(server.address, "/dev/mailbox", &[("host", "chat.example.org:8080")]).status, 404);
    for header in ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via"] {
        let proxied = get(server.address, "/dev/mailbox", &[("host", &host), (header, "127.0.0.1")]);
        assert_eq!(proxied.status, 404, "{header}");
        assert!(!proxied.body.contains("mailbox"));
    }
}

#[test]
fn a_real_proxy_in_front_sees_no_mailbox() {
    let folder = folder("proxied");
    let server = Server::start(&folder, &[]);
    let proxy = support::Proxy::before(server.address);
    let host = format!("localhost:{}", server.address.port());
    assert_eq!(get(proxy.address, "/healthz", &[("host", &host)]).status, 200);
    assert_eq!(get(proxy.address, "/dev/mailbox", &[("host", &host)]).status, 404);
}

#[test]
fn what_puts_people_at_risk_does_not_start() {
    let folder = folder("risks");
    for (flags, reason) in [
        (vec!["--listen", "0.0.0.0:0"], "plain http"),
        (vec!["--public-url", "https://chat.example.org"], "CHATLINK_SMTP_URL"),
        (vec!["--public-url", "*"], "every page"),
        (vec!["--listen", "0.0.0.0:0", "--insecure-dev", "--limits", "off"], "loopback"),
        (vec!["--config", "absent.toml"], "absent.toml"),
    ] {
        let output = support::run(&folder, "serve", &flags, &[]);
        assert!(!output.status.success(), "{flags:?}");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains(reason), "{flags:?}: {words}");
    }
    let known = support::run(&folder, "serve", &[], &[("CHATLINK_SECRET", &"A".repeat(44))]);
    assert!(!known.status.success());
    let unknown = support::run(&folder, "serve", &[], &[("CHATLINK_LISTENN", "127.0.0.1:0")]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("CHATLINK_LISTENN"), "{unknown:?}");
}

#[test]
fn a_database_keeps_to_its_secret_until_it_adopts_another() {
    let folder = folder("secrets");
    drop(Server::start(&folder, &[]));
    let fresh = || String::from_utf8(support::run(&folder, "secret new", &[], &[]).stdout).unwrap().trim().to_owned();
    let other = fresh();
    assert_ne!(other, fresh());
    let foreign = support::run(&folder, "serve", &[], &[("CHATLINK_SECRET", &other)]);
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("secret adopt"), "{foreign:?}");
    assert!(support::run(&folder, "secret adopt", &[], &[("CHATLINK_SECRET", &other)]).status.success());
    drop(Server::start(&folder, &[("CHATLINK_SECRET", &other)]));
}

#[test]
fn a_database_of_several_nodes_wants_a_secret_that_they_share() {
    let url = ("CHATLINK_DATABASE_URL", "postgres://chat:hunter2@127.0.0.1:1/app");
    let refused = support::run(&folder("shared"), "serve --listen 127.0.0.1:0", &[], &[url]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("chatlink secret new") && !said.contains("hunter2"), "{said}");
    let fresh = support::run(&folder("shared-secret"), "secret new", &[], &[]).stdout;
    let fresh = String::from_utf8(fresh).unwrap();
    let secret = ("CHATLINK_SECRET", fresh.trim());
    let refused = support::run(&folder("shared-away"), "serve --listen 127.0.0.1:0", &[], &[url, secret]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("PostgreSQL") && !said.contains("hunter2"), "{said}");
}

#[test]
fn config_shows_what_is_set_and_no_secret() {
    let folder = folder("config");
    let output = support::run(&folder, "config", &["--min-age", "16"], &[("CHATLINK_SECRET", "c2VjcmV0")]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("min_age = 16  # a flag"), "{text}");
    assert!(text.contains("secret = \"***\"") && !text.contains("c2VjcmV0"), "{text}");
}

#[test]
fn a_secret_that_is_written_wrong_is_not_repeated() {
    let folder = folder("written-wrong");
    std::fs::write(folder.file(".env"), "CHATLINK_MIN_AGE=16\nCHATLINK_SMS_HEADERS=Authorization: Bearer hunter2\n")
        .unwrap();
    for words in ["config", "serve --listen 127.0.0.1:0"] {
        let refused = support::run(&folder, words, &[], &[]);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(".env: line 2 (CHATLINK_SMS_HEADERS)"), "{said}");
        assert!(!said.contains("hunter2") && !said.contains("Bearer"), "{said}");
    }
    std::fs::remove_file(folder.file(".env")).unwrap();
    std::fs::write(folder.file("chatlink.toml"), "secret = hunter2\n").unwrap();
    let said = String::from_utf8(support::run(&folder, "config", &[], &[]).stderr).unwrap();
    assert!(said.contains("line 1") && !said.contains("hunter2"), "{said}");
    std::fs::remove_file(folder.file("chatlink.toml")).unwrap();
    // A slip in a parameter's name: the library would have logged it with what it says.
    let url = ("CHATLINK_DATABASE_URL", "postgres://chat@127.0.0.1:1/app?sslmode=disable&passwort=hunter2");
    let secret = ("CHATLINK_SECRET", "c2VjcmV0");
    for words in ["config", "serve --listen 127.0.0.1:0"] {
        let refused = support::run(&folder, words, &[], &[url, secret]);
        let said = String::from_utf8_lossy(&refused.stderr) + String::from_utf8_lossy(&refused.stdout);
        assert!(!refused.status.success() && said.contains("database_url") && said.contains("passwort"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_database_elsewhere_that_shows_no_certificate_is_warned_of() {
    let folder = folder("exposed");
    let said = |url: &str| {
        let variables = [("CHATLINK_DATABASE_URL", url), ("CHATLINK_SECRET", SECRET)];
        let refused = support::run(&folder, "serve --listen 127.0.0.1:0", &[], &variables);
        assert!(!refused.status.success());
        String::from_utf8(refused.stderr).unwrap()
    };
    let warning = "certificate is not checked";
    // There is no such host.
    let there = said("postgres://chat:hunter2@db.invalid:1/app?sslmode=require");
    assert!(there.contains(warning) && !there.contains("hunter2"), "{there}");
    let checked = said("postgres://chat:hunter2@db.invalid:1/app?sslmode=verify-full");
    assert!(!checked.contains(warning), "{checked}");
    let here = said("postgres://chat:hunter2@127.0.0.1:1/app");
    assert!(!here.contains(warning), "{here}");
}
