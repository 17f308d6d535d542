//! What the web client asks about this deployment before anybody is logged in: the host's own pages, and
//! where passkeys are good.

use crate::values::Values;
use anyhow::{Context as _, ensure};
use axum::{
    Json,
    extract::State,
    http::{HeaderName, Uri, header},
};
use serde::Serialize;

/// Where the terms of use and the privacy notice are. They are the host's: without them there is no link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Links {
    terms_url: Option<String>,
    privacy_url: Option<String>,
}

impl Links {
    pub(crate) fn of(values: &Values) -> anyhow::Result<Self> {
        Ok(Self {
            terms_url: page("terms_url", values.terms_url.as_deref())?,
            privacy_url: page("privacy_url", values.privacy_url.as_deref())?,
        })
    }
}

/// What `/app.json` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct About {
    #[serde(flatten)]
    pub(crate) links: Links,
    /// The domain whose pages offer passkeys; none: no page does.
    pub(crate) passkey_domain: Option<String>,
    /// Whether links in messages have previews.
    pub(crate) link_previews: bool,
}

/// `/app.json`: what the web client asks about this deployment before anybody is logged in.
pub(crate) async fn show(State(about): State<About>) -> ([(HeaderName, &'static str); 1], Json<About>) {
    ([(header::CACHE_CONTROL, "no-cache")], Json(about))
}

/// A page in the web: it becomes a link that people follow, so nothing but http and https, and no password in it.
fn page(name: &str, text: Option<&str>) -> anyhow::Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || format!("{name}: {text:?} is not like https://example.org/page");
    let uri: Uri = text.parse().with_context(wrong)?;
    let bare = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    ensure!(bare && matches!(uri.scheme_str(), Some("http" | "https")), wrong());
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_link_is_told_as_it_was_set_and_none_is_made_up() {
        let values = Values { terms_url: Some("https://example.org/terms?v=2#top".to_owned()), ..Values::default() };
        let about = About {
            links: Links::of(&values).unwrap(),
            passkey_domain: Some("localhost".to_owned()),
            link_previews: true,
        };
        let (_, Json(about)) = show(State(about)).await;
        let told = serde_json::to_value(about).unwrap();
        assert_eq!(
            told,
            serde_json::json!({
                "terms_url": "https://example.org/terms?v=2#top", "privacy_url": null, "passkey_domain": "localhost",
                "link_previews": true
            })
        );
    }
}
