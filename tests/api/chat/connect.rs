//! `chat.connect`

use std::collections::BTreeMap;

use astra_core::auth::Role;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::Message;

use crate::conversation::{Talk, content, ended, question, text, turns_away};
use crate::socket::{PATH, Socket, head, message};
use crate::support::{Gate, Listening, Reply, Step, TestApp, TestBackend, both_backends, document};

fn say(text: &str) -> Step {
    Step::Content(text.into())
}

/// The types of frames, in order.
fn kinds(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| text(frame, "type")).collect()
}

/// The texts of events, put together.
fn said(events: &[Value]) -> String {
    events.iter().filter_map(|event| event["delta"].as_str()).collect()
}

/// A listening gateway, and a member's WebSocket.
async fn member(talk: &mut Talk) -> (Listening, Socket) {
    let token = talk.app.member().token().await;
    let listening = talk.app.listen().await;
    let socket = Socket::of(listening.address, &token).await;
    (listening, socket)
}

both_backends! {
    async fn sends_the_events_of_the_stream_with_the_same_numbers(talk: Talk) {
        let mut talk = talk;
        talk.will(Reply::Stream(vec![say("The "), say("capital "), say("is Paris."), Step::Finish]));
        let app = talk.app.member();
        let (_listening, mut socket) = member(&mut talk).await;
        let turn_id = socket.say("What is the capital of France?").await;
        let events = socket.events().await;
        assert_eq!((kinds(&events)[0], said(&events).as_str()), ("session_resolved", "The capital is Paris."));
        for (place, event) in events.iter().enumerate() {
            assert_eq!((&event["turn_id"], &event["seq"]), (&json!(turn_id), &json!(place + 1)));
        }
        let stream = app.get(&format!("/chat/turns/{turn_id}/events")).await.events().await;
        assert_eq!(stream.iter().map(|event| event.data.clone()).collect::<Vec<_>>(), events);
        assert_eq!(socket.ask(&json!({"type": "ping"})).await["type"], "pong");
    }

    async fn resumes_what_another_connection_began(talk: Talk) {
        let mut talk = talk;
        let gate = Gate::closed();
        talk.will(Reply::Stream(vec![say("one "), Step::Wait(gate.clone()), say("two"), Step::Finish]));
        let token = talk.app.member().token().await;
        let (member, other) = (talk.app.member(), talk.app.other_member().token().await);
        let foreign = talk.app.other_workspace().token().await;
        let listening = talk.app.listen().await;
    let address = listening.address;
        let mut first = Socket::of(address, &token).await;
        let turn_id = first.say("count").await;
        assert_eq!([first.next().await["type"].clone(), first.next().await["delta"].clone()], ["session_resolved", "one "]);
        // The turn outlives its connection.
        first.leave().await;
        let mut second = Socket::of(address, &token).await;
        let resume = |after: i64| json!({"type": "resume", "turn_id": turn_id, "after": after});
        assert_eq!(second.ask(&resume(1)).await, json!({"type": "accepted", "request_id": "r1", "turn_id": turn_id}));
        assert_eq!(second.next().await["delta"], "one ");
        gate.open();
        assert_eq!(said(&second.events().await), "two");
        ended(&member, &turn_id).await;
        // All of it from the store, and nothing after the end.
        assert_eq!(second.ask(&json!({"type": "resume", "turn_id": turn_id})).await["type"], "accepted");
        let all = second.events().await;
        assert_eq!((all.len(), said(&all).as_str()), (4, "one two"));
        second.ask(&resume(4)).await;
        assert_eq!(second.ask(&json!({"type": "ping"})).await["type"], "pong");
        for token in [&other, &foreign] {
            let mut socket = Socket::of(address, token).await;
            for frame in [resume(0), json!({"type": "cancel", "turn_id": turn_id})] {
                let refusal = socket.ask(&frame).await;
                assert_eq!((&refusal["problem"]["code"], &refusal["problem"]["status"]), (&json!("not_found"), &json!(404)));
            }
        }
    }

    async fn begins_one_turn_for_one_key(talk: Talk) {
        let mut talk = talk;
        talk.will(Reply::Answer("once".into()));
        let token = talk.app.member().token().await;
        let listening = talk.app.listen().await;
    let address = listening.address;
        let mut frame = message("Hello?");
        frame["idempotency_key"] = "k1".into();
        let mut events = Vec::new();
        for _ in 0..2 {
            let mut socket = Socket::of(address, &token).await;
            socket.ask(&frame).await;
            events.push(socket.events().await);
        }
        assert_eq!(events[0], events[1]);
        assert_eq!(talk.upstream.received().len(), 1);
        frame["message"] = "Something else?".into();
        let refusal = Socket::of(address, &token).await.ask(&frame).await;
        assert_eq!(refusal["problem"]["code"], "idempotency_key_reused");
    }
}

