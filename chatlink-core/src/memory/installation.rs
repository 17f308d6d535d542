//! The installation in memory.

use super::MemoryStore;
use crate::{
    error::StoreError,
    store::{Installation, InstallationStore},
};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;

#[derive(Default)]
pub(super) struct Tables {
    installation: Option<Installation>,
}

#[cfg(test)]
impl MemoryStore {
    /// Goes over to another history, as by a failover.
    pub(crate) fn go_over(&self, epoch: &str) {
        if let Some(installation) = &mut self.lock().installation.installation {
            epoch.clone_into(&mut installation.epoch);
        }
    }
}

#[async_trait]
impl InstallationStore for MemoryStore {
    async fn installation(&self, fresh: Installation) -> Result<Installation, StoreError> {
        Ok(self.lock().installation.installation.get_or_insert(fresh).clone())
    }

    async fn adopt(&self, fingerprints: Vec<[u8; 16]>) -> Result<(), StoreError> {
        if let Some(installation) = &mut self.lock().installation.installation {
            for print in fingerprints {
                if !installation.fingerprints.contains(&print) {
                    installation.fingerprints.push(print);
                }
            }
        }
        Ok(())
    }

    async fn ping(&self) -> Result<Option<String>, StoreError> {
        Ok(self.lock().installation.installation.as_ref().map(|installation| installation.epoch.clone()))
    }

    async fn last_seen(&self) -> Result<Timestamp, StoreError> {
        Ok(self.lock().identity.last_seen.unwrap_or(Timestamp::EPOCH))
    }
}
