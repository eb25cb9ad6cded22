//! `tools.invoke`: the call of a tool without a model.

use std::time::Instant;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder};

use super::lookup::{agent, decision, find};
use super::model::ToolPath;
use crate::app::App;
use crate::auth::Role;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::{Caller, Json, Path, Problem};
use crate::tally::Share;
use crate::tools::{Decision, RegisteredTool, ToolContext};

/// Most calls of one credential at the same time.
const INVOCATIONS_MAX: u32 = 16;
/// Most entries of the arguments.
const ARGUMENTS_MAX: usize = 1_000;
/// After so many seconds a call that was one too many may be tried again.
const RETRY_AFTER_S: u64 = 1;

/// The call of a tool.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvokeTool {
    /// What the tool is called with, by its JSON Schema.
    #[serde(default)]
    #[schema(schema_with = any_arguments)]
    arguments: Map<String, Value>,
    /// The agent whose policy holds for the call; by default none does.
    #[schema(format = "slug", example = "assistant")]
    agent_id: Option<String>,
}

fn any_arguments() -> Object {
    let example = json!({"time_zone": "Europe/Berlin"});
    let described = "What the tool is called with, by its JSON Schema.";
    ObjectBuilder::new()
        .max_properties(Some(ARGUMENTS_MAX))
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .description(Some(described))
        .examples([example])
        .build()
}

/// What came of a call.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InvokedTool {
    /// The answer, as a model would read it; if the tool failed, why.
    #[schema(max_length = 1_048_832, example = "{\"time\":\"2026-11-23T21:00:00Z\"}")]
    content: String,
    /// Whether the tool failed.
    #[schema(example = false)]
    is_error: bool,
    /// How long the tool took, in milliseconds.
    #[schema(minimum = 0, example = 12)]
    elapsed_ms: u64,
}

/// Call a tool
///
/// Calls a tool as a model would, outside a turn. Nothing is kept of it. With `agent_id` the agent's policy holds: what it
/// denies is refused, and what needs an approval may be called by admins and owners alone, whose call is their approval. A
/// tool that says of itself that it is destructive is for admins and owners, too. A tool that fails is an answer with
/// `is_error`.
#[utoipa::path(post, path = "/tools/{tool}/invoke", operation_id = "tools.invoke", params(ToolPath),
    request_body(content = InvokeTool, description = "The call.",
        example = json!({"arguments": {"time_zone": "Europe/Berlin"}})),
    responses(
        (status = 200, description = "What came of the call.", body = InvokedTool,
            example = json!({"content": "{\"time\":\"2026-11-23T22:00:00+01:00\"}", "is_error": false, "elapsed_ms": 1})),
        (status = 403, description = "The agent's policy denies the tool, or the caller may not call it without an approval.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ToolPath>,
    Json(call): Json<InvokeTool>,
) -> Result<Json<InvokedTool>> {
    let tool = find(&app, &caller, &path.tool)?;
    let agent = agent(&app, &caller, call.agent_id.as_deref()).await?;
    admit(&caller, &tool, decision(agent.as_deref(), tool.name()))?;
    check(&tool, &call.arguments)?;
    let _share = share(&app, &caller)?;
    let call_id = app.ids.key().to_string();
    let mut context = ToolContext::new(caller.workspace.clone(), &caller.subject, call_id);
    context.agent_id = call.agent_id;
    context.skills = agent.map(|agent| agent.definition.skills.clone()).unwrap_or_default();
    let since = Instant::now();
    let outcome = app.known.tools.limits.run(&tool, &call.arguments, &context).await;
    let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(InvokedTool { content: outcome.content, is_error: outcome.is_error, elapsed_ms }))
}

/// 403 unless the caller may call the tool.
fn admit(caller: &Caller, tool: &RegisteredTool, decision: Option<Decision>) -> Result<()> {
    let refused = |message: &str| Err(Error::new(Code::Forbidden, message));
    match decision {
        Some(Decision::Denied) => refused("The agent's policy does not allow this tool."),
        _ if caller.role >= Role::Admin => Ok(()),
        Some(Decision::NeedsApproval) => {
            refused("The agent's policy wants an approval: ask an admin to call this tool.")
        }
        _ if tool.annotations.destructive => refused("This tool is destructive: ask an admin to call it."),
        Some(Decision::Allowed) | None => Ok(()),
    }
}

/// 422 unless the arguments fit.
fn check(tool: &RegisteredTool, arguments: &Map<String, Value>) -> Result<()> {
    let faults = tool.faults(arguments);
    if faults.is_empty() {
        return Ok(());
    }
    let mut error = Error::new(Code::InvalidRequest, "The arguments do not fit the tool's schema.");
    let field = |(pointer, detail)| FieldError { pointer: format!("/arguments{pointer}"), detail };
    error.fields = faults.into_iter().map(field).collect();
    Err(error)
}

/// 429 if the caller has too many calls under way.
fn share(app: &App, caller: &Caller) -> Result<Share> {
    app.invocations.take((&caller.workspace, caller.credential()), INVOCATIONS_MAX).ok_or_else(|| {
        let message = format!("At most {INVOCATIONS_MAX} calls of tools may run at the same time.");
        Error { retry_after_s: Some(RETRY_AFTER_S), ..Error::new(Code::RateLimited, message) }
    })
}
