//! `sessions.reset`

use serde_json::json;

use crate::conversation::{AGENT, Talk, hides_from_others, id_of, pairs, question_in, turns_away};
use crate::support::{Gate, Reply, both_backends};

both_backends! {
    async fn archives_it_and_goes_on_in_its_successor(talk: Talk) {
        let new = json!({"agent_id": AGENT, "pinned_version": 1, "surface": "web", "surface_id": "a", "metadata": {"ticket": 1}});
        let session = talk.app.member().post("/sessions").json(&new).await.expect(201);
        talk.say_in(&session, "hello").await;
        let path = format!("/sessions/{}", id_of(&session));
        let answer = talk.app.member().post(&format!("{path}/reset")).await;
        let location = answer.header("location").to_owned();
        let successor = answer.expect(201);
        assert_eq!(location, format!("/sessions/{}", id_of(&successor)));
        for field in ["agent_id", "pinned_version", "surface", "surface_id", "user_id", "metadata"] {
            assert_eq!(successor[field], session[field], "{field}");
        }
        assert_eq!((&successor["message_count"], &successor["status"]), (&json!(0), &json!("active")));
        let old = talk.app.member().get(&path).await.expect(200);
        assert_eq!((&old["status"], &old["successor_id"]), (&json!("archived"), &successor["id"]));
        assert_eq!(talk.said(&session).await.len(), 2);
        let body = json!({"agent_id": AGENT, "message": "anew", "surface": "web", "surface_id": "a"});
        let turn = talk.app.member().post("/chat").json(&body).await.expect(200);
        assert_eq!(turn["session_id"], successor["id"]);
        assert_eq!(talk.read_last(), pairs(&[("user", "anew")]));
        talk.app.member().post(&format!("{path}/reset")).await.expect_problem(409, "conflict");
    }

    async fn answers_the_same_key_with_the_first_successor(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/reset", id_of(&session));
        let reset = || talk.app.member().post(&path).header("idempotency-key", "k");
        let successor = reset().await.expect(201);
        assert_eq!(reset().await.expect(201), successor);
    }

    async fn leaves_the_surface_to_its_current_session(talk: Talk) {
        let old = talk.session().await;
        let current = talk.session().await;
        let successor = talk.app.member().post(&format!("/sessions/{}/reset", id_of(&old))).await.expect(201);
        assert_eq!(talk.say("where does this go?").await["session_id"], current["id"]);
        assert_eq!(talk.say_in(&successor, "and this?").await["session_id"], successor["id"]);
    }

    async fn waits_for_no_running_turn(talk: Talk) {
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "late".into()));
        let session = talk.session().await;
        let asking = talk.start(&question_in(&session, "hello"));
        talk.upstream.wait_for(1).await;
        let path = format!("/sessions/{}/reset", id_of(&session));
        talk.app.member().post(&path).await.expect_problem(409, "agent_busy");
        gate.open();
        asking.await.expect("it ends").expect(200);
        talk.app.member().post(&path).await.expect(201);
    }

    async fn is_the_users_and_the_admins_alone(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}/reset", id_of(&session));
        turns_away(&talk.app, |caller| caller.post(&path)).await;
        hides_from_others(&talk.app, |caller| caller.post(&path)).await;
        let successor = talk.app.admin().post(&path).await.expect(201);
        assert_eq!(successor["user_id"], session["user_id"]);
    }
}
