//! A provider's configuration with its preset's values where it says nothing, or what is wrong with it.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::address;
use super::presets::{PLAIN, Preset, Quirks, preset, presets};
use crate::config::{Fault, Protocol, ProviderConfig, Secret};
use crate::outbound::RETRIES;
use crate::tasks::TaskGroup;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const FIRST_TOKEN_TIMEOUT: Duration = Duration::from_secs(120);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
const RETRIES_MAX: u32 = 10;
const NAME_BYTES_MAX: usize = 64;

/// All that a provider needs to know of itself.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub preset: Option<&'static Preset>,
    pub protocol: Protocol,
    pub quirks: Quirks,
    pub base_url: Url,
    pub api_key: Option<Secret>,
    /// The header of the key instead of the protocol's own.
    pub api_key_header: Option<HeaderName>,
    pub headers: HeaderMap,
    pub proxy: Option<Url>,
    pub default_model: Option<String>,
    pub connect_timeout: Duration,
    pub limits: Limits,
    /// The tasks that read answers to their end.
    pub drains: TaskGroup,
}

/// How long a call may take, and how often it is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub first_token_timeout: Duration,
    pub idle_timeout: Duration,
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { first_token_timeout: FIRST_TOKEN_TIMEOUT, idle_timeout: IDLE_TIMEOUT, retries: RETRIES }
    }
}

/// Completes the configuration of the provider `name`, whose answers are read to their end by tasks of `drains`; answers all
/// that is wrong with it at once.
pub(super) fn resolve(name: &str, config: &ProviderConfig, drains: &TaskGroup) -> Result<Settings, Vec<Fault>> {
    let mut faults = check(name, config);
    let (headers, wrong) = address::headers(config);
    faults.extend(wrong.into_iter().map(|(header, detail)| fault(name, &format!("headers.{header}"), detail)));
    let api_key_header = address::key_header(config);
    faults.extend(api_key_header.as_ref().err().map(|detail| fault(name, "api_key_header", detail.clone())));
    let proxy = address::proxy(config);
    faults.extend(proxy.as_ref().err().map(|detail| fault(name, "proxy", detail.clone())));
    let preset = preset(config.preset.as_deref().unwrap_or(name));
    let protocol = config.protocol.or(preset.map(|preset| preset.protocol)).unwrap_or(Protocol::OpenAi);
    let configured = config.base_url.as_deref();
    let url = configured.or(preset.map(|preset| preset.base_url)).filter(|url| !url.is_empty());
    // What has no upstream still has a URL, so that no part of the gateway must tell the two apart.
    let url = if protocol == Protocol::Echo { Some("http://localhost") } else { url };
    let base_url = match url.map(address::base_url) {
        Some(Ok(base_url)) => Some(base_url),
        Some(Err(detail)) => {
            faults.push(fault(name, "base_url", detail));
            None
        }
        None => {
            let known: Vec<&str> = presets().iter().map(|preset| preset.name).collect();
            let detail = format!("is needed, or preset, one of {}", known.join(", "));
            faults.push(fault(name, "base_url", detail));
            None
        }
    };
    let is_keyless = config.api_key.as_ref().is_none_or(|key| key.expose().is_empty());
    if let Some(preset) = preset.filter(|preset| preset.needs_key && configured.is_none() && is_keyless) {
        let variables = preset.key_variables.join(" or ");
        faults.push(fault(name, "api_key", format!("is needed; {variables} in the environment does as well")));
    }
    let Some(base_url) = base_url.filter(|_| faults.is_empty()) else { return Err(faults) };
    let ms = |value: Option<u64>, default: Duration| value.map_or(default, Duration::from_millis);
    let default_model = config.default_model.as_deref().or(preset.and_then(|preset| preset.default_model));
    Ok(Settings {
        preset,
        protocol,
        quirks: preset.map_or(PLAIN, |preset| preset.quirks),
        base_url,
        api_key: config.api_key.clone().filter(|_| !is_keyless),
        api_key_header: api_key_header.unwrap_or_default(),
        headers,
        proxy: proxy.unwrap_or_default(),
        default_model: default_model.map(str::to_owned),
        connect_timeout: ms(config.connect_timeout_ms, CONNECT_TIMEOUT),
        limits: Limits {
            first_token_timeout: ms(config.first_token_timeout_ms, FIRST_TOKEN_TIMEOUT),
            idle_timeout: ms(config.idle_timeout_ms, IDLE_TIMEOUT),
            retries: config.max_retries.unwrap_or(RETRIES),
        },
        drains: drains.clone(),
    })
}

