//! The operations of the gateway, one after the other.

use std::collections::BTreeSet;

use astra_client::models::{
    AgentBudgetPatch, AgentModel, AgentOnBusy, AgentSettings, CloneAgent, CreateAgent, CreateServiceAccount,
    HealthStatus, InferenceUsageGroupByItem, IssueToken, JsonPatchOperation, LabelVersion, Role, RotateToken,
    ScopeName, UpdateAgent, UpdateAgentModel, UpdateServiceAccount,
};
use astra_client::{Client, Error, Patch};
use serde_json::json;

use crate::harness::{Outcome, Stage};

pub async fn health(stage: &Stage) -> Outcome {
    let client = Client::builder().base_url(format!("{}/{}/", stage.unruly, stage.run)).build()?;
    assert_eq!(client.health().live().await?.status, HealthStatus::Ok);
    assert_eq!(client.health().ready().await?.status, HealthStatus::Ok);
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

pub async fn accounts_of_services(stage: &Stage) -> Outcome {
    let client = stage.client();
    let auth = client.auth();
    let me = auth.me().await?;
    assert_eq!((me.role, me.kind.as_str()), (Role::Owner, "user"));
    assert!(me.scopes.contains(&ScopeName::AgentsWrite));

    let name = stage.name();
    let wanted = CreateServiceAccount {
        scopes: Some(vec![ScopeName::AuthRead]),
        ..CreateServiceAccount::new(&name, Role::Viewer)
    };
    let account = auth.create_service_account(&wanted).await?;
    assert_eq!((account.name.as_str(), &account.role), (name.as_str(), &Role::Viewer));
    let change = UpdateServiceAccount { role: Some(Role::Member), ..UpdateServiceAccount::default() };
    assert_eq!(auth.update_service_account(&account.id, &change).await?.role, Role::Member);
    assert_eq!(auth.get_service_account(&account.id).await?.role, Role::Member);
    let all = auth.list_service_accounts().limit(1).items().collect().await?;
    assert!(all.iter().any(|other| other.id == account.id));

    let issued = auth.issue_token(&account.id).body(&IssueToken { expires_in: Some(3600), ..IssueToken::default() }).await?;
    assert!(!issued.secret.is_empty());
    let rotated = auth.rotate_token(&issued.token.id).body(&RotateToken { grace_s: Some(0) }).await?;
    assert_ne!(rotated.secret, issued.secret);
    let tokens = auth.list_tokens(&account.id).await?.data;
    assert_eq!(tokens.len(), 1);
    let program = stage.behind(&stage.run).token(&rotated.secret).build()?;
    assert_eq!(program.auth().me().await?.kind.as_str(), "service_account");
    auth.revoke_token(&rotated.token.id).await?;
    assert!(program.auth().me().await.unwrap_err().is_unauthorized());
    auth.delete_service_account(&account.id).await?;
    assert!(auth.get_service_account(&account.id).await.unwrap_err().is_not_found());
    Ok(())
}

pub async fn signing_keys(stage: &Stage) -> Outcome {
    let client = stage.client();
    let rotated = client.auth().rotate_keys().await?;
    assert!(rotated.is_signing);
    let keys = client.auth().list_keys().items().collect().await?;
    assert!(keys.iter().any(|key| key.kid == rotated.kid));
    let set = client.auth().jwks().await?;
    assert!(set.keys.iter().any(|key| key.kid == rotated.kid && key.r#use == "sig"));
    Ok(())
}

pub async fn agents(stage: &Stage) -> Outcome {
    let client = stage.client();
    let agents = client.agents();
    let id = stage.name();
    let wanted = CreateAgent {
        display_name: Some("Drive".to_owned()),
        model: Some(AgentModel { provider: Some("echo".to_owned()), ..AgentModel::default() }),
        on_busy: Some(AgentOnBusy::Reject),
        metadata: Some(serde_json::Map::from_iter([("team".to_owned(), json!({"size": 3}))])),
        ..CreateAgent::new(&id)
    };
    let response = agents.create(&wanted).send().await?;
    assert_eq!((response.data.version, response.data.on_busy), (1, AgentOnBusy::Reject));
    assert_eq!(response.data.metadata["team"], json!({"size": 3}));
    let etag = response.headers["etag"].to_str()?.to_owned();
    let settings = AgentSettings { display_name: Some("Replaced".to_owned()), ..AgentSettings::default() };
    let replaced = agents.replace(&id, &settings).if_match(&etag).await?;
    assert_eq!((replaced.version, replaced.display_name.as_deref()), (2, Some("Replaced")));
    let error = agents.delete(&id).if_match(&etag).await.unwrap_err();
    assert!(error.is_precondition_failed(), "{error}");
    assert_eq!(agents.get(&id).await?, replaced);
    assert_eq!(agents.usage(&id).await?.tokens_per_day.used, 0);
    let copy = agents.clone(&id, &CloneAgent::new(format!("{id}-copy"))).await?;
    assert_eq!(copy.display_name.as_deref(), Some("Replaced"));
    agents.delete(&copy.id).await?;
    assert!(agents.get(&copy.id).await.unwrap_err().is_not_found());
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

pub async fn versions(stage: &Stage) -> Outcome {
    let client = stage.client();
    let agents = client.agents();
    let id = stage.name();
    agents.create(&CreateAgent::new(&id)).await?;
    agents.update(&id, &UpdateAgent { system_prompt: Patch::set("Two."), ..UpdateAgent::default() }).await?;
    let labelled = agents.label_version(&id, 1, &LabelVersion::new(Some("first".to_owned()))).await?;
    assert_eq!(labelled.label.as_deref(), Some("first"));
    assert_eq!(agents.get_version(&id, 1).await?.label.as_deref(), Some("first"));
    let unlabelled = agents.label_version(&id, 1, &LabelVersion::new(None)).await?;
    assert_eq!(unlabelled.label, None);
    let diff = agents.diff_versions(&id, 2).against(1).await?;
    let JsonPatchOperation::Replace(replaced) = &diff[0] else { panic!("{diff:?}") };
    assert_eq!((replaced.path.as_str(), &replaced.value), ("/system_prompt", &json!("Two.")));
    assert_eq!(agents.rollback(&id, 1).await?.system_prompt, "");
    let versions = agents.list_versions(&id).limit(2).items().collect().await?;
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [3, 2, 1]);
    Ok(())
}

pub async fn files(stage: &Stage) -> Outcome {
    let client = stage.client();
    let id = stage.name();
    client.agents().create(&CreateAgent::new(&id)).await?;
    let mut file = client.agents().export(&id).version(1).await?;
    assert_eq!((file.format.as_str(), file.id.as_str()), ("astra.agent.v1", id.as_str()));
    file.id = format!("{id}-imported");
    assert_eq!(client.agents().import(&file).await?.id, file.id);
    let report = client.agents().reload().await?;
    assert!(report.failed.is_empty(), "{report:?}");
    Ok(())
}

pub async fn providers(stage: &Stage) -> Outcome {
    let client = stage.client();
    let inference = client.inference();
    let mut names = Vec::new();
    let mut providers = inference.list_providers().limit(3).items();
    while let Some(provider) = providers.next().await {
        names.push(provider?.name);
    }
    assert!(names.len() > 3 && names.iter().any(|name| name == "echo"), "{names:?}");
    assert_eq!(inference.get_provider("echo").await?.protocol.as_str(), "echo");
    let check = inference.check_provider("echo").await?;
    assert!(check.is_ok && check.error.is_none());
    let models = inference.list_models().provider("echo").await?.data;
    assert!(models.iter().all(|model| model.provider == "echo") && !models.is_empty());
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

/// The proxy saw a request for each operation of the document.
pub async fn every_operation_was_called(stage: &Stage) -> Outcome {
    let document = stage.client().spec().json().await?;
    let mut seen = stage.seen().await?;
    // Others may call other operations, before the same proxy.
    seen.retain(|seen| seen.path.starts_with(&format!("/{}/", stage.run)));
    let mut missed = Vec::new();
    for (template, item) in document["paths"].as_object().ok_or_else(no_document)? {
        for (method, operation) in item.as_object().ok_or_else(no_document)? {
            let is_called =
                seen.iter().any(|seen| seen.method.eq_ignore_ascii_case(method) && is_at(&seen.path, template));
            if let (false, Some(id)) = (is_called, operation["operationId"].as_str()) {
                missed.push(id.to_owned());
            }
        }
    }
    assert!(missed.is_empty(), "not called: {missed:?}");
    Ok(())
}

fn no_document() -> Error {
    Error::Invalid { reason: "the document has no paths".to_owned() }
}

/// Whether the path, behind the way to misbehave, fits the template. What is written out goes before what is filled in.
fn is_at(path: &str, template: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').skip(2).collect();
    let expected: Vec<&str> = template.split('/').skip(1).collect();
    segments.len() == expected.len()
        && segments.iter().zip(&expected).all(|(segment, expected)| expected.starts_with('{') || segment == expected)
}
