//! A story and a document become calls: the document's examples become what the story sends.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Row, Step, Story, Until, templates, variables};
use crate::codegen::model::{Answer, Api, Location, Operation, Shape, Type};

/// The parameter that clients have an option of their own for.
const LAST_EVENT_ID: &str = "Last-Event-ID";

impl Story {
    /// The calls of the story. The examples in `api` are what they send afterwards.
    ///
    /// # Errors
    /// In what the two differ, a line each: operations without a row, rows without an operation, parameters that are none,
    /// variables that no earlier row remembers.
    pub(crate) fn apply(&self, api: &mut Api) -> Result<Vec<Step>, String> {
        let mut faults: Vec<String> = api
            .operations()
            .filter(|operation| self.rows.iter().all(|row| row.id != operation.id))
            .map(|operation| format!("{} has no row in the story", operation.id))
            .collect();
        let mut known = BTreeSet::new();
        let mut steps = Vec::new();
        for row in &self.rows {
            let tag = api.operation(&row.id).and_then(|operation| tag(api, operation));
            match api.operation_mut(&row.id) {
                Some(_) if row.is_for_browsers => {}
                Some(operation) => steps.push(step(row, operation, tag, &mut known, &mut faults)),
                None => faults.push(format!("{} is no operation of the document", row.id)),
            }
        }
        if faults.is_empty() { Ok(steps) } else { Err(faults.join("\n")) }
    }
}

/// The field that distinguishes the events of an operation.
fn tag(api: &Api, operation: &Operation) -> Option<String> {
    let Type::Named(name) = &operation.events()?.ty else { return None };
    match &api.named(name)?.shape {
        Shape::Union { tag, .. } => tag.clone(),
        _ => None,
    }
}

fn step(
    row: &Row,
    operation: &mut Operation,
    tag: Option<String>,
    known: &mut BTreeSet<String>,
    faults: &mut Vec<String>,
) -> Step {
    let mut fault = |text: String| faults.push(format!("{}: {text}", row.id));
    set_parameters(row, operation, known, &mut fault);
    let last_event_id = row.parameters.get(LAST_EVENT_ID).and_then(Value::as_str).map(str::to_owned);
    set_body(row, operation, &mut fault);
    let until = until(row, operation, tag).unwrap_or_else(|text| {
        fault(text);
        None
    });
    let is_empty = matches!(operation.answer, Answer::Nothing | Answer::Bytes);
    if is_empty && !(row.remember.is_empty() && row.expect.is_empty()) {
        fault("its answer has no JSON to look into".to_owned());
    }
    let mut sent = Vec::new();
    let parameters = operation.parameters.iter().filter_map(|parameter| parameter.example.as_ref());
    let body = operation.body.as_ref().and_then(|body| body.example.as_ref());
    parameters.chain(body).for_each(|value| templates(value, &mut sent));
    let mut used = sent.clone();
    used.extend(row.token.iter().chain(&last_event_id).cloned());
    row.expect.iter().for_each(|(_, value)| templates(value, &mut used));
    for name in used.iter().flat_map(|text| variables(text)).filter(|name| !known.contains(*name)) {
        fault(format!("no earlier row remembers `{name}`"));
    }
    known.extend(row.remember.iter().map(|(name, _)| name.clone()));
    Step {
        id: row.id.clone(),
        token: row.token.clone(),
        last_event_id,
        success: operation.success.clone(),
        remember: row.remember.clone(),
        expect: row.expect.clone(),
        until,
        templates: sent,
    }
}

/// What a row gives, else the variable that a parameter of the path is called like, else the document's example.
fn set_parameters(row: &Row, operation: &mut Operation, known: &BTreeSet<String>, fault: &mut impl FnMut(String)) {
    for name in row.parameters.keys() {
        let is_own = name == LAST_EVENT_ID && operation.takes_last_event_id && operation.events().is_some();
        if !is_own && operation.parameters.iter().all(|parameter| parameter.name != *name) {
            fault(format!("it has no parameter `{name}` that a client takes"));
        }
    }
    for parameter in &mut operation.parameters {
        match row.parameters.get(&parameter.name) {
            Some(Value::Null) if parameter.is_required => fault(format!("`{}` must be sent", parameter.name)),
            Some(Value::Null) => parameter.example = None,
            Some(given) => parameter.example = Some(given.clone()),
            None if parameter.location == Location::Path && known.contains(&parameter.name) => {
                parameter.example = Some(Value::from(format!("{{{{{}}}}}", parameter.name)));
            }
            None => {}
        }
    }
}

