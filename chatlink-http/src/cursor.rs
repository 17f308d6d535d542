//! Cursors of lists whose place the edge itself writes down: opaque keysets, bound to the list and
//! the epoch. They grant nothing, so they need no signature.

use crate::Problem;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chatlink_core::Invalid;
use serde::{Serialize, de::DeserializeOwned};

/// No cursor of ours is longer.
const MAX_TEXT: usize = 512;

/// Writes a place in a list down.
pub(crate) fn seal(epoch: &str, list: &str, place: &impl Serialize) -> Option<String> {
    serde_json::to_vec(&(epoch, list, place)).ok().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads what [`seal`] wrote; anything else, of another list or epoch too, is an invalid field.
pub(crate) fn open<T: DeserializeOwned>(epoch: &str, list: &str, text: &str) -> Result<T, Problem> {
    let wrong = || Problem::from(Invalid::field("cursor", "bad_cursor", "not a cursor of this list"));
    if text.len() > MAX_TEXT {
        return Err(wrong());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
    let (of, name, place): (String, String, T) = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    if of == epoch && name == list { Ok(place) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_in_its_own_list_alone() {
        let text = seal("e1", "rooms", &7).unwrap();
        assert_eq!(open::<u8>("e1", "rooms", &text), Ok(7));
        for (epoch, list, text) in
            [("e2", "rooms", &*text), ("e1", "members", &text), ("e1", "rooms", "x"), ("e1", "rooms", "")]
        {
            assert_eq!(open::<u8>(epoch, list, text).unwrap_err().code(), chatlink_protocol::ErrorCode::Invalid);
        }
        assert!(open::<u8>("e1", "rooms", &"A".repeat(10_000)).is_err());
    }
}
