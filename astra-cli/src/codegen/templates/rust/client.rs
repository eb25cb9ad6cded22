//! The client: where the server is, and who calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, Url};

use crate::token::TokenSource;
use crate::{ClientBuilder, Request};

/// A client. It is cheap to clone: all clones share their connections and their token.
#[derive(Clone)]
pub struct Client {
    pub(crate) settings: Arc<Settings>,
}

/// What all calls of a client have in common.
pub(crate) struct Settings {
    pub(crate) base_url: Url,
    pub(crate) http: reqwest::Client,
    pub(crate) token: TokenSource,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_stream_retries: u32,
}

impl Client {
    /// Begins a client's settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Where the server is.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.settings.base_url
    }

    /// A call of an operation that has no method of its own: with the same token, retries and errors.
    ///
    /// ```no_run
    /// # async fn example(client: &PACKAGE_IDENT::Client) -> Result<(), PACKAGE_IDENT::Error> {
    /// use PACKAGE_IDENT::reqwest::Method;
    ///
    /// let request = client.request(Method::GET, "/orders/{order_id}").path("order_id", 7);
    /// let order = request.into_json::<serde_json::Value>().await?;
    /// # drop(order);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(self.clone(), method, path)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut base_url = self.settings.base_url.clone();
        // Fails only for addresses that have no room for a password.
        let _ = base_url.set_password(None);
        formatter
            .debug_struct("Client")
            .field("base_url", &base_url.as_str())
            .finish_non_exhaustive()
    }
}
