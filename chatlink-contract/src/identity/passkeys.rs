//! Passkeys: a ceremony is good for one answer, a passkey for its owner, a count only while it rises.

use super::{
    factors::{step, switch_on, with},
    stage::{PHC, Stage, origin, prefix, won},
};
use crate::Harness;
use chatlink_core::{
    identity::{
        CEREMONY_LIFE, CeremonyOf, Grant, Leftover, LoginAdmission, LoginName, MAX_PASSKEYS, NewCeremony, NewPasskey,
        Passkey, PasskeyAdded, PasskeyWon, SecurityKind, Settled, WonPasskey,
    },
    protocol::{CeremonyId, PasskeyId, UserId},
    settings::CodeLimits,
};
use std::time::Duration;

const STATE: &[u8] = b"what the second half needs";

pub(super) fn ceremony(stage: &Stage) -> NewCeremony {
    let ends_at = stage.now().plus(CEREMONY_LIFE);
    NewCeremony { id: CeremonyId::from_uuid(stage.id()), state: STATE.to_vec(), ends_at }
}

/// A passkey whose device calls it so.
pub(crate) fn passkey(stage: &Stage, user_id: UserId, credential_id: &str) -> NewPasskey {
    NewPasskey {
        passkey_id: PasskeyId::from_uuid(stage.id()),
        user_id,
        credential_id: credential_id.as_bytes().to_vec(),
        credential: format!("the key of {credential_id}").into_bytes(),
        counter: 0,
        name: credential_id.parse().unwrap(),
    }
}

/// Begins a new passkey of theirs.
pub(crate) async fn begin(stage: &Stage, user: UserId) -> CeremonyId {
    let new = ceremony(stage);
    let begun = stage.store.begin_passkey(won(user, PHC), new.clone(), stage.now()).await.unwrap();
    assert_eq!(begun, Settled::Done(()));
    new.id
}

pub(crate) async fn add(stage: &Stage, ceremony: CeremonyId, passkey: NewPasskey) -> PasskeyAdded {
    stage.store.add_passkey(ceremony, passkey, MAX_PASSKEYS, origin(1), stage.now()).await.unwrap()
}

/// A passkey of theirs, all the way.
pub(crate) async fn kept(stage: &Stage, user: UserId, credential_id: &str) -> Passkey {
    let begun = begin(stage, user).await;
    match add(stage, begun, passkey(stage, user, credential_id)).await {
        PasskeyAdded::Added(passkey) => passkey,
        other => panic!("{credential_id} is not kept: {other:?}"),
    }
}

/// Begins a login from that network.
pub(super) async fn begin_login(stage: &Stage, network: u64) -> CeremonyId {
    let new = ceremony(stage);
    let begun = stage.store.begin_passkey_login(new.clone(), prefix(network), &stage.limits, stage.now()).await;
    assert_eq!(begun.unwrap(), Ok(()));
    new.id
}

/// Answers a login by that passkey with that count.
pub(super) async fn answer(
    stage: &Stage,
    ceremony: CeremonyId,
    user_id: UserId,
    passkey_id: PasskeyId,
    counter: u32,
) -> PasskeyWon {
    let login = WonPasskey { ceremony, passkey_id, user_id, counter, origin: origin(1) };
    let session = stage.session(user_id, Grant::Token);
    stage.store.win_passkey_login(login, session, &stage.sessions, stage.now()).await.unwrap()
}

/// Begins a login and answers it.
async fn log_in(stage: &Stage, user: UserId, passkey: PasskeyId, counter: u32) -> PasskeyWon {
    let begun = begin_login(stage, 1).await;
    answer(stage, begun, user, passkey, counter).await
}

async fn find(stage: &Stage, id: CeremonyId, of: CeremonyOf) -> Option<Vec<u8>> {
    stage.store.find_ceremony(id, of, stage.now()).await.unwrap()
}

async fn kinds(stage: &Stage, user: UserId) -> Vec<SecurityKind> {
    let log = stage.store.list_security(user, None, 100).await.unwrap();
    log.into_iter().rev().map(|event| event.kind).collect()
}

