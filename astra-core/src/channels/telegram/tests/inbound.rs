//! What Telegram sends, as its documentation shows it.

use serde_json::{Value, json};

use super::{connection, ignored, in_group, message, read, request, update};
use crate::channels::telegram::Telegram;
use crate::channels::{AttachmentContent, Event, Identity, Platform};

fn entity(kind: &str, offset: usize, length: usize) -> Value {
    json!({"type": kind, "offset": offset, "length": length})
}

#[test]
fn a_direct_message_is_read() {
    assert_eq!(read(&update(&json!({}))).event_id, "10000");
    let direct = message(&update(&json!({})));
    assert_eq!((direct.text.as_str(), direct.place.conversation.as_str()), ("/start", "1111111"));
    assert_eq!(
        (direct.user.id.as_str(), direct.user.name.as_deref()),
        ("1111111", Some("Test Firstname Test Lastname"))
    );
    assert!(direct.is_direct && direct.mentions_bot && !direct.user.is_bot);
    assert_eq!((direct.place.thread, direct.place.reply_to.as_str()), (None, ""));
    assert_eq!(direct.sent_at_ms, Some(1_441_645_532_000));
    // The first example of the page has no type of the chat.
    let untyped = update(&json!({"chat": {"last_name": "Test Lastname", "id": 1_111_111, "first_name": "Test"}}));
    assert!(message(&untyped).is_direct);
    // "Forwarded message" and "Message with a reply" of the same page.
    let forwarded = json!({
        "forward_from": {"last_name": "Forward Lastname", "id": 222_222, "first_name": "Forward Firstname"},
        "forward_date": 1_441_645_550,
    });
    assert_eq!(message(&update(&forwarded)).text, "/start");
    let reply = json!({"reply_to_message": {
        "date": 1_441_645_000,
        "chat": {"last_name": "Reply Lastname", "type": "private", "id": 1_111_112, "first_name": "Reply Firstname"},
        "message_id": 1334,
        "text": "Original",
    }});
    assert_eq!(message(&update(&reply)).user.id, "1111111");
}

#[test]
fn the_bot_is_meant_by_mentions_commands_and_answers() {
    let own = json!({"id": 123_456, "is_bot": true, "first_name": "Astra", "username": "AstraBot"});
    let of_topic = json!({"message_id": 5, "from": own, "forum_topic_created": {"name": "Topic", "icon_color": 1}});
    for (text, changes, is_meant, expected) in [
        ("hello", json!({}), false, "hello"),
        ("@AstraBot hello", json!({"entities": [entity("mention", 0, 9)]}), true, "hello"),
        ("@astrabot: hello", json!({"entities": [entity("mention", 0, 9)]}), true, "hello"),
        ("hello @AstraBot", json!({"entities": [entity("mention", 6, 9)]}), true, "hello @AstraBot"),
        ("👋🏽 @AstraBot", json!({"entities": [entity("mention", 5, 9)]}), true, "👋🏽 @AstraBot"),
        ("@AstraBot2 hi", json!({"entities": [entity("mention", 0, 10)]}), false, "@AstraBot2 hi"),
        ("mail a@AstraBot", json!({"entities": [entity("email", 5, 10)]}), false, "mail a@AstraBot"),
        (
            "Astra hi",
            json!({"entities": [{"type": "text_mention", "offset": 0, "length": 5, "user": own}]}),
            true,
            "hi",
        ),
        ("/reset@AstraBot", json!({"entities": [entity("bot_command", 0, 15)]}), true, "/reset"),
        ("/link@ASTRABOT abc", json!({"entities": [entity("bot_command", 0, 14)]}), true, "/link abc"),
        ("/reset", json!({"entities": [entity("bot_command", 0, 6)]}), false, "/reset"),
        ("/reset@OtherBot", json!({"entities": [entity("bot_command", 0, 15)]}), false, "/reset@OtherBot"),
        (
            "@AstraBot /agents@AstraBot sales",
            json!({"entities": [entity("mention", 0, 9), entity("bot_command", 10, 16)]}),
            true,
            "/agents sales",
        ),
        ("yes", json!({"reply_to_message": {"message_id": 4, "from": own, "text": "Do you?"}}), true, "yes"),
        ("no", json!({"message_thread_id": 5, "is_topic_message": true, "reply_to_message": of_topic}), false, "no"),
        ("odd", json!({"entities": [entity("mention", 90, 9), entity("mention", 0, 9)]}), false, "odd"),
    ] {
        let message = message(&in_group(text, &changes));
        assert_eq!((message.mentions_bot, message.text.as_str()), (is_meant, expected), "{text}");
        assert!(!message.is_direct);
    }
    // Before the first check the bot's username is not known, and its id is.
    let mut unchecked = connection();
    unchecked.identity = None;
    let reply = json!({"reply_to_message": {"message_id": 4, "from": own}, "entities": [entity("mention", 0, 3)]});
    let events = Telegram.read(&unchecked, &request(&[], in_group("@ab", &reply).to_string())).unwrap().events;
    assert!(matches!(&events[0].event, Event::Message(message) if message.mentions_bot && message.text == "@ab"));
}

