//! The guides tell the truth: every path, command, option and variable that the README and the guides name exists; and
//! nothing in the repository depends on one machine or on where its packages come from.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, assert_none, files, top};

/// Folders whose name at the start of a word makes it a path from the top.
const TOP_FOLDERS: [&str; 7] = ["astra-core/", "astra-cli/", "tests/", "examples/", "completions/", ".ci/", ".config/"];

#[test]
fn every_path_in_the_guides_exists() {
    let exists = |path: &str| top().join(path).exists();
    assert_none(guides().iter().flat_map(|guide| dead_paths(guide, exists)));
}

#[test]
fn every_command_in_the_guides_exists() {
    let commands = commands(&text_of("completions/astra.bash"));
    assert!(
        commands.contains_key(&vec!["serve".to_owned()]),
        "the commands cannot be read from completions/astra.bash"
    );
    assert_none(guides().iter().flat_map(|guide| unknown_commands(guide, &commands)));
}

#[test]
fn every_variable_in_the_guides_is_read() {
    let readers = text_of("astra-cli/src/env.rs") + &text_of("tests/run");
    assert_none(guides().iter().flat_map(|guide| unread_variables(guide, &readers)));
}

#[test]
fn nothing_names_a_registry_or_a_path_of_one_machine() {
    assert_none(files("").iter().filter(|file| file.path != "Cargo.lock").filter_map(ties_to_a_place));
}

/// The README and the guides, but for the decisions: those are history.
fn guides() -> Vec<File> {
    let guide = |path: &str| path == "README.md" || path.starts_with("astra-core/docs/") && path.ends_with(".md");
    let found: Vec<File> = files("").into_iter().filter(|file| guide(&file.path)).collect();
    assert!(!found.is_empty(), "there are no guides");
    found.into_iter().filter(|file| !file.path.ends_with("/decisions.md")).collect()
}

fn text_of(path: &str) -> String {
    files(path).into_iter().find(|file| file.path == path).map(|file| file.text).unwrap_or_default()
}

/// Text in backticks, and the lines of fenced shell blocks; a line that ends in `\` goes on with the next.
fn code_of(guide: &str) -> Vec<String> {
    let (mut found, mut fence) = (Vec::new(), None::<bool>);
    for line in guide.replace("\\\n", " ").lines() {
        let is_shell = |language: &str| ["sh", "bash", "console"].contains(&language);
        match (line.trim_start().strip_prefix("```"), fence) {
            (Some(language), None) => fence = Some(is_shell(language)),
            (Some(_), Some(_)) => fence = None,
            (None, Some(true)) => found.push(line.to_owned()),
            (None, Some(false)) => {}
            (None, None) => found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned)),
        }
    }
    found
}

/// Words that are paths, and targets of links, for which `exists` says no.
fn dead_paths(guide: &File, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = guide.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let links = guide.text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let links = links.filter(|link| !link.is_empty() && !link.contains("://"));
    let dead_links = links.filter(|link| !exists(format!("{folder}/{link}").trim_start_matches('/')));
    let code = code_of(&guide.text);
    let is_in_a_path = |character: char| character.is_ascii_alphanumeric() || "_-./<*{".contains(character);
    let words = code.iter().flat_map(|code| code.split(|character| !is_in_a_path(character)));
    let words = words.map(|word| word.trim_start_matches("./").trim_end_matches('.'));
    let paths = words.filter(|word| {
        TOP_FOLDERS.iter().any(|top| word.starts_with(top)) || word.ends_with(".rs") && word.contains('/')
    });
    let is_dead = |path: &&str| {
        // Of a pattern, only the folder before the first placeholder is a promise.
        let path = path.split(['<', '*', '{']).next().unwrap_or_default();
        !["", "astra-core/src/", "astra-core/src/api/", "astra-cli/src/"]
            .iter()
            .any(|root| exists(&format!("{root}{path}")))
    };
    dead_links.chain(paths.filter(is_dead)).map(|path| format!("{}: there is no {path}", guide.path)).collect()
}

/// Each command of the program (`[]` is the program itself) with its options and subcommands, read from the completions
/// for bash, which are made from the program and checked against it by a test.
fn commands(completions: &str) -> BTreeMap<Vec<String>, BTreeSet<String>> {
    let (mut found, mut command) = (BTreeMap::new(), None);
    for line in completions.lines().map(str::trim) {
        if let Some(label) = line.strip_suffix(')').filter(|label| label.split("__").next() == Some("astra")) {
            command = Some(label.split("__").skip(1).filter(|name| *name != "subcmd").map(str::to_owned).collect());
        } else if let Some(words) = line.strip_prefix("opts=\"").and_then(|line| line.strip_suffix('"')) {
            let words = words.split_whitespace().map(str::to_owned).collect();
            command.take().map(|command: Vec<String>| found.insert(command, words));
        }
    }
    found
}

fn unknown_commands(guide: &File, commands: &BTreeMap<Vec<String>, BTreeSet<String>>) -> Vec<String> {
    let code = code_of(&guide.text);
    let faults = code.iter().flat_map(|line| calls(line)).filter_map(|call| fault_of_call(&call, commands));
    faults.map(|fault| format!("{}: {fault}", guide.path)).collect()
}

