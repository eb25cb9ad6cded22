//! Visits every object of an OpenAPI document as what it is: a field that is called `example` is not an example, and
//! what stands in an example is no schema.

use serde_json::{Map, Value};

/// What an object of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The whole.
    Document,
    /// What others refer to.
    Components,
    /// The operations of a path.
    PathItem,
    /// Path items by expression.
    Callback,
    /// An operation.
    Operation,
    /// A parameter or a header.
    Parameter,
    /// A request's body.
    Body,
    /// An answer.
    Answer,
    /// A body or an answer in one media type.
    Media,
    /// How a part of a form is written.
    Encoding,
    /// A schema.
    Schema,
}

/// How children hang on a key.
#[derive(Clone, Copy)]
enum Form {
    One,
    List,
    Map,
}

use Form::{List, Map as Named, One};

type Children = &'static [(&'static str, Form, Kind)];

/// The keys of each kind under which there are others.
const fn children(kind: Kind) -> Children {
    match kind {
        Kind::Document => &[
            ("paths", Named, Kind::PathItem),
            ("webhooks", Named, Kind::PathItem),
            ("components", One, Kind::Components),
        ],
        Kind::Components => &[
            ("schemas", Named, Kind::Schema),
            ("parameters", Named, Kind::Parameter),
            ("headers", Named, Kind::Parameter),
            ("requestBodies", Named, Kind::Body),
            ("responses", Named, Kind::Answer),
            ("mediaTypes", Named, Kind::Media),
            ("pathItems", Named, Kind::PathItem),
            ("callbacks", Named, Kind::Callback),
        ],
        Kind::PathItem => PATH_ITEM,
        Kind::Callback => &[],
        Kind::Operation => &[
            ("parameters", List, Kind::Parameter),
            ("requestBody", One, Kind::Body),
            ("responses", Named, Kind::Answer),
            ("callbacks", Named, Kind::Callback),
        ],
        Kind::Parameter => &[("schema", One, Kind::Schema), ("content", Named, Kind::Media)],
        Kind::Body => &[("content", Named, Kind::Media)],
        Kind::Answer => &[("headers", Named, Kind::Parameter), ("content", Named, Kind::Media)],
        Kind::Media => {
            &[("schema", One, Kind::Schema), ("itemSchema", One, Kind::Schema), ("encoding", Named, Kind::Encoding)]
        }
        Kind::Encoding => &[("headers", Named, Kind::Parameter)],
        Kind::Schema => SCHEMA,
    }
}

const PATH_ITEM: Children = &[
    ("parameters", List, Kind::Parameter),
    ("get", One, Kind::Operation),
    ("put", One, Kind::Operation),
    ("post", One, Kind::Operation),
    ("delete", One, Kind::Operation),
    ("options", One, Kind::Operation),
    ("head", One, Kind::Operation),
    ("patch", One, Kind::Operation),
    ("trace", One, Kind::Operation),
    ("query", One, Kind::Operation),
];

const SCHEMA: Children = &[
    ("properties", Named, Kind::Schema),
    ("patternProperties", Named, Kind::Schema),
    ("dependentSchemas", Named, Kind::Schema),
    ("$defs", Named, Kind::Schema),
    ("items", One, Kind::Schema),
    ("additionalProperties", One, Kind::Schema),
    ("unevaluatedItems", One, Kind::Schema),
    ("unevaluatedProperties", One, Kind::Schema),
    ("propertyNames", One, Kind::Schema),
    ("contains", One, Kind::Schema),
    ("contentSchema", One, Kind::Schema),
    ("not", One, Kind::Schema),
    ("if", One, Kind::Schema),
    ("then", One, Kind::Schema),
    ("else", One, Kind::Schema),
    ("allOf", List, Kind::Schema),
    ("anyOf", List, Kind::Schema),
    ("oneOf", List, Kind::Schema),
    ("prefixItems", List, Kind::Schema),
];

/// Calls `visit` for the whole document and every object in it, the inner ones first. Schemas may be booleans: those are
/// visited with their surroundings alone.
pub(crate) fn walk(document: &mut Value, visit: &mut impl FnMut(Kind, &mut Map<String, Value>)) {
    enter(document, Kind::Document, visit);
}

fn enter(value: &mut Value, kind: Kind, visit: &mut impl FnMut(Kind, &mut Map<String, Value>)) {
    let Some(object) = value.as_object_mut() else { return };
    if kind == Kind::Callback {
        object.values_mut().for_each(|item| enter(item, Kind::PathItem, visit));
    }
    for (key, form, kind) in children(kind) {
        let Some(child) = object.get_mut(*key) else { continue };
        match form {
            One => enter(child, *kind, visit),
            List => child.as_array_mut().into_iter().flatten().for_each(|one| enter(one, *kind, visit)),
            Named => child.as_object_mut().into_iter().flatten().for_each(|(_, one)| enter(one, *kind, visit)),
        }
    }
    visit(kind, object);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn knows_a_schema_from_a_field_of_the_same_name_and_from_an_example() {
        let mut document = json!({"components": {"schemas": {"A": {
            "example": {"type": "no schema"},
            "properties": {"example": {"type": "string"}, "properties": {"type": "integer"}, "free": true},
        }}}});
        let mut found = Vec::new();
        walk(&mut document, &mut |kind, object| {
            if kind == Kind::Schema {
                found.push(object.get("type").cloned().unwrap_or_default());
            }
        });
        assert_eq!(found, [json!("string"), json!("integer"), json!(null)]);
    }

    #[test]
    fn reaches_every_kind() {
        let leaf = json!({"content": {"a/b": {"schema": {"x": 1}, "encoding": {"f": {"headers": {"h": {"schema": {"x": 1}}}}}}}});
        let operation = json!({
            "parameters": [{"schema": {"x": 1}}],
            "requestBody": leaf,
            "responses": {"200": {"headers": {"h": {"schema": {"x": 1}}}, "content": {"a/b": {"itemSchema": {"x": 1}}}}},
        });
        let mut document = json!({
            "paths": {"/a": {"get": operation, "post": {"callbacks": {"c": {"{$url}": {"post": operation}}}}}},
            "webhooks": {"w": {"post": operation}},
        });
        let mut schemas = 0;
        walk(&mut document, &mut |kind, _| schemas += usize::from(kind == Kind::Schema));
        assert_eq!(schemas, 3 * 5);
    }
}
