//! Operations become methods.

use super::comments;
use super::parameters::{self, has_struct, needs_struct};
use super::scope::{CallNames, Kind, Scope, ServiceNames};
use super::structs::{self, Form};
use super::table::{pairs, quoted};
use crate::codegen::Source;
use crate::codegen::model::{Answer, Body, Events, Operation, PAGE_ITEMS, PAGE_NEXT, Page, Shape, Type, is_text};

/// The method of an operation, or its two.
pub(super) fn write<'a>(
    source: &mut Source,
    scope: &Scope<'a>,
    service: &ServiceNames,
    names: &CallNames,
    operation: &'a Operation,
) {
    let method =
        |name: &str| Method { scope, service: &service.ty, name: name.to_owned(), params: &names.params, operation };
    match (&operation.answer, &operation.page) {
        (Answer::Either { json, events, switch }, _) => {
            method(&names.method).write_json(source, json, Some((switch, false)));
            method(&names.streaming).write_events(source, events, Some((switch, true)));
        }
        (Answer::Json(ty), Some(page)) => method(&names.method).write_pages(source, ty, page),
        (Answer::Json(ty), None) => method(&names.method).write_json(source, ty, None),
        (Answer::Events(events), _) => method(&names.method).write_events(source, events, None),
        (Answer::Text, _) => method(&names.method).write_whole(source, "string", "decodeText"),
        (Answer::Bytes, _) => method(&names.method).write_whole(source, "[]byte", "decodeBytes"),
        (Answer::Nothing, _) => method(&names.method).write_nothing(source),
    }
}

/// How a body is taken and sent.
pub(super) struct Sent {
    /// Its type in Go.
    pub(super) ty: String,
    /// Whether it may be nil, which is nothing.
    pub(super) is_optional: bool,
    /// What puts it into the request.
    with: String,
}

/// How the body of a call is taken and sent.
pub(super) fn sent<'a>(scope: &Scope<'a>, body: &'a Body) -> Sent {
    let media_type = body.media_type.split(';').next().unwrap_or_default().trim();
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    let is_form = media_type == "application/x-www-form-urlencoded";
    if !is_json && !is_form {
        let (ty, given) = if is_text(media_type) { ("string", "[]byte(body)") } else { ("[]byte", "body") };
        let with = format!("withBody({given}, {})", quoted(&body.media_type));
        return Sent { ty: ty.to_owned(), is_optional: false, with };
    }
    let is_nilable = scope.is_nilable(&body.ty);
    let star = if body.is_required || is_nilable { "" } else { "*" };
    let with = if is_json { "withJSON(body)" } else { "withForm(body)" };
    Sent { ty: format!("{star}{}", scope.go(&body.ty)), is_optional: !body.is_required, with: with.to_owned() }
}

struct Method<'s, 'a> {
    scope: &'s Scope<'a>,
    service: &'s str,
    name: String,
    params: &'s str,
    operation: &'a Operation,
}

