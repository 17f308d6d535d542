//! Accounts: made by a proof alone; found, logged into, and given new passwords.

use super::stage::{PHC, Stage, origin, started, won};
use crate::Harness;
use chatlink_core::{
    contact::ContactKind,
    identity::{
        AttemptPurpose, CompleteOutcome, Grant, HostAccount, LoginAdmission, LoginName, Mail, NewAttempt, Proved,
        SessionRow, Settled, WonReset,
    },
    people::{Age, AgeBand, HostProfile, ProfileChange},
    protocol::{UserId, UserSeq},
};
use std::time::Duration;

fn completed(outcome: CompleteOutcome) -> SessionRow {
    match outcome {
        CompleteOutcome::Completed(session) => session,
        other => panic!("{other:?}"),
    }
}

async fn proved(stage: &Stage, contact: &str) -> Proved {
    let (attempt, _) = stage.register(contact).await;
    stage.prove(&attempt).await.unwrap()
}

/// The proof is used up, and account, contact, password, profile and session are there together.
pub async fn a_proof_makes_one_account(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let proof = proved(&stage, "Ana@Example.org").await;
    let session = completed(stage.complete(stage.account(proof.clone(), "ana")).await);
    let again = stage.complete(stage.account(proof, "ana_again")).await;
    assert_eq!(again, CompleteOutcome::Gone);
    let found = stage.find(&LoginName::Username("ana".to_owned())).await.unwrap();
    assert_eq!((found.user_id, found.username.as_str(), found.phc.as_deref()), (session.user_id, "ana", Some(PHC)));
    let contacts = stage.store.find_contacts(session.user_id).await.unwrap();
    assert_eq!(contacts.len(), 1);
    assert_eq!((contacts[0].contact.as_str(), contacts[0].verified_at), ("Ana@Example.org", stage.now()));
    let sessions = stage.store.list_sessions(session.user_id, stage.now()).await.unwrap();
    assert_eq!(sessions.as_slice(), std::slice::from_ref(&session));
    let briefs = stage.store.list_briefs(&[session.user_id]).await.unwrap();
    assert_eq!((briefs.len(), briefs[0].username.as_str()), (1, "ana"));
}

/// A proof is good for its time and not a moment longer.
pub async fn a_proof_expires(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (late, last) = (proved(&stage, "ana@example.org").await, proved(&stage, "ben@example.org").await);
    let end = stage.now().plus(stage.limits.proof_life);
    stage.set(end.minus(Duration::from_micros(1)));
    completed(stage.complete(stage.account(last, "ben")).await);
    stage.set(end);
    assert_eq!(stage.complete(stage.account(late, "ana")).await, CompleteOutcome::Gone);
    assert_eq!(stage.find(&LoginName::Username("ana".to_owned())).await, None);
}

/// A lookalike is taken too; whoever hears so may choose another name.
pub async fn a_taken_username_leaves_the_proof_good(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    stage.person("ana_lopez").await;
    let proof = proved(&stage, "other@example.org").await;
    for name in ["ana_lopez", "ana.1opez"] {
        assert_eq!(stage.complete(stage.account(proof.clone(), name)).await, CompleteOutcome::UsernameTaken);
    }
    assert_eq!(stage.find(&LoginName::Contact(ContactKind::Email, "other@example.org".to_owned())).await, None);
    completed(stage.complete(stage.account(proof, "another")).await);
}

/// Of two who proved one contact the second to complete gets nothing, not even the name.
pub async fn a_taken_contact_makes_no_account(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let first = proved(&stage, "ana@example.org").await;
    let second = proved(&stage, "ANA@example.org").await;
    completed(stage.complete(stage.account(first, "ana")).await);
    assert_eq!(stage.complete(stage.account(second, "rival")).await, CompleteOutcome::ContactTaken);
    assert_eq!(stage.find(&LoginName::Username("rival".to_owned())).await, None);
}

/// What proves a reset does not prove a registration, nor the other way round.
pub async fn a_resets_proof_makes_no_account(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let reset = reset_of(&stage, user).await;
    assert_eq!(stage.complete(stage.account(reset, "rival")).await, CompleteOutcome::Gone);
    let registration = proved(&stage, "ben@example.org").await;
    let set = stage.store.reset_password(won_reset(registration, "$new"), stage.now()).await.unwrap();
    assert_eq!(set, Settled::Gone);
}

