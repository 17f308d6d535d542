//! Routes of profiles, pictures, matches, blocks, contact lists, reports and settings.

mod avatar;
mod blocks;
mod contact_list;
mod dto;
mod matches;
mod me;
mod reports;
mod settings;
mod users;

pub(crate) use blocks::Block;
pub(crate) use contact_list::KeptPerson;
pub(crate) use dto::LearningLanguage;
pub(crate) use me::{Contact, Me};
pub(crate) use settings::Settings;

use crate::Edge;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this domain, below `/v1`.
pub(crate) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(me::read_me, me::update_me))
        .routes(routes!(me::update_languages))
        .routes(routes!(avatar::set_avatar, avatar::clear_avatar))
        .routes(routes!(settings::read_settings, settings::update_settings))
        .routes(routes!(users::read_user))
        .routes(routes!(avatar::read_avatar))
        .routes(routes!(matches::list_matches))
        .routes(routes!(blocks::list_blocks))
        .routes(routes!(blocks::block, blocks::unblock))
        .routes(routes!(contact_list::list_kept))
        .routes(routes!(contact_list::keep, contact_list::let_go))
        .routes(routes!(reports::report))
}
