//! The credential as OpenAI's clients may send it: in `Authorization`, or in a header of their own.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::error::{Code, Error};

/// Azure's and Anthropic's names for it.
const KEY_HEADERS: [HeaderName; 2] = [HeaderName::from_static("api-key"), HeaderName::from_static("x-api-key")];

/// Whether the request brings a key in a header that is not `Authorization`.
#[must_use]
pub fn has_key(headers: &HeaderMap) -> bool {
    KEY_HEADERS.iter().any(|name| headers.contains_key(name))
}

/// The headers with the credential in `Authorization`, wherever it came.
///
/// # Errors
/// 401 if several headers bring keys that differ.
pub fn bearer(headers: &HeaderMap) -> Result<Cow<'_, HeaderMap>, Error> {
    let keys = KEY_HEADERS.into_iter().flat_map(|name| headers.get_all(name)).map(HeaderValue::as_bytes);
    let given = headers.get_all(header::AUTHORIZATION).iter().map(|line| token(line.as_bytes()));
    let mut all = given.chain(keys);
    let Some(first) = all.next() else { return Ok(Cow::Borrowed(headers)) };
    if all.any(|other| other != first) {
        let message = "The headers Authorization, api-key and x-api-key bring different credentials: send one of them.";
        return Err(Error::new(Code::Unauthorized, message));
    }
    if headers.contains_key(header::AUTHORIZATION) {
        return Ok(Cow::Borrowed(headers));
    }
    let mut value = HeaderValue::from_bytes(&[b"Bearer ", first].concat()).map_err(Error::internal)?;
    value.set_sensitive(true);
    let mut headers = headers.clone();
    headers.insert(header::AUTHORIZATION, value);
    Ok(Cow::Owned(headers))
}

/// What follows the scheme `Bearer`; the whole line of another scheme.
fn token(line: &[u8]) -> &[u8] {
    match line.split_at_checked(b"Bearer ".len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"Bearer ") => token.trim_ascii(),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[(&'static str, &'static str)]) -> Result<Option<String>, Code> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let read = bearer(&headers).map_err(|error| error.code)?;
        Ok(read.get(header::AUTHORIZATION).map(|line| line.to_str().unwrap_or_default().to_owned()))
    }

    #[test]
    fn a_key_is_taken_wherever_it_stands_unless_there_are_two() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("api-key", "k")]), Ok(Some("Bearer k".into())));
        assert_eq!(read(&[("x-api-key", "k")]), Ok(Some("Bearer k".into())));
        assert_eq!(
            read(&[("authorization", "bearer k"), ("x-api-key", "k"), ("api-key", "k")]),
            Ok(Some("bearer k".into()))
        );
        for other in [("x-api-key", "other"), ("authorization", "Bearer other"), ("authorization", "Basic k")] {
            assert_eq!(read(&[("api-key", "k"), other]), Err(Code::Unauthorized), "{other:?}");
        }
    }
}
