//! Which addresses may be connected to, looked at when the name has been resolved: what a name pointed to a moment ago
//! says nothing about where it points now.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::origin::Origin;

/// How far into private networks a request may go. The host adds it to a request's extensions; the
/// [`PooledClient`](super::PooledClient) holds to it, and takes [`Reach::PrivateAddresses`] where it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Private addresses as well; never link-local ones, nor the metadata services of clouds.
    PrivateAddresses,
    /// Private addresses as well where this host resolves to one, public addresses only otherwise.
    SameAs {
        /// Host, without brackets.
        host: String,
    },
}

impl Reach {
    pub(crate) fn same_as(origin: &Origin) -> Self {
        Self::SameAs { host: origin.unbracketed().to_owned() }
    }
}

/// What kind of address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Public,
    /// Of this machine, or of a private network.
    Private,
    /// Never connected to: link-local, where clouds have their metadata services, and what is no single machine.
    Blocked,
}

impl Kind {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => of_v4(v4),
            IpAddr::V6(v6) => of_v6(v6),
        }
    }

    /// The one of two that allows less.
    fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Blocked, _) | (_, Self::Blocked) => Self::Blocked,
            (Self::Private, _) | (_, Self::Private) => Self::Private,
            _ => Self::Public,
        }
    }
}

fn of_v4(address: Ipv4Addr) -> Kind {
    /// Metadata services at addresses of their own: Azure's wire server, Alibaba's, Oracle's.
    const METADATA: [Ipv4Addr; 3] =
        [Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)];
    if METADATA.contains(&address) {
        return Kind::Blocked;
    }
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        // "This network", multicast and reserved; link-local.
        (0 | 224..=255, ..) | (169, 254, _) => Kind::Blocked,
        (10 | 127, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Kind::Private,
        // Protocol assignments and benchmarks.
        (192, 0, 0) | (198, 18 | 19, _) => Kind::Private,
        _ => Kind::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Kind {
    if address.is_unspecified() || address.is_multicast() {
        return Kind::Blocked;
    }
    if address.is_loopback() {
        return Kind::Private;
    }
    let own = match address.segments() {
        // EC2's services (metadata at ::254, pod identity at ::23) and Google's metadata service.
        [0xfd00, 0xec2, ..] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => Kind::Blocked,
        // Scaleway's.
        [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42] => Kind::Blocked,
        // Link-local; the prefix for what is to be dropped.
        [0xfe80..=0xfebf, ..] | [0x100, 0, 0, 0, ..] => Kind::Blocked,
        // Unique local and site-local.
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Kind::Private,
        _ => Kind::Public,
    };
    // Whatever may be meant has to be allowed: some prefixes hold an IPv4 address in more than one place.
    inner_v4(address).into_iter().map(of_v4).fold(own, Kind::stricter)
}

/// The IPv4 addresses that an IPv6 address may stand for.
fn inner_v4(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    let segments = address.segments();
    let [.., high, low] = segments;
    let mut found = match segments {
        // Compatible, mapped, translated (RFC 2765: ::ffff:0:a.b.c.d).
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => vec![v4(high, low)],
        // NAT64: the well-known prefix; the one for local use, which is divided as its network likes.
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => vec![v4(high, low)],
        [0x64, 0xff9b, 1, ..] => local_nat64(address),
        // 6to4.
        [0x2002, first, second, ..] => vec![v4(first, second)],
        // Teredo: the server's address, and the client's with every bit turned.
        [0x2001, 0, first, second, ..] => vec![v4(first, second), v4(!high, !low)],
        _ => Vec::new(),
    };
    // ISATAP, below any prefix.
    if matches!(segments, [_, _, _, _, 0 | 0x200, 0x5efe, ..]) {
        found.push(v4(high, low));
    }
    found
}

/// What an address below 64:ff9b:1::/48 may stand for: RFC 6052 has a place for each length that the prefix may have, and
/// leaves bits 64 to 71 out. A place with nothing in it is not the one.
fn local_nat64(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let [_, _, _, _, _, _, o6, o7, _, o9, o10, o11, o12, o13, o14, o15] = address.octets();
    let places = [[o6, o7, o9, o10], [o7, o9, o10, o11], [o9, o10, o11, o12], [o12, o13, o14, o15]];
    places.into_iter().filter(|place| place[0] != 0).map(Ipv4Addr::from).collect()
}

/// The address that a host is, where it is one: also in the spellings that resolvers take, such as `127.1`, `0x7f000001` and
/// `2130706433`.
///
/// # Errors
/// When it ends in a number as an address does, and is none.
pub(crate) fn literal(host: &str) -> Result<Option<IpAddr>, NoAddress> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse() {
        return Ok(Some(address));
    }
    if host.contains(':') {
        return Err(NoAddress);
    }
    let parts: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let number = |part: &str| match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some("") => Some(0),
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if part.len() > 1 && part.starts_with('0') => u64::from_str_radix(part, 8).ok(),
        None => part.parse().ok(),
    };
    let like_one = parts.last().is_some_and(|last| {
        !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) || number(last).is_some()
    });
    if !like_one {
        return Ok(None);
    }
    // The last number fills what the ones before it leave.
    let numbers: Option<Vec<u64>> = parts.iter().map(|part| number(part)).collect();
    let Some([before @ .., last]) = numbers.as_deref() else { return Err(NoAddress) };
    if before.len() > 3 || before.iter().any(|number| *number > 255) || *last >= 1 << (8 * (4 - before.len())) {
        return Err(NoAddress);
    }
    let high = before.iter().zip([24, 16, 8]).fold(0, |word, (number, shift)| word | number << shift);
    let word = u32::try_from(high | last).map_err(|_| NoAddress)?;
    Ok(Some(IpAddr::V4(Ipv4Addr::from(word))))
}

