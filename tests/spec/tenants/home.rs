//! A gateway with two workspaces, each of which has one of each: what a foreign caller might name.

use std::collections::BTreeMap;

use astra_core::auth::{NewAccount, Role};
use astra_core::{Job, JobContext, JobError};
use serde_json::{Value, json};

use crate::call::Call;
use crate::support::{Caller, Gate, OnBackend, Reply, TestApp, TestBackend, Upstream};

/// The agent of the app's workspace.
pub(crate) const AGENT: &str = "harbour-desk";
/// The agent of the other workspace.
const THEIRS: &str = "assessor";
const SKILL: &str = "briefing-notes";

/// What a workspace has, by the name of the path variable or field that names it.
pub(crate) type Belongings = BTreeMap<&'static str, String>;

/// A gateway with two workspaces that have one of each.
pub(crate) struct Home {
    /// The gateway.
    pub(crate) app: TestApp,
    /// Answers to a question of the owner that is open as long as this is here.
    _upstream: Upstream,
    /// What is in the app's workspace.
    pub(crate) here: Belongings,
    /// What is in the other one.
    pub(crate) elsewhere: Belongings,
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
        let mut here = belongings(&app.owner(), AGENT).await;
        let question = json!({"agent_id": "silent", "message": "Are you there?"});
        let mut open = app.owner().post("/chat/stream").json(&question).await;
        open.next_event().await.expect("a turn that begins");
        let approval_id = approval(&app.owner()).await;
        here.insert("approval_id", approval_id);
        here.insert("skill_id", SKILL.to_owned());
        let (person, sign_in) = person(&app).await;
        here.insert("person_id", person);
        here.insert("sign_in_id", sign_in);
        let other = app.other_workspace();
        other.post("/agents").json(&json!({"id": THEIRS, "model": {"provider": "echo"}})).await.expect(201);
        let elsewhere = belongings(&other, THEIRS).await;
        // Usage is summed up to now, exclusively.
        app.clock.advance_ms(1);
        Self { app, _upstream: upstream, here, elsewhere }
    }
}

impl Home {
    /// The path of the operation to what is in the app's workspace.
    pub(crate) fn path(&self, call: &Call) -> String {
        call.path(|name| self.here.get(name).cloned())
    }

    /// The words that tell of the app's workspace: identifiers and texts that are in no other one.
    pub(crate) fn tells(&self) -> Vec<String> {
        // The version of an agent is a number that every agent has.
        let named = self.here.iter().filter(|(name, _)| **name != "version");
        named.map(|(_, value)| value.clone()).chain([said(AGENT), remembered(AGENT)]).collect()
    }
}

/// What a user has said to the agent.
pub(crate) fn said(agent: &str) -> String {
    format!("Is the vault of {agent} open?")
}

/// What is remembered in the workspace of the agent.
fn remembered(agent: &str) -> String {
    format!("The vault of {agent} opens on Tuesdays.")
}

/// A channel with the agent, of a platform that is nowhere.
pub(crate) fn channel(agent: &str) -> Value {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let platform = json!({"kind": "generic", "url": "https://chat.example/astra", "secret": secret});
    json!({"name": "Chat", "agent_id": agent, "platform": platform})
}

/// A type of job.
pub(super) struct Note;

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

