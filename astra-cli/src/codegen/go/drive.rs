//! A program that makes the calls of a story: a function for each of its rows, and `runner.go`, what they share.

use super::file::{HEAD, uses};
use super::literal::any;
use super::names;
use super::sample::call;
use super::scope::Scope;
use super::table::{quoted, raw};
use crate::codegen::model::{Answer, Operation};
use crate::codegen::story::{Step, Until};
use crate::codegen::{File, Source};

const RUNNER: &str = include_str!("../templates/go/runner.go");

/// The files of the program, whose client is the module `module`.
pub(super) fn files(scope: &Scope<'_>, steps: &[Step], module: &str) -> Result<Vec<File>, String> {
    let mut body = Source::new("\t");
    body.line("// story calls every operation once.");
    body.block("func story(ctx context.Context, run *runner) {", "}", |body| {
        for step in steps {
            body.line(format!("run.begin({})", quoted(&step.id)));
            body.line(format!("{}(ctx, run)", names::unexported(&step.id)));
        }
    });
    for step in steps {
        body.gap().line(function(scope, step)?);
    }
    let body = body.finish();
    let mut source = Source::new("\t");
    source.line(HEAD).gap().line("package main").gap();
    source.block("import (", ")", |source| {
        source.line("\"context\"");
        if uses(&body, "time") {
            source.line("\"time\"");
        }
        source.gap().line(format!("astra {}", quoted(module)));
    });
    let runner = RUNNER.replace("example.com/astra-client", module);
    Ok(vec![
        File { path: "runner.go".to_owned(), text: format!("{HEAD}\n\n{runner}") },
        File { path: "story.go".to_owned(), text: format!("{}\n{body}", source.finish()) },
    ])
}

fn function(scope: &Scope<'_>, step: &Step) -> Result<String, String> {
    let operation = scope.api.operation(&step.id).ok_or_else(|| format!("there is no {}", step.id))?;
    let mut source = Source::new("\t");
    let mut calls = vec![written(scope, step, operation, false)?];
    if matches!(operation.answer, Answer::Either { .. }) {
        calls.push(written(scope, step, operation, true)?);
    }
    let head = format!("func {}(ctx context.Context, run *runner) {{", names::unexported(&step.id));
    source.block(&head, "}", |source| {
        let of_token = |token: &String| format!("run.clientOf(run.text({}))", quoted(token));
        let client = step.token.as_ref().map_or_else(|| "run.client()".to_owned(), of_token);
        source.line(format!("client := {client}"));
        for (place, call) in calls.iter().enumerate() {
            source.line(call);
            if place == 0 {
                write_checks(source, step);
            }
        }
    });
    Ok(source.finish().trim_end().to_owned())
}

/// The statements of a call, or of the one that streams.
fn written(scope: &Scope<'_>, step: &Step, operation: &Operation, is_streaming: bool) -> Result<String, String> {
    let call = call(scope, operation, is_streaming).ok_or_else(|| format!("{} is in no group", step.id))?;
    let call = step.filled(&call, raw, |text| format!("run.text({text})"))?;
    let statuses: Vec<String> = step.success.iter().map(u16::to_string).collect();
    let statuses = statuses.join(", ");
    let is_stream = is_streaming || matches!(operation.answer, Answer::Events(_));
    Ok(match (&operation.answer, &operation.page) {
        _ if is_stream => {
            let id = step.last_event_id.as_ref();
            let id = id.map(|id| format!(", astra.WithLastEventID(run.text({})))", quoted(id)));
            let call = id.map_or_else(|| call.clone(), |id| format!("{}{id}", call.strip_suffix(')').unwrap_or(&call)));
            format!("run.streamed(read({call}, {}), {statuses})", until(step.until.as_ref()))
        }
        (Answer::Nothing, _) => format!("done({call})\nrun.answered(nil, {statuses})"),
        (_, Some(page)) if page.rich.is_none() => {
            format!("page := must({call}.Page())\nrun.answered(map[string]any{{\"data\": page.Items}}, {statuses})")
        }
        (_, Some(_)) => format!("run.answered(must({call}.Page()), {statuses})"),
        _ => format!("run.answered(must({call}), {statuses})"),
    })
}

/// `&end{tag: "type", value: "done"}`
fn until(until: Option<&Until>) -> String {
    until.map_or_else(
        || "nil".to_owned(),
        |Until { tag, value, is_endless }| {
            let is_endless = if *is_endless { ", isEndless: true" } else { "" };
            format!("&end{{tag: {}, value: {}{is_endless}}}", quoted(tag), quoted(value))
        },
    )
}

fn write_checks(source: &mut Source, step: &Step) {
    for (pointer, value) in &step.expect {
        source.line(format!("run.expect({}, {})", quoted(pointer), any(value)));
    }
    for (name, pointer) in &step.remember {
        source.line(format!("run.remember({}, {})", quoted(name), quoted(pointer)));
    }
}
