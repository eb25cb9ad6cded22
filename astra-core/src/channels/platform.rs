//! What a platform is for the room: a name, what it must be given, how its requests are proved and read, and how what
//! is sent to it looks. All of it but [`Platform::deliver`] is plain functions without time, chance, network or state,
//! so that each can be held against the platform's documentation by a test.
//!
//! The room does the rest for every platform: it keeps and deduplicates events, answers in order, finds sessions, knows
//! commands, allow lists and mentions, splits, edits, waits, retries, seals secrets, and says how a channel is.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::connection::{AccessToken, Connection, Identity};
use super::field::{Field, Settings};
use super::inbound::{Place, Reading};
use super::limits::Limits;
use super::outgoing::{Download, HttpAnswer, HttpCall, Outgoing, Sent};
use super::request::{Reply, Request, Unreadable, Unverified};
use super::transport::{Transport, TransportError};

/// A platform where people meet agents. The gateway's own are in folders of `channels/`, one each; a host program adds
/// its own by [`crate::Builder::platform`].
///
/// An implementation holds no state: what belongs to one channel is in the [`Connection`] that each method gets. No
/// method may put a secret into a text that it returns, but into the requests it describes.
pub trait Platform: Send + Sync + 'static {
    /// Its name, which never changes: 1 to 32 lower-case letters, digits and `_`, a letter first, such as `slack`.
    fn kind(&self) -> &'static str;

    /// Its name as people know it, such as `Microsoft Teams`.
    fn title(&self) -> &'static str;

    /// What a channel must be given, settings first, in the order in which people are asked for it. A platform that is
    /// called over HTTP has [`Field::api_url`] among them, or a setting that says where to call; all URLs that are
    /// called are made of settings.
    fn fields(&self) -> &'static [Field];

    /// What it bounds, for this channel.
    fn limits(&self, settings: &Settings) -> Limits;

    /// What is wrong with settings that fit [`Platform::fields`] one by one, as the name of the field and a detail such
    /// as `must be given with smtp_url`.
    fn check_settings(&self, _settings: &Settings) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What people must do at the platform so that it calls this channel: one line for each step, each a sentence in
    /// Markdown, with the exact names of the platform's pages and rights, and with the URL to enter
    /// ([`Connection::webhook_url`]). The connection has no secrets here.
    fn set_up(&self, connection: &Connection) -> Vec<String>;

    // ---- What comes in ----

    /// The URL of the document with the public keys that the platform signs with (a JSON Web Key Set), if it publishes
    /// one, from a setting. The room fetches it, keeps it for a day, and puts it into [`Request::keys`].
    fn key_document(&self, _connection: &Connection) -> Option<String> {
        None
    }

    /// Proves that a `POST` (of Matrix a `PUT`) is of the platform and of this channel: by its signature over the raw
    /// body or by its secret, compared in constant time ([`super::proof::is_same`]), and by its time if it has a signed
    /// one ([`super::proof::is_near`]). Each value of `connection.secrets.each(..)` may have proved it. Nothing of the
    /// body may be read before, unless the proof is of what is in it, and then only this.
    ///
    /// # Errors
    /// Why it is not believed. What is missing or cannot be parsed is never believed.
    fn verify(&self, connection: &Connection, request: &Request) -> Result<(), Unverified>;

    /// The answer to a verified request that is a handshake and no event, such as Slack's `url_verification` or
    /// Discord's ping; `None` for all others, which go to [`Platform::read`]. A request without any event, such as
    /// LINE's check, needs no answer of its own: `read` gives no events then.
    fn handshake(&self, _connection: &Connection, _request: &Request) -> Option<Reply> {
        None
    }

    /// The answer to a `GET` on the webhook, which proves itself, such as WhatsApp's `hub.challenge` with its verify
    /// token.
    ///
    /// # Errors
    /// [`Unverified::NotOffered`] if the platform sends none, which is the default: the caller is answered 404.
    fn handshake_get(&self, _connection: &Connection, _request: &Request) -> Result<Reply, Unverified> {
        Err(Unverified::NotOffered)
    }

    /// Reads a verified request. The own messages of the bot are [`super::Event::Ignored`], by `connection.identity` or
    /// by what the event says, and so is all that is known not to be a new message of a person; messages of other bots
    /// are messages with `is_bot`. Types of events that are not known are ignored, with their name as the reason.
    ///
    /// # Errors
    /// If the body is not what the platform documents: no JSON, a field of another type, an id that is missing.
    fn read(&self, connection: &Connection, request: &Request) -> Result<Reading, Unreadable>;

    /// The answer to a request none of whose events is going to be answered, since the people or conversations are not
    /// on the channel's lists, the bot is not meant, or the channel is off: in the place of [`Reading::reply`], which
    /// is taken if this is `None`. For platforms that show people an answer to come, such as Discord.
    fn unanswered(&self, _connection: &Connection, _request: &Request) -> Option<Reply> {
        None
    }

    /// The request that gets the content of an attachment ([`super::AttachmentContent::Remote`]), or the first one of
    /// several. The URL may be of another host than the settings name; the guard decides where it may lead. `None` if
    /// there are none.
    fn download(&self, _connection: &Connection, _attachment: &str) -> Option<HttpCall> {
        None
    }

    /// Reads the answer to a request of [`Platform::download`], or to the one before. By default a 2xx answer is the
    /// content.
    fn read_download(&self, _connection: &Connection, _attachment: &str, answer: &HttpAnswer) -> Download {
        if !answer.status.is_success() {
            return Download::Refused(format!("the platform answered with status {}", answer.status.as_u16()));
        }
        let media_type = answer.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
        Download::Content { media_type, bytes: answer.body.clone() }
    }

    // ---- What goes out ----

    /// The request for a token that the platform's API wants, such as Teams' client credentials; `None` if the secrets
    /// themselves are used.
    fn token_request(&self, _connection: &Connection) -> Option<HttpCall> {
        None
    }

    /// Reads the answer to it. The room keeps the token until five minutes before its end, and gets another one when a
    /// request is refused for its credential.
    ///
    /// # Errors
    /// What became of the request, if it is no token: never [`Sent::Done`].
    fn read_token(&self, _connection: &Connection, answer: &HttpAnswer) -> Result<AccessToken, Sent> {
        Err(answer.failure().unwrap_or_else(|| Sent::Unknown { reason: "the answer is no token".to_owned() }))
    }

    /// `markdown`, a part of an answer, as the platform writes it ([`super::dialect::render`]), with all that has a
    /// meaning there and not in Markdown escaped. It must not fail, whatever the text is: the model wrote it. The
    /// default is Markdown itself.
    fn render(&self, markdown: &str) -> String {
        markdown.to_owned()
    }

    /// The length of a part as the platform counts it, against [`Limits::text_max`]. The default counts what
    /// [`Platform::render`] makes of it; a platform that counts before it parses its markup, or after, says so here.
    fn length(&self, settings: &Settings, markdown: &str) -> usize {
        self.limits(settings).unit.length(&self.render(markdown))
    }

    /// The request that sends a part: one request, which carries `connection.token` or a secret. It must not make other
    /// people be called to the conversation by what a model wrote (`@everyone`): switch that off where the platform
    /// lets it.
    fn send(&self, connection: &Connection, outgoing: &Outgoing<'_>) -> HttpCall;

    /// Reads the answer to [`Platform::send`]. Begin with [`HttpAnswer::failure`] for statuses, unless the platform
    /// documents them in another way; a 2xx answer whose body is not what the platform documents, such as a page of
    /// HTML, is [`Sent::Unknown`].
    fn read_sent(&self, connection: &Connection, answer: &HttpAnswer) -> Sent;

    /// The request that replaces the text of a part which was sent as `message_id`; `None` if parts cannot be edited.
    /// Only asked for if [`Limits::edit_pause`] is there.
    fn edit(&self, _connection: &Connection, _outgoing: &Outgoing<'_>, _message_id: &str) -> Option<HttpCall> {
        None
    }

    /// Reads the answer to [`Platform::edit`]; by default as [`Platform::read_sent`] does. An answer that says that the
    /// text is the same already is [`Sent::Done`].
    fn read_edited(&self, connection: &Connection, answer: &HttpAnswer) -> Sent {
        self.read_sent(connection, answer)
    }

    /// The request that shows that an answer is being written, at the time `at_ms`; `None` if there is none. Its answer
    /// is not read.
    fn typing(&self, _connection: &Connection, _place: &Place, _at_ms: i64) -> Option<HttpCall> {
        None
    }

    /// Sends a part. The default sends what [`Platform::send`] describes, or, of a part that was sent before,
    /// [`Platform::edit`], and reads the answer. A platform that is not called over HTTP, such as e-mail by SMTP, does
    /// it here; it connects by [`Transport::connect`] alone, and must end within 30 seconds.
    fn deliver<'a>(
        &'a self,
        connection: &'a Connection,
        outgoing: &'a Outgoing<'a>,
        message_id: Option<&'a str>,
        transport: &'a Transport,
    ) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            let edit = message_id.map(|id| self.edit(connection, outgoing, id));
            let (call, is_edit) = match edit {
                None => (self.send(connection, outgoing), false),
                Some(Some(edit)) => (edit, true),
                Some(None) => {
                    let reason = "a message of this platform cannot be edited".to_owned();
                    return Sent::Refused { reason, is_credential: false };
                }
            };
            match transport.call(call).await {
                Ok(answer) if is_edit => self.read_edited(connection, &answer),
                Ok(answer) => self.read_sent(connection, &answer),
                Err(TransportError::NotSent(reason)) => Sent::NotTaken { reason },
                Err(TransportError::Refused(reason)) => Sent::Refused { reason, is_credential: false },
                Err(TransportError::Lost(reason)) => Sent::Unknown { reason },
            }
        })
    }

    // ---- What people try ----

    /// A request that has no effect and shows whether the credentials are good, such as Slack's `auth.test` or
    /// Telegram's `getMe`; `None` if the platform has none. `at_ms` is the time.
    fn check(&self, _connection: &Connection, _at_ms: i64) -> Option<HttpCall> {
        None
    }

    /// Reads the answer to it: who the bot is.
    ///
    /// # Errors
    /// Why the credentials are not good, for people, without a secret.
    fn read_check(&self, _connection: &Connection, answer: &HttpAnswer) -> Result<Identity, String> {
        match answer.failure() {
            None => Ok(Identity::default()),
            Some(_) => Err(format!("the platform answered with status {}", answer.status.as_u16())),
        }
    }

    /// The request that enters `url` as the webhook at the platform, such as Telegram's `setWebhook`; `None` if people
    /// must enter it there themselves. It may be sent again.
    fn enter_webhook(&self, _connection: &Connection, _url: &str) -> Option<HttpCall> {
        None
    }

    /// A further request that enters the channel at the platform, sent after that of [`Platform::enter_webhook`] has
    /// succeeded and read in the same way, such as Discord's list of commands; `None` if there is none. It may be sent
    /// again.
    fn enter_commands(&self, _connection: &Connection) -> Option<HttpCall> {
        None
    }

    /// Reads the answer to it.
    ///
    /// # Errors
    /// Why the platform does not take the URL, for people, without a secret.
    fn read_entered(&self, _connection: &Connection, answer: &HttpAnswer) -> Result<(), String> {
        match answer.failure() {
            None => Ok(()),
            Some(_) => Err(format!("the platform answered with status {}", answer.status.as_u16())),
        }
    }

    /// What a channel must be given so that [`Platform::simulate`] with the same `seed` can make requests of the
    /// platform for it: all required fields, by their names. `fake_url` is where a fake of the platform's API answers;
    /// URLs in settings lead there. Keys and secrets follow from `seed`.
    fn simulation(&self, seed: &[u8; 32], fake_url: &str) -> Simulation;

    /// A request as the platform would send it for `said`, signed with what `seed` stands for: the method, headers and
    /// body are the platform's; the URL is the path with its query that comes after the channel's own address, such as
    /// `/webhook`. Tests and `astra channels simulate` use it.
    fn simulate(&self, connection: &Connection, seed: &[u8; 32], said: &Simulated<'_>) -> HttpCall;

    /// The text that a request of this platform's [`Platform::send`], [`Platform::edit`] or [`Platform::deliver`]
    /// carries, read by the fake of `astra channels simulate`; `None` if it is another request. `path` has the query.
    fn simulated_text(&self, path: &str, body: &[u8]) -> Option<String>;

    /// What the fake answers to a request, so that [`Platform::read_sent`] and the others take it as done: JSON.
    fn simulated_answer(&self, path: &str, body: &[u8]) -> Value;
}

/// What a channel of a simulation must be given.
#[derive(Debug, Clone, Default)]
pub struct Simulation {
    /// The settings and secrets by their names.
    pub values: Vec<(&'static str, String)>,
    /// What the fake answers at the URL of [`Platform::key_document`].
    pub key_document: Option<Value>,
}

/// What is said in a simulation.
#[derive(Debug, Clone, Copy)]
pub struct Simulated<'a> {
    /// The text.
    pub text: &'a str,
    /// What names the event: up to 32 lower-case letters and digits. Platforms whose ids are numbers make one of it.
    pub event_id: &'a str,
    /// Who says it.
    pub user: &'a str,
    /// The conversation; it is a direct one.
    pub conversation: &'a str,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}
