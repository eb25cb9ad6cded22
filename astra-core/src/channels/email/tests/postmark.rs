//! What Postmark posts.

use serde_json::{Value, json};

use super::{ADDRESS, as_json, connection, connection_with, ignored, message, posted, posted_with, read, request};
use crate::channels::{AttachmentContent, Event};

/// The example of Postmark's documentation.
fn documented() -> Value {
    json!({
        "FromName": "Postmarkapp Support",
        "MessageStream": "inbound",
        "From": "support@postmarkapp.com",
        "FromFull": {"Email": "support@postmarkapp.com", "Name": "Postmarkapp Support", "MailboxHash": ""},
        "To": "\"Firstname Lastname\" <yourhash+SampleHash@inbound.postmarkapp.com>",
        "ToFull": [{
            "Email": "yourhash+SampleHash@inbound.postmarkapp.com",
            "Name": "Firstname Lastname",
            "MailboxHash": "SampleHash",
        }],
        "Cc": "\"First Cc\" <firstcc@postmarkapp.com>, secondCc@postmarkapp.com>",
        "CcFull": [
            {"Email": "firstcc@postmarkapp.com", "Name": "First Cc", "MailboxHash": ""},
            {"Email": "secondCc@postmarkapp.com", "Name": "", "MailboxHash": ""},
        ],
        "Bcc": "\"First Bcc\" <firstbcc@postmarkapp.com>, secondbcc@postmarkapp.com>",
        "BccFull": [
            {"Email": "firstbcc@postmarkapp.com", "Name": "First Bcc", "MailboxHash": ""},
            {"Email": "secondbcc@postmarkapp.com", "Name": "", "MailboxHash": ""},
        ],
        "OriginalRecipient": "yourhash+SampleHash@inbound.postmarkapp.com",
        "Subject": "Test subject",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "ReplyTo": "replyto@postmarkapp.com",
        "MailboxHash": "SampleHash",
        "Date": "Fri, 1 Aug 2014 16:45:32 -04:00",
        "TextBody": "This is a test text body.",
        "HtmlBody": "<html><body><p>This is a test html body.</p></body></html>",
        "StrippedTextReply": "This is the reply text",
        "Tag": "TestTag",
        "Headers": [
            {"Name": "X-Header-Test", "Value": ""},
            {"Name": "X-Spam-Status", "Value": "No"},
            {"Name": "X-Spam-Score", "Value": "-0.1"},
            {"Name": "X-Spam-Tests", "Value": "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,SPF_PASS"},
        ],
        "Attachments": [{
            "Name": "test.txt",
            "Content": "VGhpcyBpcyBhdHRhY2htZW50IGNvbnRlbnRzLCBiYXNlLTY0IGVuY29kZWQu",
            "ContentType": "text/plain",
            "ContentLength": 45,
        }],
    })
}

#[test]
fn the_documented_mail_is_read() {
    let request = as_json(&documented());
    assert_eq!(read(&connection(), &request).unwrap().0, "73e6d360-66eb-11e1-8e72-a8904824019b");
    let message = message(&connection(), &request);
    assert_eq!(message.user.id, "support@postmarkapp.com");
    assert_eq!((message.user.name.as_deref(), message.user.is_bot), (Some("Postmarkapp Support"), false));
    assert_eq!(message.text, "Subject: Test subject\n\nThis is the reply text");
    // Others have a copy of it; it is to the channel by the address that has received it.
    assert_eq!((message.is_direct, message.mentions_bot), (false, true));
    assert_eq!(message.place.conversation, "support@postmarkapp.com");
    let attachment = &message.attachments[0];
    assert_eq!((attachment.name.as_str(), attachment.media_type.as_str()), ("test.txt", "text/plain"));
    assert_eq!((attachment.bytes, &attachment.content), (Some(45), &AttachmentContent::None));
    // An answer goes to the sender alone, not to `Reply-To`, which nothing proves.
    let answered: Value = serde_json::from_str(&message.place.reply_to).unwrap();
    assert_eq!(
        (answered["to"].as_str(), answered["subject"].as_str()),
        (Some("support@postmarkapp.com"), Some("Test subject"))
    );
}

#[test]
fn what_is_no_mail_cannot_be_read() {
    let sendgrid = "--xYzZY\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\na@b.example\r\n--xYzZY--\r\n";
    let cut = documented().to_string();
    for body in ["", "{", "<html>", "[]", "{}", sendgrid, &cut[..cut.len() - 9], r#"{"MessageID": "a"}"#] {
        assert!(read(&connection(), &request("application/json", &[], body.as_bytes())).is_err(), "{body}");
    }
    for (field, value) in
        [("MessageID", json!("")), ("MessageID", json!(7)), ("FromFull", json!([])), ("Headers", json!({}))]
    {
        let mut mail = documented();
        mail[field] = value;
        assert!(read(&connection(), &as_json(&mail)).is_err(), "{field}");
    }
}

