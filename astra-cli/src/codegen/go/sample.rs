//! Calls as their users write them.

use super::literal::{self, composed};
use super::parameters::{self, has_struct, needs_struct};
use super::scope::{Kind, Scope};
use super::structs::{self, Form};
use super::{calls, unions};
use crate::codegen::Source;
use crate::codegen::model::{Answer, Api, Events, Operation, Type};

/// A call of `operation`, in a function that has `ctx` and `client` and gives an error.
pub(super) fn write(api: &Api, operation: &Operation) -> String {
    let scope = Scope::new(api, "astra.");
    let Some(call) = call(&scope, operation, false) else { return String::new() };
    let mut source = Source::new("\t");
    match (&operation.answer, &operation.page) {
        (Answer::Nothing, _) => {
            source.block(&format!("if err := {call}; err != nil {{"), "}", fails);
        }
        (Answer::Json(_), Some(page)) => {
            let item = literal::variable(&page.item, "item");
            source.block(&format!("for {item}, err := range {call}.All() {{"), "}", |inner| {
                inner.block("if err != nil {", "}", fails);
                inner.line(printed(&scope, &page.item, &item));
            });
        }
        (Answer::Json(ty), None) => write_whole(&mut source, &scope, &call, ty),
        (Answer::Either { json, events, .. }, _) => {
            write_whole(&mut source, &scope, &call, json);
            if let Some(call) = self::call(&scope, operation, true) {
                source.gap();
                write_loop(&mut source, &scope, &call, events);
            }
        }
        (Answer::Events(events), _) => write_loop(&mut source, &scope, &call, events),
        (Answer::Text, _) => {
            source.line(format!("text, err := {call}"));
            source.block("if err != nil {", "}", fails);
            source.line("fmt.Println(text)");
        }
        (Answer::Bytes, _) => {
            source.line(format!("data, err := {call}"));
            source.block("if err != nil {", "}", fails);
            source.line("fmt.Println(len(data))");
        }
    }
    source.finish().trim_end().to_owned()
}

/// The call alone: `client.Agents.Get(ctx, "support")`.
pub(super) fn called(api: &Api, operation: &Operation) -> Option<String> {
    call(&Scope::new(api, "astra."), operation, false)
}

fn fails(source: &mut Source) {
    source.line("return err");
}

fn write_whole<'a>(source: &mut Source, scope: &Scope<'a>, call: &str, ty: &'a Type) {
    let answer = literal::variable(ty, "answer");
    source.line(format!("{answer}, err := {call}"));
    source.block("if err != nil {", "}", fails);
    source.line(printed(scope, ty, &answer));
}

fn write_loop<'a>(source: &mut Source, scope: &Scope<'a>, call: &str, events: &'a Events) {
    source.line(format!("stream := {call}")).line("defer stream.Close()");
    source.block("for event, err := range stream.Events() {", "}", |inner| {
        inner.block("if err != nil {", "}", fails);
        let Kind::Union(named) = scope.kind(&events.ty) else {
            inner.line("fmt.Printf(\"%+v\\n\", event)");
            return;
        };
        inner.line("switch event := event.(type) {");
        let (mut is_used, mut seen) = (false, Vec::new());
        for (value, case) in unions::cases(scope, named) {
            let text = text_field(scope, &case);
            let is_end = events.ends_with.iter().any(|end| end == value);
            if seen.contains(&case) || (text.is_none() && !is_end) {
                continue;
            }
            let line = match &text {
                Some(field) => format!("fmt.Print(event.{field})"),
                None if value.contains("error") => "return fmt.Errorf(\"it broke off: %+v\", event)".to_owned(),
                None => "fmt.Println()".to_owned(),
            };
            is_used |= line.contains("event");
            inner.line(format!("case *{case}:\n\t{line}"));
            seen.push(case);
        }
        if !is_used {
            inner.line("default:\n\tfmt.Printf(\"%T\\n\", event)");
        }
        inner.line("}");
    });
}

/// The field of an event that is a piece of text.
fn text_field(scope: &Scope<'_>, case: &str) -> Option<String> {
    let named = scope.api.types.iter().find(|named| scope.name(&named.name) == case)?;
    let planned = structs::plan(scope, named);
    let field = planned.into_iter().find(|field| field.field.name == "delta" && field.ty == "string")?;
    Some(field.name)
}

/// The line that prints a value: what names it, if something does.
fn printed<'a>(scope: &Scope<'a>, ty: &'a Type, name: &str) -> String {
    match telling(scope, ty, 0) {
        Some(field) => format!("fmt.Println({name}{field})"),
        None => format!("fmt.Printf(\"%+v\\n\", {name})"),
    }
}

/// The first field of an object, or of one in it, that may be shown: `.User.ID`.
fn telling<'a>(scope: &Scope<'a>, ty: &'a Type, depth: usize) -> Option<String> {
    let Kind::Object(named) = scope.kind(ty) else { return None };
    let is_secret = |name: &str| ["token", "secret", "password"].iter().any(|word| name.contains(word));
    let planned = structs::plan(scope, named);
    let shown = || planned.iter().filter(|it| it.form == Form::Plain && !is_secret(&it.field.name));
    if let Some(field) = shown().find(|it| it.ty == "string" || it.ty == "int") {
        return Some(format!(".{}", field.name));
    }
    let inner = |it: &structs::Planned<'a>| Some(format!(".{}{}", it.name, telling(scope, &it.field.ty, depth + 1)?));
    if depth < 2 { shown().filter(|it| !it.ty.starts_with('*')).find_map(inner) } else { None }
}

/// The call, or the one that streams.
pub(super) fn call<'a>(scope: &Scope<'a>, operation: &'a Operation, is_streaming: bool) -> Option<String> {
    let (service, names) = scope.call(operation)?;
    let mut arguments = vec!["ctx".to_owned()];
    for (parameter, _) in parameters::positional(operation) {
        let ty = parameter.ty.without_null();
        arguments.push(literal::value(scope, ty, parameter.example.as_ref(), 0));
    }
    if let Some(body) = &operation.body {
        let sent = calls::sent(scope, body);
        arguments.push(match sent.ty.as_str() {
            "string" | "[]byte" if !body.media_type.contains("json") => format!("{}(\"text\")", sent.ty),
            ty if ty.starts_with('*') => literal::pointer(scope, &body.ty, body.example.as_ref(), 0),
            _ => literal::value(scope, &body.ty, body.example.as_ref(), 0),
        });
    }
    if has_struct(operation) {
        let mut entries = Vec::new();
        for field in parameters::given(scope, operation) {
            let parameter = field.parameter;
            if parameter.example.is_none() && !parameter.is_required {
                continue;
            }
            let ty = parameter.ty.without_null();
            let example = parameter.example.as_ref();
            let text = match field.is_pointer {
                true => literal::pointer(scope, ty, example, 0),
                false => literal::value(scope, ty, example, 0),
            };
            entries.push((field.field, text));
        }
        let literal = composed(&scope.own(&names.params), entries.clone());
        arguments.push(match (needs_struct(operation), entries.is_empty()) {
            (true, _) => literal,
            (false, true) => "nil".to_owned(),
            (false, false) => format!("&{literal}"),
        });
    }
    let method = if is_streaming { &names.streaming } else { &names.method };
    Some(format!("client.{}.{method}({})", service.field, arguments.join(", ")))
}
