//! What a platform needs to be given: settings, which callers see again, and secrets, which they do not. Both are
//! texts.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest value of a setting or a secret, in bytes, unless its field says less.
pub const FIELD_BYTES_MAX: usize = 4_096;

/// A setting or a secret that a platform needs. The API's schema, the checks of what callers send, and the questions of
/// `astra channels add` are made of it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name: lower-case letters, digits and `_`, such as `bot_token`. It never changes.
    pub name: &'static str,
    /// What it is and where it is found, in one sentence with a full stop, such as "The signing secret of the app,
    /// under Basic Information."
    pub description: &'static str,
    /// A value that passes all checks; for a secret one that opens nothing.
    pub example: &'static str,
    /// Whether it is never shown again and sealed at rest.
    pub is_secret: bool,
    /// Whether a channel cannot be without it.
    pub is_required: bool,
    /// What an optional setting is unless it is given.
    pub default: Option<&'static str>,
    /// What it looks like.
    pub format: Format,
    /// Longest value, in bytes.
    pub bytes_max: usize,
}

/// What the value of a field looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Any text of one line.
    Text,
    /// An `http:` or `https:` URL that the gateway may call; without a slash at its end.
    Url,
    /// A regular expression that the whole value matches, such as `^[0-9a-f]{32}$`; no look-around.
    Pattern(&'static str),
    /// One of these.
    Choice(&'static [&'static str]),
}

impl Field {
    /// A setting that is required: `Field::setting("application_id", "The application's id.", "1203")`.
    #[must_use]
    pub const fn setting(name: &'static str, description: &'static str, example: &'static str) -> Self {
        let (format, bytes_max) = (Format::Text, FIELD_BYTES_MAX);
        Self { name, description, example, is_secret: false, is_required: true, default: None, format, bytes_max }
    }

    /// A secret that is required.
    #[must_use]
    pub const fn secret(name: &'static str, description: &'static str, example: &'static str) -> Self {
        Self { is_secret: true, ..Self::setting(name, description, example) }
    }

    /// The setting `api_url`, which each platform has that is called over HTTP: where its API is, so that another
    /// installation or a fake can take its place. `default` is the platform's own.
    #[must_use]
    pub const fn api_url(default: &'static str) -> Self {
        Self::setting("api_url", "Where the platform's API is, if it is not the usual one.", default)
            .format(Format::Url)
            .default(default)
    }

    /// The channel can be without it.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { is_required: false, ..self }
    }

    /// What it is unless it is given.
    #[must_use]
    pub const fn default(self, value: &'static str) -> Self {
        Self { is_required: false, default: Some(value), ..self }
    }

    /// What it looks like.
    #[must_use]
    pub const fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// Its longest value, in bytes.
    #[must_use]
    pub const fn bytes_max(self, bytes_max: usize) -> Self {
        Self { bytes_max, ..self }
    }
}

/// The settings of a channel, with the defaults of its platform.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(pub BTreeMap<String, String>);

impl Settings {
    /// The setting; the empty text if it is optional and not set.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// `path` below the URL that the setting `name` holds.
    #[must_use]
    pub fn url(&self, name: &str, path: &str) -> String {
        format!("{}/{}", self.get(name).trim_end_matches('/'), path.trim_start_matches('/'))
    }
}

/// Values of secrets by their names. They show themselves in no log and in no debug print.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretValues(pub BTreeMap<String, String>);

impl fmt::Debug for SecretValues {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// The secrets of a channel: those that hold, and those before them while they still verify.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Secrets {
    /// Those that hold.
    pub current: SecretValues,
    /// What was replaced less than 24 hours ago.
    pub previous: SecretValues,
}

impl Secrets {
    /// The secret that holds; the empty text if it is optional and not set. What is sent carries this one.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.current.0.get(name).map_or("", String::as_str)
    }

    /// The values that verify what comes in: the one that holds, then the one before it, if that still verifies. An
    /// empty one is never among them: a signature by an empty secret is one that everyone can make.
    pub fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of = |values: &'a SecretValues| values.0.get(name).map(String::as_str);
        [of(&self.current), of(&self.previous)].into_iter().flatten().filter(|value| !value.is_empty())
    }
}
