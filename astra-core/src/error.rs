//! What handlers return when they cannot answer: a closed set of codes, words for the caller, and a cause for the log.

mod oidc;
mod upstream_terms;

use std::error::Error as StdError;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use upstream_terms::UpstreamTerms;

use crate::auth::{self, OAuthError};
use crate::engine;
use crate::store::{self, Refusal};

/// A result of a handler.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, for programs. Each code has one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ErrorCode)]
#[expect(missing_docs, reason = "the names say it; `title` says it in words")]
pub enum Code {
    BadRequest,
    InvalidGrant,
    InvalidClient,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
    Unauthorized,
    Forbidden,
    ModelNotAllowed,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    Conflict,
    AgentBusy,
    PreconditionFailed,
    PayloadTooLarge,
    UnsupportedMediaType,
    MisdirectedRequest,
    UpgradeRequired,
    InvalidRequest,
    IdempotencyKeyReused,
    RateLimited,
    QuotaExceeded,
    TooManyTurns,
    TooManyStreams,
    StorageLimit,
    Cancelled,
    Expired,
    Interrupted,
    Internal,
    UpstreamError,
    UpstreamRefused,
    UpstreamMisconfigured,
    UpstreamQuotaExceeded,
    UpstreamRateLimited,
    ContextLengthExceeded,
    Unavailable,
    StorageFull,
    UpstreamTimeout,
    IdentityProviderError,
}

