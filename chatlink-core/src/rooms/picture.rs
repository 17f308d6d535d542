//! A group's picture: set and taken away by those who may change its title, shown to its members and to those to whom
//! the title is shown.

use super::{Entry, Right, RoomRow, RoomSettingsChange, Rooms, Way};
use crate::{
    error::Coded,
    limiter::Cost,
    people::{AVATAR_PRICE, Avatar, AvatarError, AvatarSize, AvatarVersion, Crop, MAX_PICTURE_BYTES},
    timeline::TalkError,
};
use bytes::Bytes;
use chatlink_protocol::{ErrorCode, Problem, RoomId, UserId};

/// Why a group's picture was not set.
#[derive(Debug, thiserror::Error)]
pub enum RoomAvatarError {
    /// The picture's fault, or that of decoding.
    #[error(transparent)]
    Picture(#[from] AvatarError),
    /// The room's.
    #[error(transparent)]
    Talk(#[from] TalkError),
}

impl Rooms {
    /// Whether the caller may give this group a picture; takes what it costs out of his rate, before the file is read.
    ///
    /// # Errors
    /// No pictures here, no right, too fast, or the store.
    pub async fn admit_avatar(&self, me: UserId, room: RoomId) -> Result<(), RoomAvatarError> {
        if self.context.pictures.is_none() {
            return Err(AvatarError::Off.into());
        }
        self.context.limiter.spend(me, Cost::Send, AVATAR_PRICE, self.context.now()).map_err(AvatarError::from)?;
        self.timeline.allowed(me, room, Right::Change).await?;
        Ok(())
    }

    /// Makes the file the group's picture, in place of the one before, with the event that tells of it: all of it or
    /// nothing. Ask [`admit_avatar`](Self::admit_avatar) first.
    ///
    /// # Errors
    /// What is wrong with the file, too many at once, no right, or the store.
    pub async fn set_avatar(
        &self,
        me: UserId,
        room: RoomId,
        file: Bytes,
        crop: Option<Crop>,
    ) -> Result<RoomRow, RoomAvatarError> {
        let pictures = self.context.pictures.as_ref().ok_or(AvatarError::Off)?;
        if file.len() > MAX_PICTURE_BYTES {
            return Err(AvatarError::TooManyBytes.into());
        }
        let avatar = pictures.render(file, crop).await.map_err(AvatarError::from)?;
        Ok(self.change_avatar(me, room, Some(avatar)).await?)
    }

    /// Takes the group's picture away. Idempotent.
    ///
    /// # Errors
    /// No right, too fast, or the store.
    pub async fn clear_avatar(&self, me: UserId, room: RoomId) -> Result<RoomRow, TalkError> {
        self.change_avatar(me, room, None).await
    }

    async fn change_avatar(&self, me: UserId, room: RoomId, avatar: Option<Avatar>) -> Result<RoomRow, TalkError> {
        let change = RoomSettingsChange { avatar: Some(avatar.map(Box::new)), ..RoomSettingsChange::default() };
        self.change_settings(me, room, &change).await
    }

    /// The group's picture of that version, encoded, for a member, for whoever finds the group among the public ones,
    /// and for whoever is invited. `None`: it shows no such picture (any more).
    ///
    /// # Errors
    /// No such room for the caller, too fast, or the store.
    pub async fn avatar(
        &self,
        me: UserId,
        room: RoomId,
        version: Option<AvatarVersion>,
        size: AvatarSize,
    ) -> Result<Option<Bytes>, TalkError> {
        self.spend(me, Cost::Read)?;
        self.sees_title(me, room).await?;
        // What is no version names no picture; whether the room is there is asked all the same.
        let Some(version) = version else { return Ok(None) };
        Ok(self.context.observe(self.context.store.find_room_avatar(room, version, size).await)?)
    }

    /// The picture of the group behind an invite, encoded, for whom [`preview_invite`](Self::preview_invite) shows
    /// the group. `None`: it has none.
    ///
    /// # Errors
    /// As `preview_invite`.
    pub async fn invite_avatar(&self, me: UserId, token: &str, size: AvatarSize) -> Result<Option<Bytes>, TalkError> {
        self.spend(me, Cost::Read)?;
        let (invited, way) = self.find_invite(me, token).await?;
        if invited.door.entry(way, self.context.now()) == Entry::Shut {
            return Err(TalkError::NoInvite);
        }
        let Some(version) = invited.settings.avatar else { return Ok(None) };
        let found = self.context.store.find_room_avatar(invited.room_id, version, size).await;
        Ok(self.context.observe(found)?)
    }

    /// Whether the caller is shown what the group is called.
    async fn sees_title(&self, me: UserId, room: RoomId) -> Result<(), TalkError> {
        match self.timeline.authz_of(me, room).await {
            Err(TalkError::NoRoom) => {}
            member => return member.map(|_| ()),
        }
        let authz = self.timeline.room(room).await?;
        match self.public_door(me, &authz).await {
            Err(TalkError::NoRoom) => {}
            public => return public.map(|_| ()),
        }
        let invitation = self.waiting_invitation(me, room).await?;
        let shut = invitation.door.entry(Way::Invitation, self.context.now()) == Entry::Shut;
        match !shut && self.people.may_meet(me, invitation.invited_by).await? {
            true => Ok(()),
            false => Err(TalkError::NoRoom),
        }
    }
}

impl Coded for RoomAvatarError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Picture(error) => error.code(),
            Self::Talk(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Picture(error) => error.describe(problem),
            Self::Talk(error) => error.describe(problem),
        }
    }
}
