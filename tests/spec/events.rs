//! Events as they are written, held against their schemas: in the stream of a workspace, and in the section `webhooks`.

use std::collections::BTreeSet;

use astra_core::ids::{ApprovalId, EventId, JobId, SessionId, TraceId, TurnId, WebhookId};
use astra_core::store::StoredEvent;
use astra_core::store::events::{
    AgentCompletedData, AgentFailedData, AgentUpdateKind, AgentUpdatedData, ApprovalRequestedData, CATALOGUE,
    ChannelFailedData, EventAudience, EventData, JobFailedData, JobProgressData, JobSucceededData,
    MemoryPropagatedData, QuotaExceededData, QuotaKind, QuotaScope, ScheduleFiredData, SessionArchivedData,
    SessionCreatedData, TurnStartedData, WebhookDisabledData, WebhookDisabledReason, WebhookTestData,
};
use serde_json::{Value, json};

use crate::support::document;

const AT: &str = "2026-01-05T09:30:00.000Z";

/// An event with this data, as readers get it.
fn written<D: EventData>(data: &D) -> (String, Value) {
    let event = StoredEvent {
        position: 1,
        id: EventId::from_key(7),
        at_ms: 1_767_605_400_000,
        event: D::NAME.to_owned(),
        owner: None,
        agent_id: data.agent_id().map(str::to_owned),
        resource_id: data.resource_id(),
        data: serde_json::to_string(data).expect("JSON"),
    };
    let json = event.to_json().expect("JSON");
    assert_eq!(json, event.to_json().expect("JSON"), "the same text whenever it is written");
    (D::NAME.to_owned(), serde_json::from_str(&json).expect("JSON"))
}

/// Begins and ends of turns.
fn turns() -> Vec<(String, Value)> {
    let (turn_id, session_id, trace_id) = (TurnId::from_key(1), SessionId::from_key(2), TraceId::from_key(1));
    let (agent_id, user_id, agent_version) = ("assistant".to_owned(), "usr_0000000000001".to_owned(), 1);
    let started =
        TurnStartedData { turn_id, session_id, agent_id: agent_id.clone(), agent_version, user_id: user_id.clone() };
    let completed = AgentCompletedData {
        turn_id,
        session_id,
        agent_id: agent_id.clone(),
        agent_version,
        user_id: user_id.clone(),
        finish_reason: Some("stop".into()),
        provider: None,
        model: Some("echo".into()),
        input_tokens: 1,
        output_tokens: 2,
        cost_usd: 0.5,
        duration_ms: 3,
        trace_id,
    };
    let failed = AgentFailedData {
        turn_id,
        session_id,
        agent_id,
        agent_version,
        user_id,
        status: "interrupted".into(),
        error_code: Some("interrupted".into()),
        error_message: None,
        duration_ms: 3,
        trace_id,
    };
    vec![written(&completed), written(&failed), written(&started)]
}

/// One event of each type.
fn all() -> Vec<(String, Value)> {
    let (turn_id, session_id, job_id) = (TurnId::from_key(1), SessionId::from_key(2), JobId::from_key(3));
    let (agent_id, user_id, kind) = ("assistant".to_owned(), "usr_0000000000001".to_owned(), "agent_run".to_owned());
    let approval = ApprovalRequestedData {
        approval_id: ApprovalId::from_key(4),
        turn_id,
        session_id,
        agent_id: agent_id.clone(),
        user_id: user_id.clone(),
        tool: "http_fetch".into(),
        expires_at: AT.into(),
    };
    let created = SessionCreatedData {
        session_id,
        agent_id: agent_id.clone(),
        user_id: user_id.clone(),
        surface: "api".into(),
        surface_id: String::new(),
    };
    let successor_id = SessionId::from_key(5);
    let archived = SessionArchivedData { session_id, successor_id, agent_id: agent_id.clone(), user_id };
    let fired = ScheduleFiredData {
        schedule_id: "sch_0000000000001".into(),
        run_id: "run_0000000000001".into(),
        job_id: None,
        slot_at: AT.into(),
    };
    let disabled =
        WebhookDisabledData { webhook_id: "hok_0000000000001".into(), reason: WebhookDisabledReason::Failing };
    let quota = QuotaKind::CostUsdPerDay;
    let propagated =
        MemoryPropagatedData { user_id: "usr_0000000000001".into(), memory_ids: vec!["mem_0000000000001".into()] };
    let mut all = turns();
    all.extend([
        written(&AgentUpdatedData { agent_id: agent_id.clone(), version: 1, change: AgentUpdateKind::Deleted }),
        written(&approval),
        written(&created),
        written(&archived),
        written(&JobSucceededData { job_id, kind: kind.clone(), attempts: 1 }),
        written(&JobFailedData { job_id, kind: kind.clone(), attempts: 1, status: "unknown".into(), error: None }),
        written(&QuotaExceededData { agent_id, scope: QuotaScope::Workspace, quota, limit: 1.5, used: 2.0 }),
        written(&propagated),
        written(&fired),
        written(&ChannelFailedData {
            channel_id: "chn_0000000000001".into(),
            kind: "slack".into(),
            error: "the platform answered with status 401".into(),
        }),
        written(&disabled),
        written(&WebhookTestData { webhook_id: WebhookId::from_key(6) }),
        written(&JobProgressData { job_id, kind, progress: 100, message: None }),
    ]);
    all
}

#[test]
fn what_is_written_is_what_the_document_says() {
    let union = json!({"$ref": "#/components/schemas/WorkspaceEvent"});
    for (name, event) in all() {
        let faults = document().faults(&union, &event);
        assert!(faults.is_empty(), "{name}: {faults:?}");
        for field in ["id", "type", "timestamp", "data"] {
            let mut less = event.clone();
            less.as_object_mut().expect("an object").remove(field);
            assert!(!document().faults(&union, &less).is_empty(), "{name} without {field}");
        }
    }
}

#[test]
fn every_type_of_the_catalogue_is_tried() {
    let tried: BTreeSet<String> = all().into_iter().map(|(name, _)| name).collect();
    assert_eq!(tried, CATALOGUE.iter().map(|event| event.name.to_owned()).collect());
}

#[test]
fn endpoints_are_sent_what_the_section_webhooks_says() {
    let has_endpoints = document().operations().any(|(.., operation)| operation["operationId"] == "webhooks.create");
    let webhooks = document().value["webhooks"].as_object();
    let sent = CATALOGUE.iter().filter(|event| event.audience == EventAudience::All).map(|event| event.name);
    let names: Vec<&str> = webhooks.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, if has_endpoints { sent.collect() } else { Vec::new() });
    let events = all();
    for (name, item) in webhooks.into_iter().flatten() {
        let operation = &item["post"];
        assert_eq!(operation["x-internal"], true, "{name}");
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        for (event, json) in &events {
            assert_eq!(document().faults(schema, json).is_empty(), event == name, "{event} by the schema of {name}");
        }
    }
}
