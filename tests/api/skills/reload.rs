//! `skills.reload`, and the watcher that does the same by itself.

use std::fs;
use std::sync::Arc;

use astra_core::auth::Role;
use astra_core::config::Config;
use astra_core::definitions::SkillReport;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Skilled, skill, turns_away, write};
use crate::support::{TestBackend, both_backends};

const PATH: &str = "/skills/reload";

/// Waits for a report that is as asked for.
async fn report(
    reports: &mut watch::Receiver<Arc<SkillReport>>,
    is_it: impl Fn(&SkillReport) -> bool,
) -> Arc<SkillReport> {
    Arc::clone(&*reports.wait_for(|report| is_it(report)).await.expect("the gateway lives"))
}

impl Skilled {
    async fn reload(&self) -> Value {
        self.app.admin().post(PATH).await.expect(200)
    }

    async fn description(&self, id: &str) -> Value {
        self.app.viewer().get(&format!("/skills/{id}")).await.expect(200)["description"].clone()
    }
}

both_backends! {
    async fn nothing_changed_since_the_start(skilled: Skilled) {
        let torn = json!({"file": "torn/SKILL.md", "line": 1, "reason": "the key `description` is missing"});
        let expected = json!({
            "created": [], "updated": [], "unchanged": ["pdf", "triage"], "removed": [], "failed": [torn],
        });
        assert_eq!(skilled.reload().await, expected);
    }

    async fn a_bad_skill_leaves_the_old_one_running(skilled: Skilled) {
        let mut reports = skilled.app.skill_folder().reports();
        write(&skilled.folder, "pdf/SKILL.md", "---\nname: pdf\ndescription: [\n---\n");
        let told = report(&mut reports, |report| report.failed.len() == 2).await;
        assert_eq!((told.failed[0].file.as_str(), told.failed[0].fault.line), ("pdf/SKILL.md", Some(4)));
        assert_eq!(skilled.description("pdf").await, "Fills in PDF forms.");
        fs::remove_file(skilled.folder.join("pdf/SKILL.md")).expect("it is there");
        let told = report(&mut reports, |report| report.failed[0].fault.reason == "the file is missing").await;
        assert_eq!((told.failed.len(), told.removed.len()), (2, 0));
        assert_eq!(skilled.description("pdf").await, "Fills in PDF forms.");
    }

    async fn the_watcher_takes_over_what_is_saved(skilled: Skilled) {
        let mut reports = skilled.app.skill_folder().reports();
        skilled.app.clock.advance_ms(60_000);
        write(&skilled.folder, "pdf/SKILL.md", &skill("pdf", "Fills in all forms.", "Fill."));
        report(&mut reports, |report| report.updated == ["pdf"]).await;
        let pdf = skilled.app.viewer().get("/skills/pdf").await.expect(200);
        let expected = (&json!("Fills in all forms."), &json!("Fill."), &json!("2026-11-23T21:01:00.000Z"));
        assert_eq!((&pdf["description"], &pdf["instructions"], &pdf["loaded_at"]), expected);
        write(&skilled.folder, "torn/SKILL.md", &skill("torn", "Whole again.", "Do."));
        let told = report(&mut reports, |report| report.created == ["torn"]).await;
        assert_eq!(told.unchanged, ["pdf", "triage"]);
        // In a folder that is new, where nothing was watched.
        fs::create_dir(skilled.folder.join("late")).expect("a folder");
        report(&mut reports, |report| report.failed.len() == 1).await;
        write(&skilled.folder, "late/SKILL.md", &skill("late", "Comes late.", "Do."));
        report(&mut reports, |report| report.created == ["late"]).await;
        fs::remove_dir_all(skilled.folder.join("triage")).expect("it is there");
        report(&mut reports, |report| report.removed == ["triage"]).await;
        skilled.app.viewer().get("/skills/triage").await.expect_problem(404, "not_found");
    }

    async fn a_folder_that_is_gone_takes_nothing_with_it(skilled: Skilled) {
        let mut reports = skilled.app.skill_folder().reports();
        fs::rename(&skilled.folder, skilled.folder.with_extension("old")).expect("a rename");
        let told = report(&mut reports, |report| report.failed.iter().any(|failed| failed.fault.line.is_none())).await;
        assert_eq!(told.unchanged, ["pdf", "triage"]);
        assert_eq!(skilled.description("triage").await, "Sorts bugs.");
        fs::rename(skilled.folder.with_extension("old"), &skilled.folder).expect("a rename");
        report(&mut reports, |report| report.failed.len() == 1 && report.failed[0].fault.line.is_some()).await;
    }

    async fn links_and_other_names_are_refused(skilled: Skilled) {
        let link = |target: &str, path: &str| {
            std::os::unix::fs::symlink(target, skilled.folder.join(path)).expect("a link");
        };
        link("pdf", "linked");
        link("loop", "loop");
        fs::create_dir(skilled.folder.join("file-link")).expect("a folder");
        link("../pdf/SKILL.md", "file-link/SKILL.md");
        write(&skilled.folder, "other/SKILL.md", &skill("another", "x", "Do."));
        write(&skilled.folder, "large/SKILL.md", &skill("large", "x", &"Do.\n".repeat(1_250_000)));
        let report = skilled.reload().await;
        let failed: Vec<(&str, Option<u64>)> = report["failed"].as_array().expect("a list").iter()
            .map(|failed| (failed["file"].as_str().expect("a name"), failed["line"].as_u64())).collect();
        let expected = [
            ("file-link/SKILL.md", None), ("large/SKILL.md", None), ("linked", None), ("loop", None),
            ("other/SKILL.md", Some(2)), ("torn/SKILL.md", Some(1)),
        ];
        assert_eq!(failed, expected, "{report}");
    }

    async fn tells_another_workspace_nothing(skilled: Skilled) {
        let nothing = json!({"created": [], "updated": [], "unchanged": [], "removed": [], "failed": []});
        assert_eq!(skilled.app.other_workspace().post(PATH).await.expect(200), nothing);
    }

    async fn other_callers_are_turned_away(skilled: Skilled) {
        turns_away(&skilled.app, Some(Role::Member), |caller| caller.post(PATH)).await;
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_refused() {
    let backend = TestBackend::sqlite();
    let config = Config { skills_dir: Some(backend.folder().join("nowhere")), ..backend.config() };
    let fault = astra_core::Gateway::open(config).await.err().expect("a refusal").to_string();
    assert!(fault.contains("skills_dir") && fault.contains("is no folder"), "{fault}");
}
