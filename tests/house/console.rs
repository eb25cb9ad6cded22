//! The console: how long its files may be, the one file that talks to the gateway, and how much a browser loads. Its assets are
//! built of its source, which `./tests/run console` compares.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;

use flate2::read::GzDecoder;

use crate::source::{File, assert_none, files, top};

const SOURCE: &str = "astra-core/console/src/";
const ASSETS: &str = "astra-core/assets/console";
const LINES: usize = 300;

/// The one file that talks to the gateway, and nothing but the gateway.
const CLIENT: &str = "astra-core/console/src/frame/client.ts";
/// What talks to a server, makes markup of text, or runs text. The client and parts of the page do these in one place, or not at all.
const FORBIDDEN: [&str; 13] = [
    "fetch",
    "EventSource",
    "WebSocket",
    "WebTransport",
    "XMLHttpRequest",
    "sendBeacon",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "dangerouslySetInnerHTML",
    "createContextualFragment",
    "eval",
    "Function",
];

/// Bytes after compression: what every page loads, what one page loads with it, and all there is.
const SHELL_BYTES: usize = 60 << 10;
const PAGE_BYTES: usize = 130 << 10;
const ALL_BYTES: usize = 250 << 10;

#[test]
fn no_file_of_the_console_is_too_long() {
    let sources = sources();
    assert!(sources.len() > 10, "the source cannot be read");
    assert_none(sources.iter().filter_map(too_long));
}

#[test]
fn one_file_of_the_console_talks_to_the_gateway() {
    assert!(sources().iter().any(|file| file.path == CLIENT), "there is no {CLIENT}");
    assert_none(sources().iter().flat_map(forbidden));
}

#[test]
fn the_assets_are_those_of_the_list() {
    let list = read(&format!("{ASSETS}/assets.rs"));
    let listed: BTreeSet<String> = list.split("include_bytes!(\"").skip(1).filter_map(quoted).collect();
    let names = fs::read_dir(top().join(ASSETS)).expect("the assets").flatten();
    let mut there: BTreeSet<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    for plain in ["assets.rs", "index.html", "NOTICE"] {
        assert!(there.remove(plain), "{ASSETS} has no {plain}");
    }
    assert_eq!(there, listed);
}

#[test]
fn a_browser_loads_little() {
    let assets = assets();
    assert_none(over_budget(&read(&format!("{ASSETS}/index.html")), &assets));
}

/// One file that a browser loads: its size after compression, and the files that it needs before it runs.
struct Asset {
    bytes: usize,
    imports: BTreeSet<String>,
}

/// All files, by the names under which they are served.
fn assets() -> BTreeMap<String, Asset> {
    let entries = fs::read_dir(top().join(ASSETS)).expect("the assets").flatten();
    let compressed = entries.filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().strip_suffix(".gz")?.to_owned();
        Some((name, fs::read(entry.path()).expect("a file")))
    });
    let read = |(name, gzip): (String, Vec<u8>)| {
        let mut text = Vec::new();
        GzDecoder::new(&gzip[..]).read_to_end(&mut text).expect("gzip");
        let imports = if name.ends_with(".js") { imports(&String::from_utf8_lossy(&text)) } else { BTreeSet::new() };
        (name, Asset { bytes: gzip.len(), imports })
    };
    compressed.map(read).collect()
}

/// The files that a script imports before it runs. What it imports while it runs is in parentheses.
fn imports(script: &str) -> BTreeSet<String> {
    ["from\"./", "import\"./"].iter().flat_map(|mark| script.split(mark).skip(1)).filter_map(quoted).collect()
}

/// What stands before the next quote.
fn quoted(text: &str) -> Option<String> {
    text.split('"').next().map(str::to_owned)
}

fn over_budget(index: &str, assets: &BTreeMap<String, Asset>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |what: &str, loaded: &BTreeSet<String>, most: usize| {
        let bytes: usize = loaded.iter().filter_map(|name| assets.get(name)).map(|asset| asset.bytes).sum();
        if bytes > most {
            faults.push(format!("{what}: {bytes} bytes, {most} at most"));
        }
    };
    let shell = whole(index.split("=\"assets/").skip(1).filter_map(quoted), assets);
    check("the shell", &shell, SHELL_BYTES);
    for page in assets.keys().filter(|name| name.starts_with("page-") && name.ends_with(".js")) {
        let loaded = whole(shell.iter().cloned().chain([page.clone()]), assets);
        check(page, &loaded, PAGE_BYTES);
    }
    check("all files", &assets.keys().cloned().collect(), ALL_BYTES);
    faults
}

