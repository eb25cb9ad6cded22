//! The skills group.

mod get;
mod list;
mod metrics;
mod reload;

use std::fs;
use std::path::{Path, PathBuf};

use astra_core::auth::Role;

use crate::support::{Ask, Caller, OnBackend, TestApp, TestBackend};

/// The skills.
const PATH: &str = "/skills";

/// A gateway with a folder of skills: `pdf`, `triage`, and one that is broken.
struct Skilled {
    app: TestApp,
    folder: PathBuf,
}

impl OnBackend for Skilled {
    async fn on(backend: TestBackend) -> Self {
        let folder = backend.folder().join("skills");
        write(&folder, "pdf/SKILL.md", &skill("pdf", "Fills in PDF forms.", "Read `references/forms.md` first."));
        write(&folder, "pdf/references/forms.md", "# Forms\n");
        write(&folder, "pdf/.hidden", "hidden");
        write(
            &folder,
            "triage/SKILL.md",
            "---\nname: triage\ndescription: Sorts bugs.\nlicense: MIT\ncompatibility: Needs git.\nallowed-tools: Bash(git:*) Read\n\
             metadata:\n  version: 2\n  tags: [a, b]\nmodel: opus\n---\n\nSort.\n",
        );
        write(&folder, "torn/SKILL.md", "---\nname: torn\n---\n");
        write(&folder, "README.md", "Our skills.");
        let place = folder.clone();
        let app = TestApp::builder(backend).config(|config| config.skills_dir = Some(place)).open().await;
        Self { app, folder }
    }
}

/// Sends what `ask` writes as those who may not: without a credential, with one for something else, and as `below`.
async fn turns_away(app: &TestApp, below: Option<Role>, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.scoped(Role::Admin, "spec:read")).await.expect_problem(403, "forbidden");
    if let Some(below) = below {
        ask(&app.role(below)).await.expect_problem(403, "forbidden");
    }
}

/// A SKILL.md.
pub(crate) fn skill(name: &str, description: &str, instructions: &str) -> String {
    format!("---\nname: {name}\ndescription: {description}\n---\n\n{instructions}\n")
}

/// Writes a file, as editors do: under another name first.
pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let other = path.with_extension("md~");
    fs::write(&other, text).expect("a file");
    fs::rename(other, path).expect("a rename");
}
