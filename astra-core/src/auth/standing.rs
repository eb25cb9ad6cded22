//! Whether a well-signed token is still good, and for what: its claims held against its account as it is now.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use super::authority::Authority;
use super::identity::{Identity, Principal};
use super::role::Role;
use super::scope::Scope;
use super::scope_table::ScopeTable;
use super::token::{Claims, TokenKind};
use super::verified::{NotedUse, Verified};
use crate::store::families::FamilyStanding;
use crate::store::tokens::TokenStanding;
use crate::store::{self, WorkspaceId};

impl Authority {
    /// What `claims` are worth now; `None` if nothing any more.
    pub(super) async fn standing(&self, claims: &Claims, epoch: i64, now_ms: i64) -> store::Result<Option<Verified>> {
        let Some(workspace) = self.store().find_workspace(&claims.wsp).await? else { return Ok(None) };
        let store = self.store().rows(&workspace);
        let speaks_for = (claims.typ == TokenKind::EndUser).then(|| claims.sub.clone());
        let judged = if claims.typ == TokenKind::User {
            store.families().standing(&claims.jti).await?.and_then(|family| of_family(self.scopes(), claims, family))
        } else {
            let found = store.tokens().standing(&claims.jti, speaks_for).await?;
            found.and_then(|standing| of_token(self.scopes(), (claims, workspace), standing, now_ms))
        };
        Ok(judged.map(|(identity, noted)| Verified {
            good_until_ms: identity.expires_at_ms.unwrap_or(i64::MAX),
            identity: Arc::new(identity),
            epoch,
            noted,
        }))
    }
}

type Judged = Option<(Identity, Option<NotedUse>)>;

fn of_family(table: &ScopeTable, claims: &Claims, family: FamilyStanding) -> Judged {
    if family.user_id != claims.sub {
        return None;
    }
    let scopes = table.known(&claims.scope).intersection(table.known(&family.scopes));
    let identity = Identity {
        workspace: family.workspace,
        principal: Principal::User { family_id: claims.jti.clone() },
        subject: family.user_id,
        role: claims.role.min(family.role.parse().ok()?),
        scopes,
        expires_at_ms: Some(ends_at(claims)),
    };
    Some((identity, None))
}

fn of_token(
    table: &ScopeTable,
    (claims, workspace): (&Claims, WorkspaceId),
    standing: TokenStanding,
    now_ms: i64,
) -> Judged {
    let token = standing.token;
    let ends_at_ms = if claims.generation == token.generation {
        ends_at(claims)
    } else if claims.generation == token.generation - 1 {
        ends_at(claims).min(token.grace_until?)
    } else {
        return None;
    };
    if now_ms >= ends_at_ms {
        return None;
    }
    let account_role = standing.account_role.parse::<Role>().ok()?;
    let held = table.known(&token.scopes).intersection(table.known(&standing.account_scopes));
    let account_id = token.service_account_id;
    let (subject, principal, role, scopes) = match &claims.act {
        Some(actor)
            if claims.typ == TokenKind::EndUser && actor.sub == account_id && held.contains(Scope::UsersAct) =>
        {
            let role = account_role.min(standing.end_user_role?.parse().ok()?);
            let principal = Principal::EndUser { service_account_id: account_id, token_id: token.id.clone() };
            (claims.sub.clone(), principal, role, held.without(Scope::UsersAct))
        }
        None if matches!(claims.typ, TokenKind::Service | TokenKind::Client) && claims.sub == account_id => {
            (account_id, Principal::ServiceAccount { token_id: token.id.clone() }, account_role, held)
        }
        _ => return None,
    };
    let identity = Identity {
        workspace,
        principal,
        subject,
        role: claims.role.min(role),
        scopes: scopes.intersection(table.known(&claims.scope)),
        expires_at_ms: Some(ends_at_ms),
    };
    let noted = (claims.typ == TokenKind::Service)
        .then(|| NotedUse { token_id: token.id, last_ms: AtomicI64::new(token.last_used_at.unwrap_or(i64::MIN / 2)) });
    Some((identity, noted))
}

const fn ends_at(claims: &Claims) -> i64 {
    claims.exp.saturating_mul(1000)
}
