//! What spans say of providers: their name in the conventions, and where they are.

use std::collections::BTreeMap;

use url::Url;

use super::names::{OTHER, provider_name};
use crate::config::{Protocol, ProviderConfigs};
use crate::provider::{Registry, Status, preset};

/// The providers of a gateway by their names in its configuration.
pub(super) struct Providers(BTreeMap<String, Known>);

/// What is said of one.
pub(super) struct Known {
    /// Its name in the conventions.
    pub(super) name: String,
    /// Host and port.
    pub(super) server: Option<(String, u16)>,
}

impl Providers {
    /// Those of `registry`, which are configured as `configs` say.
    pub(super) fn new(configs: &ProviderConfigs, registry: &Registry) -> Self {
        let known = |status: Status| {
            let preset = configs.get(&status.name).and_then(|config| config.preset.clone());
            let known = Known { name: name(&status, preset.as_deref()), server: server(&status) };
            (status.name, known)
        };
        Self(registry.statuses().into_iter().filter(|status| status.is_configured).map(known).collect())
    }

    /// What is said of the provider `name`, which may not be there any more.
    pub(super) fn find(&self, name: &str) -> Option<&Known> {
        self.0.get(name)
    }

    /// The name in the conventions of the provider `name`.
    pub(super) fn name_of(&self, name: &str) -> &str {
        self.find(name).map_or(OTHER, |known| &known.name)
    }
}

/// By the preset, else by the protocol: who speaks OpenAI's is taken for OpenAI. A host program's provider has its own name.
fn name(status: &Status, configured: Option<&str>) -> String {
    let of_preset = configured.or_else(|| preset(&status.name).map(|preset| preset.name));
    match (of_preset, status.protocol) {
        (_, None) => status.name.clone(),
        (Some(preset), _) => provider_name(preset).to_owned(),
        (None, Some(Protocol::OpenAi)) => "openai".to_owned(),
        (None, Some(Protocol::Anthropic)) => "anthropic".to_owned(),
        (None, Some(Protocol::Echo)) => "echo".to_owned(),
    }
}

fn server(status: &Status) -> Option<(String, u16)> {
    let url = Url::parse(status.base_url.as_deref()?).ok()?;
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}
