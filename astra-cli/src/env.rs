//! Every environment variable that the program knows, and the only reader of the environment.
//! Everything else gets an [`Environment`], so that a test can say what is in it.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The configuration file, instead of `astra.yml` in the working folder.
pub(crate) const CONFIG: &str = "ASTRA_CONFIG";
/// Where to listen, `127.0.0.1:3000` for example.
pub(crate) const LISTEN: &str = "ASTRA_LISTEN";
/// The folder of everything that the gateway keeps.
pub(crate) const DATA_DIR: &str = "ASTRA_DATA_DIR";
/// `postgres://user:password@host/database`, instead of SQLite in the data folder.
pub(crate) const DATABASE_URL: &str = "ASTRA_DATABASE_URL";
/// The folder of agent definitions.
pub(crate) const AGENTS_DIR: &str = "ASTRA_AGENTS_DIR";
/// The folder of skills.
pub(crate) const SKILLS_DIR: &str = "ASTRA_SKILLS_DIR";
/// Signs tokens with HS256 and this secret of at least 32 bytes.
pub(crate) const JWT_SECRET: &str = "ASTRA_JWT_SECRET";
/// The secret before the present one.
pub(crate) const JWT_SECRET_PREV: &str = "ASTRA_JWT_SECRET_PREV";
/// The key that seals secrets at rest: 32 bytes in base64.
pub(crate) const MASTER_KEY: &str = "ASTRA_MASTER_KEY";
/// The code that makes an account the first owner's, instead of one that each start makes.
pub(crate) const SETUP_CODE: &str = "ASTRA_SETUP_CODE";
/// The gateway that `token`, `spec`, `codegen` and `chat` talk to, `http://127.0.0.1:3000` for example.
pub(crate) const SERVER: &str = "ASTRA_SERVER";
/// The token that `token`, `spec`, `codegen` and `chat` show to the gateway.
pub(crate) const TOKEN: &str = "ASTRA_TOKEN";
/// The secret with which `webhooks listen` verifies deliveries, `whsec_...`.
pub(crate) const WEBHOOK_SECRET: &str = "ASTRA_WEBHOOK_SECRET";
/// What `serve` logs: `error`, `warn`, `info`, `debug`, `trace`, or a list such as `info,astra_core::http=debug`.
pub(crate) const LOG: &str = "ASTRA_LOG";
/// How `serve` logs: `text` or `json`.
pub(crate) const LOG_FORMAT: &str = "ASTRA_LOG_FORMAT";
/// The jar of OpenAPI Generator, for `codegen --generator`.
pub(crate) const OPENAPI_GENERATOR_JAR: &str = "ASTRA_OPENAPI_GENERATOR_JAR";
/// The screen of a desktop of X, where a browser can be opened.
pub(crate) const DISPLAY: &str = "DISPLAY";
/// The same of a desktop of Wayland.
pub(crate) const WAYLAND_DISPLAY: &str = "WAYLAND_DISPLAY";
/// Any value but the empty one: no colours (<https://no-color.org>).
pub(crate) const NO_COLOR: &str = "NO_COLOR";
/// Where a local Ollama listens, if not at its usual place; Ollama's own variable.
pub(crate) const OLLAMA_HOST: &str = "OLLAMA_HOST";

/// Where OpenAI's protocol is spoken instead of at OpenAI, with `/v1`; the variable of OpenAI's own clients.
pub(crate) const OPENAI_BASE_URL: &str = "OPENAI_BASE_URL";
/// Where Anthropic's protocol is spoken instead of at Anthropic, without `/v1`; the variable of Anthropic's own clients.
pub(crate) const ANTHROPIC_BASE_URL: &str = "ANTHROPIC_BASE_URL";
/// The proxy to providers of `https:`; in small letters as well, as the next three.
pub(crate) const HTTPS_PROXY: &str = "HTTPS_PROXY";
/// The proxy to providers of `http:`.
pub(crate) const HTTP_PROXY: &str = "HTTP_PROXY";
/// The proxy to all other providers.
pub(crate) const ALL_PROXY: &str = "ALL_PROXY";
/// What is reached without a proxy: names, addresses and networks with commas between them, or `*`.
pub(crate) const NO_PROXY: &str = "NO_PROXY";

