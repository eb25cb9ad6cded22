//! Messages, keys of turns, and the form of them that others have too.

use astra_client::models::{
    ChatCompletionMessage, ChatCompletionRequest, ChatCompletionRole, CreateSession, FinishReason, MessageContent,
    MessageRole, SendMessage, StreamOptions, TurnStatus,
};

use crate::harness::{Outcome, Stage, question};

pub async fn messages(stage: &Stage) -> Outcome {
    let client = stage.client();
    let sessions = client.sessions();
    let session = sessions.create(&CreateSession::new("assistant")).await?;
    for text in ["one two", "three"] {
        let message = SendMessage { session_id: Some(session.id.clone()), ..question(text) };
        let turn = client.chat().send(&message).await?;
        assert_eq!((&turn.status, &turn.finish_reason), (&TurnStatus::Completed, &Some(FinishReason::Stop)));
    }
    let messages = sessions.list_messages(&session.id).limit(1).items().collect().await?;
    let told: Vec<_> = messages.iter().map(|message| (message.role.clone(), message.content.clone())).collect();
    assert!(told.contains(&(MessageRole::User, MessageContent::from("one two"))), "{told:?}");
    assert_eq!(messages.len(), 4);
    Ok(())
}

pub async fn keys_of_turns(stage: &Stage) -> Outcome {
    let client = stage.client();
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
    assert_eq!(whole.choices[0].message.content.as_deref(), Some("four small words here"));
    assert_eq!(whole.choices[0].message.role, ChatCompletionRole::Assistant);

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
