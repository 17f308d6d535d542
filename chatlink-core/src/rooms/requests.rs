//! What waits for one's answer: direct rooms that others opened, and groups that others would bring one into. One cursor
//! goes through both lists, which end each at its own page.

use super::{Entry, Inbox, Invitation, RoomPlace, RoomRow, Rooms, Way};
use crate::{
    cursor,
    error::{Invalid, StoreError},
    limiter::Cost,
    people::Brief,
    timeline::TalkError,
};
use chatlink_protocol::{RoomId, Timestamp, UserId, room::Room};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Requests of each of the two kinds that one page shows at most.
pub const REQUESTS_LIMIT: u32 = 100;
/// The list that cursors are of.
const LIST: &str = "requests";

/// A page of requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RequestPage {
    /// Direct rooms, the newest activity first.
    pub rooms: Vec<Room>,
    /// Invitations that hold, the newest first.
    pub invitations: Vec<Invitation>,
    /// Of those who invited.
    pub briefs: HashMap<UserId, Brief>,
    /// Where the lists go on; `None`: both are at their end.
    pub next_cursor: Option<String>,
}

/// How far a list was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reach<T> {
    #[default]
    Start,
    After(T),
    End,
}

/// How far both were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    rooms: Reach<RoomPlace>,
    invitations: Reach<(Timestamp, RoomId)>,
}

impl<T> Reach<T> {
    /// Up to the last row of a full page; one that is not full was the last.
    fn up_to(last: Option<T>, rows: usize, limit: u32) -> Self {
        last.filter(|_| rows >= limit as usize).map_or(Self::End, Self::After)
    }
}

impl Rooms {
    /// The caller's requests from the place that an earlier page named, at most `limit` of each kind. Looking tells
    /// nobody. Of people whom he may not meet there are none.
    ///
    /// # Errors
    /// A cursor that is none of this list, too fast, or the store.
    pub async fn requests(&self, me: UserId, after: Option<&str>, limit: u32) -> Result<RequestPage, TalkError> {
        let context = &self.context;
        let from: Option<Place> = after
            .map(|text| cursor::open(&context.keys, &context.installation.epoch, LIST, text))
            .transpose()
            .map_err(Invalid::from)?;
        self.spend(me, Cost::Read)?;
        let (mut place, limit) = (from.unwrap_or_default(), limit.clamp(1, REQUESTS_LIMIT));
        let mut page =
            RequestPage { rooms: self.waiting_rooms(me, &mut place.rooms, limit).await?, ..RequestPage::default() };
        (page.invitations, page.briefs) = self.waiting_invitations(me, &mut place.invitations, limit).await?;
        if (place.rooms, place.invitations) != (Reach::End, Reach::End) {
            let sealed = cursor::seal(&context.keys, &context.installation.epoch, LIST, &place);
            page.next_cursor = Some(sealed.map_err(|error| StoreError::Corrupt(error.into()))?);
        }
        Ok(page)
    }

    /// The next rooms of the list, and how far it was read with them. Whom one may not meet is asked once for all.
    async fn waiting_rooms(
        &self,
        me: UserId,
        reach: &mut Reach<RoomPlace>,
        limit: u32,
    ) -> Result<Vec<Room>, TalkError> {
        let after = match *reach {
            Reach::End => return Ok(Vec::new()),
            Reach::After(place) => Some(place),
            Reach::Start => None,
        };
        self.timeline.flush_marks_of(me).await;
        let rows = self.context.store.list_rooms(me, Inbox::Requests, after, limit, self.context.now()).await;
        let rows = self.context.observe(rows)?;
        *reach = Reach::up_to(rows.last().map(RoomRow::place), rows.len(), limit);
        let openers: Vec<UserId> = rows.iter().filter_map(|row| row.peer).collect();
        let open = self.people.may_meet_all(me, &openers).await?;
        let meets = |row: &RoomRow| row.peer.is_some_and(|opener| open.contains(&opener));
        self.views(me, rows.into_iter().filter(meets).collect()).await
    }

    /// The next invitations that hold, with whoever made them, and how far their list was read with them.
    async fn waiting_invitations(
        &self,
        me: UserId,
        reach: &mut Reach<(Timestamp, RoomId)>,
        limit: u32,
    ) -> Result<(Vec<Invitation>, HashMap<UserId, Brief>), TalkError> {
        let after = match *reach {
            Reach::End => return Ok((Vec::new(), HashMap::new())),
            Reach::After(place) => Some(place),
            Reach::Start => None,
        };
        let rows = self.context.store.list_invitations(me, None, after, limit).await;
        let mut rows = self.context.observe(rows)?;
        *reach = Reach::up_to(rows.last().map(|row| (row.invited_at, row.room_id)), rows.len(), limit);
        let now = self.context.now();
        rows.retain(|row| matches!(row.door.entry(Way::Invitation, now), Entry::Opens | Entry::Full));
        let makers: Vec<UserId> = rows.iter().map(|row| row.invited_by).collect();
        let open = self.people.may_meet_all(me, &makers).await?;
        rows.retain(|row| open.contains(&row.invited_by));
        Ok((rows, self.people.briefs(&makers).await?))
    }
}