#[test]
fn records_of_other_webhooks_are_ignored() {
    let bounce =
        json!({"RecordType": "Bounce", "MessageID": "883953f4", "Type": "HardBounce", "Email": "john@example.com"});
    let (id, event) = read(&connection(), &as_json(&bounce)).unwrap();
    assert_eq!(
        (id.as_str(), event),
        ("Bounce 883953f4", Event::Ignored("records of the type Bounce are not answered".to_owned()))
    );
}

#[test]
fn a_thread_is_one_conversation_and_each_mail_of_it_is_answered_in_it() {
    let first = message(&connection(), &as_json(&posted()));
    assert_eq!(first.place.conversation, "question@example.org");
    assert!(first.is_direct && first.mentions_bot && first.place.thread.is_none());
    assert_eq!((first.user.id.as_str(), first.user.name.as_deref()), ("ada@example.org", Some("Ada L.")));
    let mut next = posted_with(&[
        ("References", "<question@example.org>\r\n <answer@example.com>"),
        ("In-Reply-To", "<answer@example.com>"),
        ("Date", "Thu, 5 Apr 2012 16:59:01 +0200"),
    ]);
    next["Headers"][0]["Value"] = json!("<next@example.org>");
    next["Subject"] = json!("Re: x");
    let next = message(&connection(), &as_json(&next));
    assert_eq!((next.place.conversation.as_str(), next.text.as_str()), ("question@example.org", "Hello"));
    assert_eq!(next.sent_at_ms, Some(1_333_637_941_000));
    let answered: Value = serde_json::from_str(&next.place.reply_to).unwrap();
    assert_eq!(answered["message_id"], "<next@example.org>");
    assert_eq!(answered["references"], "<question@example.org> <answer@example.com>");
    let only_reply = posted_with(&[("In-Reply-To", "<answer@example.com>")]);
    assert_eq!(message(&connection(), &as_json(&only_reply)).place.conversation, "answer@example.com");
    let long = posted_with(&[("References", &format!("<{}@example.org>", "a".repeat(400)))]);
    let id = message(&connection(), &as_json(&long)).place.conversation;
    assert!(id.starts_with('#') && id.len() == 65, "{id}");
}

#[test]
fn what_an_answer_needs_stays_short() {
    let ids: Vec<String> = (0..200).map(|number| format!("<{number:060}@example.org>")).collect();
    let mut mail = posted_with(&[("References", &ids.join(" "))]);
    mail["Subject"] = json!(format!("a\r\nBcc: x@evil.example\r\n{}", "é".repeat(2_000)));
    let message = message(&connection(), &as_json(&mail));
    assert!(message.place.reply_to.len() <= 4 << 10, "{}", message.place.reply_to.len());
    let answered: Value = serde_json::from_str(&message.place.reply_to).unwrap();
    let references = answered["references"].as_str().unwrap();
    assert!(references.starts_with(&ids[0]) && references.ends_with(&ids[199]));
    assert!(!answered["subject"].as_str().unwrap().contains(['\r', '\n']));
}

#[test]
fn copies_make_a_group_and_only_a_copy_mentions_no_one() {
    let of = |to: &[&str], cc: &[&str], received_by: &str| {
        let all =
            |addresses: &[&str]| addresses.iter().map(|email| json!({"Email": email, "Name": ""})).collect::<Value>();
        let mut mail = posted();
        (mail["ToFull"], mail["CcFull"], mail["OriginalRecipient"]) = (all(to), all(cc), json!(received_by));
        let message = message(&connection(), &as_json(&mail));
        (message.is_direct, message.mentions_bot)
    };
    assert_eq!(of(&[ADDRESS], &[], ""), (true, true));
    assert_eq!(of(&["Astra@Example.com"], &[], "hash@inbound.postmarkapp.com"), (true, true));
    assert_eq!(of(&[ADDRESS, "bob@example.org"], &[], ""), (false, true));
    assert_eq!(of(&["bob@example.org"], &[ADDRESS], ""), (false, false));
    assert_eq!(of(&["bob@example.org"], &[], "hash@inbound.postmarkapp.com"), (false, true));
}

