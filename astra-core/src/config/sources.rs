//! Where the values of a configuration come from.

use std::collections::BTreeMap;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Where a value comes from, and what has set it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigOrigin {
    /// Where from.
    pub source: ConfigSource,
    /// The file, the variable or the flag.
    pub name: Option<String>,
}

/// Where the values of a configuration come from, as the program says that has put it together: by the keys, with dots
/// (`store.audit_days`). A key that is not here has its default, or is the program's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigSources(BTreeMap<String, ConfigOrigin>);

impl ConfigSources {
    /// `key` is set there.
    pub fn set(&mut self, key: impl Into<String>, source: ConfigSource, name: impl Into<String>) {
        self.0.insert(key.into(), ConfigOrigin { source, name: Some(name.into()) });
    }

    /// What has set `key`, or a part of its value.
    pub(super) fn origin(&self, key: &str) -> Option<&ConfigOrigin> {
        let is_part = |part: &str| part.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        let part = || {
            self.0.range(key.to_owned()..).take_while(|(part, _)| part.starts_with(key)).find(|(part, _)| is_part(part))
        };
        self.0.get(key).or_else(|| part().map(|(_, origin)| origin))
    }
}
