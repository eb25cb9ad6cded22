//! What homeservers push.

use serde_json::{Value, json};

use super::{
    BOT, ROOM, connection, connection_with, event, ignored, message, message_with, read_with, said, transaction,
};
use crate::channels::matrix::Matrix;
use crate::channels::{AttachmentContent, Event, Platform, Unreadable};

#[test]
fn a_text_is_read_with_its_place_and_its_person() {
    // The specification's example of `m.text`.
    let content = json!({
        "body": "This is an example text message",
        "msgtype": "m.text",
        "format": "org.matrix.custom.html",
        "formatted_body": "<b>This is an example text message</b>",
    });
    let reading = read_with(&connection(), &[said(&content)]);
    assert_eq!((reading.reply.body.as_str(), reading.events.len()), ("{}", 1));
    assert_eq!(reading.events[0].event_id, "$143273582443PhrSn:example.org");
    let message = message(said(&content));
    assert_eq!(message.text, "This is an example text message");
    assert_eq!((message.place.conversation.as_str(), message.place.thread), (ROOM, None));
    assert_eq!(message.place.reply_to, "$143273582443PhrSn:example.org");
    assert_eq!((message.user.id.as_str(), message.user.is_bot), ("@example:example.org", false));
    assert_eq!((message.is_direct, message.mentions_bot), (false, false));
    assert_eq!(message.sent_at_ms, Some(1_432_735_824_653));
    let direct = message_with(&connection_with("direct"), said(&content));
    assert!(direct.is_direct && direct.mentions_bot);
}

