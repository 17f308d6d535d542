//! The square of a picture that is to be seen, upright, on white.

use chatlink_core::people::{AvatarSize, Crop};
use image::{DynamicImage, GenericImageView, Pixel as _, Rgb, RgbImage, imageops, metadata::Orientation};

/// Twice the largest size: what is scaled from it looks as if scaled from the file.
const WORKING: u32 = AvatarSize::Large.pixels() * 2;

/// A square of pixels, at most [`WORKING`] on a side, with white behind what is transparent.
pub(super) struct Square(RgbImage);

/// A part of an image as a view, so that it is not copied to be scaled.
struct Part<'i> {
    image: &'i DynamicImage,
    square: Crop,
}

impl Square {
    /// Cuts `crop`, a square of the picture as it is shown, out of the image as it is stored.
    pub(super) fn new(image: &DynamicImage, crop: Crop, orientation: Orientation) -> Self {
        let (width, height) = image.dimensions();
        let part = Part { image, square: stored(crop, width, height, orientation) };
        let scaled = match crop.size > WORKING {
            true => imageops::thumbnail(&part, WORKING, WORKING),
            false => RgbImage::from_fn(crop.size, crop.size, |x, y| part.get_pixel(x, y)),
        };
        let mut upright = DynamicImage::ImageRgb8(scaled);
        upright.apply_orientation(orientation);
        Self(upright.into_rgb8())
    }

    pub(super) fn scaled(&self, pixels: u32) -> RgbImage {
        imageops::resize(&self.0, pixels, pixels, imageops::FilterType::CatmullRom)
    }
}

impl GenericImageView for Part<'_> {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.square.size, self.square.size)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let mut on_white = image::Rgba([255; 4]);
        on_white.blend(&self.image.get_pixel(self.square.x + x, self.square.y + y));
        on_white.to_rgb()
    }
}

/// Where a square of the shown picture lies in the stored one with these sides.
fn stored(shown: Crop, width: u32, height: u32, orientation: Orientation) -> Crop {
    let Crop { x, y, size } = shown;
    let right = |from: u32| width - size - from;
    let below = |from: u32| height - size - from;
    let (x, y) = match orientation {
        Orientation::NoTransforms => (x, y),
        Orientation::FlipHorizontal => (right(x), y),
        Orientation::Rotate180 => (right(x), below(y)),
        Orientation::FlipVertical => (x, below(y)),
        Orientation::Rotate90 => (y, below(x)),
        Orientation::Rotate270 => (right(y), x),
        Orientation::Rotate90FlipH => (y, x),
        Orientation::Rotate270FlipH => (right(y), below(x)),
    };
    Crop { x, y, size }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pixel says where it was.
    fn marked(width: u32, height: u32) -> DynamicImage {
        let mark = |x: u32, y: u32| Rgb([x as u8, y as u8, 0]);
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, mark))
    }

    #[test]
    fn the_square_is_that_of_the_shown_picture_whichever_way_it_was_held() {
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let mut shown = marked(50, 40);
            shown.apply_orientation(orientation);
            for crop in [Crop { x: 3, y: 7, size: 20 }, Crop { x: 0, y: 0, size: 40 }] {
                let expected = shown.crop_imm(crop.x, crop.y, crop.size, crop.size).into_rgb8();
                assert_eq!(Square::new(&marked(50, 40), crop, orientation).0, expected, "{orientation:?} {crop:?}");
            }
        }
    }

    #[test]
    fn behind_what_is_transparent_is_white() {
        let pixels = image::RgbaImage::from_fn(20, 20, |x, _| image::Rgba([0, 0, 0, if x < 10 { 0 } else { 255 }]));
        let square = Square::new(&pixels.into(), Crop { x: 0, y: 0, size: 20 }, Orientation::NoTransforms);
        assert_eq!((square.0.get_pixel(9, 0).0, square.0.get_pixel(10, 0).0), ([255; 3], [0; 3]));
    }
}
