//! The mails that answers are.

use super::{AT_MS, connection, connection_with, outgoing};
use crate::channels::email::compose::compose;
use crate::channels::email::smtp::{Security, Server};
use crate::channels::email::{Email, TEXT_MAX};
use crate::channels::{Connection, HttpAnswer, Place, Platform, Sent, Unit, split};

pub(super) const REPLY_TO: &str = r#"{"to":"ada@example.org","name":"Ada, L.","subject":"Numbers",
    "message_id":"<question@example.org>","references":"<a@example.org>"}"#;

pub(super) fn place(reply_to: &str) -> Place {
    Place { conversation: "a@example.org".to_owned(), thread: None, reply_to: reply_to.to_owned() }
}

fn composed(connection: &Connection, reply_to: &str, markdown: &str) -> Result<String, String> {
    let (place, html) = (place(reply_to), Email.render(markdown));
    let mail = compose(connection, &outgoing(&place, markdown, &html))?;
    Ok(String::from_utf8(mail.message.formatted()).unwrap())
}

#[test]
fn an_answer_stands_in_its_thread_in_both_forms() {
    let mail = composed(&connection(), REPLY_TO, "**a** < b").unwrap();
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let id = format!("<000000000000000a0000000000.{}@example.com>", connection().id);
    for line in [
        "From: Astra <astra@example.com>",
        "To: =?utf-8?b?QWRhLCBMLg==?= <ada@example.org>",
        "Subject: Re: Numbers",
        "In-Reply-To: <question@example.org>",
        "References: <a@example.org> <question@example.org>",
        "Auto-Submitted: auto-replied",
        "Date: Mon, 14 Sep 2020 19:41:42 +0000",
        "MIME-Version: 1.0",
    ] {
        assert!(head.replace("\r\n ", " ").contains(line), "{line}: {head}");
    }
    assert!(head.replace("\r\n ", " ").contains(&format!("Message-ID: {id}")), "{head}");
    assert!(body.contains("**a** < b") && body.contains("<b>a</b> &lt; b"), "{body}");
    assert_eq!(AT_MS, 1_600_112_502_000);
    // The same part is the same mail, whenever it is made.
    assert_eq!(composed(&connection(), REPLY_TO, "**a** < b").unwrap(), mail);
    assert_eq!(Email.simulated_text("", mail.as_bytes()).as_deref(), Some("**a** < b"));
}

#[test]
fn nothing_of_a_mail_becomes_a_header() {
    let evil = r#"{"to":"ada@example.org","name":"x\r\nBcc: b@evil.example",
        "subject":"a\r\nBcc: c@evil.example\r\n\r\nbody","message_id":"<q>\r\nBcc: d@evil.example","references":""}"#;
    let mail = composed(&connection(), evil, "x").unwrap();
    assert!(!mail.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{mail}");
    for wrong in [
        r#"{"to":"ada@example.org\r\nBcc: x@evil.example","subject":"","message_id":"","references":""}"#,
        r#"{"to":"ada@example.org, b@evil.example","subject":"","message_id":"","references":""}"#,
        r#"{"to":"","subject":"","message_id":"","references":""}"#,
        "",
        "invitation",
    ] {
        assert!(composed(&connection(), wrong, "x").is_err(), "{wrong}");
    }
}

#[test]
fn every_character_may_be_in_a_name_and_a_subject() {
    let letters: Vec<char> = ('\0'..'\u{300}').chain(['\u{2028}', '\u{202e}', '\u{feff}', '字', '👋']).collect();
    for letters in letters.chunks(7) {
        let text: String = letters.iter().collect();
        let reply_to = serde_json::json!({
            "to": "ada@example.org",
            "name": text,
            "subject": text,
            "message_id": format!("<{text}>"),
            "references": text,
        });
        let mail = composed(&connection_with(&[("name", &text)]), &reply_to.to_string(), &text).unwrap();
        let head = mail.split("\r\n\r\n").next().unwrap();
        let is_header = |line: &str| line.starts_with(' ') || line.split_once(": ").is_some();
        assert!(mail.is_ascii() && head.split("\r\n").all(is_header), "{letters:?} {head}");
    }
}

