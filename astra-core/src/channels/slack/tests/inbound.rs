//! What Slack sends, as its documentation shows it.

use serde_json::{Value, json};

use super::{COMMAND, form_request, ignored, json_request, message, read, request};
use crate::channels::slack::Slack;
use crate::channels::slack::tests::connection;
use crate::channels::{AttachmentContent, Event, Platform};

/// An event in the wrapper of <https://docs.slack.dev/apis/events-api>.
fn wrapped(event: &Value) -> Value {
    json!({
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": "T123ABC456",
        "api_app_id": "A123ABC456",
        "event": event,
        "type": "event_callback",
        "event_id": "Ev123ABC456",
        "event_time": 1_515_449_522,
        "authorizations": [{
            "enterprise_id": null, "team_id": "T123ABC456", "user_id": "U0LAN0Z89", "is_bot": true,
            "is_enterprise_install": false,
        }],
        "is_ext_shared_channel": false,
        "event_context": "4-eyJldCI6Im1lc3NhZ2UifQ",
    })
}

fn event(changes: &Value) -> Value {
    let mut event = json!({
        "type": "message",
        "channel": "C123ABC456",
        "user": "U061F7AUR",
        "text": "Hello there",
        "ts": "1515449522.000016",
        "event_ts": "1515449522.000016",
        "channel_type": "channel",
    });
    for (name, value) in changes.as_object().unwrap() {
        event[name] = value.clone();
    }
    wrapped(&event)
}

#[test]
fn a_mention_in_a_channel_opens_a_thread() {
    // <https://docs.slack.dev/reference/events/app_mention>
    let body = wrapped(&json!({
        "type": "app_mention",
        "user": "U061F7AUR",
        "text": "<@U0LAN0Z89> is it everything a river should be?",
        "ts": "1515449522.000016",
        "channel": "C123ABC456",
        "event_ts": "1515449522000016",
    }));
    let read_message = message(&json_request(&body));
    assert_eq!(read_message.text, "is it everything a river should be?");
    assert!(read_message.mentions_bot && !read_message.is_direct && !read_message.user.is_bot);
    assert_eq!(read_message.user.id, "U061F7AUR");
    assert_eq!(read_message.place.conversation, "C123ABC456");
    assert_eq!(read_message.place.thread.as_deref(), Some("1515449522.000016"));
    assert_eq!(read_message.sent_at_ms, Some(1_515_449_522_000));
    // The same message comes as an event of the channel, too.
    let twin = event(&json!({"text": "<@U0LAN0Z89> is it everything a river should be?"}));
    assert!(message(&json_request(&twin)).mentions_bot);
    assert_eq!(read(&json_request(&body))[0].event_id, read(&json_request(&twin))[0].event_id);
}

#[test]
fn who_is_addressed_follows_from_the_message() {
    for (changes, addressed, direct, thread) in [
        (json!({}), false, false, Some("1515449522.000016")),
        (json!({"text": "a <@U0LAN0Z89|astra>"}), true, false, Some("1515449522.000016")),
        (json!({"thread_ts": "1482960137.003543"}), false, false, Some("1482960137.003543")),
        (
            json!({"thread_ts": "1482960137.003543", "parent_user_id": "U0LAN0Z89"}),
            true,
            false,
            Some("1482960137.003543"),
        ),
        (json!({"channel": "G1", "channel_type": "mpim"}), false, false, Some("1515449522.000016")),
        (json!({"channel": "D024BE91L", "channel_type": "im"}), true, true, None),
        (json!({"channel": "D024BE91L", "channel_type": "im", "thread_ts": "1.2"}), true, true, Some("1.2")),
        (json!({"subtype": "thread_broadcast", "thread_ts": "1.2"}), false, false, Some("1.2")),
    ] {
        let message = message(&json_request(&event(&changes)));
        assert_eq!((message.mentions_bot, message.is_direct), (addressed, direct), "{changes}");
        assert_eq!(message.place.thread.as_deref(), thread, "{changes}");
    }
    // Before the first check the event itself says who the bot is.
    let mut unchecked = connection();
    unchecked.identity = None;
    let mention = json_request(&event(&json!({"text": "<@U0LAN0Z89> hi"})));
    let events = Slack.read(&unchecked, &mention).unwrap().events;
    assert!(matches!(&events[0].event, Event::Message(message) if message.mentions_bot && message.text == "hi"));
}