/// A reset that sets the password with this hash.
pub(crate) fn won_reset(proved: Proved, phc: &str) -> WonReset {
    WonReset { proved, phc: phc.to_owned(), forgiven: Vec::new(), factor: None, origin: origin(1) }
}

pub(crate) async fn reset_of(stage: &Stage, user: UserId) -> Proved {
    let account = stage.find(&LoginName::Account(user)).await.unwrap();
    let to = account.contact.unwrap();
    let new = stage.attempt(AttemptPurpose::Reset, to.as_str(), Some(user));
    let (attempt, mail) = started(stage.begin(new).await);
    assert_eq!(mail, Mail::Code);
    stage.prove(&attempt).await.unwrap()
}

/// By username and its lookalikes, and by contact in any case; with the contact that was named.
pub async fn logins_are_found_by_every_name(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let session = completed(stage.complete(stage.account(proved(&stage, "+34612345678").await, "ben.10")).await);
    for login in ["Ben.10", "ben_lo", "+34 612 345 678"] {
        let found = stage.find(&LoginName::of(login)).await.unwrap();
        assert_eq!(found.user_id, session.user_id, "{login}");
        assert_eq!(found.contact.unwrap().key(), "+34612345678");
    }
    for login in ["ben", "+34612345679", "ben@example.org"] {
        assert_eq!(stage.find(&LoginName::of(login)).await, None, "{login}");
    }
}

/// Of an account and of a login that is nobody's alike: some are free, then each waits longer.
pub async fn failed_logins_wait_longer_and_longer(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    stage.person("ana").await;
    for name in ["ana", "nobody"] {
        let login = LoginName::Username(name.to_owned());
        let admit = async || {
            let trace = Stage::trace(name);
            stage.store.admit_login(&login, trace, origin(1), &stage.limits, stage.now()).await.unwrap()
        };
        let admitted = async || match admit().await {
            LoginAdmission::Admitted(found) => assert_eq!(found.is_some(), name == "ana"),
            LoginAdmission::Limited(until) => panic!("{name} limited until {until}"),
        };
        for _ in 0..5 {
            admitted().await;
        }
        let mut before = Duration::ZERO;
        for _ in 0..4 {
            let LoginAdmission::Limited(until) = admit().await else { panic!("{name} was not paused") };
            let wait = until.since(stage.now());
            assert!(wait > before, "{wait:?} after {before:?}");
            stage.set(until.minus(Duration::from_micros(1)));
            assert_eq!(admit().await, LoginAdmission::Limited(until));
            stage.set(until);
            admitted().await;
            before = wait;
        }
        stage.wait(Duration::from_secs(24 * 3600));
        admitted().await;
        admitted().await;
    }
}

/// The names of an account wait apart: a wait at one would tell whose the other is. A reset, which
/// proves the owner, forgives them all.
pub async fn a_wait_at_one_name_tells_nothing_of_another(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let names = [
        (LoginName::Username("ana".to_owned()), [11; 32]),
        (LoginName::Contact(ContactKind::Email, "ana@example.org".to_owned()), [12; 32]),
    ];
    let admit = async |(login, trace): &(LoginName, [u8; 32])| {
        let admitted = stage.store.admit_login(login, *trace, origin(1), &stage.limits, stage.now()).await.unwrap();
        matches!(admitted, LoginAdmission::Admitted(Some(found)) if found.user_id == user)
    };
    for name in &names {
        for _ in 0..5 {
            assert!(admit(name).await, "{name:?}");
        }
        assert!(!admit(name).await, "{name:?} waits");
    }
    let forgiven = names.clone().map(|(_, trace)| trace);
    let reset = reset_of(&stage, user).await;
    let reset = WonReset { forgiven: forgiven.to_vec(), ..won_reset(reset, "$new") };
    assert_eq!(stage.store.reset_password(reset, stage.now()).await.unwrap(), Settled::Done(Vec::new()));
    for name in &names {
        assert!(admit(name).await, "{name:?} is forgiven");
    }
}

