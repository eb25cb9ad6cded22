//! A refused value, made small before what is wrong with it is described: a validator makes more of a fault than its
//! sender did, so that describing a thousand of them costs a thousand times the body.

use std::collections::HashMap;

use serde_json::Value;

use super::faults::FAULTS_MAX;
use super::tree;
use crate::error::FieldError;

/// Longer lists are cut to so many items, among which there is a fault.
const ITEMS_MAX: usize = 32;
/// So many lists and objects are looked into.
const PLACES_MAX: usize = 4_096;
/// Choices within choices.
const CHOICES_MAX: u32 = 16;

/// The lists and maps in `value` that are longer than `schema`, whose references are into `document`, allows: what is in
/// them need not be looked at.
pub(super) fn excess(document: &Value, schema: &Value, value: &Value) -> Vec<FieldError> {
    let mut faults = Vec::new();
    too_long(document, &[schema], value, &mut String::new(), &mut faults);
    faults
}

fn too_long(document: &Value, schemas: &[&Value], value: &Value, pointer: &mut String, faults: &mut Vec<FieldError>) {
    if faults.len() >= FAULTS_MAX {
        return;
    }
    let (length, bound, name) = match value {
        Value::Array(items) => (items.len(), "maxItems", "items"),
        Value::Object(fields) => (fields.len(), "maxProperties", "fields"),
        _ => return,
    };
    let mut fitting = Vec::new();
    schemas.iter().for_each(|schema| fit(document, schema, value, CHOICES_MAX, &mut fitting));
    // Of several forms, the widest.
    let bounds = fitting.iter().map(|schema| schema.get(bound).and_then(Value::as_u64).unwrap_or(u64::MAX));
    let Some(most) = bounds.max() else { return };
    if length as u64 > most {
        let pointer = pointer.clone();
        return faults
            .push(FieldError { pointer, detail: format!("has {length} {name}, of which {most} are allowed") });
    }
    let mut enter = |part: &str, inner: &[&Value], value: &Value| {
        let before = pointer.len();
        pointer.push('/');
        pointer.push_str(part);
        too_long(document, inner, value, pointer, faults);
        pointer.truncate(before);
    };
    match value {
        Value::Array(items) => {
            let inner: Vec<&Value> = fitting.iter().filter_map(|schema| schema.get("items")).collect();
            if !inner.is_empty() {
                let items = items.iter().enumerate().filter(|(_, item)| is_container(item));
                items.for_each(|(index, item)| enter(&index.to_string(), &inner, item));
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(_, field)| is_container(field)) {
                let inner: Vec<&Value> = fitting.iter().filter_map(|schema| of_field(schema, name)).collect();
                enter(&super::faults::escape(name), &inner, field);
            }
        }
        _ => {}
    }
}

fn of_field<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    let known = schema.get("properties").and_then(|known| known.get(name));
    known.or_else(|| schema.get("additionalProperties"))
}

const fn is_container(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

/// The forms of `schema` that a list or an object like `value` may have.
fn fit<'a>(document: &'a Value, schema: &'a Value, value: &Value, choices: u32, fitting: &mut Vec<&'a Value>) {
    let Ok(schema) = tree::follow(document, schema) else { return };
    let kind = if value.is_array() { "array" } else { "object" };
    let is_kind = match schema.get("type") {
        Some(Value::String(known)) => known == kind,
        Some(Value::Array(known)) => known.iter().any(|known| known == kind),
        _ => true,
    };
    if !is_kind || choices == 0 {
        return;
    }
    let parts = ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema.get(*key)?.as_array());
    let mut parts = parts.flatten().peekable();
    if parts.peek().is_none() {
        return fitting.push(schema);
    }
    parts.for_each(|part| fit(document, part, value, choices - 1, fitting));
}

/// A value whose long lists are cut.
pub(super) struct Narrowed {
    /// What is left of it.
    pub value: Value,
    /// How many items were taken from the beginning of the lists at these pointers.
    taken: HashMap<String, usize>,
}

