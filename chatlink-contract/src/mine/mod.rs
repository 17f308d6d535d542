//! Promises of [`MineStore`](chatlink_core::timeline::mine::MineStore).

pub mod drafts;
pub mod hides;
pub mod stars;

pub use drafts::*;
pub use hides::*;
pub use stars::*;

use crate::world::{World, note};
use chatlink_core::{
    protocol::{EventId, RoomId, UserId},
    timeline::mine::{Marked, MessageMark},
};

/// The cases of this module.
#[macro_export]
macro_rules! mine_cases {
    ($harness:path) => {
        $crate::cases!($harness, mine: [
            a_star_is_set_once_and_told,
            stars_are_on_messages_that_one_may_read,
            stars_go_with_their_message_and_their_member,
            stars_are_listed_newest_first_and_paged,
            stars_are_bounded,
            what_is_hidden_is_a_tombstone_to_its_hider_alone,
            what_is_hidden_is_neither_unread_nor_last_nor_found,
            what_is_gone_is_not_hidden,
            a_draft_follows_its_writer,
            a_draft_goes_with_its_member,
        ]);
    };
}

pub(crate) fn mark(kind: &'static str, user_id: UserId, room_id: RoomId, message_id: EventId) -> MessageMark {
    MessageMark { user_id, room_id, message_id, note: note(user_id, kind, &message_id.to_string(), 1) }
}

impl World {
    pub(crate) async fn star(&self, user: UserId, room: RoomId, message: EventId) -> Marked {
        self.store.star(mark("star", user, room, message), self.now()).await.unwrap()
    }

    pub(crate) async fn unstar(&self, user: UserId, room: RoomId, message: EventId) -> Marked {
        self.store.unstar(mark("star", user, room, message), self.now()).await.unwrap()
    }

    pub(crate) async fn hide(&self, user: UserId, room: RoomId, message: EventId) -> Marked {
        self.store.hide(mark("hide", user, room, message), self.now()).await.unwrap()
    }

    pub(crate) async fn starred(&self, user: UserId) -> Vec<EventId> {
        let rows = self.store.list_stars(user, None, 100, self.now()).await.unwrap();
        rows.iter().map(|row| row.item.id).collect()
    }
}

pub(crate) fn is_done(marked: &Marked) -> bool {
    matches!(marked, Marked::Done(_))
}
