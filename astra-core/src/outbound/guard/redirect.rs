//! Where an answer leads on, and what of the request goes there (<https://fetch.spec.whatwg.org/#http-redirect-fetch>).

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, COOKIE, LOCATION,
    PROXY_AUTHORIZATION,
};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use url::Url;

use super::Refusal;

/// What is for one origin alone.
const CREDENTIALS: [HeaderName; 3] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];
/// What describes a body.
const OF_BODY: [HeaderName; 4] = [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE];

/// One request on the way to the last answer.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Hop {
    /// The request that an answer with this status and these headers leads to; `None` if it leads nowhere.
    ///
    /// # Errors
    /// If it leads to what is no URL, or from `https` to `http`.
    pub(super) fn next(&self, status: StatusCode, headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let is_redirect = matches!(status.as_u16(), 301..=303 | 307 | 308);
        let Some(location) = headers.get(LOCATION).filter(|_| is_redirect) else { return Ok(None) };
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| Refusal::Url)?;
        let url = self.url.join(location).map_err(|_| Refusal::Url)?;
        if self.url.scheme() == "https" && url.scheme() == "http" {
            return Err(Refusal::Downgrade);
        }
        let mut next = self.clone();
        if url.origin() != self.url.origin() {
            let sensitive = next.headers.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.clone());
            for name in sensitive.chain(CREDENTIALS).collect::<Vec<_>>() {
                next.headers.remove(name);
            }
        }
        let becomes_get = match status.as_u16() {
            301 | 302 => next.method == Method::POST,
            303 => !matches!(next.method, Method::GET | Method::HEAD),
            _ => false,
        };
        if becomes_get {
            (next.method, next.body) = (Method::GET, Bytes::new());
            for name in OF_BODY {
                next.headers.remove(name);
            }
        }
        next.url = url;
        Ok(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn hop(method: Method) -> Hop {
        let mut key = HeaderValue::from_static("key");
        key.set_sensitive(true);
        let plain = HeaderValue::from_static("plain");
        let headers = [
            (AUTHORIZATION, plain.clone()),
            (COOKIE, plain.clone()),
            (PROXY_AUTHORIZATION, plain.clone()),
            (HeaderName::from_static("x-api-key"), key),
            (HeaderName::from_static("x-team"), plain.clone()),
            (CONTENT_TYPE, plain),
        ];
        let url = Url::parse("https://one.example/a/b?c").unwrap();
        Hop { method, url, headers: headers.into_iter().collect(), body: Bytes::from_static(b"body") }
    }

    fn next(method: Method, status: u16, location: &str) -> Result<Option<Hop>, Refusal> {
        let location = HeaderValue::from_bytes(location.as_bytes()).unwrap();
        hop(method).next(StatusCode::from_u16(status).unwrap(), &HeaderMap::from_iter([(LOCATION, location)]))
    }

    fn names(hop: &Hop) -> Vec<&str> {
        hop.headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        for (location, is_same) in [
            ("/next", true),
            ("?d", true),
            ("https://one.example:443/x", true),
            ("HTTPS://ONE.example/x", true),
            ("https://one.example:444/x", false),
            ("https://two.example/x", false),
            ("//two.example/x", false),
            ("https://sub.one.example/x", false),
        ] {
            let next = next(Method::GET, 307, location).unwrap().unwrap();
            let expected: &[&str] = if is_same {
                &["authorization", "cookie", "proxy-authorization", "x-api-key", "x-team", "content-type"]
            } else {
                &["x-team", "content-type"]
            };
            let mut names = names(&next);
            names.sort_unstable();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(names, expected, "{location}");
        }
    }

    #[test]
    fn method_and_body_follow_or_not_by_the_status() {
        for (method, status, expected) in [
            (Method::POST, 301, Method::GET),
            (Method::POST, 302, Method::GET),
            (Method::POST, 303, Method::GET),
            (Method::POST, 307, Method::POST),
            (Method::POST, 308, Method::POST),
            (Method::PUT, 301, Method::PUT),
            (Method::PUT, 303, Method::GET),
            (Method::HEAD, 303, Method::HEAD),
        ] {
            let next = next(method.clone(), status, "/x").unwrap().unwrap();
            assert_eq!(next.method, expected, "{method} {status}");
            let has_body = next.method == method;
            assert_eq!((!next.body.is_empty(), names(&next).contains(&"content-type")), (has_body, has_body));
        }
    }

    #[test]
    fn what_leads_nowhere_is_an_answer_and_what_leads_astray_is_refused() {
        for status in [200, 201, 300, 304, 305, 306, 404] {
            assert!(next(Method::GET, status, "https://two.example").unwrap().is_none(), "{status}");
        }
        assert!(hop(Method::GET).next(StatusCode::FOUND, &HeaderMap::new()).unwrap().is_none());
        assert_eq!(next(Method::GET, 302, "http://one.example/").unwrap_err(), Refusal::Downgrade);
        assert_eq!(next(Method::GET, 302, "https://1.2.3.4.5/").unwrap_err(), Refusal::Url);
        let text = HeaderValue::from_bytes(b"/\xff").unwrap();
        let headers = HeaderMap::from_iter([(LOCATION, text)]);
        assert_eq!(hop(Method::GET).next(StatusCode::FOUND, &headers).unwrap_err(), Refusal::Url);
    }
}
