//! `astra console`: the console in a browser, signed in.

use std::process::{Command, Stdio};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde::Deserialize;

use super::account::refused;
use super::reach::{Place, Reached};
use super::token::{Local, all};
use super::{Context, block_on};
use crate::client::Client;
use crate::env::{self, Environment};
use crate::error::{Error, Result};
use crate::settings::StoreArgs;

const FAILED: &str = "no login code was made";
/// What stands in a fragment as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Open the console in a browser, signed in
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Prints the address, which holds a code that signs in once, within a minute, and opens it where there is a \
desktop. A gateway without an owner shows the page that makes the first account; the set-up code that `astra serve` has \
printed is replaced by the one in the address.

Works on the local store of a gateway that runs on this machine. For a gateway elsewhere, name it with --server or \
ASTRA_SERVER; ASTRA_TOKEN must hold the access token of a person who signed in there.

Examples:
  astra console
  astra console --account ada@example.org
  ssh gateway.example.com astra console --no-browser"
)]
pub(crate) struct Args {
    /// Sign in with the account of this e-mail address [default: the only owner's]
    #[arg(long, value_name = "EMAIL")]
    account: Option<String>,
    /// Print the address and open nothing
    #[arg(long)]
    no_browser: bool,
    /// The gateway [env: ASTRA_SERVER] [default: `public_url` of the configuration; else where `listen` says]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Deserialize)]
struct LoginCode {
    code: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let printer = &context.printer;
    let address = block_on(printer.progress("making a login code", address(args, context)))?;
    printer.line(&address)?;
    if !args.no_browser && !opened(&address, &context.environment) {
        printer.note("open this address in a browser: its code is good once, for a minute");
    }
    Ok(())
}

/// The console's address with a code in it.
async fn address(args: &Args, context: &Context) -> Result<String> {
    let place = Place { server: args.server.as_deref(), store: &args.store };
    let (base, page) = match Reached::of(&place, context)? {
        Reached::Elsewhere(client) => (client.server().to_owned(), remote_page(args, &client).await?),
        Reached::Here { server, public_url } => {
            let server = Client::find(&server).await?;
            (public_url.unwrap_or(server), local_page(args, context).await?)
        }
    };
    Ok(format!("{base}/console{page}"))
}

async fn remote_page(args: &Args, client: &Client) -> Result<String> {
    if args.account.is_some() {
        let error = Error::usage("--account needs the store of the gateway, and this one is elsewhere");
        return Err(error.hint(format!("without --account the code is for the account of {}", env::TOKEN)));
    }
    let made: LoginCode = client.fetch(client.request(Method::POST, "/auth/login-codes")).await?;
    Ok(page_of(&made.code))
}

async fn local_page(args: &Args, context: &Context) -> Result<String> {
    let local = Local::open(&args.store, context).await?;
    let authority = local.authority();
    let email = match &args.account {
        Some(email) => email.clone(),
        None => {
            let setup = authority.begin_setup().await;
            if let Some(code) = setup.map_err(|fault| Error::new(FAILED).because(&fault))? {
                context.printer.note("the gateway has no owner yet: the page makes the first account");
                return Ok(format!("/setup#setup_code={}", utf8_percent_encode(&code, PLAIN)));
            }
            owner(&local).await?
        }
    };
    let issued = authority.create_login_code_for(local.operator(), &email).await;
    Ok(page_of(&issued.map_err(|fault| refused(FAILED, &fault))?.code))
}

/// The page that signs in by `code`.
fn page_of(code: &str) -> String {
    format!("#code={}", utf8_percent_encode(code, PLAIN))
}

/// The e-mail address of the only person who owns the gateway.
async fn owner(local: &Local) -> Result<String> {
    let accounts = all(|page| local.authority().list_accounts(local.operator(), page)).await;
    let accounts = accounts.map_err(|fault| refused(FAILED, &fault))?;
    let owners = accounts.iter().filter(|account| account.role == "owner");
    let owners: Vec<&str> = owners.filter_map(|account| account.email.as_deref()).collect();
    match owners.as_slice() {
        [owner] => Ok((*owner).to_owned()),
        [] => Err(Error::new(FAILED)
            .cause("no person owns the gateway, only service accounts do")
            .hint("`astra account create EMAIL --role owner` makes an owner; --account names another account")),
        owners => Err(Error::new(FAILED)
            .cause(format!("{} people own the gateway", owners.len()))
            .hint(format!("name one of them with --account: {}", owners.join(", ")))),
    }
}

/// Opens `address` in the browser of the desktop; false if there is no desktop, or nothing that opens addresses there.
fn opened(address: &str, environment: &Environment) -> bool {
    let (program, has_desktop) = if cfg!(target_os = "macos") {
        ("open", true)
    } else if cfg!(windows) {
        ("explorer", true)
    } else {
        // Without a screen it would open a browser for terminals in this one.
        ("xdg-open", [env::DISPLAY, env::WAYLAND_DISPLAY].iter().any(|name| environment.get(name).is_some()))
    };
    let mut opener = Command::new(program);
    opener.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // The browser may live as long as its window: it is not waited for.
    has_desktop && opener.spawn().is_ok()
}
