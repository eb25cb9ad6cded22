//! `groups/*.py`: a class for threads and one for asyncio for each group, with a method for each call.

use super::annotations::{Annotations, Module};
use super::layout::{Code, INDENT};
use super::modules;
use super::names::{Names, Scope, wanted};
use super::signature::{Sent, Signature};
use super::text::{self, docstring};
use crate::codegen::model::{Answer, Api, Events, Group, Location, Operation, Shape, Type};
use crate::codegen::naming;
use crate::codegen::source::{Source, sentence};

/// A call as a method.
pub(super) struct Method<'a> {
    pub(super) name: String,
    pub(super) operation: &'a Operation,
    /// The field of the body that the call sets by itself, and to what.
    pub(super) switch: Option<(&'a str, bool)>,
}

/// What a method gives.
enum Gives {
    Nothing,
    Value { annotation: String, answer: Code },
    Page { item: String, page: String, answer: Code },
    Events { event: String },
}

/// The methods of a group, in its order.
pub(super) fn methods(group: &Group) -> Vec<Method<'_>> {
    let mut scope = Scope::of_group();
    let mut methods = Vec::new();
    for operation in &group.operations {
        let name = scope.take(&wanted(&operation.name));
        let switch = match &operation.answer {
            Answer::Either { switch, .. } => Some(switch.as_str()),
            _ => None,
        };
        methods.push(Method { name: name.clone(), operation, switch: switch.map(|field| (field, false)) });
        if let Some(field) = switch {
            let name = scope.take(&format!("{name}_stream"));
            methods.push(Method { name, operation, switch: Some((field, true)) });
        }
    }
    methods
}

/// The module of a group.
pub(super) fn module(api: &Api, names: &Names, group: &Group) -> String {
    let methods = methods(group);
    let mut annotations = Annotations::new(api, names, Module::Groups);
    annotations.hide(methods.iter().map(|method| &method.name));
    let mut body = Source::new(INDENT);
    for method in methods.iter().filter(|method| method.is_stream()) {
        if let Some(events) = method.operation.events() {
            constant(&mut body, &mut annotations, method, events);
        }
    }
    let (class, async_class) = names.classes_of_group(&group.name);
    for (class, is_async) in [(class, false), (async_class, true)] {
        let transport = if is_async { "AsyncTransport" } else { "Transport" };
        let module = if is_async { ".._async_transport" } else { ".._transport" };
        annotations.imports.from(module, transport);
        body.gap().gap().line(format!("class {class}:")).deeper(|body| {
            let described = if group.description.is_empty() { &group.name } else { &group.description };
            docstring(body, 1, &sentence(described));
            body.gap().line(format!("def __init__(self, transport: {transport}) -> None:"));
            body.deeper(|body| {
                body.line("self._transport = transport");
            });
            for method in &methods {
                write(body.gap(), &mut annotations, method, is_async);
            }
        });
    }
    modules::assembled(&format!("The calls of `{}`.", group.name), &annotations.imports, body)
}

impl Method<'_> {
    /// Whether it gives events.
    pub(super) const fn is_stream(&self) -> bool {
        matches!(self.operation.answer, Answer::Events(_)) || matches!(self.switch, Some((_, true)))
    }

    fn constant_name(&self) -> String {
        format!("_{}_EVENTS", naming::screaming(&self.name))
    }
}

fn constant(body: &mut Source, annotations: &mut Annotations<'_>, method: &Method<'_>, events: &Events) {
    let event = annotations.received(&events.ty);
    let class = annotations.imports.from(".._following", "Events");
    let mut items = vec![Code::named("decode", annotations.reader(&events.ty))];
    if let Some((tag, known)) = tags(annotations.api, &events.ty) {
        items.push(Code::named("tag", Code::plain(text::literal(tag))));
        items.push(Code::named("known", set(known)));
    }
    let ends_with: Vec<&str> = events.ends_with.iter().map(String::as_str).filter(|value| *value != "[DONE]").collect();
    if !ends_with.is_empty() {
        items.push(Code::named("ends_with", set(ends_with)));
    }
    if events.ends_with_done {
        items.push(Code::plain("ends_with_done=True"));
    }
    if let Some(resume) = &events.resume {
        let function = annotations.imports.from(".._following", "Resume");
        let mut told = Vec::new();
        if resume.path != method.operation.path {
            let path = resume
                .field
                .as_ref()
                .map_or_else(|| resume.path.clone(), |field| resume.path.replace(&format!("{{{field}}}"), "{}"));
            told.push(Code::plain(text::literal(&path)));
            told.extend(resume.field.iter().map(|field| Code::plain(text::literal(field))));
        }
        items.push(Code::named("resume", Code::call(&function, told)));
    }
    let before = format!("{}: {class}[{event}] = ", method.constant_name());
    Code::call(&class, items).write(body.gap(), 0, &before, "");
}

