//! Pictures of people and groups as callers send and see them: what both ways in and out have in common.

use crate::{Edge, Problem};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use chatlink_core::people::{AVATAR_MEDIA_TYPE, AvatarSize, Crop, MAX_PICTURE_BYTES};
use chatlink_protocol::ErrorCode;
use serde::Deserialize;
use tokio::sync::SemaphorePermit;
use utoipa::IntoParams;

/// What a file may call itself. Its bytes are asked what it is.
const TAKEN: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// Which square of the picture; without it the largest in the middle. All three or none.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CropQuery {
    /// From the left, in pixels of the upright picture.
    x: Option<u32>,
    /// From the top.
    y: Option<u32>,
    /// The side of the square, 16 at least.
    size: Option<u32>,
}

/// Which size.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SizeQuery {
    /// The side in pixels: 96 or 384 (default).
    size: Option<u32>,
}

/// A file that was read, and its place among those that are in memory at once.
pub(crate) struct Upload<'a> {
    pub(crate) file: Bytes,
    pub(crate) crop: Option<Crop>,
    /// Kept until the picture is made.
    _place: SemaphorePermit<'a>,
}

impl Upload<'_> {
    /// Reads the file of a call that was admitted.
    pub(crate) async fn of<'a>(edge: &'a Edge, crop: &CropQuery, request: Request) -> Result<Upload<'a>, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
        if !media.is_some_and(|media| TAKEN.contains(&media)) {
            let detail = format!("Send {}.", TAKEN.join(", "));
            return Err(Problem::new(ErrorCode::UnsupportedMediaType).detail(detail));
        }
        let crop = crop.parse()?;
        // Who comes when they are as many as may be comes again.
        let place = edge.uploads.try_acquire().map_err(|_| Problem::new(ErrorCode::Unavailable).retry_after(1))?;
        Ok(Upload { file: read(request.into_body()).await?, crop, _place: place })
    }
}

impl SizeQuery {
    /// Which size is asked for.
    pub(crate) fn parse(&self) -> Result<AvatarSize, Problem> {
        let size = self.size.map_or(Some(AvatarSize::Large), AvatarSize::of_pixels);
        size.ok_or_else(|| Problem::new(ErrorCode::Malformed).detail("size is 96 or 384"))
    }
}

/// A picture as an answer that a browser can do nothing else with.
pub(crate) fn shown(picture: Bytes) -> Response {
    const HEADERS: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, AVATAR_MEDIA_TYPE),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"avatar.jpg\""),
    ];
    let mut response = Body::from(picture).into_response();
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The whole file, or as much as shows that it is too large.
async fn read(body: Body) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, MAX_PICTURE_BYTES).await.map_err(|error| {
        // Too long, or the caller went away in the middle: then nobody reads the answer.
        tracing::debug!(%error, "a picture was not read to its end");
        Problem::new(ErrorCode::TooLarge)
    })
}

impl CropQuery {
    fn parse(&self) -> Result<Option<Crop>, Problem> {
        match (self.x, self.y, self.size) {
            (None, None, None) => Ok(None),
            (Some(x), Some(y), Some(size)) => Ok(Some(Crop { x, y, size })),
            _ => Err(Problem::new(ErrorCode::Malformed).detail("x, y and size go together")),
        }
    }
}