#[test]
fn mails_of_programs_are_of_bots_and_the_channels_own_are_ignored() {
    for header in [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated; x=y"),
        ("Precedence", "bulk"),
        ("Precedence", "List"),
        ("List-Id", "<a.example>"),
        ("List-Unsubscribe", "<https://a.example>"),
        ("Return-Path", "<>"),
        ("X-Autoreply", "yes"),
    ] {
        assert!(message(&connection(), &as_json(&posted_with(&[header]))).user.is_bot, "{header:?}");
    }
    for header in [("Auto-Submitted", "no"), ("Precedence", "first-class"), ("Return-Path", "<ada@example.org>")] {
        assert!(!message(&connection(), &as_json(&posted_with(&[header]))).user.is_bot, "{header:?}");
    }
    let from = |address: &str| {
        let mut mail = posted();
        mail["FromFull"]["Email"] = json!(address);
        as_json(&mail)
    };
    for address in ["MAILER-DAEMON@example.org", "postmaster@example.org", "no-reply@example.org"] {
        assert!(message(&connection(), &from(address)).user.is_bot, "{address}");
    }
    assert_eq!(ignored(&connection(), &from("ASTRA@example.com")), "it is the channel's own");
    assert_eq!(ignored(&connection(), &from("")), "it names no sender");
}

#[test]
fn a_sender_that_nothing_proves_is_not_believed() {
    let with = |headers: &[(&str, &str)]| {
        let mut mail = posted();
        mail["Headers"] = headers.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        as_json(&mail)
    };
    let spf = |domain: &str| {
        format!(
            "Pass (sender SPF authorized) identity=mailfrom; client-ip=209.85.160.180; helo=mail-gy0-f180.google.com; \
             envelope-from=ada@{domain}; receiver=hash+ahoy@inbound.postmarkapp.com"
        )
    };
    let (own, above, other, lookalike) = (spf("example.org"), spf("org"), spf("evil.example"), spf("le.org"));
    let signed = ("X-Spam-Tests", "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU");
    assert!(!message(&connection(), &with(&[signed])).user.id.is_empty());
    assert!(!message(&connection(), &with(&[("Received-SPF", &own)])).user.id.is_empty());
    for headers in [
        &[][..],
        // Signed, but by another domain.
        &[("X-Spam-Tests", "DKIM_SIGNED,DKIM_VALID,SPF_PASS")],
        &[("X-Spam-Tests", "NOT_DKIM_VALID_AU")],
        // What the sender has brought, before what the service says.
        &[signed, ("X-Spam-Tests", "SPF_FAIL")],
        &[("Received-SPF", &other)],
        &[("Received-SPF", &above)],
        &[("Received-SPF", &lookalike)],
        &[("Received-SPF", "Fail identity=mailfrom; envelope-from=ada@example.org")],
        &[("Received-SPF", &own), ("Received-SPF", "None (no SPF record)")],
    ] {
        let why = ignored(&connection(), &with(headers));
        assert_eq!(why, "neither SPF nor DKIM proves its sender", "{headers:?}");
        let any = connection_with(&[("senders", "any")]);
        assert_eq!(message(&any, &with(headers)).user.id, "ada@example.org");
    }
}

#[test]
fn images_come_with_their_content_until_there_are_too_many() {
    let file = |name: &str, media_type: &str, content: String| {
        let bytes = content.len();
        json!({"Name": name, "ContentType": media_type, "ContentLength": bytes, "Content": content, "ContentID": ""})
    };
    let mut mail = posted();
    mail["Attachments"] = json!([
        file("a.png", "image/png; name=a.png", "iVBORw0KGgo=".to_owned()),
        file("big.jpg", "image/jpeg", "A".repeat(3 << 20)),
        file("b.gif", "IMAGE/GIF", "R0lGODlh".to_owned()),
        file("c.pdf", "application/pdf", "JVBERi0=".to_owned()),
        file("", "", "eA==".to_owned()),
    ]);
    let attachments = message(&connection(), &as_json(&mail)).attachments;
    let inline = |text: &str| AttachmentContent::Inline(text.to_owned());
    let contents: Vec<_> = attachments.iter().map(|attachment| attachment.content.clone()).collect();
    let none = AttachmentContent::None;
    assert_eq!(contents, [inline("iVBORw0KGgo="), none.clone(), inline("R0lGODlh"), none.clone(), none]);
    let names: Vec<_> = attachments.iter().map(|attachment| attachment.name.as_str()).collect();
    assert_eq!(names, ["a.png", "big.jpg", "b.gif", "c.pdf", "attachment"]);
}
