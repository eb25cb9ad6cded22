//! What is sent to WhatsApp, and what it answers.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::{VERIFY_TOKEN, connection};
use crate::channels::split::split;
use crate::channels::whatsapp::WhatsApp;
use crate::channels::whatsapp::markup::WHATSAPP;
use crate::channels::whatsapp::requests::{Hint, Recipient};
use crate::channels::{Download, HttpAnswer, HttpCall, Outgoing, Place, Platform, Sent, Settings};

const API: &str = "https://graph.facebook.com/v25.0";
const MESSAGES: &str = "https://graph.facebook.com/v25.0/106540352242922/messages";

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl ToString) -> HttpAnswer {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let status = StatusCode::from_u16(status).unwrap();
    HttpAnswer { status, headers, body: Bytes::from(body.to_string()), at_ms: 0 }
}

fn place(to: Recipient) -> Place {
    let reply_to = Hint { to, message_id: "wamid.A".to_owned() }.text();
    Place { conversation: "16505551234".to_owned(), thread: None, reply_to }
}

fn outgoing(place: &Place) -> Outgoing<'_> {
    let id = "00000000000000010000000000";
    Outgoing { place, text: "Hello", markdown: "Hello", part: 0, is_last: true, id, at_ms: 0 }
}

fn body(call: &HttpCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn authorization(call: &HttpCall) -> Option<&str> {
    call.headers.get("authorization").map(|value| value.to_str().unwrap())
}

#[test]
fn a_part_is_a_message_of_text() {
    let phone = || Recipient::Phone("16505551234".to_owned());
    let call = WhatsApp.send(&connection(), &outgoing(&place(phone())));
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", MESSAGES));
    assert_eq!(authorization(&call), Some("Bearer EAAJB"));
    let mut expected = json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "16505551234",
        "type": "text", "text": {"preview_url": false, "body": "Hello"}});
    assert_eq!(body(&call), expected);
    // Without a hint, the conversation is the number.
    let plain = Place { reply_to: String::new(), ..place(phone()) };
    assert_eq!(body(&WhatsApp.send(&connection(), &outgoing(&plain))), expected);
    let group = place(Recipient::Group("Y2FwaV9".to_owned()));
    (expected["recipient_type"], expected["to"]) = (json!("group"), json!("Y2FwaV9"));
    assert_eq!(body(&WhatsApp.send(&connection(), &outgoing(&group))), expected);
    let user = place(Recipient::User("US.13491208655302741918".to_owned()));
    expected.as_object_mut().unwrap().remove("to");
    (expected["recipient_type"], expected["recipient"]) = (json!("individual"), json!("US.13491208655302741918"));
    assert_eq!(body(&WhatsApp.send(&connection(), &outgoing(&user))), expected);
    let path = call.url.strip_prefix(API).unwrap();
    assert_eq!(WhatsApp.simulated_text(path, &call.body).as_deref(), Some("Hello"));
    let answer = answer(200, &[], WhatsApp.simulated_answer(path, &call.body));
    assert!(matches!(WhatsApp.read_sent(&connection(), &answer), Sent::Done { message_id: Some(_) }));
}

#[test]
fn writing_is_shown_to_one_person_alone() {
    let direct = place(Recipient::Phone("16505551234".to_owned()));
    let call = WhatsApp.typing(&connection(), &direct, 0).unwrap();
    assert_eq!(call.url, MESSAGES);
    let expected = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A",
        "typing_indicator": {"type": "text"}});
    assert_eq!(body(&call), expected);
    assert_eq!(WhatsApp.simulated_text("/106540352242922/messages", &call.body), None);
    assert!(WhatsApp.typing(&connection(), &place(Recipient::Group("Y2FwaV9".to_owned())), 0).is_none());
    assert!(WhatsApp.typing(&connection(), &Place::default(), 0).is_none());
}

