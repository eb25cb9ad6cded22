//! A program that makes the calls of a story: a function for each of its rows, and `runner.rs`, what they share.

use serde_json::Value;

use super::layout::{chain, literal};
use super::method::{Gives, Method, methods};
use super::operations::modules;
use super::plan::Plan;
use super::sample::{Extent, Imports, Links, links};
use super::values::Values;
use crate::codegen::model::{Answer, Group};
use crate::codegen::story::{Step, Until};
use crate::codegen::{File, Source};

const RUNNER: &str = include_str!("../templates/rust/runner.rs");

/// The files of the program.
pub(super) fn files(plan: &Plan, steps: &[Step], crate_name: &str) -> Result<Vec<File>, String> {
    let mut imports = Imports { crate_name: crate_name.to_owned(), ..Imports::default() };
    let functions: Result<Vec<String>, String> = steps.iter().map(|step| function(plan, &mut imports, step)).collect();
    let functions = functions?;
    let mut source = Source::new("    ");
    source.line("//! Calls every operation once, in the order of a story. Reads `ASTRA_URL` and `ASTRA_TOKEN`.").gap();
    source.line("#![allow(clippy::all, clippy::pedantic, reason = \"it is generated\")]").gap();
    source.line("mod runner;").gap();
    source.line(imports.text()).line("use serde_json::json;").gap();
    source.line("use runner::{Outcome, Runner, read};").gap();
    source.line("#[tokio::main]");
    source.block("async fn main() -> std::process::ExitCode {", "}", |source| {
        source.line("let mut runner = Runner::from_environment();");
        source.line("let outcome = story(&mut runner).await;").line("runner.end(outcome)");
    });
    source.gap().block("async fn story(runner: &mut Runner) -> Outcome {", "}", |source| {
        for step in steps {
            source.line(format!("runner.begin({});", literal(&step.id)));
            source.line(format!("{}(runner).await?;", step.function()));
        }
        source.line("Ok(())");
    });
    for function in functions {
        source.gap().line(function);
    }
    Ok(vec![
        File { path: "main.rs".to_owned(), text: source.finish() },
        File { path: "runner.rs".to_owned(), text: RUNNER.replace("PACKAGE_IDENT", crate_name) },
    ])
}

fn function(plan: &Plan, imports: &mut Imports, step: &Step) -> Result<String, String> {
    let has_operation = |group: &Group| group.operations.iter().any(|operation| operation.id == step.id);
    let module = modules(plan.api).into_iter().find(|module| has_operation(module.group));
    let module = module.ok_or_else(|| format!("{} is in no group", step.id))?;
    let mut source = Source::new("    ");
    let mut values = Values::new(plan);
    let mut fault = None;
    source.block(&format!("async fn {}(runner: &mut Runner) -> Outcome {{", step.function()), "}", |source| {
        let of_token = |token: &String| format!("runner.client_of(runner.text({})?)?", literal(token));
        let client = step.token.as_ref().map_or_else(|| "runner.client()?".to_owned(), of_token);
        source.line(format!("let client = {client};"));
        for method in methods(plan, module.group).iter().filter(|method| method.operation.id == step.id) {
            let call = links(plan, &mut values, &module.name, method, Extent::Whole);
            let mut code = Source::new("    ");
            write_call(&mut code, step, method, call);
            match step.filled(&code.finish(), literal, |text| format!("runner.text({text})?")) {
                Ok(code) => source.line(code.trim_end()),
                Err(error) => return fault = Some(error),
            };
            // What comes whole is looked into.
            if !(matches!(method.gives, Gives::Events(_)) && matches!(method.operation.answer, Answer::Either { .. })) {
                write_checks(source, step);
            }
        }
        source.line("Ok(())");
    });
    imports.has_patches |= values.has_patches;
    imports.models.append(&mut values.models);
    fault.map_or_else(|| Ok(source.finish().trim_end().to_owned()), Err)
}

fn write_call(source: &mut Source, step: &Step, method: &Method, call: Links) {
    let Links { before, method: mut links, options } = call;
    if !before.is_empty() {
        source.line(before.trim_end());
    }
    links.extend(options);
    if let Gives::Events(_) = method.gives {
        if let Some(id) = &step.last_event_id {
            links.push(format!(".last_event_id(runner.text({})?)", literal(id)));
        }
        links.push(".await?".to_owned());
        source.line(format!("let events = {};", chain("client", &links, 0, 13)));
        source.line(format!("runner.streamed(read(events, {}).await?)?;", until(step.until.as_ref())));
        return;
    }
    links.extend([".send()".to_owned(), ".await?".to_owned()]);
    source.line(format!("let answer = {};", chain("client", &links, 0, 13)));
    let statuses: Vec<String> = step.success.iter().map(u16::to_string).collect();
    source.line(format!("runner.answered(&[{}], answer.status.as_u16(), &answer.data)?;", statuses.join(", ")));
}

/// `Some(("type", "done", false))`
fn until(until: Option<&Until>) -> String {
    until.map_or_else(
        || "None".to_owned(),
        |Until { tag, value, is_endless }| format!("Some(({}, {}, {is_endless}))", literal(tag), literal(value)),
    )
}

fn write_checks(source: &mut Source, step: &Step) {
    for (pointer, value) in &step.expect {
        let value = match value {
            Value::String(text) => literal(text),
            other => other.to_string(),
        };
        source.line(format!("runner.expect({}, &json!({value}))?;", literal(pointer)));
    }
    for (name, pointer) in &step.remember {
        source.line(format!("runner.remember({}, {})?;", literal(name), literal(pointer)));
    }
}
