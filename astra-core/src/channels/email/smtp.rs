//! Sends a mail by SMTP: over TLS from the beginning, or after `STARTTLS`, which the server must know.

use std::time::Duration;

use lettre::message::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::compose::{Composed, compose};
use super::tls::TlsSocket;
use crate::channels::connection::Connection;
use crate::channels::outgoing::{Outgoing, Sent};
use crate::channels::transport::{Transport, TransportError};

/// Longest time for a connection, for all before the mail, and for the mail: together less than the room gives.
const CONNECT_PATIENCE: Duration = Duration::from_secs(6);
const OPEN_PATIENCE: Duration = Duration::from_secs(9);
const MESSAGE_PATIENCE: Duration = Duration::from_secs(12);
/// Longest time for a goodbye, which nothing depends on.
const QUIT_PATIENCE: Duration = Duration::from_secs(1);
/// Longest text of the server in a reason, in bytes.
const REASON_BYTES_MAX: usize = 200;

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
}

/// How the way to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the beginning.
    Tls,
    /// TLS after `STARTTLS`.
    StartTls,
    /// Not at all.
    None,
}

impl Server {
    /// Of `smtps://host:port` (TLS), `smtp://host:port` (`STARTTLS`) or `smtp+plain://host:port`.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (security, usual) = match scheme {
            "smtps" => (Security::Tls, 465),
            "smtp" => (Security::StartTls, 587),
            "smtp+plain" => (Security::None, 25),
            _ => return None,
        };
        let (host, port) = match rest.split_once(':') {
            Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)?),
            None => (rest, usual),
        };
        (!host.is_empty()).then(|| Self { host: host.to_owned(), port, security })
    }
}

/// Sends a part.
pub(super) async fn deliver(connection: &Connection, outgoing: &Outgoing<'_>, transport: &Transport) -> Sent {
    let refused = |reason| Sent::Refused { reason, is_credential: false };
    let Some(server) = Server::parse(connection.settings.get("smtp_url")) else {
        return Sent::Refused { reason: "smtp_url names no mail server".to_owned(), is_credential: true };
    };
    let mail = match compose(connection, outgoing) {
        Ok(mail) => mail,
        Err(reason) => return refused(reason),
    };
    let stream = match timeout(CONNECT_PATIENCE, transport.connect(&server.host, server.port)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(TransportError::Refused(reason))) => return Sent::Refused { reason, is_credential: true },
        Ok(Err(fault)) => return Sent::NotTaken { reason: fault.reason().to_owned() },
        Err(_) => return Sent::NotTaken { reason: "the mail server cannot be reached".to_owned() },
    };
    send_over(stream, &server, connection, mail).await
}

/// Sends a mail over a connection to its server.
pub(super) async fn send_over(stream: TcpStream, server: &Server, connection: &Connection, mail: Composed) -> Sent {
    let mut smtp = match timeout(OPEN_PATIENCE, open(stream, server, connection, &mail.message)).await {
        Ok(Ok(smtp)) => smtp,
        Ok(Err(sent)) => return sent,
        Err(_) => return Sent::NotTaken { reason: "the mail server does not answer".to_owned() },
    };
    let sent = match timeout(MESSAGE_PATIENCE, smtp.message(&mail.message.formatted())).await {
        Ok(Ok(_)) => Sent::Done { message_id: Some(mail.message_id) },
        Ok(Err(fault)) if fault.is_transient() => Sent::NotTaken { reason: reason(&fault) },
        Ok(Err(fault)) if fault.is_permanent() => Sent::Refused { reason: reason(&fault), is_credential: false },
        Ok(Err(fault)) => Sent::Unknown { reason: reason(&fault) },
        Err(_) => Sent::Unknown { reason: "the mail server did not say that it has the mail".to_owned() },
    };
    if matches!(sent, Sent::Done { .. }) {
        let _ = timeout(QUIT_PATIENCE, smtp.quit()).await;
    }
    sent
}

/// Everything before the mail itself; what fails here has had no effect.
async fn open(
    stream: TcpStream,
    server: &Server,
    connection: &Connection,
    message: &Message,
) -> Result<AsyncSmtpConnection, Sent> {
    let own = connection.settings.get("address");
    let hello = ClientId::Domain(super::address::domain(own).to_owned());
    let stream: Box<dyn AsyncTokioStream> = match server.security {
        Security::Tls => {
            let secured = TlsSocket::connect(stream, &server.host).await;
            Box::new(
                secured.map_err(|fault| Sent::NotTaken { reason: format!("no TLS with the mail server: {fault}") })?,
            )
        }
        Security::StartTls | Security::None => Box::new(stream),
    };
    let mut smtp =
        AsyncSmtpConnection::connect_with_transport(stream, &hello).await.map_err(|fault| failed(&fault, false))?;
    if server.security == Security::StartTls {
        let tls = TlsParameters::new(server.host.clone()).map_err(|fault| failed(&fault, true))?;
        smtp.starttls(tls, &hello).await.map_err(|fault| failed(&fault, true))?;
    }
    let user = connection.settings.get("smtp_user");
    if !user.is_empty() {
        let login = Credentials::new(user.to_owned(), connection.secrets.get("smtp_password").to_owned());
        smtp.auth(&[Mechanism::Plain, Mechanism::Login], &login).await.map_err(|fault| failed(&fault, true))?;
    }
    let envelope = message.envelope();
    let mut parameters = Vec::new();
    if envelope.to().iter().chain(envelope.from()).any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        if !smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
            let reason = "the mail server knows no addresses with other letters than ASCII".to_owned();
            return Err(Sent::Refused { reason, is_credential: false });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    smtp.command(Mail::new(envelope.from().cloned(), parameters)).await.map_err(|fault| failed(&fault, false))?;
    for to in envelope.to() {
        smtp.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(|fault| failed(&fault, false))?;
    }
    smtp.command(Data).await.map_err(|fault| failed(&fault, false))?;
    Ok(smtp)
}

/// What became of a mail that was not sent. `is_channels` says whether a lasting refusal is of the channel.
fn failed(fault: &Error, is_channels: bool) -> Sent {
    let reason = reason(fault);
    let wants_login =
        fault.status().is_some_and(|code| matches!(code.to_string().as_str(), "530" | "534" | "535" | "538"));
    if fault.is_permanent() || fault.is_client() {
        Sent::Refused { reason, is_credential: is_channels || wants_login }
    } else {
        Sent::NotTaken { reason }
    }
}

fn reason(fault: &Error) -> String {
    let text =
        fault.to_string().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>();
    format!("the mail server: {}", &text[..text.floor_char_boundary(REASON_BYTES_MAX)])
}
