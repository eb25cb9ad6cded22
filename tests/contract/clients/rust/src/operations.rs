//! The document, changes, lists, and what comes around an answer.

use std::collections::BTreeSet;

use astra_client::models::{
    AgentBudgetPatch, AgentOnBusy, CreateAgent, InferenceUsageGroupByItem, JsonPatchOperation, LabelVersion,
    ReplaceAgent, UpdateAgent, UpdateAgentModel,
};
use astra_client::{Client, Patch};
use serde_json::json;

use crate::harness::{Outcome, Stage};

pub async fn answers_come_with_their_headers(stage: &Stage) -> Outcome {
    let client = Client::builder().base_url(format!("{}/{}/", stage.unruly, stage.run)).build()?;
    let response = client.health().get().request_id("drive-1").send().await?;
    assert!(!response.data.version.is_empty() && response.data.uptime_s >= 0);
    assert_eq!(response.status.as_u16(), 200);
    assert_eq!(response.request_id(), Some("drive-1"));
    Ok(())
}

pub async fn the_document(stage: &Stage) -> Outcome {
    let client = stage.client();
    let response = client.spec().json().tag("agents").mine(true).send().await?;
    assert_eq!(response.data["openapi"], "3.1.0");
    let etag = response.header("etag").expect("the document has a tag").to_owned();
    let error = client.spec().json().tag("agents").mine(true).if_none_match(&etag).await.unwrap_err();
    assert!(error.is_not_modified(), "{error}");
    let yaml = client.spec().yaml().await?;
    assert!(yaml.contains("operationId: agents.list"));
    Ok(())
}

pub async fn tags_guard_changes(stage: &Stage) -> Outcome {
    let client = stage.client();
    let agents = client.agents();
    let id = stage.name();
    let wanted = CreateAgent {
        display_name: Some("Drive".to_owned()),
        on_busy: Some(AgentOnBusy::Reject),
        metadata: Some(serde_json::Map::from_iter([("team".to_owned(), json!({"size": 3}))])),
        ..CreateAgent::new(&id)
    };
    let response = agents.create(&wanted).send().await?;
    assert_eq!((response.data.version, response.data.on_busy), (1, AgentOnBusy::Reject));
    assert_eq!(response.data.metadata["team"], json!({"size": 3}));
    let etag = response.headers["etag"].to_str()?.to_owned();
    let settings = ReplaceAgent { display_name: Some("Replaced".to_owned()), ..ReplaceAgent::default() };
    let replaced = agents.replace(&id, &settings).if_match(&etag).await?;
    assert_eq!((replaced.version, replaced.display_name.as_deref()), (2, Some("Replaced")));
    let error = agents.delete(&id).if_match(&etag).await.unwrap_err();
    assert!(error.is_precondition_failed(), "{error}");
    assert_eq!(agents.get(&id).await?, replaced);
    agents.delete(&id).await?;
    assert!(agents.get(&id).await.unwrap_err().is_not_found());
    Ok(())
}

pub async fn changes_tell_null_from_nothing(stage: &Stage) -> Outcome {
    let client = stage.client();
    let agents = client.agents();
    let id = stage.name();
    agents.create(&CreateAgent { display_name: Some("Before".to_owned()), ..CreateAgent::new(&id) }).await?;
    let change = UpdateAgent {
        model: Patch::Set(UpdateAgentModel { temperature: Patch::Set(0.25), ..UpdateAgentModel::default() }),
        budget: Patch::Set(AgentBudgetPatch { tokens_per_day: Patch::Set(1000), ..AgentBudgetPatch::default() }),
        ..UpdateAgent::default()
    };
    let agent = agents.update(&id, &change).await?;
    assert_eq!(agent.display_name.as_deref(), Some("Before"));
    assert_eq!((agent.model.temperature, agent.budget.tokens_per_day), (Some(0.25), Some(1000)));
    let change = UpdateAgent {
        display_name: Patch::Null,
        model: Patch::Set(UpdateAgentModel { temperature: Patch::Null, ..UpdateAgentModel::default() }),
        system_prompt: Patch::set("Be brief."),
        ..UpdateAgent::default()
    };
    assert_eq!(
        serde_json::to_value(&change)?,
        json!({"display_name": null, "model": {"temperature": null}, "system_prompt": "Be brief."})
    );
    let agent = agents.update(&id, &change).await?;
    assert_eq!((agent.display_name, agent.model.temperature), (None, None));
    assert_eq!((agent.budget.tokens_per_day, agent.system_prompt.as_str()), (Some(1000), "Be brief."));
    Ok(())
}

