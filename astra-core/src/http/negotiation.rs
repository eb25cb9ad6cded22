//! What codings of an answer the client can read (RFC 9110, 12.5.3).

use http::{HeaderMap, header};

/// Whether the client asks for gzip: plain bytes are the answer to those who say nothing.
#[must_use]
pub fn prefers_gzip(headers: &HeaderMap) -> bool {
    gzip(headers) == Some(true)
}

/// Whether the client cannot read gzip. Who says nothing can read all.
#[cfg(any(test, feature = "docs"))]
#[must_use]
pub fn refuses_gzip(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ACCEPT_ENCODING) && gzip(headers) != Some(true)
}

/// What `Accept-Encoding` says of gzip, by name or by `*`; the name goes first.
fn gzip(headers: &HeaderMap) -> Option<bool> {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut of_all = None;
    for coding in lines.flat_map(|line| line.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok()).unwrap_or(1.0);
        if name.eq_ignore_ascii_case("gzip") {
            return Some(quality > 0.0);
        }
        if name == "*" {
            of_all = Some(quality > 0.0);
        }
    }
    of_all
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn accept(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_asked_for_or_refused() {
        for wish in ["gzip", "br, GZIP;q=0.5", "*", "identity;q=0, *;q=0.1"] {
            assert!(prefers_gzip(&accept(wish)) && !refuses_gzip(&accept(wish)), "{wish}");
        }
        for wish in ["", "br", "gzip;q=0", "gzip;q=0, *", "identity"] {
            assert!(!prefers_gzip(&accept(wish)) && refuses_gzip(&accept(wish)), "{wish}");
        }
        assert!(!prefers_gzip(&HeaderMap::new()) && !refuses_gzip(&HeaderMap::new()));
    }
}
