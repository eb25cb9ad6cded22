//! `memory.undo`: what turns have made. The turns are in the store; what they remember is kept as the worker keeps it.

use astra_core::ids::{SessionId, TurnId};
use astra_core::store::{IndexEntry, Kept, MemorySource, MemoryTier, NewMemory};
use serde_json::{Map, Value, json};

use super::{is_a_change, keep, listed, note, path_of, pointers, turns_away};
use crate::conversation::{ECHO, Talk};
use crate::support::{Caller, TestApp, both_backends};

const UNDO: &str = "/memory/undo";
/// Greater than the keys that the gateway makes in a test.
const LATE: i64 = 1 << 62;

/// A turn of `caller`.
async fn turn(caller: &Caller) -> Value {
    caller.post("/chat").json(&json!({"agent_id": ECHO, "message": "hm"})).await.expect(200)
}

/// Keeps a fact that `turn` has said, of the user of the memory `own`.
async fn said(app: &TestApp, own: &Value, turn: &Value, key: i64, content: &str) -> Kept {
    let id = |name: &str| turn[name].as_str().expect("an id").to_owned();
    let new = NewMemory {
        id: astra_core::ids::Id::from_key(LATE + key),
        tier: MemoryTier::Profile,
        user_id: own["user_id"].as_str().map(Into::into),
        subject_candidate: LATE,
        agent_id: Some(ECHO.into()),
        session_id: Some(id("session_id").parse::<SessionId>().expect("a session")),
        turn_id: Some(id("turn_id").parse::<TurnId>().expect("a turn")),
        category: None,
        slot: Some("home".into()),
        content: content.into(),
        data: Map::new(),
        quote: Some(content.into()),
        source: MemorySource::Rule,
        rule: Some("lives_in".into()),
        trust: 1.0,
        confidence: 0.8,
        valid_from_ms: key,
        valid_to_ms: None,
        expires_at_ms: None,
        created_by: "gateway".into(),
        index: IndexEntry::default(),
    };
    app.store().memories().keep(new, None, key).await.expect("it is kept").0
}

both_backends! {
    async fn gives_back_what_a_turn_had_superseded(talk: Talk) {
        let (app, member) = (&talk.app, talk.app.member());
        let own = keep(&member, &note("by hand")).await;
        let (first, second) = (turn(&member).await, turn(&member).await);
        said(app, &own, &first, 10, "Berlin").await;
        let munich = said(app, &own, &second, 20, "Munich").await.id();
        let shown = member.get(&format!("/memory/{munich}")).await.expect(200);
        assert_eq!((&shown["turn_id"], &shown["quote"], &shown["rule"]), (&second["turn_id"], &json!("Munich"), &json!("lives_in")));
        let account = member.post(UNDO).json(&json!({"turn_id": second["turn_id"]})).await.expect(200);
        assert_eq!((&account["turns"], &account["deleted"], &account["restored"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!(account["memories"][0], json!({"id": munich.to_string(), "outcome": "deleted"}));
        assert_eq!(listed(&member, "").await, ["Berlin", "by hand"]);
        let again = member.post(UNDO).json(&json!({"turn_id": second["turn_id"]})).await.expect(200);
        assert_eq!((&again["turns"], &again["memories"]), (&json!(0), &json!([])));
        let session = member.post(UNDO).json(&json!({"session_id": first["session_id"]})).await.expect(200);
        assert_eq!(session["deleted"], json!(1));
        assert_eq!(listed(&member, "").await, ["by hand"]);
    }

    async fn is_the_users_alone(talk: Talk) {
        let (app, member) = (&talk.app, talk.app.member());
        let own = keep(&member, &note("by hand")).await;
        let turn = turn(&member).await;
        said(app, &own, &turn, 10, "Berlin").await;
        for other in [app.other_member(), app.admin(), app.owner(), app.other_workspace()] {
            for target in ["turn_id", "session_id"] {
                other.post(UNDO).json(&json!({target: turn[target]})).await.expect_problem(404, "not_found");
            }
        }
        assert_eq!(listed(&member, "").await, ["Berlin", "by hand"]);
        assert_eq!(member.get(&path_of(&own)).await.expect(200), own);
    }
}

#[tokio::test]
async fn refuses_what_is_neither_a_turn_nor_a_session() {
    let app = TestApp::new().await;
    let (turn, session) = ("trn_0000000000001", "ses_0000000000001");
    for body in [json!({}), json!({"turn_id": turn, "session_id": session}), json!({"turn_id": null})] {
        let problem = app.member().post(UNDO).json(&body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [""], "{body}: {problem}");
    }
    app.member().post(UNDO).json(&json!({"turn_id": session})).await.expect_problem(422, "invalid_request");
    app.member().post(UNDO).json(&json!({"turn_id": turn})).await.expect_problem(404, "not_found");
    turns_away(&app, |caller| caller.post(UNDO).json(&json!({"turn_id": turn}))).await;
    is_a_change(&app, |caller| caller.post(UNDO).json(&json!({"turn_id": turn}))).await;
}
