//! Headers that concern the whole origin, and so belong to the app and not to the library.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};

/// Scripts, styles and connections of our own origin and nothing else; nobody may frame a page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A year, subdomains left to their owner.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Whether people reach this server by https: then browsers are told to come by https alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Https(pub(crate) bool);

/// Adds the origin's headers to every answer. A page with a policy of its own keeps it.
pub(crate) async fn of_origin(State(https): State<Https>, request: Request, next: Next) -> Response {
    let logout = match request.uri().path() {
        "/v1/sessions/logout" => *request.method() == Method::POST,
        "/v1/me" => *request.method() == Method::DELETE,
        _ => false,
    };
    let mut response = next.run(request).await;
    let logged_out = logout && response.status().is_success();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    or_insert(headers, header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    if https.0 {
        or_insert(headers, header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
    }
    if logged_out {
        // Drafts and caches of the person go with the session; the cookie is taken back by its own header.
        or_insert(headers, HeaderName::from_static("clear-site-data"), "\"storage\"");
    }
    response
}

fn or_insert(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, http::StatusCode, middleware, routing::any};
    use tower::ServiceExt as _;

    async fn of(https: bool, method: Method, path: &str, status: u16) -> HeaderMap {
        let answer = StatusCode::from_u16(status).unwrap();
        let app = Router::new()
            .fallback(any(move || async move { answer }))
            .layer(middleware::from_fn_with_state(Https(https), of_origin));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap().headers().clone()
    }

    #[tokio::test]
    async fn https_is_promised_where_it_is_there() {
        let secure = of(true, Method::GET, "/", 200).await;
        assert_eq!(secure[header::STRICT_TRANSPORT_SECURITY], STRICT_TRANSPORT_SECURITY);
        let plain = of(false, Method::GET, "/", 404).await;
        assert!(!plain.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert_eq!(plain[header::CONTENT_SECURITY_POLICY], CONTENT_SECURITY_POLICY);
    }

    #[tokio::test]
    async fn a_logout_and_nothing_else_clears_what_the_browser_kept() {
        let path = "/v1/sessions/logout";
        assert!(of(true, Method::POST, path, 204).await.contains_key("clear-site-data"));
        assert!(of(true, Method::DELETE, "/v1/me", 204).await.contains_key("clear-site-data"), "with the account");
        assert!(!of(true, Method::DELETE, "/v1/me", 401).await.contains_key("clear-site-data"));
        assert!(!of(true, Method::GET, "/v1/me", 200).await.contains_key("clear-site-data"));
        assert!(!of(true, Method::POST, path, 401).await.contains_key("clear-site-data"));
        assert!(!of(true, Method::GET, path, 204).await.contains_key("clear-site-data"));
        assert!(!of(true, Method::POST, "/v1/sessions", 204).await.contains_key("clear-site-data"));
    }
}
