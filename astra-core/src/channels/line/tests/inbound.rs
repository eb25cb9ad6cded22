//! What LINE sends, as its documentation shows it.

use serde_json::{Value, json};

use super::{BODY, connection, event, ignored, message, read, request};
use crate::channels::line::Line;
use crate::channels::{Attachment, AttachmentContent, Platform};

fn in_group(message: &Value) -> Value {
    event(&json!({
        "source": {
            "type": "group",
            "groupId": "Ca56f94637cc4347f90a25382909b24b9",
            "userId": "U206d25c2ea6bd87c17655609a1c37cb8",
        },
        "message": message,
    }))
}

#[test]
fn a_direct_message_is_read() {
    let read = message(&event(&json!({})));
    assert_eq!(read.text, "Hello, world");
    assert_eq!(read.place.conversation, "U206d25c2ea6bd87c17655609a1c37cb8");
    assert_eq!((read.user.id.as_str(), read.user.name), ("U206d25c2ea6bd87c17655609a1c37cb8", None));
    assert!(read.is_direct && read.mentions_bot && !read.user.is_bot);
    assert_eq!(read.place.reply_to, "1462629479899 nHuyWiB7yP5Zw52FIkcQobQuGDXCTA");
    assert_eq!((read.place.thread, read.sent_at_ms), (None, Some(1_462_629_479_859)));
}

#[test]
fn a_request_has_several_events_in_order() {
    let texts = ["one", "two", "three"];
    let events: Vec<Value> = texts
        .iter()
        .map(|text| {
            event(&json!({"webhookEventId": format!("01{text}"), "message": {"id": "1", "type": "text", "text": text}}))
        })
        .collect();
    let ids: Vec<String> = read(&json!(events)).into_iter().map(|event| event.event_id).collect();
    assert_eq!(ids, ["01one", "01two", "01three"]);
}

#[test]
fn groups_and_rooms_are_conversations_with_several_people() {
    let group = message(&in_group(&json!({"id": "325708", "type": "text", "text": "Hello", "quoteToken": "q"})));
    assert_eq!(group.place.conversation, "Ca56f94637cc4347f90a25382909b24b9");
    assert!(!group.is_direct && !group.mentions_bot);
    let room = json!({"type": "room", "roomId": "Ra8dbf4673c4c812cd491258042226c99",
        "userId": "U206d25c2ea6bd87c17655609a1c37cb8"});
    let room = message(&event(&json!({"source": room})));
    assert_eq!(room.place.conversation, "Ra8dbf4673c4c812cd491258042226c99");
    assert!(!room.is_direct);
    let unnamed = json!({"type": "room", "roomId": "Ra8dbf4673c4c812cd491258042226c99"});
    assert_eq!(ignored(&event(&json!({"source": unnamed}))), "LINE does not say who has written the message");
}

#[test]
fn the_bot_is_meant_where_it_is_mentioned() {
    // <https://developers.line.biz/en/reference/messaging-api/#wh-text>
    let bot = "U8e742f61d673b39c7fff3cecb7536ef0";
    let user = json!({"type": "user", "userId": bot, "isSelf": true});
    let own = |index: usize, length: usize| {
        let mut mention = user.clone();
        (mention["index"], mention["length"]) = (json!(index), json!(length));
        mention
    };
    let other = json!({"index": 0, "length": 8, "type": "user", "userId": "U49585cd0d5...", "isSelf": false});
    let all = json!({"index": 0, "length": 4, "type": "all"});
    for (text, mentionees, is_meant, expected) in [
        ("@Astra hello", vec![own(0, 6)], true, "hello"),
        ("@Astra: /reset", vec![own(0, 6)], true, "/reset"),
        ("hello @Astra", vec![own(6, 6)], true, "hello @Astra"),
        ("@Astra @Astra hi", vec![own(0, 6), own(7, 6)], true, "hi"),
        ("@🍎stra hi", vec![own(0, 7)], true, "hi"),
        ("🍎 @Astra", vec![own(3, 6)], true, "🍎 @Astra"),
        ("@example Good Morning!!", vec![other], false, "@example Good Morning!!"),
        ("@All hi", vec![all], false, "@All hi"),
        ("hello", vec![], false, "hello"),
        ("@Astra", vec![own(0, 600)], true, ""),
        // Before `isSelf` there was the id alone.
        ("@Astra hi", vec![json!({"index": 0, "length": 6, "type": "user", "userId": bot})], true, "hi"),
    ] {
        let mention = json!({"mentionees": mentionees});
        let said = json!({"id": "444573844083572737", "type": "text", "text": text, "mention": mention,
            "quoteToken": "q"});
        let read = message(&in_group(&said));
        assert_eq!((read.mentions_bot, read.text.as_str()), (is_meant, expected), "{text}");
    }
}

#[test]
fn own_messages_and_those_that_others_answer_are_ignored() {
    let own = json!({"type": "user", "userId": "U8e742f61d673b39c7fff3cecb7536ef0"});
    assert_eq!(ignored(&event(&json!({"source": own}))), "the bot's own message");
    assert_eq!(ignored(&event(&json!({"mode": "standby"}))), "another program answers in this chat");
}

