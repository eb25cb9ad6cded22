//! `auth.me`: who the caller is.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::ScopeName;
use crate::app::App;
use crate::auth::Principal;
use crate::auth::Role;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json};

/// The caller's account, workspace and permissions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The user's or service account's id.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub id: String,
    /// The kind of caller.
    pub kind: CallerKind,
    /// The e-mail address, of a person.
    #[schema(max_length = 254, example = "ada@example.org")]
    pub email: Option<String>,
    /// The display name of a person, if there is one, or the name of a service account.
    #[schema(max_length = 128, example = "Ada")]
    pub display_name: Option<String>,
    /// The workspace of the credential.
    #[schema(max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub workspace_id: String,
    /// The role in the workspace, at most the credential's.
    pub role: Role,
    /// The credential's scopes.
    #[schema(max_items = 64)]
    pub scopes: Vec<ScopeName>,
    /// When the credential expires; null if it does not.
    #[schema(example = "2026-11-23T21:22:00.000Z")]
    pub expires_at: Option<String>,
}

/// The kinds of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// A person who signed in.
    User,
    /// An end user of an application, whom its service account speaks for.
    EndUser,
    /// A program.
    ServiceAccount,
    /// A user of the program that the gateway is part of.
    Host,
}

/// Show the current token
///
/// The account, the workspace, the role, the scopes and the expiry of the caller's token.
#[utoipa::path(get, path = "/auth/me", operation_id = "auth.me",
    responses((status = 200, description = "The caller.", body = Me)))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<Me>> {
    let (kind, email, display_name) = match &caller.principal {
        Principal::Host => (CallerKind::Host, None, None),
        Principal::ServiceAccount { .. } => {
            let account = app.authority.service_account(&caller, &caller.subject).await.map_err(Error::auth)?;
            (CallerKind::ServiceAccount, None, Some(account.name))
        }
        Principal::User { .. } | Principal::EndUser { .. } => {
            let store = app.store.rows(&caller.workspace);
            let member = store.accounts().find(&caller.subject).await.map_err(Error::store)?;
            let member = member.ok_or_else(|| Error::not_found("user"))?;
            let is_person = matches!(caller.principal, Principal::User { .. });
            (if is_person { CallerKind::User } else { CallerKind::EndUser }, member.email, member.display_name)
        }
    };
    Ok(Json(Me {
        id: caller.subject.clone(),
        kind,
        email,
        display_name,
        workspace_id: caller.workspace.as_str().to_owned(),
        role: caller.role,
        scopes: ScopeName::each(app.authority.scopes(), caller.scopes),
        expires_at: caller.expires_at_ms.map(rfc3339),
    }))
}
