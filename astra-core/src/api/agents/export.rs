//! `agents.export`: an agent as a file.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lookup::{read, version_of};
use super::model::{AgentExport, AgentExportFormat, AgentPath};
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, Query};

/// What to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// The version; by default the present one.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    version: Option<u32>,
}

/// Export an agent
///
/// One JSON file that `agents.import` reads, on this gateway or another one. It contains no secrets: providers are
/// named, not described.
#[utoipa::path(get, path = "/agents/{agent_id}/export", operation_id = "agents.export", params(AgentPath, ExportQuery),
    responses((status = 200, description = "The file.", body = AgentExport, headers(
        ("Content-Disposition" = String, description = "The file's name.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    let version = match query.version {
        Some(version) => version,
        None => {
            let agent = app.store.rows(&caller.workspace).agents().find(&agent_id).await.map_err(Error::store)?;
            agent.ok_or_else(|| Error::not_found("agent"))?.version
        }
    };
    let stored = version_of(&app, &caller, &agent_id, version).await?;
    let name = format!("attachment; filename=\"{agent_id}.agent.json\"");
    let file = AgentExport {
        format: AgentExportFormat::V1,
        id: agent_id,
        version: Some(stored.version),
        exported_at: Some(rfc3339(app.now_ms())),
        definition: read(&stored.definition)?,
    };
    let mut response = Json(file).into_response();
    if let Ok(name) = HeaderValue::try_from(name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