#[test]
fn own_messages_are_ignored_and_other_bots_are_named() {
    for own in [json!({"user": "U0LAN0Z89", "bot_id": "B061F7AUR"}), json!({"bot_id": "B061F7AUR", "user": "U2"})] {
        assert_eq!(ignored(&json_request(&event(&own))), "the bot's own message");
    }
    // <https://docs.slack.dev/reference/events/message/bot_message>
    let other = wrapped(&json!({
        "type": "message",
        "subtype": "bot_message",
        "channel": "C123ABC456",
        "ts": "1358877455.000010",
        "text": "Pushing is the answer",
        "bot_id": "BB12033",
        "username": "github",
        "icons": {},
    }));
    let message = message(&json_request(&other));
    assert!(message.user.is_bot);
    assert_eq!(message.user.id, "BB12033");
}

#[test]
fn what_is_no_new_message_is_ignored_with_its_name() {
    for (event, name) in [
        (
            json!({"type": "message", "subtype": "message_changed", "hidden": true, "channel": "C123ABC456",
            "ts": "1358878755.000001", "message": {"type": "message", "user": "U123ABC456", "text": "Hello, world!",
            "ts": "1355517523.000005", "edited": {"user": "U123ABC456", "ts": "1358878755.000001"}}}),
            "message.message_changed",
        ),
        (
            json!({"type": "message", "subtype": "message_deleted", "hidden": true, "channel": "C123ABC456",
            "ts": "1358878755.000001", "deleted_ts": "1358878749.000002"}),
            "message.message_deleted",
        ),
        (
            json!({"type": "message", "subtype": "channel_join", "ts": "1358877458.000011", "user": "U123ABC456",
            "text": "<@U123ABC456> has joined the channel"}),
            "message.channel_join",
        ),
        (
            json!({"type": "reaction_added", "user": "W111", "item": {"type": "message", "channel": "C111",
            "ts": "1599529504.000400"}, "reaction": "heart_eyes", "item_user": "W111",
            "event_ts": "1599616881.000800"}),
            "reaction_added",
        ),
        (json!({"type": "app_uninstalled"}), "app_uninstalled"),
        (json!({"type": "something_new", "anything": [1]}), "something_new"),
    ] {
        let request = json_request(&wrapped(&event));
        assert_eq!(ignored(&request), format!("events of the type {name} are not answered"));
        assert_eq!(read(&request)[0].event_id, "Ev123ABC456");
    }
    let limited = json!({"token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "type": "app_rate_limited", "team_id": "T123456",
        "minute_rate_limited": 1_518_467_820, "api_app_id": "A123456"});
    let events = [read(&json_request(&limited)), read(&json_request(&limited))];
    assert_eq!(events[0], events[1]);
    assert_eq!(events[0][0].event_id.len(), 64);
}

#[test]
fn files_come_with_a_message() {
    let files = json!([
        {"id": "F0S43PZDF", "name": "tedair.gif", "title": "tedair.gif", "mimetype": "image/gif", "filetype": "gif",
            "size": 137_531, "mode": "hosted",
            "url_private": "https://files.slack.com/files-pri/T1-F0S43PZDF/tedair.gif",
            "url_private_download": "https://files.slack.com/files-pri/T1-F0S43PZDF/download/tedair.gif"},
        {"id": "F2", "name": "report.pdf", "mimetype": "application/pdf", "size": 5, "mode": "hosted",
            "url_private": "https://files.slack.com/files-pri/T1-F2/report.pdf"},
        {"id": "F3", "mode": "file_access", "file_access": "check_file_info"},
        {"id": "F4", "mode": "tombstone"},
    ]);
    let body = event(&json!({"subtype": "file_share", "text": "", "upload": false, "files": files}));
    let attachments = message(&json_request(&body)).attachments;
    let found: Vec<_> = attachments.iter().map(|one| (one.name.as_str(), one.media_type.as_str(), one.bytes)).collect();
    assert_eq!(
        found,
        [
            ("tedair.gif", "image/gif", Some(137_531)),
            ("report.pdf", "application/pdf", Some(5)),
            ("file", "", None),
            ("file", "", None),
        ]
    );
    let contents: Vec<_> = attachments.into_iter().map(|one| one.content).collect();
    let remote = |url: &str| AttachmentContent::Remote(url.to_owned());
    assert_eq!(
        contents,
        [
            remote("https://files.slack.com/files-pri/T1-F0S43PZDF/download/tedair.gif"),
            remote("https://files.slack.com/files-pri/T1-F2/report.pdf"),
            remote("file:F3"),
            AttachmentContent::None,
        ]
    );
}

