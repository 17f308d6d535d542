//! The use case of link previews.

use super::{Preview, WebAddress, cache::Cache};
use crate::{
    context::Context,
    error::{Coded, Invalid, StoreError},
    limiter::{Cost, Limited},
};
use chatlink_protocol::{ErrorCode, Problem, UserId};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Pages that are fetched at once, for all people together.
const AT_ONCE: usize = 8;
/// Of them, for one person: slow pages of one hold up no other.
const EACH: usize = 3;
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
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Link previews.
pub struct Previews {
    context: Arc<Context>,
    cache: Mutex<Cache>,
    places: Semaphore,
    /// Who has pages fetched now, and how many.
    fetching: Mutex<HashMap<UserId, usize>>,
}

/// One of a person's places; free again when it is dropped.
struct Place<'a> {
    of: &'a Mutex<HashMap<UserId, usize>>,
    user: UserId,
    _among_all: SemaphorePermit<'a>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut held) = of.entry(self.user) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

impl Previews {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, cache: Mutex::default(), places: Semaphore::new(AT_ONCE), fetching: Mutex::default() }
    }

    /// Whether this deployment shows previews at all.
    #[must_use]
    pub fn are_shown(&self) -> bool {
        self.context.previews.is_some()
    }

    /// What a page says of itself, as it was lately. `None`: nothing, or it is not to be had. For whom hides how far
    /// he read nothing is fetched: whoever sent an address of one's own making would see when he looked.
    ///
    /// # Errors
    /// Off, no page's address, too fast, too many at once, or the store.
    pub async fn preview(&self, me: UserId, url: &str) -> Result<Option<Preview>, PreviewError> {
        let fetcher = self.context.previews.as_ref().ok_or(PreviewError::Off)?;
        let address: WebAddress = url.parse()?;
        let now = self.context.now();
        self.context.limiter.spend(me, Cost::Read, READS, now)?;
        let known = self.cache.lock().unwrap_or_else(PoisonError::into_inner).find(&address, now);
        if let Some(preview) = known {
            return Ok(preview);
        }
        let settings = self.context.observe(self.context.store.find_settings(me).await)?;
        if !settings.privacy.read_receipts {
            return Ok(None);
        }
        let _place = self.place(me).ok_or(PreviewError::Busy)?;
        let fetched = tokio::time::timeout(DEADLINE, fetcher.fetch(&address)).await.unwrap_or_default();
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).keep(address, fetched.clone(), self.context.now());
        Ok(fetched)
    }

    fn place(&self, user: UserId) -> Option<Place<'_>> {
        let permit = self.places.try_acquire().ok()?;
        let mut of = self.fetching.lock().unwrap_or_else(PoisonError::into_inner);
        let held = of.entry(user).or_default();
        if *held >= EACH {
            return None;
        }
        *held += 1;
        Some(Place { of: &self.fetching, user, _among_all: permit })
    }
}

impl Coded for PreviewError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Off => ErrorCode::Forbidden,
            Self::Invalid(error) => error.code(),
            Self::Limited(error) => error.code(),
            Self::Busy => ErrorCode::Unavailable,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Off => problem.detail = Some(self.to_string()),
            Self::Invalid(error) => error.describe(problem),
            Self::Limited(error) => error.describe(problem),
            Self::Busy => problem.retry_after = Some(1),
            Self::Store(error) => error.describe(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ChatLink, Keys,
        memory::MemoryStore,
        people::{Patch, UpdateSettings},
        previews::PreviewFetcher,
    };
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

    fn user(n: usize) -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(n as u128 + 1))
    }

    fn me() -> UserId {
        user(0)
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
        let slow = |user: UserId, n: usize| {
            let chat = chat.clone();
            async move { chat.previews().preview(user, &format!("https://{n}.example.org/slow")).await }
        };
        let mut waiting: Vec<_> = (0..EACH).map(|n| tokio::spawn(slow(me(), n))).collect();
        tokio::task::yield_now().await;
        assert!(matches!(slow(me(), 98).await, Err(PreviewError::Busy)), "one person has so many");
        waiting.extend((EACH..AT_ONCE).map(|n| tokio::spawn(slow(user(n), n))));
        tokio::task::yield_now().await;
        assert!(matches!(slow(user(99), 99).await, Err(PreviewError::Busy)), "all together have so many");
        for one in waiting {
            assert_eq!(one.await.unwrap().unwrap(), None, "after the deadline");
        }
        assert_eq!(slow(me(), 100).await.unwrap(), None, "places are free again");
        assert!(chat.previews().fetching.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn for_whom_hides_how_far_he_read_nothing_is_fetched() {
        let pages = Arc::new(Pages::default());
        let chat = engine(Some(pages.clone())).await;
        let hide = UpdateSettings { read_receipts: Patch::Set(false), ..UpdateSettings::default() };
        chat.people().update_settings(me(), hide).await.unwrap();
        let asked = async |user| chat.previews().preview(user, "https://example.org").await.unwrap().is_some();
        assert!(!asked(me()).await);
        assert_eq!(pages.0.load(Ordering::SeqCst), 0);
        assert!(asked(user(1)).await && asked(me()).await, "what others had fetched tells nobody anything");
    }
}
