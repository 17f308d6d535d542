//! A pool's connection in somebody's hands, and its way back.

use crate::error::store_error;
use chatlink_core::StoreError;
use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection};
use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};
use tokio::{runtime::Handle, time::timeout};

/// How long the server may take to say that a connection is still good.
const BACK: Duration = Duration::from_secs(2);

/// A connection that goes back to its pool when it is dropped, also in the middle of a statement. One whose server does
/// not answer then is closed, and its place in the pool is free: sqlx alone would ask for ever.
pub(crate) struct Lent(PoolConnection<Postgres>);

impl Lent {
    /// One of the pool's.
    pub(crate) async fn by(pool: &PgPool) -> Result<Self, StoreError> {
        pool.acquire().await.map(Self).map_err(store_error)
    }

    /// Ends it: it does not go back.
    pub(crate) fn close(mut self) {
        // Neither asked nor told: who does not wait for the way back has closed it.
        drop(self.0.return_to_pool());
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let back = self.0.return_to_pool();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(timeout(BACK, back));
        }
    }
}
