//! The client's README: how it is used, by the document's own operations.

use super::names;
use super::objects::{Kind, object};
use super::plan::{Mode, Plan};
use super::runtime::title;
use super::sample::{self, Written};
use crate::codegen::Package;
use crate::codegen::model::{Answer, Api, Location, Operation, Shape, Type};

const TEMPLATE: &str = include_str!("../templates/rust/README.md");

/// The text of the README.
pub(super) fn text(plan: &Plan, package: &Package) -> String {
    let api = plan.api;
    let crate_name = names::crate_name(&package.name);
    let written =
        |operation: Option<&Operation>| operation.and_then(|operation| sample::written(plan, operation, &crate_name));
    let simple = written(pick(api, "agents.get", is_simple));
    let list = written(pick(api, "agents.list", |operation| is_list(operation, true)));
    let stream = pick(api, "chat.stream", |operation| matches!(operation.answer, Answer::Events(_)));
    let body = written(pick(api, "chat.send", |operation| operation.method == "POST" && has_object(plan, operation)));
    let patch =
        written(pick(api, "agents.update", |operation| operation.method == "PATCH" && has_object(plan, operation)));
    let mut text = TEMPLATE.to_owned();
    let has_problems = problem_has_pointers(plan);
    for (mark, is_kept) in [
        ("body", body.is_some()),
        ("patch", patch.is_some()),
        ("list", list.is_some()),
        ("stream", stream.is_some()),
        ("sign-in", api.sign_in.is_some()),
        ("no-sign-in", api.sign_in.is_none()),
    ] {
        text = with_section(&text, mark, is_kept);
    }
    let fallback = Written {
        imports: sample::Imports::default(),
        statements: format!("let answer = {FALLBACK}.await?;\nprintln!(\"{{answer:?}}\");"),
        expression: FALLBACK.to_owned(),
    };
    let simple = simple.unwrap_or(fallback);
    let quick = list.as_ref().unwrap_or(&simple);
    let stream = stream.and_then(|operation| {
        let written = sample::written(plan, operation, &crate_name)?;
        Some(with_match(plan, operation, written))
    });
    let whole = |written: &Option<Written>| written.as_ref().map(Written::text).unwrap_or_default();
    let loops = indented(&quick.statements);
    for (place, value) in [
        ("QUICK_START", loops),
        ("SIMPLE_CALL", simple.text()),
        ("SIMPLE_EXPRESSION", simple.expression.clone()),
        ("BODY_CALL", whole(&body)),
        ("PATCH_CALL", whole(&patch)),
        ("LIST_CALL", whole(&list)),
        ("LIST_EXPRESSION", list.as_ref().map(|list| list.expression.clone()).unwrap_or_default()),
        ("STREAM_CALL", whole(&stream)),
        ("API_TITLE", title(api).to_owned()),
        ("API_VERSION", api.version.clone()),
        ("PACKAGE_NAME", package.name.clone()),
        ("PACKAGE_IDENT", crate_name.clone()),
    ] {
        text = text.replace(place, &value);
    }
    if has_problems { text } else { without_pointers(&text) }
}

/// What is called if the document has nothing simple.
const FALLBACK: &str = "client.request(PACKAGE_IDENT::reqwest::Method::GET, \"/\").into_json::<serde_json::Value>()";

/// The preferred operation, if it is fit, or the first that is.
fn pick<'a>(api: &'a Api, preferred: &str, is_fit: impl Fn(&Operation) -> bool) -> Option<&'a Operation> {
    let preferred = api.operation(preferred).filter(|operation| is_fit(operation));
    preferred.or_else(|| api.operations().find(|operation| is_fit(operation)))
}

fn is_simple(operation: &Operation) -> bool {
    let has_only_a_path = operation.parameters.iter().all(|parameter| parameter.location == Location::Path);
    let is_whole = matches!(operation.answer, Answer::Json(_)) && operation.page.is_none();
    operation.method == "GET" && operation.body.is_none() && is_whole && has_only_a_path && !operation.is_deprecated
}

fn is_list(operation: &Operation, is_plain: bool) -> bool {
    let is_free = operation.parameters.iter().all(|parameter| !parameter.is_required);
    operation.page.as_ref().is_some_and(|page| page.rich.is_none() == is_plain) && is_free && operation.method == "GET"
}

fn has_object(plan: &Plan, operation: &Operation) -> bool {
    let body = operation.body.as_ref().map(|body| &body.ty);
    body.and_then(|ty| plan.shape_of(ty)).is_some_and(|shape| matches!(shape, Shape::Object { .. }))
}

/// Whether problems have the pointers that the README shows.
fn problem_has_pointers(plan: &Plan) -> bool {
    let Some(problem) = plan.api.named("Problem").and_then(|named| object(plan, named, Mode::Plain)) else {
        return false;
    };
    let Some(errors) = problem.members.iter().find(|member| member.name == "errors") else { return false };
    let Type::List(item) = errors.field.ty.without_null() else { return false };
    let Type::Named(name) = item.as_ref() else { return false };
    let Some(item) = plan.api.named(name).and_then(|named| object(plan, named, Mode::Plain)) else { return false };
    let has = |name: &str| item.members.iter().any(|member| member.name == name && member.ty == "String");
    errors.kind == Kind::Optional && has("pointer") && has("detail")
}

fn without_pointers(text: &str) -> String {
    let Some((before, rest)) = text.split_once("        for field in error.problem()") else { return text.to_owned() };
    let Some((_, after)) = rest.split_once("        }\n") else { return text.to_owned() };
    format!("{before}{after}")
}

/// Shows what an event's text is, if there is an event that has nothing more to say.
fn with_match(plan: &Plan, operation: &Operation, written: Written) -> Written {
    let Some(Type::Named(union)) = operation.events().map(|events| &events.ty) else { return written };
    let Some(named) = plan.api.named(union) else { return written };
    let Shape::Union { tag, variants } = &named.shape else { return written };
    let cases = super::unions::cases(plan, named, tag.as_deref(), variants);
    let Some(case) = cases.iter().find(|case| has_delta(plan, case.ty)) else { return written };
    let union = plan.name(union, Mode::Plain);
    let arms = format!(
        "    match event.data {{\n        {union}::{}(event) => print!(\"{{}}\", event.delta),\n        other => println!(\"{{other:?}}\"),\n    }}",
        case.name
    );
    let Written { mut imports, statements, expression } = written;
    imports.models.insert(union);
    let statements = statements.replace("    println!(\"{:?}\", event.data);", &arms);
    Written { imports, statements, expression }
}

fn has_delta(plan: &Plan, ty: &Type) -> bool {
    let Some(Shape::Object { fields, .. }) = plan.shape_of(ty) else { return false };
    fields.iter().any(|field| field.name == "delta" && field.is_required && field.ty == Type::String)
}

/// The text with or without the section between the marks.
fn with_section(text: &str, mark: &str, is_kept: bool) -> String {
    let (begin, end) = (format!("<!--{mark}-->\n"), format!("<!--/{mark}-->\n"));
    let Some((before, rest)) = text.split_once(&begin) else { return text.to_owned() };
    let Some((section, after)) = rest.split_once(&end) else { return text.to_owned() };
    format!("{before}{}{after}", if is_kept { section } else { "" })
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!("    {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_come_and_go() {
        let text = "a\n<!--x-->\nb\n<!--/x-->\nc\n";
        assert_eq!(with_section(text, "x", true), "a\nb\nc\n");
        assert_eq!(with_section(text, "x", false), "a\nc\n");
        assert_eq!(with_section(text, "y", false), text);
    }
}
