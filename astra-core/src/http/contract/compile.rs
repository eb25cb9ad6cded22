//! The finished document, read into what judges requests.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::{HeaderValue, Method};
use serde_json::{Map, Value};

use super::operation::{Contract, Operation, Operations, Parameter, ParameterForm, ParameterPlace, PathContract};
use super::schema::Schema;
use super::traits::{BodyReading, Declared, Refusals, Traits};
use super::{security, tree};
use crate::auth::ScopeTable;

/// What a document is read with.
struct Reader<'a> {
    document: &'a Value,
    scopes: &'a ScopeTable,
    traits: &'a Declared,
}

/// Reads `document`, which [`super::complete()`] made with `scopes` and whose operations have these `traits`; the paths in
/// `hosts` are a host program's. The schemas of those are compiled now: they are not tested yet. The others are when they
/// are first needed.
///
/// # Errors
/// All that the document says and this program cannot enforce.
pub fn compile(
    document: &Value,
    hosts: &BTreeSet<String>,
    traits: &Declared,
    scopes: Arc<ScopeTable>,
) -> Result<Contract, Vec<String>> {
    let (mut paths, mut faults) = (Vec::new(), Vec::new());
    let reader = Reader { document, scopes: &scopes, traits };
    for (template, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        match reader.path(template, item, hosts.contains(template)) {
            Ok(path) => {
                let schemas =
                    path.operations().filter(|operation| operation.is_hosts).flat_map(|operation| operation.schemas());
                faults.extend(schemas.filter_map(|(place, schema)| Some(format!("{place}: {}", schema.fault()?))));
                paths.push(Arc::new(path));
            }
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(Contract { paths, scopes }) } else { Err(faults) }
}

/// What is wrong with the parameters of `operation`, a host's at `template`.
#[must_use]
pub fn parameter_faults(document: &Value, template: &str, operation: &Value) -> Vec<String> {
    let declared = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let read = |declared| form(document, template, tree::follow(document, declared)?);
    declared.filter_map(|declared| read(declared).err()).collect()
}

impl Reader<'_> {
    fn path(&self, template: &str, item: &Value, is_hosts: bool) -> Result<PathContract, String> {
        let mut operations = Vec::new();
        let mut allow = Vec::new();
        let mut refusals = Refusals::default();
        for name in tree::METHODS {
            let Some(source) = item.get(name) else { continue };
            let (method, traits) = (name.to_uppercase(), self.traits.of(template, name));
            let operation = self.operation(template, source, traits, is_hosts);
            let operation = operation.map_err(|fault| format!("{method} {template}: {fault}"))?;
            if name == "get" {
                allow.push("HEAD".to_owned());
            }
            if traits.refusals == Refusals::OpenAi {
                refusals = traits.refusals;
            }
            let known = Method::from_bytes(method.as_bytes()).map_err(|fault| fault.to_string())?;
            operations.push((known, Arc::new(operation)));
            allow.push(method);
        }
        allow.sort();
        let allow = HeaderValue::from_str(&allow.join(", ")).map_err(|fault| fault.to_string())?;
        let operations = Operations::Documented(operations);
        Ok(PathContract { template: template.to_owned(), allow: Some(allow), refusals, operations })
    }

    fn operation(&self, template: &str, source: &Value, traits: Traits, is_hosts: bool) -> Result<Operation, String> {
        let mut parameters = Vec::new();
        for declared in source.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            parameters.push(parameter(self.document, template, tree::follow(self.document, declared)?)?);
        }
        let is_raw = traits.body == BodyReading::Raw;
        let has_key = parameters.iter().any(|known| known.name.eq_ignore_ascii_case("Idempotency-Key"));
        if is_raw && has_key {
            return Err("its body is raw, so that Idempotency-Key cannot tell one content from another".to_owned());
        }
        let content = source.pointer("/requestBody/content").and_then(Value::as_object);
        let schema = |source: &Value| Schema::new(self.document, source);
        let content = content.into_iter().flatten();
        let read = content.clone().filter(|_| !is_raw).filter_map(|(media_type, body)| {
            body.get("schema").map(|body| (media_type.to_ascii_lowercase(), schema(body)))
        });
        let raw = content.filter(|_| is_raw).map(|(media_type, _)| media_type.to_ascii_lowercase());
        Ok(Operation {
            id: security::id(source)?.to_owned(),
            access: security::read(source, self.scopes)?,
            traits,
            has_key,
            is_hosts,
            ignores_unknown: traits.ignores_unknown || traits.refusals == Refusals::OpenAi,
            parameters,
            bodies: read.collect(),
            raw_types: raw.collect(),
            frame: source.pointer("/x-websocket/receives").map(schema),
            is_body_required: source.pointer("/requestBody/required").and_then(Value::as_bool).unwrap_or(false),
            answers: answers(self.document, source)?,
        })
    }
}

