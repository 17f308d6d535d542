//! What was fetched lately. Two generations bound it: what is asked for moves to the young one.

use super::{Preview, WebAddress};
use chatlink_protocol::Timestamp;
use std::{collections::HashMap, time::Duration};

/// Entries of one generation; two are held. Of 4 KiB each at the most.
const GENERATION: usize = 512;
/// What a page said is believed for so long.
const KEPT: Duration = Duration::from_secs(3600);
/// That it said nothing, for so long: a page that was down comes back.
const KEPT_NOTHING: Duration = Duration::from_secs(300);

#[derive(Clone)]
struct Entry {
    at: Timestamp,
    preview: Option<Preview>,
}

#[derive(Default)]
pub(super) struct Cache {
    young: HashMap<WebAddress, Entry>,
    old: HashMap<WebAddress, Entry>,
}

impl Cache {
    /// What is known of the page; the inner `None`: that it says nothing.
    pub(super) fn find(&mut self, address: &WebAddress, now: Timestamp) -> Option<Option<Preview>> {
        let entry = match self.young.get(address) {
            Some(entry) => entry.clone(),
            None => self.old.remove(address)?,
        };
        let kept = if entry.preview.is_some() { KEPT } else { KEPT_NOTHING };
        if now >= entry.at.plus(kept) {
            self.young.remove(address);
            return None;
        }
        let preview = entry.preview.clone();
        self.put(address.clone(), entry);
        Some(preview)
    }

    /// Notes what a page said.
    pub(super) fn keep(&mut self, address: WebAddress, preview: Option<Preview>, now: Timestamp) {
        self.put(address, Entry { at: now, preview });
    }

    fn put(&mut self, address: WebAddress, entry: Entry) {
        if self.young.len() >= GENERATION && !self.young.contains_key(&address) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(address, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: usize) -> WebAddress {
        format!("https://example.org/{n}").parse().unwrap()
    }

    fn preview() -> Preview {
        Preview { title: "A page".to_owned(), description: None, site: None }
    }

    #[test]
    fn what_was_said_is_known_for_an_hour_and_silence_for_five_minutes() {
        let (mut cache, start) = (Cache::default(), Timestamp::from_micros(0));
        cache.keep(address(1), Some(preview()), start);
        cache.keep(address(2), None, start);
        let later = start.plus(KEPT_NOTHING);
        assert_eq!((cache.find(&address(1), later), cache.find(&address(2), later)), (Some(Some(preview())), None));
        assert_eq!(cache.find(&address(1), start.plus(KEPT)), None);
    }

    #[test]
    fn it_is_bounded_and_keeps_what_is_asked_for() {
        let (mut cache, now) = (Cache::default(), Timestamp::from_micros(0));
        for n in 0..GENERATION * 4 {
            cache.keep(address(n), None, now);
            assert_eq!(cache.find(&address(0), now), Some(None), "asked for all the time");
        }
        assert!(cache.young.len() + cache.old.len() <= GENERATION * 2);
        assert_eq!(cache.find(&address(1), now), None);
    }
}
