//! What bodies, queries and headers name: the answer to what is another workspace's is the one to what exists nowhere.

use serde_json::{Value, json};

use super::home::{AGENT, Belongings, Home, channel, said};
use super::same::{of_nothing, plain};
use crate::call::Call;
use crate::support::{Ask, both_backends};

/// Operation, where it names something (a JSON Pointer into the body, or `query/..`), and what it names.
pub(super) const REFERENCES: &[(&str, &str, &str)] = &[
    ("sessions.list", "query/agent_id", "agent_id"),
    ("sessions.list", "query/user_id", "user_id"),
    ("memory.list", "query/agent_id", "agent_id"),
    ("memory.list", "query/session_id", "session_id"),
    ("memory.traverse", "query/start", "entity_id"),
    ("memory.traverse", "query/start", "entity"),
    ("tools.list", "query/agent_id", "agent_id"),
    ("tools.get", "query/agent_id", "agent_id"),
    ("jobs.list", "query/user_id", "user_id"),
    ("traces.list", "query/agent_id", "agent_id"),
    ("traces.list", "query/session_id", "session_id"),
    ("traces.list", "query/user_id", "user_id"),
    ("traces.list", "query/request_id", "request_id"),
    ("traces.summary", "query/agent_id", "agent_id"),
    ("admin.list_audit", "query/actor", "user_id"),
    ("admin.list_audit", "query/target_id", "session_id"),
    ("admin.export_audit", "query/actor", "user_id"),
    ("admin.export_audit", "query/target_id", "webhook_id"),
    ("agents.create", "/memory_profile_id", "profile_id"),
    ("agents.create", "/spawn/allowed_agents/0", "agent_id"),
    ("agents.create", "/skills/0", "skill_id"),
    ("agents.replace", "/memory_profile_id", "profile_id"),
    ("agents.update", "/memory_profile_id", "profile_id"),
    ("agents.import", "/definition/memory_profile_id", "profile_id"),
    ("sessions.create", "/agent_id", "agent_id"),
    ("sessions.fork", "/message_id", "message_id"),
    ("chat.send", "/agent_id", "agent_id"),
    ("chat.send", "/session_id", "session_id"),
    ("chat.stream", "/agent_id", "agent_id"),
    ("chat.stream", "/session_id", "session_id"),
    ("chat.completions", "/model", "agent_id"),
    ("memory.write", "/agent_id", "agent_id"),
    ("memory.undo", "/turn_id", "turn_id"),
    ("memory.undo", "/session_id", "session_id"),
    ("memory.evaluate", "/profile_id", "profile_id"),
    ("memory.evaluate", "/questions/0/relevant/0", "memory_id"),
    ("memory.propagate", "/user_id", "user_id"),
    ("memory.propagate", "/user_id", "person_id"),
    ("memory.propagate", "/memory_ids/0", "memory_id"),
    ("memory.export", "/user_id", "user_id"),
    ("memory.export", "/user_id", "person_id"),
    ("memory.import", "/user_id", "user_id"),
    ("memory.import", "/user_id", "person_id"),
    ("tools.invoke", "/agent_id", "agent_id"),
    ("jobs.enqueue", "/payload/agent_id", "agent_id"),
    ("jobs.enqueue", "/payload/session_id", "session_id"),
    ("jobs.enqueue", "/dedupe_key", "dedupe_key"),
    ("cron.create", "/job/payload/agent_id", "agent_id"),
    ("cron.create", "/job/payload/session_id", "session_id"),
    ("cron.update", "/job/payload/agent_id", "agent_id"),
    ("webhooks.create", "/agent_ids/0", "agent_id"),
    ("webhooks.update", "/agent_ids/0", "agent_id"),
    ("channels.create", "/agent_id", "agent_id"),
    ("channels.create", "/agent_ids/0", "agent_id"),
    ("channels.update", "/agent_id", "agent_id"),
    ("channels.update", "/agent_ids/0", "agent_id"),
    ("workspaces.create_grant", "/agent_id", "agent_id"),
    ("workspaces.create_grant", "/agent_id", "grant_id"),
    ("workspaces.create_grant", "/workspace_id", "workspace_id"),
    ("agents.clone", "/id", "agent_id"),
    ("agents.create", "/id", "agent_id"),
    ("agents.import", "/id", "agent_id"),
    ("tools.connect_server", "/name", "server"),
];

/// Names of parameters and fields that sound like references and are none.
const NO_REFERENCES: [(&str, &str); 6] = [
    ("surface_id", "the client's own name of a place, apart in each workspace"),
    ("client_id", "a service account that proves itself with its secret in a public operation"),
    ("id", "what a new thing is to be called, or an answer that is sent back"),
    ("ids", "a choice between two words"),
    ("user_ids", "people of a platform, by the platform's ids"),
    ("conversation_ids", "conversations of a platform, by the platform's ids"),
];

/// Whether a parameter or field of this name names something that is stored.
fn is_reference(name: &str) -> bool {
    let is_named =
        name.ends_with("_id") || name.ends_with("_ids") || ["id", "ids", "actor", "model", "start"].contains(&name);
    is_named || name == "dedupe_key"
}