#[test]
fn what_is_no_transaction_cannot_be_read() {
    for body in
        ["", "{", "<html>", "[]", "{}", r#"{"events": {}}"#, r#"{"type": "url_verification", "challenge": "x"}"#]
    {
        let read = Matrix.read(&connection(), &transaction(body.as_bytes()));
        assert!(matches!(read, Err(Unreadable(_))), "{body}");
    }
    let whole = json!({"events": [said(&json!({"msgtype": "m.text", "body": "x"}))]}).to_string();
    assert!(Matrix.read(&connection(), &transaction(&whole.as_bytes()[..whole.len() - 3])).is_err());
    let empty =
        Matrix.read(&connection(), &transaction(br#"{"events": [], "ephemeral": [{"type": "m.typing"}]}"#)).unwrap();
    assert!(empty.events.is_empty());
}

#[test]
fn an_event_of_another_shape_stops_no_other() {
    let good = said(&json!({"msgtype": "m.text", "body": "x"}));
    let events = [json!(7), json!({}), json!({"type": 1, "event_id": [], "content": "x"}), good.clone()];
    let reading = read_with(&connection(), &events);
    let names: Vec<&str> = reading.events.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!(names, ["transaction 35 0", "transaction 35 1", "transaction 35 2", "$143273582443PhrSn:example.org"]);
    let is_message = |event: &crate::channels::Inbound| matches!(event.event, Event::Message(_));
    assert_eq!(reading.events.iter().map(is_message).collect::<Vec<_>>(), [false, false, false, true]);
    // The same transaction again has the same ids.
    assert_eq!(read_with(&connection(), &events), reading);
}

#[test]
fn what_is_no_new_message_is_ignored() {
    let edit = json!({
        "body": "* Hello! My name is bar",
        "msgtype": "m.text",
        "m.new_content": {"body": "Hello! My name is bar", "msgtype": "m.text"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$some_event_id"},
    });
    let reaction = json!({"m.relates_to": {"rel_type": "m.annotation", "event_id": "$some_event_id", "key": "👍"}});
    let redaction = json!({"redacts": "$fukweghifu23:localhost", "reason": "Spamming"});
    let encrypted =
        json!({"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEnACgAkLmt6qF84IK", "session_id": "X"});
    for (event, part) in [
        (said(&edit), "edit"),
        (event("m.reaction", &reaction), "reaction"),
        (event("m.room.redaction", &redaction), "deletion"),
        (event("m.room.encrypted", &encrypted), "encrypted"),
        (said(&json!({})), "deleted"),
        (said(&json!({"msgtype": "m.key.verification.request", "body": "x"})), "m.key.verification.request"),
        (event("m.sticker", &json!({"body": "Landing", "url": "mxc://a.example/x"})), "m.sticker"),
        (event("org.example.unknown", &json!({})), "org.example.unknown"),
        (event("", &json!({})), "events of the type"),
    ] {
        let why = ignored(event);
        assert!(why.contains(part), "{why}");
    }
    let mut own = said(&json!({"msgtype": "m.notice", "body": "x"}));
    own["sender"] = json!(BOT);
    assert_eq!(ignored(own), "it is the bot's own");
    let mut state = said(&json!({"msgtype": "m.text", "body": "x"}));
    state["state_key"] = json!("");
    assert_eq!(ignored(state), "it changes the room's state");
}

#[test]
fn notices_are_of_bots() {
    assert!(message(said(&json!({"msgtype": "m.notice", "body": "x"}))).user.is_bot);
    assert!(!message(said(&json!({"msgtype": "m.emote", "body": "x"}))).user.is_bot);
}

#[test]
fn an_invitation_asks_for_help_and_other_members_for_nothing() {
    let member = |state_key: &str, membership: &str| {
        let mut event = event("m.room.member", &json!({"membership": membership, "is_direct": true}));
        event["state_key"] = json!(state_key);
        event
    };
    let invited = message(member(BOT, "invite"));
    assert_eq!((invited.text.as_str(), invited.place.conversation.as_str()), ("/help", ROOM));
    assert!(invited.mentions_bot && super::super::shapes::is_invitation(&invited.place));
    assert_eq!(invited.user.id, "@example:example.org");
    for (state_key, membership) in [(BOT, "join"), (BOT, "leave"), (BOT, "ban"), ("@alice:example.org", "invite")] {
        assert_eq!(ignored(member(state_key, membership)), "it changes the room's state", "{state_key} {membership}");
    }
}

#[test]
fn a_mention_is_known_and_taken_off() {
    let pill = |name: &str, rest: &str| format!("<a href=\"https://matrix.to/#/{BOT}\">{name}</a>{rest}");
    let mentions = json!({"user_ids": [BOT]});
    for (body, html, mentions, is_mentioned, text) in [
        ("Astra: hello", pill("Astra", ": hello"), mentions.clone(), true, "hello"),
        ("Astra hello", format!("<p>{}</p>", pill("Astra", " hello")), mentions.clone(), true, "hello"),
        ("A & B, /reset", pill("A &amp; B", ", /reset"), mentions.clone(), true, "/reset"),
        ("Astra", pill("Astra", ""), mentions.clone(), true, ""),
        ("_irc_bot: hello", String::new(), mentions.clone(), true, "hello"),
        ("@_irc_bot:example.org hello", String::new(), Value::Null, true, "hello"),
        ("hello Astra", pill("Astra", ""), json!({}), false, "hello Astra"),
        ("Astrablue hello", pill("Astra", "blue hello"), Value::Null, true, "Astrablue hello"),
        ("Astra: hello", pill("Astra", ": hello").replace('@', "%40"), Value::Null, true, "hello"),
        ("hello", String::new(), json!({"user_ids": ["@alice:example.org"], "room": true}), false, "hello"),
        ("Alice: hello", pill("Alice", ": hello").replace("_irc_bot", "alice"), Value::Null, false, "Alice: hello"),
    ] {
        let mut content = json!({"msgtype": "m.text", "body": body, "formatted_body": html});
        if !mentions.is_null() {
            content["m.mentions"] = mentions;
        }
        let message = message(said(&content));
        assert_eq!((message.mentions_bot, message.text.as_str()), (is_mentioned, text), "{body} {html}");
    }
}

#[test]
fn a_reply_is_read_without_what_it_quotes() {
    let body = "> <@alice:example.org> This is the first line\n> This is the second line\n\nThis is the reply";
    let answers = json!({"m.in_reply_to": {"event_id": "$another_event"}});
    let content = json!({"msgtype": "m.text", "body": body, "m.relates_to": answers});
    assert_eq!(message(said(&content)).text, "This is the reply");
    let quoted = format!("> <{BOT}> x\n\nyes");
    assert!(!message(said(&json!({"msgtype": "m.text", "body": quoted}))).mentions_bot);
    // A quote of the writer's own stays.
    let own = json!({"msgtype": "m.text", "body": "> to be\n\nis from?"});
    assert_eq!(message(said(&own)).text, "> to be\n\nis from?");
}

#[test]
fn a_thread_is_named_by_its_root() {
    let relation = json!({
        "rel_type": "m.thread",
        "event_id": "$root",
        "m.in_reply_to": {"event_id": "$target"},
        "is_falling_back": true,
    });
    let message = message(said(&json!({"msgtype": "m.text", "body": "x", "m.relates_to": relation})));
    assert_eq!(message.place.thread.as_deref(), Some("$root"));
    assert_eq!(message.place.reply_to, "$143273582443PhrSn:example.org");
}

#[test]
fn attachments_are_found_by_their_mxc_url() {
    // The specification's example of `m.image`.
    let image = json!({
        "body": "filename.jpg",
        "info": {"h": 398, "w": 394, "mimetype": "image/jpeg", "size": 31037, "is_animated": false},
        "url": "mxc://example.org/JWEIFJgwEIhweiWJE",
        "msgtype": "m.image",
    });
    let read = message(said(&image));
    assert_eq!((read.text.as_str(), read.attachments.len()), ("", 1));
    let attachment = &read.attachments[0];
    assert_eq!((attachment.name.as_str(), attachment.media_type.as_str()), ("filename.jpg", "image/jpeg"));
    assert_eq!(attachment.bytes, Some(31_037));
    assert_eq!(attachment.content, AttachmentContent::Remote("mxc://example.org/JWEIFJgwEIhweiWJE".to_owned()));
    let mut captioned = image.clone();
    captioned["filename"] = json!("filename.jpg");
    captioned["body"] = json!("what is this?");
    let read = message(said(&captioned));
    assert_eq!((read.text.as_str(), read.attachments[0].name.as_str()), ("what is this?", "filename.jpg"));
    for (content, name) in [
        (json!({"msgtype": "m.file", "body": "a.pdf", "file": {"url": "mxc://a.example/x", "key": {}}}), "a.pdf"),
        (json!({"msgtype": "m.audio", "body": ""}), "audio"),
        (json!({"msgtype": "m.video", "body": "v.mp4", "url": "https://evil.example/v.mp4"}), "v.mp4"),
        (json!({"msgtype": "m.location", "body": "Big Ben", "geo_uri": "geo:51.5008,0.1247"}), "location"),
    ] {
        let read = message(said(&content));
        assert_eq!(read.attachments[0].name, name);
        assert_eq!(read.attachments[0].content, AttachmentContent::None, "{name}");
    }
}
