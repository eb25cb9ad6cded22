//! The address to listen on, in every way that people write it: `127.0.0.1:3000`, `[::1]:3000`, `localhost:3000`,
//! `:3000`, `3000`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// What an address looks like. Without the value: it may come from a variable that holds a secret.
const FORM: &str = "write an address and a port, such as 127.0.0.1:3000, 0.0.0.0:3000, [::1]:3000 or localhost:3000, or a \
                    port alone, which is one of 127.0.0.1";

/// Reads an address and a port. A port alone, with or without a colon, is one of 127.0.0.1. Of a name with several
/// addresses the first one that this machine has is taken, IPv4 before IPv6.
///
/// # Errors
/// What is wrong, as a sentence without a full stop; it does not repeat `text`.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port: u16 = match port.parse() {
        Ok(port) if is_number => port,
        _ if is_number => return Err("a port is at most 65535".to_owned()),
        _ => return Err(FORM.to_owned()),
    };
    if host.is_empty() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    if !is_name || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(FORM.to_owned());
    }
    of_name(host, port)
}

fn of_name(host: &str, port: u16) -> Result<SocketAddr, String> {
    let found = (host, port).to_socket_addrs().map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    preferred(found).ok_or_else(|| format!("the host's name has no address that this machine can listen on; {FORM}"))
}

fn preferred(mut addresses: Vec<SocketAddr>) -> Option<SocketAddr> {
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses.into_iter().find(|address| TcpListener::bind((address.ip(), 0)).is_ok())
}

/// For `listen` in a file, where a port alone is a number.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    struct Address;

    impl Visitor<'_> for Address {
        type Value = SocketAddr;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an address and a port")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<SocketAddr, E> {
            listen_address(text).map_err(E::custom)
        }

        fn visit_u64<E: Error>(self, port: u64) -> Result<SocketAddr, E> {
            listen_address(&port.to_string()).map_err(E::custom)
        }

        fn visit_i64<E: Error>(self, port: i64) -> Result<SocketAddr, E> {
            listen_address(&port.to_string()).map_err(E::custom)
        }
    }

    deserializer.deserialize_any(Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_an_address_is_read() {
        for (text, address) in [
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:3000", "[::1]:3000"),
            (" :3000", "127.0.0.1:3000"),
            ("3000", "127.0.0.1:3000"),
            ("0", "127.0.0.1:0"),
            ("localhost:3000", "127.0.0.1:3000"),
        ] {
            assert_eq!(listen_address(text), Ok(address.parse().unwrap()), "{text}");
        }
        for text in
            ["", ":", "nowhere", "localhost", "localhost:", "[::1]", "1.2.3:1", "a b:1", "http://localhost:3000"]
        {
            assert_eq!(listen_address(text), Err(FORM.to_owned()), "{text}");
        }
        assert_eq!(listen_address("127.0.0.1:65536"), Err("a port is at most 65535".to_owned()));
        assert!(listen_address("name.invalid:3000").is_err_and(|told| !told.contains("name.invalid")));
    }

    #[test]
    fn of_several_addresses_the_first_of_this_machine_is_taken() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let found = preferred(addresses(&["[::1]:1", "192.0.2.1:1", "127.0.0.1:1"]));
        assert_eq!(found, Some("127.0.0.1:1".parse().unwrap()));
        assert_eq!(preferred(addresses(&["192.0.2.1:1"])), None);
    }
}
