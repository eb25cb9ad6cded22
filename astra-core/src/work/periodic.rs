//! Work that is done again and again, with a pause between the rounds.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::supervisor::{Supervisor, failure};
use super::task::TaskState;
use crate::tasks::TaskKind;

/// When the rounds of periodic work are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The time before the first round.
    pub first: Duration,
    /// The time between the end of a round and the next one.
    pub then: Duration,
}

impl Period {
    /// The same time before each round.
    #[must_use]
    pub const fn every(time: Duration) -> Self {
        Self { first: time, then: time }
    }
}

impl Supervisor {
    /// Does the work of `round` again and again until the gateway stops. A round that fails is logged, and the next one
    /// comes at its time, unless the kind says that the task is over then.
    pub fn periodic<F, T, E>(&self, kind: TaskKind, period: Period, round: F)
    where
        F: Fn() -> T + Send + 'static,
        T: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + Send,
    {
        let (task, cancelled) = (self.register(kind, Some(period.first.max(period.then))), self.token());
        let status = Arc::clone(&task);
        self.run(kind, status, async move {
            let mut pause = period.first;
            // A round that is waited for is not cancelled; the pause is.
            while cancelled.run_until_cancelled(sleep(pause)).await.is_some() {
                match failure(round()).await {
                    None => task.note_round(),
                    Some(failure) if task.fail(&failure).is_none() => return,
                    Some(_) => {}
                }
                pause = period.then;
            }
            task.end(TaskState::Ended);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::work::TaskFault;

    const KIND: TaskKind = TaskKind::new("test.periodic");
    const PERIOD: Period = Period { first: Duration::from_secs(1), then: Duration::from_secs(10) };

    #[tokio::test(start_paused = true)]
    async fn rounds_come_at_their_times_and_go_on_after_a_failure() {
        let (supervisor, rounds) = (Supervisor::default(), Arc::<AtomicU32>::default());
        let counted = Arc::clone(&rounds);
        supervisor.periodic(KIND, PERIOD, move || {
            let round = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                match round {
                    1 => panic!("a defect"),
                    2 => Err("no luck"),
                    _ => Ok(()),
                }
            }
        });
        for (wait, count) in [(500, 0), (600, 1), (10_000, 2), (10_000, 3), (10_000, 4)] {
            sleep(Duration::from_millis(wait)).await;
            assert_eq!(rounds.load(Ordering::SeqCst), count);
        }
        let status = supervisor.tasks().remove(0);
        assert_eq!((status.rounds, status.failures), (2, 2));
        assert_eq!(supervisor.faults(), []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_that_does_not_end_makes_it_late() {
        let supervisor = Supervisor::default();
        supervisor.periodic(KIND.aborted(), PERIOD, std::future::pending::<Result<(), String>>);
        sleep(Duration::from_secs(69)).await;
        assert_eq!(supervisor.faults(), []);
        sleep(Duration::from_secs(2)).await;
        assert_eq!(supervisor.faults(), [TaskFault::Late("test.periodic")]);
        assert!(supervisor.shutdown(Duration::from_secs(1)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_shutdown_waits_for_the_end_of_a_round_and_begins_no_other() {
        let (supervisor, rounds) = (Supervisor::default(), Arc::<AtomicU32>::default());
        let counted = Arc::clone(&rounds);
        supervisor.periodic(KIND, PERIOD, move || {
            let counted = Arc::clone(&counted);
            async move {
                sleep(Duration::from_secs(5)).await;
                counted.fetch_add(1, Ordering::SeqCst);
                Ok::<_, String>(())
            }
        });
        sleep(Duration::from_secs(2)).await;
        assert!(supervisor.shutdown(Duration::from_secs(60)).await);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(rounds.load(Ordering::SeqCst), 1);
    }
}
