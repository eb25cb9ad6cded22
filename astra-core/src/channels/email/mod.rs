//! E-mail as a platform: mails come in by the inbound webhooks of Postmark and SendGrid, and answers go out by SMTP.
//! `docs/channels/email.md` says what to set up there.

mod address;
mod compose;
mod credentials;
mod headers;
mod html;
mod mail;
mod markup;
mod multipart;
mod postmark;
mod quote;
mod sender;
mod sendgrid;
mod simulated;
mod smtp;
#[cfg(test)]
mod tests;
mod tls;

use std::time::Duration;

use futures_util::future::BoxFuture;
use http::Method;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use self::smtp::{Security, Server};
use super::connection::Connection;
use super::field::{Field, Format, Settings};
use super::inbound::Reading;
use super::limits::{Limits, Unit};
use super::outgoing::{HttpAnswer, HttpCall, Outgoing, Sent};
use super::platform::{Platform, Simulated, Simulation};
use super::proof::{hex, hmac_sha256};
use super::request::{Reply, Request, Unreadable, Unverified};
use super::transport::Transport;

/// Longest text of a part, in characters. Mails have no limit of their own; servers take some megabytes.
const TEXT_MAX: usize = 50_000;
/// The channel's address in simulations.
const SIMULATED_ADDRESS: &str = "astra@example.com";

