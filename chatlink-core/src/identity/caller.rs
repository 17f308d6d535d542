//! The other end of an unauthenticated call: its network, its device, its language.

use super::port::Origin;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who calls, as the edge saw it. Told by the edge, believed by nobody: good for budgets and for
/// the list of sessions.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The network address; none where there is no network (embedding).
    pub address: Option<IpAddr>,
    /// A few words about the device, shown in the list of sessions.
    pub device: String,
    /// The language that mails are written in.
    pub language: MailLanguage,
}

/// The languages that mails and texts are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MailLanguage {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

/// A network as budgets see it: a /24 of IPv4 or a /48 of IPv6, so that one who owns many
/// addresses has one budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetworkPrefix([u8; 7]);

impl NetworkPrefix {
    /// The prefix of an address; IPv4 in IPv6 is IPv4.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::v4(v4),
            IpAddr::V6(v6) => Self::v6(v6),
        }
    }

    fn v4(address: Ipv4Addr) -> Self {
        let [a, b, c, _] = address.octets();
        Self([4, a, b, c, 0, 0, 0])
    }

    fn v6(address: Ipv6Addr) -> Self {
        let [a, b, c, d, e, f, ..] = address.octets();
        Self([6, a, b, c, d, e, f])
    }

    /// Its bytes, as stores keep it.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The prefix that had these bytes. `None`: none has.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 7] = bytes.try_into().ok()?;
        matches!(bytes[0], 0 | 4 | 6).then_some(Self(bytes))
    }

    /// The network as people write it: `192.0.2.0/24`. `None`: the call came over no network.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        let [family, a, b, c, d, e, f] = self.0;
        match family {
            4 => Some(format!("{}/24", Ipv4Addr::new(a, b, c, 0))),
            6 => {
                let part = |high, low| u16::from_be_bytes([high, low]);
                Some(format!("{}/48", Ipv6Addr::new(part(a, b), part(c, d), part(e, f), 0, 0, 0, 0, 0)))
            }
            _ => None,
        }
    }
}

impl Caller {
    /// The caller's budget; calls without an address share one.
    #[must_use]
    pub fn prefix(&self) -> NetworkPrefix {
        self.address.map_or(NetworkPrefix([0; 7]), NetworkPrefix::of)
    }

    /// The caller as the security log names it.
    pub(crate) fn origin(&self) -> Origin {
        Origin { prefix: self.prefix(), device: self.device() }
    }

    /// The device's words, cut to what the list of sessions keeps.
    pub(crate) fn device(&self) -> String {
        self.device.chars().filter(|c| !c.is_control()).take(120).collect()
    }
}

impl MailLanguage {
    /// The best of ours for an `Accept-Language` header or a language tag.
    #[must_use]
    pub fn preferred(accepted: &str) -> Self {
        let tags = accepted.split(',').map(|part| part.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
        for tag in tags.take(16) {
            match tag.split('-').next() {
                Some("en") => return Self::English,
                Some("es") => return Self::Spanish,
                _ => {}
            }
        }
        Self::English
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(address: &str) -> NetworkPrefix {
        NetworkPrefix::of(address.parse().unwrap())
    }

    #[test]
    fn neighbours_share_a_budget() {
        assert_eq!(prefix("192.0.2.1"), prefix("192.0.2.254"));
        assert_ne!(prefix("192.0.2.1"), prefix("192.0.3.1"));
        assert_eq!(prefix("::ffff:192.0.2.9"), prefix("192.0.2.1"));
        assert_eq!(prefix("2001:db8:1::1"), prefix("2001:db8:1:ffff::9"));
        assert_ne!(prefix("2001:db8:1::1"), prefix("2001:db8:2::1"));
    }

    #[test]
    fn networks_are_shown_as_people_write_them() {
        assert_eq!(prefix("192.0.2.77").shown().as_deref(), Some("192.0.2.0/24"));
        assert_eq!(prefix("2001:db8:1:2::3").shown().as_deref(), Some("2001:db8:1::/48"));
        assert_eq!(Caller::default().prefix().shown(), None);
        for address in ["192.0.2.77", "2001:db8:1:2::3"] {
            assert_eq!(NetworkPrefix::of_bytes(prefix(address).as_bytes()), Some(prefix(address)));
        }
        assert_eq!(NetworkPrefix::of_bytes(&[5; 7]), None);
        assert_eq!(NetworkPrefix::of_bytes(&[4; 3]), None);
    }

    #[test]
    fn the_first_language_that_we_speak_wins() {
        assert_eq!(MailLanguage::preferred("fr-FR, es-MX;q=0.8, en;q=0.5"), MailLanguage::Spanish);
        assert_eq!(MailLanguage::preferred("fr"), MailLanguage::English);
        assert_eq!(MailLanguage::preferred(""), MailLanguage::English);
    }
}
