//! `agents.reload`, and the watcher that does the same by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use astra_core::engine::catalogue::Report;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{Engine, OnEngine, TestApp, both_engines};

const PATH: &str = "/agents/reload";

/// A gateway with a folder of definitions.
struct Defined {
    app: TestApp,
    folder: PathBuf,
}

impl OnEngine for Defined {
    async fn on(engine: Engine) -> Self {
        let folder = engine.folder().join("agents");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("support.yml"), "display_name: Support\nsystem_prompt: one\n").expect("a file");
        fs::write(folder.join("notes.txt"), "not a definition").expect("a file");
        let place = folder.clone();
        let app = TestApp::builder(engine).config(|config| {
            config.agents_dir = Some(place);
            config.agents =
                serde_json::from_value(json!({"fixed": {"system_prompt": "fixed"}, "bare": null})).expect("agents");
        });
        Self { app: app.open().await, folder }
    }
}

impl Defined {
    async fn agent(&self, id: &str) -> Value {
        self.app.viewer().get(&format!("/agents/{id}")).await.expect(200)
    }

    async fn reload(&self) -> Value {
        self.app.admin().post(PATH).await.expect(200)
    }
}

/// As editors save: under another name first.
fn save(path: &Path, text: &str) {
    let other = path.with_extension("yml~");
    fs::write(&other, text).expect("a file");
    fs::rename(&other, path).expect("a rename");
}

/// Waits for a report that is as asked for.
async fn report(reports: &mut watch::Receiver<Arc<Report>>, is_it: impl Fn(&Report) -> bool) -> Arc<Report> {
    Arc::clone(&*reports.wait_for(|report| is_it(report)).await.expect("the gateway lives"))
}

