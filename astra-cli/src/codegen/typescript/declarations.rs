//! The document's types as interfaces and unions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::code::{key, string, union};
use super::docs::comment;
use super::names::Names;
use super::templates::HEADER;
use crate::codegen::Source;
use crate::codegen::model::{Api, Field, Named, Shape, Type, Variant};
use crate::codegen::source::sentence;

/// Types as TypeScript writes them.
pub(super) struct Types<'a> {
    pub(super) api: &'a Api,
    pub(super) names: &'a Names,
}

impl Types<'_> {
    /// A type.
    pub(super) fn text(&self, ty: &Type) -> String {
        match ty {
            Type::Any => "unknown".to_owned(),
            Type::String | Type::DateTime => "string".to_owned(),
            Type::Integer | Type::Number => "number".to_owned(),
            Type::Boolean => "boolean".to_owned(),
            Type::Constant(Value::String(text)) => string(text),
            Type::Constant(value @ (Value::Bool(_) | Value::Number(_) | Value::Null)) => value.to_string(),
            Type::Constant(_) => "unknown".to_owned(),
            Type::List(inner) => format!("{}[]", self.within(inner)),
            Type::Map(inner) => format!("Record<string, {}>", self.text(inner)),
            Type::Named(name) => self.names.ty(name).unwrap_or("unknown").to_owned(),
            Type::Nullable(inner) => match self.text(inner).as_str() {
                "unknown" => "unknown".to_owned(),
                text => format!("{text} | null"),
            },
        }
    }

    /// A type that stands before brackets.
    fn within(&self, ty: &Type) -> String {
        let text = self.text(ty);
        if matches!(ty, Type::Nullable(_)) && text != "unknown" { format!("({text})") } else { text }
    }

    /// A type that a parameter takes: times also as `Date`, and read-only lists.
    pub(super) fn taken(&self, ty: &Type) -> String {
        match ty {
            Type::DateTime => "string | Date".to_owned(),
            Type::List(inner) => match self.taken(inner) {
                text if text.contains(' ') => format!("readonly ({text})[]"),
                text => format!("readonly {text}[]"),
            },
            Type::Nullable(inner) => format!("{} | null", self.taken(inner)),
            other => self.text(other),
        }
    }

    /// The names that a type mentions.
    pub(super) fn mentioned<'t>(&'t self, ty: &'t Type) -> impl Iterator<Item = String> + 't {
        ty.parts().into_iter().filter_map(|part| match part {
            Type::Named(name) => self.names.ty(name).map(str::to_owned),
            _ => None,
        })
    }

    /// What a type is, behind all its other names.
    pub(super) fn shape<'t>(&'t self, ty: &Type) -> Option<&'t Shape> {
        let mut ty = ty;
        // A name that leads to itself leads nowhere.
        for _ in 0..=self.api.types.len() {
            let Type::Named(name) = ty else { return None };
            match &self.api.named(name)?.shape {
                Shape::Alias(other) => ty = other,
                shape => return Some(shape),
            }
        }
        None
    }

    /// The tag of a union and its values, if it has both.
    pub(super) fn tag<'t>(&'t self, ty: &Type) -> Option<(&'t str, Vec<String>)> {
        let Some(Shape::Union { tag: Some(tag), variants }) = self.shape(ty) else { return None };
        let mut values: Vec<String> = Vec::new();
        for value in variants.iter().filter_map(|variant| self.tag_value(tag, variant)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        (!values.is_empty()).then_some((tag, values))
    }

    fn tag_value(&self, tag: &str, variant: &Variant) -> Option<String> {
        variant.value.clone().or_else(|| match self.tag_type(tag, variant)? {
            Type::Constant(Value::String(value)) => Some(value.clone()),
            _ => None,
        })
    }

    fn tag_type<'t>(&'t self, tag: &str, variant: &Variant) -> Option<&'t Type> {
        match self.shape(&variant.ty)? {
            Shape::Object { fields, .. } => fields.iter().find(|field| field.name == tag).map(|field| &field.ty),
            _ => None,
        }
    }

    /// A case of a union, with its tag if its own type does not have it.
    fn variant(&self, tag: Option<&str>, variant: &Variant) -> String {
        let text = self.text(&variant.ty);
        let (Some(tag), Some(value)) = (tag, &variant.value) else { return text };
        match self.tag_type(tag, variant) {
            Some(Type::Constant(own)) if own == value => text,
            _ if text == "unknown" => text,
            _ => format!("({text} & {{ {}: {} }})", key(tag), string(value)),
        }
    }

    /// Whether the name `name` stands for nothing but itself, which is no type.
    fn is_circular(&self, name: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut queue = vec![name.to_owned()];
        while let Some(next) = queue.pop() {
            let direct: Vec<&Type> = match self.api.named(&next).map(|named| &named.shape) {
                Some(Shape::Alias(ty)) => vec![ty],
                Some(Shape::Union { variants, .. }) => variants.iter().map(|variant| &variant.ty).collect(),
                _ => Vec::new(),
            };
            for ty in direct {
                if let Type::Named(other) = ty.without_null() {
                    if other == name {
                        return true;
                    }
                    if seen.insert(other.clone()) {
                        queue.push(other.clone());
                    }
                }
            }
        }
        false
    }
}

