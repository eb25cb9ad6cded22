//! Requests that are sent again.

use std::sync::Arc;
use std::time::Duration;

use astra_core::clock::ManualClock;
use astra_core::outbound::{Error, GuardedError, GuardedRequest, Refusal, RetryPolicy, SpecialUse};
use http::Method;

use super::server::{ALLOWED, Names, REFUSED, Server, answer, client, get};

/// A server that answers `faults` times with this status and these headers, and then well.
async fn failing(faults: usize, status: u16, headers: &'static str) -> Server {
    Server::start(
        (ALLOWED, 0),
        move |_, before| {
            if before < faults { answer(status, headers, "no") } else { answer(200, "", "yes") }
        },
    )
    .await
}

fn patient(retries_max: u32) -> RetryPolicy {
    RetryPolicy { retries_max, ..RetryPolicy::default() }
}

#[tokio::test]
async fn a_transient_answer_is_asked_for_again_if_the_request_says_so() {
    let server = failing(2, 503, "").await;
    let client = client([&server], &Names::default());
    assert_eq!(client.send(get(&server.own_url("/"))).await.unwrap().status(), 503);
    assert_eq!(server.connections(), 1);
    let request = GuardedRequest::new(Method::POST, &server.own_url("/")).unwrap().body("words");
    let answer = client.send(request.retry(patient(2))).await.unwrap();
    assert_eq!((answer.status().as_u16(), server.connections()), (200, 3));
    assert!(server.requests()[1..].iter().all(|request| request.ends_with("words")));
}

#[tokio::test]
async fn after_the_last_retry_the_answer_stands() {
    for (status, tries) in [(503, 3), (429, 3), (408, 3), (500, 3), (501, 1), (404, 1), (401, 1)] {
        let server = failing(9, status, "").await;
        let answer =
            client([&server], &Names::default()).send(get(&server.own_url("/")).retry(patient(2))).await.unwrap();
        assert_eq!((answer.status().as_u16(), server.connections()), (status, tries));
        assert_eq!(answer.bytes(9).await.unwrap(), "no");
    }
}

#[tokio::test]
async fn retry_after_is_waited_for_up_to_its_limit_and_to_the_requests_end() {
    let now = failing(1, 429, "Retry-After: 0\r\n").await;
    let client_of = |server: &Server| client([server], &Names::default());
    assert_eq!(client_of(&now).send(get(&now.own_url("/")).retry(patient(1))).await.unwrap().status(), 200);
    // Longer than the policy waits; longer than the request has.
    for headers in ["Retry-After: 21\r\n", "Retry-After: 15\r\n"] {
        let server = failing(1, 429, headers).await;
        let request = get(&server.own_url("/")).retry(patient(1)).timeout(Duration::from_secs(10));
        assert_eq!(client_of(&server).send(request).await.unwrap().status(), 429);
        assert_eq!(server.connections(), 1);
    }
    // A date is measured by the client's clock: this one is past.
    let dated = failing(1, 503, "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n").await;
    let clock = Arc::new(ManualClock::new(1_700_000_000_000));
    let client = client_of(&dated).with_clock(clock);
    assert_eq!(client.send(get(&dated.own_url("/")).retry(patient(1))).await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_cannot_be_reached_is_tried_again_and_what_is_refused_is_not() {
    let gone = Server::answering("").await;
    let url = gone.url("name.example", "/");
    let names = Names::default().with("name.example", &[&[ALLOWED]]);
    let client_of_gone = client([&gone], &names);
    drop(gone);
    // Until the listener is closed.
    tokio::task::yield_now().await;
    let outcome = client_of_gone.send(get(&url).retry(patient(3))).await;
    assert!(matches!(outcome.err(), Some(GuardedError::Failed(Error::Connect(_)))));
    assert_eq!(names.lookups().len(), 4);

    let names = Names::default().with("name.example", &[&[REFUSED]]);
    let outcome = client([], &names).send(get("http://name.example/").retry(patient(3))).await;
    assert_eq!(outcome.err(), Some(GuardedError::Refused(Refusal::Address(SpecialUse::Loopback))));
    assert_eq!(names.lookups().len(), 1);
}
