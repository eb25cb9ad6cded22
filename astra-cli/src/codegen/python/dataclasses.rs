//! `types.py`: what is received. Objects are dataclasses, enumerations and choices are aliases.

use serde_json::Value;

use super::annotated;
use super::annotations::{Annotations, Module, constant, optional};
use super::choices;
use super::layout::{Code, INDENT};
use super::modules;
use super::names::{Names, Scope, wanted};
use super::text::{self, docstring};
use crate::codegen::model::{Api, Field, Named, Shape, Type};
use crate::codegen::source::{Source, sentence};

/// A field of a dataclass.
struct Attribute<'a> {
    field: &'a Field,
    name: String,
    kind: Kind,
}

/// How a field is read and kept.
#[derive(Clone, PartialEq)]
enum Kind {
    /// Always there.
    Required,
    /// `None` if it is absent or null.
    Optional,
    /// The document says what its absence stands for.
    Defaulted(Value),
    /// Always of this value.
    Constant(Value),
}

/// The module.
pub(super) fn module(api: &Api, names: &Names) -> String {
    let mut annotations = Annotations::new(api, names, Module::Types);
    let is_wanted = |named: &&Named| named.is_received || (matches!(named.shape, Shape::Enum(_)) && named.is_sent);
    let mut body = Source::new(INDENT);
    for named in api.types.iter().filter(is_wanted) {
        if let Shape::Enum(values) = &named.shape {
            enumeration(&mut body, &mut annotations, named, values);
        }
    }
    for named in api.types.iter().filter(is_wanted) {
        if let Shape::Object { fields, .. } = &named.shape {
            dataclass(&mut body, &mut annotations, named, fields);
        }
    }
    choices::received(&mut body, &mut annotations);
    let purpose = "What is received. What this client does not know yet is kept, and is never an error.";
    modules::assembled(purpose, &annotations.imports, body)
}

fn enumeration(body: &mut Source, annotations: &mut Annotations<'_>, named: &Named, values: &[String]) {
    let alias = annotations.imports.from("typing", "TypeAlias");
    let class = annotations.class(&named.name);
    body.gap();
    if values.is_empty() {
        body.line(format!("{class}: {alias} = str"));
    } else {
        let literal = annotations.imports.from("typing", "Literal");
        let values: Vec<Code> = values.iter().map(|value| Code::plain(text::literal(value))).collect();
        let literal = Code::Group { open: format!("{literal}["), items: values, close: "]" };
        let line = format!("{class}: {alias} = {} | str", literal.flat());
        if super::layout::fits(&line, 0) {
            body.line(line);
        } else {
            body.block(&format!("{class}: {alias} = ("), ")", |inner| {
                let flat = format!("{} | str", literal.flat());
                if super::layout::fits(&flat, 1) {
                    inner.line(flat);
                } else {
                    literal.write(inner, 1, "", "");
                    inner.line("| str");
                }
            });
        }
    }
    docstring(body, 0, &named.description);
}

fn dataclass(body: &mut Source, annotations: &mut Annotations<'_>, named: &Named, fields: &[Field]) {
    let attributes = attributes(annotations.api, fields);
    annotations.imports.module("dataclasses");
    let class = annotations.class(&named.name);
    body.gap().gap();
    body.line("@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)");
    body.line(format!("class {class}:")).deeper(|body| {
        let fallback = format!("`{}` of the document.", named.name);
        let described = if named.description.is_empty() { &fallback } else { &named.description };
        docstring(body, 1, &sentence(described));
        for attribute in &attributes {
            declare(body.gap(), annotations, attribute);
        }
        let any = annotations.any();
        let open = format!("unknown_fields: dict[str, {any}] = dataclasses.field(");
        let items = vec![Code::plain(format!("default_factory=dict[str, {any}]")), Code::plain("repr=False")];
        Code::Group { open, items, close: ")" }.write(body.gap(), 1, "", "");
        docstring(body, 1, "What came beside, and this client does not know.");
        reading(body.gap(), annotations, &class, &attributes);
        writing(body.gap(), annotations, &attributes);
    });
}

fn attributes<'a>(api: &Api, fields: &'a [Field]) -> Vec<Attribute<'a>> {
    let mut scope = Scope::of_dataclass();
    fields
        .iter()
        .map(|field| Attribute { field, name: scope.take(&wanted(&field.name)), kind: kind(api, field) })
        .collect()
}

fn kind(api: &Api, field: &Field) -> Kind {
    match &field.ty {
        Type::Constant(value) if constant(value).is_some() => return Kind::Constant(value.clone()),
        _ if field.is_required => return Kind::Required,
        _ => {}
    }
    let fits = |value: &Value| match (resolved(api, &field.ty), value) {
        (Type::String, Value::String(_)) | (Type::Boolean, Value::Bool(_)) => true,
        (Type::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Type::List(_), Value::Array(items)) => items.is_empty(),
        (Type::Map(_), Value::Object(fields)) => fields.is_empty(),
        _ => false,
    };
    match &field.default {
        Some(Value::Number(number)) if *resolved(api, &field.ty) == Type::Number => {
            number.as_f64().map_or(Kind::Optional, |number| Kind::Defaulted(Value::from(number)))
        }
        Some(value) if fits(value) => Kind::Defaulted(value.clone()),
        _ => Kind::Optional,
    }
}

