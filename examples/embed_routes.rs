//! A host's own operations in the gateway's document and under its contract.
//!
//! ```text
//! cargo run --example embed_routes
//! ```
//! prints commands that call them. They are in the reference at http://127.0.0.1:4002/docs.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use astra_core::auth::{NewServiceAccount, Role};
use astra_core::host::{Caller, Json, Problem, Query, Routes, routes};
use astra_core::{Code, Config, Gateway};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use utoipa::{IntoParams, OpenApi, ToSchema};

/// A note of a user.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Note {
    /// What it says.
    #[schema(min_length = 1, max_length = 200, example = "The coffee machine works again.")]
    text: String,
}

type Notes = Arc<Mutex<Vec<(String, Note)>>>;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NotesQuery {
    /// How many at the most.
    #[param(minimum = 1, maximum = 100, default = 20, example = 20)]
    limit: Option<usize>,
}

/// List the caller's notes
///
/// The newest first. Every token will do.
#[utoipa::path(get, path = "/notes", operation_id = "notes.list", params(NotesQuery), security(("bearer" = [])),
    responses((status = 200, description = "The notes.", body = Vec<Note>)))]
async fn list(State(notes): State<Notes>, caller: Caller, Query(query): Query<NotesQuery>) -> Json<Vec<Note>> {
    let notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    let own = notes.iter().rev().filter(|(owner, _)| *owner == caller.subject).map(|(_, note)| note.clone());
    Json(own.take(query.limit.unwrap_or(20)).collect())
}

/// Leave a note
///
/// Needs a scope of this program's own, which members have by default. A note that is there already is not left twice.
#[utoipa::path(post, path = "/notes", operation_id = "notes.create", security(("bearer" = ["notes:write"])),
    request_body(content = Note, description = "The note.", example = json!({"text": "The coffee machine works again."})),
    responses((status = 200, description = "The note.", body = Note),
        (status = 409, description = "It is there already.", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(notes): State<Notes>,
    caller: Caller,
    Json(note): Json<Note>,
) -> Result<Json<Note>, astra_core::Error> {
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    if notes.iter().any(|(owner, known)| *owner == caller.subject && known.text == note.text) {
        return Err(astra_core::Error::new(Code::Conflict, "This note is there already."));
    }
    notes.push((caller.subject.clone(), note.clone()));
    Ok(Json(note))
}

#[derive(OpenApi)]
#[openapi(tags((name = "notes", description = "What callers want to remember.")))]
struct Document;

/// The host's operations.
pub(crate) fn notes() -> Routes {
    Routes::with_openapi(Document::openapi())
        .scope("notes:write", "Leaves notes.", Role::Member)
        .routes(routes!(list, create))
        .with_state(Notes::default())
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example speaks to its reader")]
async fn main() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::builder(Config::default()).routes(notes()).open().await?;
    let authority = gateway.authority();
    let account = NewServiceAccount { name: "example".to_owned(), role: Role::Member, scopes: None };
    let token = authority.issue_named_token(&authority.operator(), account, Some(3600)).await?.secret;
    let listener = TcpListener::bind("127.0.0.1:4002").await?;
    println!("curl http://127.0.0.1:4002/notes -H 'Authorization: Bearer {token}' --json '{{\"text\": \"Hello.\"}}'");
    println!("curl http://127.0.0.1:4002/notes -H 'Authorization: Bearer {token}'");
    gateway.run(listener, std::future::pending()).await;
    Ok(())
}