/// Who gives the right password has failed nothing.
pub async fn a_won_login_forgives_and_starts_a_session(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let login = LoginName::Username("ana".to_owned());
    for _ in 0..20 {
        let admitted = stage.store.admit_login(&login, [1; 32], origin(1), &stage.limits, stage.now()).await.unwrap();
        assert!(matches!(admitted, LoginAdmission::Admitted(Some(_))));
        let new = stage.session(user, Grant::Cookie);
        let started = stage.win(user, PHC, new.clone()).await.unwrap();
        assert_eq!((started.session.session_id, started.session.grant), (new.session_id, Grant::Cookie));
    }
    assert_eq!(stage.store.list_sessions(user, stage.now()).await.unwrap().len(), 20);
}

/// A session rests on the password that is in force when it starts.
pub async fn a_password_changed_meanwhile_loses_the_login(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    stage.store.rehash(user, "$another", "$stolen".to_owned()).await.unwrap();
    stage.store.rehash(user, PHC, "$stronger".to_owned()).await.unwrap();
    assert_eq!(stage.win(user, PHC, stage.session(user, Grant::Token)).await, None);
    let login = won(user, PHC);
    let changed = stage.store.change_password(login, "$mine".to_owned(), None, stage.now()).await.unwrap();
    assert_eq!(changed, Settled::Gone);
    assert!(stage.win(user, "$stronger", stage.session(user, Grant::Token)).await.is_some());
}

/// The one who changed it stays logged in, nobody else does.
pub async fn a_changed_password_ends_the_other_sessions(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (user, stranger) = (stage.person("ana").await, stage.person("ben").await);
    let mut ids = Vec::new();
    for owner in [user, user, user, stranger] {
        ids.push(stage.win(owner, PHC, stage.session(owner, Grant::Token)).await.unwrap().session.session_id);
    }
    let login = won(user, PHC);
    let changed = stage.store.change_password(login, "$new".to_owned(), Some(ids[1]), stage.now()).await.unwrap();
    let mut ended = changed.done().unwrap();
    ended.sort_unstable();
    assert_eq!(ended, [ids[0].min(ids[2]), ids[0].max(ids[2])]);
    let left = stage.store.list_sessions(user, stage.now()).await.unwrap();
    assert_eq!((left.len(), left[0].session_id), (1, ids[1]));
    assert_eq!(stage.store.list_sessions(stranger, stage.now()).await.unwrap().len(), 1);
    assert!(stage.win(user, "$new", stage.session(user, Grant::Token)).await.is_some());
}

/// All sessions end in the transaction that sets the password, and the proof is used up.
pub async fn a_reset_sets_the_password_once_and_ends_every_session(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let session = stage.win(user, PHC, stage.session(user, Grant::Token)).await.unwrap().session.session_id;
    let reset = reset_of(&stage, user).await;
    let set = async |phc: &str| stage.store.reset_password(won_reset(reset.clone(), phc), stage.now()).await.unwrap();
    assert_eq!(set("$new").await, Settled::Done(vec![session]));
    assert_eq!(set("$newer").await, Settled::Gone);
    assert_eq!(stage.find(&LoginName::Account(user)).await.unwrap().phc.as_deref(), Some("$new"));
    assert!(stage.store.list_sessions(user, stage.now()).await.unwrap().is_empty());
    let nobody = NewAttempt {
        contact: None,
        user_id: None,
        ..stage.attempt(AttemptPurpose::Reset, "nobody@example.org", Some(user))
    };
    let (attempt, mail) = started(stage.begin(nobody).await);
    assert_eq!((mail, attempt.live), (Mail::Withheld, false));
}

/// A host's account.
pub(crate) fn host(stage: &Stage, external_id: &str) -> HostAccount {
    let user_id = UserId::from_uuid(stage.id());
    let username = format!("u_{}", &user_id.as_uuid().simple().to_string()[12..]);
    HostAccount {
        external_id: external_id.to_owned(),
        trace: Stage::trace(external_id),
        user_id,
        username: username.parse().unwrap(),
        profile: HostProfile { display_name: "Guest".parse().ok(), ..HostProfile::default() },
    }
}

