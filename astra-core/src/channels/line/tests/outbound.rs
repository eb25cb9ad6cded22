//! What is sent to LINE, and what it answers.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::{AT_MS, connection};
use crate::channels::line::{Line, answers};
use crate::channels::split::split;
use crate::channels::{Connection, Download, HttpAnswer, HttpCall, Outgoing, Place, Platform, Sent, Settings};

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl ToString) -> HttpAnswer {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let status = StatusCode::from_u16(status).unwrap();
    HttpAnswer { status, headers, body: Bytes::from(body.to_string()), at_ms: AT_MS }
}

fn place() -> Place {
    let conversation = "U206d25c2ea6bd87c17655609a1c37cb8".to_owned();
    Place { conversation, thread: None, reply_to: format!("{AT_MS} nHuyWiB7yP5Zw52FIkcQobQuGDXCTA") }
}

fn outgoing(place: &Place, part: u32, after_ms: i64) -> Outgoing<'_> {
    let (id, at_ms) = ("00000000000000010000000000", AT_MS + after_ms);
    Outgoing { place, text: "Hello", markdown: "Hello", part, is_last: true, id, at_ms }
}

fn body(call: &HttpCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn header<'a>(call: &'a HttpCall, name: &str) -> Option<&'a str> {
    call.headers.get(name).map(|value| value.to_str().unwrap())
}

fn pushing() -> Connection {
    let mut connection = connection();
    connection.settings.0.insert("sending".to_owned(), "push".to_owned());
    connection
}

const REPLY: &str = "https://api.line.me/v2/bot/message/reply";
const PUSH: &str = "https://api.line.me/v2/bot/message/push";