/// `types.ts`.
pub(super) fn file(types: &Types) -> String {
    let mut source = Source::new("  ");
    source.line(HEADER.trim_end());
    for named in &types.api.types {
        source.gap();
        write(types, named, &mut source);
    }
    if types.api.types.is_empty() {
        source.gap().line("export {};");
    }
    source.finish()
}

fn write(types: &Types, named: &Named, source: &mut Source) {
    let name = types.names.ty(&named.name).unwrap_or(&named.name);
    let description = sentence(&named.description);
    let head = format!("export type {name} =");
    match &named.shape {
        _ if types.is_circular(&named.name) => {
            comment(source, 0, &[description]);
            source.line(format!("{head} unknown;"));
        }
        Shape::Object { fields, rest } => {
            comment(source, 0, &[description]);
            if fields.is_empty() && rest.is_none() {
                source.line(format!("export interface {name} {{}}"));
                return;
            }
            source.block(&format!("export interface {name} {{"), "}", |inner| {
                fields.iter().for_each(|field| write_field(types, field, named.is_sent, inner));
                write_rest(types, fields, rest.as_ref(), inner);
            });
        }
        Shape::Enum(values) => {
            comment(source, 0, &[format!("{description} Others may come.").trim().to_owned()]);
            let mut cases: Vec<String> = values.iter().map(|value| string(value)).collect();
            cases.push(if cases.is_empty() { "string".to_owned() } else { "(string & {})".to_owned() });
            source.line(union(&head, &cases, 0));
        }
        Shape::Union { tag, variants } => {
            let more = tag.as_ref().filter(|_| named.is_received).map(|tag| {
                format!("`{tag}` says which one it is. Others may come: a `switch` over it needs a `default`.")
            });
            comment(source, 0, &[description, more.unwrap_or_default()]);
            let mut cases: Vec<String> = Vec::new();
            for variant in variants {
                let case = types.variant(tag.as_deref(), variant);
                if !cases.contains(&case) {
                    cases.push(case);
                }
            }
            source.line(union(&head, &cases, 0));
        }
        Shape::Alias(ty) => {
            comment(source, 0, &[description]);
            source.line(format!("{head} {};", types.text(ty)));
        }
    }
}

fn write_field(types: &Types, field: &Field, is_sent: bool, source: &mut Source) {
    let default = field.default.as_ref().filter(|value| !value.is_null());
    let default = default.map(|value| format!("Default: `{value}`."));
    let description = [sentence(&field.description), default.unwrap_or_default()].join(" ");
    let deprecated = if field.is_deprecated { "@deprecated" } else { "" };
    comment(source, 1, &[description.trim().to_owned(), deprecated.to_owned()]);
    let name = key(&field.name);
    let text = types.text(&field.ty);
    source.line(match field.is_required {
        true => format!("{name}: {text};"),
        // Those who check types most strictly may say that it is not there.
        false if is_sent && text != "unknown" => format!("{name}?: {text} | undefined;"),
        false => format!("{name}?: {text};"),
    });
}

/// Fields that are not listed. TypeScript wants the listed ones to fit their type too, so that it is known only alone.
fn write_rest(types: &Types, fields: &[Field], rest: Option<&Type>, source: &mut Source) {
    let Some(rest) = rest else { return };
    comment(source, 1, &["Others are taken too.".to_owned()]);
    let text = if fields.is_empty() { types.text(rest) } else { "unknown".to_owned() };
    source.line(format!("[name: string]: {text};"));
}
