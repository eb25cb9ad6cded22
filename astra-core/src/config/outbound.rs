//! Where URLs that come from callers and models may lead.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Network;

/// Where URLs that come from callers and models may lead: to public addresses, and to these. What the configuration names
/// itself, such as a provider's base URL, is not bound by it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundConfig {
    /// Networks that are not public and may be reached all the same; never the metadata services of clouds.
    pub allowed_networks: Vec<Network>,
    /// Ports that may be reached; none means that no such URL is called.
    pub allowed_ports: Vec<Ports>,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self { allowed_networks: Vec::new(), allowed_ports: vec![Ports::from(80), Ports::from(443)] }
    }
}

/// Neighbouring ports, `8000-8999`; a single port is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    first: u16,
    last: u16,
}

impl Ports {
    /// Whether `port` is one of them.
    #[must_use]
    pub const fn contains(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }
}

impl From<u16> for Ports {
    fn from(port: u16) -> Self {
        Self { first: port, last: port }
    }
}

impl FromStr for Ports {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
        let ports = port(first).zip(port(last)).filter(|(first, last)| first <= last);
        let (first, last) = ports.ok_or_else(|| format!("{text:?} is no port: write 443 or 8000-8999"))?;
        Ok(Self { first, last })
    }
}

impl Serialize for Ports {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.first, self.last) {
            (first, last) if first == last => serializer.serialize_u16(first),
            (first, last) => serializer.collect_str(&format_args!("{first}-{last}")),
        }
    }
}

impl<'de> Deserialize<'de> for Ports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Ports;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a port such as 443, or a range such as 8000-8999")
    }

    fn visit_u64<E: de::Error>(self, port: u64) -> Result<Ports, E> {
        self.visit_str(&port.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Ports, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_numbers_and_ranges() {
        let read = |text: &str| serde_yaml::from_str::<OutboundConfig>(text);
        let config = read("allowed_ports: [443, \"80\", 8000-8999]\nallowed_networks: [10.0.0.0/8, '::1']").unwrap();
        for (port, is_allowed) in [(443, true), (80, true), (8000, true), (8999, true), (9000, false), (81, false)] {
            assert_eq!(config.allowed_ports.iter().any(|ports| ports.contains(port)), is_allowed, "{port}");
        }
        assert_eq!(config.allowed_networks.len(), 2);
        assert_eq!(read("allowed_ports: []").unwrap().allowed_ports, []);
        for wrong in ["0", "65536", "-1", "9-8", "0-9", "http", "''", "1-2-3", "true", "[1]"] {
            assert!(read(&format!("allowed_ports: [{wrong}]")).is_err(), "{wrong}");
        }
        assert!(read("allowed_networks: [example.com]").unwrap_err().to_string().contains("write 10.0.0.0/8"));
    }
}
