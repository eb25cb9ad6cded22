//! `auth.list_sign_ins`: where the caller has signed in.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};
use crate::store;

/// A sign-in: the tokens that came from one registration or one password.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignIn {
    /// The sign-in's id, which refresh tokens begin with.
    #[schema(example = "fam_06a1b2c3d4e5q")]
    id: String,
    /// The workspace that it signed in to.
    #[schema(max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    workspace_id: String,
    /// Whether the caller's token belongs to it.
    #[schema(example = true)]
    is_current: bool,
    /// The address that it was made from; null if it is not known.
    #[schema(max_length = 45, example = "203.0.113.9")]
    address: Option<String>,
    /// The program that made it, from its header `User-Agent`; null if it sent none.
    #[schema(max_length = 256, example = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")]
    program: Option<String>,
    /// When it was made.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    created_at: String,
    /// When its tokens were last refreshed; before the first time, when it was made.
    #[schema(example = "2026-11-24T08:00:00.000Z")]
    last_used_at: String,
    /// The address of that last use; null if it is not known.
    #[schema(max_length = 45, example = "203.0.113.9")]
    last_address: Option<String>,
    /// When it ends unless its tokens are refreshed.
    #[schema(example = "2026-12-24T08:00:00.000Z")]
    expires_at: String,
    /// When it ends, however often its tokens are refreshed.
    #[schema(example = "2027-02-21T21:07:00.000Z")]
    ends_at: String,
}

/// List the own sign-ins
///
/// The sign-ins of the caller's account in all of its workspaces. The list is empty for service accounts, end users and
/// users of a host program, who do not sign in.
#[utoipa::path(get, path = "/auth/me/sign-ins", operation_id = "auth.list_sign_ins", params(PageQuery),
    responses((status = 200, description = "A page of sign-ins.", body = Page<SignIn>)))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<SignIn>>> {
    let page = app.authority.list_sign_ins(&caller, request).await.map_err(Error::auth)?;
    Ok(Json(Page::from_store(page, |sign_in| SignIn::new(sign_in, caller.credential()))))
}

impl SignIn {
    /// The sign-in of a row, as the caller of the sign-in `own` sees it.
    fn new(row: store::SignIn, own: &str) -> Self {
        Self {
            is_current: row.id == own,
            id: row.id,
            workspace_id: row.workspace_id,
            address: row.address,
            program: row.program,
            created_at: rfc3339(row.created_at),
            last_used_at: rfc3339(row.last_used_at),
            last_address: row.last_address,
            expires_at: rfc3339(row.expires_at),
            ends_at: rfc3339(row.ends_at),
        }
    }
}
