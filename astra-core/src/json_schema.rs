//! The JSON Schema of what callers and models hand in, such as a tool's arguments or a job's payload: what of it is taken, and what
//! is wrong with a value by it.

use std::collections::HashMap;
use std::sync::OnceLock;

use jsonschema::{PatternOptions, ValidationError, Validator};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::text::shorten;

/// Most bytes of a schema, as JSON.
pub const SCHEMA_BYTES_MAX: usize = 256 << 10;
/// Deepest nesting of a schema, its references followed.
const DEPTH_MAX: usize = 64;
/// Most parts of a schema, its references followed: so much work is a value at the most.
const PARTS_MAX: usize = 4_096;
/// A regular expression of a schema, compiled.
const REGEX_BYTES_MAX: usize = 1 << 20;
/// So many faults show what is wrong.
const FAULTS_MAX: usize = 8;

/// The keywords of which each value is a schema under a name.
const NAMED: [&str; 5] = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];
/// The keywords whose values are data.
const DATA: [&str; 4] = ["const", "default", "enum", "examples"];
/// What makes a reference mean another thing than the place that it names.
const REBASING: [&str; 4] = ["$dynamicRef", "$id", "$recursiveRef", "$schema"];
/// The drafts that are understood.
const DRAFTS: [&str; 4] = [
    "json-schema.org/draft/2020-12/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft-06/schema",
];

/// What is wrong with one of the arguments: where (a JSON Pointer) and what.
pub type ArgumentFault = (String, String);

/// A schema that judges arguments.
#[derive(Debug)]
pub struct Schema {
    /// The schema, if it is the program's own.
    own: Option<Value>,
    compiled: OnceLock<Result<Validator, String>>,
}

impl Schema {
    /// Compiles `schema`, which is of an object, as [`Schema::of_any`] does.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn compile(schema: &Value) -> Result<Self, String> {
        match schema {
            Value::Object(root) if root.get("type").is_none_or(|kind| kind == "object") => Self::of_any(schema),
            Value::Object(_) => Err("must be of an object: \"type\": \"object\"".to_owned()),
            _ => Err("is no JSON Schema of an object".to_owned()),
        }
    }

    /// The program's own `schema`, compiled when it is first needed, so that starting stays quick.
    #[must_use]
    pub const fn of_own(schema: Value) -> Self {
        Self { own: Some(schema), compiled: OnceLock::new() }
    }

    /// Compiles `schema`, whatever it is of. It refers to parts of itself at the most, and never in a circle: the work
    /// that arguments can cause is bounded by their length.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn of_any(schema: &Value) -> Result<Self, String> {
        Ok(Self { own: None, compiled: OnceLock::from(Ok(Self::validator(schema)?)) })
    }

    fn validator(schema: &Value) -> Result<Validator, String> {
        let Value::Object(root) = schema else { return Err("is no JSON Schema".to_owned()) };
        check_depth(schema)?;
        if serde_json::to_vec(schema).map_or(usize::MAX, |json| json.len()) > SCHEMA_BYTES_MAX {
            return Err(format!("has more than {SCHEMA_BYTES_MAX} bytes"));
        }
        let draft = root.get("$schema").map_or(Some(DRAFTS[0]), Value::as_str);
        let draft =
            draft.map(|draft| draft.trim_start_matches("http").trim_start_matches("s").trim_start_matches("://"));
        if !draft.is_some_and(|draft| DRAFTS.contains(&draft.trim_end_matches('#'))) {
            return Err("names a `$schema` that is not known: leave it out".to_owned());
        }
        Walk { root: schema, sizes: HashMap::new() }.object(root, true, 0)?;
        let options = jsonschema::options().offline();
        // No backtracking: the time is linear in the input.
        let options = options.with_pattern_options(PatternOptions::regex().size_limit(REGEX_BYTES_MAX));
        options.build(schema).map_err(|fault| format!("is no good: {}", shorten(&fault.to_string())))
    }

    /// What is wrong with `arguments`; nothing if they fit.
    #[must_use]
    pub fn faults(&self, arguments: &Map<String, Value>) -> Vec<ArgumentFault> {
        self.faults_of(&Value::Object(arguments.clone()))
    }

    /// What is wrong with `value`; nothing if it fits.
    #[must_use]
    pub fn faults_of(&self, value: &Value) -> Vec<ArgumentFault> {
        let compile = || Self::validator(self.own.as_ref().unwrap_or(&Value::Null));
        let validator = match self.compiled.get_or_init(compile) {
            Ok(validator) if validator.is_valid(value) => return Vec::new(),
            Ok(validator) => validator,
            Err(fault) => return vec![(String::new(), format!("cannot be judged: its schema {fault}"))],
        };
        let told = |fault: ValidationError<'_>| (fault.instance_path().to_string(), shorten(&sentence(&fault)));
        validator.iter_errors(value).take(FAULTS_MAX).map(told).collect()
    }
}

