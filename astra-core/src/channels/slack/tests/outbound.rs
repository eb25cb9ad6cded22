//! What is sent to Slack, and what it answers.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::connection;
use crate::channels::slack::Slack;
use crate::channels::slack::markup::MRKDWN;
use crate::channels::split::split;
use crate::channels::{Download, HttpAnswer, HttpCall, Outgoing, Place, Platform, Sent, Settings};

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl ToString) -> HttpAnswer {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let status = StatusCode::from_u16(status).unwrap();
    HttpAnswer { status, headers, body: Bytes::from(body.to_string()), at_ms: 1_800_000_000_000 }
}

fn place() -> Place {
    let thread = Some("1482960137.003543".to_owned());
    Place { conversation: "C123ABC456".to_owned(), thread, reply_to: String::new() }
}

fn body(call: &HttpCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn authorization(call: &HttpCall) -> Option<&str> {
    call.headers.get("authorization").map(|value| value.to_str().unwrap())
}

fn outgoing<'a>(place: &'a Place, text: &'a str) -> Outgoing<'a> {
    let (part, is_last, id, at_ms) = (0, true, "01hzzzzzzzzzzzzzzzzzzzzzzz", 1_800_000_000_000);
    Outgoing { place, text, markdown: text, part, is_last, id, at_ms }
}

#[test]
fn a_part_is_posted_into_its_thread() {
    let place = place();
    let call = Slack.send(&connection(), &outgoing(&place, "Hello"));
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "https://slack.com/api/chat.postMessage"));
    assert_eq!(authorization(&call), Some("Bearer xoxb-1-a"));
    let sent = body(&call);
    assert_eq!(sent["channel"], "C123ABC456");
    assert_eq!(sent["thread_ts"], "1482960137.003543");
    assert_eq!((&sent["text"], &sent["link_names"]), (&json!("Hello"), &json!(false)));
    assert_eq!(Slack.simulated_text("/chat.postMessage", &call.body).as_deref(), Some("Hello"));
    let direct = Place { thread: None, ..place };
    assert_eq!(body(&Slack.send(&connection(), &outgoing(&direct, "Hello"))).get("thread_ts"), None);
    assert!(Slack.typing(&connection(), &direct, 0).is_none());
}

#[test]
fn a_part_that_grows_is_updated() {
    let place = place();
    let call = Slack.edit(&connection(), &outgoing(&place, "Hello you"), "1503435956.000247").unwrap();
    assert_eq!(call.url, "https://slack.com/api/chat.update");
    assert_eq!(body(&call)["ts"], "1503435956.000247");
    assert_eq!(body(&call)["parse"], "none");
    assert_eq!(Slack.simulated_text("/chat.update", &call.body).as_deref(), Some("Hello you"));
    let typing = Slack.typing(&connection(), &place, 0).unwrap();
    assert_eq!(typing.url, "https://slack.com/api/assistant.threads.setStatus");
    assert_eq!(body(&typing)["thread_ts"], "1482960137.003543");
    assert_eq!(Slack.simulated_text("/assistant.threads.setStatus", &typing.body), None);
}

