//! The proxies of the environment, as curl and most other programs read them: which one leads to a provider, if any.

use std::net::IpAddr;

use astra_core::config::{Network, ProviderConfigs, Secret};
use astra_core::provider::preset;

use crate::env::{self, Environment};

/// Gives each provider that names no proxy the one of the environment. One on this machine is reached directly.
pub(super) fn hand_in(providers: &mut ProviderConfigs, environment: &Environment) {
    for (name, provider) in providers {
        let known = preset(provider.preset.as_deref().unwrap_or(name));
        let url = provider.base_url.as_deref().or(known.map(|preset| preset.base_url)).unwrap_or_default();
        if provider.proxy.is_none() {
            provider.proxy = proxy_to(url, environment).map(Secret::new);
        }
    }
}

/// The proxy that leads to `url`.
fn proxy_to(url: &str, environment: &Environment) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (variable, port) = match scheme {
        "https" => (env::HTTPS_PROXY, 443),
        "http" => (env::HTTP_PROXY, 80),
        _ => return None,
    };
    let place = rest.split(['/', '?', '#']).next()?;
    let (host, port) = host_and_port(place, port);
    let address: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || host.ends_with(".localhost") || address.is_some_and(|address| address.is_loopback()) {
        return None;
    }
    let proxy = either(environment, variable).or_else(|| either(environment, env::ALL_PROXY))?;
    let exceptions = either(environment, env::NO_PROXY).unwrap_or_default();
    if exceptions.split([',', ' ']).map(str::trim).any(|exception| is_excepted(exception, &host, address, port)) {
        return None;
    }
    // curl takes it without its scheme.
    Some(if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") })
}

/// The variable, in small letters first.
fn either<'e>(environment: &'e Environment, name: &str) -> Option<&'e str> {
    environment.get(&name.to_ascii_lowercase()).or_else(|| environment.get(name))
}

/// Host in small letters and without brackets, and port.
fn host_and_port(place: &str, default: u16) -> (String, u16) {
    let (host, port) = match place.rsplit_once(':') {
        // An address of IPv6 without a port ends in its bracket, or has several colons and no brackets.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()),
        _ => (place, None),
    };
    (host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase(), port.unwrap_or(default))
}

/// Whether an entry of `NO_PROXY` is meant for this host: `*`, a name with all below it, an address, a network, each
/// perhaps with a port.
fn is_excepted(exception: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if exception.is_empty() || exception == "*" {
        return exception == "*";
    }
    if let (Ok(network), Some(address)) = (exception.parse::<Network>(), address) {
        return network.contains(address);
    }
    let (name, wanted) = host_and_port(exception, port);
    if wanted != port {
        return false;
    }
    if let (Ok(network), Some(address)) = (name.parse::<Network>(), address) {
        return network.contains(address);
    }
    let name = name.trim_start_matches("*.").trim_start_matches('.');
    !name.is_empty() && (host == name || host.strip_suffix(name).is_some_and(|above| above.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use astra_core::config::ProviderConfig;

    use super::*;

    #[test]
    fn the_scheme_chooses_the_variable_and_small_letters_come_first() {
        let environment = Environment::from([
            ("HTTPS_PROXY", "http://upper:1"),
            ("https_proxy", "http://lower:2"),
            ("HTTP_PROXY", "plain:3"),
        ]);
        assert_eq!(proxy_to("https://llm.example.com/v1", &environment).as_deref(), Some("http://lower:2"));
        assert_eq!(proxy_to("http://llm.example.com/v1", &environment).as_deref(), Some("http://plain:3"));
        let all = Environment::from([("ALL_PROXY", "http://all:1"), ("HTTP_PROXY", "")]);
        assert_eq!(proxy_to("http://llm.example.com", &all).as_deref(), Some("http://all:1"));
        assert_eq!(proxy_to("nonsense", &all), None);
    }

    #[test]
    fn exceptions_are_names_addresses_networks_and_ports() {
        let goes_through = |exceptions: &str, url: &str| {
            let environment = Environment::from([("ALL_PROXY", "http://p:1"), ("no_proxy", exceptions)]);
            proxy_to(url, &environment).is_some()
        };
        for (exceptions, inside, outside) in [
            ("example.com", "https://example.com/v1", "https://notexample.com"),
            (".example.com", "https://a.b.EXAMPLE.com", "https://example.org"),
            ("*.example.com", "https://a.example.com", "https://example.com.evil.org"),
            ("a.org, example.com:8443", "https://example.com:8443/v1", "https://example.com/v1"),
            ("example.com:443", "https://example.com/v1", "http://example.com/v1"),
            ("10.0.0.0/8", "http://10.1.2.3:8000/v1", "http://11.1.2.3:8000/v1"),
            ("10.1.2.3", "http://10.1.2.3:8000/v1", "http://10.1.2.4:8000/v1"),
            ("10.1.2.3:8000", "http://10.1.2.3:8000/v1", "http://10.1.2.3:9000/v1"),
            ("fd00::/8", "http://[fd00::1]:8000/v1", "http://[fe80::1]:8000/v1"),
            ("[fd00::1]:8000", "http://[fd00::1]:8000/v1", "http://[fd00::1]/v1"),
            ("fd00::1", "http://[fd00::1]/v1", "http://[fd00::2]/v1"),
        ] {
            assert!(!goes_through(exceptions, inside), "{exceptions} {inside}");
            assert!(goes_through(exceptions, outside), "{exceptions} {outside}");
        }
        assert!(!goes_through("a.org,*", "https://example.com"));
        for url in ["http://localhost:11434/v1", "http://127.0.0.1/v1", "http://[::1]:8000/v1"] {
            assert!(!goes_through("", url), "{url}");
        }
    }

    #[test]
    fn what_names_a_proxy_keeps_it() {
        let named = ProviderConfig { proxy: Some(Secret::new("none")), ..ProviderConfig::default() };
        let mut providers =
            ProviderConfigs::from([("openai".into(), ProviderConfig::default()), ("grok".into(), named)]);
        hand_in(&mut providers, &Environment::from([("HTTPS_PROXY", "http://p:1")]));
        let proxy = |name: &str| providers[name].proxy.as_ref().map(|proxy| proxy.expose().to_owned());
        assert_eq!((proxy("openai").as_deref(), proxy("grok").as_deref()), (Some("http://p:1"), Some("none")));
    }
}
