//! People on SQLite.

mod avatars;
mod blocks;
mod contact_list;
mod encounters;
mod host;
mod matches;
mod profiles;
mod reports;
mod runs;
mod settings;
mod standings;
#[cfg(test)]
mod tests;

pub(crate) use host::{find_host_person, take_host_word};
pub(crate) use profiles::{ids, insert_host_profile, insert_profile, version};
#[cfg(test)]
/// The statements whose plans are looked at.
#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::plans::Statements] =
    &[settings::STATEMENTS, contact_list::STATEMENTS, reports::STATEMENTS];