both_engines! {
    async fn takes_over_what_is_there_at_the_start(defined: Defined) {
        let support = defined.agent("support").await;
        assert_eq!((&support["system_prompt"], &support["created_by"]), (&json!("one"), &json!("file:support.yml")));
        assert_eq!(defined.agent("fixed").await["created_by"], "configuration");
        assert_eq!(defined.agent("bare").await["model"]["provider"], "echo");
        // Who defines agents needs none of the gateway's own.
        defined.app.viewer().get("/agents/assistant").await.expect_problem(404, "not_found");
        let report = defined.reload().await;
        assert_eq!(report, json!({"created": [], "updated": [], "unchanged": ["fixed", "bare", "support"], "failed": []}));
        assert_eq!(defined.agent("support").await["version"], 1);
    }

    async fn tells_what_changed_and_what_is_broken(defined: Defined) {
        save(&defined.folder.join("support.yml"), "display_name: Support\nsystem_prompt: |\n  two\n  {{ user.name }}\n");
        save(&defined.folder.join("sales.yaml"), "model:\n  provider: echo\n");
        save(&defined.folder.join("typo.yml"), "display_name: Typo\nsystem_promt: one\n");
        save(&defined.folder.join("hot.yml"), "# hot\nmodel:\n  provider: echo\n  temperature: 3\n");
        save(&defined.folder.join("torn.yml"), "model: {provider: echo\n");
        save(&defined.folder.join("empty.yml"), "# nothing yet\n");
        save(&defined.folder.join("Bad Name.yml"), "{}\n");
        save(&defined.folder.join("fixed.yml"), "{}\n");
        save(&defined.folder.join("sales.yml"), "{}\n");
        // The watcher may have been quicker: then there is nothing left to do, and only what is broken is told again.
        let report = defined.reload().await;
        assert_eq!(defined.agent("support").await["system_prompt"], "two\n{{ user.name }}\n");
        assert_eq!(defined.agent("sales").await["created_by"], "file:sales.yaml");
        let failed: Vec<(&str, Option<u64>)> = report["failed"].as_array().expect("a list").iter()
            .map(|failed| (failed["file"].as_str().expect("a name"), failed["line"].as_u64())).collect();
        assert_eq!(failed, [
            ("Bad Name.yml", None), ("empty.yml", None), ("fixed.yml", None), ("hot.yml", Some(4)), ("sales.yml", None),
            ("torn.yml", Some(2)), ("typo.yml", Some(2)),
        ]);
        let reason = |file: &str| {
            let failed = report["failed"].as_array().expect("a list").iter().find(|failed| failed["file"] == file);
            failed.expect("the file")["reason"].as_str().expect("a reason").to_owned()
        };
        assert_eq!(reason("hot.yml"), "model.temperature: must lie between 0 and 2");
        assert!(reason("typo.yml").contains("system_promt"), "{}", reason("typo.yml"));
        assert!(reason("sales.yml").contains("sales.yaml"));
        assert!(reason("fixed.yml").contains("configuration"));
    }

    async fn a_broken_file_leaves_the_old_version_running(defined: Defined) {
        let mut reports = defined.app.definitions().reports();
        save(&defined.folder.join("support.yml"), "system_prompt: \"{{ nobody }}\"\n");
        let told = report(&mut reports, |report| !report.failed.is_empty()).await;
        assert_eq!((told.failed[0].file.as_str(), told.failed[0].fault.line), ("support.yml", Some(1)));
        let support = defined.agent("support").await;
        assert_eq!((&support["version"], &support["system_prompt"]), (&json!(1), &json!("one")));
        let turn = json!({"agent_id": "support", "message": "Hello"});
        assert_eq!(defined.app.member().post("/chat").json(&turn).await.expect(200)["agent_version"], 1);
    }

    async fn the_watcher_takes_over_what_is_saved(defined: Defined) {
        let mut reports = defined.app.definitions().reports();
        save(&defined.folder.join("support.yml"), "system_prompt: two\n");
        report(&mut reports, |report| report.updated == ["support"]).await;
        let turn = json!({"agent_id": "support", "message": "Hello"});
        assert_eq!(defined.app.member().post("/chat").json(&turn).await.expect(200)["agent_version"], 2);
        fs::write(defined.folder.join("new.yml"), "system_prompt: new\n").expect("a file");
        report(&mut reports, |report| report.created == ["new"]).await;
        // The file goes, the agent stays.
        fs::remove_file(defined.folder.join("new.yml")).expect("it is there");
        report(&mut reports, |report| report.unchanged == ["fixed", "bare", "support"]).await;
        assert_eq!(defined.agent("new").await["system_prompt"], "new");
    }

    async fn the_watcher_survives_a_folder_that_is_replaced(defined: Defined) {
        let mut reports = defined.app.definitions().reports();
        fs::rename(&defined.folder, defined.folder.with_extension("old")).expect("a rename");
        report(&mut reports, |report| !report.failed.is_empty()).await;
        fs::create_dir(&defined.folder).expect("a folder");
        report(&mut reports, |report| report.failed.is_empty()).await;
        save(&defined.folder.join("support.yml"), "system_prompt: replaced\n");
        report(&mut reports, |report| report.updated == ["support"]).await;
        assert_eq!(defined.agent("support").await["version"], 2);
    }

    async fn what_callers_changed_stays_until_the_file_changes(defined: Defined) {
        defined.app.admin().patch("/agents/support").json(&json!({"system_prompt": "callers"})).await.expect(200);
        assert_eq!(defined.reload().await["unchanged"], json!(["fixed", "bare", "support"]));
        assert_eq!(defined.agent("support").await["system_prompt"], "callers");
        let mut reports = defined.app.definitions().reports();
        save(&defined.folder.join("support.yml"), "system_prompt: files\n");
        report(&mut reports, |report| report.updated == ["support"]).await;
        let support = defined.agent("support").await;
        assert_eq!((&support["version"], &support["system_prompt"]), (&json!(3), &json!("files")));
        let version = defined.app.viewer().get("/agents/support/versions/3").await.expect(200);
        assert_eq!(version["created_by"], "file:support.yml");
    }

    async fn tells_another_workspace_nothing(defined: Defined) {
        save(&defined.folder.join("typo.yml"), "nonsense: 1\n");
        let nothing = json!({"created": [], "updated": [], "unchanged": [], "failed": []});
        assert_eq!(defined.app.other_workspace().post(PATH).await.expect(200), nothing);
        defined.app.other_workspace().get("/agents/support").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    app.member().post(PATH).await.expect_problem(403, "forbidden");
    app.anonymous().post(PATH).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn an_agent_of_the_configuration_must_be_good() {
    let engine = Engine::sqlite();
    let mut config = engine.config();
    config.agents = serde_json::from_value(json!({
        "Bad": {}, "typo": {"promt": ""}, "hot": {"model": {"temperature": 3}, "system_prompt": "{{"},
    }))
    .expect("agents");
    config.agents_dir = Some(engine.folder().join("nowhere"));
    let Err(fault) = astra_core::Gateway::open(config).await.map(drop) else { panic!("it was opened") };
    let text = fault.to_string();
    for word in
        ["agents.Bad:", "agents.typo:", "agents.hot.model.temperature:", "agents.hot.system_prompt:", "agents_dir:"]
    {
        assert!(text.contains(word), "{word} is not in {text}");
    }
}
