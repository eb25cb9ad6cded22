//! A group of operations as a class.

use super::code::{Code, WIDTH, key, listed, string};
use super::declarations::Types;
use super::docs::comment;
use super::imports::Imports;
use super::names::{GroupNames, MethodNames, has_own_options};
use super::streams;
use super::templates::HEADER;
use crate::codegen::Source;
use crate::codegen::model::{Answer, Body, Events, Group, Location, Operation, Parameter, Type};
use crate::codegen::source::sentence;

/// One way of calling an operation.
pub(super) struct Method<'a> {
    pub(super) operation: &'a Operation,
    pub(super) names: &'a MethodNames,
    /// Set if it gives events.
    pub(super) events: Option<&'a Events>,
    /// The field of the body that says so, and whether it shall be true.
    switch: Option<(&'a str, bool)>,
}

impl Method<'_> {
    pub(super) fn name(&self) -> &str {
        match (&self.names.stream, self.events) {
            (Some(stream), Some(_)) => stream,
            _ => &self.names.method,
        }
    }
}

/// The ways of calling an operation: one, or two if a field of the body makes it stream.
pub(super) fn methods<'a>(operation: &'a Operation, names: &'a MethodNames) -> Vec<Method<'a>> {
    match &operation.answer {
        Answer::Either { events, switch, .. } => vec![
            Method { operation, names, events: None, switch: Some((switch, false)) },
            Method { operation, names, events: Some(events), switch: Some((switch, true)) },
        ],
        Answer::Events(events) => vec![Method { operation, names, events: Some(events), switch: None }],
        _ => vec![Method { operation, names, events: None, switch: None }],
    }
}

/// The file of a group.
pub(super) fn file(types: &Types, group: &Group, names: &GroupNames) -> String {
    let mut imports = Imports::default();
    imports.ty("../runtime/transport.ts", "Transport");
    let mut before = Source::new("  ");
    let mut class = Source::new("  ");
    comment(&mut class, 0, &[sentence(&group.description)]);
    class.block(&format!("export class {} {{", names.class), "}", |inner| {
        inner.line("readonly #transport: Transport;").gap().line("/** @internal */");
        inner.block("constructor(transport: Transport) {", "}", |body| {
            body.line("this.#transport = transport;");
        });
        for (operation, names) in group.operations.iter().zip(&names.methods) {
            write_options(types, operation, names, &mut imports, &mut before);
            for method in methods(operation, names) {
                inner.gap();
                write_method(types, &method, &mut imports, inner);
                if let Some(events) = method.events {
                    write_kind(types, &method, events, &mut imports, &mut before);
                }
            }
        }
    });
    let mut source = Source::new("  ");
    source.line(HEADER.trim_end()).gap();
    imports.write(&mut source);
    format!("{}{}\n{}", source.finish(), before.finish(), class.finish())
}

fn write_kind(types: &Types, method: &Method, events: &Events, imports: &mut Imports, source: &mut Source) {
    imports.ty("../runtime/events.ts", "StreamKind");
    let head = format!("const {}Kind: StreamKind = ", method.name());
    let kind = streams::kind(types, events).written(0, WIDTH, 1);
    source.gap().line(format!("{head}{kind};"));
}

/// The interface of the options, if the operation has some of its own.
fn write_options(types: &Types, op: &Operation, names: &MethodNames, imports: &mut Imports, source: &mut Source) {
    let Some(name) = &names.options else { return };
    source.gap();
    comment(source, 0, &[format!("What can be said with `{}`.", op.id)]);
    let bases = base_options(op, op.events().is_some(), imports).join(", ");
    source.block(&format!("export interface {name} extends {bases} {{"), "}", |inner| {
        for (parameter, name) in options(op, names) {
            types.mentioned(&parameter.ty).for_each(|name| imports.ty("../types.ts", name));
            comment(inner, 1, &[sentence(&parameter.description)]);
            let text = types.taken(&parameter.ty);
            inner.line(match parameter.is_required {
                true => format!("readonly {name}: {text};"),
                false => format!("readonly {name}?: {text} | undefined;"),
            });
        }
    });
}

/// What each call of this kind takes.
fn base_options(operation: &Operation, is_stream: bool, imports: &mut Imports) -> Vec<&'static str> {
    let mut bases = Vec::new();
    if operation.page.is_some() {
        bases.push("PageOptions");
    }
    if is_stream {
        bases.push(if operation.takes_last_event_id { "ResumableOptions" } else { "StreamingOptions" });
    }
    if operation.takes_idempotency_key {
        bases.push("IdempotentOptions");
    }
    if bases.is_empty() {
        bases.push("CallOptions");
    }
    bases.iter().for_each(|base| imports.ty("../runtime/options.ts", *base));
    bases
}

/// The parameters that are options, with their names.
fn options<'a>(op: &'a Operation, names: &'a MethodNames) -> impl Iterator<Item = (&'a Parameter, &'a String)> {
    op.parameters.iter().zip(&names.parameters).filter(|(parameter, _)| parameter.location != Location::Path)
}

