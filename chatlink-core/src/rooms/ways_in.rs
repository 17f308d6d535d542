//! The ways into a group: invites, public rooms, and asking those who lead them. One rule decides on each:
//! the door says whether it opens, and the people policy whether the two who meet by it may.

use super::{
    AskToJoin, AskingRow, Authz, CreateInvite, Door, Entry, InviteRow, MEMBERS_LIMIT, NewInvite, PublicFilter,
    PublicRow, Right, Role, RoomRow, Rooms, Way,
};
use crate::{
    error::Invalid,
    identity::{hash_of, mint},
    limiter::Cost,
    locale::{Language, Level},
    people::Brief,
    timeline::{TalkError, UserNote},
};
use chatlink_protocol::{InviteId, RoomId, Timestamp, UserId};
use std::{collections::HashMap, time::Duration};

/// Public rooms of one page at most.
pub const PUBLIC_LIMIT: u32 = 50;
/// The most uses that an invite can be given; without a number it has no end.
pub const MAX_INVITE_USES: u32 = 10_000;
/// The longest life that an invite can be given; without one it has no end.
const MAX_INVITE_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);
/// Of those who lead a room, this many are told that somebody asks.
const TOLD: usize = 50;
/// How often an invite is tried while the room changes under it.
const TRIES: usize = 8;

/// An invite to be made, as it was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InviteRequest {
    /// How often it lets somebody in; `None`: without end.
    pub max_uses: Option<u32>,
    /// Seconds that it lasts; `None`: until it is taken back.
    pub expires_in: Option<u64>,
}

/// An invite that was just made: its token is shown this once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Its row.
    pub row: InviteRow,
    /// What lets people in.
    pub token: String,
}

/// The invites of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct InvitePage {
    /// The newest first.
    pub rows: Vec<InviteRow>,
    /// Names of those who made them.
    pub briefs: HashMap<UserId, Brief>,
}

/// What an invite tells before one comes in by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The room's title.
    pub title: String,
    /// What it is about.
    pub topic: String,
    /// The language that is spoken or learnt there.
    pub language: Option<Language>,
    /// The level that it is for.
    pub level: Option<Level>,
    /// Whether it has a picture.
    pub has_avatar: bool,
    /// How many are in it.
    pub member_count: u32,
    /// What its door does: never [`Entry::Shut`].
    pub entry: Entry,
}

/// How an attempt to come in went.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// In, now or before.
    In(Box<RoomRow>),
    /// Waits for those who lead the room.
    Waits,
}

/// A page of those who ask to be let in.
#[derive(Clone, Debug, PartialEq)]
pub struct AskingPage {
    /// The one who waits longest first; whom the reader may not meet is not among them.
    pub rows: Vec<AskingRow>,
    /// Their names.
    pub briefs: HashMap<UserId, Brief>,
    /// The place of the last one that was looked at, where there may be more.
    pub next: Option<(Timestamp, UserId)>,
}

impl InviteRequest {
    fn check(self) -> Result<(), Invalid> {
        let mut invalid = Invalid::default();
        if self.max_uses.is_some_and(|uses| !(1..=MAX_INVITE_USES).contains(&uses)) {
            invalid.push("max_uses", "out_of_range", "1 to 10,000, or absent");
        }
        if self.expires_in.is_some_and(|seconds| !(1..=MAX_INVITE_LIFE.as_secs()).contains(&seconds)) {
            invalid.push("expires_in", "out_of_range", "1 to 31,622,400 seconds, or absent");
        }
        invalid.check()
    }
}

impl Rooms {
    /// Makes an invite. It lets people in as long as whoever made it may add members.
    ///
    /// # Errors
    /// No right, fields out of range, as many as there may be, too fast, or the store.
    pub async fn create_invite(&self, me: UserId, room: RoomId, request: InviteRequest) -> Result<Invite, TalkError> {
        request.check()?;
        self.spend(me, Cost::Send)?;
        let (token, token_hash) = mint(&*self.context.entropy);
        for _ in 0..TRIES {
            let authz = self.timeline.allowed(me, room, Right::Add).await?;
            let now = self.context.now();
            let row = InviteRow {
                invite_id: InviteId::from_uuid(self.context.fresh_id()),
                created_by: me,
                created_at: now,
                max_uses: request.max_uses,
                uses: 0,
                expires_at: request.expires_in.map(|seconds| now.plus(Duration::from_secs(seconds))),
            };
            let InviteRow { invite_id, created_by, max_uses, expires_at, .. } = row;
            let authz_version = authz.version;
            let new =
                NewInvite { invite_id, token_hash, room_id: room, created_by, authz_version, max_uses, expires_at };
            match self.context.observe(self.context.store.create_invite(new, now).await)? {
                CreateInvite::Created => return Ok(Invite { row, token }),
                CreateInvite::Full => return Err(TalkError::InvitesFull),
                CreateInvite::Stale => self.timeline.forget(room),
            }
        }
        Err(TalkError::Busy)
    }

