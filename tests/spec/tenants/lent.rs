//! An agent that is lent: the borrower reads it and asks it, and has nothing else of the lender; the lender sees what was used,
//! and nothing else of the borrower; when the grant is over, it is as before.

use serde_json::{Value, json};

use super::home::{AGENT, Home, workspace};
use super::same::of_nothing;
use super::{GATEWAY_LISTS, names_something};
use crate::call::Call;
use crate::support::both_backends;

/// What the borrower's owner may do with the agent by its path; everything else is the lender's.
const ALLOWED: [&str; 3] = ["agents.get", "agents.usage", "chat.get_model"];
/// What the borrower asks.
const ASKED: &str = "Which ships of the borrower are due?";

/// Where the grants of a workspace are.
fn grants(workspace: &str) -> String {
    format!("/workspaces/{workspace}/grants")
}

/// The status of each operation on an agent, and on what belongs to it, under the id `agent`, as the borrower has it.
async fn statuses(home: &Home, agent: &str) -> Vec<(&'static str, u16)> {
    let mut statuses = Vec::new();
    for call in Call::all().filter(|call| call.names("path").iter().any(|name| ["agent_id", "model"].contains(name))) {
        let own = |name: &str| match name {
            "agent_id" | "model" => Some(agent.to_owned()),
            name => home.elsewhere.get(name).cloned(),
        };
        let answer = call.ask(&home.app.other_workspace(), call.path(own)).await;
        statuses.push((call.id, answer.status.as_u16()));
    }
    statuses
}

/// Whether the borrower may ask the agent, by each of the operations that ask one.
async fn asked(home: &Home, agent: &str) -> [u16; 4] {
    let other = home.app.other_workspace();
    let question = json!({"agent_id": agent, "message": ASKED});
    let completion = json!({"model": agent, "messages": [{"role": "user", "content": ASKED}]});
    let mut stream = other.post("/chat/stream").json(&question).await;
    if stream.status == 200 {
        stream.events().await;
    }
    [
        other.post("/chat").json(&question).await.status.as_u16(),
        stream.status.as_u16(),
        other.post("/v1/chat/completions").json(&completion).await.status.as_u16(),
        other.post("/sessions").json(&json!({"agent_id": agent})).await.status.as_u16(),
    ]
}

/// Lends the agent of the app's workspace for an hour; answers the grant's id.
async fn lend(home: &Home) -> String {
    let (here, there) = (&home.here["workspace_id"], workspace(&home.app.other_workspace()).await);
    let offer = json!({"agent_id": AGENT, "workspace_id": there, "expires_in": 3600});
    let grant = home.app.owner().post(&grants(here)).json(&offer).await.expect(201);
    let id = grant["id"].as_str().expect("an id").to_owned();
    home.app.other_workspace().post(&format!("{}/{id}/accept", grants(&there))).await.expect(200);
    id
}

both_backends! {
    async fn the_borrower_reads_and_asks_and_has_nothing_else(home: Home) {
        let before = statuses(&home, &of_nothing("grt_0000000000001")).await;
        let lender_before = home.reads(&home.app.owner()).await;
        let grant = lend(&home).await;
        for (id, status) in statuses(&home, &grant).await {
            let is_allowed = ALLOWED.contains(&id);
            assert_eq!(status == 200, is_allowed, "{id} of a borrowed agent: {status}");
            let without = before.iter().find(|(other, _)| *other == id).map(|(_, status)| *status);
            assert!(is_allowed || Some(status) == without, "{id} tells that the agent is lent: {status}");
        }
        assert_eq!(asked(&home, &grant).await, [200, 200, 200, 201]);
        let agent = home.app.other_workspace().get(&format!("/agents/{grant}")).await.expect(200);
        assert_eq!((&agent["memory_profile_id"], &agent["created_by"]), (&Value::Null, &json!(home.here["workspace_id"])));
        // Under the lender's own names there is still nothing.
        for call in Call::all().filter(names_something) {
            let status = call.ask(&home.app.other_workspace(), home.path(&call)).await.status;
            assert_eq!(status, 404, "{} by a borrower", call.id);
        }
        // What the borrower reads names the agent and the workspace that lends it, and nothing else of the lender.
        let known = [AGENT, &home.here["workspace_id"]];
        for (id, text) in home.reads(&home.app.other_workspace()).await {
            for word in home.tells().iter().filter(|word| !known.contains(&word.as_str())) {
                assert!(!text.contains(word), "{id} tells the borrower of {word}: {text}");
            }
        }
        lender_sees_numbers(&home, &grant).await;
        for (id, text) in home.reads(&home.app.owner()).await {
            let is_grants = ["admin.list_audit", "admin.export_audit", "admin.verify_audit"].contains(&id);
            assert!(is_grants || GATEWAY_LISTS.contains(&id) || text == lender_before[id], "{id} has changed for the lender: {text}");
        }
    }

    async fn after_its_end_there_is_nothing(home: Home) {
        let nothing = of_nothing("grt_0000000000001");
        let before = statuses(&home, &nothing).await;
        let revoked = lend(&home).await;
        home.app.owner().delete(&format!("{}/{revoked}", grants(&home.here["workspace_id"]))).await.expect(204);
        assert_eq!((statuses(&home, &revoked).await, asked(&home, &revoked).await), (before.clone(), [404, 404, 404, 422]));
        let expired = lend(&home).await;
        home.app.clock.advance_ms(3_600_000);
        assert_eq!((statuses(&home, &expired).await, asked(&home, &expired).await), (before, [404, 404, 404, 422]));
        assert_eq!(asked(&home, &nothing).await, [404, 404, 404, 422]);
    }
}

/// The lender has the numbers of the grant, and no word and no name of what the borrower has asked.
async fn lender_sees_numbers(home: &Home, grant: &str) {
    let (owner, other) = (home.app.owner(), home.app.other_workspace());
    let listed = owner.get(&grants(&home.here["workspace_id"])).await.expect(200);
    let row = listed["data"].as_array().expect("data").iter().find(|row| row["id"] == *grant).expect("the grant");
    assert_eq!(row["used"]["requests"], 3, "{row}");
    let sessions = other.get(&format!("/sessions?agent_id={grant}")).await.expect(200);
    let traces = other.get(&format!("/traces?agent_id={grant}")).await.expect(200);
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let rows = |page: &Value| page["data"].as_array().expect("data").clone();
    let mut words: Vec<String> = rows(&sessions).iter().map(|session| text(&session["id"])).collect();
    words.extend(rows(&traces).iter().flat_map(|trace| [text(&trace["trace_id"]), text(&trace["turn_id"])]));
    assert!(words.len() >= 7, "{words:?}");
    words.push(ASKED.to_owned());
    for (id, told) in home.reads(&owner).await {
        assert!(!words.iter().any(|word| told.contains(word)), "{id} tells the lender of the borrower: {told}");
    }
    for session in rows(&sessions) {
        let path = format!("/sessions/{}", text(&session["id"]));
        owner.get(&path).await.expect_problem(404, "not_found");
        owner.get(&format!("{path}/messages")).await.expect_problem(404, "not_found");
    }
    for trace in rows(&traces) {
        owner.get(&format!("/traces/{}", text(&trace["trace_id"]))).await.expect_problem(404, "not_found");
        owner.get(&format!("/chat/turns/{}", text(&trace["turn_id"]))).await.expect_problem(404, "not_found");
    }
}