fn set(values: Vec<&str>) -> Code {
    let values = values.into_iter().map(|value| Code::plain(text::literal(value))).collect();
    Code::call("frozenset", vec![Code::Group { open: "{".to_owned(), items: values, close: "}" }])
}

/// The field that distinguishes events, and its known values.
fn tags<'a>(api: &'a Api, ty: &Type) -> Option<(&'a str, Vec<&'a str>)> {
    let Type::Named(name) = ty else { return None };
    let Shape::Union { tag: Some(tag), variants } = &api.named(name)?.shape else { return None };
    Some((tag, variants.iter().filter_map(|variant| variant.value.as_deref()).collect()))
}

fn gives(annotations: &mut Annotations<'_>, method: &Method<'_>) -> Gives {
    let operation = method.operation;
    if let (true, Some(events)) = (method.is_stream(), operation.events()) {
        return Gives::Events { event: annotations.received(&events.ty) };
    }
    if let Some(page) = &operation.page {
        let item = annotations.received(&page.item);
        let (annotation, read) = match &page.rich {
            Some(rich) => (annotations.received(rich), annotations.reader(rich)),
            None => {
                let class = annotations.imports.from(".._paging", "Page");
                let item_reader = annotations.reader(&page.item);
                (format!("{class}[{item}]"), Code::call(&format!("{class}.of"), vec![item_reader]))
            }
        };
        let answer = Code::call(&annotations.runtime("_calls", "json_answer"), vec![read]);
        return Gives::Page { item, page: annotation, answer };
    }
    match &operation.answer {
        Answer::Json(ty) | Answer::Either { json: ty, .. } => {
            let read = annotations.reader(ty);
            let answer = Code::call(&annotations.runtime("_calls", "json_answer"), vec![read]);
            Gives::Value { annotation: annotations.received(ty), answer }
        }
        Answer::Text => Gives::Value {
            annotation: annotations.built_in("str"),
            answer: Code::plain(annotations.runtime("_calls", "text_answer")),
        },
        Answer::Bytes => Gives::Value {
            annotation: annotations.built_in("bytes"),
            answer: Code::plain(annotations.runtime("_calls", "bytes_answer")),
        },
        Answer::Nothing | Answer::Events(_) => Gives::Nothing,
    }
}

fn write(body: &mut Source, annotations: &mut Annotations<'_>, method: &Method<'_>, is_async: bool) {
    let operation = method.operation;
    let (api, names) = (annotations.api, annotations.names);
    let signature = Signature::of(api, names, operation, method.switch.map(|(field, _)| field));
    let gives = gives(annotations, method);
    let prefix = if is_async { "Async" } else { "" };
    let result = match &gives {
        Gives::Nothing => "None".to_owned(),
        Gives::Value { annotation, .. } => annotation.clone(),
        Gives::Page { item, page, .. } => {
            format!("{}[{item}, {page}]", annotations.imports.from(".._paging", &format!("{prefix}Paginator")))
        }
        Gives::Events { event } => {
            format!("{}[{event}]", annotations.imports.from(".._streams", &format!("{prefix}Stream")))
        }
    };
    let is_lazy = matches!(gives, Gives::Page { .. } | Gives::Events { .. });
    let (by_place, by_name) = signature.parameters(annotations);
    let options_class = if method.is_stream() { "StreamCallOptions" } else { "CallOptions" };
    let options_class = annotations.imports.from(".._calls", options_class);
    let mut parameters = vec![Code::plain("self")];
    parameters.extend(by_place.into_iter().map(Code::plain));
    parameters.push(Code::plain("*"));
    parameters.extend(by_name.into_iter().map(Code::plain));
    parameters.push(Code::plain(format!("options: {options_class} | None = None")));
    let keyword = if is_async && !is_lazy { "async def" } else { "def" };
    let open = format!("{keyword} {}(", method.name);
    Code::Group { open, items: parameters, close: ")" }.write(body, 1, "", &format!(" -> {result}:"));
    body.deeper(|body| {
        docstring(body, 2, &documentation(method, &signature));
        statement(body, annotations, method, &signature, gives, is_async);
    });
}

fn statement(
    body: &mut Source,
    annotations: &mut Annotations<'_>,
    method: &Method<'_>,
    signature: &Signature<'_>,
    gives: Gives,
    is_async: bool,
) {
    let wait = if is_async { "await " } else { "" };
    let prefix = if is_async { "Async" } else { "" };
    let mut items = vec![];
    let (before, function, answer) = match gives {
        Gives::Nothing => {
            let answer = annotations.runtime("_calls", "no_answer");
            (wait.to_owned(), "self._transport.send".to_owned(), Code::plain(answer))
        }
        Gives::Value { answer, .. } => (format!("return {wait}"), "self._transport.send".to_owned(), answer),
        Gives::Page { answer, .. } => {
            items.push(Code::plain("self._transport"));
            ("return ".to_owned(), format!("{prefix}Paginator"), answer)
        }
        Gives::Events { .. } => {
            let answer = annotations.runtime("_calls", "raw_answer");
            items.push(Code::plain("self._transport"));
            ("return ".to_owned(), format!("{prefix}Stream"), Code::plain(answer))
        }
    };
    items.push(call(annotations, method, signature, answer));
    if method.is_stream() {
        items.push(Code::plain(method.constant_name()));
    }
    items.push(Code::plain("options"));
    if let Some(name) = &signature.last_event_id {
        items.push(Code::plain(name));
    }
    Code::call(&function, items).write(body, 2, &before, "");
}