/// One violated constraint of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// A JSON Pointer into the body, or `query/<name>`, `header/<name>`, `path/<name>`.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// A refusal or a failure. `message` is for the caller; `source` is for the log alone.
#[derive(Debug)]
pub struct Error {
    /// What went wrong, for programs.
    pub code: Code,
    /// What was wrong and how to mend it, for people.
    pub message: String,
    /// The violated constraints of the request, if that is what was wrong.
    pub fields: Vec<FieldError>,
    /// How long to wait before another try, in seconds.
    pub retry_after_s: Option<u64>,
    /// The refusal in the upstream's own terms, if an upstream refused.
    pub upstream: Option<Box<UpstreamTerms>>,
    /// The cause; it is logged and never sent.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Code {
    /// The code of this name; an unknown one is the gateway's fault.
    #[must_use]
    pub fn named(name: &str) -> Self {
        serde_json::from_value(name.into()).unwrap_or(Self::Internal)
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest
            | Self::InvalidGrant
            | Self::InvalidScope
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType => 400,
            Self::Unauthorized | Self::InvalidClient => 401,
            Self::Forbidden | Self::ModelNotAllowed => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::NotAcceptable => 406,
            Self::Conflict | Self::AgentBusy | Self::Cancelled | Self::Expired => 409,
            Self::PreconditionFailed => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::MisdirectedRequest => 421,
            Self::UpgradeRequired => 426,
            Self::InvalidRequest | Self::IdempotencyKeyReused | Self::ContextLengthExceeded | Self::StorageLimit => 422,
            Self::RateLimited | Self::QuotaExceeded | Self::TooManyTurns | Self::TooManyStreams => 429,
            Self::Internal => 500,
            Self::UpstreamError
            | Self::UpstreamRefused
            | Self::UpstreamMisconfigured
            | Self::UpstreamQuotaExceeded
            | Self::IdentityProviderError => 502,
            Self::Unavailable | Self::UpstreamRateLimited | Self::StorageFull | Self::Interrupted => 503,
            Self::UpstreamTimeout => 504,
        }
    }

    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidClient => "invalid_client",
            Self::InvalidScope => "invalid_scope",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::ModelNotAllowed => "model_not_allowed",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::Conflict => "conflict",
            Self::AgentBusy => "agent_busy",
            Self::PreconditionFailed => "precondition_failed",
            Self::PayloadTooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::MisdirectedRequest => "misdirected_request",
            Self::UpgradeRequired => "upgrade_required",
            Self::InvalidRequest => "invalid_request",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::RateLimited => "rate_limited",
            Self::QuotaExceeded => "quota_exceeded",
            Self::TooManyTurns => "too_many_turns",
            Self::TooManyStreams => "too_many_streams",
            Self::StorageLimit => "storage_limit",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Interrupted => "interrupted",
            Self::Internal => "internal",
            Self::UpstreamError => "upstream_error",
            Self::UpstreamRefused => "upstream_refused",
            Self::UpstreamMisconfigured => "upstream_misconfigured",
            Self::UpstreamQuotaExceeded => "upstream_quota_exceeded",
            Self::UpstreamRateLimited => "upstream_rate_limited",
            Self::ContextLengthExceeded => "context_length_exceeded",
            Self::Unavailable => "unavailable",
            Self::StorageFull => "storage_full",
            Self::UpstreamTimeout => "upstream_timeout",
            Self::IdentityProviderError => "identity_provider_error",
        }
    }

    /// The name that OAuth 2 has for it at the token endpoint (RFC 6749, 5.2).
    #[must_use]
    pub const fn oauth_error(self) -> &'static str {
        match self {
            Self::InvalidGrant
            | Self::InvalidClient
            | Self::InvalidScope
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType => self.as_str(),
            _ if self.status() == 429 || self.status() == 503 => "temporarily_unavailable",
            _ if self.status() >= 500 => "server_error",
            _ => "invalid_request",
        }
    }

    /// A short summary, the same for every occurrence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request is malformed",
            Self::InvalidGrant => "The grant is invalid",
            Self::InvalidClient => "The client's credentials are not valid",
            Self::InvalidScope => "The scope is invalid",
            Self::UnauthorizedClient => "The client may not use this grant",
            Self::UnsupportedGrantType => "The grant type is not supported",
            Self::Unauthorized => "No valid credential",
            Self::Forbidden => "Not allowed",
            Self::ModelNotAllowed => "The workspace does not allow the model",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::NotAcceptable => "Not acceptable",
            Self::Conflict => "Conflict",
            Self::AgentBusy => "The session is busy",
            Self::PreconditionFailed => "The resource has changed",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::MisdirectedRequest => "Not a host of this gateway",
            Self::UpgradeRequired => "Another protocol is needed",
            Self::InvalidRequest => "Invalid request",
            Self::IdempotencyKeyReused => "The idempotency key was used for another request",
            Self::RateLimited => "Too many requests",
            Self::QuotaExceeded => "A quota is used up",
            Self::TooManyTurns => "Too many turns are running",
            Self::TooManyStreams => "Too many streams are open",
            Self::StorageLimit => "A limit of storage is reached",
            Self::Cancelled => "The turn was cancelled",
            Self::Expired => "The time for it is over",
            Self::Interrupted => "The turn was interrupted",
            Self::Internal => "The gateway failed",
            Self::UpstreamError => "The model's provider failed",
            Self::UpstreamRefused => "The model's provider refused the request",
            Self::UpstreamMisconfigured => "The model's provider is not set up correctly",
            Self::UpstreamQuotaExceeded => "The quota at the model's provider is used up",
            Self::UpstreamRateLimited => "The model's provider asks for a pause",
            Self::ContextLengthExceeded => "The conversation is longer than the model reads",
            Self::Unavailable => "Not available now",
            Self::StorageFull => "The store is full",
            Self::UpstreamTimeout => "The model's provider did not answer in time",
            Self::IdentityProviderError => "The identity provider failed",
        }
    }
}

