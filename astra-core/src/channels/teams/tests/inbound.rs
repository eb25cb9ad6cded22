//! What Teams sends, as its documentation shows it.

use serde_json::{Value, json};

use super::{APP_ID, connection, ignored, json_request, message, read, request};
use crate::channels::teams::Teams;
use crate::channels::{AttachmentContent, Event, Platform};

/// The example of
/// <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages>.
fn personal() -> Value {
    json!({
        "type": "message",
        "id": "1485983408511",
        "timestamp": "2017-02-01T21:10:07.437Z",
        "localTimestamp": "2017-02-01T14:10:07.437-07:00",
        "serviceUrl": "https://smba.trafficmanager.net/amer/",
        "channelId": "msteams",
        "from": {
            "id": "29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85gQtHieVkKilBZ9XHoq9j7Zaqt7CZ-NJWi7me2kHTL3Bw",
            "name": "Megan Bowen",
            "aadObjectId": "7faf8ab2-3d56-4244-b585-20c8a42ed2b8",
        },
        "conversation": {
            "conversationType": "personal",
            "id": "a:17I0kl9EkpE1O9PH5TWrzrLNwnWWcfrU7QZjKR0WSfOpzbfcAg2IaydGElSo10tVr4C7Fc6GtieTJX663WuJCc1uA83n4CSr\
                HSgGBj5XNYLcVlJAs2ZX8DbYBPck201w-",
        },
        "recipient": {"id": "28:c9e8c047-2a74-40a2-b28a-b162d5f5327c", "name": "Teams TestBot"},
        "textFormat": "plain",
        "text": "Hello Teams TestBot.Sending bold-italic rich text",
        "attachments": [{
            "contentType": "text/html",
            "content": "<div><div>Hello Teams TestBot. Sending <strong>bold</strong>-<em>italic</em> rich text.</div>\n\
                </div>",
        }],
        "entities": [{
            "locale": "en-US", "country": "US", "platform": "Windows", "timezone": "America/Los_Angeles",
            "type": "clientInfo",
        }],
        "channelData": {"tenant": {"id": "72f988bf-86f1-41af-91ab-2d7cd011db47"}},
        "locale": "en-US",
    })
}

fn with(changes: &Value) -> Value {
    let mut activity = personal();
    for (name, value) in changes.as_object().unwrap() {
        activity[name] = value.clone();
    }
    activity
}

fn mention(id: &str, text: &str) -> Value {
    json!({"type": "mention", "mentioned": {"id": id, "name": "x"}, "text": text})
}

#[test]
fn a_personal_message_is_read() {
    let message = message(&personal());
    assert_eq!(message.text, "Hello Teams TestBot.Sending bold-italic rich text");
    assert!(message.is_direct && message.mentions_bot && !message.user.is_bot);
    assert_eq!(message.user.id, "7faf8ab2-3d56-4244-b585-20c8a42ed2b8");
    assert_eq!(message.user.name.as_deref(), Some("Megan Bowen"));
    assert!(message.place.conversation.starts_with("a:17I0kl9"));
    assert_eq!(message.place.thread, None);
    assert_eq!(message.place.reply_to, "https://smba.trafficmanager.net/amer/");
    assert_eq!(message.sent_at_ms, Some(1_485_983_407_437));
    assert_eq!(message.attachments, []);
    assert_eq!(read(&connection(), &personal()).event_id, read(&connection(), &personal()).event_id);
    let unknown = with(&json!({"from": {"id": "29:1"}}));
    assert_eq!(super::message(&unknown).user.id, "29:1");
}

#[test]
fn a_mention_in_a_channel_is_read_with_its_thread() {
    let bot = format!("28:{APP_ID}");
    let channel = "19:aebd0ad4d6ab42c8b9ed19c251c2fc37@thread.skype";
    let changes = json!({
        "text": "<at>Teams TestBot</at>&nbsp;ask <at>Pranav Smith</at> if 1 &lt; 2\n",
        "conversation": {"isGroup": true, "conversationType": "channel", "tenantId": "t",
            "id": format!("{channel};messageid=1481567603816")},
        "entities": [mention(&bot, "<at>Teams TestBot</at>"),
            mention("29:08q2j2o3jc09au90eucae", "<at>Pranav Smith</at>")],
    });
    let read_message = message(&with(&changes));
    assert_eq!(read_message.text, "ask @Pranav Smith if 1 < 2");
    assert!(read_message.mentions_bot && !read_message.is_direct);
    assert_eq!(read_message.place.conversation, channel);
    assert_eq!(read_message.place.thread.as_deref(), Some("1481567603816"));
    // The text may say what it wants; the entities count.
    let mut other = with(&changes);
    other["entities"] = json!([mention("29:1", "<at>Teams TestBot</at>")]);
    let read_message = message(&other);
    assert!(!read_message.mentions_bot);
    assert_eq!(read_message.text, "@Teams TestBot ask @Pranav Smith if 1 < 2");
    let mut command = with(&changes);
    command["text"] = json!("<at>Teams TestBot</at> /reset");
    assert_eq!(message(&command).text, "/reset");
    let group = json!({"isGroup": true, "conversationType": "groupChat", "id": "19:1@thread.v2"});
    let read_message = message(&with(&json!({"conversation": group})));
    assert!(!read_message.is_direct && !read_message.mentions_bot && read_message.place.thread.is_none());
    let root = json!({"conversationType": "channel", "id": channel});
    assert_eq!(message(&with(&json!({"conversation": root}))).place.thread.as_deref(), Some("1485983408511"));
}

