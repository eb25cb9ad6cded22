//! OpenTelemetry's own variables, read as its specification says: they hold where the section `otlp` is silent.
//! <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>

use std::borrow::Cow;

use astra_core::config::{OtlpConfig, Secret};
use percent_encoding::percent_decode_str;

use super::Origins;
use crate::env::{self, Environment};

/// The one protocol that traces are exported by.
const PROTOCOL: &str = "http/protobuf";

/// Fills what `config` leaves open.
pub(super) fn fill(config: &mut OtlpConfig, origins: &mut Origins, environment: &Environment) {
    if config.endpoint.is_none()
        && let Some((name, endpoint)) = endpoint(environment)
    {
        origins.overlay("otlp.endpoint", name);
        config.endpoint = Some(endpoint.to_owned());
    }
    if config.headers.is_empty()
        && let Some((_, headers)) = first(environment, [env::OTEL_TRACES_HEADERS, env::OTEL_HEADERS])
    {
        config.headers = pairs(headers).map(|(name, value)| (name, Secret::new(value))).collect();
    }
    if config.service_name.is_none() && !config.resource.contains_key("service.name") {
        config.service_name = environment.get(env::OTEL_SERVICE_NAME).map(str::to_owned);
    }
    if config.resource.is_empty() {
        config.resource = pairs(environment.get(env::OTEL_RESOURCE_ATTRIBUTES).unwrap_or_default()).collect();
    }
}

/// Why a collector of the environment is not used though there is one, in words.
pub(crate) fn unused_collector(environment: &Environment) -> Option<String> {
    let (name, _) = first(environment, [env::OTEL_TRACES_ENDPOINT, env::OTEL_ENDPOINT])?;
    let (variable, protocol) = protocol(environment)?;
    let is_meant = !is_disabled(environment) && protocol != PROTOCOL;
    is_meant.then(|| format!("{name} is not used: traces are exported by {PROTOCOL}, and {variable} is {protocol}"))
}

/// The collector, and the variable that names it.
fn endpoint(environment: &Environment) -> Option<(&'static str, &str)> {
    let is_spoken = protocol(environment).is_none_or(|(_, protocol)| protocol == PROTOCOL);
    let found = first(environment, [env::OTEL_TRACES_ENDPOINT, env::OTEL_ENDPOINT]);
    found.filter(|_| is_spoken && !is_disabled(environment))
}

fn protocol(environment: &Environment) -> Option<(&'static str, &str)> {
    first(environment, [env::OTEL_TRACES_PROTOCOL, env::OTEL_PROTOCOL])
}

fn is_disabled(environment: &Environment) -> bool {
    let is = |name, value: &str| environment.get(name).is_some_and(|set| set.eq_ignore_ascii_case(value));
    is(env::OTEL_SDK_DISABLED, "true") || is(env::OTEL_TRACES_EXPORTER, "none")
}

fn first<'e>(environment: &'e Environment, names: [&'static str; 2]) -> Option<(&'static str, &'e str)> {
    names.into_iter().find_map(|name| Some((name, environment.get(name)?)))
}

/// `name=value,name=value`, in which values may have `%20` for a space.
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), decoded(value.trim())))
    };
    text.split(',').filter_map(pair).filter(|(name, _)| !name.is_empty())
}

/// A value whose bytes may be written as `%` and two digits.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled<const N: usize>(mut config: OtlpConfig, variables: [(&str, &str); N]) -> OtlpConfig {
        fill(&mut config, &mut Origins::default(), &Environment::from(variables));
        config
    }

    #[test]
    fn the_environment_fills_what_is_left_open() {
        let variables = [
            (env::OTEL_ENDPOINT, "http://all:4318"),
            (env::OTEL_HEADERS, "authorization=Bearer%20secret, x-team = a%2Cb ,broken"),
            (env::OTEL_RESOURCE_ATTRIBUTES, "service.name=one,deployment.environment.name=test"),
        ];
        let config = filled(OtlpConfig::default(), variables);
        assert_eq!(config.endpoint.as_deref(), Some("http://all:4318"));
        let headers: Vec<_> = config.headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(headers, [("authorization", "Bearer secret"), ("x-team", "a,b")]);
        assert_eq!((config.resource["service.name"].as_str(), config.service_name), ("one", None));
        let [endpoint, headers, attributes] = variables;
        let traces = (env::OTEL_TRACES_ENDPOINT, "http://traces/v1/traces");
        let all = [endpoint, headers, attributes, traces, (env::OTEL_SERVICE_NAME, "two")];
        let config = filled(OtlpConfig::default(), all);
        assert_eq!(config.endpoint.as_deref(), Some("http://traces/v1/traces"));
        assert_eq!(config.service_name.as_deref(), Some("two"), "it stands above the attributes");
        let own = OtlpConfig {
            endpoint: Some("http://mine".into()),
            service_name: Some("mine".into()),
            ..OtlpConfig::default()
        };
        let config = filled(own, all);
        assert_eq!((config.endpoint.as_deref(), config.service_name.as_deref()), (Some("http://mine"), Some("mine")));
    }

    #[test]
    fn a_collector_that_is_not_for_this_program_is_not_used() {
        for variable in [
            (env::OTEL_SDK_DISABLED, "TRUE"),
            (env::OTEL_TRACES_EXPORTER, "none"),
            (env::OTEL_PROTOCOL, "grpc"),
            (env::OTEL_TRACES_PROTOCOL, "http/json"),
        ] {
            let variables = [(env::OTEL_ENDPOINT, "http://c:4317"), variable];
            assert_eq!(filled(OtlpConfig::default(), variables).endpoint, None, "{variable:?}");
            let told = unused_collector(&Environment::from(variables));
            assert_eq!(told.is_some(), variable.1.contains("rpc") || variable.1.contains("json"), "{told:?}");
        }
        let both =
            [(env::OTEL_ENDPOINT, "http://c"), (env::OTEL_PROTOCOL, "grpc"), (env::OTEL_TRACES_PROTOCOL, PROTOCOL)];
        assert!(filled(OtlpConfig::default(), both).endpoint.is_some());
        assert_eq!(unused_collector(&Environment::from([(env::OTEL_PROTOCOL, "grpc")])), None);
    }

    #[test]
    fn values_are_decoded_as_far_as_they_can_be() {
        for (text, value) in [("a%20b", "a b"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%ff", "%ff"), ("%C3%A4", "ä")]
        {
            assert_eq!(decoded(text), value);
        }
    }
}