/// `Call(...)`
fn call(annotations: &mut Annotations<'_>, method: &Method<'_>, signature: &Signature<'_>, answer: Code) -> Code {
    let operation = method.operation;
    let mut path = operation.path.clone();
    for (_, parameter) in &signature.path {
        path = path.replacen(&format!("{{{}}}", parameter.name), "{}", 1);
    }
    let mut items = vec![
        Code::named("method", Code::plain(text::literal(&operation.method))),
        Code::named("path", Code::plain(text::literal(&path))),
    ];
    if !signature.path.is_empty() {
        let comma = if signature.path.len() == 1 { "," } else { "" };
        let values: Vec<&str> = signature.path.iter().map(|(name, _)| name.as_str()).collect();
        items.push(Code::plain(format!("path_values=({}{comma})", values.join(", "))));
    }
    for (place, argument) in [(Location::Query, "query"), (Location::Header, "headers")] {
        let mut pairs = Vec::new();
        for (name, parameter) in signature.others.iter().filter(|(_, parameter)| parameter.location == place) {
            let is_list = parameter.is_joined && matches!(parameter.ty.without_null(), Type::List(_));
            let value = match is_list {
                true => format!("{}({name})", annotations.imports.from(".._encoding", "Joined")),
                false => name.clone(),
            };
            pairs.push(Code::keyed(&text::literal(&parameter.name), Code::plain(value)));
        }
        if let (Location::Query, Some(cursor)) = (place, &signature.cursor) {
            pairs.push(Code::keyed(&text::literal(cursor), Code::plain(cursor)));
        }
        if !pairs.is_empty() {
            items.push(Code::named(argument, Code::dictionary(pairs)));
        }
    }
    sent(&mut items, annotations, method, signature);
    items.push(Code::named("answer", answer));
    if !operation.needs_token {
        items.push(Code::plain("needs_token=False"));
    }
    if operation.takes_idempotency_key {
        items.push(Code::plain("takes_idempotency_key=True"));
    }
    Code::call(&annotations.imports.from(".._calls", "Call"), items)
}

fn sent(items: &mut Vec<Code>, annotations: &mut Annotations<'_>, method: &Method<'_>, signature: &Signature<'_>) {
    let content_type = |kind: &str| Code::named("content_type", Code::plain(text::literal(kind)));
    match &signature.body {
        Sent::Nothing => {}
        Sent::Fields(body, fields) => {
            let mut pairs: Vec<Code> = fields
                .iter()
                .map(|(name, field)| Code::keyed(&text::literal(&field.name), Code::plain(name)))
                .collect();
            if let Some((field, true)) = method.switch {
                pairs.push(Code::keyed(&text::literal(field), Code::plain("True")));
            }
            items.push(Code::named("json", Code::dictionary(pairs)));
            if !body.is_required {
                items.push(Code::plain("needs_body=False"));
            }
            if body.media_type != "application/json" {
                items.push(content_type(&body.media_type));
            }
        }
        Sent::Json(body) => {
            items.push(Code::plain("json=body"));
            if body.media_type != "application/json" {
                items.push(content_type(&body.media_type));
            }
        }
        Sent::Form(body) => {
            let form = annotations.runtime("_encoding", "as_form");
            items.extend([Code::plain(format!("content={form}(body)")), content_type(&body.media_type)]);
        }
        Sent::Text(body) | Sent::Bytes(body) => {
            items.extend([Code::plain("content=body"), content_type(&body.media_type)])
        }
    }
}

fn documentation(method: &Method<'_>, signature: &Signature<'_>) -> String {
    let operation = method.operation;
    let mut paragraphs = vec![sentence(if operation.summary.is_empty() { &operation.id } else { &operation.summary })];
    if operation.is_deprecated {
        paragraphs.push("Deprecated: it is on its way out.".to_owned());
    }
    if !operation.description.is_empty() {
        paragraphs.push(operation.description.clone());
    }
    if matches!(method.switch, Some((_, true))) {
        paragraphs.push("The answer comes in pieces, as events.".to_owned());
    }
    paragraphs.push(format!("Args:\n{}", signature.descriptions().join("\n")));
    if operation.may_be_unchanged {
        paragraphs.push("Raises:\n    NotModifiedError: It is still what `if_none_match` names.".to_owned());
    }
    paragraphs.join("\n\n")
}
