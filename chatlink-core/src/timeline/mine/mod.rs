//! What a member keeps for himself: stars, what he hides, drafts. Nobody else learns of it; it follows
//! him to his other devices by his own log, under the kinds `star`, `hide` and `draft`.

mod draft;
mod port;
mod service;

pub(crate) use draft::no_draft;
pub use draft::{DRAFT, Draft, DraftBody};
pub use port::{DraftRow, HIDDEN, Marked, MessageMark, MineStore, STARS, StarPlace, StarRow};
pub use service::{Mine, STARS_LIMIT, StarPage};
