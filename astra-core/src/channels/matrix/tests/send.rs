//! What homeservers are sent, and what they answer.

use std::time::Duration;

use http::Method;
use serde_json::json;

use super::{AS_TOKEN, BOT, ROOM, answer, body, connection, connection_with, outgoing, place};
use crate::channels::matrix::{Matrix, TEXT_BYTES_MAX, answers};
use crate::channels::{Connection, Download, HttpCall, Place, Platform, Sent, TransportError, split};

const API: &str = "https://matrix.example.org/_matrix/client/v3/rooms/%21jEsUZKDJdhlrceRyVU%3Aexample.org";

#[test]
fn a_part_is_a_notice_in_both_forms() {
    let place = place(None, "$question");
    let call = Matrix.send(&connection(), &outgoing(&place, "**a**", "<strong>a</strong>", 0));
    assert_eq!(call.method, Method::PUT);
    assert_eq!(call.url, format!("{API}/send/m.room.message/000000000000000a0000000000"));
    assert_eq!(call.headers["authorization"], format!("Bearer {AS_TOKEN}"));
    let expected = json!({
        "msgtype": "m.notice",
        "body": "**a**",
        "format": "org.matrix.custom.html",
        "formatted_body": "<strong>a</strong>",
        "m.mentions": {},
        "m.relates_to": {"m.in_reply_to": {"event_id": "$question"}},
    });
    assert_eq!(body(&call), expected);
    assert_eq!(Matrix.simulated_text(&call.url, &call.body).as_deref(), Some("**a**"));
}

#[test]
fn parts_go_into_their_thread_and_the_first_of_a_group_is_a_reply() {
    let relation = |connection: &Connection, place: Place, part| {
        body(&Matrix.send(connection, &outgoing(&place, "a", "a", part)))["m.relates_to"].clone()
    };
    let thread = json!({
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": true,
        "m.in_reply_to": {"event_id": "$question"},
    });
    assert_eq!(relation(&connection(), place(Some("$root"), "$question"), 1), thread);
    assert!(relation(&connection(), place(None, "$question"), 1).is_null());
    assert!(relation(&connection_with("direct"), place(None, "$question"), 0).is_null());
    assert!(relation(&connection(), place(None, "invitation"), 0).is_null());
}

#[test]
fn an_edit_replaces_and_has_an_id_of_its_own() {
    let place = place(None, "$question");
    let call = Matrix.edit(&connection(), &outgoing(&place, "b", "b", 0), "$sent").unwrap();
    assert_eq!(call.url, format!("{API}/send/m.room.message/000000000000000a0000000000_1000"));
    let edit = body(&call);
    assert_eq!(edit["m.relates_to"], json!({"rel_type": "m.replace", "event_id": "$sent"}));
    assert_eq!((edit["body"].as_str(), edit["m.new_content"]["body"].as_str()), (Some("* b"), Some("b")));
    assert!(edit["m.new_content"].get("m.relates_to").is_none());
    assert_eq!(Matrix.simulated_text(&call.url, &call.body).as_deref(), Some("b"));
}

#[test]
fn typing_names_the_bot_for_its_time() {
    let call = Matrix.typing(&connection(), &place(None, ""), 0).unwrap();
    assert_eq!(
        (call.method.clone(), call.url.as_str()),
        (Method::PUT, format!("{API}/typing/%40_irc_bot%3Aexample.org").as_str())
    );
    assert_eq!(body(&call), json!({"typing": true, "timeout": 30_000}));
    assert_eq!(Matrix.simulated_text(&call.url, &call.body), None);
    assert!(BOT.contains("_irc_bot") && ROOM.starts_with('!'));
}

#[test]
fn a_conversation_cannot_lead_to_another_path() {
    let mut elsewhere = place(None, "");
    elsewhere.conversation = "!a/../../../admin?x#y%2F".to_owned();
    let url = Matrix.send(&connection(), &outgoing(&elsewhere, "a", "a", 0)).url;
    assert!(url.contains("/rooms/%21a%2F..%2F..%2F..%2Fadmin%3Fx%23y%252F/send/"), "{url}");
}

