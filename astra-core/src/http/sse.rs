//! Server-sent events: the frames, and the answer that carries them. A comment every 15 seconds keeps the line open.

use std::convert::Infallible;
use std::fmt::{Display, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::Stream;
use http::{HeaderName, HeaderValue, header};
use http_body::Frame;
use serde::Serialize;
use tokio::time::{Instant, Sleep, sleep};

use crate::error::{Error, Result};

/// How long the line may be silent.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// What keeps a silent line open.
pub const COMMENT: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// Appends one event to `out`: `id`, `event` and `data` as one line of JSON.
///
/// # Errors
/// If `data` cannot be written as JSON; then `out` is as before.
pub fn frame(out: &mut BytesMut, id: &impl Display, event: &str, data: &impl Serialize) -> Result<()> {
    let before = out.len();
    // Writing to a buffer that grows cannot fail.
    let _ = write!(out, "id: {id}");
    out.put_slice(b"\nevent: ");
    out.put_slice(event.as_bytes());
    out.put_slice(b"\ndata: ");
    if let Err(fault) = serde_json::to_writer(out.writer(), data) {
        out.truncate(before);
        return Err(Error::internal(fault));
    }
    out.put_slice(b"\n\n");
    Ok(())
}

/// The answer whose body is `frames`: each item goes out in one write, at once.
pub fn respond(frames: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let body = Frames { frames: Box::pin(frames), silence: Box::pin(sleep(KEEP_ALIVE)) };
    let mut response = Response::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that buffer would hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

struct Frames {
    frames: Pin<Box<dyn Stream<Item = Bytes> + Send>>,
    silence: Pin<Box<Sleep>>,
}

/// What polling a body yields.
type Polled<D> = Poll<Option<std::result::Result<Frame<D>, Infallible>>>;

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled<Bytes> {
        let item = match self.frames.as_mut().poll_next(context) {
            Poll::Ready(item) => item,
            Poll::Pending => {
                ready!(self.silence.as_mut().poll(context));
                Some(COMMENT)
            }
        };
        self.silence.as_mut().reset(Instant::now() + KEEP_ALIVE);
        Poll::Ready(item.map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};
    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn a_frame_is_one_line_of_json() {
        let mut out = BytesMut::new();
        frame(&mut out, &7, "content", &serde_json::json!({"delta": "a\nb"})).unwrap();
        assert_eq!(&out[..], b"id: 7\nevent: content\ndata: {\"delta\":\"a\\nb\"}\n\n");
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_broken_by_comments() {
        let silent = stream::once(async { Bytes::from_static(b"first") }).chain(stream::pending());
        let mut body = respond(silent).into_body();
        let mut next = async || body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(next().await, "first");
        assert_eq!(next().await, COMMENT);
        assert_eq!(next().await, COMMENT);
    }
}