#[test]
fn every_reference_of_the_document_is_in_the_table() {
    let mut missing = Vec::new();
    for call in Call::all().filter(|call| call.needs().is_some()) {
        let queries = call.names("query").into_iter().map(|name| format!("query/{name}"));
        let fields = call.fields().into_iter().map(|name| format!("/{name}"));
        for place in queries.chain(fields) {
            let name = place.rsplit('/').next().unwrap_or_default();
            let is_known = NO_REFERENCES.iter().any(|(known, _)| *known == name)
                || REFERENCES.iter().any(|(id, at, _)| *id == call.id && at.split('/').nth(1) == Some(name));
            // The model of an agent belongs to a provider.
            let is_of_agent = name == "model" && call.group() == "agents";
            if is_reference(name) && !is_known && !is_of_agent {
                missing.push(format!("{} {place}", call.id));
            }
        }
    }
    assert!(missing.is_empty(), "neither tried nor explained: {missing:?}");
}

both_backends! {
    async fn what_is_the_other_workspaces_is_what_exists_nowhere(home: Home) {
        let mut faults = Vec::new();
        for (number, (id, place, kind)) in REFERENCES.iter().copied().enumerate() {
            let call = Call::of(id);
            let foreign = home.here[kind].clone();
            let nothing = of_nothing(&foreign);
            let mut told = Vec::new();
            for (turn, value) in [&foreign, &nothing].into_iter().enumerate() {
                let answer = request(&home, &call, place, value, &format!("new-{number}-{turn}")).await;
                let text = plain(&answer, &[&foreign, &nothing, &format!("new-{number}-{turn}")]);
                // Each change of the same thing makes another version of it.
                let is_change = call.method == http::Method::PATCH && answer.status.is_success();
                let text = if is_change { answer.status.to_string() } else { text };
                assert!(answer.status != 401 && answer.status != 415, "{id} {place}: {text}");
                told.push(text);
            }
            if told[0] != told[1] {
                faults.push(format!("{id} {place}:\n{}\n{}", told[0], told[1]));
            }
        }
        assert!(faults.is_empty(), "{} found:\n{}", faults.len(), faults.join("\n"));
        for (id, text) in home.reads(&home.app.other_workspace()).await {
            // What the caller has named itself is in its own audit, jobs and webhooks, and nothing beside that.
            let secret = [said(AGENT), home.here["trace_id"].clone(), home.here["job_id"].clone()];
            assert!(!secret.iter().any(|word| text.contains(word)), "{id}: {text}");
        }
    }
}

/// The request of the other workspace's owner in which `value` stands at `place`, and its own things elsewhere.
fn request(home: &Home, call: &Call, place: &str, value: &str, new: &str) -> Ask {
    let own = |name: &str| match name {
        "tool" => Some("current_time".to_owned()),
        name => home.elsewhere.get(name).cloned(),
    };
    let (caller, path) = (home.app.other_workspace(), call.path(own));
    if let Some(name) = place.strip_prefix("query/") {
        return caller.ask(call.method.clone(), &format!("{path}?{name}={value}"));
    }
    let mut body = body(&home.elsewhere, call, new);
    if call.id == "memory.undo" {
        body = json!({});
    }
    put(&mut body, place, value);
    caller.ask(call.method.clone(), &path).json(&body)
}

/// A body that is good where these things are, and makes what is called `new`.
pub(super) fn body(own: &Belongings, call: &Call, new: &str) -> Value {
    let agent = &own["agent_id"];
    match call.id {
        "agents.create" | "agents.clone" => json!({"id": new}),
        "agents.replace" | "agents.update" => json!({"system_prompt": "Be brief."}),
        "agents.import" => json!({"format": "astra.agent.v1", "id": new, "definition": {}}),
        "sessions.create" => json!({"agent_id": agent}),
        "chat.completions" => json!({"model": agent, "messages": [{"role": "user", "content": "Hello"}]}),
        "memory.undo" => json!({"turn_id": own["turn_id"]}),
        "chat.send" | "chat.stream" => json!({"agent_id": agent, "message": "Hello"}),
        "jobs.enqueue" => json!({"type": "agent_run", "payload": {"agent_id": agent, "message": "Hello"}}),
        "cron.create" => json!({
            "name": new, "expression": "0 3 * * *",
            "job": {"type": "agent_run", "payload": {"agent_id": agent, "message": "Hello"}},
        }),
        "cron.update" => json!({"job": {"type": "agent_run", "payload": {"agent_id": agent, "message": "Hello"}}}),
        "memory.write" => json!({"tier": "daily", "content": new}),
        "webhooks.create" => json!({"url": "https://hooks.example/b"}),
        "channels.create" => channel(agent),
        "workspaces.create_grant" => json!({"agent_id": agent, "workspace_id": "wsp_0000000000008", "expires_in": 60}),
        "tools.connect_server" => json!({"name": new, "transport": {"type": "http", "url": "https://mcp.example/mcp"}}),
        _ => call.body().cloned().unwrap_or_else(|| json!({})),
    }
}

/// Puts `value` where the pointer points to; what it passes is made.
fn put(body: &mut Value, pointer: &str, value: &str) {
    let mut place = body;
    for part in pointer.split('/').skip(1) {
        place = match part.parse::<usize>() {
            Ok(_) => {
                if !place.is_array() {
                    *place = json!([null]);
                }
                &mut place[0]
            }
            Err(_) => &mut place[part],
        };
    }
    *place = json!(value);
}
