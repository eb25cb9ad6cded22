//! How a refusal looks on the wire: RFC 9457's problem details, or OpenAI's error object where its clients call.

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contract::Refusals;
use super::openai::{self, OpenAiError};
use super::websocket;
use crate::error::{Code, Error};
use crate::text::{shorten, shorten_to};

/// Why a request was refused or failed (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem: `urn:astra:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(format = "uri", max_length = 128, example = "urn:astra:problem:not_found")]
    pub kind: String,
    /// A summary, the same for every problem of this kind.
    #[schema(max_length = 128, example = "Not found")]
    pub title: String,
    /// The HTTP status code.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    pub status: u16,
    /// What was wrong in this request, and how to correct it.
    #[schema(max_length = 4096, example = "There is no such agent.")]
    pub detail: String,
    /// The path of the request.
    #[schema(format = "uri-reference", max_length = 8192, example = "/agents/helper")]
    pub instance: String,
    /// The kind of problem, for programs.
    pub code: Code,
    /// The request, as in `X-Request-ID` and in the gateway's log.
    #[schema(max_length = 128, example = "req_06a1b2c3d4e5q")]
    pub request_id: String,
    /// The violated constraints, if that is what was wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 32)]
    pub errors: Vec<FieldProblem>,
}

/// One violated constraint of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// A JSON Pointer into the body, or `query/<name>`, `header/<name>`, `path/<name>`.
    #[schema(max_length = 1024, example = "/model/temperature")]
    pub pointer: String,
    /// What is wrong with it.
    #[schema(max_length = 1024, example = "3.5 is greater than the maximum of 2")]
    pub detail: String,
}

/// A refusal of the token endpoint (RFC 6749, 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OAuthError {
    /// What went wrong, for programs: `invalid_request`, `invalid_client`, `invalid_grant`, `unauthorized_client`,
    /// `unsupported_grant_type`, `invalid_scope`, `temporarily_unavailable` or `server_error`.
    #[schema(max_length = 64, pattern = "^[a-z_]+$", example = "invalid_grant")]
    pub error: String,
    /// What was wrong in this request, and how to correct it.
    #[schema(
        max_length = 8192,
        pattern = r"^[ -!#-\[\]-~]*$",
        example = "The e-mail address or the password is wrong."
    )]
    pub error_description: String,
}

/// The failure behind an answer that has no body yet: the record of the request renders it.
#[derive(Debug, Clone)]
pub(super) struct Failure(pub Arc<Error>);

/// The request that failed, as far as its answer repeats it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occurrence<'a> {
    pub request_id: &'a str,
    pub path: &'a str,
    pub had_credential: bool,
    pub refusals: Refusals,
}

impl IntoResponse for Error {
    /// The status alone: the body needs to know the request, so `trace` writes it.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

/// Characters of what is wrong with one field, which may list all that is allowed there. The document allows one more, for `…`.
const DETAIL: usize = 1_023;

impl Problem {
    /// `error` as the answer to the request `request_id` for `path`.
    #[must_use]
    pub fn new(error: &Error, request_id: &str, path: &str) -> Self {
        let errors = error
            .fields
            .iter()
            .take(32)
            .map(|field| FieldProblem { pointer: shorten(&field.pointer), detail: shorten_to(&field.detail, DETAIL) });
        Self {
            kind: format!("urn:astra:problem:{}", error.code.as_str()),
            title: error.code.title().to_owned(),
            status: error.code.status(),
            detail: error.message.clone(),
            instance: path.to_owned(),
            code: error.code,
            request_id: request_id.to_owned(),
            errors: errors.collect(),
        }
    }
}

impl OAuthError {
    /// `error` as OAuth 2's clients read it.
    fn new(error: &Error) -> Self {
        let plain = |letter: char| match letter {
            '"' => '\'',
            '\\' => '/',
            ' '..='~' => letter,
            _ => '?',
        };
        let mut description = error.message.clone();
        for field in error.fields.iter().take(4) {
            let detail = shorten(&field.detail);
            description.push_str(&format!(" {}: {}.", shorten(&field.pointer), detail.trim_end_matches('.')));
        }
        Self { error: error.code.oauth_error().to_owned(), error_description: description.chars().map(plain).collect() }
    }

    /// The status of such a refusal: 400 for whatever is wrong with the request's values (RFC 6749, 5.2).
    fn status(error: &Error) -> u16 {
        if error.code == Code::InvalidRequest { 400 } else { error.code.status() }
    }
}

/// Fills in the answer that [`Error`] began.
pub(super) fn render(response: &mut Response, error: &Error, occurrence: Occurrence<'_>) {
    let (media_type, body) = match occurrence.refusals {
        Refusals::Problem | Refusals::Close => {
            let problem = Problem::new(error, occurrence.request_id, occurrence.path);
            ("application/problem+json", serde_json::to_vec(&problem))
        }
        Refusals::OAuth => ("application/json", serde_json::to_vec(&OAuthError::new(error))),
        Refusals::OpenAi => ("application/json", serde_json::to_vec(&OpenAiError::new(error))),
    };
    if occurrence.refusals == Refusals::OAuth {
        *response.status_mut() =
            StatusCode::from_u16(OAuthError::status(error)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if occurrence.refusals == Refusals::OpenAi {
        *response.status_mut() =
            StatusCode::from_u16(openai::status(error)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(word) = openai::should_retry(error) {
            response.headers_mut().insert(openai::SHOULD_RETRY, word);
        }
    }
    let status = response.status().as_u16();
    *response.body_mut() = Body::from(body.unwrap_or_default());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if error.code == Code::Unauthorized {
        let challenge = if occurrence.had_credential {
            r#"Bearer realm="astra", error="invalid_token""#
        } else {
            r#"Bearer realm="astra""#
        };
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if error.code == Code::InvalidClient {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="astra", charset="UTF-8""#));
    }
    if error.code == Code::UpgradeRequired {
        websocket::require_upgrade(headers);
    }
    if matches!(status, 429 | 503) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(error.retry_after_s.unwrap_or(1).clamp(1, 86_400)));
    }
}
