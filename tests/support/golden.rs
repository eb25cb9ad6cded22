//! Golden files: what is made must be what was reviewed. `ASTRA_GOLDEN=update` writes them anew.

use std::path::Path;

/// Compares `made` with `tests/golden/<name>`.
#[track_caller]
pub(crate) fn golden(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name);
    if std::env::var("ASTRA_GOLDEN").is_ok_and(|wish| wish == "update") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(&path, made).expect("the golden file is written");
        return;
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = reviewed.lines().zip(made.lines()).position(|(reviewed, made)| reviewed != made);
    let line = differs.unwrap_or_else(|| reviewed.lines().count().min(made.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
    assert!(
        reviewed == made,
        "tests/golden/{name}, line {}:\n- {}\n+ {}\nIf the change is meant: ASTRA_GOLDEN=update cargo nextest run",
        line + 1,
        at(&reviewed),
        at(made)
    );
}
