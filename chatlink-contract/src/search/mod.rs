//! Promises of [`SearchStore`](chatlink_core::timeline::search::SearchStore). How texts fold and match is core's own
//! rule, tested there; here: what is looked through, in which order, and what is never found.

pub mod erasure;
pub mod oracle;
pub mod pages;
pub mod scope;

pub use erasure::*;
pub use oracle::*;
pub use pages::*;
pub use scope::*;

use crate::world::World;
use chatlink_core::{
    protocol::{EventBody, UserId},
    timeline::search::{Found, Hit, Pattern, Sought},
};
use std::time::Duration;

/// The cases of this module.
#[macro_export]
macro_rules! search_cases {
    ($harness:path) => {
        $crate::cases!($harness, search: [
            words_are_found_in_every_script,
            a_hit_is_the_whole_message_with_its_places,
            one_room_one_person_or_a_time_can_be_asked_for,
            only_ones_own_rooms_are_looked_through,
            one_finds_from_ones_first_seq_on,
            a_request_that_waits_is_not_looked_through,
            blocked_peoples_words_are_not_found,
            a_redacted_message_is_never_found,
            an_expired_message_is_never_found,
            of_an_edited_message_the_last_words_are_found,
            pages_go_from_the_newest_down,
            pages_stand_still_while_more_is_said,
            without_time_each_page_comes_further,
            search_agrees_with_a_look_at_every_message,
        ]);
    };
}

/// A question of somebody about all of his rooms.
pub(crate) fn ask(reader: UserId, q: &str) -> Sought {
    Sought {
        reader,
        pattern: Pattern::parse(q).unwrap(),
        room_id: None,
        sender_id: None,
        from: None,
        until: None,
        before: None,
        limit: 50,
        budget: Duration::from_secs(60),
    }
}

impl World {
    pub(crate) async fn search(&self, wanted: Sought) -> Option<Found> {
        self.store.search(wanted, self.now()).await.unwrap()
    }

    /// All hits, page by page.
    pub(crate) async fn hits(&self, mut wanted: Sought) -> Vec<Hit> {
        let mut hits = Vec::new();
        loop {
            let found = self.search(wanted.clone()).await.expect("his room");
            assert!(found.hits.len() <= wanted.limit as usize);
            hits.extend(found.hits);
            match found.next {
                Some(next) => {
                    assert!(wanted.before.is_none_or(|before| next < before), "a page comes further");
                    wanted.before = Some(next);
                }
                None => return hits,
            }
        }
    }

    /// The words of what a person finds.
    pub(crate) async fn found(&self, reader: UserId, q: &str) -> Vec<String> {
        self.hits(ask(reader, q)).await.iter().map(said).collect()
    }

    /// The store's index is brought up with what was said, if it has one.
    pub(crate) async fn indexed(&self) {
        let later = self.now().plus(Duration::from_secs(3600));
        while self.store.index_messages(100, later).await.unwrap() >= 100 {}
    }
}

pub(crate) fn said(hit: &Hit) -> String {
    match &hit.event.body {
        EventBody::Message(message) => message.text.clone().expect("words"),
        other => panic!("no message: {other:?}"),
    }
}
