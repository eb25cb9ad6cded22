//! Which providers and models a workspace may ask.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::matches;

/// Most providers in a list.
const PROVIDERS_MAX: usize = 64;
/// Most models in a list.
const MODELS_MAX: usize = 256;
/// Most characters of a model's name.
const MODEL_CHARS_MAX: usize = 256;

/// The providers and models that a workspace may ask.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Restrictions {
    /// The names of the providers that may be asked; null for all, an empty list for none.
    #[schema(max_items = 64, example = json!(["openai", "echo"]))]
    pub providers: Option<Vec<RestrictedProvider>>,
    /// The names of the models that may be asked; null for all, an empty list for none. In a name `*` stands for any text.
    #[schema(max_items = 256, example = json!(["gpt-4.1-mini", "claude-*", "echo"]))]
    pub models: Option<Vec<RestrictedModel>>,
}

/// A provider's name in the gateway's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 64, example = "openai")]
pub struct RestrictedProvider(pub String);

/// A provider's name of a model, or a pattern of names in which each `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 256, example = "claude-*")]
pub struct RestrictedModel(pub String);

impl Restrictions {
    /// Whether every provider and every model may be asked.
    #[must_use]
    pub const fn allow_all(&self) -> bool {
        self.providers.is_none() && self.models.is_none()
    }

    /// Whether a provider may be asked, for some model.
    #[must_use]
    pub fn allow_provider(&self, provider: &str) -> bool {
        self.providers.as_ref().is_none_or(|allowed| allowed.iter().any(|allowed| allowed.0 == provider))
    }

    /// Whether `model` of a provider that may be asked may be asked.
    #[must_use]
    pub fn allow_model(&self, model: &str) -> bool {
        self.models.as_ref().is_none_or(|allowed| allowed.iter().any(|allowed| matches(&allowed.0, model)))
    }

    /// Why `model` of `provider` may not be asked, if it may not: a sentence for the caller. `None` for a model that the provider
    /// chooses.
    #[must_use]
    pub fn refusal(&self, provider: &str, model: Option<&str>) -> Option<String> {
        if !self.allow_provider(provider) {
            return Some(format!("The workspace's restrictions do not allow the provider `{provider}`."));
        }
        match model {
            Some(model) if self.allow_model(model) => None,
            Some(model) => {
                Some(format!("The workspace's restrictions do not allow the model `{model}` of `{provider}`."))
            }
            None if self.models.is_none() => None,
            None => Some(format!(
                "The workspace's restrictions allow some models alone, and which model `{provider}` takes is not known: the agent must name one."
            )),
        }
    }

    /// What is wrong with the lists, of a gateway that has the providers that `is_provider` says: a JSON Pointer, and words.
    #[must_use]
    pub fn faults(&self, is_provider: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let providers: Vec<&str> = self.providers.iter().flatten().map(|provider| provider.0.as_str()).collect();
        let no_provider = |name: &str| (!is_provider(name)).then(|| "is no provider of this gateway".to_owned());
        check("/providers", &providers, PROVIDERS_MAX, no_provider, &mut faults);
        let models: Vec<&str> = self.models.iter().flatten().map(|model| model.0.as_str()).collect();
        let no_model = |name: &str| {
            let is_good = (1..=MODEL_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
            (!is_good).then(|| format!("must be one line of 1 to {MODEL_CHARS_MAX} characters"))
        };
        check("/models", &models, MODELS_MAX, no_model, &mut faults);
        faults
    }
}

fn check(
    at: &str,
    names: &[&str],
    most: usize,
    fault: impl Fn(&str) -> Option<String>,
    faults: &mut Vec<(String, String)>,
) {
    if names.len() > most {
        faults.push((at.to_owned(), format!("must have at most {most} items")));
        return;
    }
    for (place, name) in names.iter().enumerate() {
        let double = || names[..place].contains(name).then(|| "is in the list a second time".to_owned());
        if let Some(detail) = fault(name).or_else(double) {
            faults.push((format!("{at}/{place}"), detail));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(providers: Option<&[&str]>, models: Option<&[&str]>) -> Restrictions {
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Restrictions {
            providers: providers.map(|names| named(names).into_iter().map(RestrictedProvider).collect()),
            models: models.map(|names| named(names).into_iter().map(RestrictedModel).collect()),
        }
    }

    #[test]
    fn null_is_all_and_an_empty_list_is_none() {
        assert!(of(None, None).allow_all() && of(None, None).refusal("a", None).is_none());
        assert!(of(Some(&[]), None).refusal("a", Some("m")).is_some_and(|why| why.contains("provider `a`")));
        assert!(of(None, Some(&[])).refusal("a", Some("m")).is_some_and(|why| why.contains("model `m`")));
        assert!(of(Some(&["a"]), None).refusal("a", None).is_none());
    }

    #[test]
    fn a_model_is_allowed_by_name_or_pattern_and_its_provider_must_be_too() {
        let some = of(Some(&["a", "b"]), Some(&["m", "n-*"]));
        let may = |provider: &str, model: Option<&str>| some.refusal(provider, model).is_none();
        assert!(may("a", Some("m")) && may("b", Some("n-1")) && !may("c", Some("m")) && !may("a", Some("n")));
        assert!(!may("a", None), "the model is not known before the provider is asked");
    }

    #[test]
    fn each_fault_has_its_place() {
        let faults = of(Some(&["a", "x", "a"]), Some(&["", "m", "m"])).faults(|name| name == "a");
        let places: Vec<&str> = faults.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["/providers/1", "/providers/2", "/models/0", "/models/2"]);
        let many: Vec<String> = (0..=MODELS_MAX).map(|number| format!("m{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(of(None, Some(&many)).faults(|_| true)[0].0, "/models");
    }
}
