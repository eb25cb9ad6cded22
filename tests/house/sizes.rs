//! How long things may be: an operation's file 150 lines, a source file 400, a test file 500, a function 60.

use crate::source::{File, assert_none, code, rust_files};

const FUNCTION_LINES: usize = 60;

#[test]
fn no_file_is_too_long() {
    assert_none(rust_files().iter().filter_map(too_long));
}

#[test]
fn no_function_is_too_long() {
    assert_none(rust_files().iter().flat_map(long_functions));
}

fn budget(path: &str) -> usize {
    let name = path.rsplit('/').next().unwrap_or(path);
    if path.starts_with("tests/") {
        500
    } else if path.starts_with("astra-core/src/api/") && !["lookup.rs", "mod.rs", "model.rs"].contains(&name) {
        150
    } else {
        400
    }
}

fn too_long(file: &File) -> Option<String> {
    let (lines, budget) = (file.text.lines().count(), budget(&file.path));
    (lines > budget).then(|| format!("{}: {lines} lines, {budget} at most", file.path))
}

/// Functions by their shape after rustfmt: from the line with `fn` to the first `}` that stands as far left.
fn long_functions(file: &File) -> Vec<String> {
    let code = code(&file.text);
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
        let indent = &line[..line.len() - line.trim_start().len()];
        let is_end = |line: &&str| {
            **line == format!("{indent}}}")
                || line.ends_with(';') && line.starts_with(indent) && !line[indent.len()..].starts_with(' ')
        };
        let is_one_line = line.ends_with('}') || line.ends_with(';');
        let length = lines[start + 1..].iter().position(is_end).map_or(1, |after| after + 2);
        if !is_one_line && length > FUNCTION_LINES {
            found.push(format!("{}:{}: a function of {length} lines, {FUNCTION_LINES} at most", file.path, start + 1));
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    let before = line.split("fn ").next().unwrap_or_default();
    line.contains("fn ")
        && before.split_whitespace().all(|word| {
            ["pub", "const", "async", "unsafe", "extern", "\"\""].contains(&word) || word.starts_with("pub(")
        })
}

#[test]
fn a_file_over_its_budget_is_found() {
    let long = |path| too_long(&File::example(path, &"\n".repeat(151)));
    assert!(long("astra-core/src/api/agents/list.rs").is_some());
    assert!(long("astra-core/src/api/agents/model.rs").is_none());
    assert!(long("astra-core/src/store/db.rs").is_none());
    assert!(too_long(&File::example("astra-core/src/store/db.rs", &"\n".repeat(401))).is_some());
    assert!(too_long(&File::example("tests/api/main.rs", &"\n".repeat(500))).is_none());
}

#[test]
fn a_function_over_its_budget_is_found() {
    let function = |lines: usize| {
        format!(
            "impl X {{\n    pub(crate) async fn x(\n        a: u8,\n    ) {{\n{}    }}\n}}\n",
            "        a;\n".repeat(lines)
        )
    };
    assert!(long_functions(&File::example("a.rs", &function(56))).is_empty());
    assert_eq!(long_functions(&File::example("a.rs", &function(57))).len(), 1);
}
