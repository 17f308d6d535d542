//! An engine whose disk did not keep what it was told to keep.

use super::*;
use crate::{
    identity::{AccountStore as _, HostAccount},
    memory::MemoryStore,
    people::{AgeBand, HostProfile},
    rooms::{DirectPair, RoomStore as _},
    timeline::{NewMessage, TalkError},
};
use chatlink_protocol::{ClientId, RoomId};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_000_000);

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn account(n: u128) -> HostAccount {
    let profile = HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() };
    let username = format!("user{n}").parse().unwrap();
    HostAccount { external_id: n.to_string(), trace: [0; 32], user_id: user(n), username, profile }
}

#[tokio::test]
async fn after_a_lost_write_nothing_is_acknowledged_and_the_engine_says_so() {
    let store = Arc::new(MemoryStore::new());
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    let chat = ChatLink::builder().store(store.clone()).keys(keys).build().await.unwrap();
    for n in [1, 2] {
        store.host_account(account(n), NOW).await.unwrap();
    }
    let (room, pair) = (RoomId::from_uuid(Uuid::from_u128(100)), DirectPair::of(user(1), user(2)).unwrap());
    store.open_direct(room, pair, user(1), vec![], vec![], NOW).await.unwrap();
    let say = async |name| {
        let client_id = ClientId::from_uuid(Uuid::from_u128(name));
        let message = NewMessage::parse(client_id, "hello", None, None).unwrap();
        chat.timeline().send(user(1), room, message).await
    };
    say(1).await.unwrap();
    assert!(chat.ready().await.is_ok() && timeout(Duration::ZERO, chat.failed()).await.is_err());

    let lost = chat.context.observe::<()>(Err(StoreError::Lost("fsync".into())));
    assert!(matches!(lost, Err(StoreError::Lost(_))));
    assert_eq!(timeout(Duration::ZERO, chat.failed()).await, Ok(Failed), "the binary ends on this");
    assert!(matches!(chat.ready().await, Err(StoreError::Lost(_))));
    let refused = say(2).await;
    assert!(matches!(refused, Err(TalkError::Store(StoreError::Lost(_)))), "{refused:?}");
}
