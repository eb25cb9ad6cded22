//! All providers of a gateway, by the names that agents use: what is known of each, how it is doing, what it offers.
//! How they are asked is next door, in `walk`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future;
use tokio::time::{Instant, timeout};
use url::Url;

use super::anthropic::Anthropic;
use super::echo::{self, Echo};
use super::entry::Entry;
use super::error::{Error, ErrorKind};
use super::health::Health;
use super::openai::OpenAi;
use super::presets::presets;
use super::settings::{Limits, check_name, resolve};
use super::{Content, Message, Provider, Request, Role};
use crate::clock::{Clock, Monotonic};
use crate::config::{Fault, Prices, Protocol, ProviderConfig, ProviderConfigs};
use crate::outbound::{Circuit, DRAINS, Jitter, system_jitter};
use crate::tasks::TaskGroup;

/// How long a check may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(15);

/// A longer name of a model is no name.
const NAME_BYTES_MAX: usize = 256;

/// All providers of a gateway.
#[derive(Clone)]
pub struct Registry {
    entries: BTreeMap<String, Arc<Entry>>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    drains: TaskGroup,
}

/// What is known of a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The name that agents use.
    pub name: String,
    /// Whether it can be asked; a preset without configuration cannot.
    pub is_configured: bool,
    /// The wire protocol; `None` for a provider of the host program.
    pub protocol: Option<Protocol>,
    /// Where it is, without a query; `None` for `echo` and for a provider of the host program.
    pub base_url: Option<String>,
    /// The model of agents that name none; when absent, the first one that the upstream lists.
    pub default_model: Option<String>,
    /// What its circuit lets through.
    pub circuit: Circuit,
    /// How it has been doing.
    pub health: Health,
}

/// What a provider offers.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The provider's name.
    pub provider: String,
    /// Whether the upstream answered; if not, the models are those known without it.
    pub is_reachable: bool,
    /// The models, by name.
    pub models: Vec<ModelInfo>,
}

/// A model, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelInfo {
    /// The provider's name of it.
    pub name: String,
    /// Most tokens that it reads and writes in one call.
    pub context_tokens: Option<u32>,
    /// Most tokens that it writes.
    pub max_output_tokens: Option<u32>,
    /// What it costs.
    pub prices: Option<Prices>,
}

/// The outcome of a real call.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// How long the call took.
    pub elapsed: Duration,
    /// Why it failed, if it did.
    pub error: Option<Error>,
}

impl Registry {
    /// The providers of `configs`, and `echo`. No connection is made.
    ///
    /// # Errors
    /// All that is wrong with `configs`.
    pub fn new(configs: &ProviderConfigs, clock: Arc<dyn Clock>) -> Result<Self, Vec<Fault>> {
        let (registry, faults) = Self::checked(configs, clock);
        if faults.is_empty() { Ok(registry) } else { Err(faults) }
    }

    /// As [`Registry::new`], with all that is wrong. A provider with faults is there by its name alone, so that agents
    /// that name it are not blamed too.
    pub(crate) fn checked(configs: &ProviderConfigs, clock: Arc<dyn Clock>) -> (Self, Vec<Fault>) {
        let (jitter, drains) = (system_jitter(), TaskGroup::new(DRAINS));
        let mut registry = Self { entries: BTreeMap::new(), clock, jitter, drains };
        let mut faults = Vec::new();
        if !configs.contains_key(echo::MODEL) {
            faults.extend(registry.configure(echo::MODEL, &ProviderConfig::default()).err().into_iter().flatten());
        }
        for (name, config) in configs {
            if let Err(of_provider) = registry.configure(name, config) {
                faults.extend(of_provider);
                registry.put(name, Arc::new(Echo));
            }
        }
        (registry, faults)
    }

    /// The same registry with a provider of the host program, in place of one of the same name.
    ///
    /// # Errors
    /// If `name` is no name that agents can use.
    pub fn with(mut self, name: &str, provider: Arc<dyn Provider>) -> Result<Self, Vec<Fault>> {
        check_name(name)?;
        self.put(name, provider);
        Ok(self)
    }

    /// Adds a provider of which nothing is known.
    fn put(&mut self, name: &str, provider: Arc<dyn Provider>) {
        let entry = Entry {
            provider,
            preset: None,
            protocol: None,
            base_url: None,
            default_model: None,
            context_tokens: BTreeMap::new(),
            prices: BTreeMap::new(),
            limits: Limits::default(),
            clock: Arc::clone(&self.clock),
            monotonic: Monotonic::new(&self.clock),
            condition: std::sync::Mutex::default(),
            embeddings: std::sync::Mutex::default(),
            listed: tokio::sync::Mutex::default(),
        };
        self.entries.insert(name.to_owned(), Arc::new(entry));
    }

    /// The same registry with another source of chance for the waits between tries.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The tasks that read answers to their end.
    #[must_use]
    pub const fn drains(&self) -> &TaskGroup {
        &self.drains
    }

    /// Whether `provider` can be asked.
    #[must_use]
    pub fn has(&self, provider: &str) -> bool {
        self.entries.contains_key(provider)
    }

    /// The model that a call of `provider` names `model` for: its default model, if that is known without asking it.
    #[must_use]
    pub fn known_model<'a>(&'a self, provider: &str, model: Option<&'a str>) -> Option<&'a str> {
        model.or_else(|| self.entries.get(provider)?.default_model.as_deref())
    }

    /// What `model` of `provider` costs, or its default model; `None` if that is not known.
    #[must_use]
    pub fn price(&self, provider: &str, model: Option<&str>) -> Option<Prices> {
        let entry = self.entries.get(provider)?;
        entry.prices(model.or(entry.default_model.as_deref()).unwrap_or_default())
    }

