//! The gateway as an MCP server: agents as tools, listed and called, in both kinds of revisions.

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::conversation::{AGENT, ECHO, Talk, ended, pairs, turns_away, unfinished};
use crate::support::{Answer, Ask, Caller, Event, Gate, Reply, Step, TestApp, TestBackend, both_backends};

/// A request of revision 2026-07-28, with the headers that repeat it.
pub(crate) fn stateless(caller: &Caller, method: &str, params: Value) -> Ask {
    let request = sent(method, params);
    let params = &request["params"];
    let name = params["name"].as_str().or_else(|| params["uri"].as_str()).map(str::to_owned);
    let ask = plain(caller, &request).header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
    match name {
        Some(name) => ask.header("mcp-name", &name),
        None => ask,
    }
}

/// The body of a request of revision 2026-07-28.
pub(crate) fn sent(method: &str, mut params: Value) -> Value {
    let meta = &mut params["_meta"];
    meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28".into();
    if meta["io.modelcontextprotocol/clientCapabilities"].is_null() {
        meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
    }
    json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
}

/// A message with no more headers than each has.
pub(crate) fn plain(caller: &Caller, message: &Value) -> Ask {
    caller.post("/mcp").header("accept", "application/json, text/event-stream").json(message)
}

/// A request of revision 2025-11-25, of the client that was named `session`.
pub(crate) fn with_handshake(caller: &Caller, session: &str, id: u32, method: &str, params: Value) -> Ask {
    let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    plain(caller, &message).header("mcp-protocol-version", "2025-11-25").header("mcp-session-id", session)
}

/// The name that a client is given by the handshake.
pub(crate) async fn handshake(caller: &Caller) -> String {
    handshake_with(caller, json!({})).await
}

/// The name that a client with these capabilities is given by the handshake.
pub(crate) async fn handshake_with(caller: &Caller, capabilities: Value) -> String {
    let params = json!({"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": {"name": "t", "version": "1"}});
    let message = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
    let answer = plain(caller, &message).await;
    let session = answer.header("mcp-session-id").to_owned();
    let result = answer.expect(200)["result"].clone();
    assert_eq!(result["protocolVersion"], "2025-11-25");
    assert_eq!(result["serverInfo"]["name"], "astra");
    assert_eq!(result["capabilities"], json!({"tools": {}, "resources": {}}));
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let ready = plain(caller, &ready).header("mcp-session-id", &session).await;
    assert_eq!((ready.status.as_u16(), ready.bytes.len()), (202, 0));
    session
}

/// The result of a call, which is the last event of its stream, and the progress before it.
pub(crate) async fn called(mut answer: Answer) -> (Value, Vec<Value>) {
    let mut events: Vec<Value> = answer.events().await.into_iter().map(|event: Event| event.data).collect();
    let last = events.pop().expect("a result");
    assert_eq!((&last["jsonrpc"], last.get("method")), (&json!("2.0"), None), "{last}");
    (last["result"].clone(), events)
}

pub(crate) fn call(name: &str, arguments: Value) -> Value {
    json!({"name": name, "arguments": arguments})
}

fn names(result: &Value) -> Vec<&str> {
    result["tools"].as_array().expect("tools").iter().filter_map(|tool| tool["name"].as_str()).collect()
}

