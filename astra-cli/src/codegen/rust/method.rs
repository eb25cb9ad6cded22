//! What the method of an operation takes and gives.

use super::layout::literal;
use super::names;
use super::parameters::{self, in_models};
use super::plan::{Mode, Plan};
use crate::codegen::model::{Answer, Body, Events, Group, Location, Operation, Parameter};
use crate::codegen::naming::{self, UsedNames};

/// A method of a group.
pub(super) struct Method<'a> {
    pub(super) operation: &'a Operation,
    pub(super) name: String,
    /// The name of its call, if the call has parameters of its own.
    pub(super) call_name: String,
    pub(super) arguments: Vec<Argument<'a>>,
    /// What must happen before there is a request.
    pub(super) preparations: Vec<String>,
    /// What makes a call of the request.
    pub(super) links: Vec<String>,
    /// The parameters that may be absent.
    pub(super) options: Vec<&'a Parameter>,
    /// The body, if it may be absent.
    pub(super) optional_body: Option<&'a Body>,
    pub(super) gives: Gives<'a>,
}

/// What a method takes.
pub(super) struct Argument<'a> {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) description: &'a str,
}

/// What a call gives.
#[derive(Clone, Copy)]
pub(super) enum Gives<'a> {
    /// The operation's whole answer.
    Whole,
    /// The JSON, where it could be events.
    Json,
    /// Events.
    Events(&'a Events),
}

/// The methods of a group.
pub(super) fn methods<'a>(plan: &Plan<'a>, group: &'a Group) -> Vec<Method<'a>> {
    let mut taken = UsedNames::of(["new"]);
    let mut types = UsedNames::default();
    let mut methods = Vec::new();
    let first = group.operations.iter().map(|operation| {
        let gives = match &operation.answer {
            Answer::Events(events) => Gives::Events(events),
            Answer::Either { .. } => Gives::Json,
            _ => Gives::Whole,
        };
        (operation, gives, naming::snake(&operation.name))
    });
    // The streams' second names give way to those of the document.
    let second = group.operations.iter().filter_map(|operation| match &operation.answer {
        Answer::Either { events, .. } => {
            Some((operation, Gives::Events(events), format!("{}_stream", naming::snake(&operation.name))))
        }
        _ => None,
    });
    for (operation, gives, wanted) in first.chain(second) {
        let name = taken.claim(&wanted, "");
        let call_name = types.claim(&format!("{}Call", naming::pascal(&name)), "");
        methods.push(method(plan, operation, gives, (names::escaped(name), call_name)));
    }
    let place = |method: &Method| group.operations.iter().position(|operation| operation.id == method.operation.id);
    methods.sort_by_key(place);
    methods
}

fn method<'a>(
    plan: &Plan<'a>,
    operation: &'a Operation,
    gives: Gives<'a>,
    (name, call_name): (String, String),
) -> Method<'a> {
    let mut taken = UsedNames::default();
    let (mut arguments, mut preparations, mut links) = (Vec::new(), Vec::new(), Vec::new());
    if !operation.needs_token {
        links.push(".without_token()".to_owned());
    }
    if operation.takes_idempotency_key {
        links.push(".idempotent()".to_owned());
    }
    for parameter in operation.parameters.iter().filter(|parameter| parameter.is_required) {
        let name = names::escaped(taken.claim(&naming::snake(&parameter.name), ""));
        let way = parameters::taken(plan, parameter);
        links.push(sent(parameter, &name, &way));
        preparations.extend(way.preparation(&name));
        arguments.push(Argument { name, ty: way.ty, description: &parameter.description });
    }
    let body = operation.body.as_ref();
    if let Some(body) = body.filter(|body| body.is_required) {
        let name = taken.claim("body", "");
        let (ty, link) = parameters::body(plan, &operation.method, body, &name);
        links.push(match (&operation.answer, gives) {
            (Answer::Either { switch, .. }, gives) if link.starts_with(".json(") => {
                format!(".json_with({name}, {}, {})", literal(switch), matches!(gives, Gives::Events(_)))
            }
            _ => link,
        });
        if parameters::is_json(&body.media_type) && body.media_type != "application/json" && body.media_type != "*/*" {
            links.push(format!(".header(\"Content-Type\", {})", literal(&body.media_type)));
        }
        arguments.push(Argument { name, ty, description: &body.description });
    }
    links.extend(ending(operation, gives));
    Method {
        operation,
        name,
        call_name,
        arguments,
        preparations,
        links,
        options: operation.parameters.iter().filter(|parameter| !parameter.is_required).collect(),
        optional_body: body.filter(|body| !body.is_required),
        gives,
    }
}

