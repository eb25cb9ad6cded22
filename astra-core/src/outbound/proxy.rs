//! A proxy that leads out: where it is, and what is said to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use url::Url;

/// A proxy that leads out, which speaks plain HTTP or TLS.
#[derive(Debug, Clone)]
pub(super) struct Proxy {
    pub uri: Uri,
    /// `Proxy-Authorization`.
    pub authorization: Option<HeaderValue>,
}

impl Proxy {
    /// The proxy at `url`, whose user and password are what `Proxy-Authorization` says.
    pub(super) fn at(url: &Url) -> Self {
        let has_user = !url.username().is_empty() || url.password().is_some();
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
        let authorization = has_user.then(|| {
            let (user, password) = (decoded(url.username()), decoded(url.password().unwrap_or_default()));
            let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
            value.iter_mut().for_each(|value| value.set_sensitive(true));
            value.ok()
        });
        let mut place = url.clone();
        place.set_path("/");
        place.set_query(None);
        place.set_fragment(None);
        // A URL without a host has been refused, and only such a one can keep its user.
        let _ = (place.set_username(""), place.set_password(None));
        Self { uri: Uri::try_from(place.as_str()).unwrap_or_default(), authorization: authorization.flatten() }
    }
}