#[test]
fn a_topic_is_a_thread_and_an_answer_in_a_group_names_its_message() {
    let place = message(&in_group("a", &json!({"message_thread_id": 77, "is_topic_message": true}))).place;
    assert_eq!((place.conversation.as_str(), place.thread.as_deref()), ("-1001234567890", Some("77")));
    assert_eq!(place.reply_to, "1365");
    let answer = message(&in_group("a", &json!({"message_thread_id": 77}))).place;
    assert_eq!(answer.thread, None);
}

#[test]
fn own_messages_are_ignored_and_other_bots_are_named() {
    let own = json!({"from": {"id": 123_456, "is_bot": true, "first_name": "Astra"}});
    assert_eq!(ignored(&update(&own)), "the bot's own message");
    let other = json!({"from": {"id": 7, "is_bot": true, "first_name": "Other", "username": "OtherBot"}});
    let other = message(&in_group("hi", &other));
    assert!(other.user.is_bot && other.user.id == "7");
    for in_the_name_of in [
        json!({"from": null}),
        json!({"sender_chat": {"id": -100_i64, "type": "channel", "title": "News"}, "is_automatic_forward": true}),
    ] {
        let reason = ignored(&in_group("hi", &in_the_name_of));
        assert_eq!(reason, "messages in the name of a group or a channel are not answered");
    }
}

#[test]
fn what_is_no_new_message_is_ignored_with_its_name() {
    let edited = update(&json!({"text": "Edited text", "edit_date": 1_441_646_600}))["message"].clone();
    let chat = json!({"id": -100, "type": "supergroup", "title": "Team"});
    let user = json!({"id": 1_111_111, "is_bot": false, "first_name": "Test"});
    for (kind, value) in [
        ("edited_message", edited),
        ("channel_post", json!({"message_id": 1, "date": 1, "chat": chat, "text": "news"})),
        (
            "message_reaction",
            json!({"chat": chat, "message_id": 1365, "user": user, "date": 1_441_646_600, "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": "👍"}]}),
        ),
        // "Callback query" of the webhook page.
        ("callback_query", json!({"id": "4382bfdwdsb323b2d9", "from": user, "data": "Data from button callback"})),
        ("deleted_business_messages", json!({"business_connection_id": "a", "chat": chat, "message_ids": [1]})),
        ("something_new", json!({"anything": [1]})),
    ] {
        let update = json!({"update_id": 10_000, kind: value});
        assert_eq!(ignored(&update), format!("events of the type {kind} are not answered"));
    }
    assert_eq!(ignored(&json!({"update_id": 1})), "events of the type unknown are not answered");
    for service in [
        json!({"text": null, "new_chat_members": [{"id": 5, "is_bot": false, "first_name": "New"}]}),
        json!({"text": null, "pinned_message": {"message_id": 1}}),
        json!({"text": null, "migrate_to_chat_id": -1_001_234_567_890_i64}),
    ] {
        let reason = ignored(&update(&service));
        assert_eq!(reason, "messages without text and files, such as who joins, are not answered");
    }
}