/// How a required parameter is put into the request.
fn sent(parameter: &Parameter, name: &str, way: &parameters::Taken) -> String {
    let is_each = parameter.location == Location::Query && way.is_list && !parameter.is_joined;
    let call = match parameter.location {
        Location::Path => "path",
        Location::Query if is_each => "each_query",
        Location::Query => "query",
        Location::Header => "header",
    };
    let value = if way.is_list && !is_each { format!("crate::request::joined({name})") } else { name.to_owned() };
    format!(".{call}({}, {value})", literal(&parameter.name))
}

/// How the request becomes a call.
fn ending(operation: &Operation, gives: Gives) -> Vec<String> {
    let call = match (&operation.answer, gives) {
        (_, Gives::Events(events)) => return stream_ending(events),
        _ if operation.page.is_some() => ".into_pages()",
        (Answer::Json(_) | Answer::Either { .. }, _) => ".into_json()",
        (Answer::Text, _) => ".into_text()",
        (Answer::Bytes, _) => ".into_bytes()",
        (Answer::Nothing | Answer::Events(_), _) => ".into_nothing()",
    };
    vec![call.to_owned()]
}

fn stream_ending(events: &Events) -> Vec<String> {
    let mut links = vec![".into_events()".to_owned()];
    if let Some(resume) = &events.resume {
        links.push(match &resume.field {
            Some(field) => format!(".resumed_by({}, {})", literal(&resume.path), literal(field)),
            None => ".resumed_by_itself()".to_owned(),
        });
    }
    let names: Vec<String> = events.ends_with.iter().filter(|name| *name != "[DONE]").map(|it| literal(it)).collect();
    if !names.is_empty() {
        links.push(format!(".ending_with(&[{}])", names.join(", ")));
    }
    if events.ends_with_done {
        links.push(".ending_with_done()".to_owned());
    }
    links
}

impl Method<'_> {
    /// Whether its call has parameters of its own.
    pub(super) fn has_own_call(&self) -> bool {
        !self.options.is_empty() || self.optional_body.is_some()
    }

    /// What the call gives when it is awaited.
    pub(super) fn awaited(&self, plan: &Plan) -> String {
        match (&self.operation.page, &self.operation.answer, self.gives) {
            (_, _, Gives::Events(events)) => in_models(plan, &events.ty, Mode::Plain),
            (Some(page), ..) => match &page.rich {
                Some(rich) => in_models(plan, rich, Mode::Plain),
                None => format!("crate::Page<{}>", in_models(plan, &page.item, Mode::Plain)),
            },
            (_, Answer::Json(json) | Answer::Either { json, .. }, _) => in_models(plan, json, Mode::Plain),
            (_, Answer::Text, _) => "String".to_owned(),
            (_, Answer::Bytes, _) => "Vec<u8>".to_owned(),
            (_, Answer::Nothing | Answer::Events(_), _) => "()".to_owned(),
        }
    }

    /// The general type of its call.
    pub(super) fn call(&self, plan: &Plan) -> String {
        let awaited = self.awaited(plan);
        match self.gives {
            Gives::Events(_) => format!("crate::EventsCall<{awaited}>"),
            _ if self.operation.page.is_some() => format!("crate::ListCall<{awaited}>"),
            _ => format!("crate::Call<{awaited}>"),
        }
    }

    /// What the method gives.
    pub(super) fn gives(&self, plan: &Plan) -> String {
        if self.has_own_call() { self.call_name.clone() } else { self.call(plan) }
    }
}
