//! One provider as the registry keeps it: the provider itself, its limits, its circuit and its record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::error::{Error, ErrorKind};
use super::health::{Health, Tally};
use super::presets::Preset;
use super::settings::Limits;
use super::{Provider, models};
use crate::clock::{Clock, Monotonic};
use crate::config::{Prices, Protocol};
use crate::outbound::{Breaker, Circuit, Permit};

/// How long a list of models is good.
const LISTING_TIME: Duration = Duration::from_secs(60);
/// How long a list of models that could not be had is not asked for again.
const FAILED_LISTING_TIME: Duration = Duration::from_secs(5);
/// How long a list of models is waited for.
const LISTING_TIMEOUT: Duration = Duration::from_secs(3);

/// One provider.
pub(super) struct Entry {
    pub provider: Arc<dyn Provider>,
    pub preset: Option<&'static Preset>,
    pub protocol: Option<Protocol>,
    pub base_url: Option<String>,
    pub default_model: Option<String>,
    pub context_tokens: BTreeMap<String, u32>,
    pub prices: BTreeMap<String, Prices>,
    pub limits: Limits,
    pub clock: Arc<dyn Clock>,
    /// What the circuit counts by.
    pub monotonic: Monotonic,
    pub condition: Mutex<Condition>,
    /// The circuit of calls for vectors.
    pub embeddings: Mutex<Breaker>,
    pub listed: tokio::sync::Mutex<Option<Listed>>,
}

/// What the upstream listed, and when.
pub(super) struct Listed {
    at: Instant,
    models: Result<Arc<Vec<String>>, Error>,
}

/// How it is doing.
#[derive(Default)]
pub(super) struct Condition {
    breaker: Breaker,
    tally: Tally,
}

/// The right to one call, retries included. Dropped without a report it says nothing about the upstream.
pub(super) struct Admission<'a> {
    entry: &'a Entry,
    permit: Option<Permit>,
}

impl Entry {
    /// Lets a call through, unless the circuit is open.
    pub(super) fn admit(&self) -> Result<Admission<'_>, Error> {
        let permit = self.condition().breaker.admit(self.monotonic.now_ms()).map_err(|wait| {
            let message = format!(
                "the provider failed too often just now and is left alone for another {} s",
                wait.as_millis().div_ceil(1_000)
            );
            Error::new(ErrorKind::CircuitOpen(wait), message)
        })?;
        Ok(Admission { entry: self, permit: Some(permit) })
    }

    /// A stream that had begun well broke.
    pub(super) fn failed_later(&self, permit: Permit, error: &Error) {
        let mut condition = self.condition();
        condition.tally.failed_later(error, self.clock.now_ms());
        if error.is_fault_of_upstream() {
            condition.breaker.failed(permit, self.monotonic.now_ms());
        }
    }

    /// The circuit and the record.
    pub(super) fn report(&self) -> (Circuit, Health) {
        let condition = self.condition();
        (condition.breaker.circuit(self.monotonic.now_ms()), condition.tally.report())
    }

    /// The model that is asked when an agent names none.
    pub(super) async fn default_model(&self) -> Result<String, Error> {
        if let Some(model) = &self.default_model {
            return Ok(model.clone());
        }
        let listed = self.listed().await?;
        listed
            .first()
            .cloned()
            .ok_or_else(|| Error::new(ErrorKind::Refused(404), "the provider lists no model: name one"))
    }

    /// The models that the upstream lists, asked for at most once a minute.
    pub(super) async fn listed(&self) -> Result<Arc<Vec<String>>, Error> {
        let mut listed = self.listed.lock().await;
        if let Some(Listed { at, models }) = &*listed
            && at.elapsed() < if models.is_ok() { LISTING_TIME } else { FAILED_LISTING_TIME }
        {
            return models.clone();
        }
        let late = |_| Error::new(ErrorKind::Timeout, "the provider did not list its models in time");
        let asked = timeout(LISTING_TIMEOUT, self.provider.models()).await.map_err(late).and_then(|models| models);
        let models = asked.map(Arc::new);
        *listed = Some(Listed { at: Instant::now(), models: models.clone() });
        models
    }

    /// The models that are known without asking: the configured ones and, unless `is_listed`, the preset's.
    pub(super) fn known_models(&self, is_listed: bool) -> BTreeSet<&str> {
        let configured = self.context_tokens.keys().chain(self.prices.keys()).chain(&self.default_model);
        let table = self.preset.filter(|_| !is_listed).into_iter().flat_map(|preset| models::of(preset.name));
        configured.map(String::as_str).chain(table.map(|known| known.name)).collect()
    }

    /// How many tokens `model` reads.
    pub(super) fn context_tokens(&self, model: &str) -> Option<u32> {
        let configured = self.context_tokens.get(model).copied();
        configured.or_else(|| Some(models::find(self.preset?.name, model)?.context_tokens))
    }

    /// How many tokens `model` writes.
    pub(super) fn max_output_tokens(&self, model: &str) -> Option<u32> {
        Some(models::find(self.preset?.name, model)?.max_output_tokens)
    }

    /// What `model` costs.
    pub(super) fn prices(&self, model: &str) -> Option<Prices> {
        self.prices.get(model).copied().or_else(|| models::prices(self.preset?.name, model))
    }

    /// The circuit of calls for vectors.
    pub(super) fn embeddings(&self) -> MutexGuard<'_, Breaker> {
        self.embeddings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn condition(&self) -> MutexGuard<'_, Condition> {
        self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission<'_> {
    /// The call came to a good end after `latency`. What is answered can report a later failure.
    pub(super) fn succeeded(mut self, latency: Duration) {
        let mut condition = self.entry.condition();
        condition.tally.succeeded(latency);
        if let Some(permit) = self.permit.take() {
            condition.breaker.succeeded(permit);
        }
    }

    /// The call failed for good.
    pub(super) fn failed(mut self, error: &Error) {
        let mut condition = self.entry.condition();
        condition.tally.failed(error, self.entry.clock.now_ms());
        if let Some(permit) = self.permit.take() {
            if error.is_fault_of_upstream() {
                condition.breaker.failed(permit, self.entry.monotonic.now_ms());
            } else {
                condition.breaker.abandoned(permit);
            }
        }
    }

    /// The permit, for a failure after the good end.
    pub(super) fn permit(&self) -> Option<Permit> {
        self.permit
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.entry.condition().breaker.abandoned(permit);
        }
    }
}
