//! No circle of imports between files of the core: files that import each other are one file in several pieces.

use std::collections::{BTreeMap, BTreeSet};

use crate::layers::imports;
use crate::source::{File, assert_none, code, files};

const ROOT: &str = "astra-core/src/";

/// A file of the core by its modules: `["http", "contract", "traits"]`. The root is empty.
type Modules = Vec<String>;

#[test]
fn no_files_import_each_other() {
    assert_none(circles(&files(ROOT)).iter().map(|circle| format!("a circle: {}", circle.join(", "))));
}

/// All circles: the files of each, sorted.
fn circles(files: &[File]) -> Vec<Vec<String>> {
    // The tests within a file may use its neighbours.
    let plain = |file: &File| {
        let text = file.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        File { path: file.path.clone(), text: code(text) }
    };
    let files: Vec<File> = files.iter().filter(|file| file.path.ends_with(".rs")).map(plain).collect();
    let known: BTreeMap<Modules, &File> = files.iter().map(|file| (modules(&file.path), file)).collect();
    let edges: BTreeMap<&str, BTreeSet<&str>> = files
        .iter()
        .map(|file| {
            let direct: Vec<Modules> =
                imports(file).into_iter().chain(of_children(file)).map(|(_, path)| path).collect();
            let through = direct.iter().flat_map(|path| through_module(&known, file, path)).collect::<Vec<_>>();
            let targets = direct.into_iter().chain(through).filter_map(|path| target(&known, path, 0));
            (file.path.as_str(), targets.filter(|target| *target != file.path).collect())
        })
        .collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> = edges.keys().map(|file| (*file, reach(&edges, file))).collect();
    let mut circles = BTreeSet::new();
    for (file, seen) in &reached {
        if seen.contains(file) {
            let others = seen.iter().filter(|other| reached.get(**other).is_some_and(|back| back.contains(file)));
            circles.insert(others.map(|other| other.trim_start_matches(ROOT).to_owned()).collect::<Vec<_>>());
        }
    }
    circles.into_iter().collect()
}

/// What a file names within a module that it imports as a whole: `door::Name` after `use crate::door;`.
fn through_module(known: &BTreeMap<Modules, &File>, file: &File, path: &Modules) -> Vec<Modules> {
    let path: Modules = path.iter().filter(|name| *name != "self").cloned().collect();
    let Some(module) = path.last().filter(|_| known.contains_key(&path)) else { return Vec::new() };
    let code = &file.text;
    let prefix = format!("{module}::");
    let named = code.match_indices(&prefix).filter_map(|(start, found)| {
        let is_whole = !code[..start].ends_with(|last: char| last.is_alphanumeric() || "_:$".contains(last));
        let rest = &code[start + found.len()..];
        let name: String = rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        (is_whole && !name.is_empty()).then(|| [&path[..], &[name]].concat())
    });
    named.collect()
}

/// The files that `file` imports, through others too.
fn reach<'a>(edges: &BTreeMap<&'a str, BTreeSet<&'a str>>, file: &str) -> BTreeSet<&'a str> {
    let mut open: Vec<&str> = edges.get(file).into_iter().flatten().copied().collect();
    let mut seen = BTreeSet::new();
    while let Some(next) = open.pop() {
        if seen.insert(next) {
            open.extend(edges.get(next).into_iter().flatten());
        }
    }
    seen
}

fn modules(path: &str) -> Modules {
    let path = path.trim_start_matches(ROOT).trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|name| *name != "lib").map(str::to_owned).collect()
}

/// The file that defines what `path` names: its longest beginning that is a file, or what that file re-exports by this name.
fn target<'a>(known: &BTreeMap<Modules, &'a File>, path: Modules, steps: u8) -> Option<&'a str> {
    let length = (0..=path.len()).rev().find(|length| known.contains_key(&path[..*length]))?;
    let file = known.get(&path[..length])?;
    let Some(name) = path.get(length).filter(|name| *name != "self") else {
        return is_home(file).then_some(file.path.as_str());
    };
    let source = reexports(file).into_iter().find(|(exported, _)| exported == name);
    match source {
        Some((_, source)) if steps < 8 => target(known, source, steps + 1),
        _ => Some(file.path.as_str()),
    }
}

/// Whether something is defined in the file, which is not so where it only declares modules and re-exports what is in them.
fn is_home(file: &File) -> bool {
    let code = &file.text;
    let words = ["fn ", "struct ", "enum ", "trait ", "impl ", "impl<", "const ", "type ", "macro_rules!"];
    code.lines().any(|line| {
        let line = line.trim_start();
        let line = line.split_once(") ").filter(|(start, _)| start.starts_with("pub(")).map_or(line, |(_, rest)| rest);
        words.iter().any(|word| line.trim_start_matches("pub ").starts_with(word))
    })
}

