//! Tokens of the local store. A user who can open it speaks for the operator: the keys lie beside it.

use std::sync::Arc;

use astra_core::auth::{self, Authority, Identity, MasterKey, NewServiceAccount, Role};
use astra_core::clock::{Clock, SystemClock, rfc3339};
use astra_core::ids::IdMaker;
use astra_core::store::service_accounts::ServiceAccount;
use astra_core::store::{self, Cursor, Page, PageRequest, Program, migrate};

use super::issuer::{Issued, NewToken, Token};
use crate::commands::{Context, has_database, open_store};
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs, StoreArgs};

const PAGE: u32 = 200;

/// The authority over the local store.
pub(crate) struct Local {
    authority: Authority,
    operator: Identity,
}

impl Local {
    /// Opens the store that flags, environment and file name.
    pub(crate) async fn open(args: &StoreArgs, context: &Context) -> Result<Self> {
        let flags = ServerArgs { store: args.clone(), ..ServerArgs::default() };
        let config = settings::load(&flags, &context.environment)?.config;
        if !has_database(&config)? {
            return Err(Error::new(format!("there is no gateway's data in {}", config.data_dir.display()))
                .hint("`astra serve` makes it; --data-dir names another folder, --server a gateway elsewhere"));
        }
        let db = open_store(&config)?;
        let plan = migrate::plan(&db).await.map_err(|fault| Error::new("cannot use the store").because(&fault))?;
        if !plan.pending.is_empty() {
            return Err(Error::new("the store was made by an older version")
                .hint("`astra migrate` or the next `astra serve` brings it up to date"));
        }
        let key = MasterKey::load(config.master_key.as_ref(), &config.data_dir);
        let key = key.map_err(|fault| Error::new("cannot read the store's keys").because(&fault))?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let joined = db.join(&clock, Program::Command).await;
        let ids = IdMaker::new(joined.map_err(|fault| Error::new("cannot use the store").because(&fault))?.keys);
        let authority = Authority::open(db, &config, key, clock, ids).await;
        let authority = authority.map_err(|fault| Error::new("cannot read the store's keys").because(&fault))?;
        let operator = authority.operator();
        Ok(Self { authority, operator })
    }

    /// The authority itself.
    pub(crate) const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Whom the command line speaks for.
    pub(crate) const fn operator(&self) -> &Identity {
        &self.operator
    }

    /// Issues a token; makes its service account if need be.
    pub(crate) async fn issue(&self, new: NewToken) -> Result<Issued> {
        let refused = |fault| refused("no token was issued", &fault);
        let present = self.authority.service_account_by_name(&self.operator, &new.name).await.map_err(refused)?;
        let role = new.role.or_else(|| present?.role.parse().ok()).unwrap_or(Role::Member);
        let scopes = new.scopes.map(|scopes| scopes.into_iter().collect());
        let account = NewServiceAccount { name: new.name, role, scopes };
        let issued = self.authority.issue_named_token(&self.operator, account, new.expires_in_s).await;
        let issued = issued.map_err(refused)?;
        Ok(Issued { id: issued.token.id, secret: issued.secret })
    }

    pub(super) async fn rotate(&self, id: &str, grace_s: i64) -> Result<String> {
        let rotated = self.authority.rotate_token(&self.operator, id, grace_s, None).await;
        Ok(rotated.map_err(|fault| refused("the token was not rotated", &fault))?.secret)
    }

    /// Deletes the token `id`.
    pub(crate) async fn revoke(&self, id: &str) -> Result<()> {
        let revoked = self.authority.revoke_token(&self.operator, id).await;
        revoked.map_err(|fault| refused("the token was not revoked", &fault))
    }

    pub(super) async fn list(&self) -> Result<Vec<Token>> {
        let mut tokens = Vec::new();
        let refused = |fault| refused("cannot list the tokens", &fault);
        let accounts = all(|page| self.authority.list_service_accounts(&self.operator, page)).await.map_err(refused)?;
        for account in accounts {
            let of_account = all(|page| self.authority.list_tokens(&self.operator, &account.id, page));
            let of_account = of_account.await.map_err(refused)?;
            tokens.extend(of_account.into_iter().map(|token| row(&account, token)));
        }
        Ok(tokens)
    }
}

fn row(account: &ServiceAccount, token: store::tokens::Token) -> Token {
    Token {
        id: token.id,
        name: account.name.clone(),
        role: account.role.clone(),
        scopes: token.scopes.split(' ').map(str::to_owned).collect(),
        created_at: rfc3339(token.created_at),
        expires_at: rfc3339(token.expires_at),
        last_used_at: token.last_used_at.map(rfc3339),
    }
}

/// All rows of a list that comes in pages.
pub(crate) async fn all<T, F>(mut fetch: impl FnMut(PageRequest) -> F) -> auth::Result<Vec<T>>
where
    F: Future<Output = auth::Result<Page<T>>>,
{
    let mut rows = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let page = fetch(PageRequest { limit: PAGE, after }).await?;
        rows.extend(page.data);
        after = page.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}

fn refused(message: &str, fault: &auth::Error) -> Error {
    match fault {
        // The authority speaks of members of a body; here they are flags.
        auth::Error::Invalid { pointer, detail } => {
            let flag =
                pointer.trim_start_matches('/').trim_end_matches("_s").replace("scopes", "scope").replace('_', "-");
            Error::new(message).cause(format!("--{flag} {detail}"))
        }
        fault => Error::new(message).because(fault),
    }
}
