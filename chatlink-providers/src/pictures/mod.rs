//! Avatars: hostile files in, two clean JPEGs out.
//!
//! A file is decoded on a thread for blocking work, two at once at most, and a short queue behind
//! them. Its type is what its first bytes say. Its sides, the memory that it would take and the scans of
//! a JPEG are looked at before the first pixel. What goes out is encoded from pixels alone, so that
//! nothing of the file survives: no metadata, no second meaning, no tail.

mod decode;
mod square;

use async_trait::async_trait;
use bytes::Bytes;
use chatlink_core::people::{Avatar, AvatarSize, BadPicture, Crop, Pictures, RenderError};
use image::{ExtendedColorType, ImageEncoder as _, RgbImage, codecs::jpeg::JpegEncoder};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Semaphore;

/// Pictures that are decoded at once: one that takes long leaves a thread for the others.
const WORKERS: usize = 2;
/// Pictures in hand: those at work, and those that wait with their file in memory.
const IN_HAND: usize = 10;
/// Nobody waits longer for a turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Good for faces at these sizes: about 4 KB and 30 KB.
const QUALITY: u8 = 86;

/// [`Pictures`] by the crate `image`.
#[derive(Clone, Debug)]
pub struct ImagePictures {
    in_hand: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    /// Held while a picture is decoded that takes a lot of memory.
    large: Arc<Mutex<()>>,
}

impl ImagePictures {
    /// An idle one. All its clones share their bounds.
    #[must_use]
    pub fn new() -> Self {
        Self {
            in_hand: Arc::new(Semaphore::new(IN_HAND)),
            workers: Arc::new(Semaphore::new(WORKERS)),
            large: Arc::default(),
        }
    }
}

impl Default for ImagePictures {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Pictures for ImagePictures {
    async fn render(&self, file: Bytes, crop: Option<Crop>) -> Result<Avatar, RenderError> {
        let place = self.in_hand.clone().try_acquire_owned().map_err(|_| RenderError::Busy)?;
        let turn = tokio::time::timeout(PATIENCE, self.workers.clone().acquire_owned()).await;
        let turn = turn.ok().and_then(Result::ok).ok_or(RenderError::Busy)?;
        let large = self.large.clone();
        let work = tokio::task::spawn_blocking(move || {
            // Held here and not by the caller, who may go away while the thread works on.
            let _held = (place, turn);
            render(&file, crop, &large)
        });
        match work.await {
            Ok(rendered) => Ok(rendered?),
            // A decoder that panicked met a file that it should have refused.
            Err(panic) => {
                tracing::warn!(%panic, "a picture could not be decoded");
                Err(BadPicture::Broken.into())
            }
        }
    }
}

/// The whole way of a file, on one thread.
fn render(file: &[u8], crop: Option<Crop>, large: &Mutex<()>) -> Result<Avatar, BadPicture> {
    let square = decode::decode(file, crop, large)?;
    let [small, large] = AvatarSize::ALL.map(|size| encode(&square.scaled(size.pixels())));
    Ok(Avatar { small: small?, large: large? })
}

fn encode(square: &RgbImage) -> Result<Bytes, BadPicture> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .write_image(square, square.width(), square.height(), ExtendedColorType::Rgb8)
        .map_err(|_| BadPicture::Broken)?;
    Ok(jpeg.into())
}
