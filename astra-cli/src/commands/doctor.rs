//! `astra doctor`: what is wrong with an installation, and how to mend it.

mod finding;
mod machine;
mod providers;
mod store;

use astra_core::Check;
use astra_core::config::Fault;

use self::finding::{Finding, State};
use super::listing::ListArgs;
use super::{Context, block_on};
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs, Settings};

const HEAD: [&str; 4] = ["STATE", "CHECK", "FOUND", "WHAT TO DO"];

/// Examine the installation: what is wrong, and how to mend it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Looks at configuration, data folder, keys, store, schema, providers, clock, disk, open files and address. \
Nothing is created, migrated or changed. No model is asked without --call-providers.
Exit code 1 if something is wrong; warnings alone are exit code 0.

Examples:
  astra doctor
  astra doctor --call-providers
  astra doctor --output json | jq '.[] | select(.state != \"ok\")'"
)]
pub(crate) struct Args {
    /// Make a real call to each configured provider
    #[arg(long)]
    call_providers: bool,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let findings = block_on(async {
        let examined = examine(args, context);
        Ok(context.printer.progress("examining the installation", examined).await)
    })?;
    args.list.print(&context.printer, &findings, HEAD, Finding::columns)?;
    if findings.iter().any(|finding| finding.state == State::Fault) { Err(Error::silent()) } else { Ok(()) }
}

async fn examine(args: &Args, context: &Context) -> Vec<Finding> {
    let mut settings = match settings::read(&args.server, &context.environment) {
        Ok(settings) => settings,
        Err(fault) => {
            let cure = "`astra config` prints every key with its meaning and its default";
            return vec![Finding::fault("configuration", fault.to_string(), cure)];
        }
    };
    settings::discover(&mut settings.config, &context.environment).await;
    let mut check = astra_core::check(settings.config.clone()).await;
    let mut findings = configuration(&settings, &mut check, context);
    let folder = taken(&mut check, |key| key == "data_dir");
    findings.extend(machine::data_folder(&settings, &folder));
    let of_keys = taken(&mut check, |key| key == "master_key");
    findings.push(machine::master_key(&settings, &of_keys));
    let of_store = taken(&mut check, |key| key == "store" || key == "store.database_url");
    findings.extend(store::examine(&settings, &of_store).await);
    let of_providers = taken(&mut check, |key| key == "providers" || key.starts_with("providers."));
    findings.extend(providers::examine(&settings, &of_providers, args.call_providers).await);
    findings.extend(machine::disk(&settings.config));
    findings.push(machine::open_files(&settings.config));
    let of_address = taken(&mut check, |key| key == "listen");
    findings.push(machine::address(&settings, &of_address));
    findings
}

/// What is wrong under some keys: faults, and warnings.
struct Taken {
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

/// Takes what was found under the keys that `is_wanted` answers true for.
fn taken(check: &mut Check, is_wanted: impl Fn(&str) -> bool) -> Taken {
    let take = |found: &mut Vec<Fault>| {
        let (wanted, rest) = std::mem::take(found).into_iter().partition(|fault| is_wanted(&fault.key));
        *found = rest;
        wanted
    };
    Taken { faults: take(&mut check.faults), warnings: take(&mut check.warnings) }
}

/// What is wrong with the configuration itself.
fn configuration(settings: &Settings, check: &mut Check, context: &Context) -> Vec<Finding> {
    const NAME: &str = "configuration";
    let elsewhere = ["data_dir", "master_key", "store", "store.database_url", "listen"];
    let own = taken(check, |key| !elsewhere.contains(&key) && key != "providers" && !key.starts_with("providers."));
    let mend = "mend it there; `astra config` prints every key with its meaning";
    let mut findings: Vec<Finding> =
        own.faults.iter().map(|fault| Finding::fault(NAME, settings.origins.explain(fault), mend)).collect();
    findings.extend(own.warnings.iter().map(|fault| Finding::warning(NAME, settings.origins.explain(fault), mend)));
    for (name, meant) in settings::misspelt_variables(&context.environment) {
        findings.push(Finding::warning(NAME, format!("there is no variable {name}"), format!("use {meant}")));
    }
    if let Some(unused) = settings::unused_collector(&context.environment) {
        findings.push(Finding::warning(NAME, unused, "see the section `otlp` of `astra config`"));
    }
    if findings.is_empty() {
        let source =
            settings.file.as_ref().map_or_else(|| "the defaults".to_owned(), |file| file.display().to_string());
        findings.push(Finding::ok(NAME, format!("{source}, with environment and flags")));
    }
    findings
}
