//! Rooms as they go over the wire: with the names of their people, asked for once a page.

use super::{Inbox, ROOMS_LIMIT, RoomPlace, RoomRow, Rooms};
use crate::{
    cursor,
    error::{Invalid, StoreError},
    limiter::Cost,
    people::{Brief, person},
    timeline::{Life, TalkError},
};
use chatlink_protocol::{
    UserId,
    frame::{FRAME_BYTES, HELLO_ROOMS},
    room::{Pending, Person, Room, RoomPage},
};
use std::collections::HashMap;

/// Of a `hello`, what its rooms may take: the heads and the frame itself want the rest.
const HELLO_BYTES: usize = FRAME_BYTES / 4 * 3;

impl Rooms {
    /// The caller's rooms in that list, as [`RoomPlace`] orders them, from the place that an earlier page named.
    ///
    /// # Errors
    /// A cursor that is none of this list, too fast, or the store.
    pub async fn page(&self, me: UserId, inbox: Inbox, after: Option<&str>, limit: u32) -> Result<RoomPage, TalkError> {
        let context = &self.context;
        let after: Option<RoomPlace> = after
            .map(|text| cursor::open(&context.keys, &context.installation.epoch, list_of(inbox), text))
            .transpose()
            .map_err(Invalid::from)?;
        self.spend(me, Cost::Read)?;
        self.read_page(me, inbox, after, limit.clamp(1, ROOMS_LIMIT)).await
    }

    /// What a `hello` shows: at most `limit` rooms, and no more than fit into its frame. `None` of one who has read so
    /// much that he must wait: he asks for the list when he may.
    pub(crate) async fn hello(&self, me: UserId, limit: u32) -> Result<Option<RoomPage>, TalkError> {
        if self.spend(me, Cost::Read).is_err() {
            return Ok(None);
        }
        let page = self.read_page(me, Inbox::Rooms, None, limit.clamp(1, HELLO_ROOMS)).await?;
        self.cut(page, HELLO_BYTES).map(Some)
    }

    async fn read_page(
        &self,
        me: UserId,
        inbox: Inbox,
        after: Option<RoomPlace>,
        limit: u32,
    ) -> Result<RoomPage, TalkError> {
        self.timeline.flush_marks_of(me).await;
        let now = self.context.now();
        let rows = self.context.observe(self.context.store.list_rooms(me, inbox, after, limit, now).await)?;
        let last = rows.last().filter(|_| rows.len() >= limit as usize).map(RoomRow::place);
        let badge = self.context.observe(self.context.store.badge(me, now).await)?;
        let next_cursor = last.map(|place| self.seal(inbox, place)).transpose()?;
        Ok(RoomPage { items: self.views(me, rows).await?, next_cursor, badge })
    }

    /// The page's first rooms, as many as `bytes` hold; the first one in any case, if need be without its last item.
    fn cut(&self, mut page: RoomPage, bytes: usize) -> Result<RoomPage, TalkError> {
        let mut left = bytes;
        let mut fits = |room: &Room| {
            let size = serde_json::to_vec(room).map_or(usize::MAX, |text| text.len());
            let fits = size <= left;
            left = left.saturating_sub(size);
            fits
        };
        let fitting = page.items.iter().take_while(|room| fits(room)).count();
        if let (0, Some(first)) = (fitting, page.items.first_mut()) {
            first.last_item = None;
        }
        let fitting = fitting.max(1);
        if fitting < page.items.len() {
            page.items.truncate(fitting);
            let place = |room: &Room| RoomPlace { pinned: room.pinned, updated_at: room.updated_at, room_id: room.id };
            let last = page.items.last().map(place);
            page.next_cursor = last.map(|place| self.seal(Inbox::Rooms, place)).transpose()?;
        }
        Ok(page)
    }

    fn seal(&self, inbox: Inbox, place: RoomPlace) -> Result<String, StoreError> {
        let sealed = cursor::seal(&self.context.keys, &self.context.installation.epoch, list_of(inbox), &place);
        sealed.map_err(|error| StoreError::Corrupt(error.into()))
    }

    /// These rooms as the caller sees them.
    ///
    /// # Errors
    /// The store.
    pub async fn views(&self, me: UserId, rows: Vec<RoomRow>) -> Result<Vec<Room>, TalkError> {
        let peers: Vec<UserId> = rows.iter().filter_map(|row| row.peer).collect();
        let briefs = self.people.briefs(&peers).await?;
        let allowance = self.context.settings.talk.request_messages;
        Ok(rows.into_iter().map(|row| view(row, me, allowance, &briefs)).collect())
    }

    /// As [`views`](Self::views), of one.
    ///
    /// # Errors
    /// The store.
    pub async fn view(&self, me: UserId, row: RoomRow) -> Result<Room, TalkError> {
        let peers: Vec<UserId> = row.peer.into_iter().collect();
        let briefs = self.people.briefs(&peers).await?;
        Ok(view(row, me, self.context.settings.talk.request_messages, &briefs))
    }
}

/// The list that cursors are of.
const fn list_of(inbox: Inbox) -> &'static str {
    match inbox {
        Inbox::Rooms => "rooms",
        Inbox::Archived => "rooms/archived",
        Inbox::Requests => "rooms/requests",
    }
}

/// The room as `me` sees it, with `allowance` messages to an opener.
fn view(row: RoomRow, me: UserId, allowance: u32, briefs: &HashMap<UserId, Brief>) -> Room {
    let pending = row
        .pending
        .map(|pending| Pending { by_me: pending.opener == me, messages_left: allowance.saturating_sub(pending.sent) });
    let peer = row.peer.map(|peer| match row.severed {
        true => Person::Deleted { id: peer, deleted: true },
        false => person(peer, briefs),
    });
    Room {
        id: row.room_id,
        kind: row.kind.as_str().to_owned(),
        title: row.settings.title,
        topic: row.settings.topic,
        posting: row.settings.posting.as_str().to_owned(),
        visibility: row.settings.visibility.as_str().to_owned(),
        join: row.settings.join.as_str().to_owned(),
        language: row.settings.language.map(|language| language.to_string()),
        level: row.settings.level.map(|level| level.as_str().to_owned()),
        expires_in: row.settings.expires_in.map(Life::as_secs),
        avatar: row.settings.avatar.map(|version| version.addresses_of_room(row.room_id)),
        peer,
        role: row.role.as_str().to_owned(),
        member_muted_until: row.member_muted_until,
        member_count: row.member_count,
        last_item: row.last_item,
        head_seq: row.head_seq,
        read_seq: row.read_seq,
        unread: row.unread,
        unread_mentions: row.unread_mentions,
        unread_threads: row.unread_threads,
        pending,
        archived: row.prefs.archived,
        pinned: row.prefs.pinned,
        muted_until: row.prefs.muted_until,
        marked_unread: row.prefs.marked_unread,
        notify: row.prefs.notify.map(|notify| notify.as_str().to_owned()),
        updated_at: row.updated_at,
    }
}
