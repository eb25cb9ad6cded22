//! OpenAPI 3.0: a document without webhooks, without references that have something beside them, with scopes for OAuth
//! alone, and with the schemas of `schema30`.

use serde_json::{Map, Value, json};

use super::{recursion, schema30};
use crate::document::walk::{Kind, walk};

/// The most widely known of the 3.0 versions; 3.0.4 says nothing else.
const VERSION: &str = "3.0.3";
const LICENCES: &str = "https://spdx.org/licenses/";

/// Rewrites a document of 3.1.
pub(super) fn rewrite(document: &mut Value) {
    let original = document.clone();
    let scoped = schemes_with_scopes(&original);
    let recursive = recursion::recursive(&original);
    let security = original.get("security").cloned();
    walk(document, &mut |kind, object| {
        if kind == Kind::PathItem {
            inline(object, &original);
        }
    });
    walk(document, &mut |kind, object| match kind {
        Kind::Document => whole(object, &scoped),
        Kind::Components => ["pathItems", "mediaTypes"].iter().for_each(|key| drop(object.shift_remove(*key))),
        Kind::Operation => operation(object, security.as_ref(), &scoped),
        Kind::Schema => schema30::rewrite(object, &recursive),
        Kind::PathItem | Kind::Callback => {}
        Kind::Body => {
            reference(object);
            one_media_type(object);
        }
        Kind::Parameter | Kind::Answer | Kind::Media | Kind::Encoding => reference(object),
    });
}

fn whole(document: &mut Map<String, Value>, scoped: &[String]) {
    document.insert("openapi".into(), VERSION.into());
    document.shift_remove("webhooks");
    document.shift_remove("jsonSchemaDialect");
    document.shift_remove("$self");
    // In 3.1 a document may be of components alone.
    document.entry("paths").or_insert_with(|| json!({}));
    if let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) {
        info.shift_remove("summary");
        if let Some(licence) = info.get_mut("license").and_then(Value::as_object_mut)
            && let Some(Value::String(identifier)) = licence.shift_remove("identifier")
        {
            licence.entry("url").or_insert_with(|| format!("{LICENCES}{identifier}.html").into());
        }
    }
    if let Some(security) = document.get_mut("security") {
        // An operation that it asked for scopes has a copy by now, with the scopes beside it.
        strip_scopes(security, scoped);
    }
}

/// What a reference to a path item of the components leads to.
fn inline(item: &mut Map<String, Value>, original: &Value) {
    let pointer = item.get("$ref").and_then(Value::as_str).and_then(|pointer| pointer.strip_prefix('#'));
    let target = pointer.and_then(|pointer| original.pointer(pointer)).and_then(Value::as_object).cloned();
    if let Some(target) = target {
        item.shift_remove("$ref");
        for (key, value) in target {
            item.entry(key).or_insert(value);
        }
    }
}

/// Tools that know only 3.0 (progenitor 0.15) take one media type of a request: JSON where there is a choice, as the clients
/// of `astra codegen` do. The gateway takes the others all the same.
fn one_media_type(body: &mut Map<String, Value>) {
    let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) else { return };
    let chosen = content.keys().find(|kind| *kind == "application/json").or_else(|| content.keys().next()).cloned();
    content.retain(|kind, _| Some(kind) == chosen.as_ref());
}

/// progenitor makes one type of what succeeds: an answer without content, be it a success or another protocol, is left out
/// beside a success that has some.
fn one_success(responses: &mut Map<String, Value>) {
    let has_content = |response: &Value| response.get("content").or(response.get("$ref")).is_some();
    if responses.iter().any(|(status, response)| status.starts_with('2') && has_content(response)) {
        responses.retain(|status, response| !status.starts_with(['1', '2']) || has_content(response));
    }
}

/// In 3.0 nothing may stand beside a reference.
fn reference(object: &mut Map<String, Value>) {
    if object.get("$ref").is_some_and(Value::is_string) {
        object.retain(|key, _| key == "$ref");
    }
}

fn operation(operation: &mut Map<String, Value>, default_security: Option<&Value>, scoped: &[String]) {
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    if responses.as_object().is_some_and(Map::is_empty) {
        *responses = json!({"default": {"description": "Not described."}});
    }
    if let Some(responses) = responses.as_object_mut() {
        one_success(responses);
    }
    let mut security = operation.get("security").or(default_security).cloned();
    let scopes = security.as_mut().map(|security| strip_scopes(security, scoped)).unwrap_or_default();
    if scopes.is_empty() {
        return;
    }
    operation.insert("security".into(), security.unwrap_or_default());
    operation.insert("x-required-scopes".into(), scopes.into());
}

/// Takes the scopes away that may not stand in 3.0: all but those of the schemes `scoped`.
fn strip_scopes(security: &mut Value, scoped: &[String]) -> Vec<Value> {
    let mut taken = Vec::new();
    let alternatives = security.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    for (name, scopes) in alternatives.flatten() {
        if let Some(scopes) = scopes.as_array_mut().filter(|_| !scoped.contains(name)) {
            let fresh: Vec<_> = scopes.drain(..).filter(|scope| !taken.contains(scope)).collect();
            taken.extend(fresh);
        }
    }
    taken
}

fn schemes_with_scopes(document: &Value) -> Vec<String> {
    let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    let has_scopes = |scheme: &Value| {
        scheme.get("type").and_then(Value::as_str).is_some_and(|kind| ["oauth2", "openIdConnect"].contains(&kind))
    };
    schemes.into_iter().flatten().filter(|(_, scheme)| has_scopes(scheme)).map(|(name, _)| name.clone()).collect()
}
