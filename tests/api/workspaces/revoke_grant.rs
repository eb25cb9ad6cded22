//! `workspaces.revoke_grant`

use serde_json::json;

use super::{only_for_the_workspace, path_to};
use crate::conversation::{AGENT, Talk, ended, text};
use crate::lending::{lend, offer, other_path};
use crate::support::{Gate, Reply, Step, TestApp, both_backends};

both_backends! {
    async fn a_turn_that_has_begun_ends_and_the_next_is_refused(talk: Talk) {
        let (app, other) = (&talk.app, talk.app.other_workspace());
        let grant = lend(app, AGENT).await;
        let ask = json!({"agent_id": grant["id"], "message": "hello"});
        let (first, gate) = (other.post("/chat").json(&ask).await.expect(200), Gate::closed());
        talk.will(Reply::Stream(vec![Step::Wait(gate.clone()), Step::Content("done".into()), Step::Finish]));
        let mut running = other.post("/chat/stream").json(&ask).await;
        let turn = running.next_event().await.expect("it has begun").data["turn_id"].as_str().expect("an id").to_owned();
        app.admin().delete(&path_to(app, &format!("grants/{}", text(&grant, "id")))).await.expect(204);
        other.post("/chat").json(&ask).await.expect_problem(404, "not_found");
        gate.open();
        assert_eq!(ended(&other, &turn).await["content"], "done");
        assert_eq!(other.get("/agents").await.expect(200)["data"], json!([]));
        let session = format!("/sessions/{}", text(&first, "session_id"));
        assert_eq!(other.get(&session).await.expect(200)["message_count"], 4, "it stays readable");
        other.get(&format!("{session}/messages")).await.expect(200);
        // What has ended stays so, and is still in the list.
        app.admin().delete(&path_to(app, &format!("grants/{}", text(&grant, "id")))).await.expect(204);
        assert_eq!(app.admin().get(&path_to(app, "grants")).await.expect(200)["data"][0]["status"], "ended");
    }

    async fn the_borrower_returns_what_it_has(app: TestApp) {
        let grant = lend(&app, "assistant").await;
        let own = other_path(&app, &format!("grants/{}", text(&grant, "id"))).await;
        app.other_workspace().delete(&own).await.expect(204);
        assert_eq!(app.other_workspace().get("/agents").await.expect(200)["data"], json!([]));
        assert_eq!(app.admin().get(&path_to(&app, "grants")).await.expect(200)["data"][0]["status"], "ended");
    }

    async fn is_for_the_two_sides(app: TestApp) {
        let grant = offer(&app, "assistant", "wsp_0000000000009").await;
        let part = format!("grants/{}", text(&grant, "id"));
        only_for_the_workspace(&app, &part, |caller, path| caller.delete(path)).await;
        app.other_workspace().delete(&other_path(&app, &part).await).await.expect_problem(404, "not_found");
        app.member().delete(&path_to(&app, &part)).await.expect_problem(403, "forbidden");
        app.admin().delete(&path_to(&app, "grants/grt_0000000000001")).await.expect_problem(404, "not_found");
        assert_eq!(app.admin().get(&path_to(&app, "grants")).await.expect(200)["data"][0]["status"], "offered");
    }
}
