//! Where a request comes from: the address and the program of its client, as a sign-in keeps them.

use std::net::IpAddr;

use super::limits::ClientNetwork;

/// How much of a program's name is kept, in characters.
const PROGRAM_CHARACTERS_MAX: usize = 256;

/// The address and the program of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSource {
    address: IpAddr,
    program: Option<String>,
}

impl RequestSource {
    /// A client at `address`, whose program has sent `user_agent`: its first 256 characters are kept, without control
    /// characters.
    #[must_use]
    pub fn new(address: IpAddr, user_agent: Option<&[u8]>) -> Self {
        let text = user_agent.map(String::from_utf8_lossy).unwrap_or_default();
        let plain = text.trim().chars().filter(|character| !character.is_control());
        let program: String = plain.take(PROGRAM_CHARACTERS_MAX).collect();
        Self { address: address.to_canonical(), program: Some(program).filter(|program| !program.is_empty()) }
    }

    /// The network that the address belongs to.
    #[must_use]
    pub fn network(&self) -> ClientNetwork {
        ClientNetwork::of(self.address)
    }

    /// The address; `None` where a host program does not say where its connections come from.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        Some(self.address).filter(|address| !address.is_unspecified())
    }

    /// The address as text; `None` where a host program does not say where its connections come from.
    pub(super) fn address(&self) -> Option<String> {
        self.ip().map(|address| address.to_string())
    }

    /// The program, as it names itself.
    pub(super) fn program(&self) -> Option<String> {
        self.program.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(address: &str, user_agent: Option<&[u8]>) -> RequestSource {
        RequestSource::new(address.parse().unwrap(), user_agent)
    }

    #[test]
    fn a_program_is_short_and_printable() {
        let long = "x".repeat(300);
        for (sent, kept) in [
            (Some("curl/8.5.0".as_bytes()), Some("curl/8.5.0".to_owned())),
            (Some(" a\tb\u{85} ".as_bytes()), Some("ab".to_owned())),
            (Some(long.as_bytes()), Some("x".repeat(256))),
            (Some(b"\xff".as_slice()), Some("\u{fffd}".to_owned())),
            (Some(b" ".as_slice()), None),
            (None, None),
        ] {
            assert_eq!(source("::1", sent).program(), kept);
        }
    }

    #[test]
    fn an_address_is_the_canonical_one() {
        assert_eq!(source("::ffff:203.0.113.9", None).address().as_deref(), Some("203.0.113.9"));
        assert_eq!(source("2001:db8::1", None).address().as_deref(), Some("2001:db8::1"));
        assert_eq!(source("0.0.0.0", None).address(), None);
    }
}
