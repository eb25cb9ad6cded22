//! A program that makes the calls of a story, by threads and by asyncio: a function for each of its rows, and `runner.py`, what
//! they share.

use super::layout::{Code, INDENT};
use super::names::Names;
use super::operations::{Method, methods};
use super::sample::{Extent, call_of};
use super::text::{docstring, literal, value};
use crate::codegen::model::{Answer, Api};
use crate::codegen::story::{Step, Until};
use crate::codegen::{File, Source};

const RUNNER: &str = include_str!("../templates/python/runner.py");

/// The files of the program, whose client is the module `module`.
pub(super) fn files(api: &Api, names: &Names, steps: &[Step], module: &str) -> Result<Vec<File>, String> {
    Ok(vec![
        File { path: "runner.py".to_owned(), text: RUNNER.replace("astra_client", module) },
        File { path: "story.py".to_owned(), text: story(api, names, steps, false)? },
        File { path: "story_async.py".to_owned(), text: story(api, names, steps, true)? },
    ])
}

fn story(api: &Api, names: &Names, steps: &[Step], is_async: bool) -> Result<String, String> {
    let mut source = Source::new(INDENT);
    let how = if is_async { ", by asyncio" } else { "" };
    let about = "Calls every operation once, in the order of a story";
    docstring(&mut source, 0, &format!("{about}{how}. Reads ASTRA_URL and ASTRA_TOKEN."));
    source.gap();
    if is_async {
        source.line("import asyncio").gap();
    }
    source.line(format!("from runner import {}Runner", if is_async { "Async" } else { "" })).gap();
    source.line(format!("run = {}Runner()", if is_async { "Async" } else { "" }));
    for step in steps {
        source.gap().gap();
        function(&mut source, (api, names), step, is_async)?;
    }
    source.gap().gap().line("STORY = [");
    source.deeper(|source| {
        for step in steps {
            source.line(format!("({}, {}),", literal(&step.id), step.function()));
        }
    });
    source.line("]").gap().gap().line("if __name__ == \"__main__\":");
    source.line(if is_async { "    asyncio.run(run.through(STORY))" } else { "    run.through(STORY)" });
    Ok(source.finish())
}

fn function(source: &mut Source, (api, names): (&Api, &Names), step: &Step, is_async: bool) -> Result<(), String> {
    let group = api.groups.iter().find(|group| group.operations.iter().any(|operation| operation.id == step.id));
    let group = group.ok_or_else(|| format!("{} is in no group", step.id))?;
    let prefix = if is_async { "async " } else { "" };
    source.line(format!("{prefix}def {}() -> None:", step.function()));
    let of_token = |token: &String| format!("run.text({})", literal(token));
    let client = step.token.as_ref().map_or_else(String::new, of_token);
    source.line(format!("{INDENT}{prefix}with run.client({client}) as client:"));
    let calls = methods(group).into_iter().filter(|method| method.operation.id == step.id);
    for (place, method) in calls.enumerate() {
        let call = written(step, &method, call_of(api, names, &method, Extent::Whole), is_async)?;
        source.deeper(|source| {
            source.deeper(|source| {
                source.line(&call);
                if place == 0 {
                    write_checks(source, step);
                }
            });
        });
    }
    Ok(())
}

/// The statements of a call.
fn written(step: &Step, method: &Method<'_>, mut call: Code, is_async: bool) -> Result<String, String> {
    if let (true, Some(id), Code::Group { items, .. }) = (method.is_stream(), &step.last_event_id, &mut call) {
        items.push(Code::named("last_event_id", Code::plain(format!("run.text({})", literal(id)))));
    }
    let wait = if is_async { "await " } else { "" };
    let statuses: Vec<String> = step.success.iter().map(u16::to_string).collect();
    let statuses = format!("[{}]", statuses.join(", "));
    let is_page = method.operation.page.is_some();
    let (before, after) = match &method.operation.answer {
        _ if method.is_stream() => {
            let events = format!("events = {wait}run.read(");
            (events, format!("{})\nrun.streamed({statuses}, events)", until(step.until.as_ref())))
        }
        Answer::Nothing => (wait.to_owned(), format!("\nrun.answered({statuses}, None)")),
        _ if is_page => (format!("answer = {wait}"), format!(".page()\nrun.answered({statuses}, answer)")),
        _ => (format!("answer = {wait}"), format!("\nrun.answered({statuses}, answer)")),
    };
    let mut source = Source::new(INDENT);
    call.write(&mut source, 2, &before, &after);
    let code = step.filled(source.finish().trim_end(), literal, |text| format!("run.text({text})"))?;
    Ok(code)
}

fn until(until: Option<&Until>) -> String {
    until.map_or_else(String::new, |Until { tag, value, is_endless }| {
        let is_endless = if *is_endless { ", is_endless=True" } else { "" };
        format!(", tag={}, last={}{is_endless}", literal(tag), literal(value))
    })
}

fn write_checks(source: &mut Source, step: &Step) {
    for (pointer, expected) in &step.expect {
        source.line(format!("run.expect({}, {})", literal(pointer), value(expected).flat()));
    }
    for (name, pointer) in &step.remember {
        source.line(format!("run.remember({}, {})", literal(name), literal(pointer)));
    }
}
