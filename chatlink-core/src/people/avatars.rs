//! One's picture: set, taken away, and shown to those who may see the profile.

use super::{AvatarError, AvatarSize, AvatarVersion, Crop, MAX_PICTURE_BYTES, Me, People, ProfileError, UpdateError};
use crate::limiter::Cost;
use bytes::Bytes;
use chatlink_protocol::UserId;

/// A picture costs as much as so many messages.
pub(crate) const AVATAR_PRICE: u32 = 10;

impl People {
    /// Takes what a picture costs out of the person's rate, before its file is read.
    ///
    /// # Errors
    /// No pictures here, or too fast.
    pub fn admit_avatar(&self, user: UserId) -> Result<(), AvatarError> {
        if self.context.pictures.is_none() {
            return Err(AvatarError::Off);
        }
        Ok(self.context.limiter.spend(user, Cost::Send, AVATAR_PRICE, self.context.now())?)
    }

    /// Makes the file one's picture, in place of the one before. All of it or nothing. Ask
    /// [`admit_avatar`](Self::admit_avatar) first.
    ///
    /// # Errors
    /// What is wrong with the file, too many at once, the account is gone, or the store.
    pub async fn set_avatar(&self, user: UserId, file: Bytes, crop: Option<Crop>) -> Result<Me, AvatarError> {
        let pictures = self.context.pictures.as_ref().ok_or(AvatarError::Off)?;
        if file.len() > MAX_PICTURE_BYTES {
            return Err(AvatarError::TooManyBytes);
        }
        let avatar = pictures.render(file, crop).await?;
        let set = self.context.store.set_avatar(user, Some(avatar), self.context.now()).await;
        self.context.observe(set)?.map(|profile| self.own(profile)).ok_or(AvatarError::NoUser)
    }

    /// Takes one's picture away. Idempotent.
    ///
    /// # Errors
    /// The account is gone, too fast, or the store.
    pub async fn clear_avatar(&self, user: UserId) -> Result<Me, UpdateError> {
        self.spend(user, Cost::Send)?;
        let set = self.context.store.set_avatar(user, None, self.context.now()).await;
        self.context.observe(set)?.map(|profile| self.own(profile)).ok_or(UpdateError::NoUser)
    }

    /// Somebody's picture of that version, encoded, if `viewer` may see the profile. `None`: there is
    /// no such picture (any more).
    ///
    /// # Errors
    /// Nobody there for this viewer, too fast, or the store.
    pub async fn avatar(
        &self,
        viewer: UserId,
        user: UserId,
        version: AvatarVersion,
        size: AvatarSize,
    ) -> Result<Option<Bytes>, ProfileError> {
        let seen = self.profile(viewer, user).await?;
        if seen.avatar != Some(version) {
            return Ok(None);
        }
        Ok(self.context.observe(self.context.store.find_avatar(user, version, size).await)?)
    }
}
