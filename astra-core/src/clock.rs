//! Time as a parameter: the gateway never asks the operating system directly, so that tests can hold the hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};

/// A source of time: of the wall clock for what is written down, and of a monotonic one for how long something takes.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since the Unix epoch, UTC. An operator or NTP may set it, also backwards.
    fn now_ms(&self) -> i64;

    /// The monotonic clock: it is never set, so durations and limits are measured by it.
    fn instant(&self) -> Instant {
        Instant::now()
    }
}

/// The machine's own clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the gateway reads the machine's clock")]
    fn now_ms(&self) -> i64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    }
}

/// Milliseconds on the monotonic reading of a [`Clock`], counted from when this was made.
#[derive(Clone)]
pub struct Monotonic {
    clock: Arc<dyn Clock>,
    origin: Instant,
}

impl Monotonic {
    /// Counts from now on.
    #[must_use]
    pub fn new(clock: &Arc<dyn Clock>) -> Self {
        Self { clock: Arc::clone(clock), origin: clock.instant() }
    }

    /// The time since this was made; it never becomes less.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.instant().saturating_duration_since(self.origin)
    }

    /// The same in milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        i64::try_from(self.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Hands>);

#[derive(Debug)]
struct Hands {
    wall_ms: AtomicI64,
    origin: Instant,
    elapsed_ms: AtomicU64,
}

impl ManualClock {
    /// A clock that shows `now_ms` milliseconds since the Unix epoch.
    #[must_use]
    pub fn new(now_ms: i64) -> Self {
        let (wall_ms, elapsed_ms) = (AtomicI64::new(now_ms), AtomicU64::new(0));
        Self(Arc::new(Hands { wall_ms, origin: Instant::now(), elapsed_ms }))
    }

    /// Lets `delta_ms` milliseconds pass. A negative number sets the wall clock back, as [`ManualClock::set_ms`] does.
    pub fn advance_ms(&self, delta_ms: i64) {
        self.set_ms(delta_ms);
        self.0.elapsed_ms.fetch_add(u64::try_from(delta_ms).unwrap_or_default(), Ordering::SeqCst);
    }

    /// Sets the wall clock `delta_ms` milliseconds ahead, or back if negative, while no time passes.
    pub fn set_ms(&self, delta_ms: i64) {
        self.0.wall_ms.fetch_add(delta_ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.wall_ms.load(Ordering::SeqCst)
    }

    fn instant(&self) -> Instant {
        self.0.origin + Duration::from_millis(self.0.elapsed_ms.load(Ordering::SeqCst))
    }
}

/// RFC 3339 in UTC with milliseconds, as every time on the wire is written: `2026-11-23T21:07:00.000Z`.
#[must_use]
pub fn rfc3339(at_ms: i64) -> String {
    timestamp(at_ms).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The instant as a calendar type; what lies beyond the calendar becomes its nearest end.
#[must_use]
pub fn timestamp(at_ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at_ms).unwrap_or(if at_ms < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}
