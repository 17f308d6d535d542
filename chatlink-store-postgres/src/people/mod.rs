//! People on PostgreSQL.

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
pub(crate) const STATEMENTS: &[crate::sql::Statements] = &[
    contact_list::STATEMENTS,
    encounters::STATEMENTS,
    reports::STATEMENTS,
    runs::STATEMENTS,
    settings::STATEMENTS,
    standings::STATEMENTS,
];
