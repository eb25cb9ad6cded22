//! What goes wrong, and what the client makes of it.

use std::time::{Duration, Instant};

use astra_client::models::{AgentOnBusy, CreateAgent, SessionStatus, UpdateAgent};
use astra_client::reqwest::Method;
use astra_client::{Client, Error, Patch};
use serde_json::{Value, json};

use crate::harness::{Outcome, Stage, question, read};

pub async fn problems_are_typed(stage: &Stage) -> Outcome {
    let client = stage.client();
    let error = client.agents().get(&stage.name()).request_id("drive-404").await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.request_id(), Some("drive-404"));
    assert_eq!(error.to_string(), "404 not_found: There is no such agent. (request drive-404)");
    let problem = error.problem().expect("it is a problem document");
    assert_eq!((problem.code.as_str(), problem.status), ("not_found", 404));

    let id = stage.name();
    client.agents().create(&CreateAgent::new(&id)).await?;
    let error = client.agents().create(&CreateAgent::new(&id)).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    let change = UpdateAgent { system_prompt: Patch::set("x"), ..UpdateAgent::default() };
    let error = client.agents().update(&id, &change).if_match("\"other\"").await.unwrap_err();
    assert!(error.is_precondition_failed() && error.code() == Some("precondition_failed"), "{error}");

    let error = client.agents().create(&CreateAgent::new("NOT AN ID")).await.unwrap_err();
    assert!(error.is_unprocessable(), "{error}");
    let problem = error.problem().expect("it is a problem document");
    let pointers: Vec<_> = problem.errors.iter().flatten().map(|field| field.pointer.as_str()).collect();
    assert_eq!(pointers, ["/id"]);

    let stranger = Client::builder().base_url(&stage.url).build()?;
    let error = stranger.agents().list().await.unwrap_err();
    assert!(error.is_unauthorized() && !error.is_server_error(), "{error}");
    let error = stranger.request(Method::POST, "/v1/chat/completions").json(&json!({})).into_nothing().await.unwrap_err();
    assert!(error.to_string().starts_with("401 unauthorized: "), "of OpenAI's form too: {error}");
    Ok(())
}

pub async fn busy_and_limited(stage: &Stage) -> Outcome {
    for way in ["busy", "limited"] {
        let client = stage.behind(way).build()?;
        let before = stage.seen().await?.len();
        let since = Instant::now();
        let turn = client.chat().send(&question("patience")).await?;
        assert_eq!(turn.content.as_deref(), Some("patience"));
        assert!(since.elapsed() >= Duration::from_secs(1), "Retry-After is honoured");
        let seen = stage.seen().await?.split_off(before);
        let posts: Vec<_> = seen.iter().filter(|seen| seen.path == format!("/{way}/chat")).collect();
        assert_eq!(posts.len(), 2);
        for header in ["idempotency-key", "x-request-id"] {
            assert!(posts[0].header(header).is_some());
            assert_eq!(posts[0].header(header), posts[1].header(header), "{header}");
        }
    }
    Ok(())
}

pub async fn given_up_at_once(stage: &Stage) -> Outcome {
    let client = stage.behind("limited").max_retries(0).build()?;
    let since = Instant::now();
    let error = client.agents().get(&stage.name()).await.unwrap_err();
    assert!(error.is_rate_limited(), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(error.problem().map(|problem| problem.code.as_str()), Some("rate_limited"));
    // Nobody waits for longer than there is time.
    let patient = stage.behind("busy").build()?;
    let call = patient.agents().get(&stage.name()).timeout(Duration::from_millis(600));
    let error = call.await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(since.elapsed() < Duration::from_secs(1));
    Ok(())
}

pub async fn a_broken_answer_is_asked_for_again(stage: &Stage) -> Outcome {
    let client = stage.behind("cut-first").build()?;
    let id = stage.name();
    let before = stage.seen().await?.len();
    // A second attempt without the same key would find the agent there already.
    assert_eq!(client.agents().create(&CreateAgent::new(&id)).await?.id, id);
    assert_eq!(stage.seen().await?.len() - before, 2);
    // A change has no key, and might have been made.
    let error = client.agents().update(&id, &UpdateAgent::default()).await.unwrap_err();
    assert!(error.is_connection(), "{error}");
    Ok(())
}

pub async fn a_page_of_html(stage: &Stage) -> Outcome {
    let client = stage.behind("html").max_retries(0).build()?;
    let error = client.agents().list().await.unwrap_err();
    assert!(error.is_server_error() && error.problem().is_none(), "{error}");
    assert!(error.to_string().starts_with("502: Bad Gateway, explained by `text/html`"), "{error}");
    assert!(error.api().is_some_and(|error| error.body().contains("<h1>Bad gateway</h1>")));
    let error = client.chat().stream(&question("x")).await.unwrap_err();
    assert!(error.is_server_error(), "{error}");
    // And where a success is no JSON, or no stream.
    let plain = stage.client();
    let error = plain.request(Method::GET, "/openapi.yaml").into_json::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }) && error.to_string().contains("application/yaml"), "{error}");
    let error = plain.request(Method::GET, "/agents").header("Accept", "*/*").into_events::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error}");
    Ok(())
}

