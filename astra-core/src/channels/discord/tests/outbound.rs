//! What is sent to Discord, and what it answers.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::connection;
use crate::channels::discord::Discord;
use crate::channels::discord::markup::DISCORD;
use crate::channels::split::split;
use crate::channels::{HttpAnswer, HttpCall, Outgoing, Place, Platform, Sent, Settings};

/// When the interaction of the place was made.
const MADE_AT_MS: i64 = (786_008_729_715_212_338 >> 22) + 1_420_070_400_000;

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl ToString) -> HttpAnswer {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let status = StatusCode::from_u16(status).unwrap();
    HttpAnswer { status, headers, body: Bytes::from(body.to_string()), at_ms: MADE_AT_MS }
}

fn place(thread: Option<&str>) -> Place {
    let (conversation, thread) = ("645027906669510667".to_owned(), thread.map(str::to_owned));
    Place { conversation, thread, reply_to: "786008729715212338 A_UNIQUE_TOKEN".to_owned() }
}

fn outgoing(place: &Place, part: u32, at_ms: i64) -> Outgoing<'_> {
    Outgoing { place, text: "Hello", markdown: "Hello", part, is_last: true, id: "01hzabcdefghijklmnopqrstuv", at_ms }
}

fn body(call: &HttpCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn authorization(call: &HttpCall) -> Option<&str> {
    call.headers.get("authorization").map(|value| value.to_str().unwrap())
}

#[test]
fn the_first_part_takes_the_place_of_the_deferred_response() {
    let place = place(None);
    let webhook = "https://discord.com/api/v10/webhooks/1203948576203948576/A_UNIQUE_TOKEN";
    let first = Discord.send(&connection(), &outgoing(&place, 0, MADE_AT_MS));
    assert_eq!(
        (first.method.as_str(), first.url.as_str()),
        ("PATCH", format!("{webhook}/messages/@original").as_str())
    );
    assert_eq!(body(&first), json!({"content": "Hello", "allowed_mentions": {"parse": []}}));
    assert_eq!(authorization(&first), None);
    let second = Discord.send(&connection(), &outgoing(&place, 1, MADE_AT_MS + 13 * 60_000));
    assert_eq!((second.method.as_str(), second.url.as_str()), ("POST", webhook));
    let edit = Discord.edit(&connection(), &outgoing(&place, 1, MADE_AT_MS), "867793854505943041").unwrap();
    assert_eq!((edit.method.as_str(), edit.url), ("PATCH", format!("{webhook}/messages/867793854505943041")));
    for call in [&first, &second] {
        let path = call.url.strip_prefix("https://discord.com/api/v10").unwrap();
        assert_eq!(Discord.simulated_text(path, &call.body).as_deref(), Some("Hello"));
        let answer = answer(200, &[], Discord.simulated_answer(path, &call.body));
        assert!(matches!(Discord.read_sent(&connection(), &answer), Sent::Done { message_id: Some(_) }));
    }
}

#[test]
fn the_bot_writes_itself_when_the_token_has_ended() {
    let late = MADE_AT_MS + 14 * 60_000;
    for (place, channel) in [(place(None), "645027906669510667"), (place(Some("77")), "77")] {
        let messages = format!("https://discord.com/api/v10/channels/{channel}/messages");
        let call = Discord.send(&connection(), &outgoing(&place, 0, late));
        assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", messages.as_str()));
        assert_eq!(authorization(&call), Some("Bot bot.token"));
        let sent = body(&call);
        assert_eq!((&sent["nonce"], &sent["enforce_nonce"]), (&json!("1hzabcdefghijklmnopqrstuv"), &json!(true)));
        assert_eq!(sent["allowed_mentions"], json!({"parse": []}));
        let edit = Discord.edit(&connection(), &outgoing(&place, 0, late), "5").unwrap();
        assert_eq!((edit.method.as_str(), edit.url.as_str()), ("PATCH", format!("{messages}/5").as_str()));
        assert_eq!(authorization(&edit), Some("Bot bot.token"));
    }
}

#[test]
fn answers_say_what_became_of_a_part() {
    let sent = |status, headers: &[_], body: &Value| Discord.read_sent(&connection(), &answer(status, headers, body));
    let message_id = Some("867793854505943041".to_owned());
    assert_eq!(sent(200, &[], &json!({"id": "867793854505943041", "content": "Hello"})), Sent::Done { message_id });
    // <https://docs.discord.com/developers/topics/rate-limits>
    let limited = json!({"message": "You are being rate limited.", "retry_after": 64.57, "global": false});
    let after = Duration::from_millis(64_570);
    assert_eq!(sent(429, &[("retry-after", "65")], &limited), Sent::RateLimited { after });
    assert_eq!(sent(429, &[], &limited), Sent::RateLimited { after });
    let page = answer(429, &[("retry-after", "65")], "<html>");
    assert_eq!(Discord.read_sent(&connection(), &page), Sent::RateLimited { after: Duration::from_secs(65) });
    assert_eq!(sent(429, &[], &json!({})), Sent::RateLimited { after: Duration::from_secs(5) });
    let odd = json!({"retry_after": -1.0});
    assert_eq!(sent(429, &[], &odd), Sent::RateLimited { after: Duration::from_secs(5) });
    let refused = |status, code: u64| match sent(status, &[], &json!({"message": "x", "code": code})) {
        Sent::Refused { reason, is_credential } => (reason, is_credential),
        other => panic!("{other:?}"),
    };
    let said = |status: u16, code: u64| format!("Discord answered with status {status} and code {code}");
    assert_eq!(refused(401, 0), (said(401, 0), true));
    assert_eq!(refused(401, 50_027), (said(401, 50_027), false));
    assert_eq!(refused(403, 50_013), (said(403, 50_013), false));
    assert_eq!(refused(404, 10_015), (said(404, 10_015), false));
    assert_eq!(refused(400, 50_035), (said(400, 50_035), false));
    assert!(matches!(sent(500, &[], &json!({})), Sent::Unknown { .. }));
    assert!(matches!(sent(503, &[], &json!({})), Sent::NotTaken { .. }));
    let page = answer(200, &[("content-type", "text/html")], "<!DOCTYPE html><html></html>");
    assert!(matches!(Discord.read_sent(&connection(), &page), Sent::Unknown { .. }));
}

#[test]
fn the_check_holds_the_application_against_the_settings() {
    let call = Discord.check(&connection(), 0).unwrap();
    assert_eq!((call.method.as_str(), call.url.as_str()), ("GET", "https://discord.com/api/v10/applications/@me"));
    assert_eq!(authorization(&call), Some("Bot bot.token"));
    let check = |status, body: &Value| Discord.read_check(&connection(), &answer(status, &[], body));
    let application = json!({"id": "1203948576203948576", "name": "Astra",
        "verify_key": connection().settings.get("public_key"), "bot": {"id": "7", "username": "astra", "bot": true}});
    let identity = check(200, &application).unwrap();
    assert_eq!((identity.id.as_str(), identity.name.as_str()), ("7", "astra"));
    let mut other = application.clone();
    other["id"] = json!("5");
    assert_eq!(check(200, &other).unwrap_err(), "the token is of the application 5, not of application_id");
    let mut other = application;
    other["verify_key"] = json!("00");
    assert_eq!(check(200, &other).unwrap_err(), "public_key is not that of the application");
    assert_eq!(check(401, &json!({"code": 0})).unwrap_err(), "Discord answered with status 401");
    assert!(check(200, &Value::Null).is_err());
    let simulation = Discord.simulation(&[7; 32], "http://127.0.0.1:9");
    let mut simulated = connection();
    for (name, value) in simulation.values {
        simulated.settings.0.insert(name.to_owned(), value);
    }
    let answered = answer(200, &[], Discord.simulated_answer("/applications/@me", b""));
    assert!(Discord.read_check(&simulated, &answered).is_ok());
}

#[test]
fn the_url_is_entered_by_a_request() {
    let url = "https://astra.example/channels/c/webhook";
    let call = Discord.enter_webhook(&connection(), url).unwrap();
    assert_eq!((call.method.as_str(), call.url.as_str()), ("PATCH", "https://discord.com/api/v10/applications/@me"));
    assert_eq!(body(&call), json!({"interactions_endpoint_url": url}));
    let commands = Discord.enter_commands(&connection()).unwrap();
    let api = "https://discord.com/api/v10/applications/1203948576203948576/commands";
    assert_eq!((commands.method.as_str(), commands.url.as_str()), ("PUT", api));
    assert_eq!(authorization(&commands), Some("Bot bot.token"));
    let names: Vec<Value> = body(&commands).as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["ask", "reset", "agents", "help", "link"]);
    let entered = |status, body: &Value| Discord.read_entered(&connection(), &answer(status, &[], body));
    assert_eq!((entered(200, &json!({})), entered(200, &json!([]))), (Ok(()), Ok(())));
    let code = "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID";
    let invalid = json!({"code": 50035, "errors": {"interactions_endpoint_url": {"_errors": [{"code": code}]}}});
    assert!(entered(400, &invalid).unwrap_err().contains("got no good answer"));
    for status in [400, 401, 500] {
        let why = format!("Discord answered with status {status}");
        assert_eq!(entered(status, &json!({"code": 50035})), Err(why));
    }
    let steps = Discord.set_up(&connection()).join("\n");
    assert!(steps.contains("https://astra.example/channels/chn_") && !steps.contains("bot.token"));
}

