//! Search: what people wrote, found by a part of it in any script.
//!
//! The rule is pure and the same for every store: [`fold`] says which characters count as the same,
//! [`Pattern`] whether a text holds what was asked for, and where. A store walks the asker's rooms,
//! newest first, and may keep an index to pass over what cannot hold it; what it answers was read from
//! the living messages, so that an index can be late and yet nothing that is gone is found.

mod fold;
pub mod index;
mod indexer;
mod pattern;
mod port;
mod service;

pub use fold::{Folded, Span, fold};
pub(crate) use indexer::Indexer;
pub use pattern::{MAX_HIGHLIGHTS, MAX_QUERY, MAX_WORDS, Pattern};
pub use port::{Found, Hit, Place, SearchStore, Sought};
pub use service::{Search, SearchForm, SearchHit, SearchPage};
