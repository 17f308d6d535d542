//! From bytes that anybody may have made to pixels, within limits.

use super::square::Square;
use chatlink_core::people::{BadPicture, Crop, MAX_PICTURE_PIXELS, PICTURE_SIDES};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, metadata::Orientation};
use std::{
    io::Cursor,
    sync::{Mutex, PoisonError},
};

/// What a decoder may allocate: the largest picture with four bytes a pixel, and some for itself.
const MAX_ALLOC: u64 = MAX_PICTURE_PIXELS * 4 + (32 << 20);
/// Each scan of a JPEG goes over all its pixels: a progressive one of 24 megapixels may have ten.
const MAX_SCANNED: u64 = 240_000_000;
/// Pictures with more pixels are decoded one at a time.
const LARGE: u64 = 12_000_000;

/// Decodes the file and finds the square of it that is to be seen.
pub(super) fn decode(file: &[u8], crop: Option<Crop>, large: &Mutex<()>) -> Result<Square, BadPicture> {
    let format = format_of(file)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(PICTURE_SIDES.1);
    limits.max_image_height = Some(PICTURE_SIDES.1);
    limits.max_alloc = Some(MAX_ALLOC);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let shown = if turns(orientation) { (height, width) } else { (width, height) };
    let crop = Crop::of(crop, shown.0, shown.1)?;
    let pixels = u64::from(width) * u64::from(height);
    if format == ImageFormat::Jpeg {
        check_scans(file, pixels)?;
    }
    limits.reserve(decoder.total_bytes()).map_err(|error| refusal(&error))?;
    decoder.set_limits(limits).map_err(|error| refusal(&error))?;
    let alone = (pixels > LARGE).then(|| large.lock().unwrap_or_else(PoisonError::into_inner));
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    // Pixels of a large picture are in memory until it is scaled: the lock goes along with them.
    let square = Square::new(&image, crop, orientation);
    drop(alone);
    Ok(square)
}

/// What the first bytes say, whatever the file is called.
fn format_of(file: &[u8]) -> Result<ImageFormat, BadPicture> {
    match image::guess_format(file) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => Ok(format),
        Ok(_) | Err(_) => Err(BadPicture::UnknownType),
    }
}

/// A JPEG of many scans costs its size in pixels again and again; one without an end was cut off, and
/// the decoder would make up the rest.
fn check_scans(file: &[u8], pixels: u64) -> Result<(), BadPicture> {
    // In the pixels' own data no marker can stand: there 0xFF is followed by 0 or a restart.
    let marker = |code: u8| move |pair: &[u8]| pair == [0xff, code];
    let scans = file.windows(2).filter(|pair| marker(0xda)(pair)).count() as u64;
    if scans.saturating_mul(pixels) > MAX_SCANNED.max(pixels) {
        return Err(BadPicture::TooLarge);
    }
    let last = file.windows(2).rposition(marker(0xda)).ok_or(BadPicture::Broken)?;
    let ended = file[last..].windows(2).any(|pair| marker(0xd9)(pair));
    ended.then_some(()).ok_or(BadPicture::Broken)
}

fn refusal(error: &ImageError) -> BadPicture {
    match error {
        ImageError::Limits(_) => BadPicture::TooLarge,
        _ => BadPicture::Broken,
    }
}

/// Whether width and height change places.
pub(super) const fn turns(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}
