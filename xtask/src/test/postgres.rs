//! The PostgreSQL server that all tests of a run share.

#[path = "../../../chatlink-store-postgres/tests/support/server.rs"]
mod server;

pub(crate) use server::Server;

use super::Env;
use crate::failure::{Failure, Outcome};

/// Starts one, unless the variable names one already; it ends with what is answered.
pub(crate) fn provide(env: &mut Env) -> Outcome<Option<Server>> {
    if std::env::var_os(server::URL).is_some() {
        return Ok(None);
    }
    let started = Server::start().map_err(Failure::new)?;
    env.push((server::URL.to_owned(), started.url().into()));
    Ok(Some(started))
}
