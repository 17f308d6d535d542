//! A folder for what is on the way.

use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// A folder of this process alone, gone with all that is in it.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Beside the file, on the same disk.
    pub(super) fn beside(file: &Path) -> anyhow::Result<Self> {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".work-{}", std::process::id()));
        let path = PathBuf::from(name);
        std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700)
            .create(&path)
            .with_context(|| format!("making {}", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