/// The parameters of the path, with their names.
fn positional<'a>(op: &'a Operation, names: &'a MethodNames) -> impl Iterator<Item = (&'a Parameter, &'a String)> {
    op.parameters.iter().zip(&names.parameters).filter(|(parameter, _)| parameter.location == Location::Path)
}

fn write_method(types: &Types, method: &Method, imports: &mut Imports, source: &mut Source) {
    let Method { operation, names, .. } = method;
    describe(method, source);
    let mut parameters: Vec<String> = positional(operation, names)
        .map(|(parameter, name)| {
            types.mentioned(&parameter.ty).for_each(|name| imports.ty("../types.ts", name));
            let ty = if is_plain(types, &parameter.ty) { types.text(&parameter.ty) } else { "string".to_owned() };
            format!("{name}: {ty}")
        })
        .collect();
    let needs_options = options(operation, names).any(|(parameter, _)| parameter.is_required);
    if let Some(body) = &operation.body {
        let ty = body_type(types, body, imports);
        parameters.push(match (body.is_required, needs_options) {
            (true, _) => format!("body: {ty}"),
            (false, true) => format!("body: {ty} | undefined"),
            (false, false) => format!("body?: {ty}"),
        });
    }
    let is_stream = method.events.is_some();
    let options = names.options.clone().unwrap_or_else(|| base_options(operation, is_stream, imports).join(" & "));
    parameters.push(format!("options: {options}{}", if needs_options { "" } else { " = {}" }));
    let (result, call) = result(types, method, imports);
    let call = call.written(2, "    return ".len(), 1);
    let open = listed(&format!("{}(", method.name()), &parameters, &format!("): {result} {{"), 1);
    source.block(&open, "}", |inner| {
        write_request(types, method, imports, inner);
        inner.line(format!("return {call};"));
    });
}

/// Whether a value is a text, a number or a boolean, of which a path can be made.
fn is_plain(types: &Types, ty: &Type) -> bool {
    match ty {
        Type::String | Type::DateTime | Type::Integer | Type::Number | Type::Boolean => true,
        Type::Named(_) => matches!(types.shape(ty), Some(crate::codegen::model::Shape::Enum(_))),
        _ => false,
    }
}

fn describe(method: &Method, source: &mut Source) {
    let Method { operation, names, .. } = method;
    let mut tags: Vec<String> = Vec::new();
    let mut tag = |name: &str, text: &str| {
        if !text.is_empty() {
            tags.push(format!("@param {name} - {}", sentence(text).replace("\n\n", " ")));
        }
    };
    positional(operation, names).for_each(|(parameter, name)| tag(name, &parameter.description));
    if let Some(body) = &operation.body {
        tag("body", &body.description);
    }
    if operation.is_deprecated {
        tags.push("@deprecated".to_owned());
    }
    let tags: Vec<String> = tags.into_iter().map(|tag| format!("```{tag}")).collect();
    let address = format!("`{} {}`", operation.method, operation.path);
    let unchanged = "Rejects with `NotModifiedError` when `ifNoneMatch` names what there is.";
    let unchanged = if operation.may_be_unchanged { unchanged } else { "" };
    let paragraphs = [&sentence(&operation.summary), &operation.description, unchanged, &address].map(str::to_owned);
    let mut all: Vec<String> = paragraphs.into_iter().collect();
    all.extend(tags.first().map(|_| tags.join("\n")));
    let mut own = Source::new("  ");
    comment(&mut own, 1, &all);
    source.line(own.finish().replace("```@", "@").trim_end());
}

/// The type of a body, and with it how it is made.
fn body_type(types: &Types, body: &Body, imports: &mut Imports) -> String {
    if is_json(body) || is_form(body) {
        types.mentioned(&body.ty).for_each(|name| imports.ty("../types.ts", name));
        return types.text(&body.ty);
    }
    imports.ty("../runtime/request.ts", "RawBody");
    "RawBody".to_owned()
}

fn is_json(body: &Body) -> bool {
    body.media_type == "application/json" || body.media_type.ends_with("+json")
}

fn is_form(body: &Body) -> bool {
    body.media_type == "application/x-www-form-urlencoded"
}