/// A person of the workspace, and its sign-in.
async fn person(app: &TestApp) -> (String, String) {
    let (email, password) = ("ada@example.org".to_owned(), "correct horse battery".to_owned());
    let grant = json!({"grant_type": "password", "username": email, "password": password});
    let new = NewAccount { email, password, display_name: None, role: Role::Member };
    let made = app.authority().create_account(&app.authority().operator(), new).await.expect("an account");
    let tokens = app.anonymous().post("/auth/token").json(&grant).await.expect(200);
    let refresh_token = tokens["refresh_token"].as_str().expect("a token");
    (made.user_id, refresh_token.split('.').next().expect("an id").to_owned())
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

/// Makes one of each in the workspace of `owner`, which has the agent.
pub(super) async fn belongings(owner: &Caller, agent: &str) -> Belongings {
    let mut made = conversation(owner, agent).await;
    let server = format!("crm-{agent}");
    let body = json!({"name": server, "transport": {"type": "http", "url": "https://mcp.example/mcp"}});
    owner.post("/tools/servers").json(&body).await.expect(201);
    let webhook = owner.post("/webhooks").json(&json!({"url": "https://hooks.example/a"})).await.expect(201);
    let delivery = owner.post(&format!("/webhooks/{}/test", id(&webhook["webhook"]))).await.expect(202);
    let channel = owner.post("/channels").json(&channel(agent)).await.expect(201);
    let account = json!({"name": format!("worker of {agent}"), "role": "viewer"});
    let account = owner.post("/auth/service-accounts").json(&account).await.expect(201);
    let tokens = format!("/auth/service-accounts/{}/tokens", id(&account));
    let token = owner.post(&tokens).json(&json!({"expires_in": 3600})).await.expect(201);
    let key = format!("key of {agent}");
    let job = json!({"type": "test.note", "run_at": "2099-01-01T00:00:00Z", "dedupe_key": key});
    let job = owner.post("/jobs").json(&job).await.expect(202);
    let schedule = json!({"name": "Each day", "expression": "0 3 * * *", "job": {"type": "test.note"}});
    let schedule = owner.post("/cron/schedules").json(&schedule).await.expect(201);
    let workspace_id = workspace(owner).await;
    let workspace = format!("/workspaces/{workspace_id}");
    let invitation = json!({"role": "viewer"});
    let invitation = owner.post(&format!("{workspace}/invitations")).json(&invitation).await.expect(201);
    let grant = json!({"agent_id": agent, "workspace_id": "wsp_0000000000009", "expires_in": 60});
    let grant = owner.post(&format!("{workspace}/grants")).json(&grant).await.expect(201);
    made.extend([
        ("job_id", id(&job)),
        ("dedupe_key", key),
        ("grant_id", id(&grant)),
        ("schedule_id", id(&schedule)),
        ("service_account_id", id(&account)),
        ("server", server),
        ("token_id", id(&token["token"])),
        ("webhook_id", id(&webhook["webhook"])),
        ("delivery_id", id(&delivery)),
        ("channel_id", id(&channel)),
        ("invitation_id", id(&invitation["invitation"])),
        ("workspace_id", workspace_id),
    ]);
    made
}

/// A turn with the agent, with a memory and a profile beside it.
async fn conversation(owner: &Caller, agent: &str) -> Belongings {
    let session = owner.post("/sessions").json(&json!({"agent_id": agent})).await.expect(201);
    let question = json!({"session_id": session["id"], "agent_id": agent, "message": said(agent)});
    let request_id = format!("request-of-{agent}");
    let turn = owner.post("/chat").header("x-request-id", &request_id).json(&question).await.expect(200);
    let messages = owner.get(&format!("/sessions/{}/messages", id(&session))).await.expect(200);
    let memory = json!({"tier": "daily", "content": remembered(agent)});
    let memory = owner.post("/memory").json(&memory).await.expect(201);
    let entity = format!("kestrel-of-{agent}");
    let relation = json!({"from": {"name": entity}, "kind": "is_in", "to": {"name": "Lisbon"}});
    let graph = json!({"tier": "graph", "content": "It is in Lisbon.", "data": {"relations": [relation]}});
    owner.post("/memory").json(&graph).await.expect(201);
    let walked = owner.get(&format!("/memory/graph?start={entity}")).await.expect(200);
    let profile = owner.post("/memory-profiles").json(&json!({"name": "Support"})).await.expect(201);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    BTreeMap::from([
        ("agent_id", agent.to_owned()),
        ("model", agent.to_owned()),
        ("version", "1".to_owned()),
        ("session_id", id(&session)),
        ("message_id", id(&messages["data"][0])),
        ("request_id", request_id),
        ("trace_id", text(&turn["trace_id"])),
        ("turn_id", text(&turn["turn_id"])),
        ("memory_id", id(&memory)),
        ("user_id", text(&memory["user_id"])),
        ("profile_id", id(&profile)),
        ("entity_id", id(&walked["entities"][0])),
        ("entity", entity),
    ])
}

/// The workspace of the caller's token.
pub(crate) async fn workspace(caller: &Caller) -> String {
    let me = caller.get("/auth/me").await.expect(200);
    me["workspace_id"].as_str().expect("an id").to_owned()
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id: {value}")).to_owned()
}
