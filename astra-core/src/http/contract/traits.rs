//! What an operation is allowed to be, beyond what the document shows: said in the operation's own file as the extension
//! `x-traits` of `#[utoipa::path]`, read here, and taken out of the document.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::tree;

/// The extension that holds the traits; the finished document does not have it.
const EXTENSION: &str = "x-traits";
const FORM: &str = "application/x-www-form-urlencoded";

/// What an operation is allowed to be. The default is an operation with a body of JSON and a bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Traits {
    /// How its clients read refusals.
    pub refusals: Refusals,
    /// Whether it tries a secret of the caller's choice, such as a password: it is limited more strictly by address.
    pub tries_secret: bool,
    /// How its body is read.
    pub body: BodyReading,
    /// Its largest body, in bytes; `None` for the configuration's `limits.body_bytes`.
    pub body_bytes: Option<usize>,
    /// Where its credential is.
    pub credential: CredentialPlace,
    /// Whether it may answer 101 and go on with another protocol.
    pub upgrades: bool,
    /// Whether query parameters that it does not document have no effect, instead of being refused: for callers that follow a
    /// standard which has more of them.
    pub ignores_unknown: bool,
}

/// How an operation's clients read refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Refusals {
    /// As problems (RFC 9457).
    #[default]
    Problem,
    /// As OpenAI's API writes them: `{"error": {message, type, param, code}}`. Its clients also send the credential in
    /// headers of their own, and query parameters that have no effect.
    OpenAi,
    /// As OAuth 2 writes them: `{"error", "error_description"}` (RFC 6749, 5.2).
    OAuth,
    /// As problems; but a WebSocket that is asked for is opened and closed with a code, since a page cannot read the answer
    /// to a handshake.
    Close,
}

impl Refusals {
    /// Whether refusals are problems.
    #[must_use]
    pub const fn are_problems(self) -> bool {
        matches!(self, Self::Problem | Self::Close)
    }
}

/// How the body of a request is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyReading {
    /// As JSON, which is held against its schema.
    #[default]
    Json,
    /// As a form, whose fields are held against the schema as an object of strings; or as JSON, if it is documented too.
    Form,
    /// Not at all: the handler gets the bytes as they come, up to the limit.
    Raw,
}

/// Where the credential of a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialPlace {
    /// In `Authorization`, as a bearer token.
    #[default]
    Bearer,
    /// Where only the operation knows: it checks the credential itself, such as the signature of a platform, and has no
    /// caller of the gateway's.
    Own,
    /// In `Authorization`, or in `Sec-WebSocket-Protocol` as `bearer.<token>`: pages cannot send other headers with a
    /// WebSocket.
    Subprotocol,
}

/// The traits of all operations, by path and method.
#[derive(Debug, Default)]
pub struct Declared(BTreeMap<String, BTreeMap<&'static str, Traits>>);

impl Declared {
    /// The traits of the operation; the default ones if it declares none.
    pub(super) fn of(&self, path: &str, method: &str) -> Traits {
        self.0.get(path).and_then(|methods| methods.get(method)).copied().unwrap_or_default()
    }
}

/// Takes the traits out of `document`.
pub(super) fn take(document: &mut Value, faults: &mut Vec<String>) -> Declared {
    let mut declared = Declared::default();
    for (path, method, operation) in tree::operations(document.get_mut("paths")) {
        let Some(traits) = operation.as_object_mut().and_then(|operation| operation.shift_remove(EXTENSION)) else {
            continue;
        };
        match Traits::deserialize(traits) {
            Ok(traits) => drop(declared.0.entry(path.clone()).or_default().insert(method, traits)),
            Err(fault) => {
                faults.push(format!("{} {path}: its {EXTENSION} are not good: {fault}", method.to_uppercase()))
            }
        }
    }
    declared
}

/// Finds where an operation's traits and what it documents contradict each other.
pub(super) fn check(document: &mut Value, declared: &Declared, faults: &mut Vec<String>) {
    for (path, method, operation) in tree::operations(document.get_mut("paths")) {
        let traits = declared.of(path, method);
        let found = [
            credential_faults(operation, traits),
            body_faults(operation, traits),
            upgrade_faults(operation, traits, method),
        ];
        let context = format!("{} {path}", method.to_uppercase());
        faults.extend(found.concat().into_iter().map(|fault| format!("{context}: {fault}")));
    }
}

fn credential_faults(operation: &Value, traits: Traits) -> Vec<String> {
    let is_public = operation.get("security").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let rules = [
        (
            traits.credential == CredentialPlace::Own && !is_public,
            "it checks its own credential, and its security asks for another one",
        ),
        (
            traits.credential == CredentialPlace::Subprotocol && (is_public || !traits.upgrades),
            "its credential is in a subprotocol, but it is public or does not upgrade",
        ),
    ];
    broken(&rules)
}

fn body_faults(operation: &Value, traits: Traits) -> Vec<String> {
    let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
    let media_types = || content.into_iter().flatten().map(|(media_type, _)| media_type.as_str());
    let is_json = |media_type: &str| media_type == "application/json" || media_type.ends_with("+json");
    let is_schemaless = content.into_iter().flatten().any(|(_, body)| body.get("schema").is_none());
    let rules = [
        (content.is_none() && traits.body != BodyReading::Json, "it documents no body, and says how to read one"),
        (content.is_none() && traits.body_bytes.is_some(), "it documents no body, and says how large one may be"),
        (traits.body_bytes == Some(0), "its body may have no byte"),
        (
            traits.body == BodyReading::Json && !media_types().all(is_json),
            "its body is read as JSON, and it documents another media type: say in x-traits that it is `form` or `raw`",
        ),
        (
            traits.body == BodyReading::Form && !media_types().any(|media_type| media_type == FORM),
            "its body is read as a form, which it does not document",
        ),
        (
            traits.body == BodyReading::Form
                && !media_types().all(|media_type| media_type == FORM || is_json(media_type)),
            "its body is read as a form or as JSON, and it documents another media type",
        ),
        (traits.body != BodyReading::Raw && is_schemaless, "its body has no schema: only a raw body needs none"),
    ];
    broken(&rules)
}

fn upgrade_faults(operation: &Value, traits: Traits, method: &str) -> Vec<String> {
    let is_documented = operation.pointer("/responses/101").is_some();
    let rules = [
        (traits.upgrades && !is_documented, "it upgrades, and does not document the answer 101"),
        (!traits.upgrades && is_documented, "it documents the answer 101, and does not say that it upgrades"),
        (traits.upgrades && method != "get", "it upgrades, which only GET does"),
        (traits.refusals == Refusals::Close && !traits.upgrades, "it refuses by closing, and does not upgrade"),
        (
            traits.refusals == Refusals::Close && operation.pointer("/x-websocket/receives").is_none(),
            "it refuses by closing, and does not say in x-websocket what it receives",
        ),
    ];
    broken(&rules)
}

fn broken(rules: &[(bool, &str)]) -> Vec<String> {
    rules.iter().filter(|(is_broken, _)| *is_broken).map(|(_, fault)| (*fault).to_owned()).collect()
}
