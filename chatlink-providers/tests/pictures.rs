//! Files that people send as their picture: good ones, odd ones, and those that were made to hurt.

#![cfg(feature = "pictures")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

use bytes::Bytes;
use chatlink_core::people::{Avatar, AvatarSize, BadPicture, Crop, Pictures as _, RenderError};
use chatlink_providers::pictures::ImagePictures;
use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage, codecs::jpeg::JpegEncoder};
use proptest::prelude::*;
use std::{io::Cursor, sync::LazyLock};

/// Left red, right blue.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) }).into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

async fn render(file: Vec<u8>, crop: Option<Crop>) -> Result<Avatar, BadPicture> {
    match ImagePictures::new().render(Bytes::from(file), crop).await {
        Ok(avatar) => Ok(avatar),
        Err(RenderError::Bad(bad)) => Err(bad),
        Err(RenderError::Busy) => panic!("nobody else is there"),
    }
}

/// Both sizes are square JPEGs of their size; the large one is answered.
fn check(avatar: &Avatar) -> RgbImage {
    for size in AvatarSize::ALL {
        let file = avatar.of_size(size);
        assert_eq!(image::guess_format(file).unwrap(), ImageFormat::Jpeg);
        let shown = image::load_from_memory(file).unwrap();
        assert_eq!((shown.width(), shown.height()), (size.pixels(), size.pixels()));
        assert!(file.len() < 200_000, "{} bytes", file.len());
    }
    image::load_from_memory(&avatar.large).unwrap().into_rgb8()
}

fn is_red(pixel: &Rgb<u8>) -> bool {
    pixel[0] > 200 && pixel[2] < 60
}

fn is_blue(pixel: &Rgb<u8>) -> bool {
    pixel[2] > 200 && pixel[0] < 60
}

/// A chunk of a PNG, with its checksum.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [length.as_slice(), &body, &crc32(&body).to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// A PNG's signature and header, and nothing else.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &header)].concat()
}

/// The Exif segment that says how the camera was held.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = [b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0]];
    let segment = [b"Exif\0\0".as_slice(), &tiff.concat()].concat();
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &segment, &jpeg[2..]].concat()
}

#[tokio::test]
async fn a_picture_of_every_format_becomes_two_squares() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let large = check(&render(encoded(&halves(900, 500), format), None).await.unwrap());
        assert!(is_red(large.get_pixel(20, 200)) && is_blue(large.get_pixel(360, 200)), "{format:?}");
    }
    check(&render(encoded(&halves(16, 16), ImageFormat::Png), None).await.unwrap());
}

#[tokio::test]
async fn the_square_that_was_asked_for_is_cut_out() {
    let file = encoded(&halves(400, 200), ImageFormat::Png);
    let large = check(&render(file.clone(), Some(Crop { x: 210, y: 10, size: 150 })).await.unwrap());
    assert!(large.pixels().all(is_blue));
    for crop in [(0, 0, 201), (201, 0, 200), (0, 0, 15), (u32::MAX, 0, 16), (0, 0, u32::MAX)] {
        let crop = Crop { x: crop.0, y: crop.1, size: crop.2 };
        assert_eq!(render(file.clone(), Some(crop)).await.unwrap_err(), BadPicture::BadCrop, "{crop:?}");
    }
}

#[tokio::test]
async fn a_camera_held_upside_down_or_sideways_is_turned_and_its_metadata_is_gone() {
    let file = encoded(&halves(200, 100), ImageFormat::Jpeg);
    let upside = render(with_orientation(&file, 3), None).await.unwrap();
    assert!(is_blue(check(&upside).get_pixel(20, 200)), "right is left");
    let sideways = render(with_orientation(&file, 6), Some(Crop { x: 0, y: 0, size: 90 })).await.unwrap();
    assert!(check(&sideways).pixels().all(is_red), "the left is the upper half");
    for file in [&upside.small, &upside.large] {
        assert!(!file.windows(4).any(|four| four == b"Exif"));
    }
}

#[tokio::test]
async fn nothing_of_a_file_with_two_meanings_is_left() {
    let page = b"<script>alert(1)</script>PK\x03\x04";
    let text = chunk(b"tEXt", &[b"Comment\0".as_slice(), page].concat());
    let png = encoded(&halves(40, 40), ImageFormat::Png);
    let inside = [&png[..33], &text, &png[33..]].concat();
    let jpeg = encoded(&halves(40, 40), ImageFormat::Jpeg);
    let comment = [&jpeg[..2], &[0xff, 0xfe, 0, (page.len() + 2) as u8], page, &jpeg[2..]].concat();
    for file in [[&png[..], page].concat(), inside, [&jpeg[..], page].concat(), comment] {
        let avatar = render(file, None).await.unwrap();
        check(&avatar);
        for file in [&avatar.small, &avatar.large] {
            assert!(!file.windows(7).any(|part| part == b"<script") && !file.windows(2).any(|part| part == b"PK"));
        }
    }
}

#[tokio::test]
async fn odd_pixels_are_shown_as_well_as_they_can_be() {
    let grey16: ImageBuffer<Luma<u16>, _> = ImageBuffer::from_fn(30, 30, |x, _| Luma([x as u16 * 2000]));
    let deep: ImageBuffer<Rgba<u16>, _> = ImageBuffer::from_pixel(30, 30, Rgba([60_000, 0, 0, 65_535]));
    for image in [DynamicImage::ImageLuma16(grey16), DynamicImage::ImageRgba16(deep)] {
        check(&render(encoded(&image, ImageFormat::Png), None).await.unwrap());
    }
    let clear = RgbaImage::from_pixel(30, 30, Rgba([0, 0, 0, 0]));
    let large = check(&render(encoded(&clear.into(), ImageFormat::WebP), None).await.unwrap());
    assert!(large.pixels().all(|pixel| pixel.0.iter().all(|channel| *channel > 250)), "white behind");
}

