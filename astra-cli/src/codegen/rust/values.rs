//! Example values, written as Rust.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::layout::{call, indented, literal};
use super::objects::{Kind, Member, Object, is_converted, object};
use super::plan::{Mode, Plan};
use super::{example, models, unions};
use crate::codegen::model::{Named, Shape, Type};

/// Writes values, and notes what must be imported for them.
pub(super) struct Values<'p, 'a> {
    plan: &'p Plan<'a>,
    /// The types that were written.
    pub(super) models: BTreeSet<String>,
    pub(super) has_patches: bool,
    /// Types that this is within.
    depth: usize,
    /// Values that may still be written.
    left: usize,
}

/// Types within types that are written out: one that must hold itself has no end.
const DEPTH_MAX: usize = 24;
/// Values of named types in a call.
const VALUES_MAX: usize = 500;

impl<'p, 'a> Values<'p, 'a> {
    pub(super) fn new(plan: &'p Plan<'a>) -> Self {
        Self { plan, models: BTreeSet::new(), has_patches: false, depth: 0, left: VALUES_MAX }
    }

    /// A value where exactly its type is wanted.
    pub(super) fn exact(&mut self, value: &Value, ty: &Type, mode: Mode) -> String {
        match ty {
            Type::Nullable(_) if value.is_null() => "None".to_owned(),
            Type::Nullable(inner) => format!("Some({})", self.exact(value, inner, mode)),
            Type::String | Type::DateTime => format!("{}.to_owned()", literal(text(value))),
            Type::Integer => value.as_i64().unwrap_or(1).to_string(),
            Type::Number => format!("{:?}", value.as_f64().unwrap_or(0.5)),
            Type::Boolean => value.as_bool().unwrap_or(true).to_string(),
            Type::Constant(Value::String(constant)) => format!("{}.to_owned()", literal(constant)),
            Type::Constant(constant @ (Value::Number(_) | Value::Bool(_))) => constant.to_string(),
            Type::Any | Type::Constant(_) => json(value),
            Type::List(item) => {
                let items = value.as_array().into_iter().flatten();
                let items: Vec<String> = items.map(|value| self.exact(value, item, Mode::Plain)).collect();
                list(&items)
            }
            Type::Map(inner) => self.map(value.as_object().unwrap_or(&Map::new()), inner),
            Type::Named(name) => match self.plan.api.named(name) {
                // In the printed sample alone, which has to end: the reader writes the rest. JSON of it would be as long.
                Some(_) if self.depth >= DEPTH_MAX || self.left == 0 => "todo!()".to_owned(),
                Some(named) => {
                    self.left -= 1;
                    self.depth += 1;
                    let written = self.named(value, named, mode);
                    self.depth -= 1;
                    written
                }
                None => json(value),
            },
        }
    }

    /// A value where all that becomes one is taken.
    pub(super) fn loose(&mut self, value: &Value, ty: &Type) -> String {
        if matches!(self.plan.behind(ty), Type::String | Type::DateTime) {
            return literal(text(value));
        }
        match self.plan.shape_of(ty) {
            // A text may be one of the union's cases.
            Some(Shape::Union { tag: None, variants }) => {
                let is_text = |ty: &Type| matches!(self.plan.behind(ty), Type::String);
                let texts = variants.iter().filter(|variant| is_text(&variant.ty)).count();
                if value.is_string() && texts == 1 { literal(text(value)) } else { self.exact(value, ty, Mode::Plain) }
            }
            _ => self.exact(value, ty, Mode::Plain),
        }
    }

