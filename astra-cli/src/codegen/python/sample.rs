//! Calls as their users would write them, with the document's example values.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::layout::{Code, INDENT};
use super::names::{Names, Scope};
use super::operations::{Method, methods};
use super::signature::{Sent, Signature};
use super::text;
use crate::codegen::model::{Answer, Api, Field, Group, Operation, Parameter, Shape, Type};
use crate::codegen::naming;
use crate::codegen::source::{Source, sentence};

/// How deep examples are made up where the document has none.
const MOST_DEPTH: usize = 4;

/// The lines of a call.
pub(super) fn sample(api: &Api, names: &Names, operation: &Operation) -> String {
    let mut source = Source::new(INDENT);
    let Some(group) = api.groups.iter().find(|group| group.operations.iter().any(|other| other.id == operation.id))
    else {
        return String::new();
    };
    let calls = methods(group);
    for (place, method) in calls.iter().filter(|method| method.operation.id == operation.id).enumerate() {
        if place > 0 {
            source.gap();
        }
        Statement { api, method, depth: 0, is_async: false }.write(&mut source, &call(api, names, method));
    }
    source.finish().trim_end().to_owned()
}

/// How much of what is optional a call has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Only the fields of the body that its example has.
    Shown,
    /// All that has an example.
    Whole,
}

/// `client.agents.get("support")`
pub(super) fn call(api: &Api, names: &Names, method: &Method<'_>) -> Code {
    call_of(api, names, method, Extent::Shown)
}

/// The call, up to `extent`.
pub(super) fn call_of(api: &Api, names: &Names, method: &Method<'_>, extent: Extent) -> Code {
    let is_in = |group: &&Group| group.operations.iter().any(|other| other.id == method.operation.id);
    let group = api.groups.iter().find(is_in).map_or("", |group| names.of_group(&group.name));
    Code::call(&format!("client.{group}.{}", method.name), arguments(api, names, method, extent))
}

/// The statement that a call stands in.
pub(super) struct Statement<'a> {
    pub(super) api: &'a Api,
    pub(super) method: &'a Method<'a>,
    /// How deep it will stand.
    pub(super) depth: usize,
    pub(super) is_async: bool,
}

impl Statement<'_> {
    /// Writes it. Returns the name of what came, if it has one.
    pub(super) fn write(&self, source: &mut Source, call: &Code) -> Option<String> {
        let Self { api, method, depth, .. } = *self;
        let (each, wait) = if self.is_async { ("async ", "await ") } else { ("", "") };
        if method.is_stream() {
            call.write(source, depth, &format!("{each}with "), " as events:");
            source.deeper(|inner| {
                inner.line(format!("{each}for event in events:"));
                inner.line("    print(event)");
            });
            return None;
        }
        if let Some(page) = &method.operation.page {
            let item = variable(&page.item);
            let shown = shown(api, &page.item).map_or_else(|| item.clone(), |field| format!("{item}.{field}"));
            call.write(source, depth, &format!("{each}for {item} in "), ":");
            source.deeper(|inner| {
                inner.line(format!("print({shown})"));
            });
            return None;
        }
        let name = match &method.operation.answer {
            Answer::Json(ty) | Answer::Either { json: ty, .. } => Some(variable(ty)),
            Answer::Text => Some("text".to_owned()),
            Answer::Bytes => Some("content".to_owned()),
            Answer::Nothing | Answer::Events(_) => None,
        };
        let before = name.as_ref().map(|name| format!("{name} = ")).unwrap_or_default();
        call.write(source, depth, &format!("{before}{wait}"), "");
        name
    }
}

/// `examples/calls.py`: a function for each call.
pub(super) fn examples(api: &Api, names: &Names, module: &str) -> String {
    let mut source = Source::new(INDENT);
    text::docstring(&mut source, 0, "Every call once, with the example values of the document.");
    source.gap().line("from __future__ import annotations").gap().line(format!("from {module} import Client"));
    let mut scope = Scope::with(["Client", "print"]);
    for group in &api.groups {
        for method in methods(group) {
            let function = scope.take(&format!("{}_{}", names.of_group(&group.name), method.name));
            source.gap().gap().line(format!("def {function}(client: Client) -> None:"));
            source.deeper(|inner| {
                text::docstring(inner, 1, &sentence(&text::one_line(&method.operation.summary)));
                let statement = Statement { api, method: &method, depth: 1, is_async: false };
                if let Some(name) = statement.write(inner, &call(api, names, &method)) {
                    inner.line(format!("print({name})"));
                }
            });
        }
    }
    source.finish()
}

/// What the result of a call is called.
fn variable(ty: &Type) -> String {
    let name = match ty.without_null() {
        Type::Named(name) => naming::snake(name),
        Type::List(item) => match item.as_ref() {
            Type::Named(name) => format!("{}s", naming::snake(name)),
            _ => "items".to_owned(),
        },
        _ => "answer".to_owned(),
    };
    Scope::with(["client", "print", "event", "events", "str", "int", "float", "bool", "list", "dict", "object"])
        .take(&name)
}

