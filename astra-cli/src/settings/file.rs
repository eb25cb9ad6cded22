//! Reads the configuration file. A fault names file, line and column, and the key that was probably meant.

use std::collections::BTreeMap;
use std::path::Path;

use astra_core::config::{Config, MergeKeys, in_plain_words};
use astra_core::engine::agent::AgentDefinition;
use serde::Deserialize;

use super::expand::Expand;
use super::suggest::nearest;
use crate::env::Environment;
use crate::error::{Error, Result};

/// The part of the file whose types the configuration itself does not know.
#[derive(Deserialize)]
struct AgentsOnly {
    #[serde(default)]
    agents: BTreeMap<String, AgentDefinition>,
}

/// Reads the file at `path`, with the environment's variables put in.
pub(super) fn read(path: &Path, environment: &Environment) -> Result<Config> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|fault| {
        let error = Error::new(format!("cannot read the configuration file {shown}")).because(&fault);
        error.hint("`astra config > astra.yml` writes one with every key and its default")
    })?;
    parse(&text, environment).map_err(|fault| describe(&fault, path))
}

fn parse(text: &str, environment: &Environment) -> std::result::Result<Config, serde_yaml::Error> {
    let document = || Expand::new(MergeKeys(serde_yaml::Deserializer::from_str(text)), environment);
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Config::default());
    }
    let mut config = Config::deserialize(document())?;
    for (id, definition) in AgentsOnly::deserialize(document())?.agents {
        let definition = serde_json::to_value(definition).map_err(<serde_yaml::Error as serde::de::Error>::custom)?;
        config.agents.insert(id, definition);
    }
    Ok(config)
}

fn describe(fault: &serde_yaml::Error, path: &Path) -> Error {
    let mut message = fault.to_string();
    let mut place = path.display().to_string();
    if let Some(location) = fault.location() {
        let (line, column) = (location.line(), location.column());
        message = message.replace(&format!(" at line {line} column {column}"), "");
        place = format!("{place}:{line}:{column}");
    }
    let Some((before, unknown, known)) = unknown_key(&message) else {
        return Error::new(format!("{place}: {}", in_plain_words(&message)));
    };
    let section = before.trim_end_matches(": ").trim_end_matches(unknown).trim_end_matches('.');
    let section = if section.is_empty() { "at the top".to_owned() } else { format!("in `{section}`") };
    let error = Error::new(format!("{place}: there is no key `{unknown}` {section}"));
    match nearest(unknown, known.iter().copied()) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint(format!("the keys there are {}", known.join(", "))),
    }
}

