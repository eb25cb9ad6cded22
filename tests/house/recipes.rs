//! The recipes of `docs/adding.md` and the path of a turn in `docs/turn.md` name files that are there, and the example of a
//! recipe is what the recipe says.

use std::collections::BTreeSet;

use crate::source::{assert_none, files, top};

/// The operation that `docs/adding.md` gives as an example, by its group and verb.
const EXAMPLE: (&str, &str) = ("sessions", "context");

#[test]
fn every_file_on_the_path_of_a_turn_exists() {
    let guide = text_of("astra-core/docs/turn.md");
    let named: Vec<&str> = guide.split('`').skip(1).step_by(2).filter(|name| name.ends_with(".rs")).collect();
    assert!(named.len() > 20, "the path names {} files", named.len());
    assert_none(
        named
            .iter()
            .filter(|name| !top().join("astra-core/src").join(name).exists())
            .map(|name| format!("astra-core/docs/turn.md names {name}, which is not there")),
    );
}

#[test]
fn every_recipe_names_files_that_exist() {
    let guide = text_of("astra-core/docs/adding.md");
    let named: Vec<String> = paths(&guide).into_iter().filter(|path| !is_pattern(path)).collect();
    assert!(named.len() > 20, "the recipes name {} files", named.len());
    let missing = named.iter().filter(|path| !top().join(path).exists());
    assert_none(missing.map(|path| format!("astra-core/docs/adding.md names {path}, which is not there")));
}

#[test]
fn the_recipe_of_an_operation_holds_for_its_example() {
    let guide = text_of("astra-core/docs/adding.md");
    let recipe = guide.split("\n## ").find(|part| part.starts_with("An operation\n")).expect("the recipe");
    let (group, verb) = EXAMPLE;
    assert!(recipe.contains(&format!("`{group}.{verb}` is an example")), "the recipe has another example");
    let steps = recipe.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
    let steps: Vec<BTreeSet<String>> = steps.map(|line| paths(line).into_iter().take(1).collect()).collect();
    assert_eq!(steps.len(), 7, "the recipe has {} steps", steps.len());
    let id = format!("{group}.{verb}");
    for path in steps.iter().flatten().map(|path| path.replace("<group>", group).replace("<verb>", verb)) {
        let text = text_of(&path);
        assert!(!text.is_empty(), "{path} is not there");
        let names_it = text.contains(&id) || text.contains(&format!("mod {verb};"));
        assert!(names_it, "{path} has nothing of {id}");
    }
}

fn text_of(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap_or_default()
}

/// The paths in backticks, in their order.
fn paths(text: &str) -> Vec<String> {
    let known: BTreeSet<String> =
        files("").into_iter().filter_map(|file| Some(file.path.split_once('/')?.0.to_owned())).collect();
    let words = text.split('`').skip(1).step_by(2);
    let is_path =
        |word: &&str| *word == "CHANGELOG.md" || word.split_once('/').is_some_and(|(top, _)| known.contains(top));
    words.filter(is_path).filter(|word| !word.contains(' ')).map(str::to_owned).collect()
}

fn is_pattern(path: &str) -> bool {
    path.contains(['<', '*', '{']) || path.contains("000N")
}
