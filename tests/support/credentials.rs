//! Credentials of the callers: real tokens of service accounts, issued when a caller first needs one.

use std::collections::HashMap;
use std::sync::Arc;

use astra_core::auth::service_tokens::TOKEN_LIFE_MAX_S;
use astra_core::auth::{Authority, Identity, NewServiceAccount, Role};
use astra_core::config::Config;
use astra_core::store;
use tokio::sync::Mutex;

use super::app::START_MS;

/// The workspace of those to whom the app's own does not exist.
const ELSEWHERE: &str = "wsp_000000000000e";

/// What a caller's token says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Badge {
    /// The service account's name: callers of one name are one caller.
    pub(crate) name: String,
    /// Its role.
    pub(crate) role: Role,
    /// Its scopes, separated by spaces; by default all of its role.
    pub(crate) scopes: Option<String>,
    /// Whether it belongs to another workspace.
    pub(crate) is_foreign: bool,
}

/// Issues tokens, one for each badge.
pub(crate) struct Issuer {
    authority: Arc<Authority>,
    config: Config,
    issued: Mutex<HashMap<Badge, String>>,
}

impl Issuer {
    /// For the gateway of this authority.
    pub(crate) fn new(authority: Arc<Authority>, config: Config) -> Self {
        Self { authority, config, issued: Mutex::default() }
    }

    /// The token of `badge`.
    pub(crate) async fn token(&self, badge: &Badge) -> String {
        let mut issued = self.issued.lock().await;
        if let Some(token) = issued.get(badge) {
            return token.clone();
        }
        let mut operator = self.authority.operator();
        if badge.is_foreign {
            operator = self.operator_elsewhere(operator).await;
        }
        let scopes = badge.scopes.as_deref().map(|scopes| self.authority.scopes().parse(scopes).expect("good scopes"));
        let account = NewServiceAccount { name: badge.name.clone(), role: badge.role, scopes };
        let made = self.authority.issue_named_token(&operator, account, Some(TOKEN_LIFE_MAX_S)).await;
        let token = made.expect("the token is issued").secret;
        issued.insert(badge.clone(), token.clone());
        token
    }

    async fn operator_elsewhere(&self, operator: Identity) -> Identity {
        let db = store::open(&self.config.store, &self.config.data_dir).expect("the store opens");
        let workspace = db.ensure_workspace(ELSEWHERE, START_MS).await.expect("the workspace is made");
        Identity { workspace, ..operator }
    }
}