#[tokio::test]
async fn several_turns_go_on_at_once_and_one_is_cancelled() {
    let mut talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let gates = [Gate::closed(), Gate::closed(), Gate::closed()];
    for gate in &gates {
        talk.will(Reply::Stream(vec![Step::Wait(gate.clone()), say("an answer"), Step::Finish]));
    }
    let caller = talk.app.member();
    let (_listening, mut socket) = member(&mut talk).await;
    let mut turns = Vec::new();
    for place in 0..3 {
        let mut frame = message("Hello?");
        frame["surface_id"] = place.to_string().into();
        let turn_id = socket.ask(&frame).await["turn_id"].as_str().expect("a turn").to_owned();
        assert_eq!(socket.next().await["turn_id"], turn_id, "it is resolved");
        talk.upstream.wait_for(place + 1).await;
        turns.push(turn_id);
    }
    // The first to be asked is not the first to end.
    gates[1].open();
    assert!(socket.events().await.iter().all(|event| event["turn_id"] == turns[1]));
    socket.send(&json!({"type": "cancel", "turn_id": turns[0], "request_id": "c"})).await;
    let frames = [socket.next().await, socket.next().await];
    let by_kind: BTreeMap<&str, &Value> = frames.iter().map(|frame| (text(frame, "type"), frame)).collect();
    assert_eq!(by_kind["accepted"]["request_id"], "c");
    assert_eq!(
        (&by_kind["error"]["turn_id"], &by_kind["error"]["problem"]["code"]),
        (&json!(turns[0]), &json!("cancelled"))
    );
    assert_eq!(ended(&caller, &turns[0]).await["status"], "cancelled");
    // What has ended stays as it is.
    assert_eq!(socket.ask(&json!({"type": "cancel", "turn_id": turns[1]})).await["type"], "accepted");
    gates[2].open();
    assert_eq!(said(&socket.events().await), "an answer");
}

#[tokio::test]
async fn a_turn_that_is_resumed_twice_is_followed_once() {
    let mut talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let gate = Gate::closed();
    talk.will(Reply::Stream(vec![Step::Wait(gate.clone()), say("an answer"), Step::Finish]));
    let (_listening, mut socket) = member(&mut talk).await;
    let turn_id = socket.say("Hello?").await;
    assert_eq!(socket.next().await["seq"], 1);
    for after in [0, 1] {
        socket.ask(&json!({"type": "resume", "turn_id": turn_id, "after": after})).await;
        if after == 0 {
            assert_eq!(socket.next().await["seq"], 1);
        }
    }
    gate.open();
    let events = socket.events().await;
    assert_eq!(kinds(&events), ["content", "done"]);
    assert_eq!(socket.ask(&json!({"type": "ping"})).await["type"], "pong");
}

#[tokio::test]
async fn a_frame_that_is_refused_ends_nothing() {
    let mut talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let (_listening, mut socket) = member(&mut talk).await;
    let deep = format!("{{\"type\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for (frame, code, pointer) in [
        ("", "bad_request", None),
        ("hello", "bad_request", None),
        ("{\"type\": \"ping\"} {}", "bad_request", None),
        (&deep, "bad_request", None),
        ("[]", "invalid_request", Some("")),
        ("{\"type\": \"ping\", \"type\": \"ping\"}", "invalid_request", Some("/type")),
        ("{\"type\": \"dance\"}", "invalid_request", Some("")),
        ("{\"type\": \"ping\", \"loud\": true}", "invalid_request", Some("/loud")),
        ("{\"type\": \"cancel\"}", "invalid_request", Some("/turn_id")),
        ("{\"type\": \"cancel\", \"turn_id\": \"agt_1\"}", "invalid_request", Some("/turn_id")),
        (
            "{\"type\": \"resume\", \"turn_id\": \"trn_06a1b2c3d4e5q\", \"after\": -1}",
            "invalid_request",
            Some("/after"),
        ),
        ("{\"type\": \"message\", \"agent_id\": \"support\"}", "invalid_request", Some("/message")),
        ("{\"type\": \"message\", \"agent_id\": \"support\", \"message\": \" \"}", "invalid_request", Some("/message")),
        ("{\"type\": \"message\", \"agent_id\": \"nobody\", \"message\": \"Hello?\"}", "not_found", None),
    ] {
        socket.send_message(Message::text(frame)).await;
        let refusal = socket.next().await;
        let problem = &refusal["problem"];
        assert_eq!((text(&refusal, "type"), text(problem, "code")), ("problem", code), "{frame} {refusal}");
        assert_eq!(problem["errors"][0]["pointer"].as_str(), pointer, "{frame} {refusal}");
        assert_eq!(problem["instance"], PATH);
    }
    // Its sender learns which it was, as far as that can be read.
    let refusal = socket.ask(&json!({"type": "ping", "loud": true})).await;
    assert_eq!(refusal["problem"]["errors"][0]["detail"], "is not a known field");
    talk.will(Reply::Answer("still here".into()));
    socket.say("Hello?").await;
    assert_eq!(said(&socket.events().await), "still here");
}