/// The arguments of each call of the program in a line of shell.
fn calls(line: &str) -> Vec<Vec<&str>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_program = |word: &str| word == "astra" || word.ends_with("$(astra") || word.ends_with("/release/astra");
    let is_run = |at: usize| words[at] == "--" && words[..at].ends_with(&["cargo", "run", "--release"]);
    let is_end = |word: &&str| ["|", ">", ">>", "&", "&&", "||", "<", "2>", "#"].contains(word);
    let starts = (0..words.len()).filter(|at| is_program(words[*at]) || is_run(*at));
    starts.map(|at| words[at + 1..].iter().copied().take_while(|word| !is_end(word)).collect()).collect()
}

fn fault_of_call(call: &[&str], commands: &BTreeMap<Vec<String>, BTreeSet<String>>) -> Option<String> {
    let mut command = Vec::new();
    let mut is_settled = false;
    for word in call.iter().map(|word| word.trim_matches(|character| ")\"';,[]".contains(character))) {
        let known = commands.get(&command)?;
        let has_subcommands =
            commands.keys().any(|longer| longer.len() == command.len() + 1 && longer.starts_with(&command));
        let option = word.split(['=', '|']).next().unwrap_or_default();
        if option.starts_with('-') && option.len() > 1 {
            is_settled = true;
            if !known.contains(option) && !["-h", "--help", "-V", "--version"].contains(&option) {
                return Some(format!("`astra {}` has no option {option}", command.join(" ")));
            }
        } else if has_subcommands && !is_settled {
            let is_word =
                !word.is_empty() && word.chars().all(|character| character.is_ascii_lowercase() || character == '-');
            if is_word && !known.contains(word) {
                return Some(format!("`astra {}` has no command {word}", command.join(" ")));
            }
            command.push(word.to_owned());
        }
    }
    None
}

fn unread_variables(guide: &File, readers: &str) -> Vec<String> {
    let is_in_a_name =
        |character: char| character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_';
    let words = guide.text.split(|character| !is_in_a_name(character));
    let variables: BTreeSet<&str> = words.filter(|word| word.starts_with("ASTRA_") && word.len() > 6).collect();
    let unread = variables
        .into_iter()
        .filter(|name| !readers.split(|character| !is_in_a_name(character)).any(|word| word == *name));
    unread.map(|name| format!("{}: nothing reads {name}", guide.path)).collect()
}

/// A host that packages come from, or a folder that only one machine has. Spelled in two halves, not to be found itself.
fn ties_to_a_place(file: &File) -> Option<String> {
    let hosts = [
        ("crates", ".io"),
        ("pypi", ".org"),
        ("registry", ".npmjs"),
        ("deb", ".debian.org"),
        ("files", ".pythonhosted"),
    ];
    let folders = [("/wo", "rk/"), ("/fa", "rm/"), ("/tmp", "/wt/")];
    let is_path =
        |at: usize| !file.text[..at].ends_with(|before: char| before.is_alphanumeric() || "_.".contains(before));
    let host = hosts.iter().map(|(one, two)| format!("{one}{two}")).find(|host| file.text.contains(host));
    let folder = folders
        .iter()
        .map(|(one, two)| format!("{one}{two}"))
        .find(|folder| file.text.match_indices(folder).any(|(at, _)| is_path(at)));
    host.or(folder).map(|place| format!("{}: {place}", file.path))
}

#[test]
fn a_dead_path_is_found() {
    let guide = File::example(
        "astra-core/docs/a.md",
        "`tests/run` `tests/gone` `store/db.rs` [a](b.md) [c](gone.md) [d](https://e) `tests/<group>/x`",
    );
    let exists =
        |path: &str| ["tests/run", "tests/", "astra-core/src/store/db.rs", "astra-core/docs/b.md"].contains(&path);
    assert_eq!(
        dead_paths(&guide, exists),
        ["astra-core/docs/a.md: there is no gone.md", "astra-core/docs/a.md: there is no tests/gone"]
    );
}

#[test]
fn an_unknown_command_and_option_are_found() {
    let commands = commands(
        "astra)\n opts=\"-h serve token\"\nastra__subcmd__serve)\nopts=\"--listen\"\nastra__subcmd__token)\nopts=\"issue\"\nastra__subcmd__token__subcmd__issue)\nopts=\"--name\"\n",
    );
    let found = |text: &str| unknown_commands(&File::example("README.md", text), &commands).len();
    assert_eq!(
        found(
            "`astra serve --listen 127.0.0.1:1` `astra token issue --name ci` `astra-core` astra gone `astra --version`"
        ),
        0
    );
    assert_eq!(
        found("```sh\nTOKEN=$(astra token issue --name ci)\ncargo run --release -- serve | astra serve\n```"),
        0
    );
    assert_eq!(found("`astra gone` `astra serve --gone` `astra token gone`"), 3);
    assert_eq!(
        found("```sh\nx=$(astra token issue \\\n  --gone)\ncargo run --release -- gone\n```\n```text\nastra gone\n```"),
        2
    );
}

#[test]
fn an_unread_variable_is_found() {
    let guide = File::example("README.md", "set ASTRA_LISTEN or ASTRA_GONE; ASTRA_* are read");
    assert_eq!(
        unread_variables(&guide, "const A: &str = \"ASTRA_LISTEN\"; \"ASTRA_GONE_NOT\""),
        ["README.md: nothing reads ASTRA_GONE"]
    );
}

#[test]
fn a_tie_to_a_place_is_found() {
    let found = |text: String| ties_to_a_place(&File::example("a.md", &text)).is_some();
    assert!(found(["see https://crates", ".io/x"].concat()) && found(["cd /wo", "rk/main"].concat()));
    assert!(!found("cd src/work/queue".to_owned()) && !found("a/work/b".to_owned()));
}
