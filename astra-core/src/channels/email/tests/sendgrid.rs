//! What SendGrid posts.

use bytes::Bytes;

use super::{connection_with, ignored, message, read, request};
use crate::channels::email::address::{Mailbox, parse_list};
use crate::channels::email::multipart;
use crate::channels::{AttachmentContent, Connection, Request};

const TYPE: &str = "multipart/form-data; boundary=xYzZY";

/// The fields of the example of SendGrid's own library (`examples/inbound-webhook-parsing` of sendgrid-python).
const FIELDS: [(&str, &str); 11] = [
    (
        "headers",
        "Received: by mx0004p1las1.sendgrid.net with SMTP id gK11jEqQrQ Sun, 28 Oct 2018 23:57:55 +0000 (UTC)\n\
         MIME-Version: 1.0\n\
         References: <CAAzJDmJhGrJS9zc00U0EP6-mw+rc2MGX51ZSSUMEoYBiM=et4g@mail.gmail.com>\n\
         In-Reply-To: <CAAzJDmJhGrJS9zc00U0EP6-mw+rc2MGX51ZSSUMEoYBiM=et4g@mail.gmail.com>\n\
         From: Rakin Uddin <random@gmail.com>\n\
         Date: Sun, 28 Oct 2018 19:57:43 -0400\n\
         Message-ID: <CAAzJDmKK=-=RRYtNxwMhg4Z=Qy96H1mZva0GNf1JqhhDyPf-dA@mail.gmail.com>\n\
         Subject: Fwd: Test Subject\n\
         To: test@rakinu.com\n\
         Content-Type: multipart/alternative;\n boundary=\"00000000000095a372057952b8ee\"\n",
    ),
    ("dkim", "{@gmail.com : pass}"),
    ("to", "test@rakinu.com"),
    ("html", "<div dir=\"ltr\">Testing the inbound e-mail parser here<br></div>"),
    ("from", "Rakin Uddin <random@gmail.com>"),
    (
        "text",
        "---------- Forwarded message ---------\nFrom: Rakin Uddin <random@gmail.com>\n\
         Date: Sun, Oct 28, 2018 at 7:48 PM\nSubject: Test Subject\nTo: <test@rakinu.com>\n\n\n\
         Testing the inbound e-mail parser here\n",
    ),
    ("sender_ip", "127.0.0.1"),
    ("envelope", "{\"to\":[\"test@rakinu.com\"],\"from\":\"random@gmail.com\"}"),
    ("subject", "Fwd: Test Subject"),
    ("charsets", "{\"to\":\"UTF-8\",\"html\":\"UTF-8\",\"subject\":\"UTF-8\",\"from\":\"UTF-8\",\"text\":\"UTF-8\"}"),
    ("SPF", "pass"),
];

fn sendgrid() -> Connection {
    connection_with(&[("provider", "sendgrid"), ("address", "test@rakinu.com")])
}