impl Error {
    /// A failure with `code`, described to the caller by `message`.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: Vec::new(), retry_after_s: None, upstream: None, source: None }
    }

    /// `kind` names what is not there, such as `agent`. Also the answer for what belongs to another user.
    pub fn not_found(kind: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {kind}."))
    }

    /// The caller may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, message)
    }

    /// The present state forbids this.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, message)
    }

    /// One field of the body or one parameter is wrong.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut error = Self::new(Code::InvalidRequest, "The request is not valid.");
        error.fields.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        error
    }

    /// A failure of the gateway; the cause goes to the log.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(
            Code::Internal,
            "The gateway failed. The operator finds the cause under this request's id in the log.",
        )
        .caused_by(source)
    }

    /// What the engine did not do.
    pub fn engine(fault: engine::Error) -> Self {
        let code = match &fault {
            engine::Error::NotFound(_) => Code::NotFound,
            engine::Error::Archived | engine::Error::OtherAgent => Code::Conflict,
            engine::Error::Busy | engine::Error::QueueFull => Code::AgentBusy,
            engine::Error::Quota { .. } => Code::QuotaExceeded,
            engine::Error::TooManyTurns { .. } => Code::TooManyTurns,
            engine::Error::StorageLimit { .. } => Code::StorageLimit,
            engine::Error::Draining => Code::Unavailable,
            engine::Error::Results { .. } => Code::InvalidRequest,
            engine::Error::Turn(failure) => Code::named(failure.code),
            engine::Error::Store(_) => Code::Internal,
        };
        match fault {
            engine::Error::Store(fault) => Self::store(fault),
            engine::Error::Quota { message, retry_after_s, .. } => {
                Self { retry_after_s: Some(retry_after_s), ..Self::new(code, message) }
            }
            engine::Error::Turn(failure) => {
                let upstream = UpstreamTerms::boxed(failure.upstream_code, failure.param);
                Self { retry_after_s: failure.retry_after_s, upstream, ..Self::new(code, failure.message) }
            }
            engine::Error::Results { place, message } => {
                let pointer = place.map_or_else(|| "/results".to_owned(), |place| format!("/results/{place}/call_id"));
                Self { fields: vec![FieldError { pointer, detail: message.clone() }], ..Self::new(code, message) }
            }
            engine::Error::TooManyTurns { .. } => Self { retry_after_s: Some(1), ..Self::new(code, fault.to_string()) },
            fault => Self::new(code, fault.to_string()),
        }
    }

    /// A failure of the store. Refusals that a handler did not translate are the gateway's fault.
    pub fn store(fault: store::Error) -> Self {
        let error = match &fault {
            store::Error::Refused(Refusal::KeyReused) => {
                return Self::new(
                    Code::IdempotencyKeyReused,
                    "This Idempotency-Key was used before with another request: take a new key.",
                );
            }
            store::Error::Refused(Refusal::Stale) => {
                return Self::new(
                    Code::PreconditionFailed,
                    "The resource has changed since it was read: read it again and repeat the change.",
                );
            }
            store::Error::Refused(Refusal::Nul) => {
                return Self::new(Code::BadRequest, "The request holds a NUL (U+0000), which no text here can have.");
            }
            store::Error::Full(_) => Self::new(Code::StorageFull, "The gateway's store is full; nothing was changed."),
            store::Error::Unavailable(_) | store::Error::Retry(_) => Self {
                retry_after_s: Some(1),
                ..Self::new(Code::Unavailable, "The gateway's store cannot be reached; nothing was changed.")
            },
            store::Error::Uncertain(_) => Self::new(
                Code::Unavailable,
                "The gateway's store was lost in the middle of the change, which may have taken place: read it again before you repeat the request.",
            ),
            store::Error::Refused(_)
            | store::Error::Unique(_)
            | store::Error::Missing(_)
            | store::Error::Incompatible(_)
            | store::Error::Broken(_) => return Self::internal(fault),
        };
        error.caused_by(fault)
    }

    /// A refusal of the gateway's authority over credentials.
    pub fn auth(fault: auth::Error) -> Self {
        match fault {
            auth::Error::Unauthorized(text) => Self::new(Code::Unauthorized, text),
            auth::Error::Forbidden(text) => Self::forbidden(text),
            auth::Error::NotFound(kind) => Self::not_found(kind),
            auth::Error::Conflict(text) => Self::conflict(text),
            auth::Error::Invalid { pointer, detail } => Self::field(pointer, detail),
            auth::Error::Grant(refusal) => {
                let code = match refusal {
                    OAuthError::InvalidGrant(_) => Code::InvalidGrant,
                    OAuthError::InvalidClient => Code::InvalidClient,
                    OAuthError::InvalidScope(_) => Code::InvalidScope,
                    OAuthError::UnauthorizedClient(_) => Code::UnauthorizedClient,
                };
                Self::new(code, refusal.to_string())
            }
            auth::Error::TooManyAttempts { retry_after_s } => Self {
                retry_after_s: Some(retry_after_s),
                ..Self::new(Code::RateLimited, "Too many attempts have failed: wait a little.")
            },
            auth::Error::Overloaded { retry_after_s } => Self {
                retry_after_s: Some(retry_after_s),
                ..Self::new(Code::Unavailable, "Too many passwords are being checked: wait a little.")
            },
            auth::Error::NoOidc(text) => Self::new(Code::NotFound, text),
            auth::Error::Oidc(fault) => Self::oidc(fault),
            auth::Error::Store(fault) => Self::store(fault),
        }
    }

    /// The same failure with its cause, for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
