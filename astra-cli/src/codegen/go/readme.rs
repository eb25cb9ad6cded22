//! The README: what the client can do, shown by calls of its own document.

use super::file;
use super::sample;
use crate::codegen::model::{Answer, Api, Operation};
use crate::codegen::{File, Package};

const TEMPLATE: &str = include_str!("../templates/go/README.md");

/// The README of the client of `api` whose package is called `name`.
pub(super) fn file(api: &Api, package: &Package, name: &str) -> File {
    let title = if api.title.is_empty() { "The API" } else { api.title.as_str() };
    let Some(first) = preferred(api, "chat.send", |operation| is_whole(operation) && operation.needs_token)
        .or_else(|| api.operations().find(|operation| is_whole(operation)))
    else {
        // Nothing can be called, so that there is nothing to show.
        let text = format!("# {title} for Go\n\nThe document has no operation whose answer is JSON.\n");
        return File { path: "README.md".to_owned(), text };
    };
    let quick = sample::write(api, first);
    let shown = preferred(api, "agents.get", is_whole).unwrap_or(first);
    let call = sample::called(api, shown).unwrap_or_default();
    let with_options = format!(
        "{}, astra.WithTimeout(time.Second), astra.WithResponseInto(&response))",
        call.strip_suffix(')').unwrap_or(&call)
    );
    let list = preferred(api, "agents.list", |it| it.page.as_ref().is_some_and(|page| page.rich.is_none()));
    let stream = preferred(api, "chat.stream", |it| matches!(it.answer, Answer::Events(_)));
    let patch = preferred(api, "agents.update", |it| it.method == "PATCH" && it.body.is_some());
    let written = |operation: Option<&Operation>| operation.map(|it| sample::write(api, it)).unwrap_or_default();
    let mut text = TEMPLATE.to_owned();
    for (section, is_kept) in [
        ("patch", patch.is_some()),
        ("list", list.is_some()),
        ("stream", stream.is_some()),
        ("credentials", api.sign_in.is_some()),
    ] {
        text = with_section(&text, section, is_kept);
    }
    for (place, value) in [
        ("title", title),
        ("version", &api.version),
        ("module", &package.name),
        ("package", name),
        ("imports", &imports(&quick)),
        ("first", &indented(&quick)),
        ("patch", &written(patch)),
        ("list", &written(list)),
        ("listed", &list.and_then(|it| sample::called(api, it)).unwrap_or_default()),
        ("stream", &written(stream)),
        ("call", &call),
        ("call with options", &with_options),
        ("path", &path(shown)),
    ] {
        text = text.replace(&format!("{{{{{place}}}}}"), value);
    }
    File { path: "README.md".to_owned(), text }
}

/// The operation of this id if it is fit, else the first that is.
fn preferred<'a>(api: &'a Api, id: &str, is_fit: impl Fn(&Operation) -> bool) -> Option<&'a Operation> {
    let own = api.operation(id).filter(|operation| is_fit(operation));
    own.or_else(|| api.operations().find(|operation| is_fit(operation)))
}

/// Whether a call gives one value.
fn is_whole(operation: &Operation) -> bool {
    operation.page.is_none() && matches!(operation.answer, Answer::Json(_) | Answer::Either { .. })
}

/// `text` with or without a section, which stands between two marks.
fn with_section(text: &str, name: &str, is_kept: bool) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let parts = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?)));
    match parts {
        Some((before, (section, after))) => format!("{before}{}{after}", if is_kept { section } else { "" }),
        None => text.to_owned(),
    }
}

/// The imports of a program with this code.
fn imports(code: &str) -> String {
    let is_used = |package: &str| match package {
        "context" | "log" | "os" => true,
        other => file::uses(code, other),
    };
    let used = ["context", "fmt", "log", "os", "time"].into_iter().filter(|package| is_used(package));
    used.map(|package| format!("\t\"{package}\"")).collect::<Vec<_>>().join("\n")
}

fn indented(code: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("\t{line}") };
    code.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The path of an operation with its example values.
fn path(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    for parameter in &operation.parameters {
        let value = match &parameter.example {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => "1".to_owned(),
        };
        path = path.replace(&format!("{{{}}}", parameter.name), &value);
    }
    path.chars().filter(|letter| !letter.is_control() && !"\"\\`".contains(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_kept_or_left_out() {
        let text = "a\n<!-- b -->\nb\n<!-- /b -->\nc\n";
        assert_eq!(with_section(text, "b", true), "a\nb\nc\n");
        assert_eq!(with_section(text, "b", false), "a\nc\n");
        assert_eq!(with_section(text, "d", false), text);
    }

    #[test]
    fn programs_import_what_they_use() {
        assert_eq!(imports("fmt.Println(1)"), "\t\"context\"\n\t\"fmt\"\n\t\"log\"\n\t\"os\"");
    }
}
