//! HTTP/2: answers in pieces, and an end for a stream whose peer gives it no room. The socket alone does not show that:
//! other streams of the same connection may go on.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::rt::Executor;
use tokio::time::{Instant, Sleep, sleep};

use super::socket::WRITE_TIMEOUT;

/// What is handed to the connection at once: more than this is not kept when the peer has no room for it.
const PIECE_BYTES: usize = 16 * 1024;

/// The streams of one connection. As hyper's executor it runs each of them, and drops one that makes no progress, which
/// resets it.
#[derive(Clone, Default)]
pub(super) struct Streams(Arc<Counts>);

#[derive(Default)]
struct Counts {
    /// The stream whose request was taken last and whose task does not run yet: hyper runs it before it takes another.
    next: Mutex<Option<Arc<Progress>>>,
    begun: AtomicU64,
    open: AtomicUsize,
}

/// How far a stream's answer is. Answer and sender are parts of one task; the atomics are there to be shared at all.
#[derive(Default)]
pub(super) struct Progress {
    /// Twice the number of pieces that were handed out; odd while the last one waits to be sent.
    pieces: AtomicU64,
}

/// An answer's body in pieces, which notes when the next one is asked for.
pub(super) struct Answer {
    body: Body,
    rest: Bytes,
    progress: Arc<Progress>,
}

impl Streams {
    /// A stream begins.
    pub(super) fn begin(&self) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        *self.0.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&progress));
        progress
    }

    /// How many have begun.
    pub(super) fn begun(&self) -> u64 {
        self.0.begun.load(Ordering::Relaxed)
    }

    /// How many are not done.
    pub(super) fn open(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    #[expect(clippy::disallowed_methods, reason = "a stream is a part of its connection")]
    fn execute(&self, stream: F) {
        let progress = self.0.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        let open = Open::new(&self.0);
        tokio::spawn(async move {
            let _open = open;
            match progress {
                Some(progress) => send(stream, &progress).await,
                None => drop(stream.await),
            }
        });
    }
}

/// Counts an open stream for as long as it lives.
struct Open(Arc<Counts>);

impl Open {
    fn new(counts: &Arc<Counts>) -> Self {
        counts.open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(counts))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs `stream` to its end, or until a piece of its answer has waited too long.
async fn send(stream: impl Future, progress: &Progress) {
    let mut stream = pin!(stream);
    let (mut timeout, mut counted) = (None::<Pin<Box<Sleep>>>, 0);
    poll_fn(|context| {
        if stream.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let Some(waiting) = progress.waiting() else { return Poll::Pending };
        let timeout = timeout.get_or_insert_with(|| Box::pin(sleep(WRITE_TIMEOUT)));
        if counted != waiting {
            counted = waiting;
            timeout.as_mut().reset(Instant::now() + WRITE_TIMEOUT);
        }
        ready!(timeout.as_mut().poll(context));
        tracing::debug!("a stream is reset: its peer gave it no room");
        Poll::Ready(())
    })
    .await;
}

impl Progress {
    fn handed(&self) {
        self.pieces.fetch_add(1, Ordering::Relaxed);
    }

    fn asked(&self) {
        let pieces = self.pieces.load(Ordering::Relaxed);
        self.pieces.store(pieces + pieces % 2, Ordering::Relaxed);
    }

    /// The number of the piece that waits to be sent, if one does.
    fn waiting(&self) -> Option<u64> {
        Some(self.pieces.load(Ordering::Relaxed)).filter(|pieces| pieces % 2 == 1)
    }
}

impl Answer {
    pub(super) const fn new(body: Body, progress: Arc<Progress>) -> Self {
        Self { body, rest: Bytes::new(), progress }
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.progress.asked();
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        let length = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(length);
        self.progress.handed();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(body.lower() + rest);
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn an_answer_comes_in_pieces_and_whole() {
        let bytes: Vec<u8> = (0..40_000u32).map(|number| number.to_le_bytes()[0]).collect();
        let mut answer = Answer::new(Body::from(bytes.clone()), Arc::default());
        assert_eq!(answer.size_hint().exact(), Some(40_000));
        let mut sizes = Vec::new();
        let mut whole = Vec::new();
        while let Some(frame) = answer.frame().await {
            let piece = frame.unwrap().into_data().unwrap();
            sizes.push(piece.len());
            whole.extend_from_slice(&piece);
        }
        assert_eq!(sizes, [PIECE_BYTES, PIECE_BYTES, 40_000 - 2 * PIECE_BYTES]);
        assert_eq!(whole, bytes);
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_piece_that_waits_ends_a_stream() {
        let silent = Progress::default();
        assert!(tokio::time::timeout(WRITE_TIMEOUT * 10, send(std::future::pending::<()>(), &silent)).await.is_err());
        let stuck = Progress::default();
        stuck.handed();
        send(std::future::pending::<()>(), &stuck).await;
        stuck.asked();
        assert_eq!(stuck.waiting(), None);
    }
}
