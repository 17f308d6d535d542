//! Corrections: a partner's improved text of a version of a message, and what became of it.

use crate::{EventId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// The longest text that a correction starts from or proposes, in bytes of UTF-8.
pub const CORRECTION_BYTES: usize = 4 * 1024;

/// The longest note to a correction, in characters.
pub const NOTE_CHARS: usize = 1_000;

/// A correction on a message, as a timeline item shows it. It stays tied to the version that it was made of:
/// where the item's version is higher, the author has edited the message since. Accepting one does not rewrite
/// the message: both texts stand, and both people see what changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
// A document has one name for each schema, and the event's body has this one.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = MessageCorrection))]
pub struct Correction {
    /// The id of the event that proposed it.
    pub id: EventId,
    /// Who proposed it.
    pub sender_id: UserId,
    /// When.
    pub at: Timestamp,
    /// The version of the message that it corrects.
    pub version: u32,
    /// What became of it so far.
    pub state: CorrectionState,
    /// What it says.
    pub words: CorrectionWords,
}

/// What a correction says. All of it is gone with its message, or when its proposer withdraws it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CorrectionWords {
    /// The message's text in the version corrected.
    pub original: String,
    /// The improved text.
    pub text: String,
    /// How the one becomes the other, in order; see [`diff`](crate::diff).
    pub spans: Vec<Span>,
    /// What kind of fault it mends, where the proposer says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<CorrectionKind>,
    /// The proposer's words about it, at most 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

/// One change: the code points `from` to `to` of the original give way to `text`. With `from` equal to `to`
/// something is put in; with an empty `text` something is taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Span {
    /// The first code point that goes.
    pub from: u32,
    /// The first one after them that stays.
    pub to: u32,
    /// What stands there instead.
    pub text: String,
}

/// What kind of fault a correction mends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CorrectionKind {
    /// Letters and accents.
    Spelling,
    /// Forms and order of words.
    Grammar,
    /// Another word fits better.
    WordChoice,
    /// Right, but not what one says.
    Style,
    /// A kind of a later version.
    #[serde(other)]
    Unknown,
}

/// What became of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CorrectionState {
    /// The author has not answered it.
    Open,
    /// The author took it.
    Accepted,
    /// The author did not take it.
    Declined,
    /// Its proposer, or who keeps order in the group, took it back: no item shows it any more.
    Withdrawn,
    /// A state of a later version.
    #[serde(other)]
    Unknown,
}

impl CorrectionKind {
    /// Those that one may give.
    pub const ALL: [Self; 4] = [Self::Spelling, Self::Grammar, Self::WordChoice, Self::Style];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spelling => "spelling",
            Self::Grammar => "grammar",
            Self::WordChoice => "word_choice",
            Self::Style => "style",
            Self::Unknown => "unknown",
        }
    }
}

impl CorrectionState {
    /// Those that there are.
    pub const ALL: [Self; 4] = [Self::Open, Self::Accepted, Self::Declined, Self::Withdrawn];

    /// The name in SQL and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Unknown => "unknown",
        }
    }
}
