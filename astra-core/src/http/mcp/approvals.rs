//! Decisions on calls of tools, for which a client asks its user (elicitation): the question, the answer, and what comes of it.

use rmcp::model::{
    ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema, EnumSchema, InputRequest,
    InputRequiredResult, PrimitiveSchemaDefinition, StringSchema,
};
use serde_json::{Map, Value};

use super::fault::Fault;
use super::message::Request;
use crate::app::App;
use crate::error::{Code, Error};
use crate::http::Caller;
use crate::http::turn::{DecideApproval, decide_within};
use crate::ids::{ApprovalId, TurnId};
use crate::store::{self, ApprovalStatus, LogEntry, Rows, StoredApproval, ToolEntry};

/// The fields of the form, and the values of the first one.
const DECISION: &str = "decision";
const NOTE: &str = "note";
const APPROVE: &str = "approve";
const DENY: &str = "deny";
/// So long may a note be, in characters.
const NOTE_LENGTH_MAX: u32 = 1024;
/// So much of the arguments of a call is shown, in characters.
const SHOWN_MAX: usize = 2_000;

/// What a user says.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// The call is made, or is not.
    Decided { is_approved: bool, note: Option<String> },
    /// Nothing: another person may decide.
    Dismissed,
}

/// The calls of a turn that wait for a decision, and those of turns that it has begun itself and waits for: its log names all.
pub(super) async fn pending(rows: &Rows, turn_id: TurnId, now_ms: i64) -> store::Result<Vec<StoredApproval>> {
    let entries = rows.turn_events().read(turn_id, 0).await?;
    let asked = entries.iter().filter_map(|(_, entry)| match entry {
        LogEntry::Tool(ToolEntry::ApprovalRequired { approval, .. }) => Some(ApprovalId::from_key(*approval)),
        _ => None,
    });
    let mut approvals = rows.approvals().find(asked.collect()).await?;
    approvals.retain(|approval| approval.status == ApprovalStatus::Pending && approval.expires_at_ms > now_ms);
    Ok(approvals)
}

/// What a client is to ask its user.
pub(super) fn question(approval: &StoredApproval) -> ElicitRequest {
    let arguments = serde_json::to_string(&approval.arguments).unwrap_or_default();
    let mut shown: String = arguments.chars().take(SHOWN_MAX).collect();
    if shown.len() < arguments.len() {
        shown.push_str(" ..");
    }
    let message = format!("The agent {} wants to call the tool {} with {shown}", approval.agent_id, approval.tool);
    ElicitRequest::new(ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema: form() })
}

fn form() -> ElicitationSchema {
    let decision = EnumSchema::builder(vec![APPROVE.to_owned(), DENY.to_owned()]).title("Decision").build();
    let note = StringSchema::new().title("Note").max_length(NOTE_LENGTH_MAX);
    let note = note.description("Why, for the record; the model reads the note of a call that is denied.");
    let properties = [
        (DECISION.to_owned(), PrimitiveSchemaDefinition::Enum(decision)),
        (NOTE.to_owned(), PrimitiveSchemaDefinition::String(note)),
    ];
    ElicitationSchema::new(properties.into_iter().collect()).with_required(vec![DECISION.to_owned()])
}

/// The result of a call that needs decisions first: the client sends it again with them, and with `state`.
pub(super) fn input_required(pending: &[StoredApproval], state: String) -> InputRequiredResult {
    let asked = pending.iter().map(|one| (one.id.to_string(), InputRequest::Elicitation(question(one))));
    InputRequiredResult::new(Some(asked.collect()), Some(state))
}

/// Reads what a client says that has asked its user.
///
/// # Errors
/// In words, if that does not fit the form.
pub(super) fn verdict(answer: Value) -> Result<Verdict, String> {
    let answer: ElicitResult =
        serde_json::from_value(answer).map_err(|_| "An answer has an action: accept, decline or cancel.".to_owned())?;
    match answer.action {
        ElicitationAction::Decline => Ok(Verdict::Decided { is_approved: false, note: None }),
        ElicitationAction::Accept => accepted(answer.content.as_ref()),
        _ => Ok(Verdict::Dismissed),
    }
}

