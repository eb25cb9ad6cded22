//! The log's queue: a task that logs puts a line into it and goes on; one thread writes. What does not fit, because stderr does
//! not take it, is dropped and counted.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How much may wait.
const QUEUE_BYTES: usize = 1 << 20;
/// Lines that come within this time are written together,
const GATHER: Duration = Duration::from_millis(50);
/// unless there are so many.
const GATHER_BYTES: usize = QUEUE_BYTES / 4;

/// Lines that wait to be written.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    written: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    count: u64,
    /// Lines that were lost since the log last said so.
    dropped: u64,
    /// Whether the writing thread sleeps until there is something.
    is_idle: bool,
    /// Whether something waits for the lines to be written.
    is_urgent: bool,
    /// Whether it has lines in its hands.
    is_writing: bool,
}

impl Queue {
    /// A queue whose lines are written to `output` by a thread of its own.
    pub(super) fn start(output: impl Write + Send + 'static) -> io::Result<Arc<Self>> {
        let queue = Arc::new(Self::default());
        let writer = Arc::clone(&queue);
        #[expect(
            clippy::disallowed_methods,
            reason = "it blocks on the standard error for as long as the program runs"
        )]
        std::thread::Builder::new().name("log".into()).spawn(move || writer.write_to(output))?;
        Ok(queue)
    }

    /// Waits until all that was logged is written, at most for `limit`.
    pub(super) fn flush(&self, limit: Duration) {
        let is_pending = |waiting: &mut Waiting| !waiting.lines.is_empty() || waiting.is_writing;
        let mut waiting = self.waiting();
        waiting.is_urgent = true;
        self.filled.notify_one();
        drop(self.written.wait_timeout_while(waiting, limit, is_pending));
    }

    /// Puts a line into the queue.
    pub(super) fn push(&self, line: &[u8]) {
        let mut waiting = self.waiting();
        if waiting.lines.len() + line.len() > QUEUE_BYTES {
            waiting.dropped += 1;
            return;
        }
        let was_short = waiting.lines.len() < GATHER_BYTES;
        waiting.lines.extend_from_slice(line);
        waiting.count += 1;
        let is_long = was_short && waiting.lines.len() >= GATHER_BYTES;
        if std::mem::take(&mut waiting.is_idle) || is_long {
            drop(waiting);
            self.filled.notify_one();
        }
    }

    /// What waits, put into `lines`; the number of its lines, and how many were lost.
    fn take(&self, lines: &mut Vec<u8>) -> (u64, u64) {
        let mut waiting = self.waiting();
        if waiting.lines.is_empty() {
            waiting.is_idle = true;
            let is_empty = |waiting: &mut Waiting| waiting.lines.is_empty();
            waiting = self.filled.wait_while(waiting, is_empty).unwrap_or_else(PoisonError::into_inner);
        }
        let is_gathering = |waiting: &mut Waiting| !waiting.is_urgent && waiting.lines.len() < GATHER_BYTES;
        let gathered = self.filled.wait_timeout_while(waiting, GATHER, is_gathering);
        let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        waiting.is_urgent = false;
        std::mem::swap(&mut waiting.lines, lines);
        waiting.is_writing = true;
        (std::mem::take(&mut waiting.count), std::mem::take(&mut waiting.dropped))
    }

    /// Nothing is in hand any more; so many lines are lost.
    fn done(&self, lost: u64) {
        let mut waiting = self.waiting();
        waiting.is_writing = false;
        waiting.dropped += lost;
        drop(waiting);
        self.written.notify_all();
    }

    fn write_to(&self, mut output: impl Write) {
        let mut lines = Vec::new();
        loop {
            let (count, dropped) = self.take(&mut lines);
            let is_written = output.write_all(&lines).and_then(|()| output.flush()).is_ok();
            lines.clear();
            if is_written && dropped > 0 {
                tracing::warn!(lines.dropped = dropped, "lines of this log are missing here: stderr did not take them");
            }
            self.done(if is_written { 0 } else { count + dropped });
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line of the log is one write.
impl Write for &Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Takes what it is given when the test lets it.
    struct Gate {
        open: mpsc::Receiver<io::Result<()>>,
        taken: mpsc::SyncSender<Vec<u8>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.open.recv().unwrap_or(Ok(()))?;
            self.taken.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gated() -> (Arc<Queue>, mpsc::SyncSender<io::Result<()>>, mpsc::Receiver<Vec<u8>>) {
        let ((open, opened), (taken, taking)) = (mpsc::sync_channel(16), mpsc::sync_channel(16));
        (Queue::start(Gate { open: opened, taken }).unwrap(), open, taking)
    }

    #[test]
    fn what_stalls_costs_lines_and_nothing_else() {
        let (queue, open, taking) = gated();
        queue.push(b"first");
        while !queue.waiting().is_writing {
            std::thread::yield_now();
        }
        let line = [b'x'; 1024];
        for _ in 0..5_000 {
            queue.push(&line);
        }
        assert_eq!(queue.waiting().dropped, 5_000 - 1_024);
        queue.flush(Duration::from_millis(1));
        open.send(Ok(())).unwrap();
        assert_eq!(taking.recv().unwrap(), b"first");
        open.send(Ok(())).unwrap();
        assert_eq!(taking.recv().unwrap().len(), QUEUE_BYTES);
        drop(open);
        queue.flush(Duration::from_secs(60));
        assert!(queue.waiting().lines.is_empty());
        queue.push(b"later");
        assert!(taking.iter().any(|bytes| bytes.ends_with(b"later")));
    }

    #[test]
    fn what_cannot_be_written_is_counted_until_it_can() {
        let (queue, open, taking) = gated();
        open.send(Err(io::Error::from(io::ErrorKind::BrokenPipe))).unwrap();
        queue.push(b"one\n");
        queue.flush(Duration::from_secs(60));
        assert_eq!(queue.waiting().dropped, 1);
        drop(open);
        queue.push(b"two\n");
        assert_eq!(taking.recv().unwrap(), b"two\n");
        queue.flush(Duration::from_secs(60));
        assert_eq!(queue.waiting().dropped, 0);
    }
}
