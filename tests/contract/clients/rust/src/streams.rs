//! Events: typed, in order, each once, whatever happens to connections.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use astra_client::models::{ChatEvent, CreateSession, SendMessage, SessionEvent};
use futures_core::Stream;
use tokio::time::timeout;

use crate::harness::{Outcome, Stage, numbers, question, read};

const TEXT: &str = "one two three four five six seven";

pub async fn events_in_order(stage: &Stage) -> Outcome {
    let mut events = stage.client().chat().stream(&question("one two")).await?;
    let mut kinds = Vec::new();
    while let Some(event) = events.try_next().await? {
        assert_eq!(events.last_event_id(), event.id.as_deref());
        kinds.push(match event.data {
            ChatEvent::SessionResolved(resolved) => format!("resolved {}", resolved.seq),
            ChatEvent::Content(content) => format!("content {:?}", content.delta),
            ChatEvent::Done(done) => format!("done {}", done.turn.content.unwrap_or_default()),
            other => format!("{other:?}"),
        });
    }
    assert_eq!(kinds, ["resolved 1", "content \"one \"", "content \"two\"", "done one two"]);
    assert!(events.next().await.is_none(), "the end stays the end");
    Ok(())
}

pub async fn resumed_after_each_cut(stage: &Stage) -> Outcome {
    let client = stage.behind("cut").build()?;
    let before = stage.seen().await?.len();
    let events = client.chat().stream(&question(TEXT)).await?;
    let (text, ids) = read(events).await?;
    assert_eq!((text.as_str(), ids), (TEXT, numbers(9)));
    let seen = stage.seen().await?.split_off(before);
    let resumed: Vec<_> = seen.iter().filter(|seen| seen.path.contains("/chat/turns/")).collect();
    let last: Vec<_> = resumed.iter().filter_map(|seen| seen.header("last-event-id")).collect();
    assert_eq!(last, ["2", "4", "6", "8"]);
    let id = seen[0].header("x-request-id");
    assert!(id.is_some() && resumed.iter().all(|seen| seen.method == "GET" && seen.header("x-request-id") == id));
    Ok(())
}

pub async fn asked_for_again_before_its_first_event(stage: &Stage) -> Outcome {
    let client = stage.behind("cut-first").build()?;
    let surface = stage.name();
    let before = stage.seen().await?.len();
    let message = SendMessage { surface: Some(surface.clone()), ..question("once only") };
    let (text, ids) = read(client.chat().stream(&message).await?).await?;
    assert_eq!((text.as_str(), ids), ("once only", numbers(4)));
    let seen = stage.seen().await?.split_off(before);
    let posts: Vec<_> = seen.iter().filter(|seen| seen.path == "/cut-first/chat/stream").collect();
    assert_eq!(posts.len(), 2);
    assert!(posts[0].header("idempotency-key").is_some());
    assert_eq!(posts[0].header("idempotency-key"), posts[1].header("idempotency-key"));
    let sessions = stage.client().sessions().list().surface(&surface).await?.data;
    assert_eq!(sessions.iter().map(|session| session.message_count).collect::<Vec<_>>(), [2], "one turn only");
    Ok(())
}

pub async fn not_resumed_if_not_wanted(stage: &Stage) -> Outcome {
    let client = stage.behind("cut").build()?;
    let mut events = client.chat().stream(&question(TEXT)).resume(false).await?;
    assert!(events.try_next().await?.is_some() && events.try_next().await?.is_some());
    let error = events.try_next().await.unwrap_err();
    assert!(error.is_connection() && error.request_id() == Some(events.request_id()), "{error}");
    assert!(events.try_next().await?.is_none(), "it is over");
    Ok(())
}