#[test]
fn answers_say_what_became_of_a_part() {
    let sent = |status, headers: &[_], body: &Value| WhatsApp.read_sent(&connection(), &answer(status, headers, body));
    let done = json!({"messaging_product": "whatsapp",
        "contacts": [{"input": "16505551234", "wa_id": "16505551234"}],
        "messages": [{"id": "wamid.B", "message_status": "accepted"}]});
    assert_eq!(sent(200, &[], &done), Sent::Done { message_id: Some("wamid.B".to_owned()) });
    let fault = |code: u64| {
        json!({"error": {"message": format!("(#{code}) x"), "type": "OAuthException", "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": "y"}, "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam"}})
    };
    let after = |seconds| Sent::RateLimited { after: Duration::from_secs(seconds) };
    for code in [4, 80_007, 130_429] {
        assert_eq!(sent(429, &[], &fault(code)), after(30), "{code}");
        assert_eq!(sent(400, &[("retry-after", "7")], &fault(code)), after(7), "{code}");
    }
    assert_eq!(sent(429, &[], &fault(131_048)), after(300));
    assert_eq!(sent(429, &[], &Value::Null), after(5));
    assert_eq!(sent(429, &[("retry-after", "9")], &Value::Null), after(9));
    for (status, code) in [(429, 131_056), (503, 2), (500, 131_016), (500, 131_057)] {
        assert!(matches!(sent(status, &[], &fault(code)), Sent::NotTaken { .. }), "{code}");
    }
    let refused = |status, code| match sent(status, &[], &fault(code)) {
        Sent::Refused { reason, is_credential } => (reason, is_credential),
        other => panic!("{code}: {other:?}"),
    };
    for (status, code, is_credential) in [
        (401, 0, true),
        (401, 190, true),
        (403, 10, true),
        (403, 200, true),
        (403, 299, true),
        (403, 368, true),
        (403, 131_005, true),
        (403, 131_031, true),
        (400, 100, false),
        (400, 131_026, false),
        (403, 130_497, false),
    ] {
        let said = format!("Meta answered with status {status} and code {code}");
        assert_eq!(refused(status, code), (said, is_credential));
    }
    let (reason, is_credential) = refused(400, 131_047);
    assert!(reason.contains("24 hours") && !is_credential, "{reason}");
    assert!(matches!(sent(500, &[], &fault(131_000)), Sent::Unknown { .. }));
    assert!(matches!(sent(400, &[], &fault(131_000)), Sent::Unknown { .. }));
    assert!(matches!(sent(500, &[], &Value::Null), Sent::Unknown { .. }));
    assert!(matches!(sent(503, &[], &Value::Null), Sent::NotTaken { .. }));
    assert!(matches!(sent(401, &[], &Value::Null), Sent::Refused { is_credential: true, .. }));
    for text in ["<!DOCTYPE html>", "", "{}", "{\"messages\":[]}"] {
        let page = answer(200, &[("content-type", "text/html")], text);
        assert!(matches!(WhatsApp.read_sent(&connection(), &page), Sent::Unknown { .. }), "{text}");
    }
}

#[test]
fn the_check_says_which_number_it_is() {
    let call = WhatsApp.check(&connection(), 0).unwrap();
    let url = format!("{API}/106540352242922?fields=display_phone_number,verified_name");
    assert_eq!((call.method.as_str(), call.url.as_str()), ("GET", url.as_str()));
    assert_eq!(authorization(&call), Some("Bearer EAAJB"));
    let check = |status, body: &Value| WhatsApp.read_check(&connection(), &answer(status, &[], body));
    let number = json!({"display_phone_number": "+1 555-078-3881", "verified_name": "Lucky Shrub",
        "id": "106540352242922"});
    let identity = check(200, &number).unwrap();
    assert_eq!((identity.id.as_str(), identity.name.as_str()), ("106540352242922", "Lucky Shrub"));
    let wrong = json!({"error": {"message": "Invalid OAuth access token", "type": "OAuthException", "code": 190}});
    assert_eq!(check(401, &wrong).unwrap_err(), "Meta answered with status 401 and code 190");
    assert!(check(200, &Value::Null).is_err());
    let path = "/106540352242922?fields=display_phone_number,verified_name";
    let simulated = answer(200, &[], WhatsApp.simulated_answer(path, b""));
    assert!(WhatsApp.read_check(&connection(), &simulated).is_ok());
}

#[test]
fn the_url_is_entered_for_the_number() {
    // <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override/>
    let url = "https://astra.example/channels/c/webhook";
    let call = WhatsApp.enter_webhook(&connection(), url).unwrap();
    assert_eq!((call.method.as_str(), call.url.clone()), ("POST", format!("{API}/106540352242922")));
    let webhook = json!({"override_callback_uri": url, "verify_token": VERIFY_TOKEN});
    assert_eq!(body(&call), json!({"webhook_configuration": webhook}));
    let entered = |status, body: &Value| WhatsApp.read_entered(&connection(), &answer(status, &[], body));
    assert_eq!(entered(200, &WhatsApp.simulated_answer("/106540352242922", &call.body)), Ok(()));
    let refused = json!({"error": {"message": "x", "code": 2_200}});
    assert_eq!(entered(400, &refused), Err("Meta answered with status 400 and code 2200".to_owned()));
    assert_eq!(entered(500, &Value::Null), Err("Meta answered with status 500".to_owned()));
}

