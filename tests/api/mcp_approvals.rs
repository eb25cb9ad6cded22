//! Approvals over MCP: a client whose user may decide is asked, in both kinds of revisions; others wait, and read so.

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::approvals::{Asks, decide, pending};
use crate::conversation::{AGENT, ECHO, Talk, ended, text, unfinished};
use crate::mcp::{call, called, handshake_with, plain, stateless, with_handshake};
use crate::spawn::{HELPER, asks_helper, built};
use crate::support::{Answer, Ask, Caller, OnBackend, Reply, TestApp, TestBackend, both_backends};

const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// A call of a client that asks its user, with what it was asked for before.
fn asking(caller: &Caller, more: Value) -> Ask {
    let mut params = call(AGENT, json!({"message": "What time is it?"}));
    params["_meta"] = json!({CAPABILITIES: {"elicitation": {}}});
    for (name, value) in more.as_object().expect("an object") {
        params[name] = value.clone();
    }
    stateless(caller, "tools/call", params)
}

/// The same call with this answer to the one question of `asked`.
fn again(caller: &Caller, asked: &Value, answer: Value) -> Ask {
    let id = questions(asked).remove(0).0;
    asking(caller, json!({"requestState": asked["requestState"], "inputResponses": {id: answer}}))
}

/// What a client is to ask its user: ids, and the parameters of the questions.
fn questions(result: &Value) -> Vec<(String, Value)> {
    assert_eq!(result["resultType"], "input_required", "{result}");
    let asked = result["inputRequests"].as_object().expect("questions");
    let question = |(id, question): (&String, &Value)| {
        assert_eq!(question["method"], "elicitation/create", "{question}");
        (id.clone(), question["params"].clone())
    };
    asked.iter().map(question).collect()
}