fn started(won: &PasskeyWon) -> bool {
    matches!(won, PasskeyWon::Started(_))
}

/// A ceremony is kept until its time, for what it is about, and for one answer.
pub async fn a_ceremony_is_good_for_one_answer(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (user, other) = (stage.person("ana").await, stage.person("ben").await);
    let new = begin(&stage, user).await;
    assert_eq!(find(&stage, new, CeremonyOf::New(user)).await.as_deref(), Some(STATE));
    assert_eq!(find(&stage, new, CeremonyOf::New(other)).await, None, "somebody else's");
    assert_eq!(find(&stage, new, CeremonyOf::Login).await, None, "not a login");
    assert_eq!(add(&stage, new, passkey(&stage, other, "stolen")).await, PasskeyAdded::Gone);
    let PasskeyAdded::Added(phone) = add(&stage, new, passkey(&stage, user, "phone")).await else {
        panic!("the right answer")
    };
    assert_eq!(find(&stage, new, CeremonyOf::New(user)).await, None, "answered");
    assert_eq!(add(&stage, new, passkey(&stage, user, "tablet")).await, PasskeyAdded::Gone, "once");
    let login = begin_login(&stage, 1).await;
    assert_eq!(find(&stage, login, CeremonyOf::Login).await.as_deref(), Some(STATE));
    assert_eq!(add(&stage, login, passkey(&stage, user, "tablet")).await, PasskeyAdded::Gone, "a login adds none");
    assert!(started(&answer(&stage, login, user, phone.passkey_id, 0).await));
    assert_eq!(answer(&stage, login, user, phone.passkey_id, 0).await, PasskeyWon::Gone, "once");
    let wrong = begin_login(&stage, 1).await;
    stage.store.end_ceremony(wrong).await.unwrap();
    assert_eq!(find(&stage, wrong, CeremonyOf::Login).await, None);
    assert_eq!(answer(&stage, wrong, user, phone.passkey_id, 0).await, PasskeyWon::Gone, "ended by a wrong answer");
    assert_eq!(stage.store.list_sessions(user, stage.now()).await.unwrap().len(), 1);
}

/// Late is over, also for a clock that jumps back; what is over is forgotten, and nothing else.
pub async fn a_ceremony_ends_in_time(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let phone = kept(&stage, user, "phone").await;
    let (new, login) = (begin(&stage, user).await, begin_login(&stage, 1).await);
    stage.wait(CEREMONY_LIFE);
    let young = begin_login(&stage, 1).await;
    assert_eq!(find(&stage, new, CeremonyOf::New(user)).await, None);
    let late = stage.now();
    stage.set(late.minus(CEREMONY_LIFE));
    assert_eq!(find(&stage, login, CeremonyOf::Login).await, None, "the store saw a later time");
    assert_eq!(add(&stage, new, passkey(&stage, user, "tablet")).await, PasskeyAdded::Gone);
    assert_eq!(answer(&stage, login, user, phone.passkey_id, 0).await, PasskeyWon::Gone);
    stage.set(late);
    let purge = async || stage.store.purge_identity(Leftover::Ceremonies, 100, stage.now()).await.unwrap();
    assert_eq!((purge().await, purge().await), (2, 0));
    assert!(started(&answer(&stage, young, user, phone.passkey_id, 0).await));
}

/// A new passkey stands on the owner's proof, and on the password that was proved.
pub async fn a_new_passkey_stands_on_the_owners_proof(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let begun = async |login| stage.store.begin_passkey(login, ceremony(&stage), stage.now()).await.unwrap();
    assert_eq!(begun(won(user, "$another")).await, Settled::Gone);
    let first = begin(&stage, user).await;
    let second = begin(&stage, user).await;
    assert_eq!(find(&stage, first, CeremonyOf::New(user)).await, None, "one at a time");
    let changed = stage.store.change_password(won(user, PHC), PHC.to_owned(), None, stage.now()).await.unwrap();
    assert_eq!(changed, Settled::Done(Vec::new()));
    assert_eq!(add(&stage, second, passkey(&stage, user, "phone")).await, PasskeyAdded::Gone, "the old password's");
    let third = begin(&stage, user).await;
    switch_on(&stage, user).await;
    assert_eq!(add(&stage, third, passkey(&stage, user, "phone")).await, PasskeyAdded::Gone, "the password's alone");
    assert_eq!(begun(won(user, PHC)).await, Settled::FactorUsed);
    assert_eq!(begun(with(user, step(11))).await, Settled::Done(()));
    assert_eq!(begun(with(user, step(11))).await, Settled::FactorUsed, "a code is good once");
}

