//! The use cases of rooms.

use super::{
    Contact, CreateGroup, DirectPair, History, Inbox, MemberRow, NewGroup, OpenDirect, Prefs, PrefsChange, RoomKind,
    RoomPlace, RoomRow, Title,
    invitations::{Sorted, invited_note},
};
use crate::{
    context::Context,
    error::Invalid,
    keys::Purpose,
    limiter::Cost,
    people::People,
    realtime::Hub,
    timeline::{TalkError, Timeline, room_note},
};
use chatlink_protocol::{ClientId, RoomId, UserId, frame::Head};
use std::sync::Arc;

/// Rooms of one page at most.
pub const ROOMS_LIMIT: u32 = 100;
/// Members of one page at most.
pub const MEMBERS_LIMIT: u32 = 200;
/// People that one call may add.
pub const ADD_LIMIT: usize = 100;

/// Opens, lists and changes rooms. `me` is whoever the caller authenticated.
pub struct Rooms {
    pub(super) context: Arc<Context>,
    hub: Arc<Hub>,
    pub(super) people: Arc<People>,
    pub(super) timeline: Arc<Timeline>,
}

/// A group to be created, as its creator asks for it.
#[derive(Clone, Debug)]
pub struct GroupRequest {
    /// The creator's name for it.
    pub client_id: ClientId,
    /// Its title.
    pub title: Title,
    /// Whom to add at once.
    pub members: Vec<UserId>,
    /// From where new members read.
    pub history: History,
}

/// A page of a room's members.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberPage {
    /// By id.
    pub rows: Vec<MemberRow>,
    /// Whether it is a direct room that is severed: the other person shows as a deleted account.
    pub severed: bool,
}

/// A room that a call opened or found.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The room, as the caller sees it.
    pub room: RoomRow,
    /// Whether this call made it.
    pub created: bool,
}

impl Rooms {
    pub(crate) fn new(context: Arc<Context>, hub: Arc<Hub>, people: Arc<People>, timeline: Arc<Timeline>) -> Self {
        Self { context, hub, people, timeline }
    }

    /// The direct room with this person: found, or opened as a request that the other may accept.
    ///
    /// # Errors
    /// No such person for the caller (absent, blocked, not to be met), one who lets nobody write first, oneself, or the
    /// store.
    pub async fn open_direct(&self, me: UserId, peer: UserId) -> Result<Opened, TalkError> {
        self.spend(me, Cost::Send)?;
        let pair = DirectPair::of(me, peer)
            .ok_or_else(|| Invalid::field("user_id", "yourself", "somebody else than yourself"))?;
        match self.contacts(me, &[peer]).await?.get(&peer) {
            // Settled or not: the room itself is the request.
            Some(Contact::Request | Contact::Settled | Contact::Opened | Contact::Declined) => {}
            Some(Contact::Closed) => return Err(TalkError::Unreachable),
            Some(Contact::Absent) | None => return Err(TalkError::NoUser),
        }
        let room = RoomId::from_uuid(self.context.fresh_id());
        let created = vec![room_note(me, room, "joined")];
        let accepted = [me, peer].map(|user| room_note(user, room, "accepted")).to_vec();
        let opened = self.context.store.open_direct(room, pair, me, created, accepted, self.context.now()).await;
        let (room, told, created) = match self.context.observe(opened)? {
            OpenDirect::Created(room, told) => (room, told, true),
            OpenDirect::Found(room) => (room, Vec::new(), false),
            OpenDirect::Accepted(room, told) => (room, told, false),
            OpenDirect::NoUser => return Err(TalkError::NoUser),
        };
        if created {
            self.hub.join_all(room, Head::default(), me);
            self.hub.join_all(room, Head::default(), peer);
        }
        self.timeline.forget(room);
        self.hub.tell(told);
        Ok(Opened { room: self.row(me, room).await?, created })
    }