both_backends! {
    async fn an_agent_is_a_tool_that_goes_on_with_its_session(talk: Talk) {
        let member = talk.app.member();
        talk.will(Reply::Answer("Paris.".into())).will(Reply::Answer("As I said.".into()));
        let first = stateless(&member, "tools/call", call(AGENT, json!({"message": "The capital of France?"}))).await;
        let (first, progress) = called(first).await;
        assert_eq!(progress, [] as [Value; 0], "none was asked for");
        assert_eq!((&first["resultType"], &first["isError"]), (&json!("complete"), &json!(false)));
        assert_eq!(first["content"], json!([{"type": "text", "text": "Paris."}]));
        let structured = &first["structuredContent"];
        assert_eq!(structured["answer"], "Paris.");
        let turn = member.get(&format!("/chat/turns/{}", structured["turn_id"].as_str().expect("an id"))).await.expect(200);
        assert_eq!((&turn["session_id"], &turn["agent_id"]), (&structured["session_id"], &json!(AGENT)));
        let again = json!({"message": "Sure?", "session_id": structured["session_id"]});
        let (second, _) = called(stateless(&member, "tools/call", call(AGENT, again)).await).await;
        assert_eq!(second["structuredContent"]["session_id"], structured["session_id"]);
        let said = [("user", "The capital of France?"), ("assistant", "Paris."), ("user", "Sure?"), ("assistant", "As I said.")];
        assert_eq!(talk.said(structured).await, pairs(&said));
        // Without a session a new one begins.
        let (third, _) = called(stateless(&member, "tools/call", call(AGENT, json!({"message": "Hi"}))).await).await;
        assert_ne!(third["structuredContent"]["session_id"], structured["session_id"]);
    }

    async fn the_list_has_the_agents_of_the_workspace_in_pages(talk: Talk) {
        let (admin, member) = (talk.app.admin(), talk.app.member());
        for number in 0..120 {
            let agent = json!({"id": format!("agent-{number}"), "display_name": "Number", "system_prompt": "secret"});
            admin.post("/agents").json(&agent).await.expect(201);
        }
        let first = stateless(&member, "tools/list", json!({})).await.expect(200)["result"].clone();
        assert_eq!((&first["resultType"], &first["ttlMs"], &first["cacheScope"]), (&json!("complete"), &json!(0), &json!("private")));
        assert!(!first.to_string().contains("secret"));
        let cursor = json!({"cursor": first["nextCursor"]});
        let second = stateless(&member, "tools/list", cursor).await.expect(200)["result"].clone();
        assert_eq!(second.get("nextCursor"), None);
        let mut all = [names(&first), names(&second)].concat();
        assert_eq!(names(&first).len(), 100);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 122);
        let tool = first["tools"].as_array().expect("tools").iter().find(|tool| tool["name"] == "agent-119").expect("the newest");
        assert_eq!((&tool["title"], &tool["inputSchema"]["required"]), (&json!("Number"), &json!(["message"])));
        assert_eq!(tool["outputSchema"]["required"], json!(["answer", "session_id", "turn_id"]));
        for cursor in [json!("nonsense"), json!(3)] {
            let error = stateless(&member, "tools/list", json!({"cursor": cursor})).await.expect(200);
            assert_eq!(error["error"]["code"], -32602, "{error}");
        }
        let others = stateless(&talk.app.other_workspace(), "tools/list", json!({})).await.expect(200);
        assert!(!names(&others["result"]).contains(&"agent-0"), "{others}");
    }

    async fn a_handshake_leads_to_the_same_tools(talk: Talk) {
        let member = talk.app.member();
        let session = handshake(&member).await;
        assert_eq!(with_handshake(&member, &session, 1, "ping", json!({})).await.expect(200)["result"], json!({}));
        let list = with_handshake(&member, &session, 2, "tools/list", json!({})).await.expect(200)["result"].clone();
        assert_eq!((list.get("resultType"), list.get("ttlMs")), (None, None), "{list}");
        assert!(names(&list).contains(&AGENT) && names(&list).contains(&ECHO));
        let asked = call(AGENT, json!({"message": "Hello"}));
        let (result, _) = called(with_handshake(&member, &session, 3, "tools/call", asked).await).await;
        assert_eq!((result.get("resultType"), &result["isError"]), (None, &json!(false)));
        assert_eq!(result["structuredContent"]["answer"], "Hello from the model.");
        // Nothing of the session is kept: it is a name, and another one does as well.
        with_handshake(&member, "another", 4, "tools/list", json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn only_members_whose_token_may_ask_agents_come_in() {
    let app = TestApp::new().await;
    turns_away(&app, |caller| stateless(caller, "tools/list", json!({}))).await;
    stateless(&app.scoped(Role::Member, "chat:send"), "tools/list", json!({})).await.expect(200);
}

#[tokio::test]
async fn what_others_own_is_not_there() {
    let talk = Talk::built(TestApp::builder(TestBackend::sqlite()), json!({})).await;
    let (mine, _) =
        called(stateless(&talk.app.member(), "tools/call", call(AGENT, json!({"message": "mine"}))).await).await;
    let theirs = json!({"message": "theirs", "session_id": mine["structuredContent"]["session_id"]});
    let refused = stateless(&talk.app.other_member(), "tools/call", call(AGENT, theirs.clone())).await.expect(200);
    assert_eq!(refused["result"]["isError"], true, "{refused}");
    assert!(refused["result"]["content"][0]["text"].as_str().expect("words").contains("no such session"), "{refused}");
    let unknown = stateless(&talk.app.other_workspace(), "tools/call", call(AGENT, theirs)).await.expect(200);
    assert_eq!((&unknown["error"]["code"], unknown.get("result")), (&json!(-32602), None), "{unknown}");
    assert_eq!(talk.upstream.received().len(), 1);
}

#[tokio::test]
async fn progress_is_told_while_the_answer_grows() {
    let talk = Talk::built(TestApp::builder(TestBackend::sqlite()), json!({})).await;
    let gate = Gate::closed();
    let steps = vec![Step::Content("one ".into()), Step::Wait(gate.clone()), Step::Content("two".into()), Step::Finish];
    talk.will(Reply::Stream(steps));
    let mut params = call(AGENT, json!({"message": "count"}));
    params["_meta"] = json!({"progressToken": "tok-1"});
    let mut answer = stateless(&talk.app.member(), "tools/call", params).await;
    assert_eq!(answer.header("x-accel-buffering"), "no");
    let mut progress = Vec::new();
    for _ in 0..2 {
        progress.push(answer.next_event().await.expect("progress").data);
    }
    assert_eq!(progress[1]["params"]["message"], "one ");
    gate.open();
    let (result, rest) = called(answer).await;
    progress.extend(rest);
    assert_eq!(result["structuredContent"]["answer"], "one two");
    let numbers: Vec<f64> = progress.iter().filter_map(|note| note["params"]["progress"].as_f64()).collect();
    assert!(numbers.len() == progress.len() && numbers.is_sorted_by(|one, next| one < next), "{progress:?}");
    assert!(
        progress
            .iter()
            .all(|note| note["method"] == "notifications/progress" && note["params"]["progressToken"] == "tok-1")
    );
}

#[tokio::test]
async fn a_turn_that_fails_is_a_tool_error() {
    let talk = Talk::built(TestApp::builder(TestBackend::sqlite()), json!({})).await;
    talk.will(Reply::Status(400, None));
    let (result, _) =
        called(stateless(&talk.app.member(), "tools/call", call(AGENT, json!({"message": "fail"}))).await).await;
    assert_eq!((&result["isError"], result.get("structuredContent")), (&json!(true), None), "{result}");
    let text = result["content"][0]["text"].as_str().expect("words");
    assert!(text.contains("session ses_") && text.contains("turn trn_"), "{text}");
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_the_models_to_mend() {
    let talk = Talk::built(TestApp::builder(TestBackend::sqlite()), json!({})).await;
    let member = talk.app.member();
    for arguments in [
        json!({}),
        json!({"message": ""}),
        json!({"message": " \n"}),
        json!({"message": 3}),
        json!({"message": "m", "session_id": 3}),
        json!({"message": "m", "session_id": "ses_nonsense"}),
        json!({"message": "m", "session_id": "ses_06a1b2c3d4e5q"}),
        json!({"message": "m", "other": 1}),
        json!({"message": "nul \u{0} within"}),
    ] {
        let answer = stateless(&member, "tools/call", call(AGENT, arguments.clone())).await.expect(200);
        assert_eq!((&answer["result"]["isError"], &answer["id"]), (&json!(true), &json!(7)), "{arguments}: {answer}");
    }
    for params in [
        json!({}),
        json!({"name": 3}),
        call("nobody", json!({"message": "m"})),
        call("No Agent/../", json!({"message": "m"})),
        call("nul\u{0}", json!({"message": "m"})),
        call(&"x".repeat(9_000), json!({"message": "m"})),
        call(AGENT, json!("message")),
        json!({"name": AGENT, "arguments": {"message": "m"}, "_meta": {"progressToken": {"deep": 1}}}),
    ] {
        let headers = params["name"].as_str().filter(|name| name.is_ascii() && !name.contains('\0'));
        let name = headers.map_or("=?base64?bnVsAA==?=", |name| name).to_owned();
        let ask = plain(&member, &sent("tools/call", params.clone()));
        let ask = ask.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
        let answer = ask.header("mcp-name", &name).await.expect(200);
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32602), &json!(7)), "{params}: {answer}");
    }
    assert_eq!(talk.upstream.received().len(), 0);
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_its_call_where_each_request_says_all() {
    let talk = Talk::built(TestApp::builder(TestBackend::sqlite()), json!({})).await;
    let member = talk.app.member();
    talk.will(Reply::Hang);
    let answer = stateless(&member, "tools/call", call(AGENT, json!({"message": "wait"}))).await;
    talk.upstream.wait_for(1).await;
    let turn_id = unfinished(&talk.app).await.pop().expect("it runs");
    drop(answer);
    assert_eq!(ended(&member, &turn_id).await["status"], "cancelled");
}

#[tokio::test]
async fn a_client_with_a_handshake_may_lose_the_line_and_cancels_by_name() {
    let talk = Talk::built(TestApp::builder(TestBackend::sqlite()), json!({})).await;
    let member = talk.app.member();
    let session = handshake(&member).await;
    let gate = Gate::closed();
    talk.will(Reply::After(gate.clone(), "still there".into())).will(Reply::Hang);
    let asked = || call(AGENT, json!({"message": "wait"}));
    let lost = with_handshake(&member, &session, 1, "tools/call", asked()).await;
    talk.upstream.wait_for(1).await;
    let turn_id = unfinished(&talk.app).await.pop().expect("it runs");
    drop(lost);
    gate.open();
    assert_eq!(ended(&member, &turn_id).await["content"], "still there");

    let mut running = with_handshake(&member, &session, 2, "tools/call", asked()).await;
    talk.upstream.wait_for(2).await;
    let turn_id = unfinished(&talk.app).await.pop().expect("it runs");
    let again = with_handshake(&member, &session, 2, "tools/call", asked()).await.expect(400);
    assert_eq!(again["error"]["code"], -32600, "the name is taken while the call runs: {again}");
    let cancel = |caller: &Caller, session: &str, id: Value| {
        let params = json!({"requestId": id, "reason": "no longer wanted"});
        let note = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
        plain(caller, &note).header("mcp-session-id", session)
    };
    // Names of others, of no call, and what is no name, end nothing.
    for (caller, session, id) in [
        (talk.app.other_member(), session.as_str(), json!(2)),
        (talk.app.other_workspace(), session.as_str(), json!(2)),
        (member.clone(), "another", json!(2)),
        (member.clone(), session.as_str(), json!("2")),
        (member.clone(), session.as_str(), json!({})),
    ] {
        assert_eq!(cancel(&caller, session, id).await.status, 202);
    }
    assert_eq!(unfinished(&talk.app).await, std::slice::from_ref(&turn_id));
    assert_eq!(cancel(&member, &session, json!(2)).await.status, 202);
    assert_eq!(ended(&member, &turn_id).await["status"], "cancelled");
    assert_eq!(running.events().await.len(), 0, "a call that is cancelled has no answer");
    // Its name is free again.
    let (result, _) = called(with_handshake(&member, &session, 2, "tools/call", asked()).await).await;
    assert_eq!(result["isError"], false);
}

#[tokio::test]
async fn calls_are_bounded_as_streams_are() {
    let talk = Talk::built(
        TestApp::builder(TestBackend::sqlite()).config(|config| config.limits.streams_per_token = 1),
        json!({}),
    )
    .await;
    let member = talk.app.member();
    talk.will(Reply::Hang);
    let asked = || call(AGENT, json!({"message": "wait"}));
    let running = stateless(&member, "tools/call", asked()).await;
    talk.upstream.wait_for(1).await;
    stateless(&member, "tools/call", asked()).await.expect_problem(429, "too_many_streams");
    drop(running);
    let (result, _) = called(stateless(&member, "tools/call", asked()).await).await;
    assert_eq!(result["isError"], false);
}

#[tokio::test]
async fn a_gateway_that_stops_ends_the_calls() {
    let talk = Talk::built(TestApp::builder(TestBackend::sqlite()), json!({})).await;
    let member = talk.app.member();
    talk.will(Reply::Hang);
    let mut running = stateless(&member, "tools/call", call(AGENT, json!({"message": "wait"}))).await;
    talk.upstream.wait_for(1).await;
    talk.app.gateway().shutdown(std::time::Duration::ZERO).await;
    let last = running.events().await.pop().expect("an answer").data;
    assert_eq!(last["result"]["isError"], true, "{last}");
    stateless(&member, "tools/call", call(AGENT, json!({"message": "more"}))).await.expect_problem(503, "unavailable");
}
