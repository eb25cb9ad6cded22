//! `admin.config`: how the gateway is configured.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::config::{self, ConfigValue};
use crate::error::{Code, Error, Result};
use crate::http::{AnyJson, Caller, Json};

/// How the gateway is configured.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EffectiveConfig {
    /// Each key with its value, sorted by key.
    #[schema(max_items = 10_000)]
    values: Vec<ConfigEntry>,
}

/// A key of the configuration.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConfigEntry {
    /// The key, with a dot between a section and what is in it.
    #[schema(max_length = 1024, example = "store.audit_days")]
    key: String,
    /// Its value; a secret is `***`.
    value: AnyJson,
    /// Where the value comes from.
    source: ConfigSource,
    /// The file, the variable or the flag that has set it; null for a default.
    #[schema(max_length = 4096, example = "astra.yml")]
    origin: Option<String>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfigSource {
    /// Nothing has set it.
    Default,
    /// The configuration file.
    File,
    /// A variable of the environment.
    Environment,
    /// A flag of the command line.
    Flag,
    /// The program that the gateway is part of.
    Program,
}

/// Show the configuration
///
/// The configuration that the gateway runs with, with the source of each value and without secrets. It is of the whole gateway:
/// the owners of its first workspace may see it.
#[utoipa::path(get, path = "/admin/config", operation_id = "admin.config",
    responses((status = 200, description = "The configuration.", body = EffectiveConfig)))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<EffectiveConfig>> {
    if caller.workspace != *app.authority.first_workspace() {
        let message = "The configuration is for the owners of the gateway's first workspace.";
        return Err(Error::new(Code::Forbidden, message));
    }
    let values = app.config.effective().map_err(Error::internal)?;
    Ok(Json(EffectiveConfig { values: values.into_iter().map(ConfigEntry::from).collect() }))
}

impl From<ConfigValue> for ConfigEntry {
    fn from(entry: ConfigValue) -> Self {
        let ConfigValue { key, value, origin } = entry;
        Self { key, value: AnyJson(value), source: origin.source.into(), origin: origin.name }
    }
}

impl From<config::ConfigSource> for ConfigSource {
    fn from(source: config::ConfigSource) -> Self {
        match source {
            config::ConfigSource::Default => Self::Default,
            config::ConfigSource::File => Self::File,
            config::ConfigSource::Environment => Self::Environment,
            config::ConfigSource::Flag => Self::Flag,
            config::ConfigSource::Program => Self::Program,
        }
    }
}