    /// The room's invites; their tokens are nobody's to read.
    ///
    /// # Errors
    /// No right, too fast, or the store.
    pub async fn invites(&self, me: UserId, room: RoomId) -> Result<InvitePage, TalkError> {
        self.spend(me, Cost::Read)?;
        self.timeline.allowed(me, room, Right::Add).await?;
        let rows = self.context.observe(self.context.store.list_invites(room, self.context.now()).await)?;
        let makers: Vec<UserId> = rows.iter().map(|row| row.created_by).collect();
        Ok(InvitePage { briefs: self.people.briefs(&makers).await?, rows })
    }

    /// Takes an invite back. Idempotent.
    ///
    /// # Errors
    /// No right, too fast, or the store.
    pub async fn revoke_invite(&self, me: UserId, room: RoomId, invite: InviteId) -> Result<(), TalkError> {
        self.spend(me, Cost::Send)?;
        self.timeline.allowed(me, room, Right::Add).await?;
        self.context.observe(self.context.store.revoke_invite(room, invite).await)?;
        Ok(())
    }

    /// What the room behind an invite tells of itself.
    ///
    /// # Errors
    /// No such invite for the caller: none, over, taken back, of somebody whom he may not meet, or to a room that
    /// keeps him out. Too fast, or the store.
    pub async fn preview_invite(&self, me: UserId, token: &str) -> Result<Preview, TalkError> {
        self.spend(me, Cost::Read)?;
        let (invited, way) = self.find_invite(me, token).await?;
        match invited.door.entry(way, self.context.now()) {
            Entry::Shut => Err(TalkError::NoInvite),
            entry @ (Entry::Opens | Entry::Inside | Entry::Full) => Ok(Preview {
                title: invited.settings.title,
                topic: invited.settings.topic,
                language: invited.settings.language,
                level: invited.settings.level,
                has_avatar: invited.settings.avatar.is_some(),
                entry,
                member_count: invited.door.member_count,
            }),
        }
    }

    /// Comes in by an invite. Idempotent: who is in it already costs it nothing.
    ///
    /// # Errors
    /// As [`preview_invite`](Self::preview_invite); the room is full.
    pub async fn join_by_invite(&self, me: UserId, token: &str) -> Result<RoomRow, TalkError> {
        self.spend(me, Cost::Send)?;
        let (invited, way) = self.find_invite(me, token).await?;
        match self.come(me, invited.room_id, invited.door, way).await {
            Err(TalkError::NoRoom) => Err(TalkError::NoInvite),
            came => came,
        }
    }

    pub(super) async fn find_invite(&self, me: UserId, token: &str) -> Result<(super::Invited, Way), TalkError> {
        let hash = hash_of(token).ok_or(TalkError::NoInvite)?;
        let found = self.context.observe(self.context.store.find_invite(hash, me).await)?;
        let invited = found.ok_or(TalkError::NoInvite)?;
        // Whoever brings somebody in is whom he meets by it.
        if !invited.door.is_member && !self.people.may_meet(me, invited.created_by).await? {
            return Err(TalkError::NoInvite);
        }
        Ok((invited, Way::Invite(hash)))
    }

    async fn come(&self, me: UserId, room: RoomId, door: Door, way: Way) -> Result<RoomRow, TalkError> {
        match door.entry(way, self.context.now()) {
            Entry::Shut => return Err(TalkError::NoRoom),
            Entry::Full => return Err(TalkError::RoomFull),
            Entry::Opens => self.timeline.join(me, room, way).await?,
            Entry::Inside => {}
        }
        self.row(me, room).await
    }

