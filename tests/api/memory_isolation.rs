//! Three users in two workspaces, and every operation of memory that the document has: no answer to one of them has a word that
//! another one has planted.

use astra_core::auth::Role;
use http::Method;
use serde_json::{Value, json};

use crate::conversation::{ECHO, Talk};
use crate::support::{Caller, TestApp, both_backends, document};

/// A user with what it has planted.
struct User {
    caller: Caller,
    /// A word that stands in all that it has planted, and nowhere else.
    word: &'static str,
    /// Its memories.
    memories: Vec<String>,
    user_id: String,
    session_id: String,
    turn_id: String,
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer}: {value}")).to_owned()
}

/// Plants `word` in each tier, in a session and in a profile. All texts have the word `planted` too.
async fn plant(caller: Caller, word: &'static str) -> User {
    let mut memories = Vec::new();
    let mut user_id = String::new();
    for tier in ["daily", "profile", "graph", "procedural"] {
        let relation = json!({"from": {"name": word}, "kind": "knows", "to": {"name": "planted"}});
        let new = json!({"tier": tier, "content": format!("planted {tier} {word}"), "slot": format!("planted {tier}"),
            "data": {"relations": [relation], "note": word}});
        let memory = caller.post("/memory").json(&new).await.expect(201);
        user_id = text(&memory, "/user_id");
        memories.push(text(&memory, "/id"));
    }
    caller
        .patch(&format!("/memory/{}", memories[0]))
        .json(&json!({"content": format!("planted again {word}")}))
        .await
        .expect(200);
    caller.patch("/memory/profile").json(&json!({"document": {"planted": word}})).await.expect(200);
    let question = json!({"agent_id": ECHO, "message": format!("What was planted: {word}?")});
    let turn = caller.post("/chat").json(&question).await.expect(200);
    let (session_id, turn_id) = (text(&turn, "/session_id"), text(&turn, "/turn_id"));
    User { caller, word, memories, user_id, session_id, turn_id }
}

async fn users(app: &TestApp) -> Vec<User> {
    let agent = json!({"id": ECHO});
    app.other_workspace().post("/agents").json(&agent).await.expect(201);
    vec![
        plant(app.member(), "zanzibar").await,
        plant(app.other_member(), "timbuktu").await,
        plant(app.other_workspace(), "ouagadougou").await,
    ]
}

/// The operations of memory: method, path, and the example of the body.
fn operations() -> Vec<(Method, &'static str, Option<Value>)> {
    let is_memorys = |operation: &Value| {
        operation["operationId"]
            .as_str()
            .is_some_and(|id| id.starts_with("memory.") || id.starts_with("memory-profiles."))
    };
    let all = document().operations().filter(|(_, _, operation)| is_memorys(operation));
    let read = |(template, method, operation): (&'static str, String, &'static Value)| {
        let body = &operation["requestBody"]["content"]["application/json"];
        let named = body["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
        let example = body.get("example").into_iter().chain(named).next().cloned();
        (Method::from_bytes(method.as_bytes()).expect("a method"), template, example)
    };
    all.map(read).collect()
}

/// A body that asks for as much as there is: each text that is looked for is `planted`, each id is one of `of`.
fn body(example: &Value, of: &User) -> Value {
    let mut body = example.clone();
    for (name, value) in body.as_object_mut().into_iter().flatten() {
        match name.as_str() {
            "query" | "q" | "text" | "start" => *value = json!("planted"),
            "turn_id" => *value = json!(of.turn_id),
            "session_id" => *value = json!(of.session_id),
            "user_id" => *value = json!(of.user_id),
            _ => {}
        }
    }
    body
}

/// Where an operation is asked for about what belongs to `of`.
fn uris(template: &str, of: &User) -> Vec<String> {
    let uri = template
        .replace("{user_id}", &of.user_id)
        .replace("{agent_id}", ECHO)
        .replace("{profile_id}", "mpr_0000000000001");
    let uris = if uri.contains("{memory_id}") {
        of.memories.iter().map(|id| uri.replace("{memory_id}", id)).collect()
    } else if uri.contains(&of.user_id) {
        vec![uri]
    } else {
        let queries = ["", "?limit=200", "?include_superseded=true", "?start=planted", "?start=planted&hops=3"];
        queries.iter().map(|query| format!("{uri}{query}")).collect::<Vec<_>>()
    };
    assert!(uris.iter().all(|uri| !uri.contains('{')), "make one for {template} above");
    uris
}

both_backends! {
    async fn no_answer_has_what_another_one_has_planted(talk: Talk) {
        let users = users(&talk.app).await;
        let (mut tried, mut good) = (0, 0);
        for asking in &users {
            for (method, template, example) in operations() {
                for of in users.iter().filter(|of| of.user_id != asking.user_id) {
                    for uri in uris(template, of) {
                        let mut ask = asking.caller.ask(method.clone(), &uri);
                        if let Some(example) = &example {
                            ask = ask.json(&body(example, of));
                        }
                        let answer = ask.await;
                        assert!(answer.status.as_u16() < 500, "{method} {uri}: {}", answer.text());
                        let foreign = users.iter().filter(|other| other.user_id != asking.user_id);
                        for other in foreign {
                            let shows = answer.text().to_lowercase().contains(other.word);
                            assert!(!shows, "{method} {uri} shows {} to {}: {}", other.word, asking.word, answer.text());
                        }
                        let names_another = template.contains("{memory_id}") || template.contains("{user_id}");
                        assert!(!names_another || answer.status == 404, "{method} {uri}: {}", answer.text());
                        tried += 1;
                        good += usize::from(answer.status.is_success());
                    }
                }
            }
        }
        assert!(tried > 200 && good > 40, "{tried} were tried, {good} were answered");
        // What was tried has changed nothing of another one's.
        for user in &users {
            let own = user.caller.get("/memory?owner=me&limit=200").await.expect(200).to_string();
            assert!(own.matches(user.word).count() >= 4, "{} has lost something: {own}", user.word);
        }
    }

    async fn end_users_of_one_application_have_memory_of_their_own(app: TestApp) {
        let shop = app.scoped(Role::Admin, "users:act,memory:read,memory:write");
        let end_user = async |name: &str| {
            let grant = json!({"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": name,
                "subject_token_type": "urn:astra:params:oauth:token-type:end-user-id"});
            let tokens = shop.post("/auth/token").json(&grant).await.expect(200);
            app.bearer(&text(&tokens, "/access_token"))
        };
        let (one, two) = (end_user("customer-1").await, end_user("customer-2").await);
        let memory = one.post("/memory").json(&json!({"tier": "profile", "content": "Size 43"})).await.expect(201);
        let path = format!("/memory/{}", text(&memory, "/id"));
        let purge = format!("/memory/users/{}", text(&memory, "/user_id"));
        for other in [&two, &shop, &app.owner()] {
            assert_eq!(other.get("/memory").await.expect(200)["data"], json!([]));
            other.get(&path).await.expect_problem(404, "not_found");
            other.delete(&path).await.expect_problem(404, "not_found");
        }
        for other in [&two, &shop] {
            other.delete(&purge).await.expect_problem(404, "not_found");
        }
        assert_eq!(end_user("customer-1").await.get(&path).await.expect(200), memory);
        let shared = json!({"tier": "daily", "scope": "workspace", "content": "mine"});
        one.post("/memory").json(&shared).await.expect_problem(403, "forbidden");
        assert_eq!(one.delete(&purge).await.expect(200)["tiers"], json!([{"tier": "profile", "memories": 1}]));
        one.get(&path).await.expect_problem(404, "not_found");
    }
}
