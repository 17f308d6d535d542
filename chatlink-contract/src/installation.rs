//! Promises of [`InstallationStore`](chatlink_core::InstallationStore).

use crate::Harness;
use chatlink_core::Installation;

/// The cases of this module.
#[macro_export]
macro_rules! installation_cases {
    ($harness:path) => {
        $crate::cases!($harness, installation: [
            the_first_one_stays,
            adopted_fingerprints_are_kept,
            a_ping_tells_the_epoch,
        ]);
    };
}

fn fresh(byte: u8) -> Installation {
    Installation {
        id: uuid::Uuid::from_bytes([byte; 16]),
        epoch: format!("epoch-{byte}"),
        fingerprints: vec![[byte; 16]],
    }
}

/// Whoever comes second, on whatever handle, gets what the first one made.
pub async fn the_first_one_stays(harness: &impl Harness) {
    let first = harness.store().installation(fresh(1)).await.unwrap();
    assert_eq!(first, fresh(1));
    assert_eq!(harness.another().await.installation(fresh(2)).await.unwrap(), first);
}

/// What was adopted is told from then on, each once.
pub async fn adopted_fingerprints_are_kept(harness: &impl Harness) {
    let store = harness.store();
    store.installation(fresh(1)).await.unwrap();
    store.adopt(vec![[2; 16]]).await.unwrap();
    store.adopt(vec![[2; 16], [1; 16]]).await.unwrap();
    let mut prints = store.installation(fresh(3)).await.unwrap().fingerprints;
    prints.sort_unstable();
    assert_eq!(prints, [[1; 16], [2; 16]]);
}

/// On whatever handle, and nothing as long as it is nobody's.
pub async fn a_ping_tells_the_epoch(harness: &impl Harness) {
    let (store, other) = (harness.store(), harness.another().await);
    assert_eq!(store.ping().await.unwrap(), None);
    store.installation(fresh(1)).await.unwrap();
    for store in [store, other] {
        assert_eq!(store.ping().await.unwrap(), Some(fresh(1).epoch));
    }
}
