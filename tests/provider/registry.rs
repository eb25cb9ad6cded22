//! Tries, circuit and fallbacks: with providers of the test's own, in time that passes only when everybody waits.

use std::sync::Arc;
use std::time::Duration;

use astra_core::clock::ManualClock;
use astra_core::config::ProviderConfigs;
use astra_core::provider::{Attempt, Circuit, ErrorKind, Registry, Target};
use futures_util::StreamExt as _;

use crate::asking::{NOW_MS, complete, failure, listen, listen_to, messages, request, target};
use crate::own::{Act, Own};

/// A registry of the test's own providers; chance always says 0.
fn registry(clock: &ManualClock, providers: &[(&str, &Own)]) -> Registry {
    registry_with_chance(0.0, clock, providers)
}

fn registry_with_chance(chance: f64, clock: &ManualClock, providers: &[(&str, &Own)]) -> Registry {
    let registry = Registry::new(&ProviderConfigs::new(), Arc::new(clock.clone())).unwrap();
    let registry = registry.with_jitter(Arc::new(move || chance));
    providers.iter().fold(registry, |registry, (name, own)| registry.with(name, Arc::new((*own).clone())).unwrap())
}

fn clock() -> ManualClock {
    ManualClock::new(NOW_MS)
}

fn tried(attempts: &[Attempt]) -> Vec<(&str, Option<ErrorKind>)> {
    let kind = |attempt: &Attempt| attempt.error.as_ref().map(|error| error.kind);
    attempts.iter().map(|attempt| (attempt.provider.as_str(), kind(attempt))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_passing_fault_is_tried_again_twice() {
    let up = Own::new([Act::Fail(ErrorKind::Server(500, None)), Act::Fail(ErrorKind::Connect), Act::Say("at last")]);
    let registry_at_half = registry_with_chance(0.5, &clock(), &[("up", &up)]);
    assert_eq!(complete(&registry_at_half).await.unwrap().content, "at last");
    assert_eq!(up.pauses_ms(), [250, 500]);
    let up = Own::new([Act::Fail(ErrorKind::Cut)]);
    assert_eq!(failure(&registry(&clock(), &[("up", &up)])).await.kind, ErrorKind::Cut);
    assert_eq!(up.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_a_pause_gets_it_unless_it_is_too_long() {
    let up = Own::new([Act::Fail(ErrorKind::RateLimited(Some(Duration::from_secs(4)))), Act::Say("ok")]);
    complete(&registry(&clock(), &[("up", &up)])).await.unwrap();
    assert_eq!(up.pauses_ms(), [4_000]);
    let long = Some(Duration::from_secs(3_600));
    let up = Own::new([Act::Fail(ErrorKind::RateLimited(long)), Act::Say("ok")]);
    let error = failure(&registry(&clock(), &[("up", &up)])).await;
    assert_eq!((error.retry_after(), up.calls()), (long, 1), "told to the caller instead");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_for_good_is_not_tried_again() {
    for kind in [ErrorKind::Key, ErrorKind::Refused(400), ErrorKind::Malformed, ErrorKind::TooLarge] {
        let up = Own::new([Act::Fail(kind), Act::Say("never")]);
        assert_eq!(failure(&registry(&clock(), &[("up", &up)])).await.kind, kind);
        assert_eq!(up.calls(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_target_takes_over_and_all_tries_are_told() {
    let (down, refusing, up) = (
        Own::new([Act::Fail(ErrorKind::Connect)]),
        Own::new([Act::Fail(ErrorKind::Key)]),
        Own::new([Act::Say("here")]),
    );
    let registry = registry(&clock(), &[("down", &down), ("refusing", &refusing), ("up", &up)]);
    let named = Target { provider: "up".into(), model: Some("big".into()) };
    let targets = [target("down"), target("nobody"), target("refusing"), named, target("never")];
    let mut attempts = Vec::new();
    let answer = registry.complete(&targets, request(&messages()), &mut attempts).await.unwrap();
    assert_eq!(answer.content, "here");
    let fault = Some(ErrorKind::Connect);
    let expected = [
        ("down", fault),
        ("down", fault),
        ("down", fault),
        ("nobody", Some(ErrorKind::Unknown)),
        ("refusing", Some(ErrorKind::Key)),
        ("up", None),
    ];
    assert_eq!(tried(&attempts), expected);
    assert_eq!((attempts[5].model.as_str(), attempts[5].elapsed), ("big", Some(Duration::ZERO)));
    assert_eq!(attempts[0].model, "own-1", "the first that the provider lists");
}

#[tokio::test(start_paused = true)]
async fn a_failure_tells_what_an_upstream_did() {
    let refusing = Own::new([Act::Fail(ErrorKind::Refused(400))]);
    let registry = registry(&clock(), &[("refusing", &refusing)]);
    let (messages, mut attempts) = (messages(), Vec::new());
    let both = [target("refusing"), target("nobody")];
    let error = registry.complete(&both, request(&messages), &mut attempts).await.unwrap_err();
    assert_eq!((error.kind, attempts.len()), (ErrorKind::Refused(400), 2));
    // What was tried for something else before says nothing of this.
    let error = registry.complete(&[], request(&messages), &mut attempts).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_caller_goes_away_is_among_the_tries() {
    let up = Own::new([Act::Fail(ErrorKind::Connect), Act::Hang]);
    let registry = registry(&clock(), &[("up", &up)]);
    let (messages, mut attempts) = (messages(), Vec::new());
    let (targets, second) = ([target("up")], Duration::from_secs(1));
    let asking = registry.complete(&targets, request(&messages), &mut attempts);
    assert!(tokio::time::timeout(second, asking).await.is_err());
    assert_eq!(tried(&attempts), [("up", Some(ErrorKind::Connect)), ("up", None)]);
    assert_eq!((attempts[0].elapsed, attempts[1].elapsed), (Some(Duration::ZERO), None));
}

#[tokio::test(start_paused = true)]
async fn a_stream_falls_back_before_its_first_content_and_not_after() {
    let up = Own::new([Act::Say("from the second")]);
    for act in [Act::Fail(ErrorKind::Key), Act::SayThenFail("", ErrorKind::Malformed), Act::Hang] {
        let first = Own::new([act]);
        let heard =
            listen_to(&registry(&clock(), &[("first", &first), ("up", &up)]), &[target("first"), target("up")]).await;
        assert_eq!((heard.text().as_str(), heard.error), ("from the second", None));
    }
    let calls = up.calls();
    for (act, expected) in
        [(Act::SayThenFail("half", ErrorKind::Cut), ErrorKind::Cut), (Act::SayThenHang("half"), ErrorKind::Timeout)]
    {
        let first = Own::new([act]);
        let heard =
            listen_to(&registry(&clock(), &[("first", &first), ("up", &up)]), &[target("first"), target("up")]).await;
        assert_eq!((heard.text().as_str(), heard.error_kind()), ("half", Some(expected)));
        assert_eq!(first.calls(), 1, "what was said cannot be taken back");
    }
    assert_eq!(up.calls(), calls);
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_its_end_is_cut() {
    let up = Own::new([Act::SayAndStop("half")]);
    let heard = listen(&registry(&clock(), &[("up", &up)])).await;
    assert_eq!((heard.text().as_str(), heard.error_kind()), ("half", Some(ErrorKind::Cut)));
}

#[test]
fn a_name_that_no_agent_can_use_is_refused() {
    let registry = Registry::new(&ProviderConfigs::new(), Arc::new(clock())).unwrap();
    let faults = registry.with("My provider", Arc::new(Own::new([Act::Hang]))).unwrap_err();
    assert_eq!(faults[0].key, "providers.My provider");
}

#[tokio::test(start_paused = true)]
async fn five_failures_open_the_circuit_and_two_successes_close_it() {
    let (clock, up) = (clock(), Own::new([Act::Fail(ErrorKind::Malformed)]));
    let registry = registry(&clock, &[("up", &up)]);
    let circuit = || registry.status("up").unwrap().circuit;
    for _ in 0..5 {
        assert_eq!(circuit(), Circuit::Closed);
        failure(&registry).await;
    }
    assert_eq!(circuit(), Circuit::Open);
    let error = failure(&registry).await;
    assert_eq!((error.kind, up.calls()), (ErrorKind::CircuitOpen(Duration::from_secs(60)), 5), "left alone");
    clock.advance_ms(60_000);
    assert_eq!(circuit(), Circuit::HalfOpen);
    up.turn_to(Act::Say("well again"));
    assert_eq!(listen(&registry).await.text(), "well again");
    assert_eq!(circuit(), Circuit::HalfOpen);
    complete(&registry).await.unwrap();
    assert_eq!(circuit(), Circuit::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_changes_nothing_about_the_circuit() {
    for set_ms in [-900_000, 900_000] {
        let (clock, up) = (clock(), Own::new([Act::Fail(ErrorKind::Malformed)]));
        let registry = registry(&clock, &[("up", &up)]);
        for _ in 0..5 {
            failure(&registry).await;
        }
        clock.advance_ms(20_000);
        clock.set_ms(set_ms);
        assert_eq!(
            failure(&registry).await.kind,
            ErrorKind::CircuitOpen(Duration::from_secs(40)),
            "set by {set_ms} ms"
        );
        clock.advance_ms(40_000);
        assert_eq!(registry.status("up").unwrap().circuit, Circuit::HalfOpen, "set by {set_ms} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn bad_requests_and_keys_do_not_open_the_circuit_for_others() {
    let up = Own::new([Act::Fail(ErrorKind::Refused(400))]);
    let registry = registry(&clock(), &[("up", &up)]);
    for kind in [ErrorKind::Refused(400), ErrorKind::Key, ErrorKind::RateLimited(None)] {
        up.turn_to(Act::Fail(kind));
        for _ in 0..6 {
            failure(&registry).await;
        }
    }
    assert_eq!(registry.status("up").unwrap().circuit, Circuit::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_does_not_block_the_way_back() {
    let (clock, up) = (clock(), Own::new([Act::Fail(ErrorKind::Malformed)]));
    let registry = registry(&clock, &[("up", &up)]);
    for _ in 0..5 {
        failure(&registry).await;
    }
    clock.advance_ms(60_000);
    up.turn_to(Act::Hang);
    let trial = tokio::time::timeout(Duration::from_millis(10), complete(&registry)).await;
    assert!(trial.is_err(), "the caller gave up");
    up.turn_to(Act::Say("ok"));
    complete(&registry).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn streams_that_break_count_against_the_upstream() {
    let up = Own::new([Act::SayThenFail("half", ErrorKind::Cut)]);
    let registry = registry(&clock(), &[("up", &up)]);
    for _ in 0..5 {
        assert_eq!(listen(&registry).await.error_kind(), Some(ErrorKind::Cut));
    }
    let status = registry.status("up").unwrap();
    assert_eq!((status.circuit, status.health.requests, status.health.errors), (Circuit::Open, 5, 5));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_left_is_no_failure() {
    let up = Own::new([Act::SayThenHang("half")]);
    let registry = registry(&clock(), &[("up", &up)]);
    for _ in 0..6 {
        let mut stream = registry.stream(&[target("up")], request(&messages()), &mut Vec::new()).await.unwrap();
        stream.next().await.unwrap().unwrap();
    }
    let status = registry.status("up").unwrap();
    assert_eq!((status.circuit, status.health.errors), (Circuit::Closed, 0));
}