    /// Creates a group, owned by `me`: of those named who know him, and with invitations to the others. Idempotent by
    /// `client_id`.
    ///
    /// # Errors
    /// Somebody who is no such person for the caller, too many, conflict, or the store.
    pub async fn create_group(&self, me: UserId, request: GroupRequest) -> Result<Opened, TalkError> {
        self.spend(me, Cost::Send)?;
        let GroupRequest { client_id, title, mut members, history } = request;
        members.retain(|member| *member != me);
        members.sort_unstable();
        members.dedup();
        check_count("members", &members)?;
        let Sorted { settled, asked, unheard } = self.sort(me, "members", &members).await?;
        let room_id = RoomId::from_uuid(self.context.fresh_id());
        let mac = self.group_mac(&title, history, &members);
        let everybody: Vec<_> = std::iter::once(me).chain(settled.iter().copied()).collect();
        let joined = everybody.iter().map(|user| room_note(*user, room_id, "joined"));
        let notes = joined.chain(asked.iter().map(|user| invited_note(*user, room_id))).collect();
        let believed: Vec<_> = asked.iter().chain(&unheard).copied().collect();
        let (request, members, invited) = (mac, settled, asked);
        let group = NewGroup { room_id, creator: me, client_id, request, title, history, members, invited };
        let (room, created) =
            match self.context.observe(self.context.store.create_group(group, notes, self.context.now()).await)? {
                CreateGroup::Created(told) => {
                    everybody.iter().for_each(|user| self.hub.join_all(room_id, Head::default(), *user));
                    self.hub.tell(told);
                    (room_id, true)
                }
                CreateGroup::Repeated(room) => (room, false),
                CreateGroup::Conflict => return Err(TalkError::Conflict),
                CreateGroup::NoCreator => return Err(TalkError::NoUser),
            };
        // By a repetition, too: the first call may have ended between the two writes.
        self.remember_invited(me, room, &believed).await?;
        Ok(Opened { room: self.row(me, room).await?, created })
    }

