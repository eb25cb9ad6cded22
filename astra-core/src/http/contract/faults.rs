//! What a validator found, in the words of a problem: a pointer to the very field, and no repetition of what was sent.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::error::FieldError;

/// A hostile body may break a rule a thousand times; a few show what is wrong.
pub(super) const FAULTS_MAX: usize = 20;

/// The first of `errors`; pointers begin with `prefix`.
pub(super) fn describe<'a>(errors: impl Iterator<Item = ValidationError<'a>>, prefix: &str) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for error in errors {
        add(&error, prefix, &mut faults);
        if faults.len() >= FAULTS_MAX {
            break;
        }
    }
    faults.truncate(FAULTS_MAX);
    faults
}

fn add(error: &ValidationError<'_>, prefix: &str, faults: &mut Vec<FieldError>) {
    let pointer = format!("{prefix}{}", error.instance_path());
    let mut push = |field: &str, detail: String| {
        let pointer = if field.is_empty() { pointer.clone() } else { format!("{pointer}/{}", escape(field)) };
        faults.push(FieldError { pointer, detail });
    };
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            unexpected.iter().take(FAULTS_MAX).for_each(|field| push(field, "is not a known field".to_owned()));
        }
        Kind::Required { property } => push(property.as_str().unwrap_or_default(), "is required".to_owned()),
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => match meant(error, context) {
            Some(branch) => branch.iter().take(FAULTS_MAX).for_each(|inner| add(inner, prefix, faults)),
            None => push("", "matches none of the allowed forms".to_owned()),
        },
        Kind::Enum { options } => push("", format!("is not one of {}", listed(options))),
        _ => push("", sentence(error)),
    }
}

/// All that is allowed, so that the rest need not be guessed.
fn listed(options: &Value) -> String {
    let options = options.as_array().into_iter().flatten().map(Value::to_string);
    options.collect::<Vec<_>>().join(", ")
}

/// The branch that the sender meant: the only one whose type and tag fit.
fn meant<'a>(
    union: &ValidationError<'_>,
    context: &'a [Vec<ValidationError<'static>>],
) -> Option<&'a [ValidationError<'static>]> {
    let is_other = |error: &ValidationError<'_>| match error.kind() {
        Kind::Constant { .. } | Kind::Enum { .. } => true,
        Kind::Type { .. } => error.instance_path() == union.instance_path(),
        _ => false,
    };
    let mut fitting = context.iter().filter(|branch| !branch.iter().any(is_other));
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

/// The validator's words. Texts, lists and objects are not repeated: they may be long, or secret.
fn sentence(error: &ValidationError<'_>) -> String {
    match error.instance().as_ref() {
        Value::Null | Value::Bool(_) | Value::Number(_) => error.to_string(),
        Value::String(_) => error.masked_with("the text").to_string(),
        Value::Array(_) => error.masked_with("the list").to_string(),
        Value::Object(_) => error.masked_with("the object").to_string(),
    }
}

/// A field's name as a part of a JSON Pointer (RFC 6901).
pub(super) fn escape(field: &str) -> String {
    field.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(schema: &Value, value: &Value) -> Vec<(String, String)> {
        let validator = jsonschema::validator_for(schema).expect("a good schema");
        let faults = describe(validator.iter_errors(value), "");
        faults.into_iter().map(|fault| (fault.pointer, fault.detail)).collect()
    }

    #[test]
    fn unknown_and_missing_fields_are_pointed_at() {
        let schema =
            json!({"properties": {"a": {"properties": {"b": true}, "required": ["b"], "additionalProperties": false}}});
        let found = faults(&schema, &json!({"a": {"x/y": 1}}));
        assert!(found.contains(&("/a/x~1y".into(), "is not a known field".into())), "{found:?}");
        assert!(found.contains(&("/a/b".into(), "is required".into())), "{found:?}");
    }

    #[test]
    fn in_a_union_the_branch_of_the_tag_is_judged() {
        let branch =
            |tag: &str| json!({"properties": {"type": {"const": tag}, tag: {"type": "string", "maxLength": 1}}});
        let schema = json!({"oneOf": [branch("text"), branch("url")]});
        let found = faults(&schema, &json!({"type": "url", "url": "long and secret"}));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "/url");
        assert!(!found[0].1.contains("secret"), "{found:?}");
        assert_eq!(faults(&schema, &json!({"type": "other"}))[0].1, "matches none of the allowed forms");
    }

    #[test]
    fn in_a_nullable_field_the_other_form_is_judged() {
        let nullable = json!({"oneOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]});
        let schema = json!({"properties": {"x": nullable}});
        assert_eq!(faults(&schema, &json!({"x": {}})), [("/x/a".to_owned(), "is required".to_owned())]);
    }

    #[test]
    fn there_is_an_end_to_it() {
        let schema = json!({"items": {"type": "string"}});
        assert_eq!(faults(&schema, &json!(vec![1; 1000])).len(), FAULTS_MAX);
    }
}
