//! Two workspaces: every operation of the document that names something, called with what belongs to the other one.

use std::collections::BTreeMap;

use astra_core::auth::{NewAccount, Role};
use astra_core::{Job, JobContext, JobError};
use http::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Gate, OnBackend, Reply, TestApp, TestBackend, Upstream, both_backends, document};

const AGENT: &str = "helper";
const SKILL: &str = "help";

/// Path variables that name what belongs to the gateway, not to a workspace.
const GATEWAY: [&str; 2] = ["provider", "tool"];

/// Lists of what is no workspace's: what the gateway's operator has configured, its tools and signing keys, which are the same
/// for all, and the sign-ins of the caller's own account (`tests/api/auth/list_sign_ins.rs`).
const OTHER_LISTS: [&str; 6] = [
    "auth.list_keys",
    "auth.list_sign_ins",
    "inference.list_models",
    "inference.list_providers",
    "tools.list",
    "webhooks.list_events",
];

/// A gateway whose workspace has one of each.
struct Home {
    app: TestApp,
    /// Answers to a question of the owner that is open as long as this is here.
    _upstream: Upstream,
    /// What names them, by the path variable.
    belongings: BTreeMap<&'static str, String>,
}

impl OnBackend for Home {
    async fn on(backend: TestBackend) -> Self {
        let upstream = Upstream::start().await;
        upstream.will(Reply::After(Gate::closed(), "never".into()));
        let skills = backend.folder().join("skills");
        std::fs::create_dir_all(skills.join(SKILL)).expect("a folder");
        let text = format!("---\nname: {SKILL}\ndescription: Helps.\n---\nHelp.\n");
        std::fs::write(skills.join(SKILL).join("SKILL.md"), text).expect("a file");
        let builder = TestApp::builder(backend)
            .config(|config| config.skills_dir = Some(skills))
            .upstream("silent", &upstream.url())
            .agent(AGENT, json!({}));
        let builder = builder.host(|builder| builder.job(Note));
        let app = builder.agent("silent", json!({"model": {"provider": "silent"}})).open().await;
        let mut belongings = belongings(&app.owner()).await;
        let question = json!({"agent_id": "silent", "message": "Are you there?"});
        let mut open = app.owner().post("/chat/stream").json(&question).await;
        open.next_event().await.expect("a turn that begins");
        let approval_id = approval(&app.owner()).await;
        belongings.insert("approval_id", approval_id);
        belongings.insert("sign_in_id", sign_in(&app).await);
        belongings.insert("workspace_id", app.store().workspace().as_str().to_owned());
        // Usage is summed up to now, exclusively.
        app.clock.advance_ms(1);
        Self { app, _upstream: upstream, belongings }
    }
}

/// A type of job.
struct Note;

impl Job for Note {
    const NAME: &'static str = "test.note";
    type Payload = Value;
    type Output = ();

    fn payload_schema() -> Value {
        json!({"type": "object"})
    }

