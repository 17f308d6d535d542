//! Link previews: what a page says of itself, fetched by the server and never by the reader's device. Off unless a
//! deployment gives a [`PreviewFetcher`]; whoever writes one keeps it from reaching what is not public.

mod address;
mod cache;
mod service;

pub use address::{MAX_ADDRESS_BYTES, WebAddress};
pub use service::{PreviewError, Previews};

use async_trait::async_trait;

/// The most characters of [`Preview::title`].
pub const MAX_PREVIEW_TITLE: usize = 200;
/// The most characters of [`Preview::description`].
pub const MAX_PREVIEW_DESCRIPTION: usize = 400;
/// The most characters of [`Preview::site`].
pub const MAX_PREVIEW_SITE: usize = 80;

/// What a page says of itself. No picture: it would be fetched from somebody whom the reader does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its title, at most [`MAX_PREVIEW_TITLE`] characters, never empty.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Whose it is.
    pub site: Option<String>,
}

/// Fetches pages from the world outside. Called at most a few times at once, and dropped after five seconds.
#[async_trait]
pub trait PreviewFetcher: Send + Sync {
    /// What the page says of itself. `None`: nothing, or it is not to be had. Addresses of this machine, of private
    /// and of special networks are not to be had, whatever name or redirect leads there.
    async fn fetch(&self, address: &WebAddress) -> Option<Preview>;
}