#[test]
fn files_come_with_a_message() {
    let photo = json!([
        {"file_id": "small", "file_unique_id": "1", "file_size": 1_000, "width": 90, "height": 51},
        {"file_id": "large", "file_unique_id": "2", "file_size": 90_000, "width": 1_280, "height": 720},
    ]);
    let pdf = json!({"file_id": "d", "file_unique_id": "3", "file_name": "report.pdf", "mime_type": "application/pdf",
        "file_size": 5});
    let gif = json!({"file_id": "g", "file_unique_id": "4", "mime_type": "video/mp4", "width": 1, "height": 1});
    let sticker = |more: &Value| {
        let mut sticker = json!({"file_id": "s", "file_unique_id": "5", "type": "regular", "width": 512, "height": 512,
            "is_animated": false, "is_video": false, "emoji": "😀"});
        sticker.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sticker
    };
    let place = json!({"latitude": 52.5, "longitude": 13.4});
    for (changes, expected) in [
        (json!({"photo": photo}), vec![("photo", "image/jpeg", Some(90_000), "large")]),
        (json!({"document": pdf}), vec![("report.pdf", "application/pdf", Some(5), "d")]),
        (json!({"animation": gif, "document": gif}), vec![("animation", "video/mp4", None, "g")]),
        (json!({"sticker": sticker(&json!({}))}), vec![("sticker", "image/webp", None, "s")]),
        (
            json!({"sticker": sticker(&json!({"is_animated": true}))}),
            vec![("sticker", "application/x-tgsticker", None, "s")],
        ),
        (json!({"sticker": sticker(&json!({"is_video": true}))}), vec![("sticker", "video/webm", None, "s")]),
        (
            json!({"voice": {"file_id": "v", "file_unique_id": "6", "duration": 3}}),
            vec![("voice message", "audio/ogg", None, "v")],
        ),
        (json!({"location": place}), vec![("location", "", None, "")]),
        (
            json!({"venue": {"location": place, "title": "a", "address": "b"}, "location": place}),
            vec![("venue", "", None, "")],
        ),
        (json!({"contact": {"phone_number": "1", "first_name": "a"}}), vec![("contact", "", None, "")]),
        (json!({"poll": {"id": "1", "question": "?"}}), vec![("poll", "", None, "")]),
    ] {
        let mut changes = changes;
        changes["text"] = Value::Null;
        let attachments = message(&update(&changes)).attachments;
        let found: Vec<_> = attachments
            .iter()
            .map(|one| {
                let id = match &one.content {
                    AttachmentContent::Remote(id) => id.as_str(),
                    _ => "",
                };
                (one.name.as_str(), one.media_type.as_str(), one.bytes, id)
            })
            .collect();
        assert_eq!(found, expected, "{changes}");
    }
}

#[test]
fn the_caption_of_a_file_is_its_text() {
    let captioned = json!({
        "text": null,
        "chat": {"id": -5, "type": "group", "title": "Team"},
        "photo": [{"file_id": "p", "file_unique_id": "1", "width": 1, "height": 1}],
        "caption": "@AstraBot what is this?",
        "caption_entities": [entity("mention", 0, 9)],
    });
    let captioned = message(&update(&captioned));
    assert_eq!((captioned.text.as_str(), captioned.mentions_bot), ("what is this?", true));
    assert_eq!(captioned.attachments.len(), 1);
}

#[test]
fn links_behind_words_are_read_too() {
    let link = |offset: usize, length: usize| {
        let mut link = entity("text_link", offset, length);
        link["url"] = json!("https://a.example/?x=1");
        link
    };
    for (text, entities, expected) in [
        ("see this 🍎 now", vec![link(4, 7)], "see [this 🍎](https://a.example/?x=1) now"),
        ("this", vec![link(0, 4)], "[this](https://a.example/?x=1)"),
        ("see this", vec![link(4, 40)], "see this"),
        ("🍎🍎", vec![link(1, 2)], "🍎🍎"),
        ("a https://b.example", vec![entity("url", 2, 17)], "a https://b.example"),
    ] {
        assert_eq!(message(&update(&json!({"text": text, "entities": entities}))).text, expected);
    }
}

#[test]
fn what_is_not_telegrams_cannot_be_read() {
    let read = |body: String| Telegram.read(&connection(), &request(&[], body));
    let whole = update(&json!({})).to_string();
    for body in ["", "{", "[]", "null", "hello", "a=b", "{}", r#"{"update_id":"1"}"#, &whole[..whole.len() - 9]] {
        assert!(read(body.to_owned()).is_err(), "{body}");
    }
    for (name, value) in [
        ("chat", Value::Null),
        ("chat", json!({"id": "x"})),
        ("date", json!("x")),
        ("message_id", Value::Null),
        ("text", json!(1)),
        ("entities", json!({})),
        ("photo", json!("x")),
        ("document", json!({"file_name": "a"})),
    ] {
        assert!(read(update(&json!({name: value})).to_string()).is_err(), "{name}");
    }
    // Of other platforms: Slack, LINE, WhatsApp.
    for body in [
        json!({"type": "event_callback", "event": {"type": "message"}, "event_id": "Ev1"}),
        json!({"destination": "U1", "events": []}),
        json!({"object": "whatsapp_business_account", "entry": []}),
    ] {
        assert!(read(body.to_string()).is_err(), "{body}");
    }
}

#[test]
fn the_id_of_the_bot_is_that_of_its_token() {
    let mut other = connection();
    other.identity = Some(Identity { id: "9".to_owned(), ..Identity::default() });
    let own = update(&json!({"from": {"id": 123_456, "is_bot": true, "first_name": "Astra"}}));
    let events = Telegram.read(&other, &request(&[], own.to_string())).unwrap().events;
    assert_eq!(events[0].event, Event::Ignored("the bot's own message".to_owned()));
}
