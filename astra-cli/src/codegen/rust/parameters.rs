//! What methods take.

use super::plan::{Mode, Plan};
use crate::codegen::model::{Body, Parameter, Shape, Type};

/// A value that a call takes.
pub(super) struct Taken {
    /// Its type where it is taken.
    pub(super) ty: String,
    /// How often it comes: one value, or several.
    pub(super) is_list: bool,
    /// What it must become before it is sent, if anything.
    becomes: Option<String>,
}

impl Taken {
    /// The statement that makes of `name` what is sent, if there must be one.
    pub(super) fn preparation(&self, name: &str) -> Option<String> {
        self.becomes.as_ref().map(|ty| format!("let {name}: {ty} = {name}.into();"))
    }
}

/// How a parameter is taken.
pub(super) fn taken(plan: &Plan, parameter: &Parameter) -> Taken {
    let ty = parameter.ty.without_null();
    if let Type::List(item) = plan.behind(ty) {
        let (item, _) = scalar(plan, item);
        // An enumeration's values come as they are: `impl Into` in `impl IntoIterator` cannot be guessed.
        let item = item.strip_prefix("impl Into<").and_then(|item| item.strip_suffix('>')).unwrap_or(&item);
        let item = if item == "&str" { "impl std::fmt::Display" } else { item };
        return Taken { ty: format!("impl IntoIterator<Item = {item}>"), is_list: true, becomes: None };
    }
    let (ty, becomes) = scalar(plan, ty);
    Taken { ty, is_list: false, becomes }
}

fn scalar(plan: &Plan, ty: &Type) -> (String, Option<String>) {
    match plan.behind(ty).without_null() {
        Type::String | Type::DateTime => ("&str".to_owned(), None),
        Type::Integer => ("i64".to_owned(), None),
        Type::Number => ("f64".to_owned(), None),
        Type::Boolean => ("bool".to_owned(), None),
        named @ Type::Named(name) => match plan.shape_of(named) {
            Some(Shape::Enum(values)) if !values.is_empty() => {
                let name = format!("models::{}", plan.name(name, Mode::Plain));
                (format!("impl Into<{name}>"), Some(name))
            }
            Some(Shape::Enum(_)) => ("&str".to_owned(), None),
            _ => ("impl std::fmt::Display".to_owned(), None),
        },
        _ => ("impl std::fmt::Display".to_owned(), None),
    }
}

/// How a body is sent: the type where it is taken, and the call that puts it into the request.
pub(super) fn body(plan: &Plan, method: &str, body: &Body, name: &str) -> (String, String) {
    if !is_json(&body.media_type) {
        let link = format!(".body({}, {name})", super::layout::literal(&body.media_type));
        return ("impl Into<Vec<u8>>".to_owned(), link);
    }
    let mode = body_mode(method);
    let ty = match &body.ty {
        Type::String | Type::DateTime => "&str".to_owned(),
        Type::List(item) => format!("&[{}]", in_models(plan, item, Mode::Plain)),
        other => format!("&{}", in_models(plan, other, mode)),
    };
    (ty, format!(".json({name})"))
}

/// How the body of a request with this method is meant.
pub(super) fn body_mode(method: &str) -> Mode {
    if method == "PATCH" { Mode::Change } else { Mode::Plain }
}

/// Whether a body is JSON.
pub(super) fn is_json(media_type: &str) -> bool {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    media_type.ends_with("/json") || media_type.ends_with("+json") || media_type == "*/*"
}

/// A type, written down outside the module of the types.
pub(super) fn in_models(plan: &Plan, ty: &Type, mode: Mode) -> String {
    match ty {
        Type::Named(name) if plan.api.named(name).is_some() => format!("models::{}", plan.name(name, mode)),
        Type::List(item) => format!("Vec<{}>", in_models(plan, item, Mode::Plain)),
        Type::Map(value) if **value != Type::Any => {
            format!("std::collections::BTreeMap<String, {}>", in_models(plan, value, Mode::Plain))
        }
        Type::Nullable(inner) => format!("Option<{}>", in_models(plan, inner, mode)),
        other => plan.ty(other, mode),
    }
}
