//! Addresses that are no public ones, by the registries of IANA for IPv4 and IPv6 and the manuals of the clouds.
//! <https://www.iana.org/assignments/iana-ipv4-special-registry>, <https://www.iana.org/assignments/iana-ipv6-special-registry>

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// What an address is used for that is no public one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecialUse {
    /// The service that gives a cloud's machine its credentials. Nothing opens it.
    Metadata,
    /// This machine.
    Loopback,
    /// No address at all (`0.0.0.0`, `::`), which systems take for this machine.
    Unspecified,
    /// A private network.
    Private,
    /// The link that the machine is on.
    LinkLocal,
    /// Shared by a carrier's customers (100.64.0.0/10).
    Shared,
    /// Many machines.
    Multicast,
    /// All machines of the link.
    Broadcast,
    /// For documentation.
    Documentation,
    /// For benchmarks of network devices.
    Benchmarking,
    /// An IPv4 address within IPv6 that leads through a tunnel or a translator.
    Embedded,
    /// Reserved, or not assigned to anything.
    Reserved,
}

impl SpecialUse {
    /// A name, such as `link-local`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Loopback => "loopback",
            Self::Unspecified => "unspecified",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Shared => "shared",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::Embedded => "embedded",
            Self::Reserved => "reserved",
        }
    }
}

