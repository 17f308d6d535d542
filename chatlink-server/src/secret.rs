//! The installation's secret: read, made once, or taken in after it was replaced.

use crate::config::SecretSource;
use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use chatlink_core::{
    Keys,
    entropy::{OsEntropy, random},
};
use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write as _},
    path::Path,
};

/// The keys of the secret, which is made where it may be and is not there yet.
pub(crate) fn keys(source: &SecretSource) -> anyhow::Result<Keys> {
    let text = match source {
        SecretSource::Given(text) => text.clone(),
        SecretSource::File(path) => read(path)?,
        SecretSource::Own(path) => read_or_make(path)?,
    };
    for secret in text.split(',') {
        ensure!(!is_known(secret.trim()), "this secret is no secret; make one with `chatlink secret new`");
    }
    Ok(Keys::parse(&text)?)
}

/// A fresh secret as it is written down: 32 bytes of base64.
pub(crate) fn fresh() -> String {
    base64::engine::general_purpose::STANDARD.encode(random::<32>(&OsEntropy))
}

/// Secrets that somebody typed instead of making one: the same byte again and again, or few of them.
fn is_known(secret: &str) -> bool {
    let bytes = base64::engine::general_purpose::STANDARD.decode(secret).unwrap_or_default();
    let distinct: std::collections::BTreeSet<u8> = bytes.iter().copied().collect();
    let rising = bytes.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1));
    !bytes.is_empty() && (distinct.len() < 8 || rising)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading the secret in {}", path.display()))?;
    Ok(text.trim().to_owned())
}

/// Two processes that start together agree: one makes the file, the other reads it.
fn read_or_make(path: &Path) -> anyhow::Result<String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    match make(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = read(path)?;
            // Made by a process that died before it wrote: nothing can have been signed with it.
            ensure!(!text.is_empty(), "{} is empty: delete it", path.display());
            Ok(text)
        }
        Err(error) => bail!("making the secret in {}: {error}", path.display()),
        Ok(text) => Ok(text),
    }
}

/// Written aside and linked into place, so that nobody ever reads half of it.
fn make(path: &Path) -> std::io::Result<String> {
    if path.exists() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let text = fresh();
    let aside = path.with_extension(format!("{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    let written = writeln!(file, "{text}").and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&aside, path));
    std::fs::remove_file(&aside)?;
    linked.map(|()| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_for_the_owner_alone_and_read_from_then_on() {
        let folder = std::env::temp_dir().join(format!("chatlink-secret-{}", std::process::id()));
        let source = SecretSource::Own(folder.join("data/secret"));
        let first = keys(&source).unwrap();
        assert_eq!(keys(&source).unwrap().fingerprints(), first.fingerprints());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.join("data/secret")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(folder.join("data")).unwrap().count(), 1, "nothing is left beside it");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn typed_secrets_are_refused() {
        let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        let rising: Vec<u8> = (0..32).collect();
        for bytes in [&[0; 32][..], &[0xaa; 64], &rising, b"changeme"] {
            assert!(keys(&SecretSource::Given(encode(bytes))).is_err(), "{bytes:?}");
        }
        assert!(keys(&SecretSource::Given(fresh())).is_ok());
        assert!(keys(&SecretSource::Given(format!("{},{}", fresh(), encode(&[1; 32])))).is_err());
        assert!(keys(&SecretSource::File("/nonexistent/secret".into())).is_err());
    }
}
