//! What a call takes, by the names that its callers use.

use super::annotations::Annotations;
use super::names::{Names, Scope, wanted};
use super::text::one_line;
use crate::codegen::model::{Api, Body, Field, Location, Operation, PAGE_CURSOR, Parameter, Shape, Type, is_text};
use crate::codegen::source::sentence;

/// A call's parameters.
pub(super) struct Signature<'a> {
    /// Those of the path, which are given by their places.
    pub(super) path: Vec<(String, &'a Parameter)>,
    /// Those beside the body.
    pub(super) others: Vec<(String, &'a Parameter)>,
    pub(super) body: Sent<'a>,
    /// The name of the parameter that a list begins at.
    pub(super) cursor: Option<String>,
    /// The name of the parameter that a stream begins behind.
    pub(super) last_event_id: Option<String>,
}

/// What is sent.
pub(super) enum Sent<'a> {
    Nothing,
    /// An object as JSON, field by field.
    Fields(&'a Body, Vec<(String, &'a Field)>),
    /// Any other JSON.
    Json(&'a Body),
    /// What a form holds.
    Form(&'a Body),
    /// Text of another kind.
    Text(&'a Body),
    Bytes(&'a Body),
}

impl<'a> Signature<'a> {
    /// That of an operation; `switch` is a field of the body that the call sets by itself.
    pub(super) fn of(api: &'a Api, names: &Names, operation: &'a Operation, switch: Option<&str>) -> Self {
        let mut scope = Scope::of_signature(names);
        let mut named = |parameter: &'a Parameter| (scope.take(&wanted(&parameter.name)), parameter);
        let path = operation.parameters_in(Location::Path).map(&mut named).collect();
        let others = operation.parameters.iter().filter(|parameter| parameter.location != Location::Path);
        let others = others.map(&mut named).collect();
        let body = operation.body.as_ref().map_or(Sent::Nothing, |body| sent(api, body, switch, &mut scope));
        let is_stream = operation.events().is_some() && operation.takes_last_event_id;
        Self {
            path,
            others,
            body,
            cursor: operation.page.as_ref().map(|_| PAGE_CURSOR.to_owned()),
            last_event_id: is_stream.then(|| "last_event_id".to_owned()),
        }
    }

    /// The parameters as a `def` has them, but for `self` and `options`: those by place, and those by name.
    pub(super) fn parameters(&self, annotations: &mut Annotations<'_>) -> (Vec<String>, Vec<String>) {
        let by_place =
            self.path.iter().map(|(name, parameter)| format!("{name}: {}", annotations.sent(&parameter.ty))).collect();
        let (mut required, mut optional) = (Vec::new(), Vec::new());
        for (name, parameter) in &self.others {
            let ty = annotations.sent(&parameter.ty);
            match parameter.is_required {
                true => required.push(format!("{name}: {ty}")),
                false => optional.push(format!("{name}: {} = None", super::annotations::optional(&ty))),
            }
        }
        match &self.body {
            Sent::Nothing => {}
            Sent::Fields(body, fields) => {
                for (name, field) in fields {
                    let ty = annotations.sent(&field.ty);
                    match field.is_required && body.is_required {
                        true => required.push(format!("{name}: {ty}")),
                        false => optional.push(not_given(annotations, name, &ty)),
                    }
                }
            }
            Sent::Json(body) | Sent::Form(body) | Sent::Text(body) | Sent::Bytes(body) => {
                let ty = match &self.body {
                    Sent::Form(_) => {
                        let (mapping, key) =
                            (annotations.imports.from("collections.abc", "Mapping"), annotations.built_in("str"));
                        format!("{mapping}[{key}, {}]", annotations.built_in("object"))
                    }
                    Sent::Text(_) => annotations.built_in("str"),
                    Sent::Bytes(_) => annotations.built_in("bytes"),
                    _ => annotations.sent(&body.ty),
                };
                match (body.is_required, &self.body) {
                    (true, _) => required.push(format!("body: {ty}")),
                    (false, Sent::Json(_)) => optional.push(not_given(annotations, "body", &ty)),
                    (false, _) => optional.push(format!("body: {ty} | None = None")),
                }
            }
        }
        let text = annotations.built_in("str");
        optional.extend(self.cursor.iter().map(|name| format!("{name}: {text} | None = None")));
        let number = annotations.built_in("int");
        optional.extend(self.last_event_id.iter().map(|name| format!("{name}: {text} | {number} | None = None")));
        required.append(&mut optional);
        (by_place, required)
    }

    /// What the parameters mean, each on a line that begins with blanks.
    pub(super) fn descriptions(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut tell = |name: &str, description: &str| {
            if !description.is_empty() {
                lines.push(format!("    {name}: {}", sentence(&one_line(description))));
            }
        };
        for (name, parameter) in self.path.iter().chain(&self.others) {
            tell(name, &parameter.description);
        }
        match &self.body {
            Sent::Fields(_, fields) => {
                for (name, field) in fields {
                    tell(name, &super::dataclasses::described(field));
                }
            }
            Sent::Json(body) | Sent::Form(body) | Sent::Text(body) | Sent::Bytes(body) => {
                tell("body", if body.description.is_empty() { "What is sent" } else { &body.description });
            }
            Sent::Nothing => {}
        }
        if let Some(name) = &self.cursor {
            tell(name, "Where to begin: the `next_cursor` of an earlier page.");
        }
        if let Some(name) = &self.last_event_id {
            tell(name, "Where to begin: behind the event of this id.");
        }
        tell("options", "What this call does differently from the client.");
        lines
    }
}

fn not_given(annotations: &mut Annotations<'_>, name: &str, ty: &str) -> String {
    let (class, value) =
        (annotations.imports.from(".._not_given", "NotGiven"), annotations.imports.from(".._not_given", "NOT_GIVEN"));
    format!("{name}: {ty} | {class} = {value}")
}

fn sent<'a>(api: &'a Api, body: &'a Body, switch: Option<&str>, scope: &mut Scope) -> Sent<'a> {
    let kind = body.media_type.split(';').next().unwrap_or_default().trim();
    let is_json = kind == "application/json" || kind.ends_with("+json") || kind == "*/*";
    match kind {
        _ if is_json => {}
        "application/x-www-form-urlencoded" => return Sent::Form(body),
        _ if is_text(kind) => return Sent::Text(body),
        _ => return Sent::Bytes(body),
    }
    let Some(fields) = fields(api, &body.ty) else { return Sent::Json(body) };
    let fields = fields.iter().filter(|field| Some(field.name.as_str()) != switch);
    Sent::Fields(body, fields.map(|field| (scope.take(&wanted(&field.name)), field)).collect())
}

/// The fields of a body, if it is an object.
fn fields<'a>(api: &'a Api, ty: &'a Type) -> Option<&'a [Field]> {
    let mut ty = ty;
    // Aliases may go round in a circle.
    for _ in 0..16 {
        let Type::Named(name) = ty else { return None };
        match &api.named(name)?.shape {
            Shape::Object { fields, .. } => return Some(fields),
            Shape::Alias(inner) => ty = inner,
            Shape::Enum(_) | Shape::Union { .. } => return None,
        }
    }
    None
}
