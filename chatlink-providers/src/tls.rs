//! TLS of calls to the outside: rustls with ring, and the roots that browsers know. A provider of its own, so that none
//! must be installed for the whole process.

use rustls::{ClientConfig, Error, RootCertStore, crypto::ring};
use std::sync::Arc;

/// What a client is made with.
///
/// # Errors
/// The provider knows no version of TLS that is taken here.
pub fn client() -> Result<ClientConfig, Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(config.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}
