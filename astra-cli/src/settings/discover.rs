//! What works without configuration: providers whose key is in the environment, an Ollama that runs on this machine,
//! and, where nobody defined an agent, one to talk to.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use astra_core::config::{Config, Secret};
use astra_core::provider::presets;
use serde_json::json;

use crate::env::{self, Environment};

/// A program that listens on this machine takes a connection at once or refuses it at once.
const PROBE_TIMEOUT: Duration = Duration::from_millis(100);
const OLLAMA_PORT: u16 = 11_434;

/// Adds to `config` what is found; answers what was found, in words.
pub(crate) fn discover(config: &mut Config, environment: &Environment) -> Vec<String> {
    let mut found = Vec::new();
    for preset in presets() {
        let variable = preset.key_variables.iter().find_map(|name| Some((name, environment.get(name)?)));
        let configured = config.providers.contains_key(preset.name);
        if let Some((name, key)) = variable {
            config.providers.entry(preset.name.into()).or_default().api_key.get_or_insert_with(|| Secret::new(key));
            found.push(format!("{} ({name})", preset.name));
        } else if !configured && preset.name == "ollama" {
            let Some(address) = running_ollama(environment) else { continue };
            config.providers.entry("ollama".into()).or_default().base_url = Some(format!("http://{address}/v1"));
            found.push(format!("ollama (at {address})"));
        }
    }
    let found_or_configured =
        presets().iter().map(|preset| preset.name).find(|name| config.providers.contains_key(*name));
    let provider = found_or_configured.or_else(|| config.providers.keys().next().map(String::as_str)).unwrap_or("echo");
    if config.agents.is_empty() && config.agents_dir.is_none() {
        let assistant = json!({"display_name": "Assistant", "model": {"provider": provider}});
        config.agents.insert("assistant".into(), assistant);
    }
    found
}

fn running_ollama(environment: &Environment) -> Option<SocketAddr> {
    let host = environment.get(env::OLLAMA_HOST).unwrap_or("127.0.0.1");
    let host = host.trim_start_matches("http://").trim_end_matches('/').replace("0.0.0.0", "127.0.0.1");
    let host = if host.contains(':') { host } else { format!("{host}:{OLLAMA_PORT}") };
    let mut addresses = host.to_socket_addrs().ok()?.filter(|address| address.ip().is_loopback());
    addresses.find(|address| TcpStream::connect_timeout(address, PROBE_TIMEOUT).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address of this machine where nobody listens.
    fn nobody() -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address").to_string()
    }

    #[test]
    fn a_key_in_the_environment_is_a_provider_and_its_agent() {
        let mut config = Config::default();
        let environment =
            Environment::from([("ANTHROPIC_API_KEY", "sk-1"), ("OPENAI_API_KEY", ""), (env::OLLAMA_HOST, &nobody())]);
        assert_eq!(discover(&mut config, &environment), ["anthropic (ANTHROPIC_API_KEY)"]);
        assert_eq!(config.providers["anthropic"].api_key.as_ref().expect("a key").expose(), "sk-1");
        assert!(!config.providers.contains_key("openai") && !config.providers.contains_key("ollama"));
        assert_eq!(config.agents["assistant"]["model"]["provider"], "anthropic");
    }

    #[test]
    fn what_is_configured_stays() {
        let mut config = Config::default();
        config.providers.entry("openai".into()).or_default().api_key = Some(Secret::new("mine"));
        config.agents.insert("own".into(), json!({}));
        let environment = Environment::from([("OPENAI_API_KEY", "other"), (env::OLLAMA_HOST, &nobody())]);
        discover(&mut config, &environment);
        assert_eq!(config.providers["openai"].api_key.as_ref().expect("a key").expose(), "mine");
        assert!(config.agents.keys().eq(["own"]));
    }

    #[test]
    fn a_running_ollama_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let mut config = Config::default();
        let found = discover(&mut config, &Environment::from([(env::OLLAMA_HOST, address.as_str())]));
        assert_eq!(found, [format!("ollama (at {address})")]);
        assert_eq!(config.providers["ollama"].base_url, Some(format!("http://{address}/v1")));
        assert_eq!(config.agents["assistant"]["model"]["provider"], "ollama");
    }

    #[test]
    fn with_nothing_at_all_there_is_an_echo() {
        let mut config = Config::default();
        assert!(discover(&mut config, &Environment::from([(env::OLLAMA_HOST, nobody().as_str())])).is_empty());
        assert_eq!(config.agents["assistant"]["model"]["provider"], "echo");
    }
}