impl<'a> Method<'_, 'a> {
    fn write_nothing(&self, source: &mut Source) {
        self.block(source, "error", None, |inner| {
            inner.line("return perform(ctx, s.connection, request, options)");
        });
    }

    fn write_whole(&self, source: &mut Source, ty: &str, decode: &str) {
        self.block(source, &format!("({ty}, error)"), None, |inner| {
            inner.line(format!("return fetch(ctx, s.connection, request, options, {decode})"));
        });
    }

    fn write_json(&self, source: &mut Source, ty: &'a Type, switch: Option<(&str, bool)>) {
        let (go, decode) = whole(self.scope, ty);
        self.block(source, &format!("({go}, error)"), switch, |inner| {
            inner.line(format!("return fetch(ctx, s.connection, request, options, {decode})"));
        });
    }

    fn write_pages(&self, source: &mut Source, whole: &'a Type, page: &'a Page) {
        let item = self.scope.go(&page.item);
        let Some(rich) = &page.rich else {
            let decode = one(self.scope, &page.item);
            return self.block(source, &format!("*Pager[{item}]"), None, |inner| {
                inner.line(format!("return listPages(ctx, s.connection, request, cursor, options, {decode})"));
            });
        };
        let rich_type = self.scope.go(rich);
        let name_of = |field: &str| match self.scope.kind(whole) {
            Kind::Object(named) => structs::plan(self.scope, named).into_iter().find(|it| it.field.name == field),
            _ => None,
        };
        let (Some(items), Some(next)) = (name_of(PAGE_ITEMS), name_of(PAGE_NEXT)) else { return };
        self.block(source, &format!("*RichPager[{item}, {rich_type}]"), None, |inner| {
            let head = format!("read := func(page *{rich_type}) ([]{item}, string) {{");
            inner.block(&head, "}", |inner| {
                inner.line(format!("return page.{}, cursorOf(page.{})", items.name, next.name));
            });
            let decode = format!("decodeObject[{rich_type}]");
            inner.line(format!("return listRichPages(ctx, s.connection, request, cursor, options, {decode}, read)"));
        });
    }

    fn write_events(&self, source: &mut Source, events: &'a Events, switch: Option<(&str, bool)>) {
        let (go, decode) = (self.scope.go(&events.ty), one(self.scope, &events.ty));
        let mut rules: Vec<(String, String)> = Vec::new();
        let mut rule = |name: &str, value: String| rules.push((name.to_owned(), value + ","));
        if let Some(resume) = &events.resume {
            rule("resumePath", quoted(&resume.path));
            if let Some(field) = &resume.field {
                rule("resumeField", quoted(field));
            }
        }
        if let Kind::Union(named) = self.scope.kind(&events.ty)
            && let Shape::Union { tag: Some(tag), .. } = &named.shape
        {
            rule("tag", quoted(tag));
        }
        let ends: Vec<String> = events.ends_with.iter().filter(|it| *it != "[DONE]").map(|it| quoted(it)).collect();
        if !ends.is_empty() {
            rule("endsWith", format!("[]string{{{}}}", ends.join(", ")));
        }
        if events.ends_with_done {
            rule("endsWithDone", "true".to_owned());
        }
        self.block(source, &format!("*Stream[{go}]"), switch, |inner| {
            let call = format!("openStream(ctx, s.connection, request, options, {decode}, streamRules{{");
            if rules.is_empty() {
                inner.line(format!("return {call}}})"));
            } else {
                inner.block(&format!("return {call}"), "})", |inner| {
                    pairs(&rules).iter().for_each(|line| {
                        inner.line(line);
                    });
                });
            }
        });
    }

    /// The method with what all have: comment, signature, and the request.
    fn block(&self, source: &mut Source, gives: &str, switch: Option<(&str, bool)>, end: impl FnOnce(&mut Source)) {
        let operation = self.operation;
        source.gap();
        self.write_comment(source, switch.map(|(_, is_on)| is_on));
        let head = format!("func (s *{}) {}({}) {gives} {{", self.service, self.name, self.signature());
        source.block(&head, "}", |inner| {
            if let Some((switch, is_on)) = switch
                && let Some(line) = switched(self.scope, operation, switch, is_on)
            {
                inner.line(line);
            }
            let optional = self.write_request(inner);
            if let Some(with) = optional {
                inner.block("if body != nil {", "}", |inner| {
                    inner.line(format!("request.{with}"));
                });
            }
            if operation.page.is_some() {
                inner.line("cursor := \"\"");
            }
            parameters::write_use(inner, self.scope, operation);
            end(inner);
        });
    }

    /// The line that makes the request; it gives what is left to be done with a body that may be nil.
    fn write_request(&self, source: &mut Source) -> Option<String> {
        let operation = self.operation;
        let mut request = format!("newRequest({}, {})", quoted(&operation.method), quoted(&operation.path));
        for (parameter, name) in parameters::positional(operation) {
            request.push_str(&format!(".withPath({}, {name})", quoted(&parameter.name)));
        }
        let mut optional = None;
        if let Some(body) = &operation.body {
            let sent = sent(self.scope, body);
            if sent.is_optional {
                optional = Some(sent.with);
            } else {
                request.push_str(&format!(".{}", sent.with));
            }
        }
        if operation.takes_idempotency_key {
            request.push_str(".withIdempotencyKey()");
        }
        if !operation.needs_token {
            request.push_str(".withoutToken()");
        }
        source.line(format!("request := {request}"));
        optional
    }

    fn signature(&self) -> String {
        let mut taken = vec!["ctx context.Context".to_owned()];
        for (parameter, name) in parameters::positional(self.operation) {
            taken.push(format!("{name} {}", self.scope.go(parameter.ty.without_null())));
        }
        if let Some(body) = &self.operation.body {
            taken.push(format!("body {}", sent(self.scope, body).ty));
        }
        if has_struct(self.operation) {
            let star = if needs_struct(self.operation) { "" } else { "*" };
            taken.push(format!("params {star}{}", self.params));
        }
        taken.push("options ...CallOption".to_owned());
        taken.join(", ")
    }

    fn write_comment(&self, source: &mut Source, is_stream: Option<bool>) {
        let operation = self.operation;
        let mut text = comments::about_call(&self.name, &operation.summary);
        match is_stream {
            Some(true) => text.push_str(" The answer comes as it is made."),
            Some(false) => text.push_str(" The answer comes as a whole."),
            None => {}
        }
        if !operation.description.is_empty() {
            text.push_str(&format!("\n\n{}", operation.description));
        }
        let body = operation.body.as_ref().map(|body| ("body", &body.description)).filter(|(_, text)| !text.is_empty());
        let positional = parameters::positional(operation);
        let described = positional.iter().map(|(parameter, name)| (name.as_str(), &parameter.description));
        let described: Vec<_> = described.chain(body).filter(|(_, text)| !text.is_empty()).collect();
        if !described.is_empty() {
            text.push_str("\n\n");
        }
        for (name, description) in described {
            text.push_str(&format!("- {name}: {}\n", description.replace("\n\n", " ").replace('\n', " ")));
        }
        if operation.may_be_unchanged {
            text.push_str("\n\nThe error is ErrNotModified if the caller has it already, as IfNoneMatch says.");
        }
        text.push_str(&format!("\n\nThe operation is {}: {} {}", operation.id, operation.method, operation.path));
        if operation.is_deprecated {
            text.push_str("\n\nDeprecated: it is on its way out.");
        }
        comments::write(source, &text);
    }
}

