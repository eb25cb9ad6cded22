//! `auth.start_oidc`: send a browser to the identity provider.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lookup::secret;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::{Json, Problem, Query, console_address};

const NO_CONSOLE: &str =
    "This gateway has no console: leave `return_to` out, and read the tokens from auth.finish_oidc.";

/// What a sign-in is for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StartSignIn {
    /// Where the browser goes when the sign-in is finished: to the console, with a login code in the fragment of its address. By
    /// default it stays at `auth.finish_oidc`, which answers the tokens.
    #[param(example = "console")]
    return_to: Option<ReturnTo>,
}

/// Pages to which a browser returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnTo {
    /// The console of the gateway.
    Console,
}

/// Where a sign-in goes on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StartedSignIn {
    /// The page of the identity provider to open, in the browser that has the cookie of this answer.
    #[schema(
        max_length = 8192,
        pattern = "^https?://[!-~]+$",
        example = "https://id.example.com/authorize?response_type=code&client_id=astra"
    )]
    pub authorization_url: String,
}

/// Sign in with the identity provider
///
/// For browsers: a page links here. The answer sends the browser to the OpenID provider of `auth.oidc`, which sends it back
/// to `auth.finish_oidc`; a cookie binds both to this browser, for 10 minutes. A client whose `Accept` names
/// `application/json` gets the address instead of a redirect.
#[utoipa::path(get, path = "/auth/oidc/start", operation_id = "auth.start_oidc",
    extensions(("x-traits" = json!({"tries_secret": true, "ignores_unknown": true}))),
    params(StartSignIn),
    responses(
        (status = 200, description = "The address to open, for a client that accepts JSON by name.", body = StartedSignIn,
            headers(("Set-Cookie" = String, description = "Binds the sign-in to the browser."), ("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 302, description = "The browser goes to the identity provider.",
            headers(("Location" = String, description = "The page of the identity provider."), ("Set-Cookie" = String, description = "Binds the sign-in to the browser."), ("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 404, description = "The gateway has no identity provider, or not the page to return to.", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "The identity provider is not set up as the configuration says.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    Query(StartSignIn { return_to }): Query<StartSignIn>,
    headers: HeaderMap,
) -> Result<Response> {
    let is_for_console = return_to == Some(ReturnTo::Console);
    let start = app.authority.start_oidc(is_for_console).await.map_err(Error::auth)?;
    if is_for_console && console_address(&app.config, "").is_none() {
        return Err(Error::new(Code::NotFound, NO_CONSOLE));
    }
    let field = |text: &str| HeaderValue::from_str(text).map_err(Error::internal);
    let (location, cookie) = (field(&start.authorization_url)?, field(&start.cookie)?);
    let mut response = if wants_json(&headers) {
        secret(Json(StartedSignIn { authorization_url: start.authorization_url }))
    } else {
        let mut response = secret(StatusCode::FOUND.into_response());
        response.headers_mut().insert(header::LOCATION, location);
        response
    };
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Whether the client names JSON among what it accepts. Browsers that follow a link do not.
fn wants_json(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(',')).filter_map(|range| range.split(';').next());
    ranges.into_iter().any(|range| range.trim().eq_ignore_ascii_case("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_for_those_who_name_it() {
        let wants = |accept: &'static str| {
            wants_json(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert!(wants("application/json") && wants("text/html, Application/JSON;q=0.5"));
        assert!(!wants("text/html,application/xhtml+xml,*/*;q=0.8") && !wants("*/*"));
        assert!(!wants_json(&HeaderMap::new()));
    }
}