fn part(head: &str, content: &[u8]) -> Vec<u8> {
    [format!("--xYzZY\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(), content, b"\r\n"].concat()
}

/// A post of the fields, with these instead or besides, and files behind them.
fn post(changes: &[(&str, &[u8])], files: &[(&str, &[u8])]) -> Request {
    let mut body = Vec::new();
    let unchanged = FIELDS.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    for (name, value) in unchanged.map(|(name, value)| (*name, value.as_bytes())).chain(changes.iter().copied()) {
        body.extend(part(&format!("name=\"{name}\""), value));
    }
    for (head, content) in files {
        body.extend(part(head, content));
    }
    body.extend(b"--xYzZY--\r\n");
    request(TYPE, &[], &body)
}

#[test]
fn the_documented_mail_is_read() {
    let request = post(&[("attachments", b"0")], &[]);
    let id = "<CAAzJDmKK=-=RRYtNxwMhg4Z=Qy96H1mZva0GNf1JqhhDyPf-dA@mail.gmail.com>";
    assert_eq!(read(&sendgrid(), &request).unwrap().0, id);
    let message = message(&sendgrid(), &request);
    assert_eq!((message.user.id.as_str(), message.user.name.as_deref()), ("random@gmail.com", Some("Rakin Uddin")));
    assert_eq!(message.place.conversation, "CAAzJDmJhGrJS9zc00U0EP6-mw+rc2MGX51ZSSUMEoYBiM=et4g@mail.gmail.com");
    assert!(message.is_direct && message.mentions_bot && !message.user.is_bot);
    // What is passed on is meant.
    assert!(message.text.starts_with("---------- Forwarded message"), "{}", message.text);
    assert!(message.text.ends_with("Testing the inbound e-mail parser here"), "{}", message.text);
    assert_eq!(message.sent_at_ms, Some(1_540_771_063_000));
}

#[test]
fn what_is_no_mail_cannot_be_read() {
    let whole = post(&[], &[]).body;
    for end in [0, 1, 20, whole.len() / 2, whole.len() - 9] {
        assert!(read(&sendgrid(), &request(TYPE, &[], &whole[..end])).is_err(), "{end}");
    }
    for content_type in ["application/json", "multipart/form-data", "multipart/form-data; boundary=other", "text/html"]
    {
        assert!(read(&sendgrid(), &request(content_type, &[], &whole)).is_err(), "{content_type}");
    }
    let raw = read(&sendgrid(), &post(&[("email", b"From: a@b.example\r\n\r\nx")], &[]));
    assert!(raw.unwrap_err().0.contains("raw"));
    let mut foreign = part("name=\"payload\"", b"{}");
    foreign.extend(b"--xYzZY--\r\n");
    assert!(read(&sendgrid(), &request(TYPE, &[], &foreign)).is_err());
    let nameless = b"--xYzZY\r\nContent-Type: text/plain\r\n\r\nx\r\n--xYzZY--";
    assert!(read(&sendgrid(), &request(TYPE, &[], nameless)).is_err());
    let many = part("name=\"a\"", b"").repeat(300);
    assert!(read(&sendgrid(), &request(TYPE, &[], &[many, b"--xYzZY--".to_vec()].concat())).is_err());
}

#[test]
fn a_mail_without_an_id_is_named_by_its_headers() {
    let request = post(&[("headers", b"Received: x\nFrom: random@gmail.com\n")], &[]);
    let (id, _) = read(&sendgrid(), &request).unwrap();
    assert_eq!((id.len(), read(&sendgrid(), &request).unwrap().0), (64, id));
    assert_eq!(message(&sendgrid(), &request).place.conversation, "random@gmail.com");
}

#[test]
fn a_sender_is_proved_by_its_domain() {
    let with = |dkim: &str, spf: &str, envelope_from: &str| {
        let envelope = format!("{{\"to\":[\"test@rakinu.com\"],\"from\":\"{envelope_from}\"}}");
        post(&[("dkim", dkim.as_bytes()), ("SPF", spf.as_bytes()), ("envelope", envelope.as_bytes())], &[])
    };
    for (dkim, spf, from) in [
        ("{@gmail.com : pass}", "fail", ""),
        ("{@sendgrid.net : pass}{@gmail.com : pass}", "none", ""),
        ("{@a.example : fail, @GMAIL.com : Pass}", "none", ""),
        ("none", "pass", "bounce@gmail.com"),
    ] {
        assert_eq!(message(&sendgrid(), &with(dkim, spf, from)).user.id, "random@gmail.com", "{dkim} {spf}");
    }
    for (dkim, spf, from) in [
        ("none", "none", "random@gmail.com"),
        ("{@gmail.com : fail}", "softfail", "random@gmail.com"),
        ("{@evil.example : pass}", "pass", "random@evil.example"),
        ("{@mail.com : pass}", "pass", "a@com"),
        ("{@com : pass}", "none", ""),
        ("pass", "pass", ""),
    ] {
        let why = ignored(&sendgrid(), &with(dkim, spf, from));
        assert_eq!(why, "neither SPF nor DKIM proves its sender", "{dkim} {spf}");
    }
}

#[test]
fn texts_of_other_character_sets_are_read() {
    let charsets: &[u8] = b"{\"text\":\"iso-8859-1\",\"subject\":\"windows-1252\",\"from\":\"UTF-8\"}";
    let request = post(
        &[
            ("charsets", charsets),
            ("text", b"Gr\xfc\xdfe"),
            ("subject", b"\x80 5 \x96 caf\xe9"),
            ("headers", b"Message-ID: <a@b.c>\n"),
        ],
        &[],
    );
    assert_eq!(message(&sendgrid(), &request).text, "Subject: € 5 – café\n\nGrüße");
    let unknown = post(&[("charsets", b"{}"), ("text", b"a\xff")], &[]);
    assert_eq!(message(&sendgrid(), &unknown).text, "a\u{fffd}");
}

#[test]
fn attachments_are_files_of_the_form() {
    let image = b"\x89PNG\r\n\x1a\n\r\n--xYzZ\r\n";
    let files: [(&str, &[u8]); 3] = [
        ("name=\"attachment1\"; filename=\"a \\\"b\\\";c.png\"\r\nContent-Type: image/png; name=x", image),
        ("name=\"attachment2\"; filename=\"notes.txt\"\r\nContent-Type: text/plain", b"x"),
        ("name=\"attachment3\"; filename=\"\"", b""),
    ];
    let attachments = message(&sendgrid(), &post(&[("attachments", b"3")], &files)).attachments;
    let names: Vec<_> = attachments.iter().map(|attachment| attachment.name.as_str()).collect();
    assert_eq!(names, ["a \"b\";c.png", "notes.txt", "attachment"]);
    let inline = AttachmentContent::Inline("iVBORw0KGgoNCi0teFl6Wg0K".to_owned());
    assert_eq!((&attachments[0].content, attachments[0].bytes), (&inline, Some(18)));
    assert_eq!(attachments[1].content, AttachmentContent::None);
}

#[test]
fn forms_are_read_by_their_rules() {
    let parts = |content_type: &str, body: &str| {
        let parts = multipart::parts(content_type, &Bytes::copy_from_slice(body.as_bytes()));
        parts.map(|parts| parts.into_iter().map(|part| (part.name, part.content)).collect::<Vec<_>>())
    };
    let (name, content) = ("a".to_owned(), Bytes::from_static(b"1"));
    let body = "preamble\r\n--b c\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--b c--\r\nend";
    assert_eq!(parts("multipart/form-data; charset=x; boundary=\"b c\"", body), Ok(vec![(name, content)]));
    assert_eq!(parts("multipart/form-data; boundary=b", "--b--"), Ok(vec![]));
    for wrong in
        ["multipart/form-data; boundary=", "multipart/form-data; boundary", "multipart/form-data; boundary=\"\""]
    {
        assert!(parts(wrong, body).is_err(), "{wrong}");
    }
}

#[test]
fn addresses_are_read_with_their_names() {
    let of = |text: &str| parse_list(text);
    assert_eq!(
        of("\"Katherine, J.\" <Katherine@nasa.com>, dorothy@nasa.com"),
        [Mailbox::new("katherine@nasa.com", "Katherine, J."), Mailbox::new("dorothy@nasa.com", "")]
    );
    assert_eq!(
        of("\"a \\\"b\\\" <c@d.example>\" <e@f.example>"),
        [Mailbox::new("e@f.example", "a \"b\" <c@d.example>")]
    );
    for none in
        ["", " ", "a", "<>", "a <b>", "undisclosed-recipients:;", "a@", "@b", "a b@c.example", "<a\r\n@b.example>"]
    {
        assert_eq!(of(none), [], "{none:?}");
    }
}