fn accepted(content: Option<&Value>) -> Result<Verdict, String> {
    let field = |name: &str| content.and_then(|content| content.get(name)).filter(|value| !value.is_null());
    let is_approved = match field(DECISION).and_then(Value::as_str) {
        Some(APPROVE) => true,
        Some(DENY) => false,
        _ => return Err(format!("The field {DECISION} is {APPROVE} or {DENY}.")),
    };
    let note = match field(NOTE) {
        None => None,
        Some(Value::String(note)) if note.chars().count() <= NOTE_LENGTH_MAX as usize && !note.contains('\0') => {
            Some(note.clone())
        }
        Some(_) => return Err(format!("The field {NOTE} is a text of at most {NOTE_LENGTH_MAX} characters.")),
    };
    Ok(Verdict::Decided { is_approved, note })
}

/// Does what `verdict` says of the approval `id`.
///
/// # Errors
/// As for the operation that decides.
pub(super) async fn decide(app: &App, caller: &Caller, id: ApprovalId, verdict: Verdict) -> Result<(), Error> {
    match verdict {
        Verdict::Dismissed => Ok(()),
        Verdict::Decided { is_approved, note } => {
            decide_within(app, caller, id, is_approved, DecideApproval { note }).await.map(drop)
        }
    }
}

/// Does what `responses` say of the calls of a turn that wait; whether a user has dismissed one of the questions. Answers to other
/// questions are passed over, and so is one that comes too late: the turn goes on by the decision before it.
///
/// # Errors
/// If an answer does not fit the form; as for the operation that decides.
pub(super) async fn decide_all(
    (app, caller): (&App, &Caller),
    request: &Request,
    pending: &[StoredApproval],
    mut responses: Map<String, Value>,
) -> Result<bool, Fault> {
    let answers = pending.iter().filter_map(|one| Some((one.id, verdict(responses.remove(&one.id.to_string())?))));
    let verdicts: Vec<_> = answers.collect();
    let mut is_dismissed = false;
    for (id, verdict) in verdicts {
        let verdict = verdict.map_err(|text| request.invalid(text))?;
        is_dismissed |= verdict == Verdict::Dismissed;
        match decide(app, caller, id, verdict).await {
            Err(error) if !matches!(error.code, Code::Conflict | Code::Expired) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(is_dismissed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_decides_or_says_nothing_or_does_not_fit() {
        let decided =
            |is_approved, note: Option<&str>| Ok(Verdict::Decided { is_approved, note: note.map(str::to_owned) });
        let accept = |content: Value| verdict(json!({"action": "accept", "content": content}));
        assert_eq!(accept(json!({"decision": "approve"})), decided(true, None));
        assert_eq!(accept(json!({"decision": "approve", "note": null})), decided(true, None));
        assert_eq!(accept(json!({"decision": "deny", "note": "No."})), decided(false, Some("No.")));
        assert_eq!(verdict(json!({"action": "decline"})), decided(false, None));
        assert_eq!(verdict(json!({"action": "decline", "content": {"decision": "approve"}})), decided(false, None));
        assert_eq!(verdict(json!({"action": "cancel"})), Ok(Verdict::Dismissed));
        assert_eq!(
            accept(json!({"decision": "deny", "note": "é".repeat(1024)})),
            decided(false, Some(&"é".repeat(1024)))
        );
        for bad in [
            json!({}),
            json!(null),
            json!([]),
            json!({"decision": "APPROVE"}),
            json!({"decision": true}),
            json!({"note": "approve"}),
            json!({"decision": "approve", "note": 1}),
            json!({"decision": "approve", "note": "nul \u{0}"}),
            json!({"decision": "approve", "note": "x".repeat(1025)}),
        ] {
            assert!(accept(bad.clone()).is_err(), "{bad}");
        }
        for bad in [json!(null), json!("accept"), json!({}), json!({"action": "approve"}), json!({"action": 1})] {
            assert!(verdict(bad.clone()).is_err(), "{bad}");
        }
    }
}