pub async fn a_union_is_matched(stage: &Stage) -> Outcome {
    let client = stage.client();
    let agents = client.agents();
    let id = stage.name();
    agents.create(&CreateAgent::new(&id)).await?;
    agents.update(&id, &UpdateAgent { system_prompt: Patch::set("Two."), ..UpdateAgent::default() }).await?;
    let diff = agents.diff_versions(&id, 2).against(1).await?;
    let JsonPatchOperation::Replace(replaced) = &diff[0] else { panic!("{diff:?}") };
    assert_eq!((replaced.path.as_str(), &replaced.value), ("/system_prompt", &json!("Two.")));
    let labelled = agents.label_version(&id, 1, &LabelVersion::new(Some("first".to_owned()))).await?;
    assert_eq!(labelled.label.as_deref(), Some("first"));
    let unlabelled = agents.label_version(&id, 1, &LabelVersion::new(None)).await?;
    assert_eq!(unlabelled.label, None, "null is sent");
    Ok(())
}

pub async fn what_was_received_is_sent(stage: &Stage) -> Outcome {
    let client = stage.client();
    let id = stage.name();
    client.agents().create(&CreateAgent::new(&id)).await?;
    let mut file = client.agents().export(&id).version(1).await?;
    file.id = format!("{id}-imported");
    assert_eq!(client.agents().import(&file).await?.id, file.id);
    Ok(())
}

pub async fn a_list_as_a_parameter(stage: &Stage) -> Outcome {
    let client = stage.client();
    let inference = client.inference();
    let by = [InferenceUsageGroupByItem::Agent, InferenceUsageGroupByItem::Day];
    let report = inference.usage().group_by(by).limit(1).await?;
    assert!(report.from < report.to);
    for usage in inference.usage().group_by(["agent".into()]).limit(1).items().collect().await? {
        assert!(usage.agent_id.is_some() && usage.day.is_none());
    }
    Ok(())
}

pub async fn pages(stage: &Stage) -> Outcome {
    let client = stage.client();
    let mut made = BTreeSet::new();
    for _ in 0..5 {
        made.insert(client.agents().create(&CreateAgent::new(stage.name())).await?.id);
    }
    let first = client.agents().list().limit(2).await?;
    assert_eq!(first.data.len(), 2);
    let before = stage.seen().await?.len();
    let mut found = BTreeSet::new();
    let mut items = client.agents().list().limit(2).items();
    while !found.is_superset(&made) {
        let agent = items.try_next().await?.expect("they are all there");
        assert!(found.insert(agent.id), "each comes once");
    }
    let asked = stage.seen().await?.split_off(before).into_iter().filter(|seen| seen.path.contains("/agents?")).count();
    assert_eq!(asked, found.len().div_ceil(2), "no page is asked for twice, and none in vain");

    let cursor = first.next_cursor.expect("there are more");
    let all = client.agents().list().limit(200).items().collect().await?;
    let rest = client.agents().list().limit(200).cursor(&cursor).items().collect().await?;
    assert_eq!(rest, all[2..]);
    let before = stage.seen().await?.len();
    let mut items = client.agents().list().limit(2).items();
    items.try_next().await?;
    drop(items);
    assert_eq!(stage.seen().await?.len(), before + 1, "one page only");
    Ok(())
}