#[test]
fn text_is_read_as_people_see_it() {
    for (written, expected) in [
        ("<@U0LAN0Z89> <@U0LAN0Z89|astra>  /reset ", "/reset"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt;", "&lt;"),
        ("ask <@U123|ann> and <@U456>", "ask @ann and @U456"),
        ("in <#C123|general> or <#C456>", "in #general or #C456"),
        ("<!here> <!subteam^S1|@team> <!date^1392734382^{date}|Feb 18>", "@here @team Feb 18"),
        (
            "see <https://a.example/?x=1&amp;y=2|this> and <http://b.example|b.example>",
            "see [this](https://a.example/?x=1&y=2) and b.example",
        ),
        ("<https://c.example> <mailto:a@b.example|a@b.example>", "https://c.example a@b.example"),
        ("open < end", "open < end"),
        ("", ""),
    ] {
        assert_eq!(message(&json_request(&event(&json!({"text": written})))).text, expected, "{written}");
    }
}

#[test]
fn slash_commands_are_messages() {
    let read_command = message(&form_request(COMMAND));
    assert_eq!(read_command.text, "/help");
    assert_eq!((read_command.user.id.as_str(), read_command.user.name.as_deref()), ("U2CERLKJA", Some("roadrunner")));
    assert_eq!(read_command.place.conversation, "G8PSS9T3V");
    assert_eq!(read_command.place.thread, None);
    assert!(read_command.mentions_bot && !read_command.is_direct);
    assert_eq!(read(&form_request(COMMAND))[0].event_id, "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c");
    for (command, text, expected) in [
        ("%2Fagent", "What+is+%26amp%3B%3F", "What is &?"),
        ("%2Fagent", "reset", "/reset"),
        ("%2Fagent", "link+abc", "/link abc"),
        ("%2Fagent", "resets+are+bad", "resets are bad"),
        ("%2Freset", "", "/reset"),
        ("%2Flink", "abc", "/link abc"),
    ] {
        let body = format!("command={command}&text={text}&channel_id=D1&user_id=U1&trigger_id=1.2");
        let message = message(&form_request(&body));
        assert_eq!(message.text, expected, "{command} {text}");
        assert!(message.is_direct);
    }
    assert_eq!(read(&form_request("ssl_check=1&token=x")), []);
    let component = "payload=%7B%22type%22%3A%22block_actions%22%7D";
    assert_eq!(ignored(&form_request(component)), "events of the type block_actions are not answered");
}

#[test]
fn what_is_not_slacks_cannot_be_read() {
    for body in ["", "{", "[]", "null", "hello", "{\"type\":\"event_callback\"}", "{\"type\":1}"] {
        assert!(Slack.read(&connection(), &request(&[], body, 0)).is_err(), "{body}");
    }
    let whole = event(&json!({})).to_string();
    assert!(Slack.read(&connection(), &request(&[], whole[..whole.len() - 9].to_owned(), 0)).is_err());
    for (name, value) in [("channel", json!(1)), ("ts", Value::Null), ("text", json!({})), ("files", json!("x"))] {
        let body = event(&json!({name: value}));
        assert!(Slack.read(&connection(), &json_request(&body)).is_err(), "{name}");
    }
    // Of other platforms: Telegram, Discord, Teams.
    for body in [
        json!({"update_id": 1, "message": {"message_id": 1, "chat": {"id": 1, "type": "private"}, "date": 1}}),
        json!({"id": "1", "type": 2, "token": "t", "application_id": "1", "data": {}}),
    ] {
        assert!(Slack.read(&connection(), &json_request(&body)).is_err(), "{body}");
    }
    for body in ["", "a=b", "command=%2Fa&channel_id=C1&user_id=U1"] {
        assert!(Slack.read(&connection(), &form_request(body)).is_err(), "{body}");
    }
}
