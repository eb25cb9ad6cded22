//! A raw body: it is not read here, but may be neither longer than its limit nor silent for too long.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::Limited;
use tokio::time::{Instant, Sleep, sleep};

use super::read::{PATIENCE, broken, late, too_large};
use crate::error::Error;

/// A body within its bounds. It fails with an [`Error`].
struct Bounded {
    body: Pin<Box<Limited<Body>>>,
    limit: usize,
    silence: Pin<Box<Sleep>>,
}

/// `body` with at most `limit` bytes, as they are sent.
///
/// # Errors
/// 413 if it says itself that it is longer.
pub(in crate::http::contract) fn bounded(body: Body, limit: usize) -> Result<Body, Error> {
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let silence = Box::pin(sleep(PATIENCE));
    Ok(Body::new(Bounded { body: Box::pin(Limited::new(body, limit)), limit, silence }))
}

impl http_body::Body for Bounded {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let limit = self.limit;
        match self.body.as_mut().poll_frame(context) {
            Poll::Ready(frame) => {
                self.silence.as_mut().reset(Instant::now() + PATIENCE);
                Poll::Ready(frame.map(|frame| frame.map_err(|fault| broken(fault, limit))))
            }
            Poll::Pending => self.silence.as_mut().poll(context).map(|()| Some(Err(late()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