fn set_body(row: &Row, operation: &mut Operation, fault: &mut impl FnMut(String)) {
    match (&row.body, &mut operation.body) {
        (None, _) => {}
        (Some(_), None) => fault("it has no body".to_owned()),
        (Some(Value::Null), Some(body)) if body.is_required => fault("its body must be sent".to_owned()),
        (Some(Value::Null), Some(body)) => body.example = None,
        (Some(change), Some(body)) => merge(body.example.get_or_insert(Value::Null), change),
    }
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, change) in changes {
        if change.is_null() {
            fields.shift_remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

/// The end of the operation's stream; nothing if it has none that one could tell.
fn until(row: &Row, operation: &Operation, tag: Option<String>) -> Result<Option<Until>, String> {
    let is_streamed = matches!(operation.answer, Answer::Events(_));
    match (&row.until, operation.events(), tag) {
        (Some(value), Some(events), Some(tag)) => {
            // What goes on after this event ends for the story alone.
            let is_endless = !events.ends_with.contains(value);
            Ok(Some(Until { tag, value: value.clone(), is_endless }))
        }
        (None, Some(events), Some(_)) if is_streamed => {
            Err(format!("`until` must say which event is the last: {}", events.ends_with.join(", ")))
        }
        (None, Some(events), None) if events.ends_with.is_empty() => {
            Err("its stream has no end that one could tell".to_owned())
        }
        (Some(_), ..) => Err("`until` is for streams whose events say their types".to_owned()),
        (None, ..) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::read;
    use super::*;
    use crate::codegen::model;

    fn api() -> Api {
        let text = json!({"type": "string"});
        let event = |tag: &str| json!({"type": "object", "properties": {"type": {"const": tag}}});
        let stream = json!({"200": {"content": {"text/event-stream": {"schema": {"oneOf": [event("a"), event("b")],
            "discriminator": {"propertyName": "type"}}}}}});
        model::read(&json!({"openapi": "3.1.0", "paths": {
            "/a/{id}": {"patch": {"operationId": "a.change", "responses": {"200": {}, "404": {}},
                "parameters": [{"name": "id", "in": "path", "schema": text, "example": "x"},
                    {"name": "q", "in": "query", "schema": text, "example": "y"}],
                "requestBody": {"content": {"application/json": {"schema": {}, "example": {"one": 1, "two": {"x": 2}}}}}}},
            "/b": {"get": {"operationId": "b.follow", "responses": stream,
                "parameters": [{"name": "Last-Event-ID", "in": "header", "schema": text}]}},
            "/c": {"get": {"operationId": "c.get", "responses": {"201": {"content": {"application/json": {"schema": text}}}}}},
        }}))
        .expect("a document")
    }

    fn applied(story: &Value) -> Result<(Vec<Step>, Api), String> {
        let mut api = api();
        let steps = read(&story.to_string()).expect("a story").apply(&mut api)?;
        Ok((steps, api))
    }

    #[test]
    fn what_is_not_said_is_as_in_the_examples() {
        let (steps, api) = applied(&json!({
            "c.get": {"remember": {"id": "", "more": "/x"}},
            "b.follow": {"until": "b", "parameters": {"Last-Event-ID": "{{more}}.1"}},
            "a.change": {"parameters": {"q": null}, "body": {"one": null, "two": {"y": "{{more}}"}}},
        }))
        .expect("they fit");
        let operation = api.operation("a.change").expect("there");
        let examples: Vec<_> = operation.parameters.iter().map(|parameter| parameter.example.clone()).collect();
        assert_eq!(examples, [Some(json!("{{id}}")), None]);
        assert_eq!(
            operation.body.as_ref().and_then(|body| body.example.clone()),
            Some(json!({"two": {"x": 2, "y": "{{more}}"}}))
        );
        assert_eq!(steps[0].success, [201]);
        assert_eq!(steps[1].last_event_id.as_deref(), Some("{{more}}.1"));
        assert!(steps[1].until.as_ref().is_some_and(|until| until.is_endless && until.tag == "type"));
        assert_eq!(steps[2].templates, ["{{id}}", "{{more}}"]);
        let filled =
            steps[2].filled("f('{{id}}', '{{more}}')", |text| format!("'{text}'"), |literal| format!("g({literal})"));
        assert_eq!(filled.as_deref(), Ok("f(g('{{id}}'), g('{{more}}'))"));
        assert!(steps[2].filled("f('{{id}}', 1)", |text| format!("'{text}'"), str::to_owned).is_err());
    }

    #[test]
    fn a_story_of_another_document_is_refused_with_all_its_faults() {
        let told = applied(&json!({
            "a.change": {"parameters": {"id": "{{id}}", "z": 1}, "expect": {"/a": 1}},
            "b.follow": {},
            "d.get": {},
        }))
        .expect_err("refused");
        let expected = [
            "c.get has no row in the story",
            "a.change: it has no parameter `z` that a client takes",
            "a.change: its answer has no JSON to look into",
            "a.change: no earlier row remembers `id`",
            "b.follow: `until` must say which event is the last: ",
            "d.get is no operation of the document",
        ];
        assert_eq!(told.lines().collect::<Vec<_>>(), expected);
    }
}
