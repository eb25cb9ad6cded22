//! A tool of the host program that a client calls itself: a stream of its reports, of which the last event is the result.

use std::sync::Arc;

use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::{Stream, stream};
use rmcp::model::{ProgressToken, RequestId};
use serde_json::{Map, Value};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use super::agent_call::{Call, register};
use super::answer;
use super::fault::Fault;
use super::revision::Revision;
use super::running::Registered;
use crate::content::{Arguments, ToolCall};
use crate::error::{Code, Error};
use crate::http::{Opened, sse};
use crate::tools::{Outcome, RegisteredTool, ToolContext, ToolProgress, progress_channel};

/// The answer of `tool` to a call with `arguments`.
pub(super) fn answer(
    call: Call<'_>,
    tool: &Arc<RegisteredTool>,
    arguments: Map<String, Value>,
) -> Result<Response, Fault> {
    if call.app.stopping.is_cancelled() {
        return Err(Error::new(Code::Unavailable, "The gateway is stopping: ask again in a moment.").into());
    }
    let (registered, running) = register(&call)?;
    let opened = Opened::new(call.app, call.caller, call.headers)?;
    let (sender, reports) = progress_channel();
    let call_id = call.request.id.to_string();
    let mut context = ToolContext::new(call.caller.workspace.clone(), call.caller.subject.clone(), &call_id);
    context.progress = call.progress.is_some().then_some(sender);
    let asked =
        ToolCall { id: call_id, name: tool.name().to_owned(), arguments: Arguments::Object(arguments), extra: None };
    let (tool, limits) = (Arc::clone(tool), call.app.known.tools.limits);
    let outcome = Box::pin(async move { limits.call(&tool, &asked, &context).await });
    let (id, revision, progress) = (call.request.id, call.revision, call.progress);
    let cancelled = running.cancelled;
    let calling = Calling {
        outcome,
        reports,
        id,
        revision,
        progress,
        reached: f64::NEG_INFINITY,
        cancelled,
        _registered: registered,
    };
    Ok(sse::respond(opened.until_revoked(frames(calling))))
}

struct Calling {
    /// The call, which ends when it is dropped.
    outcome: BoxFuture<'static, Outcome>,
    reports: Receiver<ToolProgress>,
    id: RequestId,
    revision: Revision,
    progress: Option<ProgressToken>,
    /// How much was done by the last report.
    reached: f64,
    cancelled: CancellationToken,
    _registered: Option<Registered>,
}

fn frames(calling: Calling) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(Some(calling), |calling| async move {
        let mut calling = calling?;
        let mut out = BytesMut::new();
        loop {
            tokio::select! {
                biased;
                () = calling.cancelled.cancelled() => return None,
                Some(report) = calling.reports.recv() => calling.write(&mut out, &report),
                outcome = &mut calling.outcome => {
                    while let Ok(report) = calling.reports.try_recv() {
                        calling.write(&mut out, &report);
                    }
                    let Outcome { content, is_error } = outcome;
                    let result = if is_error {
                        answer::tool_error(calling.revision, content)
                    } else {
                        answer::tool_result(calling.revision, content, None)
                    };
                    answer::result_event(&mut out, &calling.id, &result);
                    return Some((out.freeze(), None));
                }
            }
            if !out.is_empty() {
                return Some((out.freeze(), Some(calling)));
            }
        }
    })
}

impl Calling {
    /// Appends a report, if it is of progress: a client may take what does not grow for a fault.
    fn write(&mut self, out: &mut BytesMut, report: &ToolProgress) {
        let Some(token) = self.progress.as_ref().filter(|_| report.done.is_finite() && report.done > self.reached)
        else {
            return;
        };
        self.reached = report.done;
        let total = report.total.filter(|total| total.is_finite());
        answer::progress_event(out, token, report.done, total, &report.message);
    }
}