#[tokio::test]
async fn a_jpeg_for_printers_is_a_picture_or_refused() {
    // Four components under the mark of CMYK, made of a grey one: its scan is too short for them.
    let mut jpeg = Vec::new();
    JpegEncoder::new(&mut jpeg).encode_image(&halves(40, 40)).unwrap();
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    let components = [&[0, 20, 8, 0, 40, 0, 40, 4][..], &[1, 17, 0, 2, 17, 0, 3, 17, 0, 4, 17, 0]].concat();
    let end = frame + 2 + usize::from(u16::from_be_bytes([jpeg[frame + 2], jpeg[frame + 3]]));
    let printed = [&jpeg[..frame + 2], &components, &jpeg[end..]].concat();
    match render(printed, None).await {
        Ok(avatar) => drop(check(&avatar)),
        Err(bad) => assert_eq!(bad, BadPicture::Broken),
    }
}

#[tokio::test]
async fn an_animation_shows_its_first_picture() {
    let png = encoded(&halves(40, 40), ImageFormat::Png);
    // One animated frame that says it is the picture itself.
    let control = chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    let frame = chunk(b"fcTL", &[&[0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0, 40][..], &[0; 8], &[0, 1, 0, 1, 0, 0]].concat());
    let large = check(&render([&png[..33], &control, &frame, &png[33..]].concat(), None).await.unwrap());
    assert!(is_red(large.get_pixel(20, 200)));
}

#[tokio::test]
async fn bombs_are_refused_by_their_header() {
    for (width, height) in [(30_000, 30_000), (u32::MAX, 1), (16_385, 16), (6_400, 6_400), (0, 0)] {
        let refused = render(png_header(width, height), None).await.unwrap_err();
        assert!(matches!(refused, BadPicture::TooLarge | BadPicture::Broken), "{width}x{height}: {refused:?}");
    }
    // A JPEG that says 65,535 by 65,535.
    let mut jpeg = encoded(&halves(40, 40), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(render(jpeg, None).await.unwrap_err(), BadPicture::TooLarge);
    // Text that unpacks to a gigabyte costs nothing: it is not unpacked, or refused.
    let png = encoded(&halves(40, 40), ImageFormat::Png);
    let text = chunk(b"zTXt", &[b"Comment\0\0".as_slice(), &[0u8; 100_000]].concat());
    let refused = render([&png[..33], &text, &png[33..]].concat(), None).await;
    assert!(matches!(refused, Ok(_) | Err(BadPicture::Broken | BadPicture::TooLarge)));
    assert_eq!(render(encoded(&halves(4_000, 15), ImageFormat::Png), None).await.unwrap_err(), BadPicture::TooSmall);
}

#[tokio::test]
async fn many_scans_over_many_pixels_are_refused_before_they_are_made() {
    let mut jpeg = encoded(&halves(40, 40), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x13, 0x88, 0x13, 0x88]);
    let scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
    let end = jpeg.len() - 2;
    let many = [&jpeg[..end], &scan.repeat(90), &jpeg[end..]].concat();
    assert_eq!(render(many, None).await.unwrap_err(), BadPicture::TooLarge);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_whatever_it_is_called() {
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec();
    for file in [vec![], b"x".to_vec(), gif, svg, b"BM\0\0\0\0".to_vec(), vec![0; 1000]] {
        assert_eq!(render(file, None).await.unwrap_err(), BadPicture::UnknownType);
    }
}

#[tokio::test]
async fn what_was_cut_off_is_refused() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let file = encoded(&halves(64, 64), format);
        for length in [12, file.len() / 2, file.len() - 20] {
            let refused = render(file[..length.min(file.len() - 2)].to_vec(), None).await;
            assert!(matches!(refused, Err(BadPicture::Broken | BadPicture::UnknownType)), "{format:?} {length}");
        }
    }
}

#[tokio::test]
async fn too_many_at_once_are_told_to_come_again() {
    let pictures = ImagePictures::new();
    let file = Bytes::from(encoded(&halves(3_000, 2_000), ImageFormat::Png));
    let renders = (0..40).map(|_| {
        let (pictures, file) = (pictures.clone(), file.clone());
        tokio::spawn(async move { pictures.render(file, None).await })
    });
    let (mut good, mut busy) = (0, 0);
    for render in renders.collect::<Vec<_>>() {
        match render.await.unwrap() {
            Ok(_) => good += 1,
            Err(RenderError::Busy) => busy += 1,
            Err(RenderError::Bad(bad)) => panic!("{bad}"),
        }
    }
    assert!(good >= 10 && busy > 0, "{good} good, {busy} busy");
    assert!(pictures.render(file, None).await.is_ok(), "and then there is room again");
}

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let jpeg = encoded(&halves(48, 32), ImageFormat::Jpeg);
    let mut seeds: Vec<_> =
        [ImageFormat::Png, ImageFormat::WebP].map(|format| encoded(&halves(48, 32), format)).to_vec();
    seeds.push(with_orientation(&jpeg, 6));
    seeds.push(jpeg);
    seeds
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever bytes come, the answer is a pair of squares or a refusal, and never a panic.
    #[test]
    fn damaged_files_make_a_picture_or_a_refusal(
        seed in 0usize..4,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
        crop in prop::option::of((0u32..64, 0u32..64, 0u32..64)),
    ) {
        let mut file = SEEDS[seed].clone();
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let crop = crop.map(|(x, y, size)| Crop { x, y, size });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        if let Ok(avatar) = runtime.block_on(render(file, crop)) {
            check(&avatar);
        }
    }
}