/// The media types of all answers; none for an operation whose success has no body.
fn answers(document: &Value, source: &Value) -> Result<Vec<String>, String> {
    let (mut found, mut success_has_body) = (BTreeSet::new(), false);
    for (status, answer) in source.get("responses").and_then(Value::as_object).into_iter().flatten() {
        let content = tree::follow(document, answer)?.get("content").and_then(Value::as_object);
        success_has_body |= status.starts_with('2') && content.is_some();
        found.extend(content.into_iter().flat_map(Map::keys).map(|media_type| media_type.to_ascii_lowercase()));
    }
    Ok(if success_has_body { found.into_iter().collect() } else { Vec::new() })
}

fn parameter(document: &Value, template: &str, declared: &Value) -> Result<Parameter, String> {
    let Form { name, within, place, kind, schema } = form(document, template, declared)?;
    Ok(Parameter {
        name: name.to_owned(),
        pointer: format!("{within}/{name}"),
        place,
        is_required: declared.get("required").and_then(Value::as_bool).unwrap_or(false),
        kind,
        schema: Schema::new(document, schema),
    })
}

/// What the document says of a parameter.
struct Form<'a> {
    name: &'a str,
    within: &'a str,
    place: ParameterPlace,
    kind: ParameterForm,
    schema: &'a Value,
}

fn form<'a>(document: &Value, template: &str, declared: &'a Value) -> Result<Form<'a>, String> {
    let text = |key: &str| declared.get(key).and_then(Value::as_str).ok_or_else(|| format!("a parameter has no {key}"));
    let (name, within) = (text("name")?, text("in")?);
    let place = match within {
        "query" => ParameterPlace::Query,
        "header" => ParameterPlace::Header,
        "path" => {
            let variable = format!("{{{name}}}");
            let segment = template.split('/').skip(1).position(|segment| segment == variable);
            ParameterPlace::Path(segment.ok_or_else(|| format!("{name} is not a segment of the path"))?)
        }
        other => return Err(format!("parameters in {other} are not enforced")),
    };
    let schema = declared.get("schema").ok_or_else(|| format!("the parameter {name} has no schema"))?;
    let is_exploded = declared.get("explode").and_then(Value::as_bool).unwrap_or(true);
    Ok(Form { name, within, place, kind: kind(document, schema, is_exploded)?, schema })
}

fn kind(document: &Value, schema: &Value, is_exploded: bool) -> Result<ParameterForm, String> {
    let schema = tree::follow(document, schema)?;
    Ok(match schema.get("type").and_then(Value::as_str) {
        Some("integer") => ParameterForm::Integer,
        Some("number") => ParameterForm::Number,
        Some("boolean") => ParameterForm::Boolean,
        Some("array") => {
            let item = schema.get("items").map_or(Ok(ParameterForm::Text), |item| kind(document, item, true))?;
            ParameterForm::List { item: Box::new(item), has_commas: !is_exploded }
        }
        _ => ParameterForm::Text,
    })
}
