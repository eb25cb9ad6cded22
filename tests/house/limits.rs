//! Everything has a bound, and `astra-core/docs/limits.md` has a row for each bound.

use std::collections::BTreeSet;

use crate::source::{File, assert_none, code, files};

const PAGE: &str = "astra-core/docs/limits.md";
const ROOT: &str = "astra-core/src/";

/// Constants whose names end or begin so bound something.
const BOUNDS: [&str; 5] = ["_MAX", "MAX_", "PATIENCE", "TIMEOUT", "_CACHED"];
/// What is kept behind a lock lives longer than a request.
const LOCKS: [&str; 3] = ["Mutex<", "RwLock<", "RefCell<"];
const COLLECTIONS: [&str; 7] = ["Map<", "LruCache<", "Vec<", "VecDeque<", "Set<", "DashMap", "BinaryHeap<"];

#[test]
fn every_constant_that_bounds_something_is_on_the_page() {
    let rows = rows(&page());
    assert_none(
        sources()
            .iter()
            .flat_map(|file| bounds(file).into_iter().filter(|bound| !rows.contains(bound)))
            .map(|(name, file)| format!("{PAGE} has no row with `{name}` in `{file}`")),
    );
}

#[test]
fn every_constant_on_the_page_is_in_the_source() {
    let known: BTreeSet<_> = sources().iter().flat_map(bounds).collect();
    let gone = rows(&page()).into_iter().filter(|bound| !known.contains(bound));
    assert_none(gone.map(|(name, file)| format!("{PAGE} names `{name}` in `{file}`, which is not there")));
}

#[test]
fn every_limit_of_the_configuration_is_on_the_page() {
    let reference = text("astra-core/docs/astra.yml");
    let page = page();
    let keys = keys(&reference, "limits");
    assert!(keys.len() > 8, "the keys cannot be read: {keys:?}");
    let missing = keys.into_iter().filter(|key| !page.contains(&format!("`limits.{key}`")));
    assert_none(missing.map(|key| format!("{PAGE} has no row for `limits.{key}`")));
}

#[test]
fn every_collection_and_queue_that_lasts_is_on_the_page() {
    let page = page();
    let told = page.split("## What is kept in memory").nth(1).expect("the page has a chapter on memory");
    let faults = sources().into_iter().filter(|file| lasts(&file.text));
    let name = |file: &File| file.path.trim_start_matches(ROOT).to_owned();
    let missing = faults.map(|file| name(&file)).filter(|file| !told.contains(&format!("| `{file}` |")));
    assert_none(missing.map(|file| format!("{PAGE} does not say what bounds that which `{file}` keeps")));
}

#[test]
fn the_rules_find_what_they_are_for() {
    let text = "/// x\npub(super) const ROWS_MAX: u32 = 7;\nconst NAME: &str = \"ROWS_MAX\";\nstruct A(Mutex<HashMap<u8, u8>>);";
    let file = File::example("astra-core/src/store/a.rs", text);
    assert_eq!(bounds(&file), [("ROWS_MAX".to_owned(), "store/a.rs".to_owned())]);
    assert!(lasts(text) && lasts("struct A(Mutex<LruCache<u8, u8>>);") && lasts("let (a, b) = mpsc::channel(QUEUE);"));
    assert!(!lasts("let (a, b) = oneshot::channel(); // Mutex<HashMap") && !lasts("struct A(Vec<u8>);"));
    let rows = rows("| a | 7 | fixed: `ROWS_MAX` and `BYTES_MAX` in `store/a.rs`, `TIMEOUT` in `b.rs` | 422 |");
    let expected = [("BYTES_MAX", "store/a.rs"), ("ROWS_MAX", "store/a.rs"), ("TIMEOUT", "b.rs")];
    assert!(rows.iter().map(|(name, file)| (name.as_str(), file.as_str())).eq(expected), "{rows:?}");
    assert_eq!(keys("a:\n  b: 1\nlimits:\n  # c: d\n  e: 1\n  #f: 2\nchat:\n  g: 1\n", "limits"), ["e", "f"]);
}

/// The core but for its checks for tests, which keep what a test needs.
fn sources() -> Vec<File> {
    let mut sources = files(ROOT);
    sources.retain(|file| file.path.ends_with(".rs") && !file.path.contains("/testing/"));
    sources
}

fn page() -> String {
    text(PAGE)
}

fn text(path: &str) -> String {
    files(path).pop().expect("the file is there").text
}

/// The constants of `file` that bound something, and its path below the sources.
fn bounds(file: &File) -> Vec<(String, String)> {
    let path = file.path.trim_start_matches(ROOT).to_owned();
    let code = code(&file.text);
    let declared = code.lines().filter_map(|line| line.trim().rsplit_once("const ").map(|(_, rest)| rest));
    let numbers = declared.filter_map(|rest| rest.split_once(':')).filter(|(_, ty)| !ty.trim().starts_with('&'));
    let names = numbers.map(|(name, _)| name).filter(|name| {
        let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        is_name && BOUNDS.iter().any(|part| name.contains(part)) && !name.ends_with("_DEFAULT")
    });
    names.map(|name| (name.to_owned(), path.clone())).collect()
}

/// The constants that a page names as `` `NAME` and `OTHER` in `file` ``.
fn rows(page: &str) -> BTreeSet<(String, String)> {
    let (mut found, mut names) = (BTreeSet::new(), Vec::new());
    for (place, part) in page.split('`').enumerate() {
        let is_name = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        };
        match place % 2 {
            1 if is_name(part) => names.push(part.to_owned()),
            1 if part.ends_with(".rs") => found.extend(names.drain(..).map(|name| (name, part.to_owned()))),
            0 if !matches!(part, ", " | " and " | " in ") => names.clear(),
            _ => {}
        }
    }
    found
}

/// The keys of one section of the reference, those with and those without a default.
fn keys(reference: &str, section: &str) -> Vec<String> {
    let lines = reference.lines().skip_while(|line| *line != format!("{section}:")).skip(1);
    let lines = lines.take_while(|line| line.is_empty() || line.starts_with("  "));
    let keys = lines.filter_map(|line| line.strip_prefix("  ")?.trim_start_matches('#').split_once(':'));
    let keys = keys.map(|(key, _)| key).filter(|key| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    keys.filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// Whether something is kept that may grow: a collection behind a lock, or a queue between tasks.
fn lasts(text: &str) -> bool {
    let code = code(text);
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().any(|line| {
        let is_kept =
            LOCKS.iter().any(|lock| line.contains(lock)) && COLLECTIONS.iter().any(|kind| line.contains(kind));
        let is_queue =
            ["mpsc::channel(", "sync_channel", "broadcast::channel("].iter().any(|queue| line.contains(queue));
        is_kept || is_queue && !line.trim_start().starts_with("use ")
    })
}
