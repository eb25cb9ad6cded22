//! `astra account reset`

use astra_core::auth::readable_secret;

use super::{password, refused};
use crate::commands::token::Local;
use crate::commands::{Context, block_on};
use crate::error::{Error, Result};
use crate::settings::StoreArgs;

/// Give an account another password and end all of its sign-ins
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The password is asked for on a terminal, read from stdin with --password-stdin, or made and printed with \
--generate. All tokens of the account's sign-ins are refused from the next request on.

Examples:
  astra account reset ada@example.org
  astra account reset ada@example.org --generate"
)]
pub(super) struct Args {
    /// The e-mail address
    #[arg(value_name = "EMAIL")]
    email: String,
    /// Make a password and print it
    #[arg(long, conflicts_with = "password_stdin")]
    generate: bool,
    #[command(flatten)]
    password: password::PasswordArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let message = "the password was not reset";
    block_on(async {
        let local = Local::open(&args.store, context).await?;
        let password = if args.generate {
            readable_secret().map_err(|fault| Error::new(message).because(&fault))?
        } else {
            args.password.read()?
        };
        let reset = local.authority().reset_password(local.operator(), &args.email, password.clone());
        let ended = context.printer.progress("resetting the password", reset).await;
        let ended = ended.map_err(|fault| refused(message, &fault))?;
        context.printer.note(format!("reset the password of {}; sign-ins ended: {ended}", args.email));
        if args.generate { context.printer.line(password) } else { Ok(()) }
    })
}
