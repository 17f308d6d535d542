//! Who may call what: one matrix over every operation of the OpenAPI document. The gates are the same
//! for all and are tried on all; an operation that the table does not name turns it red.

mod bodies;
mod commands;
mod operation;
mod owner;
mod relations;
mod roles;
mod stage;
mod table;

use super::PAGE;
use axum::http::{Method, header};
use operation::{Entry, Gate, Operation};
use serde_json::Value;
use stage::{HostStage, Login, Stage};
use std::collections::BTreeSet;

/// The operations, each with what the table says of it.
fn all() -> Vec<(Operation, Entry)> {
    let (operations, mut entries) = (Operation::all(), table::entries());
    let named: BTreeSet<_> = entries.iter().map(|entry| entry.id).collect();
    let known: BTreeSet<_> = operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(named.len(), entries.len(), "an operation has one entry");
    assert_eq!(known.difference(&named).collect::<Vec<_>>(), Vec::<&&str>::new(), "operations without an entry");
    assert_eq!(named.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "entries without an operation");
    let entry_of = |operation: Operation| {
        let at = entries.iter().position(|entry| entry.id == operation.id).unwrap();
        (operation, entries.swap_remove(at))
    };
    operations.into_iter().map(entry_of).collect()
}

/// What must be shown to get in, and what every other is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    Nonsense,
    RevokedToken,
    ExpiredToken,
    RevokedCookie,
    IdleCookie,
    CookieWithoutCsrf,
    CookieWithOthersCsrf,
    CookieOnAnotherPage,
}

impl Shown {
    const ALL: [Self; 9] = [
        Self::Nothing,
        Self::Nonsense,
        Self::RevokedToken,
        Self::ExpiredToken,
        Self::RevokedCookie,
        Self::IdleCookie,
        Self::CookieWithoutCsrf,
        Self::CookieWithOthersCsrf,
        Self::CookieOnAnotherPage,
    ];

    fn login(self, stage: &Stage) -> Login<'_> {
        let ann = &stage.ann;
        match self {
            Self::Nothing => Login::Nothing,
            Self::Nonsense => Login::Bearer("e30.e30.e30"),
            Self::RevokedToken => Login::Bearer(&stage.revoked.bearer),
            Self::ExpiredToken => Login::Bearer(&stage.expired.bearer),
            Self::RevokedCookie => Login::browser(&stage.revoked),
            Self::IdleCookie => Login::browser(&stage.expired),
            Self::CookieWithoutCsrf => Login::Cookie { person: ann, csrf: "", page: PAGE },
            Self::CookieWithOthersCsrf => Login::Cookie { person: ann, csrf: &stage.bob.csrf, page: PAGE },
            Self::CookieOnAnotherPage => Login::Cookie { person: ann, csrf: &ann.csrf, page: "https://evil.example" },
        }
    }

    /// How it is refused. `None`: a look needs no more.
    fn refusal(self, method: &Method) -> Option<(u16, &'static str)> {
        match self {
            Self::CookieWithoutCsrf | Self::CookieWithOthersCsrf if *method == Method::GET => None,
            Self::CookieWithoutCsrf | Self::CookieWithOthersCsrf => Some((403, "csrf_wrong")),
            Self::CookieOnAnotherPage => Some((403, "forbidden")),
            _ => Some((401, "unauthenticated")),
        }
    }
}

