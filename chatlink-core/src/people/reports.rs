//! Reports of people to the operators.

use super::{People, ReportRow};
use crate::{
    error::{Coded, Invalid, StoreError},
    limiter::{Cost, Limited},
    words::without_nul,
};
use chatlink_protocol::{ErrorCode, EventId, Problem, ReportId, RoomId, Timestamp, UserId};
use std::{str::FromStr, time::Duration};

/// The longest note, in characters.
pub const MAX_REPORT_NOTE: usize = 1000;
/// The most messages that a report may name.
pub const MAX_REPORT_EVENTS: usize = 20;
/// Reports of one page at most.
pub const REPORTS_LIMIT: u32 = 100;
/// Reports of one person in 24 hours.
pub const REPORTS_A_DAY: u32 = 20;

/// Why a person is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Advertising, fraud.
    Spam,
    /// Insults, threats, hate.
    Abuse,
    /// A child, or somebody who approaches children.
    Minor,
    /// The note says it.
    Other,
}

/// A report as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MakeReport {
    /// Who is reported.
    pub user_id: String,
    /// `spam`, `abuse`, `minor` or `other`.
    pub reason: String,
    /// What happened.
    pub note: Option<String>,
    /// Where.
    pub room_id: Option<String>,
    /// Which messages.
    pub event_ids: Vec<String>,
}

/// A checked report: with the ids of the messages that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    /// Its id.
    pub report_id: ReportId,
    /// Who reports.
    pub reporter: UserId,
    /// Who is reported.
    pub user_id: UserId,
    /// Why.
    pub reason: Reason,
    /// What happened, at most [`MAX_REPORT_NOTE`] characters, no NUL.
    pub note: String,
    /// Where.
    pub room_id: Option<RoomId>,
    /// Which messages of it, each once, at most [`MAX_REPORT_EVENTS`].
    pub event_ids: Vec<EventId>,
}

/// What the store's `report` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reported {
    /// Kept.
    Kept,
    /// There never was such an account.
    NoUser,
    /// These messages are not there for the reporter.
    Unreadable(Vec<EventId>),
    /// The reporter's day is full; the next one may come after this.
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
}

/// Why a report was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no such person.
    #[error("there is no such person")]
    NoUser,
    /// Too many in a day.
    #[error("too many reports in a day")]
    TooMany(Duration),
    /// Fields that are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl People {
    /// Reports a person to the operators, with the words of the messages that are named. The reported one is not told.
    ///
    /// # Errors
    /// Wrong fields, among them messages that the reporter cannot read; nobody there, too many today, or the store.
    pub async fn report(&self, reporter: UserId, report: MakeReport) -> Result<ReportId, ReportError> {
        self.spend(reporter, Cost::Send)?;
        let report_id = ReportId::from_uuid(self.context.fresh_id());
        let report = report.parse(report_id, reporter)?;
        let named = report.event_ids.clone();
        let kept = self.context.store.report(report, REPORTS_A_DAY, self.context.now()).await;
        match self.context.observe(kept)? {
            Reported::Kept => Ok(report_id),
            Reported::NoUser => Err(ReportError::NoUser),
            Reported::Unreadable(ids) => Err(unreadable(&named, &ids).into()),
            Reported::TooMany { retry_after } => Err(ReportError::TooMany(retry_after)),
        }
    }

    /// All reports with the words of the messages that they name, the newest first, strictly before `before`: for who
    /// runs the installation. No edge serves it.
    ///
    /// # Errors
    /// The store.
    pub async fn list_reports(
        &self,
        before: Option<(Timestamp, ReportId)>,
        limit: u32,
    ) -> Result<Vec<ReportRow>, StoreError> {
        self.context.observe(self.context.store.list_reports(before, limit.min(REPORTS_LIMIT)).await)
    }
}

/// Each message that the reporter cannot read, by its place in what he sent.
fn unreadable(named: &[EventId], ids: &[EventId]) -> Invalid {
    let mut invalid = Invalid::default();
    for (n, _) in named.iter().enumerate().filter(|(_, id)| ids.contains(id)) {
        invalid.push(format!("event_ids[{n}]"), "no_message", "a message of the room that one can read");
    }
    invalid
}