/// The field that identifies a listed item.
fn shown(api: &Api, ty: &Type) -> Option<&'static str> {
    let Type::Named(name) = ty else { return None };
    let Shape::Object { fields, .. } = &api.named(name)?.shape else { return None };
    ["id", "name"].into_iter().find(|wanted| fields.iter().any(|field| field.name == *wanted))
}

fn arguments(api: &Api, names: &Names, method: &Method<'_>, extent: Extent) -> Vec<Code> {
    let operation = method.operation;
    let signature = Signature::of(api, names, operation, method.switch.map(|(field, _)| field));
    let of = |parameter: &Parameter| match &parameter.example {
        Some(example) => example.clone(),
        None => made_up(api, &parameter.ty, MOST_DEPTH),
    };
    let mut arguments: Vec<Code> = signature.path.iter().map(|(_, parameter)| text::value(&of(parameter))).collect();
    let is_given =
        |parameter: &Parameter| parameter.is_required || (extent == Extent::Whole && parameter.example.is_some());
    for (name, parameter) in signature.others.iter().filter(|(_, parameter)| is_given(parameter)) {
        arguments.push(Code::named(name, text::value(&of(parameter))));
    }
    match &signature.body {
        Sent::Fields(body, _) | Sent::Json(body) | Sent::Form(body)
            if extent == Extent::Whole && !body.is_required && body.example.is_none() => {}
        Sent::Fields(body, fields) => {
            let example = body.example.clone().unwrap_or_else(|| made_up(api, &body.ty, MOST_DEPTH));
            let known: BTreeSet<&str> = fields.iter().map(|(_, field)| field.name.as_str()).collect();
            for (key, value) in
                example.as_object().into_iter().flatten().filter(|(key, _)| known.contains(key.as_str()))
            {
                if let Some((name, _)) = fields.iter().find(|(_, field)| field.name == *key) {
                    arguments.push(Code::named(name, text::value(value)));
                }
            }
        }
        Sent::Json(body) | Sent::Form(body) => {
            let example = body.example.clone().unwrap_or_else(|| made_up(api, &body.ty, MOST_DEPTH));
            arguments.push(Code::named("body", text::value(&example)));
        }
        Sent::Text(_) => arguments.push(Code::plain("body=\"...\"")),
        Sent::Bytes(_) => arguments.push(Code::plain("body=b\"...\"")),
        Sent::Nothing => {}
    }
    arguments
}

/// Most values in an example; deeper and wider ones are cut short.
const VALUES_MAX: usize = 500;

/// A value of a type, from the examples inside of it.
fn made_up(api: &Api, ty: &Type, depth: usize) -> Value {
    made(api, ty, depth, &mut { VALUES_MAX })
}

fn made(api: &Api, ty: &Type, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    // As at the end of the depth: what is left out is empty.
    let depth = if *left == 0 { 0 } else { depth };
    match ty {
        Type::Any => Value::Object(Map::new()),
        Type::String => Value::from("text"),
        Type::DateTime => Value::from("2026-01-01T00:00:00Z"),
        Type::Integer => Value::from(1),
        Type::Number => Value::from(0.5),
        Type::Boolean => Value::from(true),
        Type::Constant(value) => value.clone(),
        Type::List(item) if depth > 0 => Value::Array(vec![made(api, item, depth - 1, left)]),
        Type::List(_) => Value::Array(Vec::new()),
        Type::Map(_) => Value::Object(Map::new()),
        Type::Nullable(inner) => made(api, inner, depth, left),
        Type::Named(name) => made_named(api, name, depth, left),
    }
}

fn made_named(api: &Api, name: &str, depth: usize, left: &mut usize) -> Value {
    let Some(named) = api.named(name) else { return Value::Object(Map::new()) };
    if let Some(example) = &named.example {
        return example.clone();
    }
    let mut of = |field: &Field| match &field.example {
        Some(example) => example.clone(),
        None => made(api, &field.ty, depth.saturating_sub(1), left),
    };
    match &named.shape {
        Shape::Enum(values) => values.first().map_or_else(|| Value::from("text"), |value| Value::from(value.clone())),
        _ if depth == 0 => Value::Object(Map::new()),
        Shape::Object { fields, .. } => {
            let required = fields.iter().filter(|field| field.is_required);
            Value::Object(required.map(|field| (field.name.clone(), of(field))).collect())
        }
        Shape::Union { variants, .. } => {
            variants.first().map_or(Value::Null, |variant| made(api, &variant.ty, depth - 1, left))
        }
        Shape::Alias(ty) => made(api, ty, depth - 1, left),
    }
}
