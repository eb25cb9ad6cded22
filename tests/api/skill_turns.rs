//! Agents with skills: what a definition may name, what the model reads, and what `read_skill` gives it.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, question, text};
use crate::skills::{skill, write};
use crate::support::{OnBackend, Reply, TestApp, TestBackend, both_backends};

/// An agent with the skills `pdf` and `triage`, of which the second one is described badly.
struct Trained {
    talk: Talk,
    folder: PathBuf,
}

impl OnBackend for Trained {
    async fn on(backend: TestBackend) -> Self {
        let folder = backend.folder().join("skills");
        write(&folder, "pdf/SKILL.md", &skill("pdf", "Fills in PDF forms.", "Read `references/forms.md` first."));
        write(&folder, "pdf/references/forms.md", "# Forms\n");
        write(&folder, "triage/SKILL.md", &skill("triage", "\"Sorts </skill> & bugs.\"", "Sort."));
        write(&folder, "other/SKILL.md", &skill("other", "Is of another agent.", "Secret."));
        let place = folder.clone();
        let builder = TestApp::builder(backend).config(|config| config.skills_dir = Some(place));
        Self {
            talk: Talk::built(builder, json!({"system_prompt": "Be brief.", "skills": ["pdf", "triage"]})).await,
            folder,
        }
    }
}

impl Trained {
    /// The result of a call of `read_skill` with these arguments, and whether it is an error.
    async fn read(&self, arguments: &'static str) -> (String, bool) {
        self.talk.will(Reply::Call(String::new(), vec![("call_1", "read_skill", arguments)]));
        self.talk.will(Reply::Answer("Done.".into()));
        let turn = self.talk.say("Fill it in.").await;
        let received = self.talk.upstream.received();
        let messages = received.last().expect("a request").body["messages"].as_array().expect("messages").clone();
        let result = messages.last().expect("a message");
        (text(result, "content").to_owned(), turn["tool_calls"][0]["is_error"] == json!(true))
    }

    /// The system prompt of the last request, and the names of its tools.
    fn sent(&self) -> (String, Vec<String>) {
        let body = self.talk.upstream.received().last().expect("a request").body.clone();
        let tools = body["tools"].as_array().cloned().unwrap_or_default();
        let names = tools.iter().map(|tool| text(&tool["function"], "name").to_owned()).collect();
        (text(&body["messages"][0], "content").to_owned(), names)
    }
}