    async fn run(&self, _payload: Value, _context: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}

/// The sign-in of a person of the workspace.
async fn sign_in(app: &TestApp) -> String {
    let (email, password) = ("ada@example.org".to_owned(), "correct horse battery".to_owned());
    let grant = json!({"grant_type": "password", "username": email, "password": password});
    let new = NewAccount { email, password, display_name: None, role: Role::Member };
    app.authority().create_account(&app.authority().operator(), new).await.expect("an account");
    let tokens = app.anonymous().post("/auth/token").json(&grant).await.expect(200);
    let refresh_token = tokens["refresh_token"].as_str().expect("a token");
    refresh_token.split('.').next().expect("an id").to_owned()
}

/// A call that waits for an approval.
async fn approval(owner: &Caller) -> String {
    let agent = json!({"id": "careful", "tools": {"allow": ["current_time"], "require_approval": ["*"]}});
    owner.post("/agents").json(&agent).await.expect(201);
    let question = json!({"agent_id": "careful", "message": "/tool current_time {}"});
    let mut open = owner.post("/chat/stream").json(&question).await;
    loop {
        let event = open.next_event().await.expect("a call that needs an approval");
        if event.event == "approval_required" {
            return event.data["approval_id"].as_str().expect("an id").to_owned();
        }
    }
}

async fn belongings(owner: &Caller) -> BTreeMap<&'static str, String> {
    let session = owner.post("/sessions").json(&json!({"agent_id": AGENT})).await.expect(201);
    let question = json!({"session_id": session["id"], "agent_id": AGENT, "message": "Are you there?"});
    let turn = owner.post("/chat").json(&question).await.expect(200);
    let server = json!({"name": "crm", "transport": {"type": "http", "url": "https://mcp.example/mcp"}});
    owner.post("/tools/servers").json(&server).await.expect(201);
    let webhook = owner.post("/webhooks").json(&json!({"url": "https://hooks.example/a"})).await.expect(201);
    let delivery = owner.post(&format!("/webhooks/{}/test", id(&webhook["webhook"]))).await.expect(202);
    let account = json!({"name": "worker", "role": "viewer"});
    let account = owner.post("/auth/service-accounts").json(&account).await.expect(201);
    let tokens = format!("/auth/service-accounts/{}/tokens", id(&account));
    let token = owner.post(&tokens).json(&json!({"expires_in": 3600})).await.expect(201);
    let memory = json!({"tier": "daily", "content": "Releases are made on Tuesdays."});
    let memory = owner.post("/memory").json(&memory).await.expect(201);
    let profile = owner.post("/memory-profiles").json(&json!({"name": "Support"})).await.expect(201);
    let job = owner.post("/jobs").json(&json!({"type": "test.note"})).await.expect(202);
    let schedule = json!({"name": "Each day", "expression": "0 3 * * *", "job": {"type": "test.note"}});
    let schedule = owner.post("/cron/schedules").json(&schedule).await.expect(201);
    let workspaces = owner.get("/workspaces").await.expect(200);
    let workspace = format!("/workspaces/{}", id(&workspaces["data"][0]));
    let invitation = json!({"role": "viewer"});
    let invitation = owner.post(&format!("{workspace}/invitations")).json(&invitation).await.expect(201);
    let grant = json!({"agent_id": AGENT, "workspace_id": "wsp_0000000000009", "expires_in": 60});
    let grant = owner.post(&format!("{workspace}/grants")).json(&grant).await.expect(201);
    BTreeMap::from([
        ("agent_id", AGENT.to_owned()),
        ("job_id", id(&job)),
        ("memory_id", id(&memory)),
        ("user_id", memory["user_id"].as_str().expect("an id").to_owned()),
        ("profile_id", id(&profile)),
        ("grant_id", id(&grant)),
        ("model", AGENT.to_owned()),
        ("schedule_id", id(&schedule)),
        ("skill_id", SKILL.to_owned()),
        ("version", "1".to_owned()),
        ("session_id", id(&session)),
        ("trace_id", turn["trace_id"].as_str().expect("an id").to_owned()),
        ("turn_id", turn["turn_id"].as_str().expect("an id").to_owned()),
        ("service_account_id", id(&account)),
        ("server", "crm".to_owned()),
        ("token_id", id(&token["token"])),
        ("webhook_id", id(&webhook["webhook"])),
        ("delivery_id", id(&delivery)),
        ("invitation_id", id(&invitation["invitation"])),
    ])
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id: {value}")).to_owned()
}

both_backends! {
    async fn to_the_other_workspace_nothing_exists(home: Home) {
        let mut tried = 0;
        for (template, method, operation) in document().operations() {
            let names = path_variables(operation);
            if names.is_empty() || names.iter().any(|name| GATEWAY.contains(&name.as_str())) {
                continue;
            }
            let uri = names.iter().fold(template.to_owned(), |uri, name| {
                let value = home.belongings.get(name.as_str()).unwrap_or_else(|| panic!("make one for {{{name}}} above"));
                uri.replace(&format!("{{{name}}}"), value)
            });
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let mut ask = home.app.other_workspace().ask(method.clone(), &with_required_query(uri, operation));
            if let Some(body) = body(operation) {
                ask = ask.json(body);
            }
            let answer = ask.await;
            assert_eq!(answer.status, 404, "{method} {template} by a foreigner: {}", answer.text());
            tried += 1;
        }
        assert!(tried > 15, "only {tried} operations name something");
    }

    async fn the_other_workspaces_lists_are_empty(home: Home) {
        for (template, method, operation) in document().operations() {
            let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
            let is_page = document().follow(answer)["properties"].get("next_cursor").is_some();
            let is_other = OTHER_LISTS.iter().any(|id| operation["operationId"] == *id);
            if method != "GET" || !is_page || is_other || !path_variables(operation).is_empty() {
                continue;
            }
            let own = home.app.owner().get(template).await.expect(200);
            assert_ne!(own["data"], json!([]), "{template}: there is nothing to hide");
            let foreign = home.app.other_workspace().get(template).await.expect(200);
            let own: Vec<&Value> = own["data"].as_array().expect("data").iter().collect();
            let foreign = foreign["data"].as_array().expect("data");
            assert!(foreign.iter().all(|row| !own.contains(&row)), "{template} shows what is another workspace's");
        }
    }
}

fn path_variables(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let named = parameters.filter(|parameter| parameter["in"] == "path");
    named.map(|parameter| parameter["name"].as_str().expect("a name").to_owned()).collect()
}

fn with_required_query(uri: String, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let required = parameters.filter(|parameter| parameter["in"] == "query" && parameter["required"] == json!(true));
    required.fold(uri, |uri, parameter| {
        let separator = if uri.contains('?') { '&' } else { '?' };
        let example = match &parameter["example"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        format!("{uri}{separator}{}={example}", parameter["name"].as_str().expect("a name"))
    })
}

/// The first example of the operation's body.
fn body(operation: &'static Value) -> Option<&'static Value> {
    let body = &operation["requestBody"]["content"]["application/json"];
    let named = body["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
    body.get("example").into_iter().chain(named).next()
}
