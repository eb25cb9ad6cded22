//! What Discord sends, as its documentation shows it.

use serde_json::{Value, json};

use super::{connection, json_request, message, read, request};
use crate::channels::discord::Discord;
use crate::channels::{AttachmentContent, Event, Platform};

/// The example of <https://docs.discord.com/developers/interactions/application-commands>.
fn interaction() -> Value {
    json!({
        "type": 2,
        "token": "A_UNIQUE_TOKEN",
        "member": {
            "user": {
                "id": "53908232506183680",
                "username": "Mason",
                "avatar": "a_d5efa99b3eeaa7dd43acca82f5692432",
                "discriminator": "1337",
                "public_flags": 131_141,
            },
            "roles": ["539082325061836999"],
            "premium_since": null,
            "permissions": "2147483647",
            "pending": false,
            "nick": null,
            "mute": false,
            "joined_at": "2017-03-13T19:19:14.040000+00:00",
            "is_pending": false,
            "deaf": false,
        },
        "id": "786008729715212338",
        "guild_id": "290926798626357999",
        "app_permissions": "442368",
        "guild_locale": "en-US",
        "locale": "en-US",
        "data": {
            "options": [{"type": 3, "name": "cardname", "value": "The Gitrog Monster"}],
            "type": 1,
            "name": "cardsearch",
            "id": "771825006014889984",
        },
        "channel_id": "645027906669510667",
    })
}

fn with(changes: &Value) -> Value {
    let mut interaction = interaction();
    for (name, value) in changes.as_object().unwrap() {
        interaction[name] = value.clone();
    }
    interaction
}