    /// How many tokens `model` of `provider` reads, or its default model; `None` if that is not known.
    #[must_use]
    pub fn context_tokens(&self, provider: &str, model: Option<&str>) -> Option<u32> {
        let entry = self.entries.get(provider)?;
        entry.context_tokens(model.or(entry.default_model.as_deref())?)
    }

    /// Every provider, and every preset without configuration.
    #[must_use]
    pub fn statuses(&self) -> Vec<Status> {
        let known = presets().iter().map(|preset| preset.name);
        let names: BTreeSet<&str> = self.entries.keys().map(String::as_str).chain(known).collect();
        names.into_iter().filter_map(|name| self.status(name)).collect()
    }

    /// What is known of `provider`; `None` if it is neither configured nor a preset.
    #[must_use]
    pub fn status(&self, provider: &str) -> Option<Status> {
        if let Some(entry) = self.entries.get(provider) {
            let (circuit, health) = entry.report();
            return Some(Status {
                name: provider.to_owned(),
                is_configured: true,
                protocol: entry.protocol,
                base_url: entry.base_url.clone(),
                default_model: entry.default_model.clone(),
                circuit,
                health,
            });
        }
        let preset = super::preset(provider)?;
        Some(Status {
            name: provider.to_owned(),
            is_configured: false,
            protocol: Some(preset.protocol),
            base_url: Some(preset.base_url.to_owned()),
            default_model: preset.default_model.map(str::to_owned),
            circuit: Circuit::Closed,
            health: Health::default(),
        })
    }

    /// Makes a real call, past circuit and retries: asks for the list of models or, where there is none, for an answer.
    /// A model is asked for an answer only if `may_ask` says so of it. `None` if `provider` is not configured.
    pub async fn check(&self, provider: &str, may_ask: impl Fn(&str) -> bool + Send) -> Option<Check> {
        let entry = self.entries.get(provider)?;
        let started = Instant::now();
        let late = |_| Error::new(ErrorKind::Timeout, "the provider did not answer in time");
        let outcome = timeout(CHECK_TIMEOUT, call(entry, may_ask)).await.map_err(late).and_then(|outcome| outcome);
        Some(Check { elapsed: started.elapsed(), error: outcome.err() })
    }

    /// What every provider offers of which `is_wanted` says so. Upstreams are asked at most once a minute, and those that do not answer soon are
    /// described by what is known without them.
    pub async fn listings(&self, is_wanted: impl Fn(&str) -> bool + Send) -> Vec<Listing> {
        let wanted: Vec<_> = self.entries.iter().filter(|(name, _)| is_wanted(name)).collect();
        future::join_all(wanted.into_iter().map(|(name, entry)| listing(name, entry))).await
    }

    /// What one provider offers, as in [`Registry::listings`]; `None` if it is not configured.
    pub async fn listing(&self, provider: &str) -> Option<Listing> {
        Some(listing(provider, self.entries.get(provider)?).await)
    }

    pub(super) fn entry(&self, provider: &str) -> Option<&Arc<Entry>> {
        self.entries.get(provider)
    }

    pub(super) fn jitter(&self) -> f64 {
        (self.jitter)()
    }

    fn configure(&mut self, name: &str, config: &ProviderConfig) -> Result<(), Vec<Fault>> {
        let settings = resolve(name, config, &self.drains)?;
        let clock = Arc::clone(&self.clock);
        let provider: Arc<dyn Provider> = match settings.protocol {
            Protocol::OpenAi => Arc::new(OpenAi::new(&settings, clock)),
            Protocol::Anthropic => Arc::new(Anthropic::new(&settings, clock)),
            Protocol::Echo => Arc::new(Echo),
        };
        let entry = Entry {
            provider,
            preset: settings.preset,
            protocol: Some(settings.protocol),
            base_url: (settings.protocol != Protocol::Echo).then(|| shown(settings.base_url)),
            default_model: settings.default_model,
            context_tokens: config.context_tokens.clone(),
            prices: config.prices.clone(),
            limits: settings.limits,
            clock: Arc::clone(&self.clock),
            monotonic: Monotonic::new(&self.clock),
            condition: std::sync::Mutex::default(),
            embeddings: std::sync::Mutex::default(),
            listed: tokio::sync::Mutex::default(),
        };
        self.entries.insert(name.to_owned(), Arc::new(entry));
        Ok(())
    }
}

/// A URL as it may be shown: some put their key into the query.
fn shown(mut url: Url) -> String {
    url.set_query(None);
    url.into()
}

async fn call(entry: &Entry, may_ask: impl Fn(&str) -> bool + Send) -> Result<(), Error> {
    match entry.provider.models().await {
        Err(Error { kind: ErrorKind::Refused(_), .. }) => {
            let message = Message { role: Role::User, content: Content::Text("Hello".into()) };
            let request = Request { messages: &[message], ..Request::default() };
            let model = entry.default_model().await?;
            if !may_ask(&model) {
                let message = "the provider lists no models, and its default model may not be asked";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            entry.provider.complete(&model, request).await.map(drop)
        }
        outcome => outcome.map(drop),
    }
}

async fn listing(name: &str, entry: &Entry) -> Listing {
    let listed = entry.listed().await;
    let mut names = entry.known_models(listed.is_ok());
    names.extend(listed.iter().flat_map(|models| models.iter().map(String::as_str)));
    names.retain(|name| name.len() <= NAME_BYTES_MAX);
    let models = names.into_iter().map(|name| ModelInfo {
        name: name.to_owned(),
        context_tokens: entry.context_tokens(name),
        max_output_tokens: entry.max_output_tokens(name),
        prices: entry.prices(name),
    });
    Listing { provider: name.to_owned(), is_reachable: listed.is_ok(), models: models.collect() }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.entries.keys()).finish()
    }
}
