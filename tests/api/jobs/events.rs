//! `jobs.events`

use serde_json::json;

use crate::conversation::{hides_from_others, turns_away};
use crate::support::{Answer, Event, both_backends};
use crate::work::{Work, over, path};

/// The events until one of which `is_last` is true.
async fn until(stream: &mut Answer, is_last: impl Fn(&Event) -> bool) -> Vec<Event> {
    let mut events = Vec::new();
    while !events.last().is_some_and(&is_last) {
        events.push(stream.next_event().await.expect("the stream goes on"));
    }
    events
}

fn seqs(events: &[Event]) -> Vec<i64> {
    events.iter().map(|event| event.data["seq"].as_i64().expect("a number")).collect()
}

both_backends! {
    async fn tells_of_the_job_until_it_has_ended(work: Work) {
        let job = work.waiting().await;
        let mut stream = work.app.member().get(&format!("{}/events", path(&job))).await;
        let mut events = until(&mut stream, |event| event.data["job"]["progress"] == 40).await;
        let last = events.last().expect("an event");
        assert_eq!((last.event.as_str(), &last.data["job"]["status"], &last.data["job"]["message"]), ("progress", &json!("running"), &json!("waiting")));
        work.let_go(1);
        events.extend(stream.events().await);
        let done = events.last().expect("the last event");
        assert_eq!((done.event.as_str(), &done.data["job"]["status"]), ("done", &json!("succeeded")));
        assert_eq!(done.data["job"], work.app.member().get(&path(&job)).await.expect(200));
        let seqs = seqs(&events);
        assert!(seqs.is_sorted() && seqs.windows(2).all(|pair| pair[0] != pair[1]), "{seqs:?}");
        let ids: Vec<i64> = events.iter().filter_map(|event| event.id.as_ref()?.parse().ok()).collect();
        assert_eq!(ids, seqs);
    }

    async fn goes_on_after_the_last_event_that_was_seen(work: Work) {
        let job = work.waiting().await;
        let url = format!("{}/events", path(&job));
        let mut stream = work.app.member().get(&url).await;
        let seen = until(&mut stream, |event| event.data["job"]["progress"] == 40).await;
        drop(stream);
        let last = seen.last().and_then(|event| event.id.clone()).expect("an id");
        let mut resumed = work.app.member().get(&url).header("last-event-id", &last).await;
        work.let_go(1);
        let rest = resumed.events().await;
        assert_eq!(rest.iter().map(|event| event.event.as_str()).collect::<Vec<_>>(), ["done"]);
        let end = rest[0].id.clone().expect("an id");
        let nothing = work.app.member().get(&url).header("last-event-id", &end).await;
        assert_eq!(nothing.status, 204);
        let again = work.app.member().get(&url).header("last-event-id", &last).await.events().await;
        assert_eq!(again, rest, "as often as it is asked for");
    }

    async fn others_follow_nothing(work: Work) {
        let job = work.errand(json!({"say": "x"})).await;
        over(&work.app.member(), &job).await;
        let url = format!("{}/events", path(&job));
        hides_from_others(&work.app, |caller| caller.get(&url)).await;
        turns_away(&work.app, |caller| caller.get(&url)).await;
        let events = work.app.admin().get(&url).await.events().await;
        assert_eq!(events.len(), 1);
    }
}