/// These files, with all that they need before they run.
fn whole(files: impl Iterator<Item = String>, assets: &BTreeMap<String, Asset>) -> BTreeSet<String> {
    let (mut open, mut seen) = (files.collect::<Vec<_>>(), BTreeSet::new());
    while let Some(next) = open.pop() {
        if seen.insert(next.clone()) {
            open.extend(assets.get(&next).into_iter().flat_map(|asset| asset.imports.iter().cloned()));
        }
    }
    seen
}

fn sources() -> Vec<File> {
    let is_script = |file: &File| file.path.ends_with(".ts") || file.path.ends_with(".tsx");
    files(SOURCE).into_iter().filter(is_script).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(top().join(path)).expect("the file is there")
}

fn too_long(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > LINES).then(|| format!("{}: {lines} lines, {LINES} at most", file.path))
}

/// The lines with a forbidden word, but for comments.
fn forbidden(file: &File) -> Vec<String> {
    if file.path == CLIENT {
        return Vec::new();
    }
    let is_letter = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
    let found = (1..).zip(file.text.lines()).flat_map(|(number, line)| {
        let trimmed = line.trim_start();
        let is_comment = trimmed.starts_with("//") || trimmed.starts_with("/*") || trimmed.starts_with("* ");
        let code = if is_comment { "" } else { line.split(" // ").next().unwrap_or_default() };
        let words = code.split(move |character| !is_letter(character));
        words.filter(|word| FORBIDDEN.contains(word)).map(move |word| (number, word.to_owned())).collect::<Vec<_>>()
    });
    found.map(|(number, word)| format!("{}:{number}: `{word}` belongs in {CLIENT}, if anywhere", file.path)).collect()
}

#[test]
fn a_long_file_and_a_forbidden_word_are_found() {
    let file = |path: &str, text: &str| File::example(&format!("{SOURCE}{path}"), text);
    assert!(
        too_long(&file("a.ts", &"\n".repeat(301))).is_some() && too_long(&file("a.ts", &"\n".repeat(300))).is_none()
    );
    let found = |path: &str, text: &str| forbidden(&file(path, text)).len();
    assert_eq!(found("pages/a.tsx", "const a = await fetch(b);\nelement.innerHTML = c; new WebSocket(d);"), 3);
    assert_eq!(found("pages/a.tsx", "globalThis[\"eval\"](a); new Function(b);"), 2);
    assert_eq!(
        found("pages/a.tsx", "// fetch\nconst a = prefetch(b); // eval\n * innerHTML\nevaluate(c); fetched();"),
        0
    );
    assert_eq!(found("frame/client.ts", "await fetch(a)"), 0);
}

#[test]
fn a_page_that_loads_too_much_is_found() {
    let asset = |bytes: usize, imports: &[&str]| Asset {
        bytes,
        imports: imports.iter().map(|&name| name.to_owned()).collect(),
    };
    let assets = |shared: usize, page: usize| {
        BTreeMap::from([
            ("main-1.js".to_owned(), asset(50 << 10, &["chunk-1.js"])),
            ("chunk-1.js".to_owned(), asset(shared, &[])),
            ("page-a-1.js".to_owned(), asset(page, &["main-1.js", "chunk-1.js"])),
        ])
    };
    let index = "<script type=\"module\" src=\"assets/main-1.js\"></script>";
    assert_eq!(over_budget(index, &assets(10 << 10, 70 << 10)), [""; 0]);
    assert_eq!(over_budget(index, &assets((10 << 10) + 1, 1)).len(), 1, "the shell has what its scripts import");
    assert_eq!(over_budget(index, &assets(10 << 10, (70 << 10) + 1)).len(), 1, "the page");
    assert_eq!(over_budget(index, &assets(10 << 10, 200 << 10)).len(), 2, "the page and all files");
    let script = "import{a as b}from\"./chunk-1.js\";import\"./chunk-2.js\";const c=()=>import(\"./page-b-1.js\");";
    assert_eq!(imports(script), BTreeSet::from(["chunk-1.js".to_owned(), "chunk-2.js".to_owned()]));
}
