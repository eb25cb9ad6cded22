//! The body of an answer, as its bytes come, decompressed if need be.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::FutureExt as _;
use http::Response;
use http::header::CONTENT_ENCODING;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::Error;
use super::inflate::Inflate;
use crate::tasks::{TaskGroup, TaskKind};

/// The tasks that read answers to their end.
pub(crate) const DRAINS: TaskKind = TaskKind::new("outbound.drain").aborted();

/// How long the end of a body is waited for once its content is complete, so that the connection can be used again, ...
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
/// ... and how much of it is read.
const DRAIN_BYTES_MAX: usize = 64 << 10;

/// The body of an answer.
pub(crate) struct Body {
    incoming: Incoming,
    inflate: Option<Inflate>,
    /// What was read to see what it is.
    first: Option<Bytes>,
}

impl Body {
    /// The body of `response`.
    ///
    /// # Errors
    /// [`Error::Coding`] if it is of a coding that cannot be read.
    pub(crate) fn of(response: Response<Incoming>) -> Result<Self, Error> {
        let coding = response.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        // The answer to HEAD is described as if it had a body.
        let coding = coding.filter(|_| !response.body().is_end_stream());
        let inflate = coding.map(Inflate::of).transpose()?.flatten();
        Ok(Self { incoming: response.into_body(), inflate, first: None })
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// A connection that breaks, or what cannot be decompressed.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let Some(inflate) = &mut self.inflate else { return received(&mut self.incoming).await };
        loop {
            // What is decompressed comes from no socket: the runtime gets its turn here.
            tokio::task::coop::consume_budget().await;
            if let Some(bytes) = inflate.next()? {
                return Ok(Some(bytes).filter(|bytes| !bytes.is_empty()));
            }
            match received(&mut self.incoming).await? {
                Some(bytes) => inflate.feed(bytes),
                None => inflate.end(),
            }
        }
    }

    /// The next bytes if they are already there. The connection is read by a task of its own, one piece at a time, so
    /// that task is let run before the answer is no.
    pub(crate) async fn chunk_at_once(&mut self) -> Option<Result<Option<Bytes>, Error>> {
        if let Some(read) = self.chunk().now_or_never() {
            return Some(read);
        }
        let mut has_yielded = false;
        poll_fn(|context| {
            if std::mem::replace(&mut has_yielded, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.chunk().now_or_never()
    }

    /// The first bytes, which are still to be read then.
    ///
    /// # Errors
    /// As [`Body::chunk`].
    pub(crate) async fn peek(&mut self) -> Result<&[u8], Error> {
        let first = self.chunk().await?.unwrap_or_default();
        Ok(self.first.insert(first))
    }

    /// All of it, of at most `bytes_max` bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond them, before they are held in memory; else as [`Body::chunk`].
    pub(crate) async fn whole(mut self, bytes_max: usize) -> Result<Bytes, Error> {
        let announced = self.incoming.size_hint().exact().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if announced > bytes_max {
            return Err(Error::TooLarge);
        }
        let first = self.chunk().await?.unwrap_or_default();
        if first.len() > bytes_max {
            return Err(Error::TooLarge);
        }
        // Most answers come in one piece, which is not copied then.
        let Some(mut next) = self.chunk().await? else { return Ok(first) };
        let mut whole = BytesMut::with_capacity(announced.max(first.len() + next.len()));
        whole.extend_from_slice(&first);
        loop {
            if whole.len() + next.len() > bytes_max {
                return Err(Error::TooLarge);
            }
            whole.extend_from_slice(&next);
            match self.chunk().await? {
                Some(bytes) => next = bytes,
                None => return Ok(whole.freeze()),
            }
        }
    }

    /// The beginning of it, of at most `bytes_max` bytes: what was read before it broke off, if it does.
    pub(crate) async fn beginning(mut self, bytes_max: usize) -> Vec<u8> {
        let mut beginning = Vec::new();
        while beginning.len() < bytes_max
            && let Ok(Some(bytes)) = self.chunk().await
        {
            beginning.extend_from_slice(&bytes[..bytes.len().min(bytes_max - beginning.len())]);
        }
        beginning
    }

    /// Reads on to the end of a body whose content is complete: a connection whose answer was not read to its end is
    /// closed. That is a task of `drains`.
    pub(crate) fn drain(mut self, drains: &TaskGroup) {
        if let Some(Ok(None) | Err(_)) = self.chunk().now_or_never() {
            return;
        }
        drains.spawn(tokio::time::timeout(DRAIN_TIMEOUT, async move {
            let mut left = DRAIN_BYTES_MAX;
            while let Ok(Some(bytes)) = self.chunk().await {
                let Some(rest) = left.checked_sub(bytes.len()) else { return };
                left = rest;
            }
        }));
    }
}

/// The next bytes as they came; what comes after the body is passed over.
async fn received(incoming: &mut Incoming) -> Result<Option<Bytes>, Error> {
    while let Some(frame) = incoming.frame().await {
        if let Ok(bytes) = frame?.into_data() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}
