//! What is sent to the Bot Connector and to the token's issuer, and what they answer.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::{APP_ID, connection};
use crate::channels::split::split;
use crate::channels::teams::Teams;
use crate::channels::{HttpAnswer, HttpCall, Outgoing, Place, Platform, Sent, Settings};

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl ToString) -> HttpAnswer {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let status = StatusCode::from_u16(status).unwrap();
    HttpAnswer { status, headers, body: Bytes::from(body.to_string()), at_ms: 1_800_000_000_000 }
}

fn place(reply_to: &str) -> Place {
    let (conversation, thread) = ("19:aebd0a@thread.skype".to_owned(), Some("1481567603816".to_owned()));
    Place { conversation, thread, reply_to: reply_to.to_owned() }
}

fn outgoing(place: &Place) -> Outgoing<'_> {
    let (part, is_last, id, at_ms) = (0, true, "01hzabcdefghijklmnopqrstuv", 1_800_000_000_000);
    Outgoing { place, text: "<b>Hello</b>", markdown: "**Hello**", part, is_last, id, at_ms }
}

fn body(call: &HttpCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn authorization(call: &HttpCall) -> Option<&str> {
    call.headers.get("authorization").map(|value| value.to_str().unwrap())
}

const ACTIVITIES: &str = "v3/conversations/19%3Aaebd0a%40thread.skype%3Bmessageid%3D1481567603816/activities";

#[test]
fn a_part_goes_to_the_service_of_its_conversation() {
    for (reply_to, service) in [
        ("https://smba.trafficmanager.net/amer/", "https://smba.trafficmanager.net/amer"),
        ("https://smba.trafficmanager.net/emea/7f/", "https://smba.trafficmanager.net/emea/7f"),
        // The token never goes to another host.
        ("https://evil.example/amer/", "https://smba.trafficmanager.net/teams"),
        ("http://smba.trafficmanager.net/amer/", "https://smba.trafficmanager.net/teams"),
        ("", "https://smba.trafficmanager.net/teams"),
    ] {
        let place = place(reply_to);
        let call = Teams.send(&connection(), &outgoing(&place));
        assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", format!("{service}/{ACTIVITIES}").as_str()));
        assert_eq!(authorization(&call), Some("Bearer eyJhbGciOiJIUzI1Ni"));
    }
    let place = place("https://smba.trafficmanager.net/amer/");
    let call = Teams.send(&connection(), &outgoing(&place));
    assert_eq!(
        body(&call),
        json!({
            "type": "message", "from": {"id": format!("28:{APP_ID}")},
            "conversation": {"id": "19:aebd0a@thread.skype;messageid=1481567603816"},
            "textFormat": "xml", "text": "<b>Hello</b>",
        })
    );
    let path = format!("/{ACTIVITIES}");
    assert_eq!(Teams.simulated_text(&path, &call.body).as_deref(), Some("<b>Hello</b>"));
    let answered = answer(201, &[], Teams.simulated_answer(&path, &call.body));
    assert_eq!(Teams.read_sent(&connection(), &answered), Sent::Done { message_id: Some("1".to_owned()) });
}

#[test]
fn a_part_that_grows_is_replaced() {
    let place = place("https://smba.trafficmanager.net/amer/");
    let edit = Teams.edit(&connection(), &outgoing(&place), "1:a/b").unwrap();
    let url = format!("https://smba.trafficmanager.net/amer/{ACTIVITIES}/1%3Aa%2Fb");
    assert_eq!((edit.method.as_str(), edit.url.as_str()), ("PUT", url.as_str()));
    assert_eq!(body(&edit)["id"], "1:a/b");
    let typing = Teams.typing(&connection(), &place, 0).unwrap();
    assert_eq!(body(&typing)["type"], "typing");
    assert_eq!(authorization(&typing), Some("Bearer eyJhbGciOiJIUzI1Ni"));
    assert_eq!(Teams.simulated_text(&format!("/{ACTIVITIES}"), &typing.body), None);
}

#[test]
fn answers_say_what_became_of_a_part() {
    let sent = |status, headers: &[_], body: &Value| Teams.read_sent(&connection(), &answer(status, headers, body));
    assert_eq!(sent(201, &[], &json!({"id": "1:abc"})), Sent::Done { message_id: Some("1:abc".to_owned()) });
    let error = |code: &str| json!({"error": {"code": code, "message": "x"}});
    let limited = error("TooManyRequests");
    let after = Duration::from_secs(12);
    assert_eq!(sent(429, &[("retry-after", "12")], &limited), Sent::RateLimited { after });
    assert_eq!(sent(429, &[], &limited), Sent::RateLimited { after: Duration::from_secs(5) });
    for (status, code, is_credential) in [
        (401, "Unauthorized", true),
        (403, "BotNotInConversationRoster", false),
        (403, "ConversationBlockedByUser", false),
        (404, "ConversationNotFound", false),
        (413, "MessageSizeTooBig", false),
    ] {
        let reason = format!("Teams answered with status {status} and {code}");
        assert_eq!(sent(status, &[], &error(code)), Sent::Refused { reason, is_credential });
    }
    let odd = sent(400, &[], &error("<b> & more"));
    assert_eq!(odd, Sent::Refused { reason: "Teams answered with status 400".to_owned(), is_credential: false });
    assert!(matches!(sent(412, &[], &error("PreconditionFailed")), Sent::NotTaken { .. }));
    assert!(matches!(sent(503, &[], &json!({})), Sent::NotTaken { .. }));
    for status in [500, 502, 504] {
        assert!(matches!(sent(status, &[], &json!({})), Sent::Unknown { .. }));
    }
    let page = answer(200, &[("content-type", "text/html")], "<!DOCTYPE html><html></html>");
    assert!(matches!(Teams.read_sent(&connection(), &page), Sent::Unknown { .. }));
}

#[test]
fn the_token_is_asked_for_and_read() {
    let call = Teams.token_request(&connection()).unwrap();
    assert_eq!(call.url, "https://login.microsoftonline.com/botframework.com/oauth2/v2.0/token");
    assert_eq!(
        std::str::from_utf8(&call.body).unwrap(),
        "grant_type=client_credentials&client_id=c9e8c047-2a74-40a2-b28a-b162d5f5327c&client_secret=a%26b\
         &scope=https%3A%2F%2Fapi.botframework.com%2F.default"
    );
    let token = |status, body: &Value| Teams.read_token(&connection(), &answer(status, &[], body));
    let good = json!({"token_type": "Bearer", "expires_in": 3600, "ext_expires_in": 3600,
        "access_token": "eyJhbGciOiJIUzI1Ni..."});
    let read = token(200, &good).ok().unwrap();
    assert_eq!((read.token.as_str(), read.expires_in_s), ("eyJhbGciOiJIUzI1Ni...", 3_600));
    let refused = json!({"error": "invalid_client",
        "error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: 1", "error_codes": [7_000_215]});
    let reason = "Microsoft gives no token: invalid_client (AADSTS7000215)".to_owned();
    for status in [400, 401] {
        let expected = Sent::Refused { reason: reason.clone(), is_credential: true };
        assert_eq!(token(status, &refused).err(), Some(expected));
    }
    let after = Duration::from_secs(5);
    assert_eq!(token(429, &json!({})).err(), Some(Sent::RateLimited { after }));
    assert!(matches!(token(500, &json!({})).err(), Some(Sent::Unknown { .. })));
    assert!(matches!(token(503, &json!({})).err(), Some(Sent::NotTaken { .. })));
    for body in [json!({}), json!({"access_token": "", "expires_in": 1}), json!({"access_token": "x"}), json!("<html>")]
    {
        assert!(matches!(token(200, &body).err(), Some(Sent::Unknown { .. })), "{body}");
    }
    let simulated = Teams.simulated_answer("/botframework.com/oauth2/v2.0/token", b"");
    assert!(token(200, &simulated).is_ok());
}

#[test]
fn the_check_is_that_a_token_is_given() {
    let call = Teams.check(&connection(), 0).unwrap();
    assert_eq!(call, Teams.token_request(&connection()).unwrap());
    let check = |status, body: &Value| Teams.read_check(&connection(), &answer(status, &[], body));
    let good = json!({"token_type": "Bearer", "expires_in": 3600, "access_token": "secret-token"});
    assert_eq!(check(200, &good).unwrap().id, format!("28:{APP_ID}"));
    let why = check(401, &json!({"error": "invalid_client"})).unwrap_err();
    assert_eq!(why, "Microsoft gives no token: invalid_client");
    assert!(check(429, &json!({})).is_err() && check(200, &json!("<html>")).is_err());
}

#[test]
fn markdown_becomes_html() {
    for (markdown, expected) in [
        ("**b** *i* ~~s~~ `c`", "<b>b</b> <i>i</i> <s>s</s> <code>c</code>"),
        ("# A\n\none\ntwo", "<b>A</b><br><br>one<br>two"),
        ("[x](https://a.example/?a=1&b=\"2\")", "<a href=\"https://a.example/?a=1&amp;b=&quot;2&quot;\">x</a>"),
        ("[x](javascript:a)", "x (javascript:a)"),
        (
            "[![i](https://a.example/i.png)](https://b.example)",
            "<a href=\"https://a.example/i.png\">i</a> (https://b.example)",
        ),
        ("- a\n  - b\n- c", "• a<br>&nbsp;&nbsp;• b<br>• c"),
        ("1. a\n2. b", "1. a<br>2. b"),
        ("> a\n> b", "<blockquote>a<br>b</blockquote>"),
        ("a\n\n```rust\nlet a = b && c;\n  d\n```\n\ne", "a<pre>let a = b &amp;&amp; c;\n  d</pre>e"),
        ("```\n</pre><b>\n```", "<pre>&lt;/pre&gt;&lt;b&gt;</pre>"),
        ("| a |\n|---|\n| 1 |", "<pre>| a |\n|---|\n| 1 |</pre>"),
        ("", ""),
    ] {
        assert_eq!(Teams.render(markdown), expected, "{markdown}");
    }
}

#[test]
fn what_html_gives_a_meaning_is_escaped() {
    for (markdown, expected) in [
        ("<at>everyone</at>", "&lt;at&gt;everyone&lt;/at&gt;"),
        ("a < b & c > d \"e\"", "a &lt; b &amp; c &gt; d &quot;e&quot;"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("`<b>`", "<code>&lt;b&gt;</code>"),
        (r"\*a\* \_b\_", "*a* _b_"),
    ] {
        assert_eq!(Teams.render(markdown), expected, "{markdown}");
    }
}

#[test]
fn long_text_is_split_at_12000_units() {
    let settings = Settings::default();
    let max = Teams.limits(&settings).text_max;
    assert_eq!(max, 12_000);
    let length = |text: &str| Teams.length(&settings, text);
    for letter in ["a", "é", "e\u{301}", "👍🏽", "👩‍👩‍👧", "&"] {
        let text = letter.repeat(13_000);
        let parts = split(&text, max, &length);
        assert!(parts.iter().all(|part| length(part) <= max), "{letter}");
        assert!(parts.iter().all(|part| part.len() % letter.len() == 0), "{letter} is cut");
        assert_eq!(parts.concat(), text);
    }
    // An emoji counts twice.
    assert_eq!(split(&"👍".repeat(6_000), max, &length).len(), 1);
    assert_eq!(split(&"👍".repeat(6_001), max, &length).len(), 2);
}