/// The collector of traces, unless the configuration names one; OpenTelemetry's own variables, as the next ones.
pub(crate) const OTEL_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// The same for traces alone, which stands above it.
pub(crate) const OTEL_TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
/// Headers of requests to it: `name=value,name=value`.
pub(crate) const OTEL_HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
/// The same for traces alone, which stands above it.
pub(crate) const OTEL_TRACES_HEADERS: &str = "OTEL_EXPORTER_OTLP_TRACES_HEADERS";
/// How the collector of the environment is spoken to.
pub(crate) const OTEL_PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
/// The same for traces alone, which stands above it.
pub(crate) const OTEL_TRACES_PROTOCOL: &str = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";
/// What is said of this service: `name=value,name=value`.
pub(crate) const OTEL_RESOURCE_ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";
/// `true`: the collector of the environment is not for this program.
pub(crate) const OTEL_SDK_DISABLED: &str = "OTEL_SDK_DISABLED";
/// The name of this service.
pub(crate) const OTEL_SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
/// `none`: the collector of the environment is not for traces.
pub(crate) const OTEL_TRACES_EXPORTER: &str = "OTEL_TRACES_EXPORTER";

/// Ours, for the check against misspelt ones.
pub(crate) const OURS: [&str; 16] = [
    CONFIG,
    LISTEN,
    DATA_DIR,
    DATABASE_URL,
    AGENTS_DIR,
    SKILLS_DIR,
    JWT_SECRET,
    JWT_SECRET_PREV,
    MASTER_KEY,
    SETUP_CODE,
    SERVER,
    TOKEN,
    WEBHOOK_SECRET,
    LOG,
    LOG_FORMAT,
    OPENAPI_GENERATOR_JAR,
];

/// The environment as it was when the program began, without the variables that are not Unicode.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The process's own.
    pub(crate) fn of_process() -> Self {
        let variables = std::env::vars_os();
        Self(
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect(),
        )
    }

    /// The value of `name`, without the line end or the spaces around it that files and secrets bring along; an empty one
    /// counts as absent, as in `ASTRA_TOKEN= astra chat`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// What the programs of MCP servers inherit.
    pub(crate) fn of_programs(&self) -> Vec<(String, String)> {
        let inherited =
            ["PATH", "HOME"].iter().filter_map(|name| Some(((*name).to_owned(), self.0.get(*name)?.clone())));
        inherited.collect()
    }

    /// The names of all variables.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The folder for what a user has done: `XDG_STATE_HOME`, `LOCALAPPDATA`, or `.local/state` at home.
    pub(crate) fn state_dir(&self) -> Option<PathBuf> {
        let base = ["XDG_STATE_HOME", "LOCALAPPDATA"].iter().find_map(|name| self.get(name)).map(PathBuf::from);
        Some(base.or_else(|| Some(PathBuf::from(self.get("HOME")?).join(".local/state")))?.join("astra"))
    }

    /// The folder for what can be fetched again: `XDG_CACHE_HOME`, `LOCALAPPDATA`, or `.cache` at home.
    pub(crate) fn cache_dir(&self) -> Option<PathBuf> {
        let base = ["XDG_CACHE_HOME", "LOCALAPPDATA"].iter().find_map(|name| self.get(name)).map(PathBuf::from);
        Some(base.or_else(|| Some(PathBuf::from(self.get("HOME")?).join(".cache")))?.join("astra"))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

/// How this program was called, for commands that its messages name.
pub(crate) fn program() -> String {
    let called = std::env::args().next().unwrap_or_default();
    if !called.contains(std::path::MAIN_SEPARATOR) {
        return "astra".to_owned();
    }
    let folder = std::env::current_dir().unwrap_or_default();
    match std::path::Path::new(&called).strip_prefix(&folder) {
        Ok(below) => format!("./{}", below.display()),
        Err(_) if called.starts_with("target/") => format!("./{called}"),
        Err(_) => called,
    }
}
