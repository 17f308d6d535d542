//! Which addresses may be fetched from: those of the public internet, and networks that the operator names.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The networks that are reached beside the public ones.
pub(super) struct Guard(Vec<IpNet>);

impl Guard {
    pub(super) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether a page may be fetched from there. Of the public internet web servers alone, at their own ports.
    pub(super) fn lets(&self, address: SocketAddr) -> bool {
        let named = self.0.iter().any(|network| network.contains(&address.ip()));
        named || (is_public(address.ip()) && matches!(address.port(), 80 | 443))
    }
}

/// Whether the address is one of the public internet: of none of the special registries of IANA (RFC 6890 and those
/// after it), and no IPv4 address in the clothes of an IPv6 one.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_unspecified()
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18)
        || a >= 240;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // What is in use of the global unicast space, without documentation, 6to4, Teredo and the other protocols' own.
    let global = first & 0xe000 == 0x2000;
    let special = first == 0x2002 || (first == 0x2001 && (second < 0x200 || second == 0xdb8)) || first == 0x3fff;
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, port: u16) -> SocketAddr {
        SocketAddr::new(text.parse().unwrap(), port)
    }

    #[test]
    fn the_public_web_is_let_and_nothing_else() {
        let guard = Guard::new(Vec::new());
        for public in ["93.184.216.34", "1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"]
        {
            assert!(guard.lets(at(public, 443)) && guard.lets(at(public, 80)), "{public}");
            assert!(!guard.lets(at(public, 22)) && !guard.lets(at(public, 8080)), "{public}");
        }
        for special in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:93.184.216.34",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!guard.lets(at(special, 443)), "{special}");
        }
    }

    #[test]
    fn what_the_operator_names_is_let_at_every_port() {
        let guard = Guard::new(vec!["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        assert!(guard.lets(at("10.1.2.3", 8080)) && guard.lets(at("fd00::1", 80)));
        assert!(!guard.lets(at("10.2.0.1", 80)) && !guard.lets(at("127.0.0.1", 80)));
    }
}
