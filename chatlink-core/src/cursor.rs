//! Cursors of pages: opaque to clients, signed, and good for one list and one epoch only.

use crate::{
    error::Invalid,
    keys::{Keys, Purpose},
};
use base64::Engine as _;
use serde::{Serialize, de::DeserializeOwned};

const TAG_BYTES: usize = 16;
const MAX_TEXT: usize = 1024;

/// A cursor that is not ours, of another list, another epoch, or too old a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not valid here")]
pub struct BadCursor;

impl From<BadCursor> for Invalid {
    fn from(_: BadCursor) -> Self {
        Self::field("cursor", "bad_cursor", "a cursor of this list, with the same filters")
    }
}

/// Seals `position` into a text that only [`open`] of the same list and epoch reads. `list` names
/// the list and its filters: a cursor of other filters does not open.
///
/// # Errors
/// A position that is not JSON.
pub fn seal(keys: &Keys, epoch: &str, list: &str, position: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = serde_json::to_vec(position)?;
    let tag = keys.mac(Purpose::Cursor, &[epoch.as_bytes(), list.as_bytes(), &bytes]);
    bytes.extend_from_slice(&tag[..TAG_BYTES]);
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads what [`seal`] made.
///
/// # Errors
/// Anything else.
pub fn open<T: DeserializeOwned>(keys: &Keys, epoch: &str, list: &str, text: &str) -> Result<T, BadCursor> {
    if text.len() > MAX_TEXT {
        return Err(BadCursor);
    }
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
    let at = bytes.len().checked_sub(TAG_BYTES).ok_or(BadCursor)?;
    let (body, tag) = bytes.split_at(at);
    let parts = [epoch.as_bytes(), list.as_bytes(), body];
    let good = keys.keys(Purpose::Cursor).any(|key| crate::keys::short_mac_matches(&key, &parts, tag));
    if !good {
        return Err(BadCursor);
    }
    serde_json::from_slice(body).map_err(|_| BadCursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_where_it_was_sealed() {
        let keys = Keys::new(vec![vec![1; 32]]).unwrap();
        let text = seal(&keys, "e1", "rooms", &(7, "x")).unwrap();
        assert_eq!(open::<(i32, String)>(&keys, "e1", "rooms", &text).unwrap(), (7, "x".to_owned()));
        assert!(open::<(i32, String)>(&keys, "e2", "rooms", &text).is_err());
        assert!(open::<(i32, String)>(&keys, "e1", "matches", &text).is_err());
        assert!(open::<(i32, String)>(&keys, "e1", "rooms", &text[1..]).is_err());
        assert!(open::<(i32, String)>(&keys, "e1", "rooms", "").is_err());
    }
}
