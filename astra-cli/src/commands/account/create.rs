//! `astra account create`

use astra_core::auth::{NewAccount, Role};

use super::{password, refused};
use crate::commands::token::{Local, roles};
use crate::commands::{Context, block_on};
use crate::error::Result;
use crate::settings::StoreArgs;

const NAME_LENGTH_MAX: usize = 128;

/// Create an account and print its id
#[derive(Debug, clap::Args)]
#[command(after_help = "The password is asked for on a terminal, and otherwise read from stdin with --password-stdin.

Examples:
  astra account create ada@example.org --role owner
  astra account create bob@example.org --display-name Bob --password-stdin <password.txt")]
pub(super) struct Args {
    /// The e-mail address
    #[arg(value_name = "EMAIL")]
    email: String,
    /// The role
    #[arg(long, value_parser = roles(), default_value = "member")]
    role: Role,
    /// What to call the person
    #[arg(long, value_name = "NAME", value_parser = name)]
    display_name: Option<String>,
    #[command(flatten)]
    password: password::PasswordArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let role = args.role.as_str();
    block_on(async {
        // Before the password is asked for: where there is no store, there is nothing to type.
        let local = Local::open(&args.store, context).await?;
        let password = args.password.read()?;
        let new = NewAccount { email: args.email.clone(), password, display_name: args.display_name, role: args.role };
        let made =
            context.printer.progress("making the account", local.authority().create_account(local.operator(), new));
        let made = made.await.map_err(|fault| refused("the account was not made", &fault))?;
        context.printer.note(format!("made {} with the role {role}", made.email.unwrap_or(args.email)));
        context.printer.line(made.user_id)
    })
}

fn name(text: &str) -> std::result::Result<String, &'static str> {
    if (1..=NAME_LENGTH_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err("a name has 1 to 128 characters, and none that controls a terminal")
}