/// Passkeys are listed in their order, to their owner; one id is one passkey, whoever shows it; there
/// are so many and no more.
pub async fn passkeys_are_few_and_their_owners(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (user, other) = (stage.person("ana").await, stage.person("ben").await);
    let first = kept(&stage, user, "key 0").await;
    assert_eq!((first.name.as_str(), first.created_at, first.last_used_at), ("key 0", stage.now(), None));
    for who in [user, other] {
        let begun = begin(&stage, who).await;
        assert_eq!(add(&stage, begun, passkey(&stage, who, "key 0")).await, PasskeyAdded::Taken);
    }
    for number in 1..MAX_PASSKEYS {
        stage.wait(Duration::from_secs(1));
        kept(&stage, user, &format!("key {number}")).await;
    }
    let begun = begin(&stage, user).await;
    assert_eq!(add(&stage, begun, passkey(&stage, user, "one more")).await, PasskeyAdded::Full);
    let listed = stage.store.list_passkeys(user).await.unwrap();
    let names: Vec<_> = listed.iter().map(|passkey| passkey.name.clone()).collect();
    assert_eq!(names, (0..MAX_PASSKEYS).map(|number| format!("key {number}")).collect::<Vec<_>>());
    assert!(stage.store.list_passkeys(other).await.unwrap().is_empty());
    let found = stage.store.find_passkey(b"key 3").await.unwrap().unwrap();
    assert_eq!((found.passkey_id, found.user_id), (listed[3].passkey_id, user));
    assert_eq!((found.username.as_str(), found.credential.as_slice()), ("ana", b"the key of key 3".as_slice()));
    assert_eq!(stage.store.find_passkey(b"one more").await.unwrap(), None);
}

/// A login asks for no second factor, is in the log, and is written down at the passkey.
pub async fn a_passkey_logs_its_owner_in(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (user, other) = (stage.person("ana").await, stage.person("ben").await);
    let phone = kept(&stage, user, "phone").await;
    switch_on(&stage, user).await;
    stage.wait(Duration::from_secs(9));
    let begun = begin_login(&stage, 1).await;
    assert_eq!(answer(&stage, begun, other, phone.passkey_id, 0).await, PasskeyWon::Gone, "not theirs");
    let PasskeyWon::Started(won) = log_in(&stage, user, phone.passkey_id, 0).await else { panic!("not logged in") };
    assert_eq!((won.session.user_id, won.ended.len()), (user, 0));
    assert_eq!(stage.store.list_passkeys(user).await.unwrap()[0].last_used_at, Some(stage.now()));
    let log = kinds(&stage, user).await;
    assert_eq!(log, [SecurityKind::PasskeyAdded, SecurityKind::FactorOn, SecurityKind::LoggedInByPasskey]);
    assert!(kinds(&stage, other).await.is_empty());
    // A new password and a reset leave passkeys as they are.
    let changed = with(user, step(11));
    stage.store.change_password(changed, "$new".to_owned(), None, stage.now()).await.unwrap().done().unwrap();
    assert!(started(&log_in(&stage, user, phone.passkey_id, 0).await));
}