fn calls_tools(talk: &Talk, count: usize) {
    let calls = [("a", "current_time", r#"{"time_zone":"UTC"}"#), ("b", "current_time", "{}")];
    talk.will(Reply::Call("Let me see.".into(), calls[..count].to_vec()));
}

fn accept(decision: &str) -> Value {
    json!({"action": "accept", "content": {"decision": decision}})
}

/// The answer to a message that answers what the client was asked.
async fn says(caller: &Caller, session: &str, id: &Value, result: Value) -> Answer {
    let message = json!({"jsonrpc": "2.0", "id": id, "result": result});
    plain(caller, &message).header("mcp-protocol-version", "2025-11-25").header("mcp-session-id", session).await
}

both_backends! {
    async fn a_call_is_gone_on_with_when_the_user_has_approved(asks: Asks) {
        let Asks(talk) = asks;
        let admin = talk.app.admin();
        calls_tools(&talk, 1);
        let (asked, _) = called(asking(&admin, json!({})).await).await;
        let (id, question) = questions(&asked).remove(0);
        let approval = pending(&talk.app, 1).await.remove(0);
        assert_eq!(id, text(&approval, "id"));
        assert_eq!(question["mode"], "form");
        assert_eq!(question["message"], format!("The agent {AGENT} wants to call the tool current_time with {{\"time_zone\":\"UTC\"}}"));
        let schema = &question["requestedSchema"];
        assert_eq!((&schema["type"], &schema["required"]), (&json!("object"), &json!(["decision"])));
        assert_eq!(schema["properties"]["decision"]["enum"], json!(["approve", "deny"]));
        assert_eq!(schema["properties"]["note"]["type"], "string");
        // The client has hung up, and the turn waits on.
        talk.will(Reply::Answer("It is nine.".into()));
        let answer = json!({"action": "accept", "content": {"decision": "approve", "note": "go on"}});
        let (done, _) = called(again(&admin, &asked, answer).await).await;
        assert_eq!((&done["resultType"], &done["isError"]), (&json!("complete"), &json!(false)));
        assert_eq!((&done["structuredContent"]["answer"], &done["structuredContent"]["turn_id"]), (&json!("It is nine."), &approval["turn_id"]));
        let decided = admin.get("/tools/approvals").await.expect(200)["data"][0].clone();
        assert_eq!((&decided["status"], &decided["note"]), (&json!("approved"), &json!("go on")));
        // The same request again is answered with what happened, and asks no model.
        let (once_more, _) = called(again(&admin, &asked, accept("deny")).await).await;
        assert_eq!(once_more["structuredContent"], done["structuredContent"]);
        assert_eq!(talk.upstream.received().len(), 2);
    }

    async fn a_user_denies_or_declines(asks: Asks) {
        let Asks(talk) = asks;
        let admin = talk.app.admin();
        let denied = json!({"action": "accept", "content": {"decision": "deny", "note": "Not on a Friday."}});
        for (answer, words) in [(denied, "denied the call: Not on a Friday."), (json!({"action": "decline"}), "a person denied the call.")] {
            calls_tools(&talk, 1);
            talk.will(Reply::Answer("I may not.".into()));
            let (asked, _) = called(asking(&admin, json!({})).await).await;
            let (done, _) = called(again(&admin, &asked, answer).await).await;
            assert_eq!(done["structuredContent"]["answer"], "I may not.");
            let read = talk.read_last();
            assert!(read.last().expect("a result").1.ends_with(words), "{read:?}");
        }
    }

    async fn questions_without_an_answer_are_asked_again_and_each_round_asks_anew(asks: Asks) {
        let Asks(talk) = asks;
        let admin = talk.app.admin();
        calls_tools(&talk, 2);
        let (asked, _) = called(asking(&admin, json!({})).await).await;
        let both = questions(&asked);
        assert_eq!(both.len(), 2);
        // One of two is answered; an answer to nothing is passed over.
        let some = json!({both[0].0.as_str(): accept("approve"), "apr_0000000000000": accept("deny"), "other": 1});
        let (rest, _) = called(asking(&admin, json!({"requestState": asked["requestState"], "inputResponses": some})).await).await;
        assert_eq!(questions(&rest), both[1..]);
        let (rest, _) = called(asking(&admin, json!({"requestState": rest["requestState"]})).await).await;
        assert_eq!(questions(&rest), both[1..]);
        calls_tools(&talk, 1);
        let (second, _) = called(again(&admin, &rest, accept("approve")).await).await;
        let third = questions(&second);
        assert!(third.len() == 1 && both.iter().all(|(id, _)| *id != third[0].0), "{third:?}");
        talk.will(Reply::Answer("Done.".into()));
        let (done, _) = called(again(&admin, &second, accept("approve")).await).await;
        assert_eq!(done["structuredContent"]["answer"], "Done.");
        assert_eq!(talk.upstream.received().len(), 3);
    }

    async fn with_a_handshake_the_client_is_asked_among_the_events(asks: Asks) {
        let Asks(talk) = asks;
        let admin = talk.app.admin();
        let session = handshake_with(&admin, json!({"elicitation": {"form": {}}})).await;
        calls_tools(&talk, 2);
        let asked = call(AGENT, json!({"message": "What time is it?"}));
        let mut answer = with_handshake(&admin, &session, 1, "tools/call", asked).await;
        let questions = [answer.next_event().await.expect("a question").data, answer.next_event().await.expect("a question").data];
        for question in &questions {
            assert_eq!((&question["jsonrpc"], &question["method"]), (&json!("2.0"), &json!("elicitation/create")));
            assert_eq!(question["params"]["requestedSchema"]["required"], json!(["decision"]));
        }
        talk.will(Reply::Answer("It is nine.".into()));
        let ids = [&questions[0]["id"], &questions[1]["id"]];
        for (id, decision) in ids.into_iter().zip(["approve", "deny"]) {
            let taken = says(&admin, &session, id, accept(decision)).await;
            assert_eq!((taken.status.as_u16(), taken.bytes.len()), (202, 0));
        }
        let (done, rest) = called(answer).await;
        assert_eq!((&done["structuredContent"]["answer"], rest.len()), (&json!("It is nine."), 0));
        // The first decision holds.
        assert_eq!(says(&admin, &session, ids[0], accept("approve")).await.status, 202);
        says(&admin, &session, ids[0], accept("deny")).await.expect_problem(409, "conflict");
    }
}

#[tokio::test]
async fn what_a_client_sends_back_proves_nothing() {
    let Asks(talk) = Asks::on(TestBackend::sqlite()).await;
    let admin = talk.app.admin();
    calls_tools(&talk, 1);
    let (asked, _) = called(asking(&admin, json!({})).await).await;
    let (id, _) = questions(&asked).remove(0);
    let good = || json!({"requestState": asked["requestState"], "inputResponses": {id.as_str(): accept("approve")}});
    for state in [json!("trn_0000000000000"), json!("nonsense"), json!(""), json!(1), json!({}), json!("nul \u{0}")] {
        let mut more = good();
        more["requestState"] = state.clone();
        assert_eq!(asking(&admin, more).await.expect(200)["error"]["code"], -32602, "{state}");
    }
    // Of another caller, also of one that sees the turn; of another workspace; of another agent.
    assert_eq!(asking(&talk.app.owner(), good()).await.expect(200)["error"]["code"], -32602);
    assert_eq!(asking(&talk.app.other_workspace(), good()).await.expect(200)["error"]["code"], -32602);
    let mut other = good();
    other["name"] = ECHO.into();
    assert_eq!(asking(&admin, other).await.expect(200)["error"]["code"], -32602);
    for responses in [
        json!([]),
        json!("x"),
        json!({id.as_str(): {}}),
        json!({id.as_str(): accept("perhaps")}),
        json!({id.as_str(): null}),
    ] {
        let mut more = good();
        more["inputResponses"] = responses.clone();
        assert_eq!(asking(&admin, more).await.expect(200)["error"]["code"], -32602, "{responses}");
    }
    assert_eq!(pending(&talk.app, 1).await.len(), 1, "nothing was decided");
    // The last word is the credential's: a client may not answer what its user was not asked.
    let (member, session) = (talk.app.member(), "any.form");
    for (caller, answer, code) in [
        (&member, json!(id), "forbidden"),
        (&talk.app.scoped(Role::Admin, "chat:send"), json!(id), "forbidden"),
        (&talk.app.other_workspace(), json!(id), "not_found"),
        (&admin, json!("apr_0000000000000"), "not_found"),
    ] {
        let status = if code == "forbidden" { 403 } else { 404 };
        says(caller, session, &answer, accept("approve")).await.expect_problem(status, code);
    }
    for (id, result, code) in [
        (json!("other"), accept("approve"), -32600),
        (json!(7), accept("approve"), -32600),
        (json!(id), json!({}), -32602),
        (json!(id), accept("perhaps"), -32602),
    ] {
        let refused = says(&admin, session, &id, result).await.expect(400);
        assert_eq!(refused["error"]["code"], code, "{refused}");
    }
    for message in [json!({"error": {"code": -1, "message": "no user"}}), json!({"result": {"action": "cancel"}})] {
        let mut message = message;
        (message["jsonrpc"], message["id"]) = ("2.0".into(), json!(id));
        assert_eq!(plain(&admin, &message).await.status, 202);
    }
    assert_eq!(pending(&talk.app, 1).await.len(), 1, "nothing was decided");
}

/// The events of a call that has a progress token, up to the one that says that it waits.
async fn until_it_waits(answer: &mut Answer) {
    loop {
        let note = answer.next_event().await.expect("an event").data;
        if note["params"]["message"] == "Waits for a decision on the call of current_time" {
            return;
        }
    }
}

#[tokio::test]
async fn who_cannot_be_asked_waits_for_somebody_else_and_is_told_how_to_go_on() {
    let Asks(talk) = Asks::on(TestBackend::sqlite()).await;
    let form = json!({"elicitation": {"form": {}}});
    let narrow = talk.app.scoped(Role::Admin, "chat:send");
    for (caller, capabilities) in [
        (talk.app.admin(), json!({})),
        (talk.app.admin(), json!({"elicitation": {"url": {}}})),
        (talk.app.admin(), json!({"elicitation": true})),
        (talk.app.member(), form.clone()),
        (narrow, form.clone()),
    ] {
        let meta = json!({CAPABILITIES: capabilities, "progressToken": 1});
        for is_decided in [true, false] {
            calls_tools(&talk, 1);
            let mut waiting = asking(&caller, json!({"_meta": meta})).await;
            until_it_waits(&mut waiting).await;
            let approval = pending(&talk.app, 1).await.remove(0);
            if !is_decided {
                talk.app.clock.advance_ms(45_000);
                let (result, _) = called(waiting).await;
                let words = text(&result["content"][0], "text");
                assert_eq!((&result["isError"], &result["resultType"]), (&json!(true), &json!("complete")), "{result}");
                for part in [
                    "current_time",
                    text(&approval, "id"),
                    text(&approval, "session_id"),
                    text(&approval, "expires_at"),
                ] {
                    assert!(words.contains(part), "{words}");
                }
                waiting = asking(
                    &caller,
                    json!({"_meta": meta, "arguments": {"message": "And?", "session_id": approval["session_id"]}}),
                )
                .await;
            }
            // The turn goes on with the decision, and the conversation with it.
            talk.will(Reply::Answer("It is nine.".into())).will(Reply::Answer("As I said.".into()));
            decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
            let (result, _) = called(waiting).await;
            let expected = if is_decided { "It is nine." } else { "As I said." };
            assert_eq!(result["structuredContent"]["answer"], expected, "{result}");
            if is_decided {
                talk.say("What is next?").await;
            }
        }
    }
}

#[tokio::test]
async fn a_call_of_an_agent_below_is_asked_for_too() {
    let above = json!({"tools": {"allow": ["current_time"], "require_approval": ["current_time"]}});
    let below = json!({"tools": {"allow": ["current_time"]}});
    let talk = built(TestApp::builder(TestBackend::sqlite()), above, below).await;
    let admin = talk.app.admin();
    talk.will(asks_helper("call_1"));
    calls_tools(&talk, 1);
    let (asked, _) = called(asking(&admin, json!({})).await).await;
    // A client that cannot ask reads the session that it knows, and not that of the turn below.
    let approval = pending(&talk.app, 1).await.remove(0);
    let dismissed = again(&admin, &asked, json!({"action": "cancel"}));
    let (waits, _) = called(dismissed.await).await;
    let words = text(&waits["content"][0], "text");
    assert!(words.contains(text(&approval, "id")) && !words.contains(text(&approval, "session_id")), "{waits}");
    let (_, question) = questions(&asked).remove(0);
    assert!(text(&question, "message").starts_with(&format!("The agent {HELPER} wants to call")), "{question}");
    talk.will(Reply::Answer("Nine.".into())).will(Reply::Answer("It is nine.".into()));
    let (done, _) = called(again(&admin, &asked, accept("approve")).await).await;
    assert_eq!(done["structuredContent"]["answer"], "It is nine.", "{done}");
}

#[tokio::test]
async fn a_user_who_does_not_care_leaves_it_to_others() {
    let Asks(talk) = Asks::on(TestBackend::sqlite()).await;
    let admin = talk.app.admin();
    calls_tools(&talk, 1);
    let (asked, _) = called(asking(&admin, json!({})).await).await;
    let (result, _) = called(again(&admin, &asked, json!({"action": "cancel"})).await).await;
    assert_eq!(result["isError"], true, "at once: {result}");
    assert!(text(&result["content"][0], "text").contains("waits for a person's decision"), "{result}");
    let approval = pending(&talk.app, 1).await.remove(0);
    talk.will(Reply::Answer("It is nine.".into()));
    decide(&talk.app.owner(), &approval, "approve", json!({})).await.expect(200);
    assert_eq!(ended(&admin, text(&approval, "turn_id")).await["content"], "It is nine.");
}

#[tokio::test]
async fn a_decision_of_somebody_else_or_none_in_time_is_what_the_call_goes_on_with() {
    let Asks(talk) = Asks::on(TestBackend::sqlite()).await;
    let admin = talk.app.admin();
    for is_in_time in [true, false] {
        calls_tools(&talk, 1);
        talk.will(Reply::Answer("I may not.".into()));
        let (asked, _) = called(asking(&admin, json!({})).await).await;
        let approval = pending(&talk.app, 1).await.remove(0);
        if is_in_time {
            decide(&talk.app.owner(), &approval, "deny", json!({})).await.expect(200);
        } else {
            talk.app.clock.advance_ms(300_000);
        }
        let (done, _) = called(again(&admin, &asked, accept("approve")).await).await;
        assert_eq!(done["structuredContent"]["answer"], "I may not.", "{done}");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_after_its_answer_ends_the_call() {
    let Asks(talk) = Asks::on(TestBackend::sqlite()).await;
    let admin = talk.app.admin();
    calls_tools(&talk, 1);
    talk.will(Reply::Hang);
    let (asked, _) = called(asking(&admin, json!({})).await).await;
    let turn_id = unfinished(&talk.app).await.pop().expect("it waits");
    let running = again(&admin, &asked, accept("approve")).await;
    talk.upstream.wait_for(2).await;
    drop(running);
    assert_eq!(ended(&admin, &turn_id).await["status"], "cancelled");
}
