//! A program that makes the calls of a story: a function for each of its rows, and `runner.ts`, what they share.

use super::code::{Code, string};
use super::declarations::Types;
use super::operations::{Method, methods};
use super::sample::whole;
use super::templates::HEADER;
use crate::codegen::model::Answer;
use crate::codegen::story::{Step, Until};
use crate::codegen::{File, Source, naming};

const RUNNER: &str = include_str!("../templates/typescript/runner.ts");

/// The files of the program, whose client is the package `package`.
pub(super) fn files(types: &Types, steps: &[Step], package: &str) -> Result<Vec<File>, String> {
    let mut source = Source::new("  ");
    source.line("// Calls every operation once, in the order of a story. Reads ASTRA_URL and ASTRA_TOKEN.").gap();
    source.line("import { Runner, read } from \"./runner.ts\";").gap();
    source.line("const run = new Runner();").gap();
    for step in steps {
        source.line(function(types, step)?).gap();
    }
    source.block("await run.through([", "]);", |source| {
        for step in steps {
            source.line(format!("[{}, {}],", string(&step.id), naming::camel(&step.id)));
        }
    });
    let runner = RUNNER.replace("AstraClient", &types.names.client).replace("\"astra-client\"", &string(package));
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: format!("{HEADER}\n{text}") };
    Ok(vec![file("runner.ts", &runner), file("story.ts", &source.finish())])
}

fn function(types: &Types, step: &Step) -> Result<String, String> {
    let named = types.api.operation(&step.id).zip(types.names.operation(types.api, &step.id));
    let (operation, (_, names)) = named.ok_or_else(|| format!("{} is in no group", step.id))?;
    let mut source = Source::new("  ");
    source.line(format!("async function {}(): Promise<void> {{", naming::camel(&step.id)));
    let of_token = |token: &String| format!("run.client(run.text({}))", string(token));
    let client = step.token.as_ref().map_or_else(|| "run.client()".to_owned(), of_token);
    source.line(format!("  const client = {client};"));
    for (place, method) in methods(operation, names).iter().enumerate() {
        let call = written(types, step, method)?;
        source.deeper(|source| {
            source.line(&call);
            if place == 0 {
                write_checks(source, step);
            }
        });
    }
    source.line("}");
    Ok(source.finish().trim_end().to_owned())
}

/// The statements of a call.
fn written(types: &Types, step: &Step, method: &Method) -> Result<String, String> {
    let id = step.last_event_id.as_ref().filter(|_| method.events.is_some()).map(|id| string(id));
    let id = id.map(|id| format!("run.text({id})"));
    let more: Vec<(&str, &str)> = id.iter().map(|id| ("lastEventId", id.as_str())).collect();
    let call = whole(types, method, &more).written(0, "const answer = await ".len() + 2, 1);
    let call = step.filled(&call, string, |text| format!("run.text({text})"))?;
    let statuses: Vec<String> = step.success.iter().map(u16::to_string).collect();
    let statuses = format!("[{}]", statuses.join(", "));
    let answer = |answer: &str| format!("const answer = await {call};\nrun.answered({statuses}, {answer});");
    Ok(match (&method.operation.answer, &method.operation.page) {
        _ if method.events.is_some() => {
            format!(
                "const events = await read({call}{});\nrun.streamed({statuses}, events);",
                until(step.until.as_ref())
            )
        }
        (Answer::Nothing, _) => format!("await {call};\nrun.answered({statuses}, null);"),
        (Answer::Bytes, _) => answer("null"),
        (_, Some(_)) => answer("answer.body"),
        _ => answer("answer"),
    })
}

fn until(until: Option<&Until>) -> String {
    until.map_or_else(String::new, |Until { tag, value, is_endless }| {
        format!(", {{ tag: {}, value: {}, isEndless: {is_endless} }}", string(tag), string(value))
    })
}

fn write_checks(source: &mut Source, step: &Step) {
    for (pointer, value) in &step.expect {
        source.line(format!("run.expect({}, {});", string(pointer), Code::value(value).written(1, 0, 0)));
    }
    for (name, pointer) in &step.remember {
        source.line(format!("run.remember({}, {});", string(name), string(pointer)));
    }
}
