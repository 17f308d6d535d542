//! The site that passkeys are for.

use super::WebauthnPasskeys;
use chatlink_core::identity::CEREMONY_LIFE;
use url::{Host, Url};
use webauthn_rs::WebauthnBuilder;

/// A site that passkeys can be for: an origin whose host is a domain. The domain is in every passkey for
/// ever: under another one they are good for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeySite {
    origin: Url,
    domain: String,
    any_port: bool,
}

/// Why there is no such site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// Not like `https://chat.example.org`.
    #[error("not an origin")]
    NoOrigin,
    /// An address is no domain.
    #[error("passkeys need a domain, and this is an address")]
    Address,
    /// Browsers make no passkeys for a page that came unencrypted.
    #[error("passkeys need https")]
    PlainHttp,
}

impl PasskeySite {
    /// The site at this origin, exactly.
    ///
    /// # Errors
    /// No origin, an address, or plain http anywhere but on localhost.
    pub fn at(origin: &str) -> Result<Self, SiteError> {
        let origin: Url = origin.parse().map_err(|_| SiteError::NoOrigin)?;
        let domain = match origin.host() {
            Some(Host::Domain(domain)) => domain.to_owned(),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(SiteError::Address),
            None => return Err(SiteError::NoOrigin),
        };
        match origin.scheme() {
            "https" => {}
            "http" if domain == "localhost" => {}
            "http" => return Err(SiteError::PlainHttp),
            _ => return Err(SiteError::NoOrigin),
        }
        Ok(Self { origin, domain, any_port: false })
    }

    /// A developer's machine: `http://localhost`, at any port.
    ///
    /// # Errors
    /// None that can be met: the origin is known.
    pub fn localhost() -> Result<Self, SiteError> {
        Ok(Self { any_port: true, ..Self::at("http://localhost")? })
    }

    /// The domain that passkeys are for (the relying party's id): pages elsewhere cannot use them.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The ceremonies of this site, which devices show as `name`.
    ///
    /// # Errors
    /// The origin is none that the library takes.
    pub fn passkeys(&self, name: &str) -> Result<WebauthnPasskeys, SiteError> {
        let webauthn = WebauthnBuilder::new(&self.domain, &self.origin)
            .and_then(|site| site.rp_name(name).allow_any_port(self.any_port).timeout(CEREMONY_LIFE).build());
        webauthn.map(|webauthn| WebauthnPasskeys { webauthn }).map_err(|_| SiteError::NoOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_domain_by_https_or_this_machine_by_name() {
        assert_eq!(PasskeySite::at("https://chat.example.org").unwrap().domain(), "chat.example.org");
        assert_eq!(PasskeySite::at("http://localhost:8080").unwrap().domain(), "localhost");
        assert_eq!(PasskeySite::localhost().unwrap().domain(), "localhost");
        for (origin, error) in [
            ("http://127.0.0.1:8080", SiteError::Address),
            ("https://[::1]", SiteError::Address),
            ("http://chat.example.org", SiteError::PlainHttp),
            ("http://localhost.example.org", SiteError::PlainHttp),
            ("ftp://chat.example.org", SiteError::NoOrigin),
            ("chat.example.org", SiteError::NoOrigin),
            ("", SiteError::NoOrigin),
        ] {
            assert_eq!(PasskeySite::at(origin), Err(error), "{origin}");
        }
    }
}
