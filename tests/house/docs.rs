//! Guides tell the truth: a path, a command or a variable that they name is there.

use std::path::Path;

use crate::source::{File, assert_none, files, top};

/// Where a path in the guides begins.
const ROOTS: [&str; 5] = ["astra-core/", "astra-cli/", "tests/", "examples/", "completions/"];

fn guides() -> Vec<File> {
    files("")
        .into_iter()
        .filter(|file| Path::new(&file.path).extension().is_some_and(|ending| ending == "md"))
        .collect()
}

#[test]
fn every_path_is_there() {
    assert_none(guides().iter().flat_map(missing_paths));
}

#[test]
fn every_command_is_there() {
    assert_none(guides().iter().flat_map(missing_commands));
}

#[test]
fn every_variable_is_known() {
    let readers = ["astra-cli/src/env.rs", "tests/run", "tests/support/golden.rs"];
    let known: String =
        files("").into_iter().filter(|file| readers.contains(&file.path.as_str())).map(|file| file.text).collect();
    assert_none(guides().iter().flat_map(|guide| unknown_variables(guide, &known)));
}

/// What stands between backticks, or in a fenced block.
fn quoted(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut is_fenced = false;
    file.text.lines().enumerate().flat_map(move |(number, line)| {
        let is_fence = line.starts_with("```");
        is_fenced ^= is_fence;
        let whole = (is_fenced && !is_fence).then_some((number + 1, line));
        let parts = line.split('`').skip(1).step_by(2).filter(move |_| !is_fence && whole.is_none());
        whole.into_iter().chain(parts.map(move |part| (number + 1, part)))
    })
}

fn missing_paths(file: &File) -> Vec<String> {
    let words = quoted(file).flat_map(|(line, text)| text.split_whitespace().map(move |word| (line, word)));
    let paths =
        words.map(|(line, word)| (line, word.trim_start_matches("./").trim_end_matches([',', '.', ':', ';', ')'])));
    let paths =
        paths.filter(|(_, path)| ROOTS.iter().any(|root| path.starts_with(root)) && !path.contains(['<', '*', '{']));
    let missing = paths.filter(|(_, path)| !top().join(path).exists());
    missing.map(|(line, path)| format!("{}:{line}: there is no {path}", file.path)).collect()
}

/// `astra word`: each command has a page of its name.
fn missing_commands(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    for (line, text) in quoted(file) {
        for (start, _) in text.match_indices("astra ") {
            let is_word = start == 0 || text[..start].ends_with([' ', '/', '(', '|']);
            let command = text[start + "astra ".len()..].split(|letter: char| !letter.is_ascii_lowercase()).next();
            let command = command.filter(|command| is_word && !command.is_empty());
            let page = |command: &str| top().join(format!("completions/man/astra-{command}.1"));
            if let Some(command) = command.filter(|command| !page(command).exists()) {
                found.push(format!("{}:{line}: there is no command `astra {command}`", file.path));
            }
        }
    }
    found
}

fn unknown_variables(file: &File, known: &str) -> Vec<String> {
    let is_name = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let lines = file.text.lines().enumerate();
    let words =
        lines.flat_map(|(number, line)| line.split(move |letter| !is_name(letter)).map(move |word| (number + 1, word)));
    let ours = words.filter(|(_, word)| word.starts_with("ASTRA_") && word.len() > "ASTRA_".len());
    let unknown = ours.filter(|(_, word)| !known.contains(word));
    unknown.map(|(line, word)| format!("{}:{line}: nobody reads {word}", file.path)).collect()
}

#[test]
fn what_is_not_there_is_found() {
    let guide = File::example(
        "README.md",
        "See `astra-core/src/lib.rs`, `tests/none/at_all.rs`.\n```sh\n./tests/run\nastra spec | astra dance\n```\n`astra serve`, ASTRA_TOKEN, `ASTRA_DANCE`\n",
    );
    assert_eq!(missing_paths(&guide), ["README.md:1: there is no tests/none/at_all.rs"]);
    assert_eq!(missing_commands(&guide), ["README.md:4: there is no command `astra dance`"]);
    assert_eq!(unknown_variables(&guide, "ASTRA_TOKEN"), ["README.md:6: nobody reads ASTRA_DANCE"]);
}