both_backends! {
    async fn a_model_is_told_names_and_descriptions_alone(trained: Trained) {
        trained.talk.will(Reply::Answer("Hello.".into()));
        trained.talk.say("Hello").await;
        let (prompt, tools) = trained.sent();
        assert!(prompt.starts_with("Be brief.\n\nYou have skills: "), "{prompt}");
        let list = "<available_skills>\n<skill>\n<name>pdf</name>\n<description>Fills in PDF forms.</description>\n</skill>\n<skill>\n\
            <name>triage</name>\n<description>Sorts &lt;/skill&gt; &amp; bugs.</description>\n</skill>\n</available_skills>";
        assert!(prompt.ends_with(list), "{prompt}");
        assert!(!prompt.contains("references/forms.md") && !prompt.contains("other"), "{prompt}");
        assert_eq!(tools, ["read_skill"]);
    }

    async fn an_agent_without_skills_is_offered_nothing_of_them(trained: Trained) {
        let settings = json!({"skills": [], "tools": {"allow": ["*"]}});
        trained.talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&settings).await.expect(200);
        trained.talk.will(Reply::Answer("Hello.".into()));
        trained.talk.say("Hello").await;
        let (prompt, tools) = trained.sent();
        assert_eq!((prompt.as_str(), tools), ("Be brief.", vec!["calculate".to_owned(), "current_time".to_owned()]));
        trained.talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&json!({"skills": ["pdf"], "tools": {"allow": ["current_time"], "deny": ["read_*"]}})).await.expect(200);
        trained.talk.will(Reply::Answer("Hello.".into()));
        trained.talk.say("Hello").await;
        assert_eq!(trained.sent().1, ["current_time"], "what is denied is not offered");
    }

    async fn a_skill_is_read_with_the_list_of_its_files_and_then_file_by_file(trained: Trained) {
        let (skill, is_error) = trained.read(r#"{"skill": "pdf"}"#).await;
        let expected = "Read `references/forms.md` first.\n\n[Files of this skill, to be read with `path`:]\n- references/forms.md (8 bytes)\n";
        assert_eq!((skill.as_str(), is_error), (expected, false));
        assert_eq!(trained.read(r#"{"skill": "pdf", "path": "references/forms.md"}"#).await, ("# Forms\n".to_owned(), false));
        assert_eq!(trained.read(r#"{"skill": "triage"}"#).await, ("Sort.".to_owned(), false));
        write(&trained.folder, "pdf/long.txt", &format!("{}end", "0123456789abcdef\n".repeat(4_000)));
        let (first, _) = trained.read(r#"{"skill": "pdf", "path": "long.txt"}"#).await;
        assert!(first.ends_with("[The text has 68003 bytes. Call again with `offset` 49152 for what follows.]"), "{}", &first[49_100..]);
        let (rest, is_error) = trained.read(r#"{"skill": "pdf", "path": "long.txt", "offset": 49152}"#).await;
        assert_eq!((rest.len(), rest.ends_with("end"), is_error), (68_003 - 49_152, true, false));
    }

    async fn nothing_is_read_out_of_the_skills_folder(trained: Trained) {
        let link = |target: &str, path: &str| {
            std::os::unix::fs::symlink(target, trained.folder.join(path)).expect("a link");
        };
        link("/etc/passwd", "pdf/passwd");
        link("../other", "pdf/outside");
        link("loop", "pdf/loop");
        link("..", "pdf/references/up");
        fs::write(trained.folder.join("pdf/binary.png"), b"\x89PNG\0\xff").expect("a file");
        fs::write(trained.folder.join("pdf/latin.txt"), b"caf\xe9").expect("a file");
        fs::write(trained.folder.join("pdf/.env"), "SECRET=1").expect("a file");
        fs::write(trained.folder.join("pdf/huge.txt"), vec![b'x'; (1 << 20) + 1]).expect("a file");
        let pipe = std::process::Command::new("mkfifo").arg(trained.folder.join("pdf/pipe")).status().expect("mkfifo");
        assert!(pipe.success());
        for (arguments, why) in [
            (r#"{"skill": "pdf", "path": "../other/SKILL.md"}"#, "must be a path within the skill's folder"),
            (r#"{"skill": "pdf", "path": "references/../../other/SKILL.md"}"#, "must be a path within"),
            (r#"{"skill": "pdf", "path": "/etc/passwd"}"#, "must be a path within"),
            (r#"{"skill": "pdf", "path": "..\\other\\SKILL.md"}"#, "must be a path within"),
            (r#"{"skill": "pdf", "path": "references/\u0000"}"#, "must be a path within"),
            (r#"{"skill": "pdf", "path": ""}"#, "must be a path within"),
            (r#"{"skill": "pdf", "path": "passwd"}"#, "is a symbolic link"),
            (r#"{"skill": "pdf", "path": "outside/SKILL.md"}"#, "is a symbolic link"),
            (r#"{"skill": "pdf", "path": "loop"}"#, "is a symbolic link"),
            (r#"{"skill": "pdf", "path": "references/up/SKILL.md"}"#, "is a symbolic link"),
            (r#"{"skill": "pdf", "path": "pipe"}"#, "is no regular file"),
            (r#"{"skill": "pdf", "path": "references"}"#, "is no regular file"),
            (r#"{"skill": "pdf", "path": "binary.png"}"#, "The file is binary"),
            (r#"{"skill": "pdf", "path": "latin.txt"}"#, "The file is binary"),
            (r#"{"skill": "pdf", "path": ".env"}"#, "Hidden files are not read"),
            (r#"{"skill": "pdf", "path": "huge.txt"}"#, "is larger than 1048576 bytes"),
            (r#"{"skill": "pdf", "path": "a/b/c/d/e/f/g/h/i/j"}"#, "lies deeper than 8 folders"),
            (r#"{"skill": "pdf", "path": "gone.md"}"#, "There is no such file"),
            (r#"{"skill": "other"}"#, "The agent has no skill of this name; it has: pdf, triage."),
            (r#"{"skill": "../other"}"#, "The agent has no skill of this name"),
        ] {
            let (result, is_error) = trained.read(arguments).await;
            assert!(is_error && result.contains(why), "{arguments}: {result}");
            assert!(!result.contains("root:") && !result.contains("Secret."), "{arguments}: {result}");
        }
    }

    async fn a_skill_that_vanishes_is_left_out_and_the_agent_goes_on(trained: Trained) {
        fs::remove_dir_all(trained.folder.join("pdf")).expect("it is there");
        trained.talk.app.admin().post("/skills/reload").await.expect(200);
        let (result, is_error) = trained.read(r#"{"skill": "pdf"}"#).await;
        assert_eq!((result.as_str(), is_error), ("This skill is not there any more.", true));
        let (prompt, _) = trained.sent();
        assert!(!prompt.contains("<name>pdf</name>") && prompt.contains("<name>triage</name>"), "{prompt}");
    }

    async fn an_unknown_skill_is_refused(trained: Trained) {
        let admin = trained.talk.app.admin();
        let pointers = |problem: &Value| problem["errors"].as_array().expect("errors").iter().map(|error| error["pointer"].clone()).collect::<Vec<_>>();
        let new = json!({"id": "a", "skills": ["pdf", "nothing", "pdf"]});
        let problem = admin.post("/agents").json(&new).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), ["/skills/1", "/skills/2"]);
        assert!(text(&problem["errors"][0], "detail").starts_with("there is no skill `nothing`; there are: other, pdf, triage"), "{problem}");
        let bad = json!({"skills": ["nothing"]});
        admin.patch(&format!("/agents/{AGENT}")).json(&bad).await.expect_problem(422, "invalid_request");
        admin.put(&format!("/agents/{AGENT}")).json(&bad).await.expect_problem(422, "invalid_request");
        admin.post("/agents").json(&json!({"id": "a", "skills": ["No Slug"]})).await.expect_problem(422, "invalid_request");
        let many = json!({"id": "a", "skills": vec!["pdf"; 65]});
        admin.post("/agents").json(&many).await.expect_problem(422, "invalid_request");
        // The skills are the first workspace's.
        let foreign = json!({"id": "a", "skills": ["pdf"]});
        let problem = trained.talk.app.other_workspace().post("/agents").json(&foreign).await.expect_problem(422, "invalid_request");
        assert!(text(&problem["errors"][0], "detail").ends_with("there are: none"), "{problem}");
    }

    async fn the_context_of_a_session_counts_them_by_themselves(trained: Trained) {
        trained.talk.will(Reply::Answer("Hello.".into()));
        let turn = trained.talk.say("Hello").await;
        let path = format!("/sessions/{}/context", text(&turn, "session_id"));
        let number = |context: &Value, name: &str| context[name].as_i64().expect("a number");
        let with = trained.talk.app.member().get(&path).await.expect(200);
        assert!(number(&with, "skills_tokens") > 50 && number(&with, "tools_tokens") > 20, "{with}");
        trained.talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&json!({"skills": []})).await.expect(200);
        let without = trained.talk.app.member().get(&path).await.expect(200);
        assert_eq!((number(&without, "skills_tokens"), number(&without, "tools_tokens")), (0, 0));
        let difference = number(&without, "free_tokens") - number(&with, "free_tokens");
        let parts = number(&with, "skills_tokens") + number(&with, "tools_tokens") + number(&with, "system_tokens") - number(&without, "system_tokens");
        assert_eq!(difference, parts);
    }

    async fn a_prompt_with_skills_that_no_model_reads_is_refused_before_it_is_kept(trained: Trained) {
        let small = json!({"model": {"max_context_tokens": 60, "max_output_tokens": 10}});
        trained.talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&small).await.expect(200);
        trained.talk.app.member().post("/chat").json(&question("Hello")).await.expect_problem(422, "context_length_exceeded");
    }
}

#[tokio::test]
async fn an_agents_file_that_waits_for_a_skill_is_taken_over_with_it() {
    let backend = TestBackend::sqlite();
    let (skills, agents) = (backend.folder().join("skills"), backend.folder().join("agents"));
    fs::create_dir(&skills).expect("a folder");
    fs::create_dir(&agents).expect("a folder");
    fs::write(agents.join("clerk.yml"), "skills: [late]\n").expect("a file");
    let (place, folder) = (skills.clone(), agents);
    let app = TestApp::builder(backend).config(|config| {
        config.skills_dir = Some(place);
        config.agents_dir = Some(folder);
    });
    let app = app.open().await;
    app.viewer().get("/agents/clerk").await.expect_problem(404, "not_found");
    let mut reports = app.definitions().reports();
    write(&skills, "late/SKILL.md", &skill("late", "Comes late.", "Do."));
    reports.wait_for(|report| report.created == ["clerk"]).await.expect("the gateway lives");
    assert_eq!(app.viewer().get("/agents/clerk").await.expect(200)["skills"], json!(["late"]));
}

#[tokio::test]
async fn agents_in_the_configuration_may_name_skills() {
    let backend = TestBackend::sqlite();
    let skills = backend.folder().join("skills");
    write(&skills, "pdf/SKILL.md", &skill("pdf", "Fills in PDF forms.", "Fill."));
    let mut config = backend.config();
    config.skills_dir = Some(skills);
    config.agents = serde_json::from_value(json!({"clerk": {"skills": ["pdf", "gone"]}})).expect("agents");
    let fault = astra_core::Gateway::open(config.clone()).await.err().expect("a refusal").to_string();
    assert!(fault.contains("agents.clerk.skills.1") && !fault.contains("skills.0"), "{fault}");
    config.agents = serde_json::from_value(json!({"clerk": {"skills": ["pdf"]}})).expect("agents");
    assert!(astra_core::Gateway::open(config).await.is_ok());
}
