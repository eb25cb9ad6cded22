//! `agents.reload`, and the watcher that does the same by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use astra_core::definitions::Report;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{OnBackend, TestApp, TestBackend, both_backends};

const PATH: &str = "/agents/reload";

/// A gateway with a folder of definitions.
struct Defined {
    app: TestApp,
    folder: PathBuf,
}

impl OnBackend for Defined {
    async fn on(backend: TestBackend) -> Self {
        let folder = backend.folder().join("agents");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("support.yml"), "display_name: Support\nsystem_prompt: one\n").expect("a file");
        fs::write(folder.join("notes.txt"), "not a definition").expect("a file");
        let place = folder.clone();
        let app = TestApp::builder(backend).config(|config| {
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

/// Makes a link at `path` that leads to `target`.
fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("a link");
}

/// Turns the link at `path` to another target, as releases do: at one moment.
fn turn(target: &str, path: &Path) {
    let next = path.with_file_name("next");
    link(target, &next);
    fs::rename(next, path).expect("a rename");
}

/// Makes a named pipe, which nothing writes to.
fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
}

/// The files that define nothing, and why.
fn reasons(report: &Value) -> Vec<(String, String)> {
    let failed = report["failed"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    failed.map(|failed| (text(&failed["file"]), text(&failed["reason"]))).collect()
}

both_backends! {
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

    async fn one_that_names_no_memory_profile_stays_as_it_is(defined: Defined) {
        save(&defined.folder.join("support.yml"), "system_prompt: two\nmemory_profile_id: mpr_0000000000009\n");
        let reason = "memory_profile_id: there is no memory profile with this id".to_owned();
        assert_eq!(reasons(&defined.reload().await), [("support.yml".to_owned(), reason)]);
        assert_eq!(defined.agent("support").await["system_prompt"], "one");
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

    async fn what_is_no_regular_file_is_refused_and_not_opened(defined: Defined) {
        pipe(&defined.folder.join("pipe.yml"));
        link("/dev/zero", &defined.folder.join("zero.yml"));
        link("pipe.yml", &defined.folder.join("to_pipe.yml"));
        link("nowhere.yml", &defined.folder.join("dangling.yml"));
        link("loop.yml", &defined.folder.join("loop.yml"));
        fs::create_dir(defined.folder.join("folder.yml")).expect("a folder");
        let report = defined.reload().await;
        let failed = reasons(&report);
        let files: Vec<&str> = failed.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(files, ["dangling.yml", "loop.yml", "pipe.yml", "to_pipe.yml", "zero.yml"]);
        for (file, reason) in &failed[2..] {
            assert!(reason.contains("no regular file"), "{file}: {reason}");
        }
        assert_eq!(report["unchanged"], json!(["fixed", "bare", "support"]));
    }

    async fn a_file_that_says_something_else_is_not_told_on(defined: Defined) {
        let outside = defined.folder.with_file_name("outside");
        fs::create_dir(&outside).expect("a folder");
        let texts = [
            "root:x:0:0:hunter2:/root:/bin/bash\ndaemon:x:1:1:hunter2:/usr/sbin:/usr/sbin/nologin\n",
            "- hunter2\n", "hunter2\n", "x: [hunter2, 2\n", "\"hunter2, expected struct x\"\n", "on_busy: hunter2\n",
            "model: hunter2\n", "model:\n  temperature: \"hunter2\"\n", "budget: {tokens_per_day: hunter2}\n", "display_name: [hunter2]\n",
            "display_name: &hunter2 [*hunter2]\n", "? [hunter2]\n: 1\n", "hunter2:x y: 1\n", "metadata: {hunter2: [}\n",
            "metadata: !hunter2 {a: 1}\nnonsense: 1\n", "system_prompt: {hunter2: 1}\n", "key=hunter2\n[section]\n", "\u{7}hunter2\n",
            "session: {idle_timeout_min: -1, at: hunter2}\n", "\"hunter2 at line 3\": 1\n",
        ];
        for (number, text) in texts.iter().enumerate() {
            fs::write(outside.join(format!("{number}")), text).expect("a file");
            link(&format!("../outside/{number}"), &defined.folder.join(format!("t{number:02}.yml")));
        }
        let report = defined.reload().await;
        let failed = reasons(&report);
        assert_eq!(failed.len(), texts.len(), "{report}");
        for (file, reason) in failed {
            assert!(!reason.contains("hunter2") && !reason.is_empty(), "{file}: {reason}");
        }
    }

    async fn a_link_to_a_file_is_a_definition_that_is_followed(defined: Defined) {
        let mut reports = defined.app.definitions().reports();
        let outside = defined.folder.with_file_name("outside.yml");
        fs::write(&outside, "system_prompt: one\n").expect("a file");
        link("../outside.yml", &defined.folder.join("linked.yml"));
        report(&mut reports, |report| report.created == ["linked"]).await;
        save(&outside, "system_prompt: two\n");
        report(&mut reports, |report| report.updated == ["linked"]).await;
        assert_eq!(defined.agent("linked").await["system_prompt"], "two");
    }

    async fn folders_of_versions_behind_a_link_are_followed(defined: Defined) {
        // As Kubernetes mounts its maps: every file is a link through one link, which is turned.
        let mut reports = defined.app.definitions().reports();
        for version in ["one", "two"] {
            let folder = defined.folder.join(format!("..{version}"));
            fs::create_dir(&folder).expect("a folder");
            fs::write(folder.join("mapped.yml"), format!("system_prompt: {version}\n")).expect("a file");
        }
        link("..one", &defined.folder.join("..data"));
        link("..data/mapped.yml", &defined.folder.join("mapped.yml"));
        report(&mut reports, |report| report.created == ["mapped"]).await;
        turn("..two", &defined.folder.join("..data"));
        report(&mut reports, |report| report.updated == ["mapped"]).await;
        assert_eq!(defined.agent("mapped").await["system_prompt"], "two");
    }

    async fn a_file_is_read_up_to_its_limit(defined: Defined) {
        let text = |bytes: usize| "{} #".to_owned() + &"x".repeat(bytes - 4);
        fs::write(defined.folder.join("fits.yml"), text(1 << 20)).expect("a file");
        fs::write(defined.folder.join("large.yml"), text((1 << 20) + 1)).expect("a file");
        fs::write(defined.folder.join("latin.yml"), b"display_name: \xe9\n").expect("a file");
        let told = reasons(&defined.reload().await);
        let files: Vec<&str> = told.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(files, ["large.yml", "latin.yml"], "{told:?}");
        defined.agent("fits").await;
    }

    async fn tells_another_workspace_nothing(defined: Defined) {
        save(&defined.folder.join("typo.yml"), "nonsense: 1\n");
        let nothing = json!({"created": [], "updated": [], "unchanged": [], "failed": []});
        assert_eq!(defined.app.other_workspace().post(PATH).await.expect(200), nothing);
        defined.app.other_workspace().get("/agents/support").await.expect_problem(404, "not_found");
    }
}

/// A gateway whose agents lie behind a link, `current -> 1`, that is turned to `2`.
struct Released {
    app: TestApp,
    base: PathBuf,
}

impl OnBackend for Released {
    async fn on(backend: TestBackend) -> Self {
        let base = backend.folder().join("releases");
        for version in ["1", "2"] {
            fs::create_dir_all(base.join(version).join("agents")).expect("a folder");
            let text = format!("display_name: v{version}\n");
            fs::write(base.join(version).join("agents/support.yml"), text).expect("a file");
        }
        link("1", &base.join("current"));
        link("current", &base.join("latest"));
        let folder = base.join("latest/agents");
        let app = TestApp::builder(backend).config(|config| config.agents_dir = Some(folder));
        Self { app: app.open().await, base }
    }
}

both_backends! {
    async fn a_link_above_the_folder_is_followed_when_it_turns(released: Released) {
        let mut reports = released.app.definitions().reports();
        turn("2", &released.base.join("current"));
        report(&mut reports, |report| report.updated == ["support"]).await;
        // Later files in the new folder are seen, too.
        save(&released.base.join("2/agents/later.yml"), "{}\n");
        report(&mut reports, |report| report.created == ["later"]).await;
        turn("1", &released.base.join("latest"));
        let back = report(&mut reports, |report| report.updated == ["support"]).await;
        assert_eq!(back.failed, []);
        save(&released.base.join("1/agents/last.yml"), "{}\n");
        report(&mut reports, |report| report.created == ["last"]).await;
    }

    async fn a_link_that_leads_nowhere_for_a_while_is_followed_again(released: Released) {
        let mut reports = released.app.definitions().reports();
        turn("3", &released.base.join("current"));
        report(&mut reports, |report| !report.failed.is_empty()).await;
        turn("2", &released.base.join("current"));
        report(&mut reports, |report| report.updated == ["support"]).await;
    }
}

#[tokio::test]
async fn a_gateway_starts_beside_a_pipe_and_a_device() {
    let backend = TestBackend::sqlite();
    let folder = backend.folder().join("agents");
    fs::create_dir(&folder).expect("a folder");
    pipe(&folder.join("pipe.yml"));
    link("/dev/zero", &folder.join("zero.yml"));
    fs::write(folder.join("good.yml"), "{}\n").expect("a file");
    let app = TestApp::builder(backend).config(|config| config.agents_dir = Some(folder)).open().await;
    app.viewer().get("/agents/good").await.expect(200);
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    app.member().post(PATH).await.expect_problem(403, "forbidden");
    app.anonymous().post(PATH).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn an_agent_of_the_configuration_must_be_good() {
    let backend = TestBackend::sqlite();
    let mut config = backend.config();
    config.agents = serde_json::from_value(json!({
        "Bad": {}, "typo": {"promt": ""}, "hot": {"model": {"temperature": 3}, "system_prompt": "{{"},
    }))
    .expect("agents");
    config.agents_dir = Some(backend.folder().join("nowhere"));
    let Err(fault) = astra_core::Gateway::open(config).await.map(drop) else { panic!("it was opened") };
    let text = fault.to_string();
    for word in
        ["agents.Bad:", "agents.typo:", "agents.hot.model.temperature:", "agents.hot.system_prompt:", "agents_dir:"]
    {
        assert!(text.contains(word), "{word} is not in {text}");
    }
}