    fn map(&mut self, fields: &Map<String, Value>, inner: &Type) -> String {
        let kind = if *inner == Type::Any { "serde_json::Map" } else { "std::collections::BTreeMap" };
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("({}.to_owned(), {})", literal(name), self.exact(value, inner, Mode::Plain)))
            .collect();
        if pairs.is_empty() { format!("{kind}::new()") } else { format!("{kind}::from_iter([{}])", pairs.join(", ")) }
    }

    fn named(&mut self, value: &Value, named: &Named, mode: Mode) -> String {
        let name = self.plan.name(&named.name, mode);
        match &named.shape {
            Shape::Object { .. } => self.object(value, named, mode),
            Shape::Enum(values) if values.is_empty() => self.exact(value, &Type::String, mode),
            Shape::Enum(values) => {
                let known = models::variants(values);
                let variant = known.iter().find(|(_, known)| known == text(value));
                self.models.insert(name.clone());
                match variant {
                    Some((variant, _)) => format!("{name}::{variant}"),
                    None => format!("{name}::from({})", literal(text(value))),
                }
            }
            Shape::Union { tag, variants } => {
                let cases = unions::cases(self.plan, named, tag.as_deref(), variants);
                self.union(value, named, &cases, tag.as_deref())
            }
            Shape::Alias(ty) if models::is_newtype(self.plan, named) => {
                self.models.insert(name.clone());
                format!("{name}({})", self.exact(value, ty, Mode::Plain))
            }
            Shape::Alias(_) if models::is_endless(self.plan, named) => json(value),
            Shape::Alias(ty) => self.exact(value, ty, mode),
        }
    }

    fn union(&mut self, value: &Value, named: &Named, cases: &[unions::Case], tag: Option<&str>) -> String {
        let name = self.plan.name(&named.name, Mode::Plain);
        self.models.insert(name.clone());
        let told = tag.and_then(|tag| value.get(tag)).and_then(Value::as_str);
        let case = match told {
            Some(told) => cases.iter().find(|case| case.value.as_deref() == Some(told)),
            None => cases.iter().find(|case| self.fits(value, case.ty)),
        };
        let Some(case) = case else {
            return format!("{name}::{}({})", unions::unknown_case(cases), json(value));
        };
        let inner = self.exact(value, case.ty, Mode::Plain);
        let is_boxed = models::content(self.plan, &named.name, case.ty).starts_with("Box<");
        let inner = if is_boxed { format!("Box::new({inner})") } else { inner };
        format!("{name}::{}({inner})", case.name)
    }

    /// Whether a value may be one of this type, by its kind.
    fn fits(&self, value: &Value, ty: &Type) -> bool {
        match (self.plan.behind(ty), value) {
            (Type::Any, _) | (Type::Nullable(_), Value::Null) => true,
            (Type::Nullable(inner), value) => self.fits(value, inner),
            (Type::String | Type::DateTime, Value::String(_))
            | (Type::Number, Value::Number(_))
            | (Type::Boolean, Value::Bool(_))
            | (Type::List(_), Value::Array(_))
            | (Type::Map(_), Value::Object(_)) => true,
            (Type::Integer, Value::Number(number)) => number.is_i64(),
            (Type::Constant(constant), value) => constant == value,
            (named @ Type::Named(_), value) => match self.plan.shape_of(named) {
                Some(Shape::Object { fields, .. }) => {
                    let has = |name: &str| value.get(name).is_some();
                    value.is_object() && fields.iter().all(|field| !field.is_required || has(&field.name))
                }
                Some(Shape::Enum(values)) => value.as_str().is_some_and(|value| values.iter().any(|it| it == value)),
                Some(Shape::Union { .. }) => true,
                _ => false,
            },
            _ => false,
        }
    }

    fn object(&mut self, value: &Value, named: &Named, mode: Mode) -> String {
        let Some(object) = object(self.plan, named, mode) else { return json(value) };
        self.models.insert(object.name.clone());
        let mut set = Vec::new();
        for member in object.members.iter().filter(|member| member.kind != Kind::Required) {
            if let Some(value) = value.get(&member.field.name) {
                set.push(format!("{}: {}", member.name, indented(&self.optional(value, member, mode))));
            }
        }
        let is_whole = set.len() == object.members.len() && object.rest.is_none();
        let base = self.base(value, &object, mode);
        if set.is_empty() {
            return base;
        }
        if !is_whole {
            set.push(format!("..{}", indented(&base)));
        }
        let lines: Vec<String> =
            set.iter().map(|line| format!("    {line}{}", if line.starts_with("..") { "" } else { "," })).collect();
        format!("{} {{\n{}\n}}", object.name, lines.join("\n"))
    }

    /// The object with what it must have.
    fn base(&mut self, value: &Value, object: &Object, mode: Mode) -> String {
        if object.has_default() {
            return format!("{}::default()", object.name);
        }
        let mut arguments = Vec::new();
        for member in object.required() {
            let own = value.get(&member.field.name).cloned();
            let own = own.unwrap_or_else(|| example::field_value(self.plan.api, member.field));
            arguments.push(if is_converted(self.plan, &member.field.ty, &member.ty) {
                self.loose(&own, &member.field.ty)
            } else {
                boxed(&member.ty, self.exact(&own, &member.field.ty, mode))
            });
        }
        call(&format!("{}::new", object.name), &arguments, 1, 0)
    }

    fn optional(&mut self, value: &Value, member: &Member, mode: Mode) -> String {
        let ty = member.field.ty.without_null();
        match member.kind {
            Kind::Patch => {
                self.has_patches = true;
                match ty {
                    _ if value.is_null() => "Patch::Null".to_owned(),
                    Type::String | Type::DateTime => format!("Patch::set({})", literal(text(value))),
                    _ => format!("Patch::Set({})", boxed(&member.ty, self.exact(value, ty, mode))),
                }
            }
            _ if value.is_null() => "None".to_owned(),
            _ => format!("Some({})", boxed(&member.ty, self.exact(value, ty, mode))),
        }
    }
}

fn boxed(ty: &str, value: String) -> String {
    if ty.contains("Box<") { format!("Box::new({value})") } else { value }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("text")
}

fn json(value: &Value) -> String {
    format!("serde_json::json!({value})")
}

/// `vec![..]`, in a line if it is short.
fn list(items: &[String]) -> String {
    let joined = items.join(", ");
    if joined.len() <= 60 && !joined.contains('\n') {
        return format!("vec![{joined}]");
    }
    if let [only] = items {
        return format!("vec![{only}]");
    }
    let lines: Vec<String> = items.iter().map(|item| format!("    {},", indented(item))).collect();
    format!("vec![\n{}\n]", lines.join("\n"))
}