/// A host that looks like an address and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host ends in a number as an address does, and is none")]
pub(crate) struct NoAddress;

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
            Kind::Blocked => "a link-local or special address, which is never connected to",
            _ => {
                "a private address, and the pool's own API is at none. This would allow it: [egress] private-addresses = \"allow\""
            }
        })
    }
}

impl std::error::Error for AddressRefused {}

#[cfg(test)]
mod tests {
    use super::{Kind, NoAddress, literal};

    #[test]
    fn addresses_are_told_apart_in_every_spelling() {
        for (kind, addresses) in [
            (
                Kind::Public,
                &["8.8.8.8", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::808:808"]
                    [..],
            ),
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
                    "::ffff:0:127.0.0.1",
                    "64:ff9b:1::a00:1",
                    // The same in the prefix of 48 bits: a.b, then 8 bits of nothing, then c, and d.
                    "64:ff9b:1:a00:0:100::",
                    "2001:db8::5efe:10.0.0.1",
                    "2001:db8::200:5efe:192.168.0.1",
                    "2001:0:808:808::f5ff:fffe",
                    "2001:0:a00:1::f7f7:f7f7",
                ],
            ),
            (
                Kind::Blocked,
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
                    "fd00:ec2::23",
                    "fd20:ce::254",
                    "fd00:42::42",
                    "168.63.129.16",
                    "::ffff:168.63.129.16",
                    "::ffff:0:169.254.169.254",
                    "64:ff9b:1::a9fe:a9fe",
                    "64:ff9b:1:a9fe:a9:fe00::",
                    "2001:db8::5efe:169.254.169.254",
                    "fe80::5efe:8.8.8.8",
                    "2001:0:a9fe:a9fe::",
                    "2001:0:808:808::5601:5601",
                    "::2",
                    "100::1",
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

    #[test]
    fn an_address_is_one_in_every_spelling_that_a_resolver_takes() {
        let found = |host: &str| literal(host).map(|found| found.map(|address| address.to_string()));
        for (host, address) in [
            ("127.0.0.1", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("127.0.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("0x7f000001", "127.0.0.1"),
            ("0x7F.1", "127.0.0.1"),
            ("0177.0.0.1", "127.0.0.1"),
            ("127.0.0.1.", "127.0.0.1"),
            ("[::1]", "::1"),
        ] {
            assert_eq!(found(host), Ok(Some(address.to_owned())), "{host}");
        }
        for name in ["localhost", "api.example.com", "1.example", "a.1b", ""] {
            assert_eq!(found(name), Ok(None), "{name}");
        }
        for neither in ["1.2.3.4.5", "256.1.1.1", "127.0.0.256", "a.1", "4294967296", "a:b", "08.1.1.1"] {
            assert_eq!(found(neither), Err(NoAddress), "{neither}");
        }
    }
}
