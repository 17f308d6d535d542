//! Where a session is kept between two starts: a port, because every platform has a place of its own for it.

use crate::Secret;
use async_trait::async_trait;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Keeps one secret text: on a phone in the keychain.
///
/// ```
/// # use chatlink_client::{Secret, TokenStore, TokenStoreError};
/// struct Keychain;
///
/// #[async_trait::async_trait]
/// impl TokenStore for Keychain {
///     async fn load(&self) -> Result<Option<Secret>, TokenStoreError> {
///         Ok(None)
///     }
///     async fn save(&self, _text: &Secret) -> Result<(), TokenStoreError> {
///         Ok(())
///     }
///     async fn clear(&self) -> Result<(), TokenStoreError> {
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// What was saved last; `None`: nothing, or it was cleared since.
    ///
    /// # Errors
    /// The place failed.
    async fn load(&self) -> Result<Option<Secret>, TokenStoreError>;

    /// Keeps the text in place of the one before, whole or not at all.
    ///
    /// # Errors
    /// The place failed.
    async fn save(&self, text: &Secret) -> Result<(), TokenStoreError>;

    /// Forgets it. Repeating it does no harm.
    ///
    /// # Errors
    /// The place failed.
    async fn clear(&self) -> Result<(), TokenStoreError>;
}

/// The place where tokens are kept failed.
#[derive(Debug, thiserror::Error)]
#[error("the token store failed: {0}")]
pub struct TokenStoreError(String);

impl TokenStoreError {
    /// For a reason that names no secret.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl From<std::io::Error> for TokenStoreError {
    fn from(error: std::io::Error) -> Self {
        Self(error.kind().to_string())
    }
}

/// Keeps it as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryTokens(Mutex<Option<Secret>>);

#[async_trait]
impl TokenStore for MemoryTokens {
    async fn load(&self) -> Result<Option<Secret>, TokenStoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn save(&self, text: &Secret) -> Result<(), TokenStoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.clone());
        Ok(())
    }

    async fn clear(&self) -> Result<(), TokenStoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}

/// Keeps it in a file that its owner alone can read (mode 0600): for programs on a machine without a keychain.
#[derive(Clone, Debug)]
pub struct FileTokens(PathBuf);

impl FileTokens {
    /// In this file; its folder is made when absent.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

#[async_trait]
impl TokenStore for FileTokens {
    async fn load(&self) -> Result<Option<Secret>, TokenStoreError> {
        let path = self.0.clone();
        aside(move || match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    async fn save(&self, text: &Secret) -> Result<(), TokenStoreError> {
        let (path, text) = (self.0.clone(), text.clone());
        aside(move || replace(&path, &text)).await
    }

    async fn clear(&self) -> Result<(), TokenStoreError> {
        let path = self.0.clone();
        aside(move || match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .await
    }
}

/// Writes beside the file and then takes its place: who dies in between leaves the old one.
fn replace(path: &Path, text: &Secret) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension("fresh");
    let _ = std::fs::remove_file(&fresh);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(text.expose().as_bytes())?;
    file.sync_all()?;
    std::fs::rename(fresh, path)
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, TokenStoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| TokenStoreError::new("interrupted"))??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_keeps_the_last_text_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let (path, fresh) = (home.path().join("deep/tokens"), home.path().join("deep/tokens.fresh"));
        let store = FileTokens::new(&path);
        assert_eq!(store.load().await.unwrap(), None);
        store.save(&"one".into()).await.unwrap();
        // Who died while writing left this.
        std::fs::write(&fresh, "half").unwrap();
        store.save(&"two".into()).await.unwrap();
        assert_eq!(FileTokens::new(&path).load().await.unwrap(), Some("two".into()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        store.clear().await.unwrap();
        store.clear().await.unwrap();
        assert_eq!(store.load().await.unwrap(), None);
        assert!(!fresh.exists());
    }
}