#[test]
fn a_subject_is_answered_once_and_written_in_every_alphabet() {
    let subject = |of: &str| {
        let reply_to = REPLY_TO.replace("Numbers", of);
        let mail = composed(&connection(), &reply_to, "x").unwrap();
        mail.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned()
    };
    assert_eq!((subject("re: a").as_str(), subject("").as_str(), subject("a").as_str()), ("re: a", "Re:", "Re: a"));
    assert!(subject("Zahlen für Ä").contains("=?utf-8?b?"));
}

#[test]
fn long_texts_and_every_character_arrive_as_they_are() {
    for text in [
        "👨‍👩‍👧‍👦 e\u{301}\u{327}".repeat(500),
        format!("a{}b", " ".repeat(2_000)),
        ".\n..\n. a\nFrom x\n=3D = ?\n".to_owned(),
        "x".repeat(3_000),
    ] {
        let mail = composed(&connection(), REPLY_TO, &text).unwrap();
        assert!(mail.is_ascii() && mail.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\n')));
        assert_eq!(Email.simulated_text("", mail.as_bytes()).as_deref(), Some(text.trim_end()));
    }
    assert_eq!(Email.simulated_text("", b"<html>"), None);
}

#[test]
fn parts_are_no_longer_than_the_limit() {
    let settings = connection().settings;
    let limits = Email.limits(&settings);
    assert_eq!(
        (limits.text_max, limits.unit, limits.edit_pause, limits.takes_twice),
        (TEXT_MAX, Unit::Characters, None, false)
    );
    let length = |part: &str| Email.length(&settings, part);
    for piece in ["👨‍👩‍👧‍👦", "e\u{301}", "<&"] {
        let text = piece.repeat((TEXT_MAX + 500) / piece.chars().count());
        let parts = split(&text, TEXT_MAX, &length);
        assert!(parts.len() > 1 && parts.iter().all(|part| length(part) <= TEXT_MAX), "{piece}");
        assert_eq!(parts.concat(), text);
        assert!(piece == "<&" || parts.iter().all(|part| part.len() % piece.len() == 0), "{piece}");
    }
}

#[test]
fn each_character_with_a_meaning_is_escaped() {
    let html = |markdown: &str| {
        let html = Email.render(markdown);
        html.strip_prefix("<div style=\"white-space: pre-wrap\">").unwrap().strip_suffix("</div>").unwrap().to_owned()
    };
    assert_eq!(html("a < b > c & d \" e ' f"), "a &lt; b &gt; c &amp; d &quot; e ' f");
    assert_eq!(html("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_eq!(html("**a** _b_ ~~c~~ `<d>`"), "<b>a</b> <i>b</i> <s>c</s> <code>&lt;d&gt;</code>");
    assert_eq!(html("```html\n<p>\n```"), "<pre>&lt;p&gt;\n</pre>");
    assert_eq!(html("[a](https://b.example/\"x)"), "<a href=\"https://b.example/&quot;x\">a</a>");
    assert_eq!(html("[a](javascript:x)"), "a (javascript:x)");
    assert_eq!(html("> a\n\n- b\n1. c"), "<blockquote>a</blockquote>\n\n• b\n\n1. c");
}

#[test]
fn a_mail_server_is_named_by_a_url() {
    let server = |url: &str| Server::parse(url).map(|server| (server.host, server.port, server.security));
    let of = |host: &str, port, security| Some((host.to_owned(), port, security));
    assert_eq!(server("smtps://a.example"), of("a.example", 465, Security::Tls));
    assert_eq!(server("smtp://a.example"), of("a.example", 587, Security::StartTls));
    assert_eq!(server("smtp+plain://a.example"), of("a.example", 25, Security::None));
    assert_eq!(server("smtps://127.0.0.1:2525"), of("127.0.0.1", 2525, Security::Tls));
    for wrong in ["", "a.example", "http://a.example", "smtp://", "smtp://a:0", "smtp://a:x", "smtp://a:65536"] {
        assert_eq!(server(wrong), None, "{wrong}");
    }
}

#[test]
fn mails_are_not_sent_over_http() {
    let answer = HttpAnswer {
        status: http::StatusCode::OK,
        headers: http::HeaderMap::new(),
        body: bytes::Bytes::new(),
        at_ms: 0,
    };
    assert!(matches!(Email.read_sent(&connection_with(&[]), &answer), Sent::Refused { is_credential: false, .. }));
    assert!(Email.check(&connection(), 0).is_none() && Email.token_request(&connection()).is_none());
    assert!(Email.edit(&connection(), &outgoing(&place(REPLY_TO), "", ""), "x").is_none());
}
