//! Reads a document as a whole.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shape::{Types, text};
use super::{Api, Group, Operation, SignIn, Type, fit, operation, pages};
use crate::document::operations::operations;
use crate::document::place::Place;

/// Methods that no client calls.
const NOT_CALLED: [&str; 2] = ["trace", "query"];

/// Boils a document down.
///
/// # Errors
/// What is wrong with it, as a sentence without a full stop: it is no OpenAPI 3 document, or two things in it have one
/// name.
pub(crate) fn read(document: &Value) -> Result<Api, String> {
    let document = &Place::root(document);
    let version = document.text("openapi").unwrap_or_default();
    if !version.starts_with("3.") {
        return Err("it is no OpenAPI 3 document: it has no `openapi: 3.x`".to_owned());
    }
    let mut types = Types::read(document)?;
    let groups = groups(document, &mut types)?;
    let info = |key: &str| document.raw("info").map(|info| text(&info, key)).unwrap_or_default();
    let mut api = Api {
        title: info("title"),
        version: info("version"),
        description: info("description"),
        sign_in: None,
        groups,
        types: Vec::new(),
    };
    api.sign_in = api.operation("auth.token").map(|operation| SignIn { token_path: operation.path.clone() });
    let plain: BTreeSet<String> = types
        .named
        .iter()
        .filter(|named| pages::is_plain(&types, &named.name))
        .map(|named| named.name.clone())
        .collect();
    api.types = types.named;
    mark_use(&mut api);
    let elsewhere = beside_lists(&api);
    api.types.retain(|named| !plain.contains(&named.name) || elsewhere.contains(&named.name));
    Ok(api)
}

/// The names of the types that something else mentions than the answer of a list.
fn beside_lists(api: &Api) -> BTreeSet<String> {
    let mut mentioned: Vec<&Type> = api.types.iter().flat_map(|named| named.shape.mentioned()).collect();
    for operation in api.operations() {
        mentioned.extend(operation.parameters.iter().map(|parameter| &parameter.ty));
        mentioned.extend(operation.body.iter().map(|body| &body.ty));
        mentioned.extend(operation.answer.types().into_iter().filter(|_| operation.page.is_none()));
    }
    let named = |ty: &Type| if let Type::Named(name) = ty { Some(name.clone()) } else { None };
    mentioned.into_iter().flat_map(Type::parts).filter_map(named).collect()
}

fn groups<'d>(document: &Place<'d>, types: &mut Types<'d>) -> Result<Vec<Group>, String> {
    let mut groups: Vec<Group> = Vec::new();
    for tag in document.elements("tags") {
        let name = tag.text("name").unwrap_or_default().to_owned();
        fit::check_name("tag", &name)?;
        groups.push(Group { name, description: text(&tag, "description"), operations: Vec::new() });
    }
    for described in operations(document).iter().filter(|operation| !NOT_CALLED.contains(&operation.method)) {
        fit::check_path(described.path)?;
        let operation = operation::read(types, described)?;
        add(&mut groups, described.tags().first().copied(), operation)?;
    }
    groups.retain(|group| !group.operations.is_empty());
    Ok(groups)
}

/// An operation belongs to the group before the dot of its id, else to its first tag.
fn add(groups: &mut Vec<Group>, tag: Option<&str>, operation: Operation) -> Result<(), String> {
    let name = operation.id.split_once('.').map(|(group, _)| group).or(tag).unwrap_or("default").to_owned();
    fit::check_name("tag", &name)?;
    if !groups.iter().any(|group| group.name == name) {
        groups.push(Group { name: name.clone(), description: String::new(), operations: Vec::new() });
    }
    let Some(group) = groups.iter_mut().find(|group| group.name == name) else { return Ok(()) };
    if group.operations.iter().any(|other| other.name == operation.name) {
        return Err(format!("two operations are called {}", operation.id));
    }
    group.operations.push(operation);
    Ok(())
}

