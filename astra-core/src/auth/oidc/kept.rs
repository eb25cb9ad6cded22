//! What the provider says, kept for a while. One request asks for it at a time. Those that came meanwhile take its outcome, a
//! failure too: a provider that is slow to fail costs each of them two waits at most, however many they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::fault::OidcFault;
use crate::clock::Clock;

/// Something that the provider says.
pub(super) struct Kept<T> {
    held: Mutex<Held<T>>,
    /// How often the provider has answered or failed.
    outcomes: AtomicU64,
    clock: Arc<dyn Clock>,
}

struct Held<T> {
    value: Option<(Instant, T)>,
    fault: Option<OidcFault>,
}

impl<T> Kept<T> {
    /// Nothing yet.
    pub(super) fn new(clock: &Arc<dyn Clock>) -> Self {
        let held = Mutex::new(Held { value: None, fault: None });
        Self { held, outcomes: AtomicU64::new(0), clock: Arc::clone(clock) }
    }

    /// What `pick` finds in what is held, by its age; if that is too old or too little for it (`None`), what it finds in the
    /// outcome of `fetch`.
    pub(super) async fn find<R>(
        &self,
        pick: impl Fn(&T, Duration) -> Option<Result<R, OidcFault>>,
        fetch: impl Future<Output = Result<T, OidcFault>>,
    ) -> Result<R, OidcFault> {
        let before = self.outcomes.load(Ordering::Relaxed);
        let mut held = self.held.lock().await;
        if let Some((since, value)) = &held.value
            && let Some(found) = pick(value, self.clock.instant().saturating_duration_since(*since))
        {
            return found;
        }
        if let Some(fault) = held.fault.as_ref().filter(|_| self.outcomes.load(Ordering::Relaxed) != before) {
            return Err(fault.clone());
        }
        let outcome = fetch.await;
        self.outcomes.fetch_add(1, Ordering::Relaxed);
        held.fault = outcome.as_ref().err().cloned();
        let value = outcome?;
        let found = pick(&value, Duration::ZERO);
        held.value = Some((self.clock.instant(), value));
        found.unwrap_or(Err(OidcFault::Wrong("it does not say what it is asked for")))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;
    use tokio::task::yield_now;

    use super::*;
    use crate::clock::ManualClock;

    const LIFE: Duration = Duration::from_secs(60);

    fn pick(value: &usize, age: Duration) -> Option<Result<usize, OidcFault>> {
        (age < LIFE).then_some(Ok(*value))
    }

    #[tokio::test]
    async fn a_failure_is_the_outcome_of_all_who_waited_for_it() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(0));
        let (kept, asked) = (Kept::new(&clock), AtomicUsize::new(0));
        let fail = || async {
            asked.fetch_add(1, Ordering::Relaxed);
            yield_now().await;
            Err(OidcFault::Wrong("down"))
        };
        let waiting = (0..5).map(|_| kept.find(pick, fail()));
        for outcome in join_all(waiting).await {
            assert_eq!(outcome, Err(OidcFault::Wrong("down")));
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        // Who comes later asks anew.
        assert!(kept.find(pick, fail()).await.is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        assert_eq!(kept.find(pick, async { Ok(7) }).await, Ok(7));
    }

    #[tokio::test]
    async fn what_is_old_is_asked_for_again() {
        let manual = ManualClock::new(0);
        let clock: Arc<dyn Clock> = Arc::new(manual.clone());
        let kept = Kept::new(&clock);
        let find = |value: usize| kept.find(pick, async move { Ok(value) });
        assert_eq!(find(1).await, Ok(1));
        manual.advance_ms(59_999);
        assert_eq!(find(2).await, Ok(1));
        manual.advance_ms(1);
        assert_eq!(find(3).await, Ok(3));
    }
}