#[tokio::test]
async fn what_breaks_the_protocol_closes_with_its_code() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| config.limits.body_bytes = 4_096);
    let mut app = builder.open().await;
    let token = app.member().token().await;
    let listening = app.listen().await;
    let address = listening.address;
    let unmasked = b"\x81\x02{}";
    for (bytes, code) in [
        (&unmasked[..], 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x80\x80\0\0\0\0", 1002),
        (b"\x82\x80\0\0\0\0", 1003),
        (b"\x81\x81\0\0\0\0\xff", 1007),
        (b"\x81\xfe\x10\x01\0\0\0\0", 1009),
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1009),
    ] {
        let mut socket = Socket::of(address, &token).await;
        assert_eq!(socket.ask(&json!({"type": "ping"})).await["type"], "pong");
        socket.send_raw(bytes).await;
        assert_eq!(socket.close_code().await, code, "{bytes:?}");
    }
    // Masked otherwise than its head says: what comes of it is no UTF-8, or no JSON.
    for (mask, code) in [([0x80, 0, 0, 0], Some(1007)), ([1, 2, 3, 4], None)] {
        let mut socket = Socket::of(address, &token).await;
        let plain = json!({"type": "ping"}).to_string();
        let length = u8::try_from(plain.len()).expect("a short frame");
        socket.send_raw(&[&[0x81, 0x80 | length], &mask[..], plain.as_bytes()].concat()).await;
        match code {
            Some(code) => assert_eq!(socket.close_code().await, code),
            None => assert_eq!(socket.next().await["problem"]["code"], "bad_request"),
        }
    }
    // A frame may come in pieces of whatever size, and pings in between.
    let mut socket = Socket::of(address, &token).await;
    for piece in
        [&b"\x01\x82\0\0\0\0{\""[..], b"\x89\x80\0\0\0\0", b"\x00\x80\0\0\0\0", b"\x80\x8d\0\0\0\0type\":\"ping\"}"]
    {
        for byte in piece {
            socket.send_raw(&[*byte]).await;
        }
    }
    assert_eq!(socket.next().await, json!({"type": "pong", "request_id": null}));
    let long = "x".repeat(4_096);
    socket.send_message(Message::text(&long)).await;
    assert_eq!(socket.next().await["problem"]["code"], "bad_request");
    socket.send_message(Message::text(long + "x")).await;
    assert_eq!(socket.close_code().await, 1009);
}

#[tokio::test]
async fn a_credential_is_taken_from_either_place_and_a_page_learns_why_it_is_refused() {
    let mut app = TestApp::new().await;
    let token = app.member().token().await;
    let (viewer, narrow) = (app.viewer().token().await, app.scoped(Role::Member, "spec:read").token().await);
    let listening = app.listen().await;
    let address = listening.address;
    let bearer = |token: &str| format!("bearer.{token}");
    for (offered, chosen) in [
        (format!("astra, {}", bearer(&token)), "astra".to_owned()),
        (format!("{}, astra", bearer(&token)), "astra".to_owned()),
        (bearer(&token), bearer(&token)),
        (format!("soap, {}", bearer(&token)), bearer(&token)),
    ] {
        let mut socket = Socket::open(address, &[("sec-websocket-protocol", &offered)]).await;
        assert_eq!(socket.protocol.as_deref(), Some(chosen.as_str()));
        assert_eq!(socket.ask(&json!({"type": "ping"})).await["type"], "pong");
    }
    assert_eq!(Socket::of(address, &token).await.protocol, None);
    let authorization = format!("Bearer {token}");
    for (fields, code) in [
        (vec![], 4001),
        (vec![("sec-websocket-protocol", "astra".to_owned())], 4001),
        (vec![("authorization", "Bearer nonsense".to_owned())], 4003),
        (vec![("sec-websocket-protocol", format!("astra, {}", bearer("nonsense")))], 4003),
        (vec![("sec-websocket-protocol", bearer(&viewer))], 4003),
        (vec![("authorization", format!("Bearer {narrow}"))], 4003),
        (vec![("authorization", authorization.clone()), ("sec-websocket-protocol", bearer(&token))], 4003),
        (vec![("sec-websocket-protocol", format!("{}, {}", bearer(&token), bearer("x")))], 4003),
    ] {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(Socket::open(address, &fields).await.close_code().await, code, "{fields:?}");
    }
}

