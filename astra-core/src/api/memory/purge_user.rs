//! `memory.purge_user`: all that the workspace keeps of one user goes.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lookup::refused;
use crate::app::App;
use crate::auth::Role;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, Problem};
use crate::store::{MemoryTier, Purged};

/// The user of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PurgedUserPath {
    /// The user or service account.
    #[param(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "usr_06a1b2c3d4e5q")]
    user_id: String,
}

/// The account of a purge.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryPurge {
    /// The user.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    user_id: String,
    /// Rows of the store that are gone.
    #[schema(minimum = 0, example = 12)]
    rows: u64,
    /// Rows that are gone, by table of the store.
    #[schema(max_items = 64)]
    tables: Vec<PurgedTable>,
    /// Memories that are gone, by tier; of the tier `session` what users said that could be found.
    #[schema(max_items = 5)]
    tiers: Vec<PurgedTier>,
}

/// Rows of a table that are gone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PurgedTable {
    /// The table of the store.
    #[schema(max_length = 64, example = "sessions")]
    table: String,
    /// How many rows.
    #[schema(minimum = 1, example = 2)]
    rows: u64,
}

/// Memories of a tier that are gone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PurgedTier {
    /// The tier.
    #[schema(example = "daily")]
    tier: MemoryTier,
    /// How many memories.
    #[schema(minimum = 1, example = 2)]
    memories: u64,
}

/// Purge a user
///
/// Removes in one transaction all that the workspace keeps of the user: memory with its versions, its profile and its part of the
/// graph; sessions, messages, turns and traces; jobs, events and usage. Nothing brings it back. What stays: the account, which
/// `auth` ends; the record of who changed what; agents, schedules and the like that it made for the workspace, and memory that
/// was written for the workspace. Owners purge every user, and each user itself.
#[utoipa::path(delete, path = "/memory/users/{user_id}", operation_id = "memory.purge_user", params(PurgedUserPath),
    responses(
        (status = 200, description = "The account of it.", body = MemoryPurge),
        (status = 409, description = "A turn of the user is open.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(PurgedUserPath { user_id }): Path<PurgedUserPath>,
) -> Result<Json<MemoryPurge>> {
    if caller.role < Role::Owner && user_id != caller.subject {
        return Err(Error::not_found("user"));
    }
    let purged = caller.rows(&app).memories().purge(&user_id).await.map_err(refused)?;
    let purged = match purged {
        Some(purged) => purged,
        None if user_id == caller.subject => Purged::default(),
        None => return Err(Error::not_found("user")),
    };
    let table = |(table, rows): (&str, u64)| PurgedTable { table: table.to_owned(), rows };
    Ok(Json(MemoryPurge {
        user_id,
        rows: purged.rows(),
        tables: purged.tables.into_iter().map(table).collect(),
        tiers: purged.tiers.into_iter().map(|(tier, memories)| PurgedTier { tier, memories }).collect(),
    }))
}