/// The validator's words, without the texts, lists and objects that were sent: they may be long.
fn sentence(fault: &ValidationError<'_>) -> String {
    match fault.instance().as_ref() {
        Value::Null | Value::Bool(_) | Value::Number(_) => fault.to_string(),
        Value::String(_) => fault.masked_with("the text").to_string(),
        Value::Array(_) => fault.masked_with("the list").to_string(),
        Value::Object(_) => fault.masked_with("the object").to_string(),
    }
}

/// Refuses a schema that nests too deep, before anything goes through it that nests as deep.
fn check_depth(schema: &Value) -> Result<(), String> {
    let mut level = vec![schema];
    for _ in 0..DEPTH_MAX {
        level = level
            .into_iter()
            .flat_map(|value| match value {
                Value::Array(values) => values.iter().collect::<Vec<_>>(),
                Value::Object(values) => values.values().collect(),
                _ => Vec::new(),
            })
            .collect();
        if level.is_empty() {
            return Ok(());
        }
    }
    Err(too_deep())
}

fn too_deep() -> String {
    format!("nests deeper than {DEPTH_MAX} levels")
}

/// Goes through a schema as its validator will, references followed.
struct Walk<'a> {
    root: &'a Value,
    /// The parts of what is referred to; `None` while it is being counted.
    sizes: HashMap<String, Option<usize>>,
}

impl<'a> Walk<'a> {
    /// The parts of a schema.
    fn schema(&mut self, schema: &'a Value, depth: usize) -> Result<usize, String> {
        match schema {
            Value::Object(object) => self.object(object, false, depth),
            Value::Array(schemas) => self.all(schemas.iter(), depth),
            _ => Ok(1),
        }
    }

    fn all(&mut self, schemas: impl Iterator<Item = &'a Value>, depth: usize) -> Result<usize, String> {
        if depth > DEPTH_MAX {
            return Err(too_deep());
        }
        let mut parts = 1_usize;
        for schema in schemas {
            parts = parts.saturating_add(self.schema(schema, depth + 1)?);
            if parts > PARTS_MAX {
                return Err(format!("has more than {PARTS_MAX} parts, its references followed"));
            }
        }
        Ok(parts)
    }

    fn object(&mut self, object: &'a Map<String, Value>, is_root: bool, depth: usize) -> Result<usize, String> {
        let mut parts = 1_usize;
        for (keyword, value) in object {
            let keyword = keyword.as_str();
            if REBASING.contains(&keyword) && !(is_root && matches!(keyword, "$id" | "$schema")) {
                return Err(format!("has `{keyword}` within, which is not taken"));
            }
            parts = parts.saturating_add(match value {
                Value::String(reference) if keyword == "$ref" => self.reference(reference, depth + 1)?,
                Value::Object(named) if NAMED.contains(&keyword) => self.all(named.values(), depth)?,
                _ if DATA.contains(&keyword) => 1,
                value => self.all(std::iter::once(value), depth)?,
            });
        }
        if parts > PARTS_MAX {
            Err(format!("has more than {PARTS_MAX} parts, its references followed"))
        } else {
            Ok(parts)
        }
    }

