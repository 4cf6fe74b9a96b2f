//! Which addresses may be connected to, looked at when the name has been resolved: what a name pointed to a moment ago
//! says nothing about where it points now.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::egress::Origin;

/// How far into private networks a request may go. The host adds it to a request's extensions; the
/// [`PooledClient`](super::PooledClient) holds to it, and takes [`Reach::Inside`] where it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Private addresses as well; never link-local ones, nor the metadata services of clouds.
    Inside,
    /// Private addresses as well where this host resolves to one, public addresses only otherwise.
    AsFarAs {
        /// Host, without brackets.
        host: String,
    },
}

impl Reach {
    pub(crate) fn as_far_as(origin: &Origin) -> Self {
        Self::AsFarAs { host: origin.unbracketed().to_owned() }
    }
}

/// What kind of address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Public,
    /// Of this machine, or of a private network.
    Private,
    /// Never connected to: link-local, where clouds have their metadata services, and what is no single machine.
    Never,
}

impl Kind {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => of_v4(v4),
            IpAddr::V6(v6) => of_v6(v6),
        }
    }
}

fn of_v4(address: Ipv4Addr) -> Kind {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        // "This network", multicast and reserved; link-local; two metadata services at addresses of their own.
        (0 | 224..=255, ..) | (169, 254, _) => Kind::Never,
        (100, 100, 100) if address == Ipv4Addr::new(100, 100, 100, 200) => Kind::Never,
        (192, 0, 0) if address == Ipv4Addr::new(192, 0, 0, 192) => Kind::Never,
        (10 | 127, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Kind::Private,
        // Protocol assignments and benchmarks.
        (192, 0, 0) | (198, 18 | 19, _) => Kind::Private,
        _ => Kind::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Kind {
    if let Some(v4) = inner_v4(address) {
        return of_v4(v4);
    }
    let [first, ..] = address.segments();
    /// The metadata service of EC2 in IPv6.
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    if address == METADATA || address.is_unspecified() || address.is_multicast() || first & 0xffc0 == 0xfe80 {
        Kind::Never
    } else if address.is_loopback() || first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfec0 {
        Kind::Private
    } else {
        Kind::Public
    }
}

/// The IPv4 address that is meant: mapped, compatible, translated (64:ff9b::/96) or tunnelled (2002::/16).
fn inner_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

/// A name resolves to nothing but addresses that may not be connected to.
#[derive(Debug)]
pub(crate) struct AddressRefused {
    pub(crate) name: String,
    pub(crate) address: IpAddr,
}

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is at {}, ", self.name, self.address)?;
        f.write_str(match Kind::of(self.address) {
            Kind::Never => "a link-local or special address, which is never connected to",
            _ => {
                "a private address, and the pool's own API is at none. This would allow it: [egress] private-addresses = \"allow\""
            }
        })
    }
}

impl std::error::Error for AddressRefused {}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn addresses_are_told_apart_in_every_spelling() {
        for (kind, addresses) in [
            (Kind::Public, &["8.8.8.8", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"][..]),
            (
                Kind::Private,
                &[
                    "127.0.0.1",
                    "10.1.2.3",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "100.64.0.1",
                    "198.18.0.1",
                    "::1",
                    "fc00::1",
                    "fd12::1",
                    "fec0::1",
                    "::ffff:10.0.0.1",
                    "::ffff:127.0.0.1",
                    "2002:a00:1::",
                    "64:ff9b::a00:1",
                    "::7f00:1",
                ],
            ),
            (
                Kind::Never,
                &[
                    "0.0.0.0",
                    "169.254.169.254",
                    "169.254.170.2",
                    "100.100.100.200",
                    "192.0.0.192",
                    "224.0.0.1",
                    "255.255.255.255",
                    "::",
                    "fe80::1",
                    "ff02::1",
                    "fd00:ec2::254",
                    "::ffff:169.254.169.254",
                    "64:ff9b::a9fe:a9fe",
                    "2002:a9fe:a9fe::",
                ],
            ),
        ] {
            for address in addresses {
                assert_eq!(Kind::of(address.parse().unwrap()), kind, "{address}");
            }
        }
    }
}
