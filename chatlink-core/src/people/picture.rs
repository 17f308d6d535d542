//! Pictures of people and groups: what may come in, what is made of it, and the port that does the work.

use crate::{
    error::{Coded, Invalid, StoreError},
    limiter::Limited,
};
use async_trait::async_trait;
use bytes::Bytes;
use chatlink_protocol::{ErrorCode, Problem, RoomId, UserId, room};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};

/// The largest file that is taken.
pub const MAX_PICTURE_BYTES: usize = 5 * 1024 * 1024;
/// The most pixels of a picture, looked at before any is decoded.
pub const MAX_PICTURE_PIXELS: u64 = 40_000_000;
/// The longest side of a picture, and the shortest one of what is cut out of it, in pixels.
pub const PICTURE_SIDES: (u32, u32) = (16, 16_384);
/// What both sizes are encoded as.
pub const AVATAR_MEDIA_TYPE: &str = "image/jpeg";

/// The two sizes in which a picture is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AvatarSize {
    /// For lists.
    Small,
    /// For a profile.
    Large,
}

/// Which picture: the same for the same pixels, so that an address never shows another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AvatarVersion([u8; 16]);

/// A square of the picture, in pixels of the picture as it is shown (after its orientation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// The side of the square.
    pub size: u32,
}

/// A picture that was decoded and encoded anew, square, in both sizes; nothing of the file is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avatar {
    /// [`AvatarSize::Small`].
    pub small: Bytes,
    /// [`AvatarSize::Large`].
    pub large: Bytes,
}

/// What is wrong with a file that should be a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPicture {
    /// Neither PNG, JPEG nor WebP by its own bytes, whatever it is called.
    #[error("a PNG, JPEG or WebP picture")]
    UnknownType,
    /// Damaged, cut off, or of a kind that cannot be decoded.
    #[error("the picture is damaged or of an unusual kind")]
    Broken,
    /// More than [`MAX_PICTURE_PIXELS`], a side above [`PICTURE_SIDES`], or too costly to decode.
    #[error("at most 40 megapixels, 16384 on a side")]
    TooLarge,
    /// Less than can be shown.
    #[error("at least 16 pixels on a side")]
    TooSmall,
    /// The square is not inside the picture.
    #[error("a square inside the picture, of at least 16 pixels")]
    BadCrop,
}

/// Why a picture was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The file's fault.
    #[error(transparent)]
    Bad(#[from] BadPicture),
    /// As many are being decoded and waiting as may be.
    #[error("too many pictures at once")]
    Busy,
}

/// Makes avatars of files. Hostile files are its daily bread: an adapter decodes off the async
/// threads, few at once, and looks at size and cost before the first pixel.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// Decodes the file by what its bytes say, turns it upright, cuts the square out (without one the
    /// largest in the middle) and encodes both sizes as [`AVATAR_MEDIA_TYPE`]. Of an animation the first
    /// picture. Metadata is gone.
    async fn render(&self, file: Bytes, crop: Option<Crop>) -> Result<Avatar, RenderError>;
}

/// Why an avatar was not set.
#[derive(Debug, thiserror::Error)]
pub enum AvatarError {
    /// The account is gone.
    #[error("there is no such person")]
    NoUser,
    /// This deployment takes no pictures.
    #[error("no pictures are taken here")]
    Off,
    /// The file is larger than [`MAX_PICTURE_BYTES`].
    #[error("the picture is too large")]
    TooManyBytes,
    /// What is wrong with the file.
    #[error(transparent)]
    Bad(#[from] BadPicture),
    /// Too many pictures are being decoded.
    #[error("too many pictures at once")]
    Busy,
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AvatarSize {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Small, Self::Large];

    /// The side of the square, in pixels.
    #[must_use]
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Small => 96,
            Self::Large => 384,
        }
    }

    /// The size of that many pixels.
    #[must_use]
    pub fn of_pixels(pixels: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.pixels() == pixels)
    }
}

impl Avatar {
    /// The encoded picture of that size.
    #[must_use]
    pub const fn of_size(&self, size: AvatarSize) -> &Bytes {
        match size {
            AvatarSize::Small => &self.small,
            AvatarSize::Large => &self.large,
        }
    }

    /// Follows from the bytes alone.
    #[must_use]
    pub fn version(&self) -> AvatarVersion {
        let digest = Sha256::new().chain_update(&self.small).chain_update(&self.large).finalize();
        let mut version = [0; 16];
        version.iter_mut().zip(digest).for_each(|(byte, of)| *byte = of);
        AvatarVersion(version)
    }
}