const FIELDS: [Field; 9] = [
    Field::setting("provider", "Which service receives the mails and posts them to the gateway.", "postmark")
        .format(Format::Choice(&["postmark", "sendgrid"])),
    Field::setting("address", "The address that people write to, and that answers come from.", "astra@example.com")
        .format(Format::Pattern(r#"^[^@\s<>,;"]{1,64}@[A-Za-z0-9.-]{1,190}$"#))
        .bytes_max(255),
    Field::setting("name", "The name before the address.", "Astra").default("Astra").bytes_max(100),
    Field::setting(
        "smtp_url",
        "The mail server that sends: smtps:// for TLS, smtp:// for STARTTLS, smtp+plain:// for neither; host and port.",
        "smtps://smtp.postmarkapp.com:465",
    )
    .format(Format::Pattern(r"^smtp(s|\+plain)?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$"))
    .bytes_max(300),
    Field::setting("smtp_user", "The user that the mail server knows, if it wants one.", "apikey").optional(),
    Field::setting(
        "senders",
        "Whether mails are read only if SPF or DKIM proves their senders, or all mails.",
        "proved",
    )
    .format(Format::Choice(&["proved", "any"]))
    .default("proved"),
    Field::setting(
        "signature_keys",
        "The public key of SendGrid's security policy, if there is one; while it changes, two with a space between.",
        concat!(
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
            "mgmjvPAR/Lmwn2teL2WJUDIx35PqsnLKjPhPbrKkfMg6vK4NZQB1VeFSKbV7whQbEJRFHjF8+1zJxsXRP1GbWw=="
        ),
    )
    .format(Format::Pattern(concat!(
        "^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==",
        "( MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==)?$"
    )))
    .optional(),
    Field::secret(
        "webhook_password",
        "The password in the URL that the service posts to: 16 to 128 letters and digits, made for this alone.",
        "5f0c1d7a9e3b42c8b6d4",
    )
    .format(Format::Pattern("^[A-Za-z0-9]{16,128}$")),
    Field::secret("smtp_password", "The password or token that the mail server knows, if it wants one.", "none")
        .optional(),
];

/// E-mail.
pub struct Email;

impl Platform for Email {
    fn kind(&self) -> &'static str {
        "email"
    }

    fn title(&self) -> &'static str {
        "E-mail"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn limits(&self, _: &Settings) -> Limits {
        Limits {
            text_max: TEXT_MAX,
            unit: Unit::Characters,
            conversation_pause: Duration::ZERO,
            edit_pause: None,
            typing: None,
            // A server that takes a mail twice sends it twice.
            takes_twice: false,
        }
    }

    fn check_settings(&self, settings: &Settings) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let server = Server::parse(settings.get("smtp_url"));
        if server.is_none() {
            faults.push(("smtp_url", "must have a port from 1 to 65535, or none".to_owned()));
        }
        let is_plain = server.is_some_and(|server| server.security == Security::None);
        if is_plain && !settings.get("smtp_user").is_empty() {
            faults
                .push(("smtp_user", "must not be given with smtp+plain: its password would not be secured".to_owned()));
        }
        if compose::address(settings.get("address")).is_err() {
            faults.push(("address", "must be an address that mails can be sent from".to_owned()));
        }
        if !settings.get("signature_keys").is_empty() && settings.get("provider") != "sendgrid" {
            faults.push(("signature_keys", "is for the provider sendgrid alone".to_owned()));
        }
        faults
    }

    fn set_up(&self, connection: &Connection) -> Vec<String> {
        let (address, url) = (connection.settings.get("address"), connection.webhook_url());
        let url = url.replacen("://", &format!("://{}:<webhook_password>@", credentials::USER), 1);
        let mut steps = match connection.settings.get("provider") {
            "sendgrid" => vec![
                format!(
                    "At SendGrid, authenticate the domain of {address} under *Settings > Sender Authentication*, \
                     and let an MX record of the domain point to `mx.sendgrid.net` with priority 10."
                ),
                format!(
                    "Under *Settings > Inbound Parse*, choose *Add Host & URL*, enter the domain and the \
                     destination URL {url}, and leave *POST the raw, full MIME message* off."
                ),
                "To have requests signed, make a security policy with a signature by SendGrid's API, attach it to \
                 the webhook, and enter its public key as `signature_keys`."
                    .to_owned(),
            ],
            _ => vec![
                format!(
                    "At Postmark, open the server's *Default Inbound Stream*, and enter {url} under *Settings > \
                     Webhook*; leave *Include raw email content in JSON payload* off."
                ),
                format!(
                    "Let {address} forward to the stream's inbound address, or add an MX record of its domain that \
                     points to `inbound.postmarkapp.com` with priority 10, and enter the domain as the stream's \
                     inbound domain."
                ),
            ],
        };
        steps.push(format!(
            "Let the mail server of `smtp_url` send for {address}: the domain's SPF and DKIM records must name it."
        ));
        steps
    }

    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified> {
        credentials::verify(connection, request)
    }

    fn read(&self, connection: &Connection, request: &Request) -> Result<Reading, Unreadable> {
        let event = match connection.settings.get("provider") {
            "sendgrid" => sendgrid::read(&connection.settings, request)?,
            _ => postmark::read(&connection.settings, request)?,
        };
        Ok(Reading { events: vec![event], reply: Reply::empty() })
    }

    fn render(&self, markdown: &str) -> String {
        markup::render(markdown)
    }

    /// Mails are sent by [`Platform::deliver`] alone; this describes nothing that could be sent.
    fn send(&self, connection: &Connection, _: &Outgoing<'_>) -> HttpCall {
        HttpCall::new(Method::POST, connection.settings.get("smtp_url"))
    }

    fn read_sent(&self, _: &Connection, _: &HttpAnswer) -> Sent {
        Sent::Refused { reason: "mails are not sent over HTTP".to_owned(), is_credential: false }
    }

    fn deliver<'a>(
        &'a self,
        connection: &'a Connection,
        outgoing: &'a Outgoing<'a>,
        message_id: Option<&'a str>,
        transport: &'a Transport,
    ) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            if message_id.is_some() {
                return Sent::Refused { reason: "a mail cannot be edited".to_owned(), is_credential: false };
            }
            smtp::deliver(connection, outgoing, transport).await
        })
    }

    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation {
        let host = fake_url.split_once("://").map_or(fake_url, |(_, host)| host).trim_end_matches('/');
        let values = vec![
            ("provider", "postmark".to_owned()),
            ("address", SIMULATED_ADDRESS.to_owned()),
            ("smtp_url", format!("smtp+plain://{host}")),
            ("webhook_password", password(seed)),
        ];
        Simulation { values, key_document: None }
    }

    fn simulate(&self, _: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall {
        let call = HttpCall::new(Method::POST, "/webhook").json(&simulated::posted(SIMULATED_ADDRESS, said));
        call.header(AUTHORIZATION, credentials::authorization(&password(seed)))
    }

    /// Of the mail that a fake server of SMTP got after `DATA`.
    fn simulated_text(&self, _path: &str, body: &[u8]) -> Option<String> {
        simulated::plain_text(body)
    }

    fn simulated_answer(&self, _path: &str, _body: &[u8]) -> Value {
        json!({})
    }
}

/// The password of a simulation.
fn password(seed: &[u8; 32]) -> String {
    hex(&hmac_sha256(seed, &[b"webhook_password"]))
}
