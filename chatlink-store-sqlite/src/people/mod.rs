//! People on SQLite.

mod avatars;
mod blocks;
mod matches;
mod profiles;
mod reports;
mod settings;
mod standings;
#[cfg(test)]
mod tests;

pub(crate) use profiles::{insert_host_profile, insert_profile};
#[cfg(test)]
pub(crate) use settings::STATEMENTS;
