//! One's own settings of a room, on the wire.

use super::dto::given;
use chatlink_core::{
    Invalid,
    people::Notify,
    rooms::{Prefs, PrefsChange},
};
use chatlink_protocol::{Timestamp, room::words::notify};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One's own settings of a room; absent members stay as they are.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PrefsPatch {
    #[serde(default)]
    archived: Option<bool>,
    #[serde(default)]
    pinned: Option<bool>,
    /// `null` unmutes.
    #[serde(default, deserialize_with = "given")]
    muted_until: Option<Option<Timestamp>>,
    #[serde(default)]
    marked_unread: Option<bool>,
    /// Of which messages to be told: `all`, `mentions` or `none`; `null`: as one's settings say.
    #[serde(default, deserialize_with = "given")]
    notify: Option<Option<String>>,
}

/// One's own settings of a room.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrefsAnswer {
    archived: bool,
    pinned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<Timestamp>,
    marked_unread: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = notify)]
    notify: Option<&'static str>,
}

impl PrefsPatch {
    pub(crate) fn parse(self) -> Result<PrefsChange, Invalid> {
        Ok(PrefsChange {
            archived: self.archived,
            pinned: self.pinned,
            muted_until: self.muted_until,
            marked_unread: self.marked_unread,
            notify: self.notify.map(|notify| notify.map(|notify| notify.parse()).transpose()).transpose()?,
        })
    }
}

impl From<Prefs> for PrefsAnswer {
    fn from(prefs: Prefs) -> Self {
        Self {
            archived: prefs.archived,
            pinned: prefs.pinned,
            muted_until: prefs.muted_until,
            marked_unread: prefs.marked_unread,
            notify: prefs.notify.map(Notify::as_str),
        }
    }
}