    /// One of the caller's rooms.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn find(&self, me: UserId, room: RoomId) -> Result<RoomRow, TalkError> {
        self.spend(me, Cost::Read)?;
        self.timeline.flush_marks_of(me).await;
        self.row(me, room).await
    }

    /// The room as it is for `me` now: what a call answers that was counted already.
    pub(super) async fn row(&self, me: UserId, room: RoomId) -> Result<RoomRow, TalkError> {
        let found = self.context.store.find_room(me, room, self.context.now()).await;
        self.context.observe(found)?.ok_or(TalkError::NoRoom)
    }

    /// The caller's rooms in that list, after that place.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn list(
        &self,
        me: UserId,
        inbox: Inbox,
        after: Option<RoomPlace>,
        limit: u32,
    ) -> Result<Vec<RoomRow>, TalkError> {
        self.spend(me, Cost::Read)?;
        self.timeline.flush_marks_of(me).await;
        let limit = limit.clamp(1, ROOMS_LIMIT);
        let rows = self.context.store.list_rooms(me, inbox, after, limit, self.context.now()).await;
        Ok(self.context.observe(rows)?)
    }

    /// How many rooms ask for attention.
    ///
    /// # Errors
    /// The store.
    pub async fn badge(&self, me: UserId) -> Result<u32, TalkError> {
        self.timeline.flush_marks_of(me).await;
        Ok(self.context.observe(self.context.store.badge(me, self.context.now()).await)?)
    }

    /// Accepts a request, or comes into a group by the invitation that waits. Idempotent.
    ///
    /// # Errors
    /// Neither a member nor invited, a request of somebody whom `me` may not meet, or the store.
    pub async fn accept(&self, me: UserId, room: RoomId) -> Result<(), TalkError> {
        self.spend(me, Cost::Send)?;
        // Not as it was once known: a block is no act.
        let authz = match self.timeline.standing(me, room).await {
            Err(TalkError::NoRoom) => return self.accept_invitation(me, room).await,
            authz => authz?,
        };
        let Some(opener) = authz.opener_before(me) else { return Ok(()) };
        if !self.people.may_meet(me, opener).await? {
            return Err(TalkError::NoRoom);
        }
        let notes = authz.members.keys().map(|user| room_note(*user, room, "accepted")).collect();
        let told = self.context.observe(self.context.store.accept(room, me, notes, self.context.now()).await)?;
        self.timeline.forget(room);
        let Some(told) = told else {
            // Accepted meanwhile, which is the same, or a block came.
            let authz = self.timeline.authz_of(me, room).await?;
            return if authz.opener_before(me).is_some() { Err(TalkError::NoRoom) } else { Ok(()) };
        };
        self.hub.tell(told);
        Ok(())
    }

    /// Declines a request or an invitation: it leaves the lists, and who asked learns nothing. Idempotent.
    ///
    /// # Errors
    /// Neither a member nor invited, or the store.
    pub async fn decline(&self, me: UserId, room: RoomId) -> Result<(), TalkError> {
        self.spend(me, Cost::Send)?;
        match self.timeline.authz_of(me, room).await {
            Err(TalkError::NoRoom) => return self.decline_invitation(me, room).await,
            authz => drop(authz?),
        }
        let notes = vec![room_note(me, room, "declined")];
        let told = self.context.observe(self.context.store.decline(room, me, notes, self.context.now()).await)?;
        self.timeline.forget(room);
        self.hub.tell(told.unwrap_or_default());
        Ok(())
    }

    /// The room's members by id, after that one. Where the room is severed the other person's name is
    /// not to be shown: who blocked and who is gone look the same.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn members(
        &self,
        me: UserId,
        room: RoomId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<MemberPage, TalkError> {
        self.spend(me, Cost::Read)?;
        let mut authz = self.timeline.reader_of(me, room).await?;
        if authz.kind == RoomKind::Direct {
            // A block is no act: what is cached need not know of it.
            self.timeline.forget(room);
            authz = self.timeline.authz_of(me, room).await?;
        }
        let limit = limit.clamp(1, MEMBERS_LIMIT);
        let mut rows = self.context.observe(self.context.store.list_members(room, after, limit).await)?;
        let now = self.context.now();
        rows.iter_mut().for_each(|row| row.muted_until = row.muted_until.filter(|until| *until > now));
        Ok(MemberPage { rows, severed: authz.severed })
    }

    /// Changes one's own settings of a room.
    ///
    /// # Errors
    /// Not a member, or the store.
    pub async fn set_prefs(&self, me: UserId, room: RoomId, change: PrefsChange) -> Result<Prefs, TalkError> {
        self.spend(me, Cost::Send)?;
        if change.marked_unread == Some(true) {
            // What was read until now would take the mark off when it is flushed.
            self.timeline.flush_marks().await?;
        }
        let set = self.context.store.set_prefs(me, room, change, self.context.now()).await;
        let told = self.context.observe(set)?.ok_or(TalkError::NoRoom)?;
        let prefs = serde_json::from_value(told.event.body.clone())
            .map_err(|error| crate::StoreError::Corrupt(Box::new(error)))?;
        self.hub.tell(vec![told]);
        Ok(prefs)
    }

    pub(super) fn tell(&self, told: Vec<crate::timeline::Told>) {
        self.hub.tell(told);
    }

    pub(super) fn spend(&self, me: UserId, cost: Cost) -> Result<(), TalkError> {
        Ok(self.context.limiter.spend(me, cost, 1, self.context.now())?)
    }

    fn group_mac(&self, title: &Title, history: History, members: &[UserId]) -> [u8; 32] {
        let ids: Vec<u8> = members.iter().flat_map(|user| user.as_uuid().into_bytes()).collect();
        let parts = [b"group".as_slice(), title.as_str().as_bytes(), history.as_str().as_bytes(), &ids];
        self.context.keys.mac(Purpose::Request, &parts)
    }
}

/// So many may be named by one call.
pub(super) fn check_count(field: &str, users: &[UserId]) -> Result<(), Invalid> {
    match users.len() > ADD_LIMIT {
        true => Err(Invalid::field(field, "too_many", format!("{ADD_LIMIT} at once at most"))),
        false => Ok(()),
    }
}