#[test]
fn an_answer_says_what_became_of_an_event() {
    let read = |status, headers: &[(&'static str, &'static str)], body: &str| {
        Matrix.read_sent(&connection(), &answer(status, headers, body))
    };
    let limited = r#"{"errcode": "M_LIMIT_EXCEEDED", "error": "Too many requests", "retry_after_ms": 2000}"#;
    let after = |seconds| Sent::RateLimited { after: Duration::from_secs(seconds) };
    assert_eq!(
        read(200, &[], r#"{"event_id": "$YUwRidLecu:example.com"}"#),
        Sent::Done { message_id: Some("$YUwRidLecu:example.com".to_owned()) }
    );
    assert_eq!(read(429, &[], limited), after(2));
    assert_eq!(read(429, &[("retry-after", "7")], limited), after(7));
    assert_eq!(read(429, &[], "<html>"), after(5));
    let credential = |body| match read(401, &[], body) {
        Sent::Refused { is_credential, reason } => (is_credential, reason),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        credential(r#"{"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token."}"#),
        (true, "the homeserver answered with status 401 (M_UNKNOWN_TOKEN)".to_owned())
    );
    assert!(credential("").0);
    // The bot is not in the room, or the room is gone: the channel is well.
    for (status, body) in [
        (403, r#"{"errcode": "M_FORBIDDEN", "error": "User not in room"}"#),
        (404, r#"{"errcode": "M_NOT_FOUND"}"#),
        (413, r#"{"errcode": "M_TOO_LARGE"}"#),
        (400, r#"{"errcode": "M_UNKNOWN"}"#),
        (302, ""),
    ] {
        assert!(matches!(read(status, &[], body), Sent::Refused { is_credential: false, .. }), "{status}");
    }
    for (status, body) in [(200, "<html>welcome</html>"), (200, "{}"), (200, ""), (500, ""), (502, "<html>"), (504, "")]
    {
        assert!(matches!(read(status, &[], body), Sent::Unknown { .. }), "{status} {body}");
    }
    assert!(matches!(read(503, &[], ""), Sent::NotTaken { .. }));
}

#[test]
fn a_room_that_cannot_be_joined_gets_nothing_and_joining_may_be_tried_again() {
    assert_eq!(answers::not_joined(Ok(answer(200, &[], r#"{"room_id": "!d41d8cd:matrix.org"}"#))), None);
    let refused = answers::not_joined(Ok(answer(403, &[], r#"{"errcode": "M_FORBIDDEN"}"#)));
    assert!(matches!(refused, Some(Sent::Refused { is_credential: false, .. })));
    let lost = answers::not_joined(Err(TransportError::Lost("x".to_owned())));
    assert!(matches!(lost, Some(Sent::NotTaken { .. })));
    assert!(matches!(answers::not_joined(Ok(answer(502, &[], ""))), Some(Sent::NotTaken { .. })));
    let call: HttpCall = super::super::requests::join(&connection(), &place(None, "invitation"));
    assert_eq!((call.method, call.url), (Method::POST, format!("{API}/join")));
}

#[test]
fn content_is_got_from_the_homeserver_and_where_it_points_without_the_token() {
    let call = Matrix.download(&connection(), "mxc://example.org/JWEIFJgwEIhweiWJE").unwrap();
    assert_eq!(call.url, "https://matrix.example.org/_matrix/client/v1/media/download/example.org/JWEIFJgwEIhweiWJE");
    assert_eq!(call.headers["authorization"], format!("Bearer {AS_TOKEN}"));
    for wrong in ["https://example.org/x", "mxc://", "mxc://a", "mxc://a/", "mxc:///b", "mxc://a/b/c"] {
        assert_eq!(Matrix.download(&connection(), wrong), None, "{wrong}");
    }
    let read = |status, headers: &[(&'static str, &'static str)]| {
        Matrix.read_download(&connection(), "", &answer(status, headers, "bytes"))
    };
    let content = read(200, &[("content-type", "image/png; x=y")]);
    assert!(matches!(content, Download::Content { media_type, .. } if media_type == "image/png"));
    let next = read(307, &[("location", "https://cdn.example.net/x?sig=1")]);
    assert_eq!(next, Download::Next(HttpCall::get("https://cdn.example.net/x?sig=1")));
    assert!(matches!(read(307, &[("location", "/relative")]), Download::Refused(_)));
    assert!(matches!(read(404, &[]), Download::Refused(_)));
}

#[test]
fn a_long_text_and_its_edit_fit_an_event() {
    let connection = connection();
    let length = |part: &str| Matrix.length(&connection.settings, part);
    for piece in ["👨‍👩‍👧‍👦 ", "e\u{301}\u{327}", "<&\">\n", "a **b** `c`\n\n", "\\\t\"", "字"] {
        let text = piece.repeat((TEXT_BYTES_MAX + 2_000) / piece.len());
        let parts = split(&text, TEXT_BYTES_MAX, &length);
        assert!(parts.len() > 1);
        for part in &parts {
            assert!(length(part) <= TEXT_BYTES_MAX, "{piece}");
            let (place, html) = (place(Some("$root"), "$question"), Matrix.render(part));
            let edit = Matrix.edit(&connection, &outgoing(&place, part, &html, 0), "$sent").unwrap();
            // What the homeserver adds (signatures, hashes, the events before) is far below the rest.
            assert!(edit.body.len() <= 2 * TEXT_BYTES_MAX + 1_024, "{piece} {}", edit.body.len());
        }
    }
    let family = "👨‍👩‍👧‍👦".repeat(1_000);
    assert!(split(&family, TEXT_BYTES_MAX, &length).iter().all(|part| part.len() % "👨‍👩‍👧‍👦".len() == 0));
}
