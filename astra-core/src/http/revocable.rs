//! Streams of events: so many at once of one credential, each for as long as the credential is good.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use http::HeaderMap;

use super::Caller;
use crate::app::App;
use crate::auth;
use crate::error::{Code, Error, Result};
use crate::tally::Share;

/// How long a silent stream may outlive its credential. One that never ends by itself is looked at each time that it has
/// something to tell.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// What a refused client is asked to wait.
const RETRY_AFTER_S: u64 = 1;

/// A stream that a caller may open.
pub struct Opened {
    app: App,
    caller: Caller,
    headers: HeaderMap,
    _share: Share,
}

impl Opened {
    /// Counts a stream that `caller` is about to open by a request with these `headers`, until what comes of it is
    /// dropped.
    ///
    /// # Errors
    /// 429 if the credential has as many open as it may.
    pub fn new(app: &App, caller: &Caller, headers: HeaderMap) -> Result<Arc<Self>> {
        let share = app.streams.take((&caller.workspace, caller.credential()), app.config.limits.streams_per_token);
        let share = share.ok_or_else(|| {
            let message = "As many streams are open as limits.streams_per_token allows: close one first.";
            Error { retry_after_s: Some(RETRY_AFTER_S), ..Error::new(Code::TooManyStreams, message) }
        })?;
        Ok(Arc::new(Self { app: app.clone(), caller: caller.clone(), headers, _share: share }))
    }

    /// `frames` of a stream that ends by itself: at the latest some seconds after a request of the caller with the same
    /// headers would not be let through any more as this one was.
    pub fn until_revoked<T: Send + 'static>(
        self: Arc<Self>,
        frames: impl Stream<Item = T> + Send + 'static,
    ) -> impl Stream<Item = T> + Send + 'static {
        frames.take_until(self.revoked())
    }

    /// `frames` of a stream without an end of its own: it ends with the gateway too, and nothing is sent to a credential
    /// that has ended.
    pub fn while_authorised<T: Send + 'static>(
        self: Arc<Self>,
        frames: impl Stream<Item = T> + Send + 'static,
    ) -> impl Stream<Item = T> + Send + 'static {
        let stopping = self.app.stopping.clone().cancelled_owned();
        let revoked = Arc::clone(&self).revoked();
        frames.take_until(stopping).take_until(revoked).take_while(move |_| {
            let this = Arc::clone(&self);
            async move { this.is_admitted().await }
        })
    }

    async fn revoked(self: Arc<Self>) {
        loop {
            tokio::time::sleep(CHECK_EVERY).await;
            if !self.is_admitted().await {
                return;
            }
        }
    }

    /// Whether the credential is as good as it was. A caller who may now do more or less than before asks again.
    pub(super) async fn is_admitted(&self) -> bool {
        match self.app.authenticator.authenticate(&self.headers).await {
            Ok(now) => {
                let before = &self.caller;
                (&now.workspace, &now.subject, now.role, now.scopes)
                    == (&before.workspace, &before.subject, before.role, before.scopes)
            }
            // That it cannot be found out is not the caller's fault.
            Err(auth::Error::Store(_)) => true,
            Err(_) => false,
        }
    }
}