    /// The parts of what `reference` refers to.
    fn reference(&mut self, reference: &str, depth: usize) -> Result<usize, String> {
        if depth > DEPTH_MAX {
            return Err(too_deep());
        }
        let told = shorten(reference);
        let pointer = reference.strip_prefix('#').and_then(|pointer| percent_decode_str(pointer).decode_utf8().ok());
        let Some(pointer) = pointer.filter(|pointer| pointer.is_empty() || pointer.starts_with('/')) else {
            return Err(format!("refers to `{told}`: it may refer to its own parts alone, as in \"#/$defs/..\""));
        };
        match self.sizes.get(&*pointer) {
            Some(Some(parts)) => return Ok(*parts),
            Some(None) => return Err(format!("refers to itself in a circle, by `{told}`")),
            None => {}
        }
        let root = self.root;
        let target = root.pointer(&pointer).ok_or_else(|| format!("refers to `{told}`, which is not there"))?;
        self.sizes.insert(pointer.clone().into_owned(), None);
        // The whole of it, and what holds the reference, is a circle without a step.
        let parts = if pointer.is_empty() {
            Err(format!("refers to itself in a circle, by `{told}`"))
        } else {
            self.schema(target, depth)
        }?;
        self.sizes.insert(pointer.into_owned(), Some(parts));
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(schema: &Value) -> String {
        Schema::compile(schema).err().unwrap_or_default()
    }

    #[test]
    fn a_schema_refers_to_its_own_parts_alone_and_never_in_a_circle() {
        let defs =
            |reference: &str| json!({"properties": {"a": {"$ref": reference}}, "$defs": {"b/c": {"type": "string"}}});
        assert_eq!(fault(&defs("#/$defs/b~1c")), "");
        assert_eq!(
            fault(&json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "http://a.b/c"})),
            ""
        );
        assert_eq!(fault(&json!({"properties": {"$ref": {"type": "string"}, "enum": {"type": "string"}}})), "");
        for (schema, told) in [
            (defs("http://169.254.169.254/latest"), "refers to `http://169.254.169.254/latest`"),
            (defs("https://json-schema.org/draft/2020-12/schema"), "refers to `https://"),
            (defs("file:///etc/passwd"), "refers to `file:"),
            (defs("other.json#/a"), "refers to `other.json"),
            (defs("#anchor"), "refers to `#anchor`"),
            (defs("#/$defs/none"), "refers to `#/$defs/none`, which is not there"),
            (defs("#"), "refers to itself in a circle"),
            (json!({"$ref": "#"}), "refers to itself in a circle"),
            (json!({"properties": {"enum": {"$ref": "http://a"}}}), "refers to `http://a`"),
            (json!({"properties": {"a": {"$id": "http://a", "$ref": "#/b"}}}), "has `$id` within"),
            (json!({"$dynamicRef": "#a"}), "has `$dynamicRef` within"),
            (json!({"$schema": "http://a/schema"}), "names a `$schema`"),
            (
                json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
                "refers to itself in a circle",
            ),
            (
                json!({"$defs": {"node": {"properties": {"children": {"items": {"$ref": "#/$defs/node"}}}}}}),
                "refers to itself",
            ),
            (json!({"type": "string"}), "must be of an object"),
            (json!({"properties": {"a": {"type": "no type"}}}), "is no good"),
            (json!({"properties": {"a": {"pattern": "("}}}), "is no good"),
            (json!(true), "is no JSON Schema of an object"),
            (json!([]), "is no JSON Schema of an object"),
        ] {
            let fault = fault(&schema);
            assert!(fault.starts_with(told), "{schema}: {fault}");
        }
    }

    #[test]
    fn a_schema_that_grows_without_a_circle_is_bounded() {
        let mut defs = Map::new();
        defs.insert("a0".into(), json!({"type": "string"}));
        for level in 1..30 {
            let below = json!({"$ref": format!("#/$defs/a{}", level - 1)});
            defs.insert(format!("a{level}"), json!({"allOf": [below, below]}));
        }
        assert!(fault(&json!({"$defs": defs})).contains("its references followed"));
        let chain: Map<String, Value> =
            (0..5_000).map(|at| (format!("a{at}"), json!({"$ref": format!("#/$defs/a{}", at + 1)}))).collect();
        assert!(fault(&json!({"$defs": chain})).starts_with("nests deeper"));
        let deep =
            (0..10_000).fold(json!({}), |inner, _| Value::Object([("items".to_owned(), inner)].into_iter().collect()));
        assert!(fault(&deep).starts_with("nests deeper"));
        // Values that nest so deep are taken apart level by level, or their end would be the stack's.
        let mut left = vec![deep];
        while let Some(value) = left.pop() {
            if let Value::Object(object) = value {
                left.extend(object.into_values());
            }
        }
        assert!(fault(&json!({"description": "a".repeat(SCHEMA_BYTES_MAX)})).starts_with("has more than"));
    }

    #[test]
    fn faults_of_arguments_say_where_and_what_in_a_few_words() {
        let schema = json!({"properties": {"a": {"type": "integer"}, "b": {"enum": ["x"]}}, "required": ["a"], "additionalProperties": false});
        let schema = Schema::compile(&schema).expect("a good schema");
        let faults = |arguments: Value| schema.faults(arguments.as_object().expect("an object"));
        assert!(faults(json!({"a": 1, "b": "x"})).is_empty());
        assert_eq!(faults(json!({}))[0], (String::new(), "\"a\" is a required property".to_owned()));
        let long = faults(json!({"a": "secret".repeat(1_000), "b": [1], "c": 1}));
        assert!(
            long.iter().any(|(pointer, told)| pointer == "/a" && !told.contains("secret") && told.len() < 600),
            "{long:?}"
        );
        let many: Map<String, Value> = (0..50_000).map(|at| (format!("key{at}"), json!(1))).collect();
        let told: usize = schema.faults(&many).iter().map(|(_, told)| told.len()).sum();
        assert!(told < 8 * 2_100, "{told}");
    }
}
