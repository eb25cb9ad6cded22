//! Well-known models: how much they read and write, and what they cost. Defaults as of the beginning of 2026, which the
//! configuration overrides (`providers.<name>.context_tokens` and `.prices`).

use crate::config::Prices;

/// What is known of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Known {
    /// The preset of its provider.
    preset: &'static str,
    /// Its name, without a date or version at the end.
    pub name: &'static str,
    /// Most tokens that it reads and writes in one call.
    pub context_tokens: u32,
    /// Most tokens that it writes.
    pub max_output_tokens: u32,
    /// What it costs.
    prices: Prices,
}

const fn known(
    preset: &'static str,
    name: &'static str,
    (context_tokens, max_output_tokens): (u32, u32),
    (input_usd_per_million, output_usd_per_million): (f64, f64),
) -> Known {
    let prices = Prices {
        input_usd_per_million,
        output_usd_per_million,
        cached_input_usd_per_million: None,
        cache_write_usd_per_million: None,
    };
    Known { preset, name, context_tokens, max_output_tokens, prices }
}

/// What reading from a cache and writing to it costs at the providers that say so, as shares of the price of input: by
/// the preset and the beginning of the model's name, the longest that fits.
const CACHE_SHARES: &[(&str, &str, f64, Option<f64>)] = &[
    ("anthropic", "claude-", 0.1, Some(1.25)),
    ("deepseek", "deepseek-", 0.1, None),
    ("gemini", "gemini-2.5-", 0.1, None),
    ("gemini", "gemini-3-", 0.1, None),
    ("openai", "gpt-4.1", 0.25, None),
    ("openai", "gpt-4o", 0.5, None),
    ("openai", "gpt-5", 0.1, None),
    ("openai", "o3", 0.25, None),
    ("openai", "o3-mini", 0.5, None),
    ("openai", "o4-mini", 0.25, None),
];

impl Known {
    /// What it costs, caches included where that is known.
    fn prices(&self) -> Prices {
        let shares =
            CACHE_SHARES.iter().filter(|(preset, name, ..)| *preset == self.preset && self.name.starts_with(name));
        let Some((.., read, write)) = shares.max_by_key(|(_, name, ..)| name.len()) else { return self.prices };
        let input = self.prices.input_usd_per_million;
        Prices {
            cached_input_usd_per_million: Some(input * read),
            cache_write_usd_per_million: write.map(|write| input * write),
            ..self.prices
        }
    }
}

const KNOWN: &[Known] = &[
    known("openai", "gpt-5.1", (400_000, 128_000), (1.25, 10.0)),
    known("openai", "gpt-5", (400_000, 128_000), (1.25, 10.0)),
    known("openai", "gpt-5-mini", (400_000, 128_000), (0.25, 2.0)),
    known("openai", "gpt-5-nano", (400_000, 128_000), (0.05, 0.4)),
    known("openai", "gpt-4.1", (1_047_576, 32_768), (2.0, 8.0)),
    known("openai", "gpt-4.1-mini", (1_047_576, 32_768), (0.4, 1.6)),
    known("openai", "gpt-4.1-nano", (1_047_576, 32_768), (0.1, 0.4)),
    known("openai", "gpt-4o", (128_000, 16_384), (2.5, 10.0)),
    known("openai", "gpt-4o-mini", (128_000, 16_384), (0.15, 0.6)),
    known("openai", "o3", (200_000, 100_000), (2.0, 8.0)),
    known("openai", "o3-mini", (200_000, 100_000), (1.1, 4.4)),
    known("openai", "o4-mini", (200_000, 100_000), (1.1, 4.4)),
    known("anthropic", "claude-opus-4-5", (200_000, 64_000), (5.0, 25.0)),
    known("anthropic", "claude-opus-4-1", (200_000, 32_000), (15.0, 75.0)),
    known("anthropic", "claude-opus-4", (200_000, 32_000), (15.0, 75.0)),
    known("anthropic", "claude-sonnet-4-5", (200_000, 64_000), (3.0, 15.0)),
    known("anthropic", "claude-sonnet-4", (200_000, 64_000), (3.0, 15.0)),
    known("anthropic", "claude-haiku-4-5", (200_000, 64_000), (1.0, 5.0)),
    known("anthropic", "claude-3-7-sonnet", (200_000, 64_000), (3.0, 15.0)),
    known("anthropic", "claude-3-5-haiku", (200_000, 8_192), (0.8, 4.0)),
    known("gemini", "gemini-3-pro", (1_048_576, 65_536), (2.0, 12.0)),
    known("gemini", "gemini-2.5-pro", (1_048_576, 65_536), (1.25, 10.0)),
    known("gemini", "gemini-2.5-flash", (1_048_576, 65_536), (0.3, 2.5)),
    known("gemini", "gemini-2.5-flash-lite", (1_048_576, 65_536), (0.1, 0.4)),
    known("gemini", "gemini-2.0-flash", (1_048_576, 8_192), (0.1, 0.4)),
    known("grok", "grok-4", (256_000, 256_000), (3.0, 15.0)),
    known("grok", "grok-4-fast", (2_000_000, 2_000_000), (0.2, 0.5)),
    known("grok", "grok-3", (131_072, 131_072), (3.0, 15.0)),
    known("grok", "grok-3-mini", (131_072, 131_072), (0.3, 0.5)),
    known("grok", "grok-code-fast", (256_000, 256_000), (0.2, 1.5)),
    known("groq", "llama-3.3-70b-versatile", (131_072, 32_768), (0.59, 0.79)),
    known("groq", "llama-3.1-8b-instant", (131_072, 131_072), (0.05, 0.08)),
    known("groq", "openai/gpt-oss-120b", (131_072, 65_536), (0.15, 0.6)),
    known("groq", "openai/gpt-oss-20b", (131_072, 65_536), (0.075, 0.3)),
    known("groq", "qwen/qwen3-32b", (131_072, 40_960), (0.29, 0.59)),
    known("mistral", "mistral-large", (128_000, 128_000), (2.0, 6.0)),
    known("mistral", "mistral-medium", (128_000, 128_000), (0.4, 2.0)),
    known("mistral", "mistral-small", (128_000, 128_000), (0.1, 0.3)),
    known("mistral", "magistral-medium", (128_000, 40_000), (2.0, 5.0)),
    known("mistral", "codestral", (256_000, 256_000), (0.3, 0.9)),
    known("mistral", "ministral-8b", (128_000, 128_000), (0.1, 0.1)),
    known("bedrock", "openai.gpt-oss-120b", (128_000, 128_000), (0.15, 0.6)),
    known("bedrock", "openai.gpt-oss-20b", (128_000, 128_000), (0.07, 0.3)),
    known("deepseek", "deepseek-chat", (128_000, 8_192), (0.28, 0.42)),
    known("deepseek", "deepseek-reasoner", (128_000, 65_536), (0.28, 0.42)),
];

