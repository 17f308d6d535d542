//! How the edge is set up.

use crate::{Cookie, Drain, Network, Origins};

/// How the edge is set up. The defaults are safe behind https on one origin.
#[derive(Clone, Debug)]
pub struct Options {
    /// The session cookie of browsers.
    pub cookie: Cookie,
    /// Pages that may use the cookie.
    pub origins: Origins,
    /// Pages of other origins that may call with a bearer token: CORS. None by default. No cookie ever counts
    /// for them.
    pub allowed_origins: Origins,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Where the router is mounted, for the OpenAPI document: empty, or `/chat`.
    pub mount: String,
    /// The largest body of a request, in bytes.
    pub body_bytes: usize,
    /// Ends the sockets when the app shuts down.
    pub drain: Drain,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cookie: Cookie::default(),
            origins: Origins::default(),
            allowed_origins: Origins::default(),
            trusted_proxies: Vec::new(),
            mount: String::new(),
            body_bytes: 256 * 1024,
            drain: Drain::default(),
        }
    }
}
