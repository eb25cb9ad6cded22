//! Several gateways over one PostgreSQL: what happens at one is known at the others without a look at the store that waits for its
//! time.

use astra_core::params;
use serde_json::json;

use crate::conversation::{AGENT, Talk, types};
use crate::support::{Caller, Replica, TestApp, TestBackend};
use crate::workspaces::events::{next, path_of};

/// Two gateways; `None` without a PostgreSQL.
async fn two() -> Option<(Talk, Replica)> {
    let talk = Talk::built(TestApp::builder(TestBackend::postgres().await?), json!({})).await;
    let there = talk.app.replica().await;
    Some((talk, there))
}

async fn at(there: &Replica, caller: Caller) -> Caller {
    there.bearer(&caller.token().await)
}

/// How many turns the log has.
async fn started(talk: &Talk) -> i64 {
    let count = "SELECT COUNT(*) FROM outbox WHERE workspace_id = $1 AND event = 'turn.started'";
    talk.app.store().read(move |tx| tx.one(count, params![])?.next_int()).await.expect("a count")
}

#[tokio::test]
async fn a_workspace_is_followed_from_another_one() {
    let Some((talk, there)) = two().await else { return };
    let admin = at(&there, talk.app.admin()).await;
    let path = format!("{}?types=agent.updated,turn.started,agent.completed", path_of(&talk.app));
    let mut stream = admin.get(&path).await;
    // The first gateway learns that turns have a reader now; events of agents are written in any case.
    let changed = json!({"system_prompt": "new"});
    talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&changed).await.expect(200);
    assert_eq!(types(&next(&mut stream, 1).await), ["agent.updated"]);
    // A gateway that never learns of it hangs the test.
    while started(&talk).await == 0 {
        talk.say("hello").await;
    }
    let events = next(&mut stream, 2).await;
    assert_eq!(types(&events), ["turn.started", "agent.completed"]);
    // The same log, with the same positions, from the gateway where it happened.
    let mut here = talk.app.admin().get(&path).header("last-event-id", "0").await;
    let all = next(&mut here, 5).await;
    assert_eq!((types(&all[..3]), &all[3..]), (vec!["agent.updated"; 3], &events[..]));
}

#[tokio::test]
async fn an_agent_that_changes_at_one_answers_so_at_the_others() {
    let Some((talk, there)) = two().await else { return };
    let member = at(&there, talk.app.member()).await;
    let ask = || member.post("/chat").json(&json!({"agent_id": AGENT, "message": "hello"}));
    let before = ask().await.expect(200)["agent_version"].as_u64().expect("a version");
    for version in 1..=3 {
        let changed = json!({"system_prompt": format!("Version {version}.")});
        talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&changed).await.expect(200);
        assert_eq!(ask().await.expect(200)["agent_version"], before + version, "from the next question on");
    }
}
