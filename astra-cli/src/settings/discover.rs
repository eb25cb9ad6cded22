//! What works without configuration: providers whose key is in the environment, and an Ollama that runs on this
//! machine. The gateway makes its first agent on one of them.

use astra_core::config::{Config, Secret};
use astra_core::provider::{detect_ollama, presets};

use super::proxy;
use crate::env::{self, Environment};

const OLLAMA_PORT: u16 = 11_434;

/// Adds to `config` what is found; answers what was found, in words.
pub(crate) async fn discover(config: &mut Config, environment: &Environment) -> Vec<String> {
    let mut found = Vec::new();
    for preset in presets() {
        let key = preset.key_variables.iter().find_map(|name| Some((*name, environment.get(name)?)));
        let url = base_url(preset.name, environment);
        let Some(variable) = key.map(|(name, _)| name).or(url.as_ref().map(|(name, _)| *name)) else { continue };
        let provider = config.providers.entry(preset.name.into()).or_default();
        if let Some((_, key)) = key {
            provider.api_key.get_or_insert_with(|| Secret::new(key));
        }
        if let Some((_, url)) = url {
            provider.base_url.get_or_insert(url);
        }
        found.push(format!("{} ({variable})", preset.name));
    }
    if !config.providers.contains_key("ollama")
        && let Some(ollama) = detect_ollama(&ollama_url(environment)).await
    {
        found.push(format!("ollama ({})", ollama.default_model.as_deref().unwrap_or("no model")));
        config.providers.insert("ollama".into(), ollama);
    }
    proxy::hand_in(&mut config.providers, environment);
    found
}

/// Where the environment says that the provider of a preset is, and by which variable.
fn base_url(preset: &str, environment: &Environment) -> Option<(&'static str, String)> {
    let variable = match preset {
        "openai" => env::OPENAI_BASE_URL,
        "anthropic" => env::ANTHROPIC_BASE_URL,
        _ => return None,
    };
    let url = environment.get(variable)?.trim_end_matches('/');
    // Anthropic's clients append the version themselves.
    let is_versioned = variable == env::OPENAI_BASE_URL || url.ends_with("/v1");
    Some((variable, if is_versioned { url.to_owned() } else { format!("{url}/v1") }))
}

/// Where an Ollama of this machine listens, read as Ollama itself reads its variable.
fn ollama_url(environment: &Environment) -> String {
    let host = environment.get(env::OLLAMA_HOST).unwrap_or("127.0.0.1");
    let host = host.trim_start_matches("http://").trim_end_matches('/').replace("0.0.0.0", "127.0.0.1");
    let port = if host.contains(':') { String::new() } else { format!(":{OLLAMA_PORT}") };
    format!("http://{host}{port}/v1")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address of this machine where no program listens.
    fn nobody() -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address").to_string()
    }

    #[tokio::test]
    async fn a_key_in_the_environment_is_a_provider() {
        let mut config = Config::default();
        let environment =
            Environment::from([("ANTHROPIC_API_KEY", "sk-1"), ("OPENAI_API_KEY", ""), (env::OLLAMA_HOST, &nobody())]);
        assert_eq!(discover(&mut config, &environment).await, ["anthropic (ANTHROPIC_API_KEY)"]);
        assert_eq!(config.providers["anthropic"].api_key.as_ref().expect("a key").expose(), "sk-1");
        assert!(!config.providers.contains_key("openai") && !config.providers.contains_key("ollama"));
    }

    #[tokio::test]
    async fn base_urls_of_the_vendors_own_clients_are_read_as_these_read_them() {
        let mut config = Config::default();
        let environment = Environment::from([
            ("OPENAI_API_KEY", "sk-1"),
            (env::OPENAI_BASE_URL, "http://127.0.0.1:1/v1/"),
            (env::ANTHROPIC_BASE_URL, "http://127.0.0.1:2"),
            (env::OLLAMA_HOST, &nobody()),
        ]);
        let found = discover(&mut config, &environment).await;
        assert_eq!(found, ["openai (OPENAI_API_KEY)", "anthropic (ANTHROPIC_BASE_URL)"]);
        let url = |name: &str| config.providers[name].base_url.clone().expect("a URL");
        assert_eq!(
            (url("openai").as_str(), url("anthropic").as_str()),
            ("http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1")
        );
        config.providers.entry("openai".into()).or_default().base_url = Some("http://mine/v1".into());
        discover(&mut config, &environment).await;
        assert_eq!(config.providers["openai"].base_url.as_deref(), Some("http://mine/v1"));
    }

    #[tokio::test]
    async fn what_is_configured_stays() {
        let mut config = Config::default();
        config.providers.entry("openai".into()).or_default().api_key = Some(Secret::new("mine"));
        let environment = Environment::from([("OPENAI_API_KEY", "other"), (env::OLLAMA_HOST, &nobody())]);
        discover(&mut config, &environment).await;
        assert_eq!(config.providers["openai"].api_key.as_ref().expect("a key").expose(), "mine");
    }

    #[test]
    fn ollamas_own_variable_is_read_as_ollama_reads_it() {
        let cases = [
            ("", "http://127.0.0.1:11434/v1"),
            ("0.0.0.0", "http://127.0.0.1:11434/v1"),
            ("http://localhost:5000/", "http://localhost:5000/v1"),
        ];
        for (variable, url) in cases {
            assert_eq!(ollama_url(&Environment::from([(env::OLLAMA_HOST, variable)])), url);
        }
    }
}