#[test]
fn answers_say_what_became_of_a_part() {
    let sent = |status, headers: &[_], body: &Value| Slack.read_sent(&connection(), &answer(status, headers, body));
    let done = json!({"ok": true, "channel": "C123ABC456", "ts": "1503435956.000247",
        "message": {"text": "Here's a message for you", "type": "message", "ts": "1503435956.000247"}});
    let message_id = Some("1503435956.000247".to_owned());
    assert_eq!(sent(200, &[], &done), Sent::Done { message_id });
    let limited = json!({"ok": false, "error": "ratelimited"});
    for (status, headers, seconds) in [
        (429, vec![("retry-after", "30")], 30),
        (429, vec![], 5),
        (200, vec![("retry-after", "7")], 7),
        (200, vec![], 30),
    ] {
        let after = Duration::from_secs(seconds);
        assert_eq!(sent(status, &headers, &limited), Sent::RateLimited { after }, "{status} {headers:?}");
    }
    for (error, is_of_credential) in
        [("invalid_auth", true), ("token_revoked", true), ("missing_scope", true), ("channel_not_found", false)]
    {
        let refused = sent(200, &[], &json!({"ok": false, "error": error}));
        let expected = Sent::Refused { reason: format!("Slack says {error}"), is_credential: is_of_credential };
        assert_eq!(refused, expected);
    }
    assert!(matches!(sent(200, &[], &json!({"ok": false, "error": "internal_error"})), Sent::Unknown { .. }));
    assert!(matches!(sent(200, &[], &json!({"ok": false, "error": "service_unavailable"})), Sent::NotTaken { .. }));
    assert!(matches!(sent(401, &[], &json!({})), Sent::Refused { is_credential: true, .. }));
    assert!(matches!(sent(500, &[], &json!({})), Sent::Unknown { .. }));
    assert!(matches!(sent(503, &[], &json!({})), Sent::NotTaken { .. }));
    let page = answer(200, &[("content-type", "text/html")], "<!DOCTYPE html><html></html>");
    assert!(matches!(Slack.read_sent(&connection(), &page), Sent::Unknown { .. }));
    // What is no name of an error is not repeated.
    let odd = sent(200, &[], &json!({"ok": false, "error": "xoxb-1-a <b>"}));
    assert_eq!(odd, Sent::Refused { reason: "Slack says that it failed".to_owned(), is_credential: false });
}

#[test]
fn the_check_says_who_the_bot_is() {
    let call = Slack.check(&connection(), 0).unwrap();
    assert_eq!(call.url, "https://slack.com/api/auth.test");
    assert_eq!(authorization(&call), Some("Bearer xoxb-1-a"));
    let good = json!({"ok": true, "url": "https://subarachnoid.slack.com/", "team": "Subarachnoid Workspace",
        "user": "bot", "team_id": "T0G9PQBBK", "user_id": "W23456789", "bot_id": "BZYBOTHED"});
    let identity = Slack.read_check(&connection(), &answer(200, &[], &good)).unwrap();
    assert_eq!((identity.id.as_str(), identity.name.as_str()), ("W23456789", "bot"));
    assert_eq!(identity.extra["bot_id"], "BZYBOTHED");
    let simulated = answer(200, &[], Slack.simulated_answer("/auth.test", b"{}"));
    assert!(Slack.read_check(&connection(), &simulated).is_ok());
    let refused = |status, body: &Value| Slack.read_check(&connection(), &answer(status, &[], body)).unwrap_err();
    assert_eq!(refused(200, &json!({"ok": false, "error": "invalid_auth"})), "Slack says invalid_auth");
    let of_person = json!({"ok": true, "user_id": "W1", "user": "grace"});
    assert_eq!(refused(200, &of_person), "the token is not that of a bot");
    assert_eq!(refused(502, &Value::Null), "Slack answered with status 502");
}

#[test]
fn files_are_fetched_with_the_token_from_slack_alone() {
    let download = |attachment| Slack.download(&connection(), attachment).unwrap();
    let url = "https://files.slack.com/files-pri/T1-F1/download/a.png";
    assert_eq!(authorization(&download(url)), Some("Bearer xoxb-1-a"));
    for elsewhere in ["https://evil.example/files.slack.com", "http://files.slack.com/a", "https://notslack.com/a"] {
        assert_eq!(authorization(&download(elsewhere)), None, "{elsewhere}");
    }
    let info = download("file:F3");
    assert_eq!(info.url, "https://slack.com/api/files.info?file=F3");
    let json = [("content-type", "application/json; charset=utf-8")];
    let read = |attachment, answer| Slack.read_download(&connection(), attachment, &answer);
    let found = answer(200, &json, json!({"ok": true, "file": {"id": "F3", "url_private": url}}));
    assert!(matches!(read("file:F3", found), Download::Next(call) if call.url == url));
    let gone = answer(200, &json, json!({"ok": false, "error": "file_not_found"}));
    assert_eq!(read("file:F3", gone), Download::Refused("Slack says file_not_found".to_owned()));
    let image = answer(200, &[("content-type", "image/png")], "png");
    let content = Download::Content { media_type: "image/png".to_owned(), bytes: Bytes::from("png") };
    assert_eq!(read("file:F3", image.clone()), content);
    assert_eq!(read(url, image), content);
    let page = answer(200, &[("content-type", "text/html; charset=utf-8")], "<html>");
    assert!(matches!(read(url, page), Download::Refused(_)));
    assert!(matches!(read(url, answer(404, &[], "")), Download::Refused(_)));
}