/// What a file re-exports: the name, and the path that it stands for.
fn reexports(file: &File) -> Vec<(String, Modules)> {
    let own = modules(&file.path);
    let code = &file.text;
    let mut found = Vec::new();
    for statement in code.split(';') {
        let Some((_, tree)) = statement.rsplit_once("use ") else { continue };
        let is_public = statement.trim_start().lines().any(|line| line.trim_start().starts_with("pub"));
        if !is_public {
            continue;
        }
        for (path, name) in leaves(tree) {
            let base = if path.first().is_some_and(|first| first == "crate") { &[][..] } else { &own[..] };
            let path: Modules = path.into_iter().filter(|name| name != "crate" && name != "self").collect();
            found.push((name, [base, &path].concat()));
        }
    }
    found
}

/// What a file takes from its own children, which it names without `self` or `crate`.
fn of_children(file: &File) -> Vec<(usize, Modules)> {
    let own = modules(&file.path);
    let code = &file.text;
    let declared = code.lines().filter_map(|line| {
        let line = line.trim_start();
        let name = line.strip_suffix(';')?.rsplit_once("mod ")?.1;
        Some(name.to_owned())
    });
    let mut found = Vec::new();
    for child in declared {
        for (start, _) in code.match_indices(&format!("{child}::")) {
            let before = code[..start].trim_end();
            let is_whole = !code[..start].ends_with(|last: char| last.is_alphanumeric() || "_:$".contains(last));
            let statement = before.rsplit([';', '}']).next().unwrap_or_default();
            if is_whole && !statement.contains("use") {
                found.push((0, [&own[..], std::slice::from_ref(&child)].concat()));
            }
        }
        let uses = code.split(';').filter(|statement| {
            let statement = statement.trim_start();
            statement.lines().any(|line| line.trim_start().starts_with(&format!("use {child}::")))
        });
        found.extend(uses.map(|_| (0, [&own[..], std::slice::from_ref(&child)].concat())));
    }
    found
}

/// The paths of a `use` tree, each with the name that it gives.
fn leaves(tree: &str) -> Vec<(Modules, String)> {
    let tree = tree.trim();
    if let Some((head, rest)) = tree.split_once('{') {
        let head: Modules =
            head.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
        return split(inner)
            .into_iter()
            .flat_map(leaves)
            .map(|(path, name)| ([&head[..], &path].concat(), name))
            .collect();
    }
    let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
    let path: Modules = path.split("::").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    let name = if alias.is_empty() { path.last().cloned().unwrap_or_default() } else { alias.trim().to_owned() };
    vec![(path, name)]
}

/// The members of a group, at its commas outside of inner groups.
fn split(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0_i32, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&group[start..]);
    found.retain(|member| !member.trim().is_empty());
    found
}

#[test]
fn circles_are_found_and_doors_are_none() {
    let file = |path: &str, text: &str| File::example(&format!("{ROOT}{path}"), text);
    let found = |files: &[File]| circles(files);
    let both = [
        file("http/mod.rs", "mod one;\nmod two;\npub use one::{One, other as another};\n"),
        file("http/one.rs", "use super::two::Two;\npub struct One;"),
        file("http/two.rs", "use super::One;\npub struct Two;"),
    ];
    assert_eq!(found(&both), [["http/one.rs", "http/two.rs"]], "by the name that the door re-exports");
    let parent = [
        file("http/mod.rs", "mod one;\nuse one::one;\npub struct A;\npub fn a() -> A { one() }"),
        file("http/one.rs", "use super::A;\npub fn one() -> A { A }"),
    ];
    assert_eq!(found(&parent), [["http/mod.rs", "http/one.rs"]]);
    let called = [
        file("http/mod.rs", "mod one;\npub struct A;\npub fn a() -> A { one::one() }"),
        file("http/one.rs", "use super::A;\npub fn one() -> A { A }"),
    ];
    assert_eq!(found(&called), [["http/mod.rs", "http/one.rs"]]);
    let whole = [
        file("http/mod.rs", "mod one;\nmod two;\npub use one::one;\n"),
        file("http/one.rs", "use super::two::Two;\npub fn one() {}"),
        file("http/two.rs", "use crate::http;\npub struct Two;\nfn two() { http::one() }"),
    ];
    assert_eq!(found(&whole), [["http/one.rs", "http/two.rs"]], "by a module that is imported as a whole");
    let none = [
        file("http/mod.rs", "mod one;\nmod two;\npub use one::One;\npub use two::Two;\n"),
        file("http/one.rs", "use super::two::Two;\npub struct One;"),
        file("http/two.rs", "// use super::One;\npub struct Two;"),
        file("router.rs", "use crate::http::{One, Two};"),
    ];
    assert_eq!(found(&none), [[""; 0]; 0]);
}
