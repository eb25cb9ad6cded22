//! `completions/` holds what `astra completions` and `astra man` print, and the reference at /docs what `astra codegen` would
//! write for an example. After a change of the command line or of the clients: `ASTRA_GOLDEN=update cargo nextest run -p astra-cli` writes the files anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Machine;

const SHELLS: [(&str, &str); 5] = [
    ("bash", "astra.bash"),
    ("zsh", "_astra"),
    ("fish", "astra.fish"),
    ("powershell", "_astra.ps1"),
    ("elvish", "astra.elv"),
];

/// The languages that the reference shows beside curl.
const SHOWN: [&str; 2] = ["typescript", "python"];

fn kept_in(folder: &Path) -> BTreeMap<PathBuf, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.filter(|path| path.is_file());
    files.map(|path| (path.clone(), std::fs::read_to_string(&path).expect("text"))).collect()
}

fn assert_kept(folder: &Path, generated: BTreeMap<PathBuf, String>) {
    if std::env::var("ASTRA_GOLDEN").is_ok_and(|wish| wish == "update") {
        kept_in(folder).keys().for_each(|path| std::fs::remove_file(path).expect("removed"));
        std::fs::create_dir_all(folder).expect("made");
        generated.iter().for_each(|(path, text)| std::fs::write(path, text).expect("written"));
    }
    let kept = kept_in(folder);
    assert!(kept.keys().eq(generated.keys()), "{:?} instead of {:?}", kept.keys(), generated.keys());
    for (path, text) in generated {
        assert!(kept[&path] == text, "{} is out of date: see the top of this test", path.display());
    }
}

#[test]
fn the_completions_are_those_of_this_version() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../completions");
    let machine = Machine::new();
    let script = |(shell, name)| (folder.join(name), machine.astra(&["completions", shell]).ok());
    assert_kept(&folder, SHELLS.map(script).into_iter().collect());
}

#[test]
fn the_manual_pages_are_those_of_this_version() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../completions/man");
    let machine = Machine::new();
    assert_eq!(machine.astra(&["man", "--dir", "pages"]).ok(), "");
    let pages = kept_in(&machine.path("pages"));
    let generated = pages.into_iter().map(|(path, text)| (folder.join(path.file_name().expect("a name")), text));
    assert_kept(&folder, generated.collect());
}

#[test]
fn the_references_samples_are_those_of_the_clients() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../astra-core/assets/samples.json");
    let machine = Machine::new();
    let mut samples: Value = serde_json::from_str(&machine.astra(&["codegen", "--samples"]).ok()).expect("JSON");
    let of_all = samples.as_object_mut().expect("an object").values_mut();
    of_all.for_each(|languages| {
        languages.as_object_mut().expect("languages").retain(|language, _| SHOWN.contains(&language.as_str()));
    });
    let text = serde_json::to_string_pretty(&samples).expect("JSON") + "\n";
    if std::env::var("ASTRA_GOLDEN").is_ok_and(|wish| wish == "update") {
        std::fs::write(&file, &text).expect("written");
    }
    let kept = std::fs::read_to_string(&file).expect("the samples");
    assert!(kept == text, "{} is out of date: see the top of this test", file.display());
}

#[test]
fn a_folder_that_cannot_be_made_is_a_fault() {
    let machine = Machine::new();
    machine.write("taken", "");
    machine.astra(&["man", "--dir", "taken"]).fails(1, &["cannot write manual pages to taken"]);
}
