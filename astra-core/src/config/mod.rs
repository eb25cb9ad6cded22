//! What can be configured, as plain structs whose defaults are a working gateway on SQLite; each section in a file of its own.
//! Reading files and the environment is the program's business; this reads neither.

mod auth;
mod channels;
mod chat;
mod cron;
mod effective;
mod jobs;
mod limits;
mod listen;
mod locate;
mod mcp;
mod memory;
mod merge;
mod network;
mod oidc;
mod otlp;
mod outbound;
mod provider;
mod public_url;
mod replay;
mod secret;
mod sources;
mod store;
mod tools;
mod traces;
mod validate;
mod webhooks;
mod words;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use auth::{AuthConfig, PasswordCost};
pub use channels::ChannelsConfig;
pub use chat::ChatConfig;
pub use cron::{BUILT_INS, BuiltInConfig, BuiltInDefault, CronConfig};
pub use effective::ConfigValue;
pub use jobs::JobsConfig;
pub use limits::LimitsConfig;
pub use listen::listen_address;
pub use locate::line_of;
pub use mcp::{McpConfig, McpOAuthConfig, McpServerConfig};
pub use memory::{EmbeddingsConfig, MemoryConfig, MemoryExtraction};
pub use merge::MergeKeys;
pub use network::Network;
pub use oidc::{OidcConfig, OidcRole};
pub use otlp::{Compression, OtlpConfig};
pub use outbound::{OutboundConfig, Ports};
pub use provider::{Prices, Protocol, ProviderConfig, ProviderConfigs};
pub use public_url::PublicUrl;
pub use secret::Secret;
pub use sources::{ConfigOrigin, ConfigSource, ConfigSources};
pub use store::{StoreConfig, Synchronous};
pub use tools::ToolsConfig;
pub use traces::{TraceContent, TracesConfig};
pub use validate::Fault;
pub use webhooks::WebhooksConfig;
pub use words::{in_plain_words, without_values};

/// Every key with its meaning and its default, as a commented YAML file: the manual.
pub const REFERENCE: &str = include_str!("../../docs/astra.yml");

/// The whole configuration of a gateway.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen for HTTP; in a file as [`listen_address`] reads it.
    #[serde(deserialize_with = "listen::deserialize")]
    pub listen: SocketAddr,
    /// The URL under which clients reach the gateway, if that is not where it listens; its host is an allowed one.
    pub public_url: Option<PublicUrl>,
    /// Names that requests may give as their host (`astra.example.com`, `*.example.com`, `*` for every one), beside names
    /// without a dot such as `localhost`, IP addresses and the public URL's host. A gateway within a host program checks
    /// them only where some are listed.
    pub allowed_hosts: Vec<String>,
    /// The folder of everything that the gateway keeps on this machine; made if missing.
    pub data_dir: PathBuf,
    /// The folder of agent definitions (`*.yml`), watched for changes; `None` for no folder.
    pub agents_dir: Option<PathBuf>,
    /// The folder of skills (`<id>/SKILL.md`), watched for changes; `None` for no folder.
    pub skills_dir: Option<PathBuf>,
    /// Agents defined here, by id; the same keys as in a file of `agents_dir`.
    pub agents: serde_json::Map<String, serde_json::Value>,
    /// The key that seals secrets at rest, 32 bytes in base64; by default made once and kept in the data folder.
    pub master_key: Option<Secret>,
    /// Origins (`https://app.example.com`, `app://obsidian.md`) whose pages may call the gateway from a browser; `*` is every one.
    pub allowed_origins: Vec<String>,
    /// The database.
    pub store: StoreConfig,
    /// Accounts and tokens.
    pub auth: AuthConfig,
    /// Bounds on what callers may send.
    pub limits: LimitsConfig,
    /// Upstream models, by the name that agents use.
    pub providers: ProviderConfigs,
    /// Where URLs that come from callers and models may lead.
    pub outbound: OutboundConfig,
    /// Turns.
    pub chat: ChatConfig,
    /// What models may call.
    pub tools: ToolsConfig,
    /// Servers of the Model Context Protocol, as sources of tools.
    pub mcp: McpConfig,
    /// What agents remember.
    pub memory: MemoryConfig,
    /// Work that outlives the program.
    pub jobs: JobsConfig,
    /// Schedules, those of the gateway itself among them.
    pub cron: CronConfig,
    /// How events are sent to the endpoints of workspaces.
    pub webhooks: WebhooksConfig,
    /// Where people meet agents.
    pub channels: ChannelsConfig,
    /// What is shown and kept of how turns went.
    pub traces: TracesConfig,
    /// Where traces are exported to.
    pub otlp: OtlpConfig,
    /// How long running turns may go on after a shutdown began, in seconds.
    pub drain_s: u64,
    /// Where the values come from, for those who ask. It is no key of a configuration file.
    #[serde(skip)]
    pub sources: ConfigSources,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000),
            public_url: None,
            allowed_hosts: Vec::new(),
            data_dir: PathBuf::from("astra-data"),
            agents_dir: None,
            skills_dir: None,
            agents: serde_json::Map::new(),
            master_key: None,
            allowed_origins: Vec::new(),
            store: StoreConfig::default(),
            auth: AuthConfig::default(),
            limits: LimitsConfig::default(),
            providers: ProviderConfigs::default(),
            outbound: OutboundConfig::default(),
            chat: ChatConfig::default(),
            tools: ToolsConfig::default(),
            mcp: McpConfig::default(),
            memory: MemoryConfig::default(),
            jobs: JobsConfig::default(),
            cron: CronConfig::default(),
            webhooks: WebhooksConfig::default(),
            channels: ChannelsConfig::default(),
            traces: TracesConfig::default(),
            otlp: OtlpConfig::default(),
            drain_s: 30,
            sources: ConfigSources::default(),
        }
    }
}
