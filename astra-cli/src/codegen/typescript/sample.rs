//! Calls as their users would write them.

use serde_json::{Map, Value, json};

use super::code::Code;
use super::declarations::Types;
use super::operations::{Method, methods};
use crate::codegen::model::{Answer, Body, Location, Operation, Parameter, Shape, Type};
use crate::codegen::naming;

/// How deep made-up values go.
const DEEPEST: usize = 4;

/// The calls of an operation, with the document's examples.
pub(super) fn text(types: &Types, operation: &Operation) -> String {
    let Some((_, names)) = types.names.operation(types.api, &operation.id) else { return String::new() };
    let calls: Vec<String> = methods(operation, names).iter().map(|method| one(types, method)).collect();
    calls.join("\n\n")
}

fn one(types: &Types, method: &Method) -> String {
    let operation = method.operation;
    let call = call(types, method);
    if method.events.is_some() {
        return looped("event", &call);
    }
    if let Some(page) = &operation.page {
        return looped(&variable(types, &page.item, "item"), &call);
    }
    let name = match &operation.answer {
        Answer::Nothing => return format!("await {};", call.written(0, "await ".len(), 1)),
        Answer::Text => "text".to_owned(),
        Answer::Bytes => "bytes".to_owned(),
        Answer::Json(ty) | Answer::Either { json: ty, .. } => variable(types, ty, "answer"),
        Answer::Events(_) => "events".to_owned(),
    };
    let head = format!("const {name} = await ");
    format!("{head}{};\nconsole.log({name});", call.written(0, head.chars().count(), 1))
}

fn looped(name: &str, call: &Code) -> String {
    let head = format!("for await (const {name} of ");
    format!("{head}{}) {{\n  console.log({name});\n}}", call.written(0, head.chars().count(), 3))
}

/// What to call a value of a type.
fn variable(types: &Types, ty: &Type, otherwise: &str) -> String {
    let Type::Named(name) = ty else { return otherwise.to_owned() };
    let name = naming::camel(types.names.ty(name).unwrap_or(otherwise));
    let is_taken = ["client", "default", "function", "new", "delete", "import", "export", "package", "class", "enum"];
    if is_taken.contains(&name.as_str()) { otherwise.to_owned() } else { name }
}

/// The call, as far as it must be given.
pub(super) fn call(types: &Types, method: &Method) -> Code {
    with_options(types, method, &[])
}

/// The call, with more options than it must be given.
pub(super) fn with_options(types: &Types, method: &Method, more: &[(&str, &str)]) -> Code {
    called(types, method, more, Extent::Shown)
}

/// The call, with all that has an example, and with more options.
pub(super) fn whole(types: &Types, method: &Method, more: &[(&str, &str)]) -> Code {
    called(types, method, more, Extent::Whole)
}

/// How much of what is optional a call has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Nothing, but for a body before other options.
    Shown,
    /// All that has an example.
    Whole,
}

fn called(types: &Types, method: &Method, more: &[(&str, &str)], extent: Extent) -> Code {
    let Method { operation, names, .. } = method;
    let group = types.names.operation(types.api, &operation.id).map_or("", |(group, _)| group.property.as_str());
    let mut arguments = Vec::new();
    let mut options = Vec::new();
    for (parameter, name) in operation.parameters.iter().zip(&names.parameters) {
        let value = || Code::value(&parameter_example(types, parameter));
        match parameter.location {
            Location::Path => arguments.push(value()),
            _ if parameter.is_required || (extent == Extent::Whole && parameter.example.is_some()) => {
                options.push((name.clone(), value()));
            }
            Location::Query | Location::Header => {}
        }
    }
    options.extend(more.iter().map(|(name, value)| ((*name).to_owned(), Code::text(*value))));
    match &operation.body {
        Some(body) if extent == Extent::Whole && !body.is_required && body.example.is_none() => {
            arguments.extend((!options.is_empty()).then(|| Code::text("undefined")));
        }
        Some(body) if extent == Extent::Whole || body.is_required || !options.is_empty() => {
            arguments.push(body_example(types, body));
        }
        _ => {}
    }
    if !options.is_empty() {
        arguments.push(Code::Object(options));
    }
    Code::Call(format!("client.{group}.{}", method.name()), arguments)
}

fn parameter_example(types: &Types, parameter: &Parameter) -> Value {
    parameter.example.clone().unwrap_or_else(|| example(types, &parameter.ty, &parameter.name, 0))
}

fn body_example(types: &Types, body: &Body) -> Code {
    let is_object = body.media_type.contains("json") || body.media_type.ends_with("form-urlencoded");
    match &body.example {
        Some(Value::String(text)) if !is_object => Code::value(&json!(text)),
        _ if !is_object => Code::text(match body.media_type.as_str() {
            kind if kind.starts_with("multipart/") => "new FormData()",
            kind if kind.starts_with("text/") => "\"text\"",
            _ => "new Uint8Array()",
        }),
        Some(value) => Code::value(value),
        None => Code::value(&example(types, &body.ty, "body", 0)),
    }
}

/// Most values in an example; deeper and wider ones are cut short.
const VALUES_MAX: usize = 500;

/// A value of a type, of which the document has no example.
fn example(types: &Types, ty: &Type, name: &str, depth: usize) -> Value {
    made(types, ty, name, depth, &mut { VALUES_MAX })
}

fn made(types: &Types, ty: &Type, name: &str, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    match ty {
        Type::Any => json!({}),
        Type::String => json!(name),
        Type::DateTime => json!("2026-11-23T21:07:00Z"),
        Type::Integer | Type::Number => json!(1),
        Type::Boolean => json!(true),
        Type::Constant(value) => value.clone(),
        Type::List(_) | Type::Map(_) | Type::Named(_) if depth >= DEEPEST || *left == 0 => Value::Null,
        Type::List(item) => json!([made(types, item, name, depth + 1, left)]),
        Type::Map(value) => json!({ name: made(types, value, name, depth + 1, left) }),
        Type::Nullable(inner) => made(types, inner, name, depth, left),
        Type::Named(other) => {
            types.api.named(other).map_or(Value::Null, |named| match (&named.example, &named.shape) {
                (Some(given), _) => given.clone(),
                (None, Shape::Alias(ty)) => made(types, ty, name, depth + 1, left),
                (None, Shape::Enum(values)) => json!(values.first().map_or(name, String::as_str)),
                (None, Shape::Union { tag, variants }) => variants.first().map_or(Value::Null, |variant| {
                    let mut value = made(types, &variant.ty, name, depth + 1, left);
                    if let (Some(tag), Some(own), Value::Object(fields)) = (tag, &variant.value, &mut value) {
                        fields.insert(tag.clone(), json!(own));
                    }
                    value
                }),
                (None, Shape::Object { fields, .. }) => {
                    let required = fields.iter().filter(|field| field.is_required);
                    let fields: Map<String, Value> = required
                        .map(|field| {
                            let given = field.example.clone().or_else(|| field.default.clone());
                            let value = given.unwrap_or_else(|| made(types, &field.ty, &field.name, depth + 1, left));
                            (field.name.clone(), value)
                        })
                        .collect();
                    Value::Object(fields)
                }
            })
        }
    }
}
