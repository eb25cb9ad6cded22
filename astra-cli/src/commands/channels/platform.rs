//! The platforms that a gateway knows, those of a host program too, and what a channel of each must be given.

use serde::Deserialize;

use crate::client::Client;
use crate::error::{Error, Result};

/// A platform, as the gateway tells of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Platform {
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) is_of_host: bool,
    pub(super) fields: Vec<Field>,
}

/// A setting or a secret.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) example: String,
    pub(super) is_secret: bool,
    pub(super) is_required: bool,
    pub(super) default: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) choices: Vec<String>,
}

/// The platforms of the gateway.
pub(super) async fn all(client: &Client) -> Result<Vec<Platform>> {
    client.all("/channels/platforms", &[]).await
}

/// The platform `kind` among `platforms`.
pub(super) fn named(platforms: Vec<Platform>, kind: &str) -> Result<Platform> {
    let kinds = kinds(&platforms);
    platforms
        .into_iter()
        .find(|platform| platform.kind == kind)
        .ok_or_else(|| Error::usage(format!("there is no platform `{kind}`")).hint(format!("there are: {kinds}")))
}

/// The names of platforms, in words.
pub(super) fn kinds(platforms: &[Platform]) -> String {
    let kinds: Vec<&str> = platforms.iter().map(|platform| platform.kind.as_str()).collect();
    kinds.join(", ")
}

impl Platform {
    /// The field of this name; an error that names those which there are.
    pub(super) fn field(&self, name: &str) -> Result<&Field> {
        self.fields.iter().find(|field| field.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            Error::usage(format!("{} has no field `{name}`", self.title)).hint(format!("it has: {}", names.join(", ")))
        })
    }
}