/// What a type is behind its aliases; enumerations are strings.
fn resolved<'a>(api: &'a Api, ty: &'a Type) -> &'a Type {
    let mut ty = ty;
    // Aliases may go round in a circle.
    for _ in 0..16 {
        let Type::Named(name) = ty else { return ty };
        match api.named(name).map(|named| &named.shape) {
            Some(Shape::Alias(inner)) => ty = inner,
            Some(Shape::Enum(_)) => return &Type::String,
            _ => return ty,
        }
    }
    ty
}

fn declare(body: &mut Source, annotations: &mut Annotations<'_>, attribute: &Attribute<'_>) {
    let ty = annotations.received(&attribute.field.ty);
    let is_secret = is_secret(attribute.field);
    let (ty, default) = match &attribute.kind {
        Kind::Required => (ty, None),
        Kind::Optional => (optional(&ty), Some("None".to_owned())),
        Kind::Constant(value) => (ty, Some(text::value(value).flat())),
        Kind::Defaulted(Value::Array(_) | Value::Object(_)) => {
            let is_list = matches!(resolved(annotations.api, &attribute.field.ty), Type::List(_));
            let open = format!("{}: {ty} = dataclasses.field(", attribute.name);
            let items =
                vec![Code::plain(if is_list { "default_factory=lambda: []" } else { "default_factory=lambda: {}" })];
            Code::Group { open, items, close: ")" }.write(body, 1, "", "");
            return docstring(body, 1, &described(attribute.field));
        }
        Kind::Defaulted(value) => (ty, Some(text::value(value).flat())),
    };
    let default = match default {
        Some(default) if is_secret => format!(" = dataclasses.field(default={default}, repr=False)"),
        None if is_secret => " = dataclasses.field(repr=False)".to_owned(),
        Some(default) => format!(" = {default}"),
        None => String::new(),
    };
    annotated::write(body, 1, &attribute.name, &ty, &default);
    docstring(body, 1, &described(attribute.field));
}

/// What a field's docstring says.
pub(super) fn described(field: &Field) -> String {
    let deprecated = if field.is_deprecated { "Deprecated. " } else { "" };
    format!("{deprecated}{}", sentence(&field.description))
}

/// Whether a field must not be shown where objects are printed.
fn is_secret(field: &Field) -> bool {
    let last = wanted(&field.name).rsplit('_').next().unwrap_or_default().to_owned();
    matches!(field.ty.without_null(), Type::String) && ["password", "secret", "token"].contains(&last.as_str())
}

fn reading(body: &mut Source, annotations: &mut Annotations<'_>, class: &str, attributes: &[Attribute<'_>]) {
    let (any, reader) = (annotations.any(), annotations.decoding("Reader"));
    body.line("@classmethod").line(format!("def from_json(cls, value: {any}) -> {class}:")).deeper(|body| {
        docstring(body, 2, "Reads it.");
        body.line(format!("source = {reader}(value)"));
        let mut items = Vec::new();
        for Attribute { field, name, kind } in attributes {
            let key = Code::plain(text::literal(&field.name));
            if let Kind::Constant(value) = kind {
                Code::call("source.expect", vec![key, text::value(value)]).write(body, 2, "", "");
                continue;
            }
            let read = annotations.reader(if *kind == Kind::Required { &field.ty } else { field.ty.without_null() });
            let read = match kind {
                Kind::Constant(_) | Kind::Required => Code::call("source.required", vec![key, read]),
                Kind::Optional => Code::call("source.optional", vec![key, read]),
                Kind::Defaulted(value) => Code::call("source.defaulted", vec![key, read, text::value(value)]),
            };
            items.push(Code::named(name, read));
        }
        items.push(Code::plain("unknown_fields=source.unknown()"));
        Code::call("cls", items).write(body, 2, "return ", "");
    });
}

fn writing(body: &mut Source, annotations: &mut Annotations<'_>, attributes: &[Attribute<'_>]) {
    let any = annotations.any();
    let written = annotations.imports.from("._encoding", "written");
    body.line(format!("def to_json(self) -> dict[str, {any}]:")).deeper(|body| {
        docstring(body, 2, "Writes it.");
        let mut items = vec![Code::plain("**self.unknown_fields")];
        for Attribute { field, name, kind } in attributes {
            let is_absent =
                *kind == Kind::Optional && !matches!(resolved(annotations.api, &field.ty), Type::Nullable(_));
            let value = match is_absent {
                // Null would not be taken: what is `None` was absent.
                true => Code::call(
                    &annotations.imports.from("._encoding", "given"),
                    vec![Code::plain(format!("self.{name}"))],
                ),
                false => Code::plain(format!("self.{name}")),
            };
            items.push(Code::keyed(&text::literal(&field.name), value));
        }
        Code::call(&written, vec![Code::dictionary(items)]).write(body, 2, "return ", "");
    });
}
