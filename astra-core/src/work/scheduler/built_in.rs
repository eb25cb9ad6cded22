//! The gateway's own periodic work: done by the leader alone, at its usual times or at those of the configuration, and shown
//! with what came of it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::expression::{Expression, ExpressionFault};
use crate::clock::Clock;
use crate::config::{BUILT_INS, BuiltInDefault, CronConfig, Fault};
use crate::tasks::TaskKind;
use crate::work::supervisor::{Supervisor, failure};
use crate::work::task::TaskState;

/// The first round of work that is done again and again comes so soon.
const FIRST: Duration = Duration::from_secs(5);
/// The longest pause without a look at the clock, which may have been set.
const LOOK: Duration = Duration::from_secs(30);
/// The longest time between two rounds, in seconds.
const EVERY_MAX_S: u64 = 86_400;

/// A periodic work, and how it goes on this gateway.
pub(super) struct BuiltIn {
    what: BuiltInDefault,
    /// As it was configured.
    schedule: String,
    timing: Timing,
    is_paused: bool,
    progress: Mutex<Progress>,
}

/// When it is done.
#[derive(Debug, Clone)]
enum Timing {
    Every(Duration),
    At(Box<Expression>),
}

#[derive(Debug, Clone, Default)]
struct Progress {
    next_at_ms: Option<i64>,
    last_at_ms: Option<i64>,
    last_ms: Option<u64>,
    last_error: Option<String>,
    rounds: u64,
}

/// A periodic work as it is shown.
#[derive(Debug, Clone)]
pub struct BuiltInStatus {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// When it is done.
    pub schedule: String,
    /// Whether it is not done at all.
    pub is_paused: bool,
    /// When it is done next, in milliseconds since the epoch.
    pub next_at_ms: Option<i64>,
    /// When this gateway last did it.
    pub last_at_ms: Option<i64>,
    /// How long that took, in milliseconds.
    pub last_ms: Option<u64>,
    /// Why it failed then, if it did.
    pub last_error: Option<String>,
    /// How often this gateway has done it.
    pub rounds: u64,
}

/// What is wrong with the schedules of built-in work in a configuration.
#[must_use]
pub fn configured_faults(config: &CronConfig) -> Vec<Fault> {
    let read = |what: &BuiltInDefault| timing(what, config).err();
    let fault = |(key, detail): (&str, String), name| Fault { key: format!("cron.built_in.{name}.{key}"), detail };
    BUILT_INS.iter().filter_map(|what| read(what).map(|found| fault(found, what.name))).collect()
}

/// All of the gateway's periodic work. What cannot be read, which no gateway opens with, is done at its usual times.
pub(super) fn all(config: &CronConfig) -> Vec<Arc<BuiltIn>> {
    let one = |what: &BuiltInDefault| {
        let timing = timing(what, config).unwrap_or_else(|_| usual(what));
        let configured = config.built_in.get(what.name);
        let schedule = configured.and_then(|own| own.schedule.clone()).unwrap_or_else(|| what.schedule.to_owned());
        let is_paused = config.is_paused(what.name);
        Arc::new(BuiltIn { what: *what, schedule, timing, is_paused, progress: Mutex::default() })
    };
    BUILT_INS.iter().map(one).collect()
}

fn timing(what: &BuiltInDefault, config: &CronConfig) -> Result<Timing, (&'static str, String)> {
    let own = config.built_in.get(what.name);
    let Some(schedule) = own.and_then(|own| own.schedule.as_deref()) else { return Ok(usual(what)) };
    let timezone = own.and_then(|own| own.timezone.as_deref());
    if let Some(every) = schedule.strip_prefix("every ") {
        if timezone.is_some() {
            return Err(("timezone", "has no meaning beside `every`".to_owned()));
        }
        return match every_of(every) {
            Some(every) => Ok(Timing::Every(every)),
            None => {
                Err(("schedule", "is not `every` with 1s to 24h, such as every 30s, every 10m or every 2h".to_owned()))
            }
        };
    }
    let expression = Expression::parse(schedule, timezone.unwrap_or("UTC")).map_err(|fault| match fault {
        ExpressionFault::Expression(fault) => ("schedule", fault),
        ExpressionFault::Timezone(fault) => ("timezone", fault),
    })?;
    if expression.next_after(0).is_none() {
        return Err(("schedule", "never comes: there is no such day".to_owned()));
    }
    Ok(Timing::At(Box::new(expression)))
}

fn usual(what: &BuiltInDefault) -> Timing {
    let every = what.schedule.strip_prefix("every ").and_then(every_of);
    Timing::Every(every.unwrap_or(Duration::from_secs(600)))
}

/// `30s`, `10m` or `2h`.
fn every_of(text: &str) -> Option<Duration> {
    let (number, unit) = text.trim().split_at_checked(text.trim().len().checked_sub(1)?)?;
    let unit_s = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return None,
    };
    let every_s = number.parse::<u64>().ok()?.checked_mul(unit_s)?;
    (1..=EVERY_MAX_S).contains(&every_s).then(|| Duration::from_secs(every_s))
}

impl BuiltIn {
    pub(super) fn status(&self) -> BuiltInStatus {
        let progress = self.progress().clone();
        BuiltInStatus {
            name: self.what.name,
            description: self.what.description,
            schedule: self.schedule.clone(),
            is_paused: self.is_paused,
            next_at_ms: progress.next_at_ms,
            last_at_ms: progress.last_at_ms,
            last_ms: progress.last_ms,
            last_error: progress.last_error,
            rounds: progress.rounds,
        }
    }