#[test]
fn files_are_looked_up_and_fetched_with_the_token_from_meta_alone() {
    let call = WhatsApp.download(&connection(), "1003383421387256").unwrap();
    assert_eq!(call.url, format!("{API}/1003383421387256?phone_number_id=106540352242922"));
    assert_eq!(authorization(&call), Some("Bearer EAAJB"));
    let read = |answer: HttpAnswer| WhatsApp.read_download(&connection(), "1003383421387256", &answer);
    let found = |url: &str| {
        let media = json!({"messaging_product": "whatsapp", "url": url, "mime_type": "image/jpeg", "sha256": "a",
            "file_size": 9, "id": "1003383421387256"});
        read(answer(200, &[("content-type", "application/json; charset=UTF-8")], media))
    };
    for url in [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1003383421387256&ext=1&hash=a",
        "https://graph.facebook.com/x",
        "https://mmg.whatsapp.net/x",
    ] {
        let Download::Next(next) = found(url) else { panic!("no second request to {url}") };
        assert_eq!((next.method.as_str(), next.url.as_str()), ("GET", url));
        assert_eq!(authorization(&next), Some("Bearer EAAJB"));
    }
    for url in [
        "http://lookaside.fbsbx.com/x",
        "https://evilfbsbx.com/x",
        "https://fbsbx.com.evil.example/x",
        "https://a.example/?fbsbx.com",
        "x",
        "",
    ] {
        assert!(matches!(found(url), Download::Refused(_)), "{url}");
    }
    let content = Download::Content { media_type: "image/jpeg".to_owned(), bytes: Bytes::from("jpeg") };
    assert_eq!(read(answer(200, &[("content-type", "image/jpeg")], "jpeg")), content);
    assert!(matches!(read(answer(200, &[("content-type", "application/json")], "{}")), Download::Refused(_)));
    assert!(matches!(read(answer(404, &[], "")), Download::Refused(_)));
}

#[test]
fn markdown_becomes_what_whatsapp_formats() {
    for (markdown, expected) in [
        ("**b** _i_ ~~s~~ `c`", "*b* _i_ ~s~ ```c```"),
        ("# A **b**", "*A b*"),
        ("[x](https://a.example/_b_)", "x (https://a.example/_b_)"),
        ("<https://a.example/_b_>", "https://a.example/_b_"),
        ("- a\n- b\n\n1. c", "- a\n- b\n\n1. c"),
        ("> a\n> b", "> a\n> b"),
        ("```rust\nlet a = *b;\n```", "```\nlet a = *b;\n```"),
        ("````\n```\n````", "```\n\u{200b}``\u{200b}`\n```"),
        ("``a`b``", "```a`b```"),
        ("`` `a` ``", "```\u{200b}`a`\u{200b}```"),
        ("| a |\n|---|\n| 1 |", "```\n| a |\n|---|\n| 1 |\n```"),
    ] {
        assert_eq!(WhatsApp.render(markdown), expected, "{markdown}");
    }
}

#[test]
fn what_whatsapp_gives_a_meaning_is_escaped() {
    for (text, expected) in [
        ("*a* (*b*)", "∗a* (∗b*)"),
        ("_a_ x_y_z", "ˍa_ x_y_z"),
        ("~a~ a~b", "∼a~ a~b"),
        ("`a` ```b```", "ˋaˋ ˋˋˋbˋˋˋ"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("a *", "a ∗"),
        ("> a\n> b >c", "\u{200b}> a\n\u{200b}> b >c"),
        ("https://a.example/_b_?*c* *d*", "https://a.example/_b_?*c* ∗d*"),
        ("@all <b> & # [x]", "@all <b> & # [x]"),
    ] {
        assert_eq!((WHATSAPP.escape)(text), expected, "{text}");
    }
    assert_eq!(WhatsApp.render(r"\*a\* \_b\_ \~c\~ \`d\`"), "∗a* ˍb_ ∼c~ ˋdˋ");
}

#[test]
fn long_text_is_split_at_4096_units_of_utf_16() {
    let settings = Settings::default();
    let max = WhatsApp.limits(&settings).text_max;
    assert_eq!(max, 4_096);
    let length = |text: &str| WhatsApp.length(&settings, text);
    for letter in ["a", "é", "e\u{301}", "👍🏽", "👩‍👩‍👧"] {
        let text = letter.repeat(4_500);
        let parts = split(&text, max, &length);
        assert!(parts.iter().all(|part| length(part) <= max), "{letter}");
        assert!(parts.iter().all(|part| part.len() % letter.len() == 0), "{letter} is cut");
        assert_eq!(parts.concat(), text);
    }
    assert_eq!(split(&"👍".repeat(2_048), max, &length).len(), 1);
    assert_eq!(split(&"👍".repeat(2_049), max, &length).len(), 2);
    let code = format!("```\n{}```", "let a = 1;\n".repeat(600));
    let parts = split(&code, max, &length);
    let is_whole = |part: &String| {
        let text = WhatsApp.render(part);
        text.starts_with("```\n") && text.ends_with("\n```") && text.matches("```").count() == 2
    };
    assert!(parts.len() > 1 && parts.iter().all(is_whole), "{parts:?}");
}