/// What a call gives, and how it is made of `request`.
fn result(types: &Types, method: &Method, imports: &mut Imports) -> (String, Code) {
    let operation = method.operation;
    let made = |class: &str, more: Option<String>| {
        let own = ["this.#transport", "request", "options"].map(str::to_owned);
        Code::Call(class.to_owned(), own.into_iter().chain(more).map(Code::text).collect())
    };
    if let Some(events) = method.events {
        imports.value("../runtime/stream.ts", "EventStream");
        let call = made("new EventStream", Some(format!("{}Kind", method.name())));
        return (format!("EventStream<{}>", streams::event(types, events, imports)), call);
    }
    if let Some(page) = &operation.page {
        imports.value("../runtime/page.ts", "List");
        let mut arguments = vec![types.text(&page.item)];
        arguments.extend(page.rich.as_ref().map(|rich| types.text(rich)));
        for ty in [Some(&page.item), page.rich.as_ref()].into_iter().flatten() {
            types.mentioned(ty).for_each(|name| imports.ty("../types.ts", name));
        }
        return (format!("List<{}>", arguments.join(", ")), made("new List", None));
    }
    let (ty, read, argument) = match &operation.answer {
        Answer::Json(ty) | Answer::Either { json: ty, .. } => {
            types.mentioned(ty).for_each(|name| imports.ty("../types.ts", name));
            let text = types.text(ty);
            (text.clone(), "readJson", format!("<{text}>"))
        }
        Answer::Text => ("string".to_owned(), "readText", String::new()),
        Answer::Bytes => ("Uint8Array<ArrayBuffer>".to_owned(), "readBytes", String::new()),
        Answer::Nothing | Answer::Events(_) => ("void".to_owned(), "readNothing", String::new()),
    };
    imports.value("../runtime/call.ts", "Call");
    imports.value("../runtime/answer.ts", read);
    let sent = ["request".to_owned(), "options".to_owned(), format!("{read}{argument}")];
    let sent = Code::Call("this.#transport.send".to_owned(), sent.map(Code::text).into_iter().collect());
    (format!("Call<{ty}>"), Code::Call("new Call".to_owned(), vec![sent]))
}

fn write_request(types: &Types, method: &Method, imports: &mut Imports, source: &mut Source) {
    let Method { operation, names, .. } = method;
    imports.ty("../runtime/request.ts", "Request");
    source.block("const request: Request = {", "};", |inner| {
        inner.line(format!("method: {},", string(&operation.method)));
        inner.line(format!("path: {},", path(operation, names, imports)));
        if has_own_options(operation) {
            write_values(operation, names, (Location::Query, "query"), imports, inner);
            write_values(operation, names, (Location::Header, "headers"), imports, inner);
        }
        if let Some(body) = &operation.body {
            inner.line(format!("content: {},", content(types, body, method, imports)));
        }
        if matches!(operation.answer, Answer::Text | Answer::Bytes) {
            inner.line("accept: \"*/*\",");
        }
        if !operation.needs_token {
            inner.line("isOpen: true,");
        }
        if operation.takes_idempotency_key {
            inner.line("isIdempotent: true,");
        }
    });
}

/// The path: a text, or a template if it has parameters.
fn path(operation: &Operation, names: &MethodNames, imports: &mut Imports) -> String {
    let mut template = operation.path.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${");
    let mut has_values = false;
    for (parameter, name) in positional(operation, names) {
        let place = format!("{{{}}}", parameter.name);
        has_values |= template.contains(&place);
        template = template.replacen(&place, &format!("\u{0}{{{name}}}"), 1);
    }
    if !has_values {
        return string(&operation.path);
    }
    imports.value("../runtime/request.ts", "path");
    format!("path`{}`", template.replace('\u{0}', "$"))
}

/// The values of a query or the headers.
fn write_values(
    operation: &Operation,
    names: &MethodNames,
    (location, field): (Location, &str),
    imports: &mut Imports,
    source: &mut Source,
) {
    let values: Vec<String> = options(operation, names)
        .filter(|(parameter, _)| parameter.location == location)
        .map(|(parameter, name)| {
            let is_list = matches!(parameter.ty.without_null(), Type::List(_));
            let is_joined = is_list && parameter.is_joined && location == Location::Query;
            let value = if is_joined { format!("joined(options.{name})") } else { format!("options.{name}") };
            if is_joined {
                imports.value("../runtime/request.ts", "joined");
            }
            format!("{}: {value}", key(&parameter.name))
        })
        .collect();
    if !values.is_empty() {
        source.line(listed(&format!("{field}: {{"), &values, "},", 3));
    }
}

/// How the body is made.
fn content(types: &Types, body: &Body, method: &Method, imports: &mut Imports) -> String {
    let function = if is_json(body) {
        "json"
    } else if is_form(body) {
        "form"
    } else {
        "raw"
    };
    imports.value("../runtime/request.ts", function);
    let is_object = matches!(types.shape(&body.ty), Some(crate::codegen::model::Shape::Object { .. }));
    let value = match method.switch.filter(|_| is_object) {
        Some((switch, is_on)) => format!("{{ ...body, {}: {is_on} }}", key(switch)),
        None => "body".to_owned(),
    };
    let is_default = matches!(body.media_type.as_str(), "application/json" | "application/x-www-form-urlencoded");
    // A form of several parts says by itself where they end.
    let is_silent = is_default || body.media_type.starts_with("multipart/") || body.media_type.contains('*');
    if is_silent {
        format!("{function}({value})")
    } else {
        format!("{function}({value}, {})", string(&body.media_type))
    }
}