#[tokio::test]
async fn every_operation_asks_who_calls_and_changes_nothing_for_others() {
    let stage = Stage::set().await;
    let (mut wrong, mut before) = (Vec::new(), stage.digest().await);
    for (operation, entry) in all().iter().filter(|(operation, _)| operation.gate == Gate::Login) {
        for shown in Shown::ALL {
            let Some(expected) = shown.refusal(&operation.method) else { continue };
            let answer = stage.call(operation, entry, &shown.login(&stage), &[]).await;
            if answer.told() != expected {
                wrong.push(format!("{} {shown:?}: wanted {expected:?}, got {:?}", operation.id, answer.told()));
            }
            if expected.0 == 401 && answer.headers.get(header::WWW_AUTHENTICATE).is_none() {
                wrong.push(format!("{} {shown:?}: does not say how to log in", operation.id));
            }
        }
        let after = stage.digest().await;
        if before != after {
            wrong.push(format!("{}: refused, and yet changed: {before:#} -> {after:#}", operation.id));
        }
        before = after;
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The other side of the gates: with them passed the same calls are answered as they should be, so no
/// refusal above is of something else.
#[tokio::test]
async fn every_operation_lets_in_whom_it_should() {
    let mut wrong = Vec::new();
    for (operation, entry) in &all() {
        let stage = Stage::set().await;
        let login = match operation.gate {
            Gate::Login => Login::browser(&stage.ann),
            Gate::Open => Login::Nothing,
            Gate::Either => continue,
        };
        let mut answers = vec![stage.call(operation, entry, &login, &[]).await];
        if operation.gate == Gate::Login && operation.method == Method::GET {
            answers.push(stage.call(operation, entry, &Login::Bearer(&stage.ann.bearer), &[]).await);
        }
        for answer in answers.iter().filter(|answer| answer.status != entry.answered) {
            wrong.push(format!("{}: wanted {}, got {} {}", operation.id, entry.answered, answer.status, answer.body));
        }
    }
    assert!(wrong.is_empty(), "{} calls are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Things of others: refused like things that are not there, to the byte, where the table does not say
/// that a member is told what he may not.
#[tokio::test]
async fn every_operation_keeps_to_what_is_the_callers_own() {
    let stage = Stage::set().await;
    let (mut wrong, before) = (Vec::new(), stage.digest().await);
    for (operation, entry) in &all() {
        for others in entry.others() {
            let mut told = BTreeSet::new();
            for with in others.with {
                let login = Login::Bearer(&stage.ann.bearer);
                let answer = stage.call(operation, entry, &login, &[(others.place, with)]).await;
                if answer.told() != (others.status, others.code) {
                    let (status, body) = (answer.status, &answer.body);
                    wrong.push(format!("{} {} as {with}: got {status} {body}", operation.id, others.place));
                }
                told.insert(answer.blank());
            }
            if told.len() > 1 {
                wrong.push(format!("{} {}: told apart: {told:#?}", operation.id, others.place));
            }
        }
    }
    let after = stage.digest().await;
    if before != after {
        wrong.push(format!("refused, and yet changed: {before:#} -> {after:#}"));
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where the host says who people are: its tokens open everything but what belongs to logins of our own,
/// which is not there for anybody; and nothing else opens anything.
#[tokio::test]
async fn with_a_hosts_verifier_every_operation_of_our_own_logins_is_absent() {
    let stage = HostStage::set().await;
    let mut wrong = Vec::new();
    for (operation, entry) in all().iter().filter(|(operation, _)| operation.gate != Gate::Either) {
        for (credential, is_good) in [("Bearer host-7", true), ("Bearer somebody", false), ("", false)] {
            let answer = stage.call(operation, entry, credential).await;
            let is_let_in = ![401, 403].contains(&answer.status) && answer.told() != (404, "not_found");
            let is_right = match (entry.is_of_logins, is_good) {
                (true, _) => answer.told() == (404, "not_found"),
                (false, true) => is_let_in,
                (false, false) => answer.told() == (401, "unauthenticated"),
            };
            if !is_right {
                wrong.push(format!("{} with {credential:?}: {} {}", operation.id, answer.status, answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The document says who may call: nothing is open by forgetting.
#[test]
fn what_is_open_to_all_is_how_one_gets_in() {
    let open = Operation::all().into_iter().filter(|operation| operation.gate != Gate::Login);
    let open: BTreeSet<_> = open.map(|operation| operation.id).collect();
    let expected = [
        "start_registration",
        "resend_registration",
        "verify_registration",
        "complete_registration",
        "log_in",
        "begin_passkey_login",
        "log_in_by_passkey",
        "refresh_session",
        "start_reset",
        "verify_reset",
        "complete_reset",
        "open_socket",
    ];
    assert_eq!(open, expected.map(str::to_owned).into());
}

/// An answer with what the gates look at.
struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    body: Value,
}

impl Answer {
    fn told(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    /// All of it but what belongs to one call alone.
    fn blank(&self) -> String {
        let mut body = self.body.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("instance");
            members.remove("request_id");
        }
        format!("{} {body}", self.status)
    }
}
