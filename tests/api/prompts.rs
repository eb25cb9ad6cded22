//! What a prompt is made of: names that are replaced, braces that stay, and programs that are refused at once, however
//! large they are: a prompt is written by any admin of any workspace and read by the threads that serve all of them.

use std::fs;

use serde_json::{Value, json};

use crate::conversation::Talk;
use crate::support::{TestApp, TestBackend, both_backends};

/// Programs of the template language that prompts once were written in. Each of them ended the process, kept a thread for
/// ever, or took gigabytes.
fn programs() -> Vec<String> {
    let chain = |link: &str, times: usize| format!("{{{{ {}1 }}}}", link.repeat(times));
    let behind = |link: &str, times: usize| format!("{{{{ user{} }}}}", link.repeat(times));
    let loops = |times: usize| {
        let list = vec!["1"; 100].join(",");
        let opening = format!("{{% for a in [{list}] %}}").repeat(times);
        opening + &"{% endfor %}".repeat(times)
    };
    vec![
        chain("1+", 8_571),
        chain("1+", 9_000),
        chain("not ", 7_548),
        chain("1 and ", 8_699),
        chain("1**", 8_699),
        chain("1 if 0 else ", 5_000),
        chain("-", 60_000),
        chain("'a'~", 16_000),
        behind("[1]", 10_746),
        behind("|upper", 10_746),
        behind("()", 21_491),
        behind(".a", 32_000),
        behind(" is odd", 9_000),
        format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(5_372)),
        loops(6),
        format!("{{% set a='aaaaaaaaaaaaaaaa' %}}{}", "{% set a=a~a %}".repeat(26)),
        "{{ 'a'*100000000 }}".to_owned(),
        "{{ [1]*100000000 }}".to_owned(),
        "{{ '%1000000000s'|format(1) }}".to_owned(),
        "{{#each user}}".repeat(4_000),
        "{{ ".repeat(20_000),
        "{% ".repeat(20_000) + "%}",
        "{{ ( ".repeat(10_000),
        "{{ \"".repeat(15_000),
    ]
}

/// What is refused by its length alone.
fn large_programs() -> Vec<String> {
    vec![
        format!("{{{{ {}1 }}}}", "-".repeat(120_000)),
        format!("{{{{ {}'a' }}}}", "'a'~".repeat(32_750)),
        format!("{{{{ user{} }}}}", ".a".repeat(65_500)),
        format!("{{{{ 1{} }}}}", " is odd".repeat(18_714)),
        format!("{{{{ {}1 }}}}", "1 if 0 else ".repeat(8_528)),
    ]
}

/// The only fault of a problem: its place and its words.
#[track_caller]
fn only_fault(problem: &Value) -> (&str, &str) {
    let faults = problem["errors"].as_array().expect("faults");
    assert_eq!(faults.len(), 1, "{problem}");
    (faults[0]["pointer"].as_str().expect("a pointer"), faults[0]["detail"].as_str().expect("words"))
}

both_backends! {
    async fn names_are_replaced_at_each_turn(backend: TestBackend) {
        let prompt = "{{ user.id }}|{{user.name}}|{{ workspace.id }}|{{ workspace.name }}|{{ agent.name }}|{{ date }} {{ time }}";
        let talk = Talk::with(backend, json!({"system_prompt": prompt, "display_name": "Ada {{ date }}"})).await;
        talk.say("hello").await;
        let me = talk.app.member().get("/auth/me").await.expect(200);
        let read = talk.read_last()[0].1.clone();
        let parts: Vec<&str> = read.split('|').collect();
        assert_eq!(parts[0], me["id"].as_str().or(me["subject"].as_str()).expect("an id"), "{me}");
        assert!(parts[2].starts_with("wsp_") && !parts[1].is_empty() && !parts[3].is_empty(), "{read}");
        assert_eq!(parts[4..], ["Ada {{ date }}", "2026-11-23 21:00"], "what is put in is not read again");
        talk.app.clock.advance_ms(3 * 3_600_000);
        talk.say("and now?").await;
        assert!(talk.read_last()[0].1.ends_with("|2026-11-24 00:00"), "{:?}", talk.read_last());
    }
}