/// Takes apart serde's "unknown field `a`, expected one of `b`, `c`": what stands before, the key, the known ones.
fn unknown_key(message: &str) -> Option<(&str, &str, Vec<&str>)> {
    let (before, rest) = message.split_once("unknown field `")?;
    let (unknown, rest) = rest.split_once('`')?;
    Some((before, unknown, rest.split('`').skip(1).step_by(2).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faulty(text: &str, environment: &Environment) -> String {
        describe(&parse(text, environment).expect_err("it is faulty"), Path::new("astra.yml")).to_string()
    }

    #[test]
    fn puts_variables_in_as_the_place_wants_them() {
        let environment = [("PORT", "4000"), ("KEY", "sk-1: # {"), ("ON", "true"), ("SYNC", "full"), ("LIMIT", "7")];
        let text = "
listen: 127.0.0.1:${PORT}
drain_s: ${DRAIN:-5}
auth: {open_registration: '${ON}'}
store: {synchronous: '${SYNC}'}
providers: {openai: {api_key: '${KEY}', max_retries: '${LIMIT}'}}
agents: {a: {budget: {tokens_per_hour: '${LIMIT}'}, system_prompt: 'cost: $${KEY} ${not a name} $5', metadata: {n: '${LIMIT}'}}}
";
        let config = parse(text, &Environment::from(environment)).expect("it is good");
        assert_eq!(config.listen.port(), 4000);
        assert_eq!(config.drain_s, 5);
        assert!(config.auth.open_registration);
        assert_eq!(config.store.synchronous, astra_core::config::Synchronous::Full);
        let openai = &config.providers["openai"];
        assert_eq!(openai.api_key.as_ref().expect("a key").expose(), "sk-1: # {");
        assert_eq!(openai.max_retries, Some(7));
        let agent = &config.agents["a"];
        assert_eq!(agent["budget"]["tokens_per_hour"], 7);
        assert_eq!(agent["system_prompt"], "cost: ${KEY} ${not a name} $5");
        assert_eq!(agent["metadata"]["n"], "7");
    }

    #[test]
    fn names_place_and_cure_of_each_fault() {
        let none = Environment::default();
        let cases = [
            ("lisetn: 1", "astra.yml:1:1: there is no key `lisetn` at the top\n  hint: did you mean `listen`?"),
            (
                "auth:\n  jwt_secert: x",
                "astra.yml:2:3: there is no key `jwt_secert` in `auth`\n  hint: did you mean `jwt_secret`?",
            ),
            (
                "providers:\n  openai:\n    colour: x",
                "astra.yml:3:5: there is no key `colour` in `providers.openai`\n  hint: the keys there are preset,",
            ),
            ("agents:\n  a:\n    modle: {}", "astra.yml:3:5: there is no key `modle` in `agents.a`"),
            ("listen: ${ASTRA_NO}", "astra.yml:1:9: listen: the environment variable ASTRA_NO is not set"),
            ("drain_s: soon", "astra.yml:1:10: drain_s: invalid type: string \"soon\", expected a whole number"),
            ("auth: [x]", "astra.yml:1:7: auth: invalid type: sequence, expected keys with their values"),
            ("- x", "astra.yml:1:1: invalid type: sequence, expected keys with their values"),
            ("listen: 'open", "astra.yml:1:14: found unexpected end of stream"),
            ("auth: ${ASTRA_NO}", "astra.yml:1:7: auth: invalid type: string"),
            ("store: {synchronous: often}", "astra.yml:1:22: store.synchronous: unknown variant `often`"),
            ("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2", "astra.yml:1:1: duplicate field `listen`"),
        ];
        for (text, expected) in cases {
            let told = faulty(text, &none);
            assert!(told.starts_with(expected), "{text:?} tells\n{told}\ninstead of\n{expected}");
        }
    }

    #[test]
    fn does_not_show_what_a_variable_holds() {
        let environment = Environment::from([("KEY", "sk-hidden")]);
        for text in ["drain_s: ${KEY}", "listen: ${KEY}", "store: {synchronous: '${KEY}'}", "auth: ${KEY}"] {
            assert!(!faulty(text, &environment).contains("sk-hidden"), "{text}");
        }
    }

    #[test]
    fn merge_keys_share_settings_and_their_faults_have_a_place() {
        let text = "
providers:
  one: &base
    base_url: http://127.0.0.1:1/v1
    api_key: ${KEY}
    max_retries: ${RETRIES}
    default_model: 4
  two:
    <<: *base
    default_model: n
  three: {<<: *base}
agents:
  a: &a {model: {provider: one}, display_name: A}
  b: {<<: *a, display_name: B}
";
        let environment = Environment::from([("KEY", "sk-1"), ("RETRIES", "7")]);
        let config = parse(text, &environment).expect("it is good");
        let two = &config.providers["two"];
        assert_eq!(two.api_key.as_ref().expect("a key").expose(), "sk-1");
        assert_eq!((two.max_retries, two.default_model.as_deref()), (Some(7), Some("n")));
        assert_eq!(config.providers["three"].default_model.as_deref(), Some("4"));
        assert_eq!(config.agents["b"]["model"]["provider"], "one");
        assert_eq!(config.agents["b"]["display_name"], "B");
        for (text, expected) in [
            ("providers:\n  a: {}\n  b:\n    <<: x", "astra.yml:4:"),
            (
                "providers:\n  a: {}\n  b:\n    <<: {colour: x}",
                "astra.yml:4:5: there is no key `colour` in `providers.b`",
            ),
        ] {
            let told = faulty(text, &Environment::default());
            assert!(told.starts_with(expected), "{text:?} tells {told}");
        }
    }

    #[test]
    fn takes_an_empty_file_and_an_empty_section() {
        for text in ["", "# nothing\n\n", "auth:\nstore:\n", "providers:\n  openai:\nagents:\n  a:\n"] {
            parse(text, &Environment::default()).expect("it is good");
        }
    }

    /// The reference with every commented key taken out of its comment.
    fn uncommented_reference() -> String {
        // Prose stands one space behind its `#`; keys stand at an even indentation.
        let is_key = |line: &str| {
            let inside = line.trim_start().strip_prefix('#').and_then(|comment| comment.split_once(':'));
            inside.is_some_and(|(name, _)| {
                let key = name.trim_start();
                (name.len() - key.len()).is_multiple_of(2)
                    && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b))
            })
        };
        let lines = astra_core::config::REFERENCE.lines();
        lines.map(|line| if is_key(line) { line.replacen('#', "", 1) + "\n" } else { format!("{line}\n") }).collect()
    }

    #[test]
    fn the_reference_is_the_defaults() {
        let config = parse(astra_core::config::REFERENCE, &Environment::default()).expect("it is good");
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn the_reference_has_every_key() {
        let environment = Environment::from([
            ("PGPASSWORD", "x"),
            ("ASTRA_MASTER_KEY", "x"),
            ("ASTRA_JWT_SECRET", "x"),
            ("ASTRA_JWT_SECRET_PREV", "x"),
            ("ASTRA_SETUP_CODE", "x"),
            ("CRM_TOKEN", "x"),
            ("CRM_SECRET", "x"),
            ("COLLECTOR_TOKEN", "x"),
            ("OIDC_CLIENT_SECRET", "x"),
        ]);
        let text = uncommented_reference();
        parse(&text, &environment).expect("it is good");
        let document: serde_yaml::Value = serde_yaml::from_str(&text).expect("it is YAML");
        for section in [
            "",
            "store",
            "auth",
            "auth.oidc",
            "limits",
            "chat",
            "tools",
            "mcp",
            "traces",
            "otlp",
            "providers.local",
            "providers.local.prices.SmolLM2",
        ] {
            let path = section.split('.').filter(|name| !name.is_empty());
            let documented = path.clone().fold(&document, |value, name| &value[name]);
            let probe = path.rev().fold("{zz: 1}".to_owned(), |inner, name| format!("{{{name}: {inner}}}"));
            let fault = parse(&probe, &environment).expect_err("zz is no key").to_string();
            let (_, _, known) = unknown_key(&fault).expect("it tells the keys");
            for key in known {
                assert!(documented.get(key).is_some(), "`{key}` of `{section}` is not in the reference");
            }
        }
    }
}
