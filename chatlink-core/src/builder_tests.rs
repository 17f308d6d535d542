//! An engine whose disk, or whose database, did not keep what it was told to keep.

use super::*;
use crate::{
    Failed,
    identity::{AccountStore as _, HostAccount},
    memory::MemoryStore,
    people::{AgeBand, HostProfile},
    realtime::{ConnectError, Outgoing},
    rooms::{DirectPair, RoomStore as _},
    timeline::{NewMessage, TalkError},
};
use chatlink_protocol::{ClientId, ErrorCode, RoomId, Timestamp, UserId};
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
    assert_eq!(timeout(Duration::ZERO, chat.failed()).await, Ok(Failed::LostWrite), "the binary ends on this");
    assert!(matches!(chat.ready().await, Err(StoreError::Lost(_))));
    let refused = say(2).await;
    assert!(matches!(refused, Err(TalkError::Store(StoreError::Lost(_)))), "{refused:?}");
}

/// Rooms may have gone back there: what comes under seqs that were told here already would be taken for old.
#[tokio::test(start_paused = true)]
async fn a_store_that_goes_over_to_another_history_ends_the_engine() {
    let store = Arc::new(MemoryStore::new());
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    let chat = ChatLink::builder().store(store.clone()).keys(keys).build().await.unwrap();
    store.host_account(account(1), NOW).await.unwrap();
    let far = Timestamp::from_micros(i64::MAX / 2);
    let connection = chat.connect(user(1), None, far, 0).await.unwrap();
    assert!(matches!(connection.outgoing().await, Outgoing::Frames(_)));
    // Nothing happens as long as it is the same.
    assert!(timeout(Duration::from_secs(60), chat.failed()).await.is_err());
    store.go_over("another");
    assert_eq!(timeout(Duration::from_secs(2), chat.failed()).await, Ok(Failed::OtherHistory));
    let closed = timeout(Duration::from_secs(1), async {
        loop {
            if let Outgoing::Close(code) = connection.outgoing().await {
                return code;
            }
        }
    });
    assert_eq!(closed.await, Ok(ErrorCode::Unavailable), "everybody is cut");
    assert!(matches!(chat.connect(user(1), None, far, 0).await, Err(ConnectError::Store(StoreError::Lost(_)))));
    assert!(matches!(chat.ready().await, Err(StoreError::Lost(_))));
    let refused = chat.rooms().open_direct(user(1), user(2)).await;
    assert!(refused.is_err());
}