/// Presets whose models run on one's own machine and cost nothing a token.
const FREE: [&str; 3] = ["echo", "ollama", "vllm"];

/// What vendors are called in the names that OpenRouter gives their models, and their presets.
const VENDORS: [(&str, &str); 6] = [
    ("anthropic", "anthropic"),
    ("deepseek", "deepseek"),
    ("google", "gemini"),
    ("mistralai", "mistral"),
    ("openai", "openai"),
    ("x-ai", "grok"),
];

/// What is known of `model` at a provider of `preset`. A date, a version or `latest` at the end does not matter.
pub(super) fn find(preset: &str, model: &str) -> Option<&'static Known> {
    if preset == "openrouter" {
        let (vendor, model) = model.split_once('/')?;
        let (_, preset) = VENDORS.iter().find(|(name, _)| *name == vendor)?;
        // Anthropic's own names have no dots.
        return if vendor == "anthropic" { find(preset, &model.replace('.', "-")) } else { find(preset, model) };
    }
    of(preset).filter(|known| is_version_of(model, known.name)).max_by_key(|known| known.name.len())
}

/// The well-known models of `preset`.
pub(super) fn of(preset: &str) -> impl Iterator<Item = &'static Known> {
    KNOWN.iter().filter(move |known| known.preset == preset)
}

/// What a model of `preset` costs.
pub(super) fn prices(preset: &str, model: &str) -> Option<Prices> {
    if FREE.contains(&preset) { Some(Prices::default()) } else { find(preset, model).map(Known::prices) }
}

fn is_version_of(model: &str, name: &str) -> bool {
    let Some(rest) = model.strip_prefix(name) else { return false };
    let Some(version) = rest.strip_prefix(['-', ':', '@']) else { return rest.is_empty() };
    ["latest", "preview"].iter().any(|word| version.starts_with(word))
        || version.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_recognised_and_other_models_are_not() {
        let name = |preset, model| find(preset, model).map(|known| known.name);
        assert_eq!(name("openai", "gpt-4o-2024-08-06"), Some("gpt-4o"));
        assert_eq!(name("openai", "gpt-4o-mini-2024-07-18"), Some("gpt-4o-mini"));
        assert_eq!(name("openai", "gpt-4o-audio-preview"), None, "another model at another price");
        assert_eq!(name("anthropic", "claude-sonnet-4-5-20250929"), Some("claude-sonnet-4-5"));
        assert_eq!(name("anthropic", "claude-sonnet-4-20250514"), Some("claude-sonnet-4"));
        assert_eq!(name("mistral", "mistral-small-latest"), Some("mistral-small"));
        assert_eq!(name("bedrock", "openai.gpt-oss-120b-1:0"), Some("openai.gpt-oss-120b"));
        assert_eq!(name("openrouter", "anthropic/claude-sonnet-4.5"), Some("claude-sonnet-4-5"));
        assert_eq!(name("openrouter", "nobody/gpt-4o"), None);
        assert_eq!(name("groq", "gpt-4o"), None);
    }

    #[test]
    fn prices_of_caches_are_shares_of_the_inputs() {
        let caches = |preset, model| {
            let prices = prices(preset, model).unwrap();
            (prices.cached_input_usd_per_million, prices.cache_write_usd_per_million)
        };
        assert_eq!(caches("openai", "gpt-4o-mini"), (Some(0.075), None));
        assert_eq!(caches("openai", "o3-mini"), (Some(0.55), None));
        assert_eq!(caches("anthropic", "claude-opus-4-5"), (Some(0.5), Some(6.25)));
        assert_eq!(caches("groq", "llama-3.3-70b-versatile"), (None, None));
    }

    #[test]
    fn local_models_cost_nothing_and_unknown_ones_who_knows() {
        assert_eq!(prices("ollama", "whatever"), Some(Prices::default()));
        assert_eq!(prices("openai", "whatever"), None);
    }
}