/// Finds out which types are sent, and which received: refusals are, always.
fn mark_use(api: &mut Api) {
    let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
    let mut queue: Vec<(bool, Type)> = vec![(false, Type::Named("Problem".to_owned()))];
    for operation in api.operations() {
        queue.extend(operation.parameters.iter().map(|parameter| (true, parameter.ty.clone())));
        queue.extend(operation.body.iter().map(|body| (true, body.ty.clone())));
        let given = operation.answer.types();
        queue.extend(given.into_iter().map(|ty| (false, ty.clone())));
    }
    while let Some((is_sent, ty)) = queue.pop() {
        for part in ty.parts() {
            let Type::Named(name) = part else { continue };
            let seen = if is_sent { &mut sent } else { &mut received };
            if seen.insert(name.clone())
                && let Some(named) = api.named(name)
            {
                queue.extend(named.shape.mentioned().into_iter().map(|ty| (is_sent, ty.clone())));
            }
        }
    }
    for named in &mut api.types {
        named.is_sent = sent.contains(&named.name);
        named.is_received = received.contains(&named.name);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Location, Page, Resume, Shape};
    use super::*;

    fn api(schemas: Value, paths: Value) -> Api {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths,
            "components": {"schemas": schemas}});
        read(&document).expect("it can be read")
    }

    /// The type of the only field of an object with this schema.
    fn field_type(schema: Value) -> Type {
        let api = api(json!({"Thing": {"type": "object", "properties": {"field": schema}}}), json!({}));
        let Some(Shape::Object { fields, .. }) = api.named("Thing").map(|named| &named.shape) else {
            panic!("{api:?}")
        };
        fields[0].ty.clone()
    }

    #[test]
    fn schemas_become_types() {
        let named = |name: &str| Type::Named(name.to_owned());
        let nullable = |ty| Type::Nullable(Box::new(ty));
        for (schema, expected) in [
            (json!({"type": "string"}), Type::String),
            (json!({"type": "string", "format": "date-time"}), Type::DateTime),
            (json!({"type": ["integer", "null"]}), nullable(Type::Integer)),
            (json!({"type": "integer", "nullable": true}), nullable(Type::Integer)),
            (json!({"type": ["integer", "string"]}), Type::Any),
            (json!({}), Type::Any),
            (json!({"type": "object"}), Type::Map(Box::new(Type::Any))),
            (json!({"type": "object", "additionalProperties": {"type": "number"}}), Type::Map(Box::new(Type::Number))),
            (json!({"type": "array", "items": {"type": "boolean"}}), Type::List(Box::new(Type::Boolean))),
            (json!({"const": "x"}), Type::Constant(json!("x"))),
            (json!({"type": "string", "enum": ["x"]}), Type::Constant(json!("x"))),
            (json!({"$ref": "#/components/schemas/Thing"}), named("Thing")),
            (json!({"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]}), nullable(named("Thing"))),
            (
                json!({"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "object", "nullable": true, "enum": [null]}]}),
                nullable(named("Thing")),
            ),
            (json!({"allOf": [{"$ref": "#/components/schemas/Thing"}], "description": "D."}), named("Thing")),
            (json!({"type": "string", "enum": ["a", "b"]}), named("ThingField")),
            (json!({"type": "object", "properties": {"x": {"type": "string"}}}), named("ThingField")),
            (json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), named("ThingField")),
            (
                json!({"oneOf": [{"type": "string"}, {"type": "object"}, {"type": "array"}, {"type": "boolean"}]}),
                Type::Any,
            ),
        ] {
            assert_eq!(field_type(schema.clone()), expected, "{schema}");
        }
    }

    #[test]
    fn what_has_no_name_gets_one_that_is_free() {
        let inner = json!({"type": "string", "enum": ["a", "c"]});
        let schemas = json!({
            "Thing": {"type": "object", "properties": {"kind": inner, "other": {"type": "array", "items": inner}}},
            "ThingKind": {"type": "string", "enum": ["b"]},
        });
        let api = api(schemas, json!({}));
        let names: Vec<&str> = api.types.iter().map(|named| named.name.as_str()).collect();
        assert_eq!(names, ["ThingKind2", "ThingOtherItem", "Thing", "ThingKind"]);
    }

    #[test]
    fn a_union_knows_its_tag_and_its_cases() {
        let case = |tag: &str| json!({"type": "object", "properties": {"type": {"const": tag}}});
        let schemas = json!({
            "Event": {"oneOf": [{"$ref": "#/components/schemas/EventA"}, {"$ref": "#/components/schemas/EventB"}],
                "discriminator": {"propertyName": "type", "mapping": {
                    "first_one": "#/components/schemas/EventA", "b": "#/components/schemas/EventB"}}},
            "EventA": case("first_one"), "EventB": case("b"),
            "Said": {"oneOf": [{"$ref": "#/components/schemas/SaidText"}, {"type": "integer"}]},
            "SaidText": {"type": "string"},
        });
        let api = api(schemas, json!({}));
        let cases = |name: &str| match &api.named(name).expect("there").shape {
            Shape::Union { tag, variants } => {
                (tag.clone(), variants.iter().map(|variant| (variant.name.clone(), variant.value.clone())).collect())
            }
            other => panic!("{other:?}"),
        };
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        let tagged: (Option<String>, Vec<_>) = cases("Event");
        assert_eq!(tagged, (Some("type".into()), vec![pair("FirstOne", Some("first_one")), pair("B", Some("b"))]));
        assert_eq!(cases("Said"), (None, vec![pair("Text", None), pair("Integer", None)]));
    }

    #[test]
    fn operations_have_what_a_call_needs() {
        let text = json!({"type": "string"});
        let of = |name: &str, to: &str| json!({"name": name, "in": to, "schema": text});
        let page =
            json!({"type": "object", "properties": {"data": {"type": "array", "items": text}, "next_cursor": text}});
        let paths = json!({
            "/a/{x}/b/{y}": {"parameters": [of("y", "path")], "get": {"operationId": "a.list", "security": [{"k": []}],
                "parameters": [of("cursor", "query"), of("x", "path"), of("q", "query"), of("X-Request-ID", "header"), of("c", "cookie")],
                "responses": {"200": {"content": {"application/json": {"schema": page}}}, "304": {}}}},
            "/s": {"post": {"operationId": "a.say", "x-stream": {"resumed_by": "a.follow", "ends_with": ["done"]},
                "parameters": [of("Idempotency-Key", "header")],
                "responses": {"200": {"content": {"text/event-stream": {"schema": text}}}}}},
            "/s/{id}": {"get": {"operationId": "a.follow", "x-stream": {"resumed_by": "a.follow"},
                "responses": {"200": {"content": {"text/event-stream": {"schema": text}}}}}},
        });
        let api = api(json!({}), paths);
        let list = api.operation("a.list").expect("there");
        let parameters: Vec<_> =
            list.parameters.iter().map(|it| (it.name.as_str(), it.location, it.is_required)).collect();
        assert_eq!(
            parameters,
            [("x", Location::Path, true), ("y", Location::Path, true), ("q", Location::Query, false)]
        );
        assert!(list.needs_token && list.may_be_unchanged && !list.takes_idempotency_key);
        assert!(matches!(&list.page, Some(Page { item: Type::String, rich: None })));
        assert_eq!(api.types.len(), 0, "a plain page is no type of its own");

        let say = api.operation("a.say").expect("there");
        let events = say.events().expect("a stream");
        assert!(say.takes_idempotency_key && !say.needs_token && events.ends_with == ["done"]);
        let resume = |id: &str| {
            api.operation(id).and_then(|it| it.events()?.resume.clone()).map(|Resume { path, field }| (path, field))
        };
        assert_eq!(resume("a.say"), Some(("/s/{id}".to_owned(), Some("id".to_owned()))));
        assert_eq!(resume("a.follow"), Some(("/s/{id}".to_owned(), None)));
    }

    #[test]
    fn a_document_with_two_things_of_one_name_is_refused() {
        let paths = json!({"/a": {"get": {"operationId": "a.b"}, "put": {"operationId": "a.b"}}});
        let document = json!({"openapi": "3.1.0", "paths": paths});
        assert_eq!(read(&document).expect_err("refused"), "two operations are called a.b");
        let document = json!({"openapi": "3.1.0", "components": {"schemas": {"a_b": {}, "AB": {}}}});
        assert_eq!(read(&document).expect_err("refused"), "two schemas would both be called AB");
    }
}