/// The first call makes it, every later one finds it; it has no password.
pub async fn a_hosts_user_has_one_account(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let first = stage.store.host_account(host(&stage, "h1"), stage.now()).await.unwrap().unwrap();
    let again = harness.another().await.host_account(host(&stage, "h1"), stage.now()).await.unwrap();
    assert_eq!(again, Some(first));
    let other = stage.store.host_account(host(&stage, "h2"), stage.now()).await.unwrap().unwrap();
    assert_ne!(other, first);
    let found = stage.find(&LoginName::Account(first)).await.unwrap();
    assert_eq!((found.phc, found.contact), (None, None));
    assert_eq!(stage.store.list_briefs(&[first, other]).await.unwrap().len(), 2);
}

/// What is new in a host's word changes the person, what it repeats or leaves out does not.
pub async fn a_hosts_word_is_taken_once(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let tell = async |name: Option<&str>, age_band, locale: Option<&str>| {
        let display_name = name.map(|name| name.parse().unwrap());
        let locale = locale.map(|locale| locale.parse().unwrap());
        let profile = HostProfile { display_name, age_band, locale };
        let account = HostAccount { profile, ..host(&stage, "h1") };
        stage.store.host_account(account, stage.now()).await.unwrap().unwrap()
    };
    let user = tell(Some("Ana"), None, None).await;
    let person = async || {
        let profile = stage.store.find_profile(user).await.unwrap().unwrap();
        let settings = stage.store.find_settings(user).await.unwrap();
        (profile.display_name, profile.age, settings.locale.as_str().to_owned())
    };
    let is = |name: &str, band, locale: &str| (name.to_owned(), Age::Told(band), locale.to_owned());
    assert_eq!(person().await, is("Ana", AgeBand::Unknown, "en"));
    let head = async || stage.store.user_log(user, UserSeq(0), 10).await.unwrap();
    assert!(head().await.0.is_empty(), "nothing was said about settings");

    assert_eq!(tell(Some("Anna"), Some(AgeBand::Adult), Some("es-MX")).await, user);
    assert_eq!(person().await, is("Anna", AgeBand::Adult, "es-MX"));
    let (told, _) = head().await;
    assert_eq!(told.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["settings"]);
    assert_eq!(told[0].body["locale"], "es-MX");

    let mine = ProfileChange { display_name: "Anita".parse().ok(), ..ProfileChange::default() };
    stage.store.update_profile(user, mine, stage.now()).await.unwrap().unwrap();
    tell(Some("Anna"), Some(AgeBand::Adult), Some("es-MX")).await;
    tell(None, None, None).await;
    assert_eq!(person().await, is("Anita", AgeBand::Adult, "es-MX"), "no news");
    assert_eq!(head().await.0, told);
    tell(Some("Ana"), Some(AgeBand::From16To17), None).await;
    assert_eq!(person().await, is("Ana", AgeBand::From16To17, "es-MX"));
    harness.another().await.host_account(host(&stage, "h1"), stage.now()).await.unwrap();
    assert_eq!(person().await.0, "Guest");
}

/// The host's names lead back to it; who registered here has none.
pub async fn hosts_names_are_found(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let one = stage.store.host_account(host(&stage, "h1"), stage.now()).await.unwrap().unwrap();
    let two = stage.store.host_account(host(&stage, "h2"), stage.now()).await.unwrap().unwrap();
    let stranger = UserId::from_uuid(stage.id());
    let mut names = stage.store.list_external_ids(&[two, stranger, one, one]).await.unwrap();
    names.sort();
    let mut expected = vec![(one, "h1".to_owned()), (two, "h2".to_owned())];
    expected.sort();
    assert_eq!(names, expected);
    assert!(stage.store.list_external_ids(&[]).await.unwrap().is_empty());
}

/// Who registered here has no name of the host.
pub async fn hosts_users_are_found_by_their_names(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let one = stage.store.host_account(host(&stage, "h1"), stage.now()).await.unwrap().unwrap();
    let two = stage.store.host_account(host(&stage, "h 'ü' 2"), stage.now()).await.unwrap().unwrap();
    stage.person("ana").await;
    let wanted = ["h1", "h 'ü' 2", "h1", "H1", "ana", ""].map(str::to_owned);
    let mut found = stage.store.list_external_users(&wanted).await.unwrap();
    found.sort();
    assert_eq!(found, [("h 'ü' 2".to_owned(), two), ("h1".to_owned(), one)]);
    assert!(stage.store.list_external_users(&[]).await.unwrap().is_empty());
}
