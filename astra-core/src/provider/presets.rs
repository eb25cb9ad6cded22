//! The well-known providers, as data: where they are, what they speak, how their key's variable is called.
//! Nothing here is read from the environment; the program looks the variables up.

use super::call_ids::Rule;
use crate::config::Protocol;

/// A well-known provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The name that configuration and agents use.
    pub name: &'static str,
    /// The wire protocol.
    pub protocol: Protocol,
    /// The URL that `/chat/completions` or `/messages` is appended to; empty for `echo`.
    pub base_url: &'static str,
    /// The model of agents that name none; where it is absent, the first model that the server lists.
    pub default_model: Option<&'static str>,
    /// Environment variables that may hold the key, the first choice first.
    pub key_variables: &'static [&'static str],
    /// Whether a key is needed.
    pub needs_key: bool,
    pub(super) quirks: Quirks,
}

/// Where servers of one protocol differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quirks {
    /// The limit of the answer is called `max_completion_tokens`: newer models of OpenAI refuse `max_tokens`.
    pub names_completion_tokens: bool,
    /// `stream_options` is understood; who does not know it either counts without being asked or refuses the request.
    pub takes_stream_options: bool,
    /// The seed of the sampling is called `random_seed`.
    pub names_random_seed: bool,
    /// `logit_bias` is passed over in silence.
    pub drops_logit_bias: bool,
    /// `tool_choice` is passed over in silence.
    pub drops_tool_choice: bool,
    /// What a server adds to calls as `extra_content` must come back with them: Gemini's thought signatures.
    pub wants_extra_content: bool,
    /// Which ids of calls are taken.
    pub call_ids: Rule,
}

/// What most servers are like.
pub(super) const PLAIN: Quirks = Quirks {
    names_completion_tokens: false,
    takes_stream_options: true,
    names_random_seed: false,
    drops_logit_bias: false,
    drops_tool_choice: false,
    wants_extra_content: false,
    call_ids: Rule::Any,
};

const fn cloud(
    name: &'static str,
    base_url: &'static str,
    default_model: &'static str,
    key_variables: &'static [&'static str],
) -> Preset {
    let protocol = Protocol::OpenAi;
    Preset {
        name,
        protocol,
        base_url,
        default_model: Some(default_model),
        key_variables,
        needs_key: true,
        quirks: PLAIN,
    }
}

const fn local(name: &'static str, base_url: &'static str, key_variables: &'static [&'static str]) -> Preset {
    let protocol = Protocol::OpenAi;
    Preset { name, protocol, base_url, default_model: None, key_variables, needs_key: false, quirks: PLAIN }
}

const PRESETS: &[Preset] = &[
    Preset {
        quirks: Quirks { names_completion_tokens: true, call_ids: Rule::Short, ..PLAIN },
        ..cloud("openai", "https://api.openai.com/v1", "gpt-4.1-mini", &["OPENAI_API_KEY"])
    },
    Preset {
        protocol: Protocol::Anthropic,
        ..cloud("anthropic", "https://api.anthropic.com/v1", "claude-sonnet-4-5", &["ANTHROPIC_API_KEY"])
    },
    Preset {
        quirks: Quirks { wants_extra_content: true, ..PLAIN },
        ..cloud(
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "gemini-2.5-flash",
            &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        )
    },
    cloud("grok", "https://api.x.ai/v1", "grok-4", &["XAI_API_KEY", "GROK_API_KEY"]),
    cloud("groq", "https://api.groq.com/openai/v1", "llama-3.3-70b-versatile", &["GROQ_API_KEY"]),
    Preset {
        quirks: Quirks { takes_stream_options: false, names_random_seed: true, call_ids: Rule::NineLetters, ..PLAIN },
        ..cloud("mistral", "https://api.mistral.ai/v1", "mistral-small-latest", &["MISTRAL_API_KEY"])
    },
    cloud("openrouter", "https://openrouter.ai/api/v1", "openai/gpt-4.1-mini", &["OPENROUTER_API_KEY"]),
    Preset {
        quirks: Quirks { drops_logit_bias: true, drops_tool_choice: true, ..PLAIN },
        ..local("ollama", "http://127.0.0.1:11434/v1", &["OLLAMA_API_KEY"])
    },
    local("vllm", "http://127.0.0.1:8000/v1", &["VLLM_API_KEY"]),
    cloud(
        "bedrock",
        "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1",
        "openai.gpt-oss-120b-1:0",
        &["AWS_BEARER_TOKEN_BEDROCK"],
    ),
    cloud("deepseek", "https://api.deepseek.com/v1", "deepseek-chat", &["DEEPSEEK_API_KEY"]),
    Preset { protocol: Protocol::Echo, default_model: Some(super::echo::MODEL), ..local("echo", "", &[]) },
];

/// All presets.
#[must_use]
pub const fn presets() -> &'static [Preset] {
    PRESETS
}

/// The preset called `name`.
#[must_use]
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