    /// Public rooms that the caller is not in, newest activity first, after that place. Rooms of owners whom he
    /// may not meet are left out, so that a page may hold fewer than asked for; the place to go on from comes with
    /// it.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn public_rooms(
        &self,
        me: UserId,
        filter: PublicFilter,
        after: Option<(Timestamp, RoomId)>,
        limit: u32,
    ) -> Result<(Vec<PublicRow>, Option<(Timestamp, RoomId)>), TalkError> {
        self.spend(me, Cost::Read)?;
        let limit = limit.clamp(1, PUBLIC_LIMIT);
        let rows = self.context.store.list_public(me, filter, after, limit).await;
        let rows = self.context.observe(rows)?;
        let next = rows.last().filter(|_| rows.len() >= limit as usize).map(|row| (row.updated_at, row.room_id));
        let owners: Vec<UserId> = rows.iter().flat_map(|row| row.owners.iter().copied()).collect();
        let open = self.people.may_meet_all(me, &owners).await?;
        let meets = |row: &PublicRow| !row.owners.is_empty() && row.owners.iter().all(|owner| open.contains(owner));
        Ok((rows.into_iter().filter(meets).collect(), next))
    }

    /// Comes into a public room, or asks those who lead it, as the room has it. Idempotent.
    ///
    /// # Errors
    /// No such room for the caller: none, not public, of an owner whom he may not meet, or one that keeps him out;
    /// it is full; too fast, or the store.
    pub async fn join(&self, me: UserId, room: RoomId) -> Result<Came, TalkError> {
        self.spend(me, Cost::Send)?;
        let authz = self.timeline.room(room).await?;
        if authz.members.contains_key(&me) {
            return Ok(Came::In(Box::new(self.row(me, room).await?)));
        }
        let (door, way) = self.public_door(me, &authz).await?;
        if way == Way::Open {
            return Ok(Came::In(Box::new(self.come(me, room, door, way).await?)));
        }
        let notes = leaders(&authz).map(|leader| asking_note(leader, room)).collect();
        let asked = self.context.store.ask_to_join(room, me, notes, self.context.now()).await;
        match self.context.observe(asked)? {
            AskToJoin::Asked(told) => self.tell(told),
            AskToJoin::Waits => {}
            AskToJoin::Shut => return Err(TalkError::NoRoom),
            AskToJoin::Full => return Err(TalkError::RoomFull),
        }
        Ok(Came::Waits)
    }

    /// The door of a public room for somebody who may meet all who own it.
    pub(super) async fn public_door(&self, me: UserId, authz: &Authz) -> Result<(Door, Way), TalkError> {
        let way = if authz.settings.join == super::Join::Open { Way::Open } else { Way::Asking };
        let count = u32::try_from(authz.members.len()).unwrap_or(u32::MAX);
        let mut door = Door::of(authz.kind, &authz.settings, count);
        let banned = self.context.store.find_banned(authz.room_id, &[me]).await;
        door.is_banned = self.context.observe(banned)?.contains(&me);
        if door.entry(way, self.context.now()) == Entry::Shut {
            return Err(TalkError::NoRoom);
        }
        let owners: Vec<UserId> =
            authz.members.iter().filter(|(_, member)| member.role == Role::Owner).map(|(user, _)| *user).collect();
        let open = self.people.may_meet_all(me, &owners).await?;
        match owners.is_empty() || owners.iter().any(|owner| !open.contains(owner)) {
            true => Err(TalkError::NoRoom),
            false => Ok((door, way)),
        }
    }

    /// Who asks to be let in, the one who waits longest first, after that place.
    ///
    /// # Errors
    /// No right, too fast, or the store.
    pub async fn asking(
        &self,
        me: UserId,
        room: RoomId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<AskingPage, TalkError> {
        self.spend(me, Cost::Read)?;
        self.timeline.allowed(me, room, Right::Add).await?;
        let limit = limit.clamp(1, MEMBERS_LIMIT);
        let rows = self.context.observe(self.context.store.list_asking(room, None, after, limit).await)?;
        let next = rows.last().filter(|_| rows.len() >= limit as usize).map(|row| (row.asked_at, row.user_id));
        let users: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
        let open = self.people.may_meet_all(me, &users).await?;
        let rows: Vec<AskingRow> = rows.into_iter().filter(|row| open.contains(&row.user_id)).collect();
        let briefs = self.people.briefs(&rows.iter().map(|row| row.user_id).collect::<Vec<_>>()).await?;
        Ok(AskingPage { rows, briefs, next })
    }

    /// Lets somebody in who asks. Idempotent: who is in it already stays.
    ///
    /// # Errors
    /// No right, nobody of that name asks, the room is full, too fast, or the store.
    pub async fn let_in(&self, me: UserId, room: RoomId, user: UserId) -> Result<(), TalkError> {
        self.spend(me, Cost::Send)?;
        if self.timeline.allowed(me, room, Right::Add).await?.members.contains_key(&user) {
            return Ok(());
        }
        let found = self.context.observe(self.context.store.list_asking(room, Some(user), None, 1).await)?;
        if found.is_empty() || !self.people.may_contact(me, &[user]).await?.contains(&user) {
            return Err(TalkError::NoUser);
        }
        match self.add_together(me, room, &[user]).await?.is_empty() {
            true => Ok(()),
            false => Err(TalkError::NoUser),
        }
    }

    /// Declines somebody who asks, and who learns nothing. Idempotent.
    ///
    /// # Errors
    /// No right, too fast, or the store.
    pub async fn decline_asking(&self, me: UserId, room: RoomId, user: UserId) -> Result<(), TalkError> {
        self.spend(me, Cost::Send)?;
        self.timeline.allowed(me, room, Right::Add).await?;
        self.context.observe(self.context.store.decline_asking(room, user, self.context.now()).await)?;
        Ok(())
    }
}

/// Those who may let people in, as many of them as are told.
pub(super) fn leaders(authz: &Authz) -> impl Iterator<Item = UserId> {
    let leads = authz.members.iter().filter(|(_, member)| member.role >= Role::Admin);
    leads.map(|(user, _)| *user).take(TOLD)
}

/// That somebody asks to be let in; who, the list says.
pub(super) fn asking_note(user_id: UserId, room: RoomId) -> UserNote {
    UserNote { user_id, kind: "asking", subject: room.to_string(), body: serde_json::json!({}) }
}