#[test]
fn markdown_stays_nearly_as_it_is() {
    for (markdown, expected) in [
        ("**b** *i* ~~s~~ `c`", "**b** *i* ~~s~~ `c`"),
        ("# A", "**A**"),
        ("[x](https://a.example/?a=1)", "[x](https://a.example/?a=1)"),
        ("[x](https://a.example/(b))", "[x](https://a.example/%28b%29)"),
        ("[https://b.example](https://a.example)", "https://b.example (https://a.example)"),
        ("[x](javascript:a)", "x (javascript:a)"),
        ("<https://a.example> <a@b.example>", "https://a.example a@b.example"),
        ("- a\n- b", "- a\n- b"),
        ("> a\n> b", "> a\n> b"),
        ("```rust\nlet a = *b;\n```", "```rust\nlet a = *b;\n```"),
        ("````\n```\n````", "```\n``\u{200b}`\n```"),
    ] {
        assert_eq!(Discord.render(markdown), expected, "{markdown}");
    }
}

#[test]
fn what_discord_gives_a_meaning_is_escaped() {
    let escape = |text: &str| (DISCORD.escape)(text);
    for (text, expected) in [
        ("<@123> <#4> <:a:5> <t:6>", r"\<@123> \<#4> \<:a:5> \<t:6>"),
        ("||spoiler||", r"\|\|spoiler\|\|"),
        ("*a* _b_ ~c~ `d` \\ [e]", r"\*a\* \_b\_ \~c\~ \`d\` \\ \[e\]"),
        ("# a", r"\# a"),
        ("> a", r"\> a"),
        ("- a", r"\- a"),
        ("-# a", r"\-# a"),
        ("a # b > c - d", "a # b > c - d"),
        ("https://a.example/b_c *d", r"https://a.example/b_c \*d"),
        ("_", "_"),
        ("@everyone", "@everyone"),
    ] {
        assert_eq!(escape(text), expected, "{text}");
    }
}

#[test]
fn long_text_is_split_at_2000_code_points() {
    let settings = Settings::default();
    let max = Discord.limits(&settings).text_max;
    assert_eq!(max, 2_000);
    let length = |text: &str| Discord.length(&settings, text);
    for letter in ["a", "é", "e\u{301}", "👍🏽", "👩‍👩‍👧", "["] {
        let text = letter.repeat(2_500);
        let parts = split(&text, max, &length);
        assert!(parts.iter().all(|part| length(part) <= max), "{letter}");
        assert!(parts.iter().all(|part| part.len() % letter.len() == 0), "{letter} is cut");
        assert_eq!(parts.concat(), text);
    }
    assert_eq!(split(&"👍".repeat(2_000), max, &length).len(), 1);
}