pub async fn nothing_ever_comes(stage: &Stage) -> Outcome {
    let client = stage.behind("hang").build()?;
    let since = Instant::now();
    let limit = Duration::from_millis(100);
    let error = client.agents().list().timeout(limit).await.unwrap_err();
    assert!(error.is_timeout() && error.request_id().is_some(), "{error}");
    let error = client.chat().stream(&question("x")).timeout(limit).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    // To drop a call is to cancel it.
    let call = client.agents().list().into_future();
    assert!(tokio::time::timeout(limit, call).await.is_err());
    let task = tokio::spawn(client.agents().list().into_future());
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
    assert!(since.elapsed() < Duration::from_secs(2));
    // A stream that begins, and then is silent.
    let plain = stage.client();
    let session = plain.sessions().create(&astra_client::models::CreateSession::new("assistant")).await?;
    let call = plain.sessions().events(&session.id).idle_timeout(limit).resume(false).max_retries(0);
    let mut events = call.await?;
    assert!(events.try_next().await.unwrap_err().is_timeout());
    // The silence is as long for a caller who waits in short pieces.
    let call = plain.sessions().events(&session.id).idle_timeout(limit).resume(false).max_retries(0);
    let mut events = call.await?;
    let error = loop {
        if let Ok(answer) = tokio::time::timeout(limit / 10, events.try_next()).await {
            break answer.unwrap_err();
        }
    };
    assert!(error.is_timeout(), "{error}");
    plain.sessions().delete(&session.id).await?;
    Ok(())
}

pub async fn nobody_is_there(_: &Stage) -> Outcome {
    // A port that was free a moment ago.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    drop(listener);
    let client = Client::builder().base_url(url).token("secret-token").max_retries(0).build()?;
    let error = client.agents().list().await.unwrap_err();
    assert!(error.is_connection() && error.request_id().is_some(), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(!format!("{error:?} {client:?}").contains("secret-token"));
    Ok(())
}

pub async fn the_future(stage: &Stage) -> Outcome {
    let client = stage.behind("future").build()?;
    let agent = client.agents().get("assistant").await?;
    assert_eq!(agent.on_busy, AgentOnBusy::Unknown("yet_unknown".to_owned()));
    assert_eq!(serde_json::to_value(&agent.on_busy)?, "yet_unknown");
    let page = client.sessions().list().status(SessionStatus::Active).limit(1).await?;
    assert!(page.data.iter().all(|session| session.status.as_str() == "yet_unknown"));

    let mut events = client.chat().stream(&question("one two")).await?;
    let mut unknown = Vec::new();
    let mut text = String::new();
    while let Some(event) = events.try_next().await? {
        match event.data {
            astra_client::models::ChatEvent::Unknown(value) => unknown.push(value),
            astra_client::models::ChatEvent::Content(content) => text += &content.delta,
            _ => {}
        }
    }
    assert_eq!(unknown, [json!({"type": "yet_unknown", "deep": {"x": [1]}})]);
    assert_eq!(text, "one two");
    Ok(())
}

pub async fn calls_that_cannot_be_sent(stage: &Stage) -> Outcome {
    let client = stage.client();
    let before = stage.seen().await?.len();
    for id in ["", ".", ".."] {
        let error = client.agents().delete(id).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("agent_id"), "{error}");
    }
    let error = client.agents().get("a").header("X-Bad", "line\nbreak").await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
    assert_eq!(stage.seen().await?.len(), before, "nothing was sent");
    assert!(matches!(Client::builder().base_url("gateway").build(), Err(Error::Invalid { .. })));
    assert!(matches!(Client::builder().header("a b", "c").build(), Err(Error::Invalid { .. })));
    // One segment, whatever is in it.
    assert!(client.agents().get("a/../../health?x#y").await.unwrap_err().is_client_side());
    let seen = stage.seen().await?;
    assert!(seen.iter().any(|seen| seen.path == format!("/{}/agents/a%2F..%2F..%2Fhealth%3Fx%23y", stage.run)));
    Ok(())
}

/// Whether the gateway found fault with what was sent.
trait ClientSide {
    fn is_client_side(&self) -> bool;
}

impl ClientSide for Error {
    fn is_client_side(&self) -> bool {
        self.status().is_some_and(|status| status.is_client_error())
    }
}

pub async fn what_the_document_does_not_have(stage: &Stage) -> Outcome {
    let client = stage.client();
    let request = client.request(Method::GET, "/agents/{agent_id}").path("agent_id", "assistant");
    let agent: Value = request.into_json().await?;
    assert_eq!(agent["id"], "assistant");
    let text = client.request(Method::GET, "openapi.yaml").query("tag", "health").into_text().await?;
    assert!(text.contains("health.live") && !text.contains("agents.list"));
    let bytes = client.request(Method::GET, "/openapi.json").into_bytes().await?;
    assert_eq!(bytes.first(), Some(&b'{'));
    let request = client.request(Method::POST, "/chat/stream").json(&question("one two")).idempotent();
    let call = request.into_events().resumed_by("/chat/turns/{turn_id}/events", "turn_id").ending_with(&["done"]);
    assert_eq!(read(call.await?).await?.0, "one two");
    Ok(())
}
