//! The circuit breaker: a pure state machine on milliseconds that its caller reads off the monotonic clock.

use std::collections::VecDeque;
use std::time::Duration;

/// So many failures ...
const FAILURES: usize = 5;
/// ... within this time open the circuit, in milliseconds, ...
const WINDOW_MS: i64 = 60_000;
/// ... for this time; then one call at a time may try, ...
const OPEN_MS: i64 = 60_000;
/// ... and so many successes close it.
const SUCCESSES: u32 = 2;

/// What a circuit lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// All calls.
    Closed,
    /// None.
    Open,
    /// One at a time, to see whether the upstream is well again.
    HalfOpen,
}

/// A circuit.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: State,
    /// Grows with each change of state: what a call of an earlier state has to tell is no longer of interest.
    generation: u64,
}

#[derive(Debug)]
enum State {
    Closed { failed_at_ms: VecDeque<i64> },
    Open { since_ms: i64 },
    HalfOpen { successes: u32, is_trying: bool },
}

/// The right to one call. Its holder reports how the call ended, by whichever of the breaker's three verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Permit(u64);

impl Default for State {
    fn default() -> Self {
        Self::Closed { failed_at_ms: VecDeque::new() }
    }
}

impl Breaker {
    /// Lets a call through, or says how long to wait.
    pub(crate) fn admit(&mut self, now_ms: i64) -> Result<Permit, Duration> {
        if let State::Open { since_ms } = self.state {
            let left_ms = since_ms + OPEN_MS - now_ms;
            if left_ms > 0 {
                return Err(Duration::from_millis(left_ms.unsigned_abs()));
            }
            self.enter(State::HalfOpen { successes: 0, is_trying: false });
        }
        if let State::HalfOpen { is_trying, .. } = &mut self.state
            && std::mem::replace(is_trying, true)
        {
            return Err(Duration::from_secs(1));
        }
        Ok(Permit(self.generation))
    }

    /// The call came to a good end.
    pub(crate) fn succeeded(&mut self, permit: Permit) {
        if let (State::HalfOpen { successes, is_trying }, true) = (&mut self.state, permit.0 == self.generation) {
            *successes += 1;
            *is_trying = false;
            if *successes >= SUCCESSES {
                self.enter(State::default());
            }
        }
    }

    /// The call failed, by the upstream's fault.
    pub(crate) fn failed(&mut self, permit: Permit, now_ms: i64) {
        if permit.0 != self.generation {
            return;
        }
        if let State::Closed { failed_at_ms } = &mut self.state {
            failed_at_ms.retain(|at_ms| (now_ms - WINDOW_MS..=now_ms).contains(at_ms));
            failed_at_ms.push_back(now_ms);
            if failed_at_ms.len() < FAILURES {
                return;
            }
        }
        self.enter(State::Open { since_ms: now_ms });
    }

    /// The call ended without saying anything about the upstream: its caller left, or the request was bad.
    pub(crate) fn abandoned(&mut self, permit: Permit) {
        if let (State::HalfOpen { is_trying, .. }, true) = (&mut self.state, permit.0 == self.generation) {
            *is_trying = false;
        }
    }

    /// What would be let through now.
    pub(crate) fn circuit(&self, now_ms: i64) -> Circuit {
        match self.state {
            State::Closed { .. } => Circuit::Closed,
            State::Open { since_ms } if (since_ms..since_ms + OPEN_MS).contains(&now_ms) => Circuit::Open,
            State::Open { .. } | State::HalfOpen { .. } => Circuit::HalfOpen,
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened_at(now_ms: i64) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            let permit = breaker.admit(now_ms).unwrap();
            breaker.failed(permit, now_ms);
        }
        breaker
    }

    #[test]
    fn five_failures_within_a_minute_open_it_for_a_minute() {
        let mut breaker = Breaker::default();
        for now_ms in [0, 10_000, 20_000, 30_000, 70_000, 75_000] {
            let permit = breaker.admit(now_ms).unwrap();
            breaker.failed(permit, now_ms);
            assert_eq!(breaker.circuit(now_ms), Circuit::Closed, "the first ones are forgotten after a minute");
        }
        let permit = breaker.admit(76_000).unwrap();
        breaker.failed(permit, 76_000);
        assert_eq!(breaker.admit(100_000), Err(Duration::from_secs(36)));
        assert_eq!(breaker.circuit(135_999), Circuit::Open);
        assert_eq!(breaker.circuit(136_000), Circuit::HalfOpen);
    }

    #[test]
    fn two_successes_one_after_the_other_close_it() {
        let mut breaker = opened_at(0);
        let first = breaker.admit(60_000).unwrap();
        assert!(breaker.admit(60_000).is_err(), "one call at a time");
        breaker.succeeded(first);
        let second = breaker.admit(60_001).unwrap();
        assert_eq!(breaker.circuit(60_001), Circuit::HalfOpen);
        breaker.succeeded(second);
        assert_eq!(breaker.circuit(60_001), Circuit::Closed);
    }

    #[test]
    fn a_failed_trial_opens_it_again_and_an_abandoned_one_leaves_room_for_the_next() {
        let mut breaker = opened_at(0);
        let abandoned = breaker.admit(60_000).unwrap();
        breaker.abandoned(abandoned);
        let trial = breaker.admit(61_000).unwrap();
        breaker.failed(trial, 62_000);
        assert_eq!(breaker.admit(121_999), Err(Duration::from_millis(1)));
        assert!(breaker.admit(122_000).is_ok());
    }

    #[test]
    fn calls_of_an_earlier_state_have_no_say() {
        let mut breaker = Breaker::default();
        let (slow_failure, slow_success) = (breaker.admit(0).unwrap(), breaker.admit(0).unwrap());
        for _ in 0..FAILURES {
            let permit = breaker.admit(0).unwrap();
            breaker.failed(permit, 0);
        }
        let trial = breaker.admit(60_000).unwrap();
        breaker.failed(slow_failure, 60_000);
        breaker.succeeded(slow_success);
        breaker.succeeded(trial);
        assert_eq!(breaker.circuit(60_000), Circuit::HalfOpen);
    }
}
