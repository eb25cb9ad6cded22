//! The providers of models: which are configured, and, if that is wanted, whether they answer.

use std::sync::Arc;

use astra_core::clock::SystemClock;
use astra_core::provider::{Registry, Status};

use super::Taken;
use super::finding::Finding;
use crate::settings::Settings;

const NAME: &str = "provider";

/// A provider that answers without a model.
const ECHO: &str = "echo";

/// Each provider that is configured.
pub(super) async fn examine(settings: &Settings, found: &Taken, is_called: bool) -> Vec<Finding> {
    let mend = "mend it in the section `providers`";
    let mut findings: Vec<Finding> =
        found.faults.iter().map(|fault| Finding::fault(NAME, settings.origins.explain(fault), mend)).collect();
    findings.extend(found.warnings.iter().map(|fault| Finding::warning(NAME, settings.origins.explain(fault), mend)));
    let Ok(registry) = Registry::new(&settings.config.providers, Arc::new(SystemClock)) else { return findings };
    let configured = registry.statuses().into_iter().filter(|status| status.is_configured && status.name != ECHO);
    let configured: Vec<Status> = configured.collect();
    if configured.is_empty() && findings.is_empty() {
        let cure = "set the variable of a provider's key, such as OPENAI_API_KEY, or start Ollama";
        findings.push(Finding::warning(NAME, "none is configured but echo, which repeats questions", cure));
    }
    for status in configured {
        findings.push(if is_called { called(&registry, &status).await } else { not_called(&status) });
    }
    findings
}

fn not_called(status: &Status) -> Finding {
    let address = status.base_url.as_deref().unwrap_or("-");
    Finding::ok(NAME, format!("{} at {address}; not called", status.name))
}

/// A real call.
async fn called(registry: &Registry, status: &Status) -> Finding {
    let name = &status.name;
    match registry.check(name, |_| true).await {
        Some(check) => match check.error {
            None => Finding::ok(NAME, format!("{name} answers within {} ms", check.elapsed.as_millis())),
            Some(error) => {
                let cure = format!("look at providers.{name}: its key, its base_url, and the network to it");
                Finding::fault(NAME, format!("{name}: {}", error.message), cure)
            }
        },
        None => not_called(status),
    }
}
