//! What can be configured, as plain structs whose defaults are a working gateway on SQLite.
//! Reading files and the environment is the program's business; this reads neither.

mod jobs;
mod listen;
mod merge;
mod network;
mod outbound;
mod provider;
mod public_url;
mod replay;
mod secret;
mod validate;
mod words;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

pub use jobs::JobsConfig;
pub use listen::listen_address;
pub use merge::MergeKeys;
pub use network::Network;
pub use outbound::{OutboundConfig, Ports};
pub use provider::{Prices, Protocol, ProviderConfig, ProviderConfigs};
pub use public_url::PublicUrl;
pub use secret::Secret;
pub use validate::Fault;
pub use words::{in_plain_words, without_values};

/// Every key with its meaning and its default, as a commented YAML file: the manual.
pub const REFERENCE: &str = include_str!("../../docs/astra.yml");

/// The whole configuration of a gateway.
#[derive(Debug, Clone, Deserialize)]
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
    /// Work that outlives the program.
    pub jobs: JobsConfig,
    /// How long running turns may go on after a shutdown began, in seconds.
    pub drain_s: u64,
}

/// The database.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `postgres://user:password@host/database?sslmode=verify-full`; SQLite in the data folder when absent.
    pub database_url: Option<Secret>,
    /// SQLite: when a commit counts as durable.
    pub synchronous: Synchronous,
    /// SQLite: connections for reading.
    pub readers: usize,
    /// SQLite: how large the database file may grow, in MiB; beyond it writes are refused with `storage_full`.
    pub max_size_mb: Option<u32>,
    /// How many days the audit keeps who changed what.
    pub audit_days: u32,
    /// How many days the outbox keeps events, 1 to 90.
    pub outbox_days: u32,
    /// PostgreSQL: connections in the pool.
    pub connections: usize,
    /// How long work waits for its place in the store, in milliseconds, before it is refused: for a connection that is
    /// free, for one to be made, and on SQLite for another process that has the database locked.
    pub wait_timeout_ms: u64,
}

/// When SQLite hands a commit to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Safe against the death of the process; the last moments may be lost when the machine loses power.
    Normal,
    /// Every commit waits for the disk.
    Full,
}

/// Accounts and tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// `iss` of the tokens.
    pub issuer: String,
    /// `aud` of the tokens.
    pub audience: String,
    /// Signs tokens with HS256 and this secret of at least 32 bytes, instead of the key ring.
    pub jwt_secret: Option<Secret>,
    /// The secret before the present one: its tokens are good until they expire.
    pub jwt_secret_prev: Option<Secret>,
    /// Life of an access token, in seconds.
    pub access_token_ttl_s: u64,
    /// Life of a refresh token, in seconds.
    pub refresh_token_ttl_s: u64,
    /// How long a refresh token that was used may be used again, in seconds; 0 for not at all.
    pub refresh_grace_s: u64,
    /// Life of a sign-in however often it is renewed, in seconds.
    pub sign_in_ttl_s: u64,
    /// The code that makes an account the first owner's, for set-up without a person; by default one is made at each start
    /// until there is an owner.
    pub setup_code: Option<Secret>,
    /// Whether registration is open to all, as a member of the first workspace, once the gateway has its owner.
    pub open_registration: bool,
    /// What it costs to hash a password. For host programs and tests; no file can change it.
    #[serde(skip)]
    pub password_cost: PasswordCost,
}

/// The cost of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

/// Bounds on what callers may send.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Largest request body, in bytes.
    pub body_bytes: usize,
    /// Requests a second of one token.
    pub token_requests_per_s: u32,
    /// Requests a second from one address.
    pub address_requests_per_s: u32,
    /// Requests a minute to `/auth/register`, `/auth/token` and `/auth/refresh` from one address.
    pub auth_address_requests_per_min: u32,
    /// Failed attempts a minute to sign in to one account from one network, a /24 of IPv4 or a /64 of IPv6.
    pub auth_account_attempts_per_min: u32,
    /// Failed attempts a minute to sign in to one account from all networks together.
    pub auth_account_failures_per_min: u32,
    /// Turns of one credential that may run or wait at once.
    pub turns_per_token: u32,
    /// Turns of one workspace that may run or wait at once.
    pub turns_per_workspace: u32,
    /// Turns that may run or wait at once in the whole gateway.
    pub turns: u32,
    /// Streams of events that one credential may have open at once.
    pub streams_per_token: u32,
    /// Bytes that the turns of one session may keep.
    pub session_bytes: u64,
    /// Bytes that the turns of one workspace may keep; `None` for no limit.
    pub workspace_bytes: Option<u64>,
    /// Connections at once. Two file descriptors for each must be there: the other one is the call to a model's provider.
    pub connections: u32,
    /// Connections at once from one address; trusted proxies are not held to it.
    pub connections_per_address: u32,
    /// Proxies whose `X-Forwarded-For` is believed when it says which address a request came from.
    pub trusted_proxies: Vec<Network>,
}

/// Turns.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatConfig {
    /// Longest time of a whole turn, in seconds.
    pub turn_timeout_s: u64,
    /// Turns that may wait behind a session's running one.
    pub queue_per_session: u32,
    /// Share of a model's context, in percent, at which a session is compacted.
    pub compact_at_percent: u32,
    /// Tokens of a session's history that a model reads of which nothing is known.
    pub unknown_context_tokens: u32,
    /// How often the events of a running stream are written to the store, in milliseconds.
    pub event_flush_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000),
            public_url: None,
            allowed_hosts: Vec::new(),
            data_dir: PathBuf::from("astra-data"),
            agents_dir: None,
            agents: serde_json::Map::new(),
            master_key: None,
            allowed_origins: Vec::new(),
            store: StoreConfig::default(),
            auth: AuthConfig::default(),
            limits: LimitsConfig::default(),
            providers: ProviderConfigs::default(),
            outbound: OutboundConfig::default(),
            chat: ChatConfig::default(),
            jobs: JobsConfig::default(),
            drain_s: 30,
        }
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            database_url: None,
            synchronous: Synchronous::Normal,
            readers: 4,
            max_size_mb: None,
            audit_days: 90,
            outbox_days: 7,
            connections: 16,
            wait_timeout_ms: 10_000,
        }
    }
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            issuer: "astra".into(),
            audience: "astra".into(),
            jwt_secret: None,
            jwt_secret_prev: None,
            access_token_ttl_s: 900,
            refresh_token_ttl_s: 30 * 24 * 3600,
            refresh_grace_s: 30,
            sign_in_ttl_s: 90 * 24 * 3600,
            setup_code: None,
            open_registration: false,
            password_cost: PasswordCost::default(),
        }
    }
}

impl Default for PasswordCost {
    /// The first choice of OWASP's Password Storage Cheat Sheet.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2 }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            token_requests_per_s: 2_000,
            address_requests_per_s: 4_000,
            auth_address_requests_per_min: 60,
            auth_account_attempts_per_min: 10,
            auth_account_failures_per_min: 300,
            turns_per_token: 1_024,
            turns_per_workspace: 4_096,
            turns: 8_192,
            streams_per_token: 1_024,
            session_bytes: 64 << 20,
            workspace_bytes: None,
            connections: 10_000,
            connections_per_address: 1_024,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Default for ChatConfig {
    fn default() -> Self {
        Self {
            turn_timeout_s: 600,
            queue_per_session: 32,
            compact_at_percent: 70,
            unknown_context_tokens: 128_000,
            event_flush_ms: 500,
        }
    }
}