impl Crop {
    /// The square to cut out of a picture that is shown with these sides.
    ///
    /// # Errors
    /// Too large, too small, or a square that is not inside.
    pub fn of(asked: Option<Self>, width: u32, height: u32) -> Result<Self, BadPicture> {
        let (least, most) = PICTURE_SIDES;
        if width.max(height) > most || u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS {
            return Err(BadPicture::TooLarge);
        }
        let size = width.min(height);
        if size < least {
            return Err(BadPicture::TooSmall);
        }
        let middle = Self { x: (width - size) / 2, y: (height - size) / 2, size };
        let square = asked.unwrap_or(middle);
        let inside = |from: u32, side: u32| from.checked_add(square.size).is_some_and(|end| end <= side);
        let good = square.size >= least && inside(square.x, width) && inside(square.y, height);
        good.then_some(square).ok_or(BadPicture::BadCrop)
    }
}

impl AvatarVersion {
    /// As stores keep it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// As stores keep it.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Where the picture of this person is.
    #[must_use]
    pub fn addresses(self, user: UserId) -> room::Avatar {
        self.below(&format!("/v1/users/{user}"))
    }

    /// Where the picture of this group is.
    #[must_use]
    pub fn addresses_of_room(self, room: RoomId) -> room::Avatar {
        self.below(&format!("/v1/rooms/{room}"))
    }

    fn below(self, path: &str) -> room::Avatar {
        let address = |size: AvatarSize| format!("{path}/avatar/{self}?size={}", size.pixels());
        room::Avatar { version: self.to_string(), small: address(AvatarSize::Small), large: address(AvatarSize::Large) }
    }
}

impl fmt::Display for AvatarVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AvatarVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AvatarVersion({self})")
    }
}

impl FromStr for AvatarVersion {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::field("version", "bad_version", "32 lower-case hexadecimal digits");
        let digits = text.as_bytes();
        if digits.len() != 32 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(bad());
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| bad())?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl BadPicture {
    /// The field and the stable word for what is wrong with it.
    const fn word(self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownType => ("avatar", "unknown_type"),
            Self::Broken => ("avatar", "broken"),
            Self::TooLarge => ("avatar", "too_large"),
            Self::TooSmall => ("avatar", "too_small"),
            Self::BadCrop => ("crop", "bad_crop"),
        }
    }
}

impl From<RenderError> for AvatarError {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Bad(bad) => Self::Bad(bad),
            RenderError::Busy => Self::Busy,
        }
    }
}

impl Coded for AvatarError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoUser => ErrorCode::UserNotFound,
            Self::Off => ErrorCode::Forbidden,
            Self::TooManyBytes => ErrorCode::TooLarge,
            Self::Bad(_) => ErrorCode::Invalid,
            Self::Busy => ErrorCode::Unavailable,
            Self::Limited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::NoUser | Self::TooManyBytes => {}
            Self::Off => problem.detail = Some(self.to_string()),
            Self::Bad(bad) => {
                let (field, code) = bad.word();
                Invalid::field(field, code, bad.to_string()).describe(problem);
            }
            Self::Busy => problem.retry_after = Some(1),
            Self::Limited(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_a_square_it_is_the_largest_in_the_middle() {
        assert_eq!(Crop::of(None, 100, 60), Ok(Crop { x: 20, y: 0, size: 60 }));
        assert_eq!(Crop::of(None, 60, 101), Ok(Crop { x: 0, y: 20, size: 60 }));
        assert_eq!(Crop::of(None, 15, 4000), Err(BadPicture::TooSmall));
        assert_eq!(Crop::of(None, 16_385, 20), Err(BadPicture::TooLarge));
        assert_eq!(Crop::of(None, 8_000, 5_001), Err(BadPicture::TooLarge));
        assert!(Crop::of(None, 8_000, 5_000).is_ok());
    }

    #[test]
    fn a_version_has_one_form() {
        let version = Avatar { small: Bytes::from_static(b"a"), large: Bytes::from_static(b"b") }.version();
        assert_eq!(version.to_string().parse::<AvatarVersion>().unwrap(), version);
        for bad in ["", "0", &"0".repeat(33), &"F".repeat(32), &format!("+{}", "0".repeat(31))] {
            assert!(bad.parse::<AvatarVersion>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_square_is_inside_or_refused(
            asked in proptest::option::of((any::<u32>(), any::<u32>(), any::<u32>())),
            width in 0u32..20_000, height in 0u32..20_000,
        ) {
            let asked = asked.map(|(x, y, size)| Crop { x: x % 20_000, y: y % 20_000, size });
            if let Ok(square) = Crop::of(asked, width, height) {
                prop_assert!(square.size >= PICTURE_SIDES.0);
                prop_assert!(square.x + square.size <= width && square.y + square.size <= height);
            }
        }
    }
}