/// A count that stands still or goes back is a copy's: refused and noted, and the last one stays.
pub async fn a_count_that_does_not_rise_is_refused(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let phone = kept(&stage, user, "phone").await.passkey_id;
    for counter in [0, 0, 1, 7] {
        assert!(started(&log_in(&stage, user, phone, counter).await), "{counter}");
    }
    for counter in [7, 6, 0] {
        assert_eq!(log_in(&stage, user, phone, counter).await, PasskeyWon::Rewound, "{counter}");
    }
    let suspect = kinds(&stage, user).await.into_iter().filter(|kind| *kind == SecurityKind::PasskeySuspect);
    assert_eq!(suspect.count(), 3);
    assert!(started(&log_in(&stage, user, phone, 8).await));
    assert!(started(&log_in(&stage, user, phone, u32::MAX).await));
    let begun = begin(&stage, user).await;
    let used = NewPasskey { counter: 5, ..passkey(&stage, user, "tablet") };
    let PasskeyAdded::Added(tablet) = add(&stage, begun, used).await else { panic!("not kept") };
    assert_eq!(log_in(&stage, user, tablet.passkey_id, 5).await, PasskeyWon::Rewound, "as it was registered");
}

/// Removed is removed, by its owner alone; a login under way does not pass it by.
pub async fn a_removed_passkey_logs_nobody_in(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (user, other) = (stage.person("ana").await, stage.person("ben").await);
    let (phone, tablet) = (kept(&stage, user, "phone").await, kept(&stage, user, "tablet").await);
    let remove = async |login, id| stage.store.remove_passkey(login, id, stage.now()).await.unwrap();
    assert_eq!(remove(won(other, PHC), phone.passkey_id).await, Settled::Done(false), "not theirs");
    assert_eq!(remove(won(user, "$wrong"), phone.passkey_id).await, Settled::Gone);
    let under_way = begin_login(&stage, 1).await;
    assert_eq!(remove(won(user, PHC), phone.passkey_id).await, Settled::Done(true));
    assert_eq!(remove(won(user, PHC), phone.passkey_id).await, Settled::Done(false));
    assert_eq!(answer(&stage, under_way, user, phone.passkey_id, 0).await, PasskeyWon::Gone);
    assert_eq!(stage.store.find_passkey(b"phone").await.unwrap(), None);
    assert!(started(&log_in(&stage, user, tablet.passkey_id, 0).await), "the other one stays");
    use SecurityKind::{LoggedInByPasskey, PasskeyAdded, PasskeyRemoved};
    assert_eq!(kinds(&stage, user).await, [PasskeyAdded, PasskeyAdded, PasskeyRemoved, LoggedInByPasskey]);
}

/// Logins that were begun and not won count for their network as failed ones do.
pub async fn begun_passkey_logins_spend_the_networks_budget(harness: &impl Harness) {
    let limits = CodeLimits { failures_an_hour: 3, ..CodeLimits::default() };
    let stage = Stage { limits, ..Stage::on(harness.store()) };
    let user = stage.person("ana").await;
    let phone = kept(&stage, user, "phone").await.passkey_id;
    for _ in 0..9 {
        assert!(started(&log_in(&stage, user, phone, 0).await), "won ones count nothing");
    }
    for _ in 0..3 {
        begin_login(&stage, 1).await;
    }
    let again = stage.store.begin_passkey_login(ceremony(&stage), prefix(1), &stage.limits, stage.now()).await;
    assert_eq!(again.unwrap(), Err(stage.now().plus(Duration::from_secs(3600))));
    let name = LoginName::Username("ana".to_owned());
    let by_password = stage.store.admit_login(&name, [8; 32], origin(1), &stage.limits, stage.now()).await.unwrap();
    assert!(matches!(by_password, LoginAdmission::Limited(_)), "{by_password:?}");
    // Won from another network, it is taken back where it was counted.
    let elsewhere = begin_login(&stage, 2).await;
    let kept = WonPasskey { ceremony: elsewhere, passkey_id: phone, user_id: user, counter: 0, origin: origin(1) };
    let session = stage.session(user, Grant::Cookie);
    let won = stage.store.win_passkey_login(kept, session, &stage.sessions, stage.now()).await.unwrap();
    assert!(started(&won));
    let again = stage.store.begin_passkey_login(ceremony(&stage), prefix(1), &stage.limits, stage.now()).await;
    assert!(again.unwrap().is_err());
    for _ in 0..3 {
        begin_login(&stage, 2).await;
    }
}
