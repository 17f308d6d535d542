//! The web client inside the binary, and the answer to every path that is nobody else's.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

/// A file of the built client.
pub(crate) struct File {
    path: &'static str,
    plain: Form,
    /// Compressed by the client's build, where that is smaller.
    brotli: Option<Form>,
}

/// The bytes that go out, and their name.
pub(crate) struct Form {
    tag: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Serves the client's files; any other path without a dot in its last segment is a page of the
/// client itself, so that links into it work.
#[allow(clippy::needless_pass_by_value, reason = "an axum handler")]
pub(crate) async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET,HEAD")]).into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let is_page = !path.rsplit('/').next().unwrap_or("").contains('.');
    match find(path).or_else(|| is_page.then(|| find("index.html")).flatten()) {
        Some(file) => file.answer(request.headers()),
        None => nothing().await,
    }
}

/// The answer where nothing is.
pub(crate) async fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response()
}

/// The table is sorted: the build script writes it so.
fn find(path: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|index| FILES.get(index))
}

impl File {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let brotli = self.brotli.as_ref().filter(|_| takes_brotli(asked));
        let form = brotli.unwrap_or(&self.plain);
        let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
        let known =
            known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == form.tag));
        let mut response = Response::new(if known { Body::empty() } else { Body::from(form.bytes) });
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.keeping()));
        headers.insert(header::ETAG, HeaderValue::from_static(form.tag));
        if self.brotli.is_some() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if brotli.is_some() && !known {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    }

    /// Names in `assets/` hold a hash of what is in them; all else may change with the next version.
    fn keeping(&self) -> &'static str {
        if self.path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
    }

    fn media_type(&self) -> &'static str {
        match self.path.rsplit('.').next().unwrap_or("") {
            "html" => "text/html; charset=utf-8",
            "js" | "mjs" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "json" | "map" => "application/json",
            "webmanifest" => "application/manifest+json",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "jpg" | "jpeg" => "image/jpeg",
            "webp" => "image/webp",
            "ico" => "image/x-icon",
            "woff2" => "font/woff2",
            "woff" => "font/woff",
            "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        }
    }
}

/// Whether `br` is among the encodings that the other side names, and not by `q=0`.
fn takes_brotli(asked: &HeaderMap) -> bool {
    let named = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br")) && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str, tag: Option<&str>) -> Response {
        let mut request = Request::builder().uri(path);
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        serve(request.body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn a_deep_link_is_the_clients_page_and_a_missing_file_is_none() {
        for path in ["/", "/rooms/01890000-0000-7000-8000-000000000001", "/login"] {
            let response = get(path, None).await;
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        }
        for path in ["/assets/none.js", "/.env", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
            assert_eq!(get(path, None).await.status(), 404, "{path}");
        }
    }

    #[tokio::test]
    async fn a_known_file_is_not_sent_again() {
        let tag = get("/index.html", None).await.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(get("/", Some(&format!("\"x\", W/{tag}"))).await.status(), 304);
        assert_eq!(get("/", Some("\"x\"")).await.status(), 200);
    }

    #[tokio::test]
    async fn a_file_goes_out_compressed_to_those_who_take_it() {
        let file = File {
            path: "assets/app.js",
            plain: Form { tag: "\"1\"", bytes: b"long" },
            brotli: Some(Form { tag: "\"2\"", bytes: b"br" }),
        };
        for (accepted, tag) in
            [("gzip, br", "\"2\""), ("BR;q=0.5", "\"2\""), ("gzip", "\"1\""), ("br;q=0", "\"1\""), ("", "\"1\"")]
        {
            let mut asked = HeaderMap::new();
            asked.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            let response = file.answer(&asked);
            assert_eq!(response.headers()[header::ETAG], tag, "{accepted}");
            assert_eq!(response.headers().contains_key(header::CONTENT_ENCODING), tag == "\"2\"", "{accepted}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"2\""));
            assert_eq!(file.answer(&asked).status(), if tag == "\"2\"" { 304 } else { 200 }, "{accepted}");
        }
    }

    #[tokio::test]
    async fn nothing_is_posted_to_a_page() {
        let request = Request::post("/login").body(Body::empty()).unwrap();
        let response = serve(request).await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()[header::ALLOW], "GET,HEAD");
    }
}
