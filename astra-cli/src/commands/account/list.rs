//! `astra account list`

use astra_core::clock::rfc3339;
use astra_core::store::accounts::Member;

use super::refused;
use crate::commands::listing::ListArgs;
use crate::commands::token::{Local, all};
use crate::commands::{Context, block_on};
use crate::error::Result;
use crate::settings::StoreArgs;

const HEAD: [&str; 5] = ["EMAIL", "ROLE", "NAME", "ACCOUNT", "CREATED"];

/// List the accounts of people
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  EMAIL  ROLE  NAME  ACCOUNT  CREATED

Examples:
  astra account list
  astra account list | cut -f1
  astra account list --output json | jq '.[].email'")]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// A person's account.
#[derive(Debug, serde::Serialize)]
struct Account {
    /// `usr_...`
    id: String,
    email: String,
    role: String,
    display_name: Option<String>,
    /// RFC 3339.
    created_at: String,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let accounts = async {
        let local = Local::open(&args.store, context).await?;
        let fetch = |page| local.authority().list_accounts(local.operator(), page);
        all(fetch).await.map_err(|fault| refused("cannot list the accounts", &fault))
    };
    let accounts = block_on(async { context.printer.progress("reading the accounts", accounts).await })?;
    let rows: Vec<Account> = accounts.into_iter().map(Account::from).collect();
    args.list.print(&context.printer, &rows, HEAD, columns)
}

impl From<Member> for Account {
    fn from(member: Member) -> Self {
        Self {
            id: member.user_id,
            email: member.email.unwrap_or_default(),
            role: member.role,
            display_name: member.display_name,
            created_at: rfc3339(member.created_at),
        }
    }
}

fn columns(account: &Account) -> [String; 5] {
    [
        account.email.clone(),
        account.role.clone(),
        account.display_name.clone().unwrap_or_else(|| "-".into()),
        account.id.clone(),
        account.created_at.clone(),
    ]
}