pub async fn gone_on_with_by_hand(stage: &Stage) -> Outcome {
    let client = stage.client();
    let first = client.chat().stream(&question("one two three")).await?.try_next().await?;
    let Some(ChatEvent::SessionResolved(turn)) = first.map(|event| event.data) else { panic!("the turn is not named") };
    let (text, ids) = read(client.chat().resume(&turn.turn_id).await?).await?;
    assert_eq!((text.as_str(), ids.len()), ("one two three", 5));
    let (text, ids) = read(client.chat().resume(&turn.turn_id).last_event_id("3").await?).await?;
    assert_eq!((text.as_str(), ids), ("three", vec!["4".to_owned(), "5".to_owned()]));
    // A resumed stream is resumed itself, after the event that it began with.
    let cut = stage.behind("cut").build()?;
    let (text, ids) = read(cut.chat().resume(&turn.turn_id).last_event_id("1").await?).await?;
    assert_eq!((text.as_str(), ids.len()), ("one two three", 4));
    Ok(())
}

pub async fn a_session_is_followed(stage: &Stage) -> Outcome {
    let client = stage.behind("cut").build()?;
    let session = client.sessions().create(&CreateSession::new("assistant")).await?;
    let mut events = client.sessions().events(&session.id).await?;
    let message = SendMessage { session_id: Some(session.id.clone()), ..question("one two three") };
    let asked = stage.client().chat().stream(&message).await?;
    let (mut kinds, mut text) = (Vec::new(), String::new());
    while let Some(event) = events.try_next().await? {
        kinds.push(event.name);
        match event.data {
            SessionEvent::Content(content) => text += &content.delta,
            SessionEvent::Done(done) => {
                assert_eq!(done.turn.session_id, session.id);
                break;
            }
            _ => {}
        }
    }
    assert_eq!(text, "one two three");
    assert_eq!(kinds, ["turn_started", "session_resolved", "content", "content", "content", "done"]);
    assert_eq!(read(asked).await?.0, text);
    // The session's end is the stream's: asked for again, there is no such session.
    client.sessions().delete(&session.id).await?;
    let error = events.try_next().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    Ok(())
}

pub async fn closed_early(stage: &Stage) -> Outcome {
    let client = stage.client();
    let session = client.sessions().create(&CreateSession::new("assistant")).await?;
    // An endless stream, silent: dropped while it waits.
    let mut events = client.sessions().events(&session.id).idle_timeout(Duration::from_secs(30)).await?;
    assert!(timeout(Duration::from_millis(50), events.try_next()).await.is_err());
    drop(events);
    let elsewhere = SendMessage { surface: Some(stage.name()), ..question(TEXT) };
    let mut events = client.chat().stream(&elsewhere).await?;
    assert!(matches!(events.try_next().await?.map(|event| event.data), Some(ChatEvent::SessionResolved(_))));
    drop(events);
    client.sessions().delete(&session.id).await?;
    Ok(())
}

pub async fn dropped_between_two_events(stage: &Stage) -> Outcome {
    // Each answer takes longer than the caller waits for an event: a request is kept, not sent again and again.
    let client = stage.behind("cut-slow").build()?;
    let mut events = client.chat().stream(&question(TEXT)).await?;
    let mut ids = Vec::new();
    loop {
        // The caller may stop waiting for the next event at any time: no event is lost, and none comes twice.
        match timeout(Duration::from_micros(300), events.try_next()).await {
            Err(_) => {}
            Ok(Ok(Some(event))) => ids.extend(event.id),
            Ok(Ok(None)) => break,
            Ok(Err(error)) => return Err(error.into()),
        }
    }
    assert_eq!(ids, numbers(9));
    Ok(())
}

pub async fn as_a_stream_of_futures(stage: &Stage) -> Outcome {
    let client = stage.client();
    let mut events = client.chat().stream(&question("one")).await?.into_stream();
    let mut names = Vec::new();
    while let Some(event) = poll_fn(|context| Pin::new(&mut events).poll_next(context)).await {
        names.push(event?.name);
    }
    assert_eq!(names, ["session_resolved", "content", "done"]);
    let mut agents = client.agents().list().limit(1).items().into_stream();
    let agent = poll_fn(|context| Pin::new(&mut agents).poll_next(context)).await;
    assert!(matches!(agent, Some(Ok(_))));
    Ok(())
}