impl MakeReport {
    fn parse(self, report_id: ReportId, reporter: UserId) -> Result<NewReport, Invalid> {
        let mut invalid = Invalid::default();
        let user_id = invalid.take(parse_id("user_id", &self.user_id));
        let reason = invalid.take(self.reason.parse());
        let room_id = self.room_id.as_deref().and_then(|id| invalid.take(parse_id("room_id", id)));
        let event_ids = self.event_ids.iter().take(MAX_REPORT_EVENTS).enumerate();
        let event_ids: Vec<EventId> =
            event_ids.filter_map(|(n, id)| invalid.take(parse_id(&format!("event_ids[{n}]"), id))).collect();
        for (n, id) in event_ids.iter().enumerate() {
            if event_ids[..n].contains(id) {
                invalid.push(format!("event_ids[{n}]"), "repeated", "each message once");
            }
        }
        if room_id.is_none() && self.room_id.is_none() && !self.event_ids.is_empty() {
            invalid.push("room_id", "required", "the room of the messages");
        }
        if self.event_ids.len() > MAX_REPORT_EVENTS {
            invalid.push("event_ids", "too_many", format!("at most {MAX_REPORT_EVENTS}"));
        }
        let note = self.note.unwrap_or_default().trim().to_owned();
        if note.chars().count() > MAX_REPORT_NOTE {
            invalid.push("note", "too_long", format!("at most {MAX_REPORT_NOTE} characters"));
        }
        invalid.take(without_nul("note", &note));
        if user_id == Some(reporter) {
            invalid.push("user_id", "yourself", "nobody reports himself");
        }
        match (user_id, reason) {
            (Some(user_id), Some(reason)) if invalid.0.is_empty() => {
                Ok(NewReport { report_id, reporter, user_id, reason, note, room_id, event_ids })
            }
            _ => Err(invalid),
        }
    }
}

fn parse_id<T: FromStr>(field: &str, text: &str) -> Result<T, Invalid> {
    text.parse().map_err(|_| Invalid::field(field, "bad_id", "an id"))
}

impl Reason {
    /// Its name in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
            Self::Minor => "minor",
            Self::Other => "other",
        }
    }
}

impl FromStr for Reason {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Spam, Self::Abuse, Self::Minor, Self::Other]
            .into_iter()
            .find(|reason| reason.as_str() == text)
            .ok_or_else(|| Invalid::field("reason", "unknown_reason", "spam, abuse, minor or other"))
    }
}

impl Coded for ReportError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoUser => ErrorCode::UserNotFound,
            Self::TooMany(_) => ErrorCode::RateLimited,
            Self::Invalid(error) => error.code(),
            Self::Limited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::NoUser => {}
            Self::TooMany(wait) => problem.retry_after = Some(wait.as_secs().max(1)),
            Self::Invalid(error) => error.describe(problem),
            Self::Limited(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn parse(report: MakeReport) -> Result<NewReport, Invalid> {
        report.parse(ReportId::from_uuid(Uuid::nil()), UserId::from_uuid(Uuid::from_u128(1)))
    }

    #[test]
    fn all_wrong_fields_are_named_at_once() {
        let report = MakeReport {
            user_id: "nobody".to_owned(),
            reason: "boredom".to_owned(),
            note: Some("x".repeat(1001)),
            room_id: Some("x".to_owned()),
            event_ids: vec!["y".to_owned(); 21],
        };
        let fields: Vec<_> = parse(report).unwrap_err().0.into_iter().map(|e| e.field).collect();
        assert_eq!(fields[..4], ["user_id", "reason", "room_id", "event_ids[0]"]);
        assert_eq!(fields[fields.len() - 2..], ["event_ids", "note"]);
    }

    #[test]
    fn a_note_that_not_every_store_keeps_is_refused() {
        let other = Uuid::from_u128(2).to_string();
        let report = |note: &str| MakeReport {
            user_id: other.clone(),
            reason: "spam".to_owned(),
            note: Some(note.to_owned()),
            ..MakeReport::default()
        };
        assert!(parse(report("a\u{1}b")).is_ok());
        let refused = parse(report("a\0b")).unwrap_err().0;
        assert_eq!((refused[0].field.as_str(), refused[0].code.as_str()), ("note", "bad_character"));
    }

    #[test]
    fn nobody_reports_himself() {
        let me = Uuid::from_u128(1).to_string();
        let report = MakeReport { user_id: me, reason: "spam".to_owned(), ..MakeReport::default() };
        assert_eq!(parse(report).unwrap_err().0[0].code, "yourself");
    }
}
