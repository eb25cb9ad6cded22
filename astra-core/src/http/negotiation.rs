//! What media types and codings of an answer the client can read (RFC 9110, 12.5.1 and 12.5.3).

use http::{HeaderMap, HeaderName, header};

/// Whether the client can read one of `media_types`, if there are any. Without the header, or with one that makes
/// no sense, every media type is acceptable.
#[must_use]
pub fn accepts_one(headers: &HeaderMap, media_types: &[String]) -> bool {
    let ranges: Vec<(&str, bool)> = listed(headers, &header::ACCEPT).filter(|(range, _)| range.contains('/')).collect();
    ranges.is_empty() || media_types.is_empty() || media_types.iter().any(|media_type| is_accepted(&ranges, media_type))
}

/// The range that fits best decides: the media type itself, then `application/json` for a dialect of JSON, then `text/*`,
/// then `*/*`. Since all refusals are JSON, who reads JSON is never turned away: `curl --json` says so even to a stream.
fn is_accepted(ranges: &[(&str, bool)], media_type: &str) -> bool {
    let group = media_type.split('/').next().unwrap_or_default();
    let precision = |range: &str| match range.split_once('/') {
        Some(_) if range.eq_ignore_ascii_case(media_type) => Some(4),
        Some(_) if range.eq_ignore_ascii_case("application/json") && media_type.ends_with("+json") => Some(3),
        Some((name, "*")) if name.eq_ignore_ascii_case(group) => Some(2),
        Some(("*", "*")) => Some(1),
        _ => None,
    };
    let fitting = ranges.iter().filter_map(|(range, is_wanted)| Some((precision(range)?, *is_wanted)));
    fitting.max().is_some_and(|(_, is_wanted)| is_wanted)
}

/// The items of a list with weights, and whether they are wanted at all.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = (&'a str, bool)> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok()).unwrap_or(1.0);
        (name, quality > 0.0)
    })
}

/// Whether the client accepts `media_type` and names it, which those who read everything do not.
#[cfg(any(test, feature = "console"))]
#[must_use]
pub fn names(headers: &HeaderMap, media_type: &str) -> bool {
    listed(headers, &header::ACCEPT).any(|(range, is_wanted)| is_wanted && range.eq_ignore_ascii_case(media_type))
}

/// Whether the client asks for gzip: plain bytes are the answer to those who say nothing.
#[must_use]
pub fn prefers_gzip(headers: &HeaderMap) -> bool {
    gzip(headers) == Some(true)
}

/// Whether the client cannot read gzip. Without the header every encoding is acceptable.
#[cfg(any(test, feature = "console", feature = "docs"))]
#[must_use]
pub fn refuses_gzip(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ACCEPT_ENCODING) && gzip(headers) != Some(true)
}

/// What `Accept-Encoding` says of gzip, by name or by `*`; the name goes first.
fn gzip(headers: &HeaderMap) -> Option<bool> {
    let mut of_all = None;
    for (name, is_wanted) in listed(headers, &header::ACCEPT_ENCODING) {
        if name.eq_ignore_ascii_case("gzip") {
            return Some(is_wanted);
        }
        if name == "*" {
            of_all = Some(is_wanted);
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
    fn a_media_type_is_acceptable_by_its_best_range() {
        let accepted = |wish: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(wish))]);
            accepts_one(&headers, &["application/json".to_owned(), "application/problem+json".to_owned()])
        };
        for wish in ["", "*/*", "Application/JSON", "application/*;q=0.1", "text/html, */*;q=0.8", "nonsense"] {
            assert!(accepted(wish), "{wish}");
        }
        for wish in [
            "text/html",
            "text/*, image/png",
            "application/xml",
            "application/*;q=0, */*",
            "application/json;q=0, */*",
            "*/*;q=0",
        ] {
            assert!(!accepted(wish), "{wish}");
        }
        assert!(accepts_one(&HeaderMap::new(), &[]));
    }

    #[test]
    fn a_media_type_is_named_or_not() {
        let named = |wish: &'static str| {
            names(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(wish))]), "text/html")
        };
        assert!(named("text/html,application/xhtml+xml,*/*;q=0.8") && named("a/b, Text/HTML;q=0.1"));
        assert!(!named("*/*") && !named("text/*") && !named("text/html;q=0, */*") && !named("application/json"));
        assert!(!names(&HeaderMap::new(), "text/html"));
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
