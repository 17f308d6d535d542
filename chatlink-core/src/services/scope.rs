//! What a service token may do.

use crate::error::Invalid;
use std::{collections::BTreeSet, fmt, str::FromStr};

/// One thing that a token may do. To write is not to read: a token has both where it needs both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Look at profiles, partners, blocks, and who is here.
    PeopleRead,
    /// Change the own profile, block people.
    PeopleWrite,
    /// Look at rooms, members and requests.
    RoomsRead,
    /// Open rooms, lead, join and leave them, answer requests.
    RoomsWrite,
    /// Read and hear what is said.
    TimelineRead,
    /// Say something, change or take it back, mark it as read.
    TimelineWrite,
    /// Make accounts of the host's own users, and find them by the host's names.
    UsersUpsert,
}

/// The scopes of a token: one at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scope {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::PeopleRead,
        Self::PeopleWrite,
        Self::RoomsRead,
        Self::RoomsWrite,
        Self::TimelineRead,
        Self::TimelineWrite,
        Self::UsersUpsert,
    ];

    /// Its stable name, in stores, on the wire and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PeopleRead => "people:read",
            Self::PeopleWrite => "people:write",
            Self::RoomsRead => "rooms:read",
            Self::RoomsWrite => "rooms:write",
            Self::TimelineRead => "timeline:read",
            Self::TimelineWrite => "timeline:write",
            Self::UsersUpsert => "users:upsert",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

impl Scopes {
    /// These scopes.
    ///
    /// # Errors
    /// `scopes` where there is none, `scopes[i]` where one is unknown.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Invalid> {
        let (mut scopes, mut invalid, mut some) = (BTreeSet::new(), Invalid::default(), false);
        for (at, name) in names.into_iter().enumerate() {
            some = true;
            match Scope::of_name(name) {
                Some(scope) => drop(scopes.insert(scope)),
                None => invalid.push(format!("scopes[{at}]"), "unknown_scope", known()),
            }
        }
        if !some {
            invalid.push("scopes", "required", known());
        }
        invalid.check().map(|()| Self(scopes))
    }

    /// The scopes as a store kept them. A name of a later version gives no right here.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        Self(text.split(' ').filter_map(Scope::of_name).collect())
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// All of them, in the order of [`Scope::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

fn known() -> String {
    Scope::ALL.map(Scope::as_str).join(", ")
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Self, Invalid> {
        Self::of_name(name).ok_or_else(|| Invalid::field("scope", "unknown_scope", known()))
    }
}

/// Their names with spaces in between, as stores keep them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iter().map(Scope::as_str).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_whole_or_not_at_all() {
        let all = Scopes::parse(Scope::ALL.map(Scope::as_str)).unwrap();
        assert_eq!(Scopes::stored(&all.to_string()), all);
        assert!(Scope::ALL.into_iter().all(|scope| all.has(scope) && scope.as_str().parse() == Ok(scope)));
        let fields = |names: &[&str]| {
            let refused = Scopes::parse(names.iter().copied()).unwrap_err().0;
            refused.into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&[]), ["scopes"]);
        assert_eq!(fields(&["rooms:read", "rooms", "*"]), ["scopes[1]", "scopes[2]"]);
    }

    #[test]
    fn a_scope_of_a_later_version_gives_no_right() {
        let read = Scopes::stored("rooms:read moon:walk");
        assert_eq!(read.iter().collect::<Vec<_>>(), [Scope::RoomsRead]);
    }
}
