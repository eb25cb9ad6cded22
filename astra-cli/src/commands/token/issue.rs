//! `astra token issue`

use astra_core::auth::{Role, Scope, TOKEN_LIFE_MAX_S, TOKEN_LIFE_MIN_S};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::Place;
use super::issuer::{Issuer, NewToken};
use crate::commands::{Context, block_on, duration};
use crate::error::Result;

const NAME_LENGTH_MAX: usize = 64;

/// Issue a token to a service account, which is created if it does not exist, and print only the token
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra token issue --name ci --role viewer --scope spec:read --expires-in 30d
  export ASTRA_TOKEN=$(astra token issue --name me --role owner)")]
pub(super) struct Args {
    /// The service account's name
    #[arg(long, value_parser = name)]
    name: String,
    /// The service account's role [default: its present role; member for a new account]
    #[arg(long, value_parser = roles())]
    role: Option<Role>,
    /// What the token allows; may be repeated [default: everything that the role allows]
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scopes())]
    scopes: Vec<Scope>,
    /// Lifetime: 45s, 30m, 12h, 30d, 2w [default: 90d]
    #[arg(long, value_name = "TIME", value_parser = duration::between(TOKEN_LIFE_MIN_S, TOKEN_LIFE_MAX_S))]
    expires_in: Option<i64>,
    #[command(flatten)]
    place: Place,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let scopes = (!args.scopes.is_empty()).then_some(args.scopes);
    let new = NewToken { name: args.name, role: args.role, scopes, expires_in_s: args.expires_in };
    block_on(async {
        let issuer = Issuer::of(&args.place, context).await?;
        let issued = context.printer.progress("issuing a token", issuer.issue(new)).await?;
        context.printer.line(issued.secret)
    })
}

fn name(text: &str) -> std::result::Result<String, &'static str> {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b" ._-".contains(&letter);
    let begins_well = text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
    if !begins_well || text.len() > NAME_LENGTH_MAX || !text.bytes().all(is_plain) {
        return Err("a name has 1 to 64 letters, digits, spaces and . _ -, a letter or digit first");
    }
    Ok(text.to_owned())
}

/// Reads a role by its name.
pub(crate) fn roles() -> impl TypedValueParser<Value = Role> {
    let names = [Role::Viewer, Role::Member, Role::Admin, Role::Owner].map(Role::as_str);
    PossibleValuesParser::new(names).try_map(|name| name.parse().map_err(|()| "no role"))
}

fn scopes() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::all().map(Scope::as_str)).try_map(|name| name.parse().map_err(|()| "no scope"))
}
