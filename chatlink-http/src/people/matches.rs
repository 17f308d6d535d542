//! Suggested partners.

use super::dto::Profile;
use crate::{Auth, Json, Problem, Query};
use axum::extract::State;
use chatlink_core::{
    ChatLink,
    people::{self, FindMatches, MatchReason},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What narrows the list, and where it goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MatchesQuery {
    /// One of the languages I learn: the partner speaks it natively.
    learning: Option<String>,
    /// One of my native languages: the partner learns it.
    native: Option<String>,
    /// The partner's level in it at least: A1 to C2.
    min_level: Option<String>,
    /// Where the partner lives, ISO 3166-1 alpha-2.
    country: Option<String>,
    /// `next_cursor` of the page before, with the same filters.
    cursor: Option<String>,
    /// 1 to 50, default 20; larger is clamped.
    limit: Option<u32>,
}

/// A page of partners, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MatchesPage {
    items: Vec<Match>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A suggested partner.
#[derive(Debug, Serialize, ToSchema)]
struct Match {
    user: Profile,
    /// Each speaks natively what the other learns.
    mutual: bool,
    #[schema(maximum = 1000)]
    score: u16,
    /// Why, most important first.
    reasons: Vec<Reason>,
    /// A first sentence to write, where there are words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    opener: Option<Opener>,
}

/// A suggested first message.
#[derive(Debug, Serialize, ToSchema)]
struct Opener {
    /// What it is written in.
    language: String,
    text: String,
}

/// Why somebody is suggested. Unknown codes are to be ignored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
enum Reason {
    /// Natively.
    SpeaksWhatYouLearn { language: String },
    /// With this level by now.
    LearnsWhatYouSpeak { language: String, level: String },
    /// Both named it.
    SharedInterest { interest: String },
    /// Hours between the two clocks, rounded up.
    NearTimeZone { hours: u16 },
    /// Was here within a week.
    RecentlyActive,
}

/// Partners for the caller, best first: mutual matches, then one-sided ones.
#[utoipa::path(
    get, path = "/matches", tag = "people", params(MatchesQuery),
    responses((status = 200, description = "A page.", body = MatchesPage)),
)]
pub(super) async fn list_matches(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    Query(query): Query<MatchesQuery>,
) -> Result<Json<MatchesPage>, Problem> {
    let MatchesQuery { learning, native, min_level, country, cursor, limit } = query;
    let question = FindMatches { learning, native, min_level, country, cursor, limit };
    let page = chat.people().matches(caller.user_id, question).await?;
    let items = page.items.into_iter().map(Into::into).collect();
    Ok(Json(MatchesPage { items, next_cursor: page.next_cursor }))
}

impl From<people::Match> for Match {
    fn from(found: people::Match) -> Self {
        Self {
            user: found.user.into(),
            mutual: found.mutual,
            score: found.score,
            reasons: found.reasons.into_iter().map(Into::into).collect(),
            opener: found.opener.map(|opener| Opener { language: opener.language.to_string(), text: opener.text }),
        }
    }
}

impl From<MatchReason> for Reason {
    fn from(reason: MatchReason) -> Self {
        match reason {
            MatchReason::SpeaksWhatYouLearn(language) => Self::SpeaksWhatYouLearn { language: language.to_string() },
            MatchReason::LearnsWhatYouSpeak(learning) => {
                Self::LearnsWhatYouSpeak { language: learning.language.to_string(), level: learning.level.to_string() }
            }
            MatchReason::SharedInterest(interest) => Self::SharedInterest { interest },
            MatchReason::NearTimeZone(hours) => Self::NearTimeZone { hours },
            MatchReason::RecentlyActive => Self::RecentlyActive,
        }
    }
}