/// Refuses what is not `[a-z0-9][a-z0-9_-]*` of at most 64 bytes.
pub(super) fn check_name(name: &str) -> Result<(), Vec<Fault>> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_good = name.len() <= NAME_BYTES_MAX
        && name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte == b'_' || byte == b'-');
    let rule = "is no name: write lower-case letters, digits, _ and -, at most 64, a letter or digit first";
    if is_good { Ok(()) } else { Err(vec![fault(name, "", rule.into())]) }
}

/// What is wrong whatever the preset says.
fn check(name: &str, config: &ProviderConfig) -> Vec<Fault> {
    let mut faults = check_name(name).err().unwrap_or_default();
    let mut refuse = |key: &str, detail: &str| faults.push(fault(name, key, detail.to_owned()));
    if config.preset.as_deref().is_some_and(|name| preset(name).is_none()) {
        let known: Vec<&str> = presets().iter().map(|preset| preset.name).collect();
        refuse("preset", &format!("is not one of {}", known.join(", ")));
    }
    if config.api_key.as_ref().is_some_and(|key| HeaderValue::from_str(key.expose()).is_err()) {
        refuse("api_key", "has a line break or another character that no key has");
    }
    for (key, value) in [
        ("connect_timeout_ms", config.connect_timeout_ms),
        ("first_token_timeout_ms", config.first_token_timeout_ms),
        ("idle_timeout_ms", config.idle_timeout_ms),
    ] {
        if value == Some(0) {
            refuse(key, "must be at least 1");
        }
    }
    if config.max_retries.is_some_and(|retries| retries > RETRIES_MAX) {
        refuse("max_retries", "must be at most 10");
    }
    for (model, tokens) in &config.context_tokens {
        if *tokens == 0 {
            refuse(&format!("context_tokens.{model}"), "must be at least 1");
        }
    }
    for (model, prices) in &config.prices {
        let (cached, written) = (prices.cached_input_usd_per_million, prices.cache_write_usd_per_million);
        let all = [Some(prices.input_usd_per_million), Some(prices.output_usd_per_million), cached, written];
        if !all.into_iter().flatten().all(|price| price.is_finite() && price >= 0.0) {
            refuse(&format!("prices.{model}"), "must not be negative");
        }
    }
    faults
}

fn fault(name: &str, key: &str, detail: String) -> Fault {
    let key = if key.is_empty() { format!("providers.{name}") } else { format!("providers.{name}.{key}") };
    Fault { key, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::DRAINS;

    fn faulty_keys(name: &str, config: &ProviderConfig) -> Vec<String> {
        resolve(name, config, &TaskGroup::new(DRAINS))
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|fault| fault.key)
            .collect()
    }

    #[test]
    fn a_preset_needs_no_more_than_its_key() {
        let config = ProviderConfig { api_key: Some(Secret::new("k")), ..ProviderConfig::default() };
        let settings = resolve("anthropic", &config, &TaskGroup::new(DRAINS)).unwrap();
        assert_eq!(settings.protocol, Protocol::Anthropic);
        assert_eq!(settings.base_url.as_str(), "https://api.anthropic.com/v1");
        assert_eq!(faulty_keys("anthropic", &ProviderConfig::default()), ["providers.anthropic.api_key"]);
        assert_eq!(faulty_keys("ollama", &ProviderConfig::default()), [""; 0]);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let config = ProviderConfig {
            preset: Some("opnai".into()),
            api_key: Some(Secret::new("two\nlines")),
            idle_timeout_ms: Some(0),
            max_retries: Some(11),
            ..ProviderConfig::default()
        };
        let keys = ["preset", "api_key", "idle_timeout_ms", "max_retries", "base_url"];
        assert_eq!(faulty_keys("mine", &config), keys.map(|key| format!("providers.mine.{key}")));
        assert_eq!(faulty_keys("My provider", &ProviderConfig::default())[0], "providers.My provider");
    }

    #[test]
    fn urls_that_cannot_be_right_are_refused() {
        for url in
            ["localhost:8000", "ftp://host/v1", "http://user:pass@host/v1", "http://", "http://h/chat/completions"]
        {
            let config = ProviderConfig { base_url: Some(url.into()), ..ProviderConfig::default() };
            assert_eq!(faulty_keys("mine", &config), ["providers.mine.base_url"], "{url}");
        }
    }
}