#[test]
fn what_is_no_message_is_ignored_with_its_name() {
    for (kind, field, value) in [
        ("follow", "follow", json!({"isUnblocked": false})),
        ("unfollow", "x", Value::Null),
        ("join", "x", Value::Null),
        ("memberJoined", "joined", json!({"members": [{"type": "user", "userId": "U4af4980629..."}]})),
        ("unsend", "unsend", json!({"messageId": "325708"})),
        ("postback", "postback", json!({"data": "storeId=12345"})),
        ("accountLink", "link", json!({"result": "ok", "nonce": "Vb771wDYtXuammLszK6h9A"})),
        ("something_new", "anything", json!([1])),
    ] {
        let other = event(&json!({"type": kind, field: value, "message": null}));
        assert_eq!(ignored(&other), format!("events of the type {kind} are not answered"));
    }
    let unknown = json!({"id": "1", "type": "hologram"});
    assert_eq!(ignored(&event(&json!({"message": unknown}))), "messages of the type hologram are not answered");
}

/// What a message has beside text.
fn attached(said: &Value) -> Attachment {
    let mut read = message(&event(&json!({"message": said})));
    assert_eq!((read.text.as_str(), read.attachments.len()), ("", 1));
    read.attachments.remove(0)
}

#[test]
fn files_come_as_messages_of_their_own() {
    for (said, name, media_type, bytes, id) in [
        (
            // <https://developers.line.biz/en/reference/messaging-api/#wh-image>
            json!({"type": "image", "id": "354718705033693859", "quoteToken": "q", "contentProvider": {"type": "line"},
                "imageSet": {"id": "E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A56BC236F13A91855", "index": 1,
                "total": 2}}),
            "image",
            "",
            None,
            "354718705033693859",
        ),
        (
            json!({"type": "image", "id": "325708", "contentProvider": {"type": "external",
                "originalContentUrl": "https://example.com/original.jpg",
                "previewImageUrl": "https://example.com/preview.jpg"}}),
            "image",
            "",
            None,
            "https://example.com/original.jpg",
        ),
        (
            json!({"type": "video", "id": "325708", "duration": 60_000, "contentProvider": {"type": "line"}}),
            "video",
            "video/mp4",
            None,
            "325708",
        ),
        (
            json!({"type": "audio", "id": "325708", "duration": 60_000, "contentProvider": {"type": "line"}}),
            "audio",
            "audio/x-m4a",
            None,
            "325708",
        ),
        (
            json!({"type": "file", "id": "325708", "fileName": "file.txt", "fileSize": 2_138}),
            "file.txt",
            "application/octet-stream",
            Some(2_138),
            "325708",
        ),
        (
            json!({"type": "file", "id": "325708", "fileName": "plan.PNG", "fileSize": 5}),
            "plan.PNG",
            "image/png",
            Some(5),
            "325708",
        ),
    ] {
        let attachment = attached(&said);
        assert_eq!((attachment.name.as_str(), attachment.media_type.as_str()), (name, media_type));
        assert_eq!((attachment.bytes, attachment.content), (bytes, AttachmentContent::Remote(id.to_owned())));
    }
}

#[test]
fn places_and_stickers_are_named() {
    for (said, name) in [
        (
            json!({"type": "location", "id": "325708", "title": "my location", "address": "Tokyo",
                "latitude": 35.659_108, "longitude": 139.703_728}),
            "location (my location, Tokyo)",
        ),
        (json!({"type": "location", "id": "325708", "latitude": 35.6, "longitude": 139.7}), "location"),
        (
            json!({"type": "sticker", "id": "1501597916", "quoteToken": "q", "stickerId": "52002738",
                "packageId": "11537", "stickerResourceType": "ANIMATION", "keywords": ["cony", "sally", "Staring",
                "hi"]}),
            "sticker (cony, sally, Staring)",
        ),
    ] {
        let attachment = attached(&said);
        assert_eq!((attachment.name.as_str(), attachment.media_type.as_str()), (name, ""));
        assert_eq!((attachment.bytes, attachment.content), (None, AttachmentContent::None));
    }
}

#[test]
fn what_is_not_lines_cannot_be_read() {
    let read = |body: String| Line.read(&connection(), &request(&[], body));
    let whole = json!({"destination": "U1", "events": [event(&json!({}))]}).to_string();
    assert!(read(whole.clone()).is_ok());
    for body in ["", "{", "[]", "null", "hello", "a=b", "{}", r#"{"destination":"U1"}"#, &BODY[..BODY.len() - 2]] {
        assert!(read(body.to_owned()).is_err(), "{body}");
    }
    assert!(read(whole[..whole.len() - 9].to_owned()).is_err());
    for (name, value) in [
        ("webhookEventId", Value::Null),
        ("timestamp", json!("x")),
        ("mode", Value::Null),
        ("source", Value::Null),
        ("message", json!({"type": "text"})),
        ("message", json!({"id": "1", "type": "text", "text": 1})),
        ("message", json!({"id": "1", "type": "text", "text": "a", "mention": {"mentionees": [{"index": -1}]}})),
    ] {
        let body = json!({"destination": "U1", "events": [event(&json!({name: value}))]});
        assert!(read(body.to_string()).is_err(), "{name} {value}");
    }
    // Of other platforms: Slack, Telegram, WhatsApp.
    for body in [
        json!({"type": "event_callback", "event": {"type": "message"}, "event_id": "Ev1"}),
        json!({"update_id": 1, "message": {"message_id": 1, "chat": {"id": 1, "type": "private"}, "date": 1}}),
        json!({"object": "whatsapp_business_account", "entry": []}),
    ] {
        assert!(read(body.to_string()).is_err(), "{body}");
    }
}