#[test]
fn the_first_part_is_a_reply_while_its_token_is_good() {
    let place = place();
    let call = Line.send(&connection(), &outgoing(&place, 0, 49_999));
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", REPLY));
    let messages = json!([{"type": "text", "text": "Hello"}]);
    assert_eq!(body(&call), json!({"replyToken": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA", "messages": messages}));
    assert_eq!((header(&call, "authorization"), header(&call, "x-line-retry-key")), (Some("Bearer token"), None));
    let tokenless = Place { reply_to: format!("{AT_MS} "), ..place.clone() };
    let empty = Place { reply_to: String::new(), ..place.clone() };
    let pushes = [
        Line.send(&connection(), &outgoing(&place, 0, 50_000)),
        Line.send(&connection(), &outgoing(&place, 1, 0)),
        Line.send(&connection(), &outgoing(&tokenless, 0, 0)),
        Line.send(&connection(), &outgoing(&empty, 0, 0)),
        Line.send(&pushing(), &outgoing(&place, 0, 0)),
    ];
    for call in &pushes {
        assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", PUSH));
        assert_eq!(body(call), json!({"to": "U206d25c2ea6bd87c17655609a1c37cb8", "messages": messages}));
        assert_eq!(header(call, "authorization"), Some("Bearer token"));
    }
    for call in [&call, &pushes[0]] {
        let path = call.url.strip_prefix("https://api.line.me").unwrap();
        assert_eq!(Line.simulated_text(path, &call.body).as_deref(), Some("Hello"));
        let answer = answer(200, &[], Line.simulated_answer(path, &call.body));
        assert!(matches!(Line.read_sent(&connection(), &answer), Sent::Done { message_id: Some(_) }));
    }
    assert_eq!(Line.simulated_text("/v2/bot/chat/loading/start", &call.body), None);
}

#[test]
fn a_pushed_part_has_a_retry_key_of_its_own() {
    let place = place();
    let key = |id, after_ms| {
        let outgoing = Outgoing { id, ..outgoing(&place, 1, after_ms) };
        header(&Line.send(&connection(), &outgoing), "x-line-retry-key").unwrap().to_owned()
    };
    let (one, again) = (key("00000000000000010000000000", 0), key("00000000000000010000000000", 99_000));
    let other = key("00000000000000010000000001", 0);
    assert_eq!(one, again);
    assert_ne!(one, other);
    let parts: Vec<&str> = one.split('-').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert!(one.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f' | '-')));
    assert!(parts[2].starts_with('8') && parts[3].starts_with(['8', '9', 'a', 'b']), "{one}");
    let takes_twice = |connection: &Connection| Line.limits(&connection.settings).takes_twice;
    assert!(takes_twice(&pushing()) && !takes_twice(&connection()));
}

#[test]
fn a_reply_whose_token_is_not_good_is_pushed() {
    let is_without = |status, body: &Value| answers::is_without_token(&answer(status, &[], body));
    assert!(is_without(400, &json!({"message": "Invalid reply token"})));
    assert!(!is_without(400, &json!({"message": "The request body has 1 error(s)"})));
    assert!(!is_without(500, &json!({"message": "Invalid reply token"})));
    assert!(!is_without(400, &Value::Null));
}

#[test]
fn answers_say_what_became_of_a_part() {
    let sent = |status, headers: &[_], body: &Value| Line.read_sent(&connection(), &answer(status, headers, body));
    let message_id = Some("461230966842064897".to_owned());
    let done = json!({"sentMessages": [{"id": "461230966842064897", "quoteToken": "IStG5h1Tz7b..."}]});
    assert_eq!(sent(200, &[], &done), Sent::Done { message_id: message_id.clone() });
    // <https://developers.line.biz/en/reference/messaging-api/#retry-api-request>
    let mut again = done.clone();
    again["message"] = json!("The retry key is already accepted");
    assert_eq!(sent(409, &[], &again), Sent::Done { message_id });
    let accepted = [("x-line-accepted-request-id", "123e4567-e89b-12d3-a456-426655440001")];
    assert_eq!(sent(409, &accepted, &json!({})), Sent::Done { message_id: None });
    assert!(matches!(sent(409, &[], &json!({})), Sent::Refused { is_credential: false, .. }));
    let limited = json!({"message": "The API rate limit has been exceeded. Try again later."});
    assert_eq!(sent(429, &[], &limited), Sent::RateLimited { after: Duration::from_secs(10) });
    assert_eq!(sent(429, &[("retry-after", "7")], &limited), Sent::RateLimited { after: Duration::from_secs(7) });
    let refused = |status, said: &str| match sent(status, &[], &json!({"message": said})) {
        Sent::Refused { reason, is_credential } => (reason, is_credential),
        other => panic!("{other:?}"),
    };
    let over = "the LINE Official Account has used up its messages of this month".to_owned();
    assert_eq!(refused(429, "You have reached your monthly limit."), (over, false));
    let failed = "Authentication failed due to the following reason: invalid token";
    assert!(refused(401, failed).1);
    let said = "Failed to send messages".to_owned();
    assert_eq!(refused(400, &said), (format!("LINE says: {said}"), false));
    assert_eq!(refused(400, "<b>odd</b>").0, "LINE answered with status 400");
    assert!(matches!(sent(500, &[], &json!({"message": "Internal Server Error"})), Sent::Unknown { .. }));
    assert!(matches!(sent(503, &[], &Value::Null), Sent::NotTaken { .. }));
    for text in ["<!DOCTYPE html>", "", "{}", "{\"sentMessages\":1}"] {
        let page = answer(200, &[("content-type", "text/html")], text);
        assert!(matches!(Line.read_sent(&connection(), &page), Sent::Unknown { .. }), "{text}");
    }
}

#[test]
fn the_check_says_who_the_bot_is() {
    let call = Line.check(&connection(), 0).unwrap();
    assert_eq!((call.method.as_str(), call.url.as_str()), ("GET", "https://api.line.me/v2/bot/info"));
    assert_eq!(header(&call, "authorization"), Some("Bearer token"));
    // <https://developers.line.biz/en/reference/messaging-api/#get-bot-info>
    let bot = json!({"userId": "Ub9952f8...", "basicId": "@216ru...", "displayName": "Example name",
        "pictureUrl": "https://obs.line-apps.com/...", "chatMode": "chat", "markAsReadMode": "manual"});
    let identity = Line.read_check(&connection(), &answer(200, &[], bot)).unwrap();
    assert_eq!((identity.id.as_str(), identity.name.as_str()), ("Ub9952f8...", "Example name"));
    let wrong = json!({"message": "Authentication failed"});
    let why = Line.read_check(&connection(), &answer(401, &[], wrong)).unwrap_err();
    assert_eq!(why, "LINE says: Authentication failed");
    assert!(Line.read_check(&connection(), &answer(200, &[], "<html>")).is_err());
    let simulated = answer(200, &[], Line.simulated_answer("/v2/bot/info", b""));
    assert!(Line.read_check(&connection(), &simulated).is_ok());
}

#[test]
fn the_url_is_entered_by_a_request() {
    let url = "https://astra.example/channels/c/webhook";
    let call = Line.enter_webhook(&connection(), url).unwrap();
    let endpoint = "https://api.line.me/v2/bot/channel/webhook/endpoint";
    assert_eq!((call.method.as_str(), call.url.as_str()), ("PUT", endpoint));
    assert_eq!(body(&call), json!({"endpoint": url}));
    let entered = |status, body: &Value| Line.read_entered(&connection(), &answer(status, &[], body));
    assert_eq!(entered(200, &json!({})), Ok(()));
    let why = Err("LINE says: Invalid webhook endpoint URL".to_owned());
    assert_eq!(entered(400, &json!({"message": "Invalid webhook endpoint URL"})), why);
    assert_eq!(entered(500, &Value::Null), Err("LINE answered with status 500".to_owned()));
}

#[test]
fn writing_is_shown_to_one_person_alone() {
    let call = Line.typing(&connection(), &place(), 0).unwrap();
    assert_eq!(call.url, "https://api.line.me/v2/bot/chat/loading/start");
    assert_eq!(body(&call), json!({"chatId": "U206d25c2ea6bd87c17655609a1c37cb8", "loadingSeconds": 20}));
    for group in ["Ca56f94637cc4347f90a25382909b24b9", "Ra8dbf4673c4c812cd491258042226c99"] {
        let place = Place { conversation: group.to_owned(), ..place() };
        assert!(Line.typing(&connection(), &place, 0).is_none());
    }
}

#[test]
fn files_are_fetched_with_the_token_from_line_alone() {
    let own = Line.download(&connection(), "354718705033693859").unwrap();
    assert_eq!(own.url, "https://api-data.line.me/v2/bot/message/354718705033693859/content");
    assert_eq!(header(&own, "authorization"), Some("Bearer token"));
    let other = Line.download(&connection(), "https://example.com/original.jpg").unwrap();
    assert_eq!((other.url.as_str(), header(&other, "authorization")), ("https://example.com/original.jpg", None));
    let read = |answer: HttpAnswer| Line.read_download(&connection(), "1", &answer);
    let content = Download::Content { media_type: "image/jpeg".to_owned(), bytes: Bytes::from("jpeg") };
    assert_eq!(read(answer(200, &[("content-type", "image/jpeg")], "jpeg")), content);
    for status in [202, 302, 404, 410, 500] {
        assert!(matches!(read(answer(status, &[], "")), Download::Refused(_)), "{status}");
    }
}

#[test]
fn markdown_becomes_plain_text() {
    for (markdown, expected) in [
        ("**b** _i_ ~~s~~ `c`", "b i s c"),
        ("# A\n\ntext", "A\n\ntext"),
        ("[x](https://a.example/?a=1)", "x (https://a.example/?a=1)"),
        ("<https://a.example/b_c>", "https://a.example/b_c"),
        ("- a\n- b", "- a\n- b"),
        ("> a", "> a"),
        ("```rust\nlet a = *b;\n```", "let a = *b;"),
        // LINE gives none of these a meaning.
        (r"\*a\* \_b\_ ~ $ (hello) {user1} @all <b>", "*a* _b_ ~ $ (hello) {user1} @all <b>"),
    ] {
        assert_eq!(Line.render(markdown), expected, "{markdown}");
    }
}

#[test]
fn long_text_is_split_at_5000_units_of_utf_16() {
    let settings = Settings::default();
    let max = Line.limits(&settings).text_max;
    assert_eq!(max, 5_000);
    let length = |text: &str| Line.length(&settings, text);
    assert_eq!(length("🍎"), 2);
    for letter in ["a", "é", "e\u{301}", "👍🏽", "👩‍👩‍👧"] {
        let text = letter.repeat(6_000);
        let parts = split(&text, max, &length);
        assert!(parts.iter().all(|part| length(part) <= max), "{letter}");
        assert!(parts.iter().all(|part| part.len() % letter.len() == 0), "{letter} is cut");
        assert_eq!(parts.concat(), text);
    }
    assert_eq!(split(&"🍎".repeat(2_500), max, &length).len(), 1);
    assert_eq!(split(&"🍎".repeat(2_501), max, &length).len(), 2);
}
