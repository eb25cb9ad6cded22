//! What Meta sends, as its documentation shows it.

use serde_json::{Value, json};

use super::{connection, ignored, message, notification, read, request, wrapped};
use crate::channels::whatsapp::WhatsApp;
use crate::channels::{AttachmentContent, Event, Platform};

const GROUP: &str = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD";

#[test]
fn a_direct_message_is_read() {
    let read = message(&json!({}));
    assert_eq!(read.text, "Does it come in another color?");
    assert_eq!((read.user.id.as_str(), read.user.name.as_deref()), ("16505551234", Some("Sheena Nelson")));
    assert_eq!((read.place.conversation.as_str(), read.place.thread), ("16505551234", None));
    assert!(read.is_direct && read.mentions_bot && !read.user.is_bot);
    assert_eq!(read.sent_at_ms, Some(1_749_416_383_000));
    let hint: Value = serde_json::from_str(&read.place.reply_to).unwrap();
    let id = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=";
    assert_eq!(hint, json!({"to": {"phone": "16505551234"}, "message_id": id}));
}

#[test]
fn a_person_may_hide_the_phone_number() {
    // <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids/>
    let user = "US.13491208655302741918";
    let both = message(&json!({"from_user_id": user}));
    assert_eq!((both.user.id.as_str(), both.place.conversation.as_str()), (user, user));
    assert!(both.place.reply_to.contains(r#""phone":"16505551234""#));
    let hidden = message(&json!({"from_user_id": user, "from": null}));
    assert_eq!((hidden.user.id.as_str(), hidden.user.name.as_deref()), (user, Some("Sheena Nelson")));
    assert!(hidden.place.reply_to.contains(r#""user":"US.13491208655302741918""#));
    let reason = ignored(&notification(&json!({"from": null})));
    assert_eq!(reason, "Meta does not say who has written the message");
}

#[test]
fn a_group_is_a_conversation_with_several_people() {
    // <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/group/>
    for (changes, is_meant, expected) in [
        (json!({"text": {"body": "What do you all think?"}}), false, "What do you all think?"),
        (json!({"text": {"body": "@15550783881 /reset"}}), true, "/reset"),
        (json!({"text": {"body": "@15550783881: hi"}}), true, "hi"),
        (json!({"text": {"body": "hi @15550783881"}}), true, "hi @15550783881"),
        (json!({"text": {"body": "@16505551234 hi"}}), false, "@16505551234 hi"),
        (json!({"text": {"body": "yes"}, "context": {"from": "15550783881", "id": "wamid.A"}}), true, "yes"),
        (json!({"text": {"body": "no"}, "context": {"from": "16505551234", "id": "wamid.A"}}), false, "no"),
    ] {
        let mut changes = changes;
        changes["group_id"] = json!(GROUP);
        let read = message(&changes);
        assert_eq!((read.mentions_bot, read.text.as_str()), (is_meant, expected));
        assert!(!read.is_direct && read.place.conversation == GROUP && read.user.id == "16505551234");
        assert!(read.place.reply_to.contains(r#""group":"Y2FwaV9"#));
    }
}

#[test]
fn own_messages_receipts_and_other_fields_are_ignored() {
    assert_eq!(ignored(&notification(&json!({"from": "15550783881"}))), "the bot's own message");
    let value = |rest: &Value| {
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        });
        value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        value
    };
    // <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status/>
    let status = |status: &str, errors: &Value| {
        value(&json!({"statuses": [{"id": "wamid.HBgL", "status": status, "timestamp": "1750263773",
            "recipient_id": "16505551234", "errors": errors}]}))
    };
    let read_status = wrapped("messages", &status("read", &json!([])));
    assert_eq!(ignored(&read_status), "a message of the bot is read");
    assert_eq!(read(&read_status)[0].event_id, "read:wamid.HBgL");
    let errors = json!([{"code": 131_049, "title": "Message was not delivered", "message": "x"}]);
    let failed = wrapped("messages", &status("failed", &errors));
    assert_eq!(ignored(&failed), "a message of the bot is failed: code 131049");
    let errors = value(&json!({"errors": [{"code": 130_429, "title": "Rate limit hit"}]}));
    assert_eq!(ignored(&wrapped("messages", &errors)), "it has no message");
    let echo = json!({"message_echoes": [{"from": "15550783881", "to": "16505551234", "id": "wamid.A"}]});
    for field in ["smb_message_echoes", "account_update", "something_new"] {
        let notification = wrapped(field, &value(&echo));
        assert_eq!(ignored(&notification), format!("events of the type {field} are not answered"));
        assert_eq!(read(&notification)[0].event_id, read(&notification)[0].event_id);
        assert_eq!(read(&notification)[0].event_id.len(), 64);
    }
}

#[test]
fn what_is_of_another_number_is_ignored() {
    let mut other = notification(&json!({}));
    other["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = json!("1");
    assert_eq!(ignored(&other), "it is of another phone number");
}

#[test]
fn edits_deletions_reactions_and_unknown_types_are_ignored() {
    for (kind, value) in [
        ("reaction", json!({"message_id": "wamid.A", "emoji": "👍"})),
        ("edit", json!({"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "b"}}})),
        ("revoke", json!({"original_message_id": "wamid.A"})),
        ("system", json!({"body": "User A changed from 1 to 2", "wa_id": "2", "type": "user_changed_number"})),
        ("unsupported", json!({"type": "unknown"})),
        ("something_new", json!([1])),
    ] {
        let notification = notification(&json!({"type": kind, "text": null, kind: value}));
        assert_eq!(ignored(&notification), format!("messages of the type {kind} are not answered"));
    }
}

#[test]
fn what_people_choose_is_what_they_say() {
    for (kind, value, expected) in [
        ("button", json!({"payload": "Unsubscribe", "text": "Unsubscribe"}), "Unsubscribe"),
        (
            "interactive",
            json!({"type": "button_reply", "button_reply": {"id": "cancel-button", "title": "Cancel"}}),
            "Cancel",
        ),
        (
            "interactive",
            json!({"type": "list_reply", "list_reply": {"id": "priority_express", "title": "Priority Mail Express",
                "description": "Next Day to 2 Days"}}),
            "Priority Mail Express",
        ),
    ] {
        assert_eq!(message(&json!({"type": kind, "text": null, kind: value})).text, expected);
    }
    let flow = json!({"type": "interactive", "text": null, "interactive": {"type": "nfm_reply", "nfm_reply": {}}});
    assert_eq!(ignored(&notification(&flow)), "messages of the type interactive are not answered");
}

#[test]
fn files_come_as_messages_of_their_own() {
    let remote = |id: &str| AttachmentContent::Remote(id.to_owned());
    for (kind, value, text, name, media_type, content) in [
        (
            // The example of "Image messages webhook reference".
            "image",
            json!({"caption": "Taj Mahal", "mime_type": "image/jpeg", "id": "1003383421387256",
                "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
                "url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1003383421387256"}),
            "Taj Mahal",
            "image",
            "image/jpeg",
            remote("1003383421387256"),
        ),
        (
            "sticker",
            json!({"mime_type": "image/webp", "sha256": "a", "id": "2", "animated": false}),
            "",
            "sticker",
            "image/webp",
            remote("2"),
        ),
        (
            "audio",
            json!({"mime_type": "audio/ogg; codecs=opus", "sha256": "a", "id": "3", "voice": true}),
            "",
            "audio",
            "audio/ogg",
            remote("3"),
        ),
        ("video", json!({"mime_type": "video/mp4", "id": "4"}), "", "video", "video/mp4", remote("4")),
        (
            "document",
            json!({"caption": "The plan", "filename": "plan.pdf", "mime_type": "application/pdf", "id": "5"}),
            "The plan",
            "plan.pdf",
            "application/pdf",
            remote("5"),
        ),
        ("location", json!({"latitude": 37.4, "longitude": -122.1}), "", "location", "", AttachmentContent::None),
        ("contacts", json!([{"name": {"formatted_name": "A"}}]), "", "contact", "", AttachmentContent::None),
        ("order", json!({"catalog_id": "1", "product_items": []}), "", "order", "", AttachmentContent::None),
    ] {
        let read = message(&json!({"type": kind, "text": null, kind: value}));
        assert_eq!((read.text.as_str(), read.attachments.len()), (text, 1), "{kind}");
        let attachment = &read.attachments[0];
        assert_eq!((attachment.name.as_str(), attachment.media_type.as_str()), (name, media_type));
        assert_eq!((attachment.bytes, &attachment.content), (None, &content), "{kind}");
    }
}

#[test]
fn a_request_has_several_messages_in_order() {
    let mut several = notification(&json!({"id": "wamid.1"}));
    let mut second = several["entry"][0]["changes"][0].clone();
    let messages = second["value"]["messages"].as_array_mut().unwrap();
    messages[0]["id"] = json!("wamid.2");
    messages.push(messages[0].clone());
    messages[1]["id"] = json!("wamid.3");
    several["entry"][0]["changes"].as_array_mut().unwrap().push(second.clone());
    second["value"]["messages"] = json!([second["value"]["messages"][0]]);
    second["value"]["messages"][0]["id"] = json!("wamid.4");
    several["entry"].as_array_mut().unwrap().push(json!({"id": "1", "changes": [second]}));
    let events = read(&several);
    let ids: Vec<&str> = events.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!(ids, ["wamid.1", "wamid.2", "wamid.3", "wamid.4"]);
    assert!(events.iter().all(|event| matches!(event.event, Event::Message(_))));
}

#[test]
fn what_is_not_whatsapps_cannot_be_read() {
    let read = |body: String| WhatsApp.read(&connection(), &request(&[], body));
    let whole = notification(&json!({})).to_string();
    assert!(read(whole.clone()).is_ok());
    for body in ["", "{", "[]", "null", "hello", "a=b", "{}", &whole[..whole.len() - 9]] {
        assert!(read(body.to_owned()).is_err(), "{body}");
    }
    for (name, value) in [
        ("id", Value::Null),
        ("timestamp", json!(1)),
        ("type", Value::Null),
        ("text", json!({})),
        ("from", json!(16_505_551_234_i64)),
    ] {
        assert!(read(notification(&json!({name: value})).to_string()).is_err(), "{name}");
    }
    assert!(read(notification(&json!({"type": "image", "image": {"caption": "a"}})).to_string()).is_err());
    assert!(read(wrapped("messages", &json!({"messages": []})).to_string()).is_err());
    // Of Instagram, Slack, Telegram, LINE.
    for body in [
        json!({"object": "instagram", "entry": []}),
        json!({"type": "event_callback", "event": {"type": "message"}, "event_id": "Ev1"}),
        json!({"update_id": 1, "message": {"message_id": 1, "chat": {"id": 1, "type": "private"}, "date": 1}}),
        json!({"destination": "U1", "events": []}),
    ] {
        assert!(read(body.to_string()).is_err(), "{body}");
    }
}