#[test]
fn markdown_becomes_mrkdwn() {
    for (markdown, expected) in [
        ("**b** _i_ ~~s~~ `c`", "\u{200b}*b*\u{200b} \u{200b}_i_\u{200b} \u{200b}~s~\u{200b} \u{200b}`c`\u{200b}"),
        ("# A", "\u{200b}*A*\u{200b}"),
        ("[x](https://a.example/?a=1&b=|)", "<https://a.example/?a=1&amp;b=%7C|x>"),
        ("<https://a.example>", "<https://a.example>"),
        ("<a@b.example> [a@b.example](mailto:a@b.example)", "a@b.example <mailto:a@b.example>"),
        ("- a\n- b", "• a\n• b"),
        ("> a", "> a"),
        ("```rust\na < b && c\n```", "```\na &lt; b &amp;&amp; c\n```"),
        ("````\n```\n````", "```\n``\u{200b}`\n```"),
    ] {
        assert_eq!(Slack.render(markdown), expected, "{markdown}");
    }
}

#[test]
fn what_slack_gives_a_meaning_is_escaped() {
    let plain = |mark: char| format!("<!date^0^{{_}}|{mark}>");
    for (markdown, expected) in [
        ("a < b & c", "a &lt; b &amp; c".to_owned()),
        ("<!channel> <@U1> <#C1>", "&lt;!channel&gt; &lt;@U1&gt; &lt;#C1&gt;".to_owned()),
        ("[x](!channel)", "x (!channel)".to_owned()),
        ("[x](<@U1>)", "x (@U1)".to_owned()),
        ("[<!here>](https://a.example)", "<https://a.example|&lt;!here&gt;>".to_owned()),
        (r"\*a\*", format!("{}a*", plain('*'))),
        (r"[\*a](https://a.example)", "<https://a.example|*a>".to_owned()),
        (r"\> a", "\u{200b}&gt; a".to_owned()),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4".to_owned()),
    ] {
        assert_eq!(Slack.render(markdown), expected, "{markdown}");
    }
    for mark in ['*', '_', '~', '`'] {
        let escape = |text: String| (MRKDWN.escape)(&text);
        assert_eq!(escape(format!("{mark}a b{mark} c{mark}d")), format!("{}a b{mark} c{mark}d", plain(mark)));
        let url = format!("https://a.example/{mark}b{mark}");
        assert_eq!(escape(format!("{url} {mark}c")), format!("{url} {}c", plain(mark)));
    }
}

#[test]
fn long_text_is_split_at_4000_characters() {
    let (limits, settings) = (Slack.limits(&Settings::default()), Settings::default());
    assert_eq!(limits.text_max, 4_000);
    let length = |text: &str| Slack.length(&settings, text);
    for letter in ["a", "é", "e\u{301}", "👍🏽", "👩‍👩‍👧", "&"] {
        let text = letter.repeat(4_500);
        let parts = split(&text, limits.text_max, &length);
        assert!(parts.iter().all(|part| length(part) <= 4_000), "{letter}");
        assert!(parts.iter().all(|part| part.len() % letter.len() == 0), "{letter} is cut");
        assert_eq!(parts.concat(), text);
    }
    let fitting = "👍".repeat(4_000);
    assert_eq!(split(&fitting, limits.text_max, &length).len(), 1);
}