#[tokio::test]
async fn a_plain_request_gets_the_description_and_a_broken_one_learns_what_is_missing() {
    let mut app = TestApp::new().await;
    turns_away(&app, |caller| caller.get(PATH)).await;
    let socket = app.member().get(PATH).await.expect(200);
    assert_eq!((&socket["frame_bytes_max"], &socket["turns_max"]), (&json!(1 << 20), &json!(64)));
    let kinds = |name: &str| -> Vec<Value> {
        socket[name].as_array().expect("frames").iter().map(|frame| frame["type"].clone()).collect()
    };
    assert_eq!(
        (kinds("requests"), kinds("replies")),
        (
            ["message", "cancel", "resume", "ping", "approve", "deny", "submit_results"].map(Value::from).to_vec(),
            vec![json!("accepted"), json!("pong"), json!("problem")]
        )
    );
    let receives = &document().value["paths"][PATH]["get"]["x-websocket"]["receives"];
    for frame in socket["requests"].as_array().expect("frames") {
        assert!(document().faults(receives, frame).is_empty(), "{frame}");
    }
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "8")];
    let problem = upgrade.iter().fold(app.member().get(PATH), |ask, (name, value)| ask.header(name, value)).await;
    assert_eq!([problem.header("upgrade"), problem.header("sec-websocket-version")], ["websocket", "13"]);
    problem.expect_problem(426, "upgrade_required");
    let token = format!("Bearer {}", app.member().token().await);
    let listening = app.listen().await;
    let address = listening.address;
    let (status, _) = head(address, &[&[("authorization", token.as_str())][..], &upgrade[..2]].concat()).await;
    assert_eq!(status, 426);
    let (status, answer) =
        head(address, &[("authorization", &token), ("connection", "upgrade"), ("upgrade", "h2c")]).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn a_page_of_another_origin_opens_nothing() {
    let builder = TestApp::builder(TestBackend::sqlite());
    let mut app = builder.config(|config| config.allowed_origins = vec!["https://app.example.com".into()]).open().await;
    let token = format!("Bearer {}", app.member().token().await);
    let listening = app.listen().await;
    let address = listening.address;
    for origin in ["https://app.example.com", "http://localhost"] {
        let mut socket = Socket::open(address, &[("authorization", &token), ("origin", origin)]).await;
        assert_eq!(socket.ask(&json!({"type": "ping"})).await["type"], "pong", "{origin}");
    }
    let key = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let good = [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13"), key];
    for origin in ["https://evil.example", "null", "http://localhost:81"] {
        let (status, _) =
            head(address, &[&good[..], &[("authorization", token.as_str()), ("origin", origin)]].concat()).await;
        assert_eq!(status, 403, "{origin}");
    }
}

#[tokio::test]
async fn a_credential_that_ends_ends_the_connection_and_not_the_turn() {
    let mut talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let gate = Gate::closed();
    talk.will(Reply::Stream(vec![Step::Wait(gate.clone()), say("an answer"), Step::Finish]));
    let admin = talk.app.admin();
    let made = talk
        .app
        .owner()
        .post("/auth/service-accounts")
        .json(&json!({"name": "app", "role": "member"}))
        .await
        .expect(201);
    let tokens = format!("/auth/service-accounts/{}/tokens", text(&made, "id"));
    let issued = talk.app.owner().post(&tokens).json(&json!({"expires_in": 3600})).await.expect(201);
    let (owner, secret) = (talk.app.owner(), text(&issued, "secret").to_owned());
    let listening = talk.app.listen().await;
    let address = listening.address;
    let mut socket = Socket::of(address, &secret).await;
    let turn_id = socket.say("Hello?").await;
    owner.delete(&format!("/auth/tokens/{}", text(&issued["token"], "id"))).await.expect(204);
    // Nothing is done for it any more.
    socket.send(&message("And now?")).await;
    assert_eq!(socket.close_code().await, 4008);
    gate.open();
    let turn = ended(&admin, &turn_id).await;
    assert_eq!((&turn["status"], talk.upstream.received().len()), (&json!("completed"), 1));
}

#[tokio::test]
async fn a_gateway_that_stops_tells_the_rest_of_its_turns_and_closes() {
    let mut talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let gate = Gate::closed();
    talk.will(Reply::Stream(vec![Step::Wait(gate.clone()), say("an answer"), Step::Finish]));
    let token = talk.app.member().token().await;
    let listening = talk.app.listen().await;
    let mut idle = Socket::of(listening.address, &token).await;
    let mut busy = Socket::of(listening.address, &token).await;
    busy.say("Hello?").await;
    talk.upstream.wait_for(1).await;
    listening.stop.send(()).expect("it runs");
    assert_eq!(idle.close_code().await, 1001);
    assert_eq!(busy.next().await["type"], "session_resolved");
    let refusal = busy.ask(&message("One more?")).await;
    assert_eq!((&refusal["problem"]["code"], &refusal["retry_after_s"]), (&json!("unavailable"), &json!(1)));
    gate.open();
    assert_eq!(said(&busy.events().await), "an answer");
    assert_eq!(busy.close_code().await, 1001);
    drop((idle, busy));
    listening.stopped.await.expect("it stops");
}

#[tokio::test]
async fn connections_and_frames_have_their_limits() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.limits.connections = 3;
        config.limits.streams_per_token = 2;
        config.limits.token_requests_per_s = 5;
    });
    let mut app = builder.open().await;
    let token = app.member().token().await;
    let listening = app.listen().await;
    let address = listening.address;
    let mut first = Socket::of(address, &token).await;
    let second = Socket::of(address, &token).await;
    assert_eq!(Socket::of(address, &token).await.close_code().await, 1013, "as many streams as the token may have");
    // The gateway's clock stands still: of five requests two are left, which frames count as.
    for _ in 0..2 {
        assert_eq!(first.ask(&json!({"type": "ping"})).await["type"], "pong");
    }
    let refusal = first.ask(&json!({"type": "ping"})).await;
    assert_eq!((&refusal["problem"]["code"], &refusal["retry_after_s"]), (&json!("rate_limited"), &json!(1)));
    // A connection counts as one for as long as it is open, whatever it speaks.
    let third = Socket::open(address, &[]).await;
    assert_eq!(head(address, &[]).await.0, 503);
    drop(third);
    second.leave().await;
    while head(address, &[]).await.0 == 503 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_never_reads_keeps_nothing_from_others() {
    let mut talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let token = talk.app.member().token().await;
    let caller = talk.app.member();
    let listening = talk.app.listen().await;
    let address = listening.address;
    let mut silent = Vec::new();
    for place in 0..3 {
        let pieces = std::iter::repeat_n(say(&"x".repeat(512 << 10)), 8);
        talk.will(Reply::Stream(pieces.chain([Step::Finish]).collect()));
        let mut socket = Socket::of(address, &token).await;
        let mut frame = message("Say all you know.");
        frame["surface_id"] = place.to_string().into();
        let turn_id = socket.ask(&frame).await["turn_id"].as_str().expect("a turn").to_owned();
        assert_eq!(ended(&caller, &turn_id).await["status"], "completed");
        silent.push(socket);
    }
    talk.will(Reply::Answer("quick".into()));
    let mut socket = Socket::of(address, &token).await;
    socket.say("Hello?").await;
    assert_eq!(said(&socket.events().await), "quick");
}

#[tokio::test]
async fn a_turn_of_one_gateway_is_followed_at_another() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let mut talk = Talk::with(backend, json!({})).await;
    let gate = Gate::closed();
    talk.will(Reply::Stream(vec![say("one "), Step::Wait(gate.clone()), say("two"), Step::Finish]));
    let replica = talk.app.replica().await;
    let there = replica.bearer(&talk.app.member().token().await);
    let mut stream = there.post("/chat/stream").json(&question("count")).await;
    let mut seen = vec![stream.next_event().await.expect("an event")];
    while content(&seen) != "one " {
        seen.push(stream.next_event().await.expect("an event"));
    }
    let (_listening, mut socket) = member(&mut talk).await;
    let turn_id = text(&seen[0].data, "turn_id").to_owned();
    socket.ask(&json!({"type": "resume", "turn_id": turn_id, "after": 1})).await;
    assert_eq!(socket.next().await["delta"], "one ");
    gate.open();
    assert_eq!(said(&socket.events().await), "two");
}
