//! Sessions, turns, and the form of them that others have too.

use astra_client::Patch;
use astra_client::models::{
    ChatCompletionMessage, ChatCompletionRequest, ChatCompletionRole, CreateSession, FinishReason, ForkSession,
    MessageContent, MessageRole, SendMessage, SessionStatus, StreamOptions, TurnStatus, UpdateSession,
};
use serde_json::json;

use crate::harness::{Outcome, Stage, question};

pub async fn sessions(stage: &Stage) -> Outcome {
    let client = stage.client();
    let sessions = client.sessions();
    let surface = stage.name();
    let wanted = CreateSession {
        title: Some("Drive".to_owned()),
        surface: Some(surface.clone()),
        metadata: Some(serde_json::Map::from_iter([
            ("ticket".to_owned(), json!(4711)),
            ("queue".to_owned(), json!("a")),
        ])),
        ..CreateSession::new("assistant")
    };
    let session = sessions.create(&wanted).await?;
    assert_eq!((session.title.as_deref(), &session.status), (Some("Drive"), &SessionStatus::Active));
    let change = UpdateSession {
        title: Patch::Null,
        metadata: Patch::Set(serde_json::Map::from_iter([("queue".to_owned(), serde_json::Value::Null)])),
        ..UpdateSession::default()
    };
    let changed = sessions.update(&session.id, &change).await?;
    assert_eq!((changed.title, changed.metadata.len()), (None, 1));

    for text in ["one two", "three"] {
        let message = SendMessage { session_id: Some(session.id.clone()), ..question(text) };
        assert_eq!(client.chat().send(&message).await?.session_id, session.id);
    }
    let messages = sessions.list_messages(&session.id).limit(1).items().collect().await?;
    let told: Vec<_> = messages.iter().map(|message| (message.role.clone(), message.content.clone())).collect();
    assert!(told.contains(&(MessageRole::User, MessageContent::from("one two"))), "{told:?}");
    assert_eq!(messages.len(), 4);

    let fork = sessions
        .fork(&session.id)
        .body(&ForkSession { title: Some("Another".to_owned()), ..ForkSession::default() })
        .await?;
    assert_eq!(fork.title.as_deref(), Some("Another"));
    assert_eq!(sessions.compact(&session.id).await?.id, session.id);
    let successor = sessions.reset(&session.id).await?;
    let archived = sessions.get(&session.id).await?;
    assert_eq!((archived.status, archived.successor_id), (SessionStatus::Archived, Some(successor.id)));
    let list = sessions.list().surface(&surface).agent_id("assistant");
    let found = list.status(SessionStatus::Archived).items().collect().await?;
    assert_eq!(found.iter().map(|found| &found.id).collect::<Vec<_>>(), [&session.id]);
    sessions.delete(&fork.id).await?;
    assert!(sessions.get(&fork.id).await.unwrap_err().is_not_found());
    Ok(())
}

pub async fn turns(stage: &Stage) -> Outcome {
    let client = stage.client();
    let turn = client.chat().send(&question("What is the capital of France?")).await?;
    assert_eq!(turn.content.as_deref(), Some("What is the capital of France?"));
    assert_eq!((&turn.status, &turn.finish_reason), (&TurnStatus::Completed, &Some(FinishReason::Stop)));
    assert_eq!(client.chat().get_turn(&turn.turn_id).await?, turn);
    // It has ended already, so there is nothing to cancel.
    assert_eq!(client.chat().cancel(&turn.turn_id).await?.status, TurnStatus::Completed);

    let key = stage.name();
    let first = client.chat().send(&question("once")).idempotency_key(&key).await?;
    let second = client.chat().send(&question("once")).idempotency_key(&key).await?;
    assert_eq!(first.turn_id, second.turn_id);
    let error = client.chat().send(&question("other")).idempotency_key(&key).await.unwrap_err();
    assert_eq!(error.code(), Some("idempotency_key_reused"));
    Ok(())
}

pub async fn completions(stage: &Stage) -> Outcome {
    let client = stage.client();
    let message = ChatCompletionMessage {
        content: Some("four small words here".into()),
        ..ChatCompletionMessage::new(ChatCompletionRole::User)
    };
    let mut body = ChatCompletionRequest::new("assistant", vec![message]);
    let whole = client.chat().completions(&body).await?;
    assert_eq!(whole.choices[0].message.content, "four small words here");
    assert_eq!(whole.choices[0].message.role, ChatCompletionRole::Assistant);

    assert!(client.chat().list_models().await?.data.iter().any(|model| model.id == "assistant"));
    assert_eq!(client.chat().get_model("assistant").await?.object, "model");

    body.stream_options = Some(StreamOptions { include_usage: Some(true), ..StreamOptions::default() });
    let mut chunks = client.chat().completions_stream(&body).await?;
    let (mut text, mut usage, mut finish) = (String::new(), None, None);
    while let Some(chunk) = chunks.try_next().await? {
        usage = chunk.data.usage.or(usage);
        for choice in chunk.data.choices {
            text += &choice.delta.content.unwrap_or_default();
            finish = choice.finish_reason.or(finish);
        }
    }
    assert_eq!((text.as_str(), finish.as_deref()), ("four small words here", Some("stop")));
    assert!(usage.is_some_and(|usage| usage.total_tokens > 0));
    assert!(chunks.try_next().await?.is_none(), "the end stays the end");
    Ok(())
}
