//! What is sent to Telegram, and what it answers.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::{BOT_TOKEN, SECRET, connection};
use crate::channels::split::split;
use crate::channels::telegram::Telegram;
use crate::channels::telegram::markup::{TELEGRAM, length};
use crate::channels::{Download, HttpAnswer, HttpCall, Outgoing, Place, Platform, Sent, Settings};

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl ToString) -> HttpAnswer {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let status = StatusCode::from_u16(status).unwrap();
    HttpAnswer { status, headers, body: Bytes::from(body.to_string()), at_ms: 0 }
}

fn place(conversation: &str, thread: Option<&str>, reply_to: &str) -> Place {
    let thread = thread.map(str::to_owned);
    Place { conversation: conversation.to_owned(), thread, reply_to: reply_to.to_owned() }
}

fn outgoing(place: &Place, part: u32) -> Outgoing<'_> {
    let id = "00000000000000010000000000";
    Outgoing { place, text: "<b>Hi</b>", markdown: "**Hi**", part, is_last: true, id, at_ms: 0 }
}

fn body(call: &HttpCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn url(method: &str) -> String {
    format!("https://api.telegram.org/bot{BOT_TOKEN}/{method}")
}

#[test]
fn a_part_is_a_message_of_html() {
    let (direct, group) = (place("1111111", None, ""), place("-1001234567890", Some("77"), "1365"));
    let call = Telegram.send(&connection(), &outgoing(&direct, 0));
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", url("sendMessage").as_str()));
    let mut expected = json!({"chat_id": 1_111_111, "text": "<b>Hi</b>", "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true}});
    assert_eq!(body(&call), expected);
    expected["chat_id"] = json!(-1_001_234_567_890_i64);
    expected["message_thread_id"] = json!(77);
    assert_eq!(body(&Telegram.send(&connection(), &outgoing(&group, 1))), expected);
    expected["reply_parameters"] = json!({"message_id": 1365, "allow_sending_without_reply": true});
    assert_eq!(body(&Telegram.send(&connection(), &outgoing(&group, 0))), expected);
    let edit = Telegram.edit(&connection(), &outgoing(&group, 0), "1366").unwrap();
    assert_eq!(edit.url, url("editMessageText"));
    let expected = json!({"chat_id": -1_001_234_567_890_i64, "message_id": 1366, "text": "<b>Hi</b>",
        "parse_mode": "HTML", "link_preview_options": {"is_disabled": true}});
    assert_eq!(body(&edit), expected);
    let typing = Telegram.typing(&connection(), &group, 0).unwrap();
    assert_eq!(typing.url, url("sendChatAction"));
    let expected = json!({"chat_id": -1_001_234_567_890_i64, "action": "typing", "message_thread_id": 77});
    assert_eq!(body(&typing), expected);
    for (call, id) in [(&call, "1"), (&edit, "1366")] {
        let path = call.url.strip_prefix("https://api.telegram.org").unwrap();
        assert_eq!(Telegram.simulated_text(path, &call.body).as_deref(), Some("<b>Hi</b>"));
        let answer = answer(200, &[], Telegram.simulated_answer(path, &call.body));
        let message_id = Some(id.to_owned());
        assert_eq!(Telegram.read_sent(&connection(), &answer), Sent::Done { message_id });
    }
    assert_eq!(Telegram.simulated_text("/bot1:a/sendChatAction", &typing.body), None);
}

#[test]
fn answers_say_what_became_of_a_part() {
    let sent = |status, headers: &[_], body: &Value| Telegram.read_sent(&connection(), &answer(status, headers, body));
    let done = json!({"ok": true, "result": {"message_id": 1366, "date": 1, "chat": {"id": 1}, "text": "Hi"}});
    assert_eq!(sent(200, &[], &done), Sent::Done { message_id: Some("1366".to_owned()) });
    let fault = |code: u16, description: &str| json!({"ok": false, "error_code": code, "description": description});
    let mut limited = fault(429, "Too Many Requests: retry after 35");
    assert_eq!(sent(429, &[], &limited), Sent::RateLimited { after: Duration::from_secs(5) });
    assert_eq!(sent(429, &[("retry-after", "34")], &limited), Sent::RateLimited { after: Duration::from_secs(34) });
    limited["parameters"] = json!({"retry_after": 35});
    assert_eq!(sent(429, &[("retry-after", "34")], &limited), Sent::RateLimited { after: Duration::from_secs(35) });
    let page = answer(429, &[("retry-after", "65")], "<html>");
    assert_eq!(Telegram.read_sent(&connection(), &page), Sent::RateLimited { after: Duration::from_secs(65) });
    let refused = |code: u16, description: &str| match sent(code, &[], &fault(code, description)) {
        Sent::Refused { reason, is_credential } => (reason, is_credential),
        other => panic!("{other:?}"),
    };
    for (code, description, is_credential) in [
        (401, "Unauthorized", true),
        (404, "Not Found", true),
        (403, "Forbidden: bot was blocked by the user", false),
        (400, "Bad Request: chat not found", false),
        (400, "Bad Request: group chat was upgraded to a supergroup chat", false),
    ] {
        assert_eq!(refused(code, description), (format!("Telegram says: {description}"), is_credential));
    }
    assert_eq!(refused(400, "<b>odd</b>").0, "Telegram answered with status 400");
    assert!(matches!(sent(500, &[], &fault(500, "Internal Server Error")), Sent::Unknown { .. }));
    assert!(matches!(sent(503, &[], &fault(503, "Service Unavailable")), Sent::NotTaken { .. }));
    for (status, text) in
        [(200, "<!DOCTYPE html>"), (502, "<html>Bad Gateway</html>"), (200, ""), (200, "{\"ok\":true}")]
    {
        let page = answer(status, &[("content-type", "text/html")], text);
        assert!(matches!(Telegram.read_sent(&connection(), &page), Sent::Unknown { .. }), "{status} {text}");
    }
    let page = answer(401, &[], "<html>");
    assert!(matches!(Telegram.read_sent(&connection(), &page), Sent::Refused { is_credential: true, .. }));
}

#[test]
fn an_edit_that_changes_nothing_is_done() {
    let edited = |status, body: &Value| Telegram.read_edited(&connection(), &answer(status, &[], body));
    let same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the \
                same as a current content and reply markup of the message";
    assert_eq!(
        edited(400, &json!({"ok": false, "error_code": 400, "description": same})),
        Sent::Done { message_id: None }
    );
    assert_eq!(edited(200, &json!({"ok": true, "result": {"message_id": 5}})), Sent::Done { message_id: None });
    assert_eq!(edited(200, &json!({"ok": true, "result": true})), Sent::Done { message_id: None });
    let gone = json!({"ok": false, "error_code": 400, "description": "Bad Request: message to edit not found"});
    assert!(matches!(edited(400, &gone), Sent::Refused { is_credential: false, .. }));
    assert!(matches!(edited(200, &Value::Null), Sent::Unknown { .. }));
}

#[test]
fn the_check_says_who_the_bot_is() {
    let call = Telegram.check(&connection(), 0).unwrap();
    assert_eq!(call.url, url("getMe"));
    let check = |status, body: &Value| Telegram.read_check(&connection(), &answer(status, &[], body));
    let bot = json!({"ok": true, "result": {"id": 123_456, "is_bot": true, "first_name": "Astra",
        "username": "AstraBot", "can_join_groups": true, "can_read_all_group_messages": false,
        "supports_inline_queries": false}});
    let identity = check(200, &bot).unwrap();
    assert_eq!((identity.id.as_str(), identity.name.as_str()), ("123456", "AstraBot"));
    assert_eq!(identity.extra, json!({"can_read_all_group_messages": false}));
    let unauthorized = json!({"ok": false, "error_code": 401, "description": "Unauthorized"});
    assert_eq!(check(401, &unauthorized).unwrap_err(), "Telegram says: Unauthorized");
    assert_eq!(check(502, &Value::Null).unwrap_err(), "Telegram answered with status 502");
    assert!(check(200, &json!({"ok": true, "result": true})).is_err());
    let simulated = answer(200, &[], Telegram.simulated_answer("/bot1:a/getMe", b"{}"));
    assert_eq!(Telegram.read_check(&connection(), &simulated).unwrap().id, "1000001");
}

#[test]
fn the_url_and_the_commands_are_entered_by_requests() {
    let call = Telegram.enter_webhook(&connection(), "https://astra.example/channels/c/webhook").unwrap();
    assert_eq!(call.url, url("setWebhook"));
    let expected = json!({"url": "https://astra.example/channels/c/webhook", "secret_token": SECRET,
        "allowed_updates": ["message"]});
    assert_eq!(body(&call), expected);
    let commands = Telegram.enter_commands(&connection()).unwrap();
    assert_eq!(commands.url, url("setMyCommands"));
    let names: Vec<Value> =
        body(&commands)["commands"].as_array().unwrap().iter().map(|one| one["command"].clone()).collect();
    assert_eq!(names, ["reset", "agents", "help", "link"]);
    let entered = |status, body: &Value| Telegram.read_entered(&connection(), &answer(status, &[], body));
    assert_eq!(entered(200, &json!({"ok": true, "result": true, "description": "Webhook was set"})), Ok(()));
    let bad = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook";
    let refusal = json!({"ok": false, "error_code": 400, "description": bad});
    assert_eq!(entered(400, &refusal), Err(format!("Telegram says: {bad}")));
    assert_eq!(entered(500, &Value::Null), Err("Telegram answered with status 500".to_owned()));
}

#[test]
fn a_file_is_looked_up_and_fetched() {
    let call = Telegram.download(&connection(), "AgACAgIAAxkBAAI").unwrap();
    assert_eq!((call.url.clone(), body(&call)), (url("getFile"), json!({"file_id": "AgACAgIAAxkBAAI"})));
    let json_type = ("content-type", "application/json");
    let read = |answer: HttpAnswer| Telegram.read_download(&connection(), "AgACAgIAAxkBAAI", &answer);
    let found = |path: &str| {
        let file = json!({"file_id": "a", "file_unique_id": "b", "file_size": 9, "file_path": path});
        read(answer(200, &[json_type], json!({"ok": true, "result": file})))
    };
    let Download::Next(next) = found("photos/file_0.jpg") else { panic!("no second request") };
    let file = format!("https://api.telegram.org/file/bot{BOT_TOKEN}/photos/file_0.jpg");
    assert_eq!((next.method.as_str(), next.url), ("GET", file));
    for wrong in ["", "/etc/passwd", "../../bot1/logOut", "photos/../../x", "a?b", "a#b", "a b", "https://a.example"] {
        assert!(matches!(found(wrong), Download::Refused(_)), "{wrong}");
    }
    let content = Download::Content { media_type: "image/jpeg".to_owned(), bytes: Bytes::from("jpeg") };
    assert_eq!(read(answer(200, &[("content-type", "image/jpeg")], "jpeg")), content);
    assert!(matches!(read(answer(200, &[json_type], "{}")), Download::Refused(_)));
    let big = json!({"ok": false, "error_code": 400, "description": "Bad Request: file is too big"});
    assert!(matches!(read(answer(400, &[json_type], big)), Download::Refused(_)));
}

#[test]
fn markdown_becomes_html() {
    for (markdown, expected) in [
        ("**b** _i_ ~~s~~ `c < d`", "<b>b</b> <i>i</i> <s>s</s> <code>c &lt; d</code>"),
        ("# A **b**", "<b>A b</b>"),
        ("[x](https://a.example/?a=1&b=\"2\")", "<a href=\"https://a.example/?a=1&amp;b=&quot;2&quot;\">x</a>"),
        ("<https://a.example/@b> <a@b.example>", "https://a.example/@b a@b.example"),
        ("[x](tg://user?id=1)", "x (tg://user?id=1)"),
        ("- a\n- b", "• a\n• b"),
        ("> a\n> b", "<blockquote>a\nb</blockquote>"),
        ("> a\n>\n> > b\n>\n> c", "<blockquote>a\n\nb\n\nc</blockquote>"),
        ("```rust\na < b && c\n```", "<pre><code class=\"language-rust\">a &lt; b &amp;&amp; c</code></pre>"),
        ("```\"><b>\nx\n```", "<pre>x</pre>"),
        ("    indented", "<pre>indented</pre>"),
        ("| a | b |\n|---|---|\n| 1 | <2 |", "<pre>| a | b |\n|---|---|\n| 1 | &lt;2 |</pre>"),
    ] {
        assert_eq!(Telegram.render(markdown), expected, "{markdown}");
    }
}

#[test]
fn what_telegram_gives_a_meaning_is_escaped() {
    for (text, expected) in [
        ("a < b & c > d \"e\"", "a &lt; b &amp; c &gt; d &quot;e&quot;"),
        ("<b>x</b> <tg-spoiler>", "&lt;b&gt;x&lt;/b&gt; &lt;tg-spoiler&gt;"),
        ("&lt; &amp;", "&amp;lt; &amp;amp;"),
        ("@all (@durov) @_a", "@\u{2060}all (@\u{2060}durov) @\u{2060}_a"),
        ("a@b.example @ 5 @", "a@b.example @ 5 @"),
        ("https://a.example/@b @c", "https://a.example/@b @\u{2060}c"),
        ("*_[]()~`#+-=|{}.!", "*_[]()~`#+-=|{}.!"),
    ] {
        assert_eq!((TELEGRAM.escape)(text), expected, "{text}");
    }
    assert_eq!((TELEGRAM.escape_code)("<a> & \"b\" @c"), "&lt;a&gt; &amp; &quot;b&quot; @c");
}

#[test]
fn the_length_is_that_of_what_people_see() {
    for (html, expected) in [
        ("", 0),
        ("abc", 3),
        ("<b>a</b>bcdef", 6),
        ("&lt;&amp;&quot;&gt; .", 6),
        ("👍🏽e\u{301}", 6),
        ("<a href=\"https://a.example/long\">a</a>", 5),
    ] {
        assert_eq!(length(html), expected, "{html}");
    }
}

#[test]
fn long_text_is_split_at_4096_units_of_utf_16() {
    let settings = Settings::default();
    let max = Telegram.limits(&settings).text_max;
    assert_eq!(max, 4_096);
    let length = |text: &str| Telegram.length(&settings, text);
    for letter in ["a", "é", "e\u{301}", "👍🏽", "👩‍👩‍👧", "&", "<", "\""] {
        let text = letter.repeat(4_500);
        let parts = split(&text, max, &length);
        assert!(parts.iter().all(|part| length(part) <= max), "{letter}");
        assert!(parts.iter().all(|part| part.len() % letter.len() == 0), "{letter} is cut");
        assert!(parts.iter().all(|part| Telegram.render(part).len() <= 32_768), "{letter}");
        assert_eq!(parts.concat(), text);
    }
    assert_eq!(split(&"👍".repeat(2_048), max, &length).len(), 1);
    assert_eq!(split(&"<".repeat(4_096), max, &length).len(), 1);
    assert_eq!(split(&"👍".repeat(2_049), max, &length).len(), 2);
    let code = format!("```rust\n{}```", "let a = 1 < 2;\n".repeat(400));
    let parts = split(&code, max, &length);
    assert!(parts.len() > 1 && parts.iter().all(|part| length(part) <= max));
    let is_whole = |part: &String| {
        let html = Telegram.render(part);
        html.starts_with("<pre><code class=\"language-rust\">") && html.ends_with("</code></pre>")
    };
    assert!(parts.iter().all(is_whole), "{parts:?}");
}