/// What a call gives, and what reads it: objects come as pointers.
fn whole<'a>(scope: &Scope<'a>, ty: &'a Type) -> (String, String) {
    let go = scope.go(ty);
    match scope.kind(ty) {
        Kind::Object(_) | Kind::Choice(_) => (format!("*{go}"), format!("decodeObject[{go}]")),
        _ => (go, one(scope, ty)),
    }
}

/// What reads one of many.
fn one<'a>(scope: &Scope<'a>, ty: &'a Type) -> String {
    scope.decoder(ty).unwrap_or_else(|| format!("decodeValue[{}]", scope.go(ty)))
}

/// The line that sets the field of the body which asks for a stream.
fn switched<'a>(scope: &Scope<'a>, operation: &'a Operation, switch: &str, is_on: bool) -> Option<String> {
    let body = operation.body.as_ref().filter(|body| body.is_required)?;
    let Kind::Object(named) = scope.kind(&body.ty) else { return None };
    let field = structs::plan(scope, named).into_iter().find(|planned| planned.field.name == switch)?;
    let is_boolean = matches!(field.field.ty.without_null(), Type::Boolean);
    let value = match field.form {
        _ if !is_boolean => return None,
        Form::Plain if field.ty == "bool" => is_on.to_string(),
        Form::Nullable => format!("Value({is_on})"),
        Form::Plain | Form::Pointer | Form::Optional => format!("Ptr({is_on})"),
        Form::Constant | Form::Unsayable => return None,
    };
    Some(format!("body.{} = {value}", field.name))
}
