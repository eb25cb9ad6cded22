//! A mail server on this machine, and what becomes of mails that it takes, refuses or loses.

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::send::{REPLY_TO, place};
use super::{connection_with, outgoing};
use crate::channels::email::Email;
use crate::channels::email::compose::compose;
use crate::channels::email::smtp::{Security, Server, send_over};
use crate::channels::{Platform, Sent};

/// What the server hangs up after, instead of an answer.
const HANGS_UP: &str = "";

/// What the server answers to lines that begin so; to all others with `250`.
type Script<'a> = &'a [(&'a str, &'a str)];

const USUAL: Script<'static> = &[("EHLO", "250-fake\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"), ("DATA", "354 go on")];

/// Serves one connection, and answers the lines that came, with the mail as one of them.
async fn serve(listener: TcpListener, script: Script<'_>) -> Vec<String> {
    let answer_to = |line: &str| {
        let found = script.iter().chain(USUAL).find(|(beginning, _)| line.starts_with(beginning));
        found.map_or("250 ok", |(_, answer)| answer)
    };
    let (stream, _) = listener.accept().await.unwrap();
    let (reader, mut writer) = stream.into_split();
    let (mut reader, mut lines) = (BufReader::new(reader), Vec::new());
    let mut said = "GREETING".to_owned();
    loop {
        let answer = if said == "GREETING" && !script.iter().any(|(line, _)| *line == "GREETING") {
            "220 fake"
        } else {
            answer_to(&said)
        };
        if answer == HANGS_UP || writer.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() || said == "QUIT" {
            return lines;
        }
        said.clear();
        if answer.starts_with("354") {
            // The mail ends with a line of one dot.
            while !said.ends_with("\r\n.\r\n") {
                if reader.read_line(&mut said).await.unwrap_or_default() == 0 {
                    return lines;
                }
            }
            lines.push(said.clone());
            "MAIL-ENDS".clone_into(&mut said);
            continue;
        }
        if reader.read_line(&mut said).await.unwrap_or_default() == 0 {
            return lines;
        }
        said.truncate(said.trim_end().len());
        lines.push(said.clone());
    }
}

async fn send(security: Security, settings: &[(&str, &str)], script: Script<'_>) -> (Sent, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connection = connection_with(settings);
    let (place, markdown) = (place(REPLY_TO), ".\n**3** 👋");
    let html = Email.render(markdown);
    let mail = compose(&connection, &outgoing(&place, markdown, &html)).unwrap();
    let server = Server { host: "127.0.0.1".to_owned(), port, security };
    let client = async {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        send_over(stream, &server, &connection, mail).await
    };
    tokio::join!(client, serve(listener, script))
}

async fn sent(script: Script<'_>) -> Sent {
    send(Security::None, &[], script).await.0
}

#[tokio::test]
async fn a_mail_is_sent_with_its_envelope() {
    let (sent, lines) = send(Security::None, &[], &[]).await;
    let id = format!("<000000000000000a0000000000.{}@example.com>", connection_with(&[]).id);
    assert_eq!(sent, Sent::Done { message_id: Some(id) });
    assert_eq!(lines[..4], ["EHLO example.com", "MAIL FROM:<astra@example.com>", "RCPT TO:<ada@example.org>", "DATA"]);
    let mail = lines[4].strip_suffix("\r\n.\r\n").unwrap().replace("\r\n..", "\r\n.");
    assert_eq!(Email.simulated_text("", mail.as_bytes()).as_deref(), Some(".\n**3** 👋"));
    assert_eq!(lines[5], "QUIT");
}

#[tokio::test]
async fn a_user_signs_in_before_the_mail() {
    let user = &[("smtp_user", "apikey")];
    let (sent, lines) = send(Security::None, user, &[("AUTH", "235 welcome")]).await;
    assert!(matches!(sent, Sent::Done { .. }));
    // `\0apikey\0smtp-secret`.
    assert_eq!(lines[1], "AUTH PLAIN AGFwaWtleQBzbXRwLXNlY3JldA==");
    let refused = send(Security::None, user, &[("AUTH", "535 5.7.8 no")]).await.0;
    assert!(matches!(&refused, Sent::Refused { is_credential: true, reason } if !reason.contains("smtp-secret")));
    let later = send(Security::None, user, &[("AUTH", "454 4.7.0 later")]).await.0;
    assert!(matches!(later, Sent::NotTaken { .. }));
    let none = send(Security::None, user, &[("EHLO", "250 fake")]).await.0;
    assert!(matches!(none, Sent::Refused { is_credential: true, .. }));
}

#[tokio::test]
async fn nothing_is_sent_without_the_security_that_was_asked_for() {
    let (sent, lines) = send(Security::StartTls, &[("smtp_user", "apikey")], &[]).await;
    assert!(matches!(sent, Sent::Refused { is_credential: true, .. }), "{sent:?}");
    assert_eq!(lines, ["EHLO example.com"]);
    // The server speaks no TLS, though it says so.
    let starts = &[("EHLO", "250-fake\r\n250 STARTTLS"), ("STARTTLS", "220 go on\r\nno TLS")];
    let (sent, lines) = send(Security::StartTls, &[("smtp_user", "apikey")], starts).await;
    assert!(matches!(sent, Sent::NotTaken { .. }), "{sent:?}");
    assert!(!lines.iter().any(|line| line.contains("AUTH") || line.contains("MAIL")), "{lines:?}");
    let (sent, lines) = send(Security::Tls, &[], &[]).await;
    assert!(matches!(sent, Sent::NotTaken { .. }), "{sent:?}");
    assert!(!lines.iter().any(|line| line.contains("MAIL")), "{lines:?}");
}

#[tokio::test]
async fn what_fails_before_the_mail_had_no_effect() {
    for script in [
        &[("GREETING", "421 too many connections")][..],
        &[("GREETING", "<html>welcome</html>")],
        &[("GREETING", HANGS_UP)],
        &[("EHLO", HANGS_UP)],
        &[("MAIL", "451 4.7.1 slow down")],
        &[("RCPT", "450 4.2.0 greylisted")],
        &[("RCPT", "452 4.5.3 too many")],
        &[("RCPT", HANGS_UP)],
        &[("DATA", "451 later")],
        &[("DATA", HANGS_UP)],
    ] {
        let sent = sent(script).await;
        assert!(matches!(sent, Sent::NotTaken { .. }), "{script:?} {sent:?}");
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_given_up() {
    for (script, is_channels) in [
        (&[("RCPT", "550 5.1.1 no such user")][..], false),
        (&[("MAIL", "553 5.1.8 sender refused")], false),
        (&[("MAIL", "530 5.7.0 authentication required")], true),
        (&[("DATA", "554 no")], false),
        (&[("MAIL-ENDS", "552 5.3.4 too large")], false),
        (&[("GREETING", "554 no service for you")], false),
    ] {
        match sent(script).await {
            Sent::Refused { reason, is_credential } => {
                assert_eq!(is_credential, is_channels, "{script:?}");
                assert!(reason.contains(&script[0].1[..3]) && !reason.contains('\n'), "{reason}");
            }
            other => panic!("{script:?} {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_mail_whose_answer_is_lost_may_have_been_sent() {
    for script in [&[("MAIL-ENDS", HANGS_UP)][..], &[("MAIL-ENDS", "<html>")]] {
        let sent = sent(script).await;
        assert!(matches!(sent, Sent::Unknown { .. }), "{script:?} {sent:?}");
    }
    assert!(matches!(sent(&[("MAIL-ENDS", "451 4.3.0 later")]).await, Sent::NotTaken { .. }));
}