impl Narrowed {
    /// A copy of `value`, which is not valid, that is not valid either.
    pub(super) fn of(value: &Value, is_valid: impl Fn(&Value) -> bool) -> Self {
        let mut narrowed = Self { value: value.clone(), taken: HashMap::new() };
        let (mut open, mut places) = (vec![String::new()], 0);
        while let Some(pointer) = open.pop() {
            places += 1;
            if places > PLACES_MAX {
                break;
            }
            narrowed.cut(&pointer, &is_valid);
            let Some(value) = narrowed.value.pointer(&pointer) else { continue };
            match value {
                Value::Array(items) => {
                    let items = items.iter().enumerate().filter(|(_, item)| is_container(item));
                    open.extend(items.map(|(index, _)| format!("{pointer}/{index}")));
                }
                Value::Object(fields) => {
                    let fields = fields.iter().filter(|(_, field)| is_container(field)).take(PLACES_MAX);
                    open.extend(fields.map(|(name, _)| format!("{pointer}/{}", super::faults::escape(name))));
                }
                _ => {}
            }
        }
        narrowed
    }

    /// Halves the list at `pointer` as long as it is long and one half alone is not valid.
    fn cut(&mut self, pointer: &str, is_valid: impl Fn(&Value) -> bool) {
        let mut taken = 0;
        while let Some(list) = self.list(pointer).filter(|list| list.len() > ITEMS_MAX) {
            let second = list.split_off(list.len() / 2);
            if !is_valid(&self.value) {
                continue;
            }
            let Some(list) = self.list(pointer) else { return };
            let first = std::mem::replace(list, second);
            if is_valid(&self.value) {
                // The fault is in neither half: it is the whole that is wrong.
                let Some(list) = self.list(pointer) else { return };
                let second = std::mem::replace(list, first);
                list.extend(second);
                break;
            }
            taken += first.len();
        }
        if taken > 0 {
            self.taken.insert(pointer.to_owned(), taken);
        }
    }

    fn list(&mut self, pointer: &str) -> Option<&mut Vec<Value>> {
        self.value.pointer_mut(pointer)?.as_array_mut()
    }

    /// Where `pointer`, into what is left, points in the value as it was sent.
    pub(super) fn original(&self, pointer: &str) -> String {
        let (mut here, mut there) = (String::new(), String::new());
        for part in pointer.split('/').skip(1) {
            let taken = self.taken.get(&here).copied().unwrap_or(0);
            here = format!("{here}/{part}");
            match part.parse::<usize>() {
                Ok(index) if taken > 0 => there = format!("{there}/{}", index + taken),
                _ => there = format!("{there}/{part}"),
            }
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_is_found_in_long_lists_within_long_lists() {
        let schema = json!({"items": {"properties": {"list": {"items": {"type": "integer"}}}}});
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut value = json!(vec![json!({"list": vec![1; 300]}); 500]);
        value[321]["list"][222] = "x".into();
        let narrowed = Narrowed::of(&value, |value| validator.is_valid(value));
        assert!(narrowed.value.to_string().len() < 30_000);
        let fault = validator.iter_errors(&narrowed.value).next().unwrap();
        assert_eq!(narrowed.original(fault.instance_path().as_str()), "/321/list/222");
        assert_eq!(narrowed.original(""), "");
    }

    #[test]
    fn what_is_wrong_as_a_whole_is_left_whole() {
        let schema = json!({"properties": {"a": {"minItems": 200}}});
        let validator = jsonschema::validator_for(&schema).unwrap();
        let value = json!({"a": vec![1; 100]});
        let narrowed = Narrowed::of(&value, |value| validator.is_valid(value));
        assert!(!validator.is_valid(&narrowed.value));
    }

    #[test]
    fn the_widest_form_decides_how_long_a_list_may_be() {
        let document = json!({"components": {"schemas": {"Few": {"type": "array", "maxItems": 2, "items": {"maxProperties": 1}}}}});
        let schema =
            json!({"properties": {"x": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Few"}]}}});
        let pointers = |value: &Value| -> Vec<String> {
            excess(&document, &schema, value).into_iter().map(|fault| fault.pointer).collect()
        };
        assert_eq!(pointers(&json!({"x": [1, 2, 3]})), ["/x"]);
        assert_eq!(pointers(&json!({"x": [1, {"a": 1, "b": 2}]})), ["/x/1"]);
        assert!(pointers(&json!({"x": [1, 2], "y": [1, 2, 3]})).is_empty());
    }
}
