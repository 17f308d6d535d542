//! The use case of link previews.

use super::{Preview, WebAddress, cache::Cache};
use crate::{
    context::Context,
    error::{Coded, Invalid},
    limiter::{Cost, Limited},
};
use chatlink_protocol::{ErrorCode, Problem, UserId};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Semaphore;

/// Pages that are fetched at once, for all people together.
const AT_ONCE: usize = 8;
/// No page is waited for longer.
const DEADLINE: Duration = Duration::from_secs(5);
/// What asking costs, in reads: a page may have to be fetched for it.
const READS: u32 = 4;

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// This deployment shows none.
    #[error("no link previews are shown here")]
    Off,
    /// No page's address.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// Too many pages are being fetched.
    #[error("too many pages are being fetched")]
    Busy,
}

/// Link previews.
pub struct Previews {
    context: Arc<Context>,
    cache: Mutex<Cache>,
    places: Semaphore,
}

impl Previews {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, cache: Mutex::default(), places: Semaphore::new(AT_ONCE) }
    }

    /// Whether this deployment shows previews at all.
    #[must_use]
    pub fn are_shown(&self) -> bool {
        self.context.previews.is_some()
    }

    /// What a page says of itself, as it was lately. `None`: nothing, or it is not to be had.
    ///
    /// # Errors
    /// Off, no page's address, too fast, or too many at once.
    pub async fn preview(&self, me: UserId, url: &str) -> Result<Option<Preview>, PreviewError> {
        let fetcher = self.context.previews.as_ref().ok_or(PreviewError::Off)?;
        let address: WebAddress = url.parse()?;
        let now = self.context.now();
        self.context.limiter.spend(me, Cost::Read, READS, now)?;
        let known = self.cache.lock().unwrap_or_else(PoisonError::into_inner).find(&address, now);
        if let Some(preview) = known {
            return Ok(preview);
        }
        let _place = self.places.try_acquire().map_err(|_| PreviewError::Busy)?;
        let fetched = tokio::time::timeout(DEADLINE, fetcher.fetch(&address)).await.unwrap_or_default();
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).keep(address, fetched.clone(), self.context.now());
        Ok(fetched)
    }
}

impl Coded for PreviewError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Off => ErrorCode::Forbidden,
            Self::Invalid(error) => error.code(),
            Self::Limited(error) => error.code(),
            Self::Busy => ErrorCode::Unavailable,
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Off => problem.detail = Some(self.to_string()),
            Self::Invalid(error) => error.describe(problem),
            Self::Limited(error) => error.describe(problem),
            Self::Busy => problem.retry_after = Some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChatLink, Keys, memory::MemoryStore, previews::PreviewFetcher};
    use async_trait::async_trait;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Says of every page that it is one; of `/slow` never.
    #[derive(Default)]
    struct Pages(AtomicUsize);

    #[async_trait]
    impl PreviewFetcher for Pages {
        async fn fetch(&self, address: &WebAddress) -> Option<Preview> {
            self.0.fetch_add(1, Ordering::SeqCst);
            if address.as_str().ends_with("/slow") {
                std::future::pending::<()>().await;
            }
            Some(Preview { title: "A page".to_owned(), description: None, site: None })
        }
    }

    async fn engine(pages: Option<Arc<Pages>>) -> ChatLink {
        let mut builder =
            ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(Keys::new(vec![vec![1; 32]]).unwrap());
        if let Some(pages) = pages {
            builder = builder.previews(pages);
        }
        builder.build().await.unwrap()
    }

    fn me() -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(1))
    }

    #[tokio::test]
    async fn where_nobody_fetches_there_are_none() {
        let chat = engine(None).await;
        assert!(!chat.previews().are_shown());
        let asked = chat.previews().preview(me(), "https://example.org").await;
        assert!(matches!(asked, Err(PreviewError::Off)));
    }

    #[tokio::test]
    async fn a_page_is_fetched_once_for_all() {
        let pages = Arc::new(Pages::default());
        let chat = engine(Some(pages.clone())).await;
        for _ in 0..3 {
            let preview = chat.previews().preview(me(), "https://example.org").await.unwrap().unwrap();
            assert_eq!(preview.title, "A page");
        }
        assert_eq!(pages.0.load(Ordering::SeqCst), 1);
        assert!(matches!(chat.previews().preview(me(), "example").await, Err(PreviewError::Invalid(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn slow_pages_end_and_hold_a_bounded_number_of_places() {
        let chat = engine(Some(Arc::default())).await;
        let slow = |n: usize| {
            let chat = chat.clone();
            async move { chat.previews().preview(me(), &format!("https://{n}.example.org/slow")).await }
        };
        let waiting: Vec<_> = (0..AT_ONCE).map(|n| tokio::spawn(slow(n))).collect();
        tokio::task::yield_now().await;
        assert!(matches!(slow(99).await, Err(PreviewError::Busy)));
        for one in waiting {
            assert_eq!(one.await.unwrap().unwrap(), None, "after the deadline");
        }
        assert_eq!(slow(100).await.unwrap(), None, "places are free again");
    }
}
