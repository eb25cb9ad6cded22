//! `astra keys list`

use astra_core::auth::PublicKey;
use astra_core::clock::rfc3339;

use super::refused;
use crate::commands::listing::ListArgs;
use crate::commands::token::{Local, all};
use crate::commands::{Context, block_on};
use crate::error::Result;
use crate::settings::StoreArgs;

const HEAD: [&str; 3] = ["KEY", "CREATED", "RETIRED"];

/// List the keys that sign or have signed tokens, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  KEY  CREATED  RETIRED

A retired key is removed when the last token that it signed has expired. The list is empty if auth.jwt_secret signs.

Examples:
  astra keys list
  astra keys list --output json | jq '.[].kid'")]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// A key, without its private half.
#[derive(Debug, serde::Serialize)]
struct Key {
    kid: String,
    /// RFC 3339, as all times here.
    created_at: String,
    retired_at: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let keys = async {
        let local = Local::open(&args.store, context).await?;
        let (authority, operator) = (local.authority(), local.operator());
        let fetch = |page| async move { authority.list_keys(operator, &page).await };
        all(fetch).await.map_err(|fault| refused("cannot list the keys", &fault))
    };
    let keys = block_on(async { context.printer.progress("reading the keys", keys).await })?;
    let rows: Vec<Key> = keys.into_iter().map(Key::from).collect();
    args.list.print(&context.printer, &rows, HEAD, columns)
}

impl From<PublicKey> for Key {
    fn from(key: PublicKey) -> Self {
        Self { kid: key.kid, created_at: rfc3339(key.created_at), retired_at: key.retired_at.map(rfc3339) }
    }
}

fn columns(key: &Key) -> [String; 3] {
    [key.kid.clone(), key.created_at.clone(), key.retired_at.clone().unwrap_or_else(|| "-".into())]
}
