//! `workspaces.events`: follow what happens in a workspace.

use axum::extract::State;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use http::HeaderMap;
use serde_json::value::RawValue;

use super::lookup::own;
use super::model::{EventsQuery, WorkspaceEvent, WorkspaceEventType};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::events::{EventReader, FollowError};
use crate::http::{Caller, Opened, Path, Problem, Query, sse};
use crate::store::{StoredEvent, VisibleTo};

/// Follow a workspace
///
/// What happens in the workspace from now on; with `Last-Event-ID`, all that has happened after that event, as far as the log
/// is kept (`store.outbox_days`); `0` stands before the first event. An event's `id:` is its position in the log: 1, 2, 3, ...
/// in the order in which the changes took effect. A member sees what its own sessions, turns and jobs cause, an admin all.
/// Turns cause events from the first stream on. The stream ends when the credential expires, is revoked or changes, when the
/// client is so slow that the log is not kept any more from where it is, or when the gateway stops.
#[utoipa::path(get, path = "/workspaces/{workspace_id}/events", operation_id = "workspaces.events",
    extensions(("x-stream" = json!({"resumed_by": "workspaces.events"}))),
    params(("workspace_id" = String, Path, description = "The id of the caller's workspace.",
            min_length = 1, max_length = 256, example = "wsp_06a1b2c3d4e5q"),
        EventsQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that the client received.",
            pattern = "^[0-9]{1,18}$", max_length = 18, example = "41")),
    responses((status = 200, description = "The workspace's events.", body = WorkspaceEvent, content_type = "text/event-stream"),
        (status = 409, description = "The log does not go back to the event that `Last-Event-ID` names (`expired`): read anew what matters, and follow without it.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(workspace_id): Path<String>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    own(&caller, &workspace_id)?;
    let position = headers.get("last-event-id").map(|id| id.to_str().ok().and_then(|id| id.parse().ok()));
    let position = position.map(|id| id.ok_or_else(|| unknown("The log has no such event."))).transpose()?;
    let (shown, opened) = (Shown { types: query.types, to: caller.sees() }, Opened::new(&app, &caller, headers)?);
    let reader = app.events.follow(&caller.workspace, position).await.map_err(refused)?;
    Ok(sse::respond(opened.while_authorised(frames(reader, shown))))
}

/// Why a workspace cannot be followed.
fn refused(fault: FollowError) -> Error {
    match fault {
        FollowError::Swept(first) => Error::new(
            Code::Expired,
            format!("The log is kept from event {first} on: read anew what matters, and follow without Last-Event-ID."),
        ),
        FollowError::Unknown(last) => unknown(&format!("The log has no such event: its newest one is {last}.")),
        FollowError::Store(fault) => Error::store(fault),
    }
}

fn unknown(detail: &str) -> Error {
    Error::field("header/Last-Event-ID", detail)
}

/// Which events the stream has.
struct Shown {
    /// Of these types; none for all.
    types: Vec<WorkspaceEventType>,
    /// Those that this caller may see.
    to: VisibleTo,
}

impl Shown {
    fn has(&self, event: &StoredEvent) -> bool {
        let is_asked_for = self.types.is_empty() || self.types.iter().any(|kind| kind.as_str() == event.event);
        let is_visible = self.to == VisibleTo::All || event.owner.as_deref().is_some_and(|owner| self.to.shows(owner));
        is_asked_for && is_visible
    }
}

/// The frames of a log. Those that are there together go out together. A store that fails ends the stream, and the client
/// resumes.
fn frames(reader: EventReader, shown: Shown) -> impl Stream<Item = Bytes> + Send + 'static {
    let batches = stream::unfold((reader, shown), |(mut reader, shown)| async move {
        let events = logged(reader.next().await)??;
        let mut out = BytesMut::new();
        for event in events.iter().filter(|event| shown.has(event)) {
            let json = logged(
                event.to_json().and_then(|json| RawValue::from_string(json).map_err(crate::store::Error::broken)),
            )?;
            logged(sse::frame(&mut out, &event.position, &event.event, &json))?;
        }
        Some((out.freeze(), (reader, shown)))
    });
    batches.filter(|frames| std::future::ready(!frames.is_empty()))
}

fn logged<T, E: std::fmt::Display>(outcome: std::result::Result<T, E>) -> Option<T> {
    outcome.inspect_err(|fault| tracing::error!(error = %fault, "an event stream broke off")).ok()
}