#[tokio::test]
async fn braces_that_name_nothing_are_text() {
    let said = "Answer {\"a\": {\"b\": [{}]}} only; f(x) = {x | x > 0}; ${HOME}; 100 {%; {#1}; }} %} #}; {\u{1f980}}";
    for (prompt, read) in [
        (said.to_owned(), said.to_owned()),
        (format!("{said}{{{{ date }}}}"), format!("{said}2026-11-23")),
        ("Write {{ \"{{ user.name }}\" }} or {{ '{% if %}' }}.".into(), "Write {{ user.name }} or {% if %}.".into()),
        ("  {{ \"{{\" }}é東京🦀\n\n".into(), "  {{é東京🦀\n\n".into()),
    ] {
        let talk = Talk::with(TestBackend::sqlite(), json!({"system_prompt": prompt})).await;
        talk.say("hello").await;
        assert_eq!(talk.read_last()[0].1, read);
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_with_line_column_and_a_way_out() {
    let app = TestApp::new().await;
    for (prompt, words) in [
        (
            "Hello,\nyou are {{ user.nam }}",
            vec!["line 2, column 12", "`user.nam`", "did you mean `user.name`?", "{{ \"{{\" }}"],
        ),
        (
            "{{ customer }}",
            vec!["line 1, column 4", "date, time, user.id, user.name, workspace.id, workspace.name, agent.name"],
        ),
        ("{% if x %}", vec!["line 1, column 1", "Jinja", "{{ \"{%\" }}"]),
        ("a {{#each x}}", vec!["line 1, column 3", "Handlebars", "{{ \"{{\" }}"]),
        ("{# note #}", vec!["line 1, column 1", "Jinja", "{{ \"{#\" }}"]),
        ("{{ user.name | upper }}", vec!["line 1, column 14", "no filters"]),
        ("{{ user.name", vec!["line 1, column 1", "no `}}`"]),
    ] {
        for (method, path) in [(http::Method::POST, "/agents"), (http::Method::PATCH, "/agents/assistant")] {
            let mut body = json!({"system_prompt": prompt});
            if method == http::Method::POST {
                body["id"] = "a".into();
            }
            let problem = app.admin().ask(method, path).json(&body).await.expect_problem(422, "invalid_request");
            let (pointer, detail) = only_fault(&problem);
            assert_eq!(pointer, "/system_prompt");
            for word in &words {
                assert!(detail.contains(word), "{word} is not in: {detail}");
            }
        }
    }
}

#[tokio::test]
async fn programs_are_refused() {
    let app = TestApp::new().await;
    let new = |prompt: &str| json!({"id": "a", "system_prompt": prompt});
    for program in programs() {
        let start: String = program.chars().take(40).collect();
        assert!(program.len() <= 65_536, "{start}: by what it says, not by its length");
        let problem = app.admin().post("/agents").json(&new(&program)).await.expect_problem(422, "invalid_request");
        let (pointer, detail) = only_fault(&problem);
        assert!(
            pointer == "/system_prompt" && detail.starts_with("line 1, column ") && detail.len() < 400,
            "{start}: {detail}"
        );
    }
    for program in large_programs() {
        let problem = app.admin().post("/agents").json(&new(&program)).await.expect_problem(422, "invalid_request");
        assert_eq!(only_fault(&problem).0, "/system_prompt");
    }
}

#[tokio::test]
async fn a_prompt_has_at_most_64_kib() {
    let app = TestApp::new().await;
    let put = |prompt: String| app.admin().put("/agents/a").json(&json!({"system_prompt": prompt}));
    app.admin().post("/agents").json(&json!({"id": "a"})).await.expect(201);
    for fits in ["x".repeat(65_536), "é".repeat(32_768), "🦀".repeat(16_384)] {
        put(fits.clone()).await.expect(200);
        for too_long in [format!("{fits}x"), format!("x{fits}")] {
            let problem = put(too_long).await.expect_problem(422, "invalid_request");
            let (pointer, detail) = only_fault(&problem);
            assert!(pointer == "/system_prompt" && detail.contains("65536"), "{detail}");
        }
    }
    put("{{ user.name }}".repeat(256)).await.expect(200);
    let problem = put("{{ user.name }}".repeat(257)).await.expect_problem(422, "invalid_request");
    assert!(only_fault(&problem).1.contains("at most 256 names"), "{problem}");
}

#[tokio::test]
async fn programs_in_files_leave_the_gateway_and_the_old_version_running() {
    let backend = TestBackend::sqlite();
    let folder = backend.folder().join("agents");
    fs::create_dir(&folder).expect("a folder");
    let programs: Vec<String> = programs().into_iter().chain(large_programs()).collect();
    for (number, program) in programs.iter().enumerate() {
        let text = serde_json::to_string(&json!({"system_prompt": program})).expect("JSON, which is YAML");
        fs::write(folder.join(format!("p{number:02}.yml")), text).expect("a file");
    }
    fs::write(folder.join("good.yml"), "system_prompt: 'On {{ date }}.'\n").expect("a file");
    let place = folder.clone();
    let app = TestApp::builder(backend).config(|config| config.agents_dir = Some(place)).open().await;
    let report = app.admin().post("/agents/reload").await.expect(200);
    let failed = report["failed"].as_array().expect("a list");
    assert_eq!(failed.len(), programs.len(), "{report}");
    assert!(
        failed.iter().all(|failed| failed["reason"].as_str().is_some_and(|told| told.starts_with("system_prompt: "))),
        "{report}"
    );
    assert_eq!(report["unchanged"], json!(["good"]));
}
