//! How a client authenticates at the token endpoint: by HTTP Basic, as a bearer, or in the body (RFC 6749, 2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use percent_encoding::percent_decode_str;

use crate::auth::{self, ClientCredential, OAuthError};
use crate::error::{Error, Result};

/// The client's credential, of which there may be one only (RFC 6749, 2.3).
///
/// # Errors
/// 401 `invalid_client` if there is none or it cannot be read; a field error if there are two.
pub fn credential(headers: &HeaderMap, id: Option<String>, secret: Option<String>) -> Result<ClientCredential> {
    let invalid = || Error::auth(auth::Error::Grant(OAuthError::InvalidClient));
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        let (id, secret) = id.zip(secret).ok_or_else(invalid)?;
        return Ok(ClientCredential::Secret { id, secret });
    };
    if secret.is_some() {
        return Err(Error::field("/client_secret", "is given beside the header Authorization"));
    }
    let (scheme, value) = header.to_str().ok().and_then(|line| line.split_once(' ')).ok_or_else(invalid)?;
    if scheme.eq_ignore_ascii_case("basic") {
        basic(value.trim()).ok_or_else(invalid)
    } else {
        auth::bearer(headers).map(|token| ClientCredential::Bearer(token.to_owned())).map_err(|_| invalid())
    }
}

/// HTTP Basic, whose two parts OAuth 2 wants form-encoded.
fn basic(value: &str) -> Option<ClientCredential> {
    let plain = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = plain.split_once(':')?;
    let decode = |part: &str| {
        let decoded = percent_decode_str(&part.replace('+', " ")).decode_utf8().ok().map(String::from);
        // No id and no token has a control character in it, and a look-up must not meet one.
        decoded.filter(|text| !text.chars().any(char::is_control))
    };
    Some(ClientCredential::Secret { id: decode(id)?, secret: decode(secret)? })
}