#[test]
fn own_messages_are_ignored_and_other_bots_are_named() {
    let own = with(&json!({"from": {"id": format!("28:{APP_ID}"), "name": "Astra"}}));
    assert_eq!(ignored(&own), "the bot's own message");
    for from in [json!({"id": "28:0a0b", "name": "Other"}), json!({"id": "29:1", "role": "bot"})] {
        assert!(message(&with(&json!({"from": from}))).user.is_bot);
    }
}

#[test]
fn what_is_no_new_message_is_ignored_with_its_type() {
    let mut ids = std::collections::BTreeSet::from([read(&connection(), &personal()).event_id]);
    for changes in [
        json!({"type": "messageUpdate", "channelData": {"eventType": "editMessage"}}),
        json!({"type": "messageUpdate", "timestamp": "2017-02-01T21:11:07.437Z"}),
        json!({"type": "messageDelete", "channelData": {"eventType": "softDeleteMessage"}}),
        json!({"type": "messageReaction", "reactionsAdded": [{"type": "like"}], "replyToId": "1575667808184"}),
        json!({"type": "conversationUpdate", "membersAdded": [{"id": "28:f5d48856"}]}),
        json!({"type": "installationUpdate", "action": "add"}),
        json!({"type": "invoke", "name": "fileConsent/invoke", "value": {}}),
        json!({"type": "somethingNew", "from": null, "conversation": null, "id": null}),
    ] {
        let kind = changes["type"].as_str().unwrap();
        assert_eq!(ignored(&with(&changes)), format!("activities of the type {kind} are not answered"));
        let id = read(&connection(), &with(&changes)).event_id;
        assert!(id.len() <= 255 && ids.insert(id), "{changes}");
    }
    assert_eq!(ignored(&with(&json!({"channelId": "webchat"}))), "activities of the channel webchat are not answered");
}

#[test]
fn a_bot_of_one_tenant_answers_that_one_alone() {
    let mut single = connection();
    single.settings.0.insert("tenant_id".to_owned(), "72f988bf-86f1-41af-91ab-2d7cd011db47".to_owned());
    assert!(matches!(read(&single, &personal()).event, Event::Message(_)));
    let conversation = json!({"conversationType": "personal", "id": "a:1", "tenantId": "another"});
    for changes in [json!({"channelData": {"tenant": {"id": "another"}}}), json!({"conversation": conversation})] {
        let event = read(&single, &with(&changes)).event;
        assert_eq!(event, Event::Ignored("the activity is of another tenant".to_owned()));
        assert!(matches!(read(&connection(), &with(&changes)).event, Event::Message(_)));
    }
}

#[test]
fn files_come_with_a_message() {
    // <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4>
    let file = |name: &str, kind: &str| {
        json!({"contentType": "application/vnd.microsoft.teams.file.download.info", "name": name,
            "contentUrl": "https://contoso.sharepoint.com/personal/a/file_example.txt",
            "content": {"downloadUrl": "https://download.link", "uniqueId": "1150D938", "fileType": kind, "etag": "1"}})
    };
    let inline = "https://smba.trafficmanager.net/amer/v3/attachments/0-eus-d1/views/original";
    let changes = json!({"text": null, "attachments": [
        {"contentType": "image/*", "contentUrl": inline},
        {"contentType": "image/png", "name": "Bender_Rodriguez.png",
            "contentUrl": "https://upload.wikimedia.org/wikipedia/en/a/a6/Bender_Rodriguez.png"},
        file("file_example.txt", "txt"),
        file("photo.JPG", "JPG"),
        {"contentType": "application/vnd.microsoft.card.adaptive", "content": {}},
        {"contentType": "text/html", "content": "<p>x</p>"},
    ]});
    let attachments = message(&with(&changes)).attachments;
    let found: Vec<_> = attachments.iter().map(|one| (one.name.as_str(), one.media_type.as_str())).collect();
    assert_eq!(
        found,
        [
            ("image", "image/png"),
            ("Bender_Rodriguez.png", "image/png"),
            ("file_example.txt", "application/octet-stream"),
            ("photo.JPG", "image/jpeg"),
            ("card", ""),
        ]
    );
    assert_eq!(attachments[0].content, AttachmentContent::Remote(inline.to_owned()));
    assert_eq!(attachments[3].content, AttachmentContent::Remote("https://download.link".to_owned()));
    assert_eq!(attachments[4].content, AttachmentContent::None);
    let authorization = |url: &str| {
        let call = Teams.download(&connection(), url).unwrap();
        call.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(authorization(inline).as_deref(), Some("Bearer eyJhbGciOiJIUzI1Ni"));
    for url in ["https://download.link", "http://smba.trafficmanager.net/a", "https://smba.trafficmanager.net.evil/a"] {
        assert_eq!(authorization(url), None, "{url}");
    }
}

#[test]
fn what_is_not_of_the_bot_framework_cannot_be_read() {
    let whole = personal().to_string();
    for body in ["", "{", "[]", "null", "hello", &whole[..whole.len() - 9]] {
        assert!(Teams.read(&connection(), &request("", body.to_owned(), None, 0)).is_err(), "{body}");
    }
    for (name, value) in [
        ("type", Value::Null),
        ("id", Value::Null),
        ("id", json!(1)),
        ("serviceUrl", Value::Null),
        ("from", Value::Null),
        ("conversation", Value::Null),
        ("text", json!(["x"])),
        ("attachments", json!([{}])),
    ] {
        assert!(Teams.read(&connection(), &json_request(&with(&json!({name: value})))).is_err(), "{name}");
    }
    let slack = json!({"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}});
    assert!(Teams.read(&connection(), &json_request(&slack)).is_err());
}
