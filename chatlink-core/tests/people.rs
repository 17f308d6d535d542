//! Who may meet whom, asked of the engine by every way there is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say so when something is not as it must be")]

use chatlink_core::{
    ChatLink, Keys, Settings,
    clock::{Clock as _, SystemClock},
    identity::{AccountStore as _, HostAccount},
    memory::MemoryStore,
    people::{AgeBand, FindMatches, HostProfile, Languages, ProfileError},
    protocol::{ClientId, Timestamp, UserId},
    timeline::{NewCorrection, NewMessage, Sending, TalkError},
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);
const BANDS: [AgeBand; 4] = AgeBand::ALL;

fn user(n: usize) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n as u128 + 1))
}

/// Two of each band: the one speaks English and learns Spanish, the other the other way round.
async fn engine(minors_meet_adults: bool) -> ChatLink {
    engine_on(&Arc::new(MemoryStore::new()), minors_meet_adults).await
}

async fn engine_on(store: &Arc<MemoryStore>, minors_meet_adults: bool) -> ChatLink {
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    let settings = Settings { minors_meet_adults, ..Settings::default() };
    let chat = ChatLink::builder().store(store.clone()).keys(keys).settings(settings).build().await.unwrap();
    for n in 0..BANDS.len() * 2 {
        let account = HostAccount {
            external_id: n.to_string(),
            trace: [0; 32],
            user_id: user(n),
            username: format!("user{n}").parse().unwrap(),
            profile: HostProfile { age_band: Some(BANDS[n / 2]), ..HostProfile::default() },
        };
        store.host_account(account, Timestamp::EPOCH).await.unwrap();
        let (native, learnt) = if n % 2 == 0 { ("en", "es") } else { ("es", "en") };
        let languages = Languages::parse([native], [(learnt, "B1")]).unwrap();
        chat.people().update_languages(user(n), languages).await.unwrap();
    }
    chat
}

async fn matched(chat: &ChatLink, viewer: UserId, other: UserId) -> bool {
    let page = chat.people().matches(viewer, FindMatches::default()).await.unwrap();
    page.items.iter().any(|found| found.user.user_id == other)
}

/// Whether `viewer` sees, matches and may contact the other; all ways must say the same.
async fn meets(chat: &ChatLink, viewer: UserId, other: UserId) -> bool {
    let people = chat.people();
    let seen = match people.profile(viewer, other).await {
        Ok(profile) => profile.user_id == other,
        Err(ProfileError::NoUser) => false,
        Err(error) => panic!("{error}"),
    };
    let may = people.may_meet(viewer, other).await.unwrap();
    assert_eq!((matched(chat, viewer, other).await, may), (seen, seen), "{viewer} {other}");
    seen
}

#[tokio::test]
async fn bands_meet_as_the_table_says_on_every_way() {
    let open = [
        [true, true, false, false],
        [true, true, false, false],
        [false, false, true, false],
        [false, false, false, true],
    ];
    for lenient in [false, true] {
        let chat = engine(lenient).await;
        for (one, row) in open.iter().enumerate() {
            for (other, allowed) in row.iter().enumerate() {
                let meet = meets(&chat, user(2 * one), user(2 * other + 1)).await;
                assert_eq!(meet, *allowed || lenient, "{:?} {:?} {lenient}", BANDS[one], BANDS[other]);
            }
        }
    }
}

#[tokio::test]
async fn a_block_parts_two_on_every_way_and_both_ways() {
    let chat = engine(false).await;
    let (ana, ben) = (user(0), user(1));
    assert!(meets(&chat, ana, ben).await && meets(&chat, ben, ana).await);
    chat.people().block(ana, ben).await.unwrap();
    assert!(!meets(&chat, ana, ben).await && !meets(&chat, ben, ana).await);
    chat.people().block(ben, ana).await.unwrap();
    chat.people().unblock(ana, ben).await.unwrap();
    assert!(!meets(&chat, ana, ben).await, "the other's block stands");
    chat.people().unblock(ben, ana).await.unwrap();
    assert!(meets(&chat, ana, ben).await && meets(&chat, ben, ana).await);
}

/// A request that was made while it might be is answered by no way when the two may not meet any more: not by
/// accepting it, not by words, which would accept it, and not by a message for later.
#[tokio::test]
async fn who_may_not_meet_the_opener_cannot_answer_his_request() {
    let store = Arc::new(MemoryStore::new());
    let (ana, ben) = (user(0), user(BANDS.len() * 2 - 1));
    let lenient = engine_on(&store, true).await;
    let room = lenient.rooms().open_direct(ana, ben).await.unwrap().room.room_id;
    let message = |name| NewMessage::parse(ClientId::from_uuid(Uuid::from_u128(name)), "hola", None, None).unwrap();
    let asked = lenient.timeline().send(ana, room, message(1)).await.unwrap().ack.id.unwrap();

    let strict = engine_on(&store, false).await;
    let name = ClientId::from_uuid(Uuid::from_u128(2));
    let correction = NewCorrection::parse(name, "¡hola!", None, None, None).unwrap();
    assert!(matches!(strict.rooms().accept(ben, room).await, Err(TalkError::NoRoom)));
    assert!(matches!(strict.timeline().send(ben, room, message(3)).await, Err(TalkError::NoRoom)));
    assert!(matches!(strict.timeline().correct(ben, room, asked, correction).await, Err(TalkError::NoRoom)));
    let later = (Sending::words(ClientId::from_uuid(Uuid::from_u128(6)), "hola"), SystemClock.now().plus(MINUTE));
    assert!(matches!(strict.schedule().put(ben, room, later.0, later.1).await, Err(TalkError::NoRoom)));
    assert!(strict.rooms().find(ana, room).await.unwrap().pending.is_some(), "it waits as before");

    // Who may meet him answers by words.
    lenient.timeline().send(ben, room, message(4)).await.unwrap();
    assert!(strict.rooms().find(ana, room).await.unwrap().pending.is_none());
    // What was accepted stays.
    strict.timeline().send(ben, room, message(5)).await.unwrap();
}

#[tokio::test]
async fn nobody_is_met_who_is_not_there() {
    let chat = engine(true).await;
    let nobody = user(99);
    assert!(!chat.people().may_meet(user(0), nobody).await.unwrap());
    assert!(!chat.people().may_meet(nobody, user(0)).await.unwrap());
    assert!(!chat.people().may_meet(user(0), user(0)).await.unwrap());
    assert!(chat.people().profile(user(0), user(0)).await.is_ok(), "oneself as others see one");
}
