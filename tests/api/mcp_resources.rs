//! Memory as resources at `/mcp`: the caller's profile and what it sees, and nothing else.

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::mcp::{handshake, stateless, with_handshake};
use crate::support::{Caller, TestApp, TestBackend, both_backends};

const PROFILE: &str = "astra://memory/profile";

async fn keep(caller: &Caller, tier: &str, scope: &str, content: &str) -> Value {
    let new = json!({"tier": tier, "scope": scope, "content": content});
    caller.post("/memory").json(&new).await.expect(201)
}

fn uri_of(memory: &Value) -> String {
    format!("astra://memory/{}", memory["id"].as_str().expect("an id"))
}

/// One page of the list.
async fn page(caller: &Caller, params: Value) -> Value {
    stateless(caller, "resources/list", params).await.expect(200)["result"].clone()
}

fn uris(page: &Value) -> Vec<&str> {
    page["resources"].as_array().expect("resources").iter().filter_map(|one| one["uri"].as_str()).collect()
}

async fn read(caller: &Caller, uri: &str) -> Value {
    stateless(caller, "resources/read", json!({"uri": uri})).await.expect(200)
}

/// What a resource holds.
async fn held(caller: &Caller, uri: &str) -> Value {
    let answer = read(caller, uri).await;
    let contents = answer["result"]["contents"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(
        (contents.len(), &contents[0]["uri"], &contents[0]["mimeType"]),
        (1, &json!(uri), &json!("application/json"))
    );
    serde_json::from_str(contents[0]["text"].as_str().expect("text")).expect("JSON")
}

both_backends! {
    async fn a_caller_lists_and_reads_what_it_sees(app: TestApp) {
        let member = app.member();
        let own = keep(&member, "daily", "user", "The release train\nleaves on Tuesdays.").await;
        let shared = keep(&app.admin(), "procedural", "workspace", "Ask twice before a release.").await;
        let foreign = [
            keep(&app.other_member(), "daily", "user", "The secret of another.").await,
            keep(&app.admin(), "daily", "user", "The secret of an admin.").await,
            keep(&app.other_workspace(), "procedural", "workspace", "The secret of another workspace.").await,
        ];
        let listed = page(&member, json!({})).await;
        assert_eq!(uris(&listed), [PROFILE, &uri_of(&shared), &uri_of(&own)], "{listed}");
        assert_eq!((&listed["resultType"], &listed["ttlMs"], &listed["cacheScope"]), (&json!("complete"), &json!(0), &json!("private")));
        let note = &listed["resources"][2];
        assert_eq!((&note["name"], &note["title"]), (&own["id"], &json!("The release train leaves on Tuesdays.")));
        assert_eq!((&note["mimeType"], &note["description"]), (&json!("application/json"), &json!("A memory of the tier daily, the user's.")));
        assert_eq!(listed["resources"][1]["description"], "A memory of the tier procedural, the workspace's.");
        for memory in [&own, &shared] {
            let path = format!("/memory/{}", memory["id"].as_str().expect("an id"));
            assert_eq!(held(&member, &uri_of(memory)).await, member.get(&path).await.expect(200));
        }
        for memory in &foreign {
            let answer = read(&member, &uri_of(memory)).await;
            assert_eq!((&answer["error"]["code"], answer.get("result")), (&json!(-32602), None), "{answer}");
            assert_eq!(answer["error"]["data"]["uri"], json!(uri_of(memory)));
        }
        assert!(!listed.to_string().contains("secret"), "{listed}");
    }

    async fn the_profile_is_the_callers_own(app: TestApp) {
        let (member, other) = (app.member(), app.other_member());
        member.patch("/memory/profile").json(&json!({"document": {"name": "Ana"}})).await.expect(200);
        assert_eq!(held(&member, PROFILE).await, member.get("/memory/profile").await.expect(200));
        assert_eq!(held(&member, PROFILE).await["document"], json!({"name": "Ana"}));
        assert_eq!(held(&other, PROFILE).await["document"], json!({}));
        assert_eq!(uris(&page(&other, json!({})).await), [PROFILE]);
    }

    async fn pages_follow_each_other_and_have_each_memory_once(app: TestApp) {
        let member = app.member();
        for number in 0..120 {
            keep(&member, "daily", "user", &format!("Note {number}.")).await;
        }
        let first = page(&member, json!({})).await;
        let second = page(&member, json!({"cursor": first["nextCursor"]})).await;
        assert_eq!((uris(&first).len(), uris(&second).len(), second.get("nextCursor")), (101, 20, None));
        let mut all = [uris(&first), uris(&second)].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!((all.len(), all.iter().filter(|uri| **uri == PROFILE).count()), (121, 1));
        // Of another's cursor nothing more is seen.
        assert_eq!(uris(&page(&app.other_member(), json!({"cursor": first["nextCursor"]})).await), [""; 0]);
        for method in ["resources/list", "resources/templates/list"] {
            for cursor in [json!("nonsense"), json!(3), Value::Null] {
                let error = stateless(&member, method, json!({"cursor": cursor})).await.expect(200);
                assert_eq!(error["error"]["code"], -32602, "{method} {error}");
            }
        }
    }

    async fn what_is_gone_is_no_resource(app: TestApp) {
        let member = app.member();
        let gone = keep(&member, "daily", "user", "The release train leaves on Tuesdays.").await;
        member.delete(&format!("/memory/{}", gone["id"].as_str().expect("an id"))).await.expect(204);
        assert_eq!(uris(&page(&member, json!({})).await), [PROFILE]);
        assert_eq!(read(&member, &uri_of(&gone)).await["error"]["message"], "Resource not found");
    }
}

#[tokio::test]
async fn there_is_one_template() {
    let app = TestApp::new().await;
    let result = stateless(&app.member(), "resources/templates/list", json!({})).await.expect(200)["result"].clone();
    let templates = result["resourceTemplates"].as_array().expect("templates");
    assert_eq!((templates.len(), &templates[0]["uriTemplate"]), (1, &json!("astra://memory/{memory_id}")));
    assert_eq!((&templates[0]["name"], &templates[0]["mimeType"]), (&json!("memory"), &json!("application/json")));
    assert_eq!((&result["resultType"], &result["ttlMs"]), (&json!("complete"), &json!(0)));
}

#[tokio::test]
async fn a_handshake_leads_to_the_same_resources() {
    let app = TestApp::new().await;
    let member = app.member();
    let own = keep(&member, "daily", "user", "The release train leaves on Tuesdays.").await;
    let session = handshake(&member).await;
    let ask = |id, method, params| with_handshake(&member, &session, id, method, params);
    let listed = ask(1, "resources/list", json!({})).await.expect(200)["result"].clone();
    assert_eq!(uris(&listed), [PROFILE, &uri_of(&own)]);
    let found = ask(2, "resources/read", json!({"uri": uri_of(&own)})).await.expect(200)["result"].clone();
    assert!(found["contents"][0]["text"].as_str().is_some_and(|text| text.contains("leaves on Tuesdays")), "{found}");
    let templates = ask(3, "resources/templates/list", json!({})).await.expect(200)["result"].clone();
    for result in [&listed, &found, &templates] {
        assert_eq!(
            (result.get("resultType"), result.get("ttlMs"), result.get("cacheScope")),
            (None, None, None),
            "{result}"
        );
    }
    let missing = ask(4, "resources/read", json!({"uri": "astra://memory/mem_0000000000009"})).await.expect(200);
    assert_eq!((&missing["error"]["code"], &missing["id"]), (&json!(-32002), &json!(4)), "{missing}");
}

#[tokio::test]
async fn what_is_no_resource_is_refused() {
    let app = TestApp::new().await;
    let member = app.member();
    for uri in [
        "",
        "astra://memory/",
        "astra://memory/profile/",
        "astra://memory/PROFILE",
        "astra://memory/trn_0000000000009",
        "astra://memory/mem_0000000000009",
        "astra://memory/mem_0000000000009/../profile",
        "mem_0000000000009",
        "file:///etc/passwd",
        "https://example.com/",
    ] {
        let answer = read(&member, uri).await;
        let error = &answer["error"];
        assert_eq!(
            (&error["code"], &error["message"]),
            (&json!(-32602), &json!("Resource not found")),
            "{uri}: {answer}"
        );
        assert_eq!(error["data"]["uri"], uri);
    }
    for params in [json!({}), json!({"uri": 3}), json!({"uri": null})] {
        let answer = stateless(&member, "resources/read", params.clone()).await.expect(200);
        assert_eq!(answer["error"]["code"], -32602, "{params}: {answer}");
        assert_ne!(answer["error"]["message"], "Resource not found", "{params}");
    }
    let ask = stateless(&member, "resources/read", json!({"uri": PROFILE}));
    let other = ask.without("mcp-name").header("mcp-name", "astra://memory/mem_0000000000009").await.expect(400);
    assert_eq!(other["error"]["code"], -32020, "the header names what is read: {other}");
}

#[tokio::test]
async fn a_token_that_may_not_read_memory_has_no_resources() {
    let app = TestApp::builder(TestBackend::sqlite()).open().await;
    for scopes in ["chat:send", "chat:send,memory:write"] {
        let caller = app.scoped(Role::Member, scopes);
        let found = stateless(&caller, "server/discover", json!({})).await.expect(200)["result"].clone();
        assert_eq!(found["capabilities"], json!({"tools": {}}));
        for (method, params) in [
            ("resources/list", json!({})),
            ("resources/templates/list", json!({})),
            ("resources/read", json!({"uri": PROFILE})),
        ] {
            let problem = stateless(&caller, method, params).await.expect_problem(403, "forbidden");
            assert!(problem.to_string().contains("memory:read"), "{method}: {problem}");
        }
    }
    let caller = app.scoped(Role::Member, "chat:send,memory:read");
    assert_eq!(uris(&page(&caller, json!({})).await), [PROFILE]);
}
