//! The streams of one connection: each is asked in turn, so that a long one keeps none from the others.

use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use crate::ids::TurnId;

/// A stream of messages that one connection gets.
pub struct Followed {
    /// The turn whose events it tells. A connection follows a turn once: a newer stream takes the place of an older one.
    pub turn_id: TurnId,
    /// Whether the turn runs here, so that it ends before this gateway does.
    pub runs_here: Box<dyn Fn() -> bool + Send>,
    /// Its messages, those that are there together in one batch.
    pub messages: BoxStream<'static, Vec<String>>,
}

/// All streams of a connection.
#[derive(Default)]
pub(super) struct Streams {
    open: Vec<Followed>,
    /// Which is asked first.
    first: usize,
}

impl Streams {
    pub(super) const fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Follows one more, instead of an older stream of the same turn.
    pub(super) fn add(&mut self, followed: Followed) {
        self.open.retain(|older| older.turn_id != followed.turn_id);
        self.open.push(followed);
    }

    /// Leaves those alone whose turns run here now.
    pub(super) fn keep_own(&mut self) {
        self.open.retain(|followed| (followed.runs_here)());
    }

    /// The next messages of one of them. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Vec<String> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Vec<String>> {
        let mut asked = 0;
        while asked < self.open.len() {
            let place = (self.first + asked) % self.open.len();
            match self.open[place].messages.poll_next_unpin(context) {
                Poll::Pending => asked += 1,
                Poll::Ready(Some(messages)) => {
                    self.first = place + 1;
                    return Poll::Ready(messages);
                }
                Poll::Ready(None) => {
                    self.open.remove(place);
                    if self.open.is_empty() {
                        self.open = Vec::new();
                    }
                    // What it was waiting for may be that it ends.
                    return Poll::Ready(Vec::new());
                }
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, stream};

    use super::*;

    fn followed(key: i64, is_here: bool, messages: &[&str]) -> Followed {
        let messages: Vec<_> = messages.iter().map(|text| vec![(*text).to_owned()]).collect();
        let runs_here = Box::new(move || is_here);
        Followed { turn_id: TurnId::from_key(key), runs_here, messages: stream::iter(messages).boxed() }
    }

    #[tokio::test]
    async fn they_take_turns_and_end_each_by_itself() {
        let mut streams = Streams::default();
        streams.add(followed(1, true, &["a", "b", "c"]));
        streams.add(followed(2, true, &["1", "2"]));
        let mut all = Vec::new();
        while !streams.is_empty() {
            all.extend(streams.next().await);
        }
        assert_eq!(all, ["a", "1", "b", "2", "c"]);
        assert!(streams.next().now_or_never().is_none());
    }

    #[test]
    fn a_turn_is_followed_once_and_those_of_other_gateways_are_left() {
        let mut streams = Streams::default();
        streams.add(followed(1, true, &["old"]));
        streams.add(followed(1, true, &["new"]));
        streams.add(followed(2, false, &["far"]));
        assert_eq!(streams.len(), 2);
        streams.keep_own();
        assert_eq!(streams.next().now_or_never(), Some(vec!["new".to_owned()]));
    }
}
