//! Writes the calls that have parameters of their own.

use super::layout::{Head, call, chain, function, literal};
use super::lints;
use super::method::{Gives, Method};
use super::names;
use super::parameters;
use super::plan::Plan;
use super::prose::document;
use crate::codegen::Source;
use crate::codegen::model::{Location, Parameter};
use crate::codegen::naming::{self, UsedNames};

/// What calls have anyway.
const ALL_CALLS_OWN: [&str; 12] = [
    "cursor",
    "header",
    "idempotency_key",
    "idle_timeout",
    "into_future",
    "items",
    "last_event_id",
    "max_retries",
    "request_id",
    "resume",
    "send",
    "timeout",
];

/// Writes the call of `method`, which is one of `group`.
pub(super) fn write(source: &mut Source, plan: &Plan, group: &str, method: &Method) {
    let (name, link) = (&method.call_name, method.name.trim_start_matches("r#"));
    source.line(format!("/// A call of [`{group}::{link}`]. It is sent when it is awaited."));
    source.line("#[derive(Debug)]").line("#[must_use = \"a call is not sent before it is awaited\"]");
    source.block(&format!("pub struct {name} {{"), "}", |source| {
        source.line(format!("call: {},", method.call(plan)));
    });
    source.gap().block(&format!("impl {name} {{"), "}", |source| setters(source, plan, method));
    let macros = match method.gives {
        Gives::Events(_) => "events_call_of",
        _ if method.operation.page.is_some() => "list_call_of",
        _ => "call_of",
    };
    source.gap().line(format!("{macros}!({name}, {});", method.awaited(plan)));
}

fn setters(source: &mut Source, plan: &Plan, method: &Method) {
    let mut taken = UsedNames::default();
    for (place, parameter) in method.options.iter().enumerate() {
        if place > 0 {
            source.gap();
        }
        let name = setter_name(&mut taken, &parameter.name);
        setter(source, plan, parameter, &name);
    }
    if let Some(body) = method.optional_body {
        if !method.options.is_empty() {
            source.gap();
        }
        let name = setter_name(&mut taken, "body");
        document(source, 1, &body.description, "What is sent.");
        let (ty, link) = parameters::body(plan, &method.operation.method, body, "body");
        let head = head(&name, format!("body: {ty}"));
        function(source, 1, &head, |source| {
            source.line(format!("self.call.request = self.call.request{link};")).line("self");
        });
    }
}

/// The name of a setter: calls have some names of their own.
pub(super) fn setter_name(taken: &mut UsedNames, name: &str) -> String {
    let name = naming::snake(name);
    let is_own = ALL_CALLS_OWN.contains(&name.as_str());
    names::escaped(taken.claim(&if is_own { format!("{name}_parameter") } else { name }, ""))
}

fn head(name: &str, parameter: String) -> Head {
    Head {
        name: format!("pub fn {name}"),
        parameters: vec!["mut self".to_owned(), parameter],
        gives: "Self".to_owned(),
    }
}

fn setter(source: &mut Source, plan: &Plan, parameter: &Parameter, name: &str) {
    let shown = super::models::shown(&parameter.name);
    document(source, 1, &parameter.description, &format!("Sets the parameter {shown}."));
    if let Some(lints) = lints::of_method(name) {
        source.line(lints);
    }
    let way = parameters::taken(plan, parameter);
    let is_each = parameter.location == Location::Query && way.is_list && !parameter.is_joined;
    let setter = match parameter.location {
        Location::Header => "set_header",
        Location::Query | Location::Path if is_each => "set_each_query",
        Location::Query | Location::Path => "set_query",
    };
    let value = if way.is_list && !is_each { format!("crate::request::joined({name})") } else { name.to_owned() };
    let arguments = [literal(&parameter.name), value];
    function(source, 1, &head(name, format!("{name}: {}", way.ty)), |source| {
        if let Some(line) = way.preparation(name) {
            source.line(line);
        }
        let links = [".call".to_owned(), ".request".to_owned(), call(&format!(".{setter}"), &arguments, 3, 1)];
        source.line(chain("self", &links, 2, 0) + ";").line("self");
    });
}