    /// The pause before the next round, which is the first one or comes after another.
    fn plan(&self, now_ms: i64, is_first: bool) {
        let next_at_ms = match &self.timing {
            Timing::Every(every) => {
                let pause = if is_first { FIRST.min(*every) } else { *every };
                Some(now_ms.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)))
            }
            Timing::At(expression) => expression.next_after(now_ms).map(|slot| slot.at_ms),
        };
        self.progress().next_at_ms = next_at_ms;
    }

    /// Waits for the next round. Work that is done again and again waits by the clock that is never set.
    async fn pause(&self, clock: &Arc<dyn Clock>, is_first: bool) {
        self.plan(clock.now_ms(), is_first);
        match self.timing {
            Timing::Every(every) => sleep(if is_first { FIRST.min(every) } else { every }).await,
            Timing::At(_) => loop {
                let next_at_ms = self.progress().next_at_ms.unwrap_or(i64::MAX);
                match u64::try_from(next_at_ms.saturating_sub(clock.now_ms())) {
                    Ok(left_ms) if left_ms > 0 => sleep(Duration::from_millis(left_ms).min(LOOK)).await,
                    _ => return,
                }
            },
        }
    }

    /// Does the work of `round` at its times for as long as the gateway runs, where `leads` says that this one does it. Without
    /// `leads` each gateway does it, and once more when it stops. A round that fails is logged, and the next one comes at its
    /// time.
    pub(super) fn keep<L, F, T, E>(
        self: Arc<Self>,
        supervisor: &Supervisor,
        kind: TaskKind,
        clock: Arc<dyn Clock>,
        leads: Option<L>,
        round: F,
    ) where
        L: Fn() -> bool + Send + 'static,
        F: Fn() -> T + Send + 'static,
        T: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + Send,
    {
        let every = match self.timing {
            Timing::Every(every) => Some(every.max(FIRST)),
            Timing::At(_) => None,
        };
        let (task, cancelled) = (supervisor.register(kind, every), supervisor.token());
        let status = Arc::clone(&task);
        self.plan(clock.now_ms(), true);
        supervisor.run(kind, status, async move {
            let mut is_first = true;
            // A round that is waited for is not cancelled; the pause is.
            while cancelled.run_until_cancelled(self.pause(&clock, is_first)).await.is_some() {
                is_first = false;
                if leads.as_ref().is_some_and(|leads| !leads()) {
                    task.note_round();
                    continue;
                }
                let (at_ms, begun) = (clock.now_ms(), Instant::now());
                let error = failure(round()).await;
                match &error {
                    None => task.note_round(),
                    Some(failure) => drop(task.fail(failure)),
                }
                self.note(at_ms, begun.elapsed(), error);
            }
            if leads.is_none()
                && let Some(failure) = failure(round()).await
            {
                let _no_other_round = task.fail(&failure);
            }
            task.end(TaskState::Ended);
        });
    }

    /// Whether it is the work `name` and is to be done.
    pub(super) fn is_wanted(&self, name: &str) -> bool {
        self.what.name == name && !self.is_paused
    }

    fn note(&self, at_ms: i64, took: Duration, error: Option<String>) {
        let mut progress = self.progress();
        progress.rounds += 1;
        progress.last_at_ms = Some(at_ms);
        progress.last_ms = u64::try_from(took.as_millis()).ok();
        progress.last_error = error;
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        // A panic elsewhere leaves the value whole: each change is one assignment.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> CronConfig {
        serde_yaml::from_str(text).unwrap()
    }

    fn faults(text: &str) -> Vec<String> {
        configured_faults(&config(text)).into_iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn usual_times_can_be_read_and_configured_ones_are_checked() {
        for what in &BUILT_INS {
            assert!(what.schedule.strip_prefix("every ").and_then(every_of).is_some(), "{}", what.name);
        }
        assert_eq!(faults("{}"), [""; 0]);
        for good in ["every 1s", "every 24h", "every 90m", "0 3 * * *"] {
            assert_eq!(faults(&format!("built_in: {{trace_retention: {{schedule: '{good}'}}}}")), [""; 0], "{good}");
        }
        for bad in ["every 0s", "every 25h", "every 5", "every -1s", "every 1d", "0 0 30 2 *", "0 * * * * *", ""] {
            let found = faults(&format!("built_in: {{trace_retention: {{schedule: '{bad}'}}}}"));
            assert_eq!(found, ["cron.built_in.trace_retention.schedule"], "{bad}");
        }
        let zone = |zone: &str, at: &str| {
            faults(&format!("built_in: {{job_retention: {{schedule: '{at}', timezone: {zone}}}}}"))
        };
        assert_eq!(zone("Europe/Berlin", "0 3 * * *"), [""; 0]);
        assert_eq!(zone("Europe/Atlantis", "0 3 * * *"), ["cron.built_in.job_retention.timezone"]);
        assert_eq!(zone("Europe/Berlin", "every 5m"), ["cron.built_in.job_retention.timezone"]);
    }

    #[test]
    fn work_is_moved_and_paused_by_its_name() {
        let text = "built_in: {trace_retention: {schedule: '0 3 * * *', timezone: Europe/Berlin}, usage_rollup: {paused: true}}";
        let all = all(&config(text));
        let find = |name: &str| all.iter().find(|work| work.what.name == name).unwrap();
        // 2026-11-23T21:00:00Z
        find("trace_retention").plan(1_795_467_600_000, true);
        assert_eq!(find("trace_retention").status().next_at_ms, Some(1_795_467_600_000 + 5 * 3_600_000));
        assert!(find("usage_rollup").status().is_paused && !find("usage_rollup").is_wanted("usage_rollup"));
        assert!(find("token_cleanup").is_wanted("token_cleanup") && !find("token_cleanup").is_wanted("job_retention"));
    }
}