impl fmt::Display for SpecialUse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: [u16; 4], last: [u16; 4], prefix: u8) -> Ipv6Net {
    let ([a, b, c, d], [e, f, g, h]) = (first, last);
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// The first network that contains an address decides.
const IPV4: [(Ipv4Net, SpecialUse); 25] = [
    // Amazon, Google, Microsoft, Oracle, DigitalOcean and others; the credentials of Amazon's containers and pods.
    (v4([169, 254, 169, 254], 32), SpecialUse::Metadata),
    (v4([169, 254, 170, 2], 32), SpecialUse::Metadata),
    (v4([169, 254, 170, 23], 32), SpecialUse::Metadata),
    // Alibaba.
    (v4([100, 100, 100, 200], 32), SpecialUse::Metadata),
    // Oracle's older service.
    (v4([192, 0, 0, 192], 32), SpecialUse::Metadata),
    // Microsoft's "wire server", a public address that only its machines reach.
    (v4([168, 63, 129, 16], 32), SpecialUse::Metadata),
    (v4([0, 0, 0, 0], 32), SpecialUse::Unspecified),
    (v4([0, 0, 0, 0], 8), SpecialUse::Reserved),
    (v4([10, 0, 0, 0], 8), SpecialUse::Private),
    (v4([100, 64, 0, 0], 10), SpecialUse::Shared),
    (v4([127, 0, 0, 0], 8), SpecialUse::Loopback),
    (v4([169, 254, 0, 0], 16), SpecialUse::LinkLocal),
    (v4([172, 16, 0, 0], 12), SpecialUse::Private),
    (v4([192, 0, 0, 0], 24), SpecialUse::Reserved),
    (v4([192, 0, 2, 0], 24), SpecialUse::Documentation),
    // The relays of 6to4, which are no more.
    (v4([192, 88, 99, 0], 24), SpecialUse::Reserved),
    (v4([192, 168, 0, 0], 16), SpecialUse::Private),
    (v4([198, 18, 0, 0], 15), SpecialUse::Benchmarking),
    (v4([198, 51, 100, 0], 24), SpecialUse::Documentation),
    (v4([203, 0, 113, 0], 24), SpecialUse::Documentation),
    (v4([224, 0, 0, 0], 4), SpecialUse::Multicast),
    (v4([255, 255, 255, 255], 32), SpecialUse::Broadcast),
    (v4([240, 0, 0, 0], 4), SpecialUse::Reserved),
    // Not routed: the networks of AS 112 answer for private names.
    (v4([192, 31, 196, 0], 24), SpecialUse::Reserved),
    (v4([192, 175, 48, 0], 24), SpecialUse::Reserved),
];

/// As [`IPV4`]. An address that no network contains is public if it lies in [`GLOBAL_UNICAST`].
const IPV6: [(Ipv6Net, SpecialUse); 21] = [
    // Amazon's machines and pods, Google's machines.
    (v6([0xfd00, 0xec2, 0, 0], [0, 0, 0, 0x254], 128), SpecialUse::Metadata),
    (v6([0xfd00, 0xec2, 0, 0], [0, 0, 0, 0x23], 128), SpecialUse::Metadata),
    (v6([0xfd20, 0xce, 0, 0], [0, 0, 0, 0x254], 128), SpecialUse::Metadata),
    (v6([0; 4], [0; 4], 128), SpecialUse::Unspecified),
    (v6([0; 4], [0, 0, 0, 1], 128), SpecialUse::Loopback),
    // IPv4-compatible addresses, and those of stateless translators (RFC 2765).
    (v6([0; 4], [0; 4], 96), SpecialUse::Embedded),
    (v6([0; 4], [0xffff, 0, 0, 0], 96), SpecialUse::Embedded),
    // Local translators (RFC 8215): which bits are the IPv4 address, only their operator knows.
    (v6([0x64, 0xff9b, 1, 0], [0; 4], 48), SpecialUse::Embedded),
    (v6([0x100, 0, 0, 0], [0; 4], 64), SpecialUse::Reserved),
    // Teredo.
    (v6([0x2001, 0, 0, 0], [0; 4], 32), SpecialUse::Embedded),
    (v6([0x2001, 2, 0, 0], [0; 4], 48), SpecialUse::Benchmarking),
    (v6([0x2001, 0, 0, 0], [0; 4], 23), SpecialUse::Reserved),
    (v6([0x2001, 0xdb8, 0, 0], [0; 4], 32), SpecialUse::Documentation),
    // 6to4.
    (v6([0x2002, 0, 0, 0], [0; 4], 16), SpecialUse::Embedded),
    (v6([0x3fff, 0, 0, 0], [0; 4], 20), SpecialUse::Documentation),
    (v6([0xfc00, 0, 0, 0], [0; 4], 7), SpecialUse::Private),
    (v6([0xfe80, 0, 0, 0], [0; 4], 10), SpecialUse::LinkLocal),
    (v6([0xfec0, 0, 0, 0], [0; 4], 10), SpecialUse::Private),
    (v6([0xff00, 0, 0, 0], [0; 4], 8), SpecialUse::Multicast),
    // AS 112 again.
    (v6([0x2001, 4, 0x112, 0], [0; 4], 48), SpecialUse::Reserved),
    (v6([0x2620, 0x4f, 0x8000, 0], [0; 4], 48), SpecialUse::Reserved),
];

/// All that IANA has given out for single public machines.
const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0], [0; 4], 3);
/// Translators that any network may run (NAT64, RFC 6052): the last 32 bits are the IPv4 address.
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0], [0; 4], 96);

/// The address that packets to `address` arrive at: of an IPv4 address mapped into IPv6, and of one that a translator of
/// the well-known prefix maps, it is the IPv4 address.
pub(super) fn destination(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) if NAT64.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        address => address.to_canonical(),
    }
}

/// What `destination` is used for; `None` if it is a public address.
pub(super) fn special_use(destination: IpAddr) -> Option<SpecialUse> {
    match destination {
        IpAddr::V4(address) => IPV4.iter().find(|(network, _)| network.contains(&address)).map(|(_, special)| *special),
        IpAddr::V6(address) => {
            let listed = IPV6.iter().find(|(network, _)| network.contains(&address)).map(|(_, special)| *special);
            let embedded = || is_isatap(address).then_some(SpecialUse::Embedded);
            let unassigned = || (!GLOBAL_UNICAST.contains(&address)).then_some(SpecialUse::Reserved);
            listed.or_else(embedded).or_else(unassigned)
        }
    }
}

/// Whether the last 64 bits are those of a tunnel to an IPv4 address of the site (RFC 5214).
const fn is_isatap(address: Ipv6Addr) -> bool {
    let [.., group, marker, _, _] = address.segments();
    matches!(group, 0 | 0x200) && marker == 0x5efe
}
