//! The repository as the rules see it: its text files, and Rust code without comments and the insides of literals.

use std::fs;
use std::path::{Path, PathBuf};

/// One text file of the repository.
pub(crate) struct File {
    /// From the top of the repository, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl File {
    /// A file that is not on the disk, to try a rule on.
    pub(crate) fn example(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

/// The top of the repository.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_owned()
}

/// Every text file below `folder` (`""` for all of them), but for what is built or fetched.
pub(crate) fn files(folder: &str) -> Vec<File> {
    let mut found = Vec::new();
    collect(&top(), &top(), &mut found);
    found.retain(|file| file.path.starts_with(folder));
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Every Rust file of the repository, but for lists that are built.
pub(crate) fn rust_files() -> Vec<File> {
    let is_written = |file: &File| file.path.ends_with(".rs") && !file.path.starts_with("astra-core/assets/");
    files("").into_iter().filter(is_written).collect()
}

/// Fails with every fault, not only the first.
#[track_caller]
pub(crate) fn assert_none(faults: impl IntoIterator<Item = String>) {
    let faults: Vec<String> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{} found:\n{}", faults.len(), faults.join("\n"));
}

fn collect(top: &Path, folder: &Path, found: &mut Vec<File>) {
    const SKIPPED: [&str; 5] = [".git", ".cache", "target", "node_modules", "astra-data"];
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        let is_skipped = SKIPPED.iter().any(|name| entry.file_name() == *name);
        if path.is_dir() && !is_skipped {
            collect(top, &path, found);
        } else if let (false, Ok(text)) = (is_skipped, fs::read_to_string(&path)) {
            let path = path.strip_prefix(top).expect("inside the repository").to_string_lossy().replace('\\', "/");
            found.push(File { path, text });
        }
    }
}

/// Rust code with comments and the insides of literals blanked out; lines stay where they are.
pub(crate) fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = literal_length(rest).unwrap_or(0);
        if length > 0 && !code.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
            code.extend(rest[..length].chars().filter(|character| *character == '\n'));
            code.push('\u{1}');
            rest = &rest[length..];
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code.replace('\u{1}', "\"\"")
}

/// How long the comment or literal is that starts here, if one does.
fn literal_length(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let text = rest.strip_prefix('b').unwrap_or(rest);
    let prefix = rest.len() - text.len();
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = body.find(&format!("\"{}", "#".repeat(hashes))).map_or(body.len(), |end| end + 1 + hashes);
        return Some(prefix + 1 + hashes + 1 + end);
    }
    match text.chars().next()? {
        '"' => Some(prefix + quoted_length(text, '"')),
        // A lifetime has no closing quote after one character.
        '\'' if text[1..].starts_with('\\') || text.chars().nth(2) == Some('\'') => {
            Some(prefix + quoted_length(text, '\''))
        }
        _ => None,
    }
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Files that may hold unsafe code: each says why in its `expect`.
const UNSAFE: [&str; 2] = ["astra-core/src/memory/index/avx2.rs", "astra-core/src/memory/index/neon.rs"];

#[test]
fn unsafe_code_is_in_the_vector_scan_alone() {
    assert_none(rust_files().iter().filter_map(stray_unsafe));
}

fn stray_unsafe(file: &File) -> Option<String> {
    // What is written into clients is other people's code, and forbids it.
    let is_ours = !file.path.contains("/templates/") && !file.path.starts_with("tests/contract/clients/");
    let code = code(&file.text);
    let has = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == "unsafe");
    (is_ours && has && !UNSAFE.contains(&file.path.as_str())).then(|| format!("{}: holds unsafe code", file.path))
}

#[test]
fn stray_unsafe_code_is_found() {
    let found = |path, text| stray_unsafe(&File::example(path, text)).is_some();
    assert!(found("astra-core/src/memory/rank.rs", "fn a() { unsafe { b() } }"));
    assert!(!found("astra-core/src/memory/index/avx2.rs", "unsafe fn a() {}"));
    assert!(!found("astra-core/src/memory/rank.rs", "// unsafe\nfn unsafe_code() { \"unsafe\" }"));
}

#[test]
fn code_has_no_comments_and_no_literals() {
    let text = "let a = \"// no \\\" comment\"; // crate::store\nlet b = r#\"raw \" text\"#; let c: &'a str = '\\'';\n/* x\n */ e";
    let code = code(text);
    assert_eq!(code.lines().count(), text.lines().count(), "lines stay where they are: {code}");
    for gone in ["comment", "crate::store", "raw", "x"] {
        assert!(!code.contains(gone), "`{gone}` is still in {code}");
    }
    for kept in ["let a = ", "let b = ", "&'a str", " e"] {
        assert!(code.contains(kept), "`{kept}` is gone from {code}");
    }
}
