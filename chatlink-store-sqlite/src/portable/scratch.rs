//! A folder for what is on the way.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// What stands between a file's name and the number of the process that works on it.
const MARK: &str = ".work-";

/// A folder of one run beside a file, for its owner's eyes alone, gone with all that is in it.
///
/// A run that is killed leaves its folder, with data of people in it: the next run on the same file removes it. Which runs
/// live is told by a lock of the folder, which ends with its process however that ends.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Beside the file, on the same disk.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn beside(file: &Path) -> io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        clear(file);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut name = file.as_os_str().to_owned();
        name.push(format!("{MARK}{}-{number}", std::process::id()));
        let path = PathBuf::from(name);
        let mut folder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&path)?;
        let lock = File::open(&path)?;
        // Where folders cannot be locked the next run takes this one for one that lives, and leaves it.
        let _ = lock.try_lock();
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what runs left that do not live any more. What cannot be removed stays: it keeps nobody from working.
fn clear(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(mut begin) = file.file_name().map(OsString::from) else { return };
    begin.push(MARK);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let rest = name.as_encoded_bytes().strip_prefix(begin.as_encoded_bytes());
        let is_one = rest.is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'));
        if is_one && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let is_over = File::open(entry.path()).is_ok_and(|folder| folder.try_lock().is_ok());
            if is_over {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_run_left_goes_and_what_a_live_one_uses_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chat.db");
        let left = folder.path().join("chat.db.work-4242-0");
        let others =
            ["chat.db.work-4242-0.txt", "chat.db.work-", "other.db.work-4242-0"].map(|n| folder.path().join(n));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("part"), "what people wrote").unwrap();
        for other in [&others[0], &others[2]] {
            fs::create_dir(other).unwrap();
        }
        fs::write(&others[1], "a file").unwrap();
        let live = Scratch::beside(&file).unwrap();
        assert!(!left.exists() && others.iter().all(|other| other.exists()));
        let second = Scratch::beside(&file).unwrap();
        assert!(live.path().exists() && second.path() != live.path());
        let paths = [live.path().to_owned(), second.path().to_owned()];
        drop((live, second));
        assert!(!paths[0].exists() && !paths[1].exists());
    }
}