#[test]
fn a_command_is_a_message() {
    let request = json_request(&interaction());
    let reading = read(&request);
    assert_eq!((reading.reply.media_type, reading.reply.body.as_str()), ("application/json", r#"{"type":5}"#));
    assert_eq!(reading.events[0].event_id, "786008729715212338");
    let message = message(&request);
    assert_eq!(message.text, "The Gitrog Monster");
    assert!(message.mentions_bot && !message.is_direct && !message.user.is_bot);
    assert_eq!((message.user.id.as_str(), message.user.name.as_deref()), ("53908232506183680", Some("Mason")));
    assert_eq!(message.place.conversation, "645027906669510667");
    assert_eq!(message.place.thread, None);
    assert_eq!(message.place.reply_to, "786008729715212338 A_UNIQUE_TOKEN");
    assert_eq!(message.sent_at_ms, Some((786_008_729_715_212_338_i64 >> 22) + 1_420_070_400_000));
}

#[test]
fn who_is_addressed_follows_from_the_interaction() {
    let user = json!({"id": "1", "username": "grace", "global_name": "Grace"});
    let direct = message(&json_request(&with(&json!({"guild_id": null, "member": null, "user": user, "context": 1}))));
    assert!(direct.is_direct);
    assert_eq!((direct.user.id.as_str(), direct.user.name.as_deref()), ("1", Some("Grace")));
    let group = message(&json_request(&with(&json!({"guild_id": null, "member": null, "user": user, "context": 2}))));
    assert!(!group.is_direct && group.mentions_bot);
    let old = message(&json_request(&with(&json!({"guild_id": null, "member": null, "user": user}))));
    assert!(old.is_direct);
    let channel = json!({"id": "645027906669510667", "type": 11, "parent_id": "41771983423143937", "name": "t"});
    let thread = message(&json_request(&with(&json!({"channel": channel}))));
    assert_eq!(thread.place.conversation, "41771983423143937");
    assert_eq!(thread.place.thread.as_deref(), Some("645027906669510667"));
    let channel = json!({"id": "645027906669510667", "type": 0, "parent_id": "41771983423143937", "name": "c"});
    assert_eq!(message(&json_request(&with(&json!({"channel": channel})))).place.thread, None);
    let bot = json!({"user": {"id": "2", "username": "other", "bot": true}});
    assert!(message(&json_request(&with(&json!({"member": bot})))).user.is_bot);
}

#[test]
fn what_a_command_says() {
    let text = |name: &str, value: Value| json!([{"type": 3, "name": name, "value": value}]);
    for (name, options, expected) in [
        ("ask", text("text", json!("  Hello  ")), "Hello"),
        ("ask", text("text", json!("/reset")), "/reset"),
        ("ask", Value::Array(Vec::new()), "/help"),
        ("reset", Value::Array(Vec::new()), "/reset"),
        ("link", text("code", json!("abc")), "/link abc"),
        ("agents", text("agent", json!("sales")), "/agents sales"),
        ("count", json!([{"type": 4, "name": "to", "value": 3}, {"type": 5, "name": "up", "value": true}]), "3 true"),
        ("a", json!([{"type": 1, "name": "b", "options": [{"type": 3, "name": "c", "value": "deep"}]}]), "deep"),
    ] {
        let data = json!({"id": "1", "name": name, "type": 1, "options": options});
        assert_eq!(message(&json_request(&with(&json!({"data": data})))).text, expected, "{name}");
    }
}

#[test]
fn files_come_with_a_command() {
    let data = json!({
        "id": "1", "name": "ask", "type": 1,
        "options": [
            {"type": 3, "name": "text", "value": "What is it?"},
            {"type": 11, "name": "file", "value": "10"},
            {"type": 11, "name": "other", "value": "11"},
            {"type": 11, "name": "third", "value": "12"},
        ],
        "resolved": {"attachments": {
            "10": {"id": "10", "filename": "cat.png", "content_type": "image/png", "size": 7, "width": 1, "height": 1,
                "url": "https://cdn.discordapp.com/ephemeral-attachments/1/10/cat.png?ex=1",
                "proxy_url": "https://media.discordapp.net/ephemeral-attachments/1/10/cat.png"},
            "11": {"id": "11", "filename": "a.txt", "content_type": "text/plain; charset=utf-8", "size": 3,
                "url": "https://cdn.discordapp.com/ephemeral-attachments/1/11/a.txt"},
        }},
    });
    let message = message(&json_request(&with(&json!({"data": data}))));
    assert_eq!(message.text, "What is it?");
    let found: Vec<_> = message.attachments.iter().map(|one| (one.name.as_str(), one.media_type.as_str())).collect();
    assert_eq!(found, [("cat.png", "image/png"), ("a.txt", "text/plain"), ("third", "")]);
    let url = "https://cdn.discordapp.com/ephemeral-attachments/1/10/cat.png?ex=1";
    assert_eq!(message.attachments[0].content, AttachmentContent::Remote(url.to_owned()));
    assert_eq!(message.attachments[2].content, AttachmentContent::None);
    let call = Discord.download(&connection(), url).unwrap();
    assert!(call.url == url && call.headers.is_empty());
}

#[test]
fn other_interactions_are_ignored_and_answered() {
    // <https://docs.discord.com/developers/interactions/application-commands>, a message command.
    let menu = json!({"id": "866818195033292851", "name": "context-menu-message-2", "type": 3,
        "target_id": "867793854505943041",
        "resolved": {"messages": {"867793854505943041": {"content": "some message"}}}});
    for (changes, reply) in [
        (json!({"type": 3, "data": {"custom_id": "click_one", "component_type": 2}}), r#"{"type":6}"#),
        (json!({"type": 4}), r#"{"type":8,"data":{"choices":[]}}"#),
        (json!({"data": menu}), "\"flags\":64"),
        (json!({"type": 5, "data": {"custom_id": "m", "components": []}}), "\"flags\":64"),
        (json!({"type": 99, "data": null}), "\"flags\":64"),
    ] {
        let reading = read(&json_request(&with(&changes)));
        assert!(reading.reply.body.contains(reply), "{changes}: {}", reading.reply.body);
        assert!(matches!(&reading.events[0].event, Event::Ignored(why) if why.starts_with("interactions of the type")));
    }
}

#[test]
fn a_command_that_is_not_answered_is_not_shown_as_being_thought_about() {
    let reply = Discord.unanswered(&connection(), &json_request(&interaction())).unwrap();
    assert_eq!(reply.body, r#"{"type":4,"data":{"content":"This is not answered here.","flags":64}}"#);
    // What is never answered has a reply of its own.
    assert_eq!(Discord.unanswered(&connection(), &json_request(&with(&json!({"type": 3})))), None);
    assert_eq!(Discord.unanswered(&connection(), &request(&[], "", 0)), None);
}

#[test]
fn what_is_not_discords_cannot_be_read() {
    let whole = interaction().to_string();
    for body in ["", "{", "[]", "null", "hello", &whole[..whole.len() - 9]] {
        assert!(Discord.read(&connection(), &request(&[], body.to_owned(), 0)).is_err(), "{body}");
    }
    for (name, value) in [
        ("id", json!(1)),
        ("token", Value::Null),
        ("type", json!("2")),
        ("channel_id", Value::Null),
        ("member", Value::Null),
        ("data", json!({"type": 1})),
    ] {
        assert!(Discord.read(&connection(), &json_request(&with(&json!({name: value})))).is_err(), "{name}");
    }
    // Of other platforms, and an event of Discord's webhook events, which are no interactions.
    for body in [
        json!({"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}),
        json!({"version": 1, "application_id": "1", "type": 0}),
    ] {
        assert!(Discord.read(&connection(), &json_request(&body)).is_err(), "{body}");
    }
}
