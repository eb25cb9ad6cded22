//! `auth.finish_oidc`: where the identity provider sends browsers back to.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use url::form_urlencoded;
use utoipa::IntoParams;

use super::lookup::secret;
use super::model::Tokens;
use crate::app::App;
use crate::auth::{OidcCallback, OidcOutcome, Request};
use crate::error::{Error, Result};
use crate::http::record::{RequestId, log_failure};
use crate::http::{CalledFrom, Json, Problem, Query, console_address};

/// Its id, for the audit.
const OPERATION: &str = "auth.finish_oidc";

/// What the identity provider sends back (RFC 6749, 4.1.2; RFC 9207).
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SignInAnswer {
    /// As the gateway has sent it to the provider.
    #[param(
        min_length = 1,
        max_length = 256,
        pattern = "^[!-~]+$",
        example = "wLJ7Xc4i0Hd9pUqzq1mM2h0r8sQm3n5t6v7x8y9z0AB"
    )]
    state: String,
    /// What the gateway exchanges for the person's claims. It can be used once.
    #[param(min_length = 1, max_length = 4096, pattern = "^[ -~]+$", example = "SplxlOBeZQQYbYS6WxSbIA")]
    code: Option<String>,
    /// Why there is no code.
    #[param(min_length = 1, max_length = 64, pattern = "^[ !#-\\[\\]-~]+$", example = "access_denied")]
    error: Option<String>,
    /// The provider's own name of itself.
    #[param(min_length = 1, max_length = 2048, pattern = "^[!-~]+$", example = "https://id.example.com")]
    iss: Option<String>,
}

/// Finish a sign-in with the identity provider
///
/// The provider sends the browser here. The account is that of the person's id at the provider; at the first sign-in that of
/// the e-mail address, if the provider has verified it: its password and its other sign-ins end then. A person without an
/// account gets one in the first workspace if the configuration allows the domain of the address. Tokens are answered as by
/// `auth.token`. A sign-in that was begun with `return_to=console` sends the browser to the console: with `code`, which is for
/// the grant `login_code` of `auth.token`, in the fragment of the address, or with `problem`, `detail` and `request_id` of a
/// refusal. A sign-in can be finished once, in the browser that began it.
#[utoipa::path(get, path = "/auth/oidc/callback", operation_id = "auth.finish_oidc",
    extensions(("x-traits" = json!({"tries_secret": true, "ignores_unknown": true}))),
    params(SignInAnswer),
    responses(
        (status = 200, description = "The tokens.", body = Tokens,
            headers(("Set-Cookie" = String, description = "Ends the cookie of the sign-in."), ("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 303, description = "The browser goes to the console, where the sign-in was begun.",
            headers(("Location" = String, description = "The console."), ("Set-Cookie" = String, description = "Ends the cookie of the sign-in."), ("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 403, description = "The sign-in was begun in another browser or is over, the provider refuses, or the person gets no account.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The gateway has no identity provider.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The account of the e-mail address is another person's at the provider.", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "What the identity provider answers cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    CalledFrom(source): CalledFrom,
    RequestId(request_id): RequestId,
    Query(answer): Query<SignInAnswer>,
    headers: HeaderMap,
) -> Result<Response> {
    let SignInAnswer { state, code, error, iss } = answer;
    let callback = OidcCallback { state, code, error, issuer: iss };
    let ended = app.authority.ended_oidc(&callback.state, &headers);
    let is_for_console = ended.as_ref().is_some_and(|ended| ended.is_for_console);
    let request = Request { operation: OPERATION, id: &request_id, address: None };
    let finished = app.authority.finish_oidc(callback, &headers, request, &source).await.map_err(Error::auth);
    let mut response = match finished {
        Ok(OidcOutcome::Tokens(granted)) => secret(Json(Tokens::new(granted))),
        Ok(OidcOutcome::LoginCode(issued)) => to_console(&app, &[("code", issued.code.as_str())])?,
        Err(error) if is_for_console => {
            log_failure(&request_id, &error);
            let problem =
                [("problem", error.code.as_str()), ("detail", error.message.as_str()), ("request_id", &*request_id)];
            to_console(&app, &problem)?
        }
        Err(error) => error.into_response(),
    };
    // Success or not, the sign-in of this state is over for this browser.
    if let Some(ended) = ended {
        let cookie = HeaderValue::from_str(&ended.cookie).map_err(Error::internal)?;
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Sends the browser to the console with these fields in the fragment.
fn to_console(app: &App, fields: &[(&str, &str)]) -> Result<Response> {
    let console =
        console_address(&app.config, "").ok_or_else(|| Error::internal("there is no console to return to"))?;
    let fragment = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let location = HeaderValue::try_from(format!("{console}#{fragment}")).map_err(Error::internal)?;
    let mut response = secret(StatusCode::SEE_OTHER.into_response());
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
