//! `astra serve`: runs a gateway until a signal stops it.

mod descriptors;
mod log;
mod stop;

use std::net::SocketAddr;
use std::path::Path;

use astra_core::config::Config;
use astra_core::{Gateway, StartError, store};
use tokio::net::TcpListener;

use super::reach::reachable;
use super::{Context, store_hint};
use crate::env;
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs};

/// Run a gateway
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra serve                                  on 127.0.0.1:3000, with its data in ./astra-data
  astra serve --listen 0.0.0.0:8080 --log-format json
  ANTHROPIC_API_KEY=... astra serve            with a model of Anthropic
  ASTRA_DATABASE_URL=postgres://... astra serve

The first ctrl-c or SIGTERM stops new connections and lets running turns finish; a second one ends the process at once.")]
pub(crate) struct Args {
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    log: log::LogArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let log = log::start(&args.log, &context.environment, &context.printer)?;
    let mut settings = settings::read(&args.server, &context.environment)?;
    for (name, meant) in settings::misspelt_variables(&context.environment) {
        context.printer.warning(format!("there is no variable {name}: did you mean {meant}?"));
    }
    settings.config.tools.program_environment = context.environment.of_programs();
    if let Some(unused) = settings::unused_collector(&context.environment) {
        context.printer.warning(unused);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|fault| Error::new("cannot start the runtime").because(&fault))?;
    let served = runtime.block_on(async {
        let found = settings::discover(&mut settings.config, &context.environment).await;
        let fitting = descriptors::fit(&mut settings.config.limits);
        let config = settings.config.clone();
        let shown = Shown { config: config.clone(), found, args: &args.server };
        let listener = listen(config.listen).await?;
        let address = listener.local_addr().map_err(|fault| cannot_listen(config.listen, &fault))?;
        let shutdown = stop::signal(config.drain_s, &log)?;
        let gateway = Gateway::open(config).await.map_err(|fault| match &fault {
            StartError::Config(faults) => settings.refusal(faults),
            fault => refused(fault, &shown.config),
        })?;
        shown.announce(address, log.format, gateway.setup_code(), context);
        if let Some(at_most) = fitting {
            tracing::warn!(
                at_most,
                "limits.connections and limits.turns are lowered to what the limit of open files leaves room for"
            );
        }
        gateway.run(listener, shutdown).await;
        tracing::info!("stopped");
        Ok(())
    });
    // What still blocks a thread after the drain must not keep the process.
    runtime.shutdown_background();
    served
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|fault| cannot_listen(address, &fault))
}

fn cannot_listen(address: SocketAddr, fault: &std::io::Error) -> Error {
    let error = Error::new(format!("cannot listen on {address}")).because(fault);
    match fault.kind() {
        std::io::ErrorKind::AddrInUse => error
            .hint("another program has this port: stop it, or take another with --listen (port 0 takes a free one)"),
        std::io::ErrorKind::PermissionDenied => {
            error.hint("ports below 1024 need privileges: take another with --listen")
        }
        _ => error.hint("--listen takes an address of this machine and a port, such as 127.0.0.1:3000"),
    }
}

fn refused(fault: &StartError, config: &Config) -> Error {
    let error = Error::new("the gateway cannot start").because(fault);
    match fault {
        StartError::FolderInUse(_) => error.hint("stop it, or give this one a folder of its own with --data-dir"),
        StartError::DataFolder(..) => error.hint("--data-dir names a folder that can be written"),
        StartError::Store(store::Error::Unavailable(_)) => error.hint(store_hint(config)),
        _ => error,
    }
}

/// What is printed when the gateway is ready.
struct Shown<'a> {
    config: Config,
    found: Vec<String>,
    args: &'a ServerArgs,
}

impl Shown<'_> {
    fn announce(&self, address: SocketAddr, format: log::Format, setup_code: Option<&str>, context: &Context) {
        let url = format!("http://{}", reachable(address));
        // A configured code is known to who configured it.
        let (is_owned, made) = (setup_code.is_none(), setup_code.filter(|_| self.config.auth.setup_code.is_none()));
        if format == log::Format::Json {
            tracing::info!(version = env!("CARGO_PKG_VERSION"), %address, url, "listening");
            if !is_owned {
                tracing::info!(setup_code = made, "the gateway has no owner yet: the set-up code registers one");
            }
            return;
        }
        let printer = &context.printer;
        let program = env::program();
        let store = match &self.config.store.database_url {
            Some(_) => "PostgreSQL".to_owned(),
            None => self.config.data_dir.display().to_string(),
        };
        let configured =
            self.config.providers.keys().filter(|name| !self.found.iter().any(|found| found.starts_with(*name)));
        let mut models: Vec<&str> =
            self.found.iter().map(String::as_str).chain(configured.map(String::as_str)).collect();
        if models.is_empty() {
            models.push("only `echo`: set OPENAI_API_KEY, ANTHROPIC_API_KEY, ... or start Ollama");
        }
        let flags = self.flags();
        printer.note(printer.bold(&format!("Astra {} is listening on {url}", env!("CARGO_PKG_VERSION"))));
        printer.note(format!("  data    {store}"));
        printer.note(format!("  models  {}", models.join(", ")));
        printer.note(format!("  docs    {url}/docs"));
        if !is_owned {
            printer.note(format!("  owner   none yet: {program} account create EMAIL --role owner{flags}"));
            let code = made.unwrap_or("the configured one");
            printer.note(format!("  setup   {code} (the set-up code, with which POST /auth/register makes the owner)"));
        }
        printer.note(format!("  token   {program} token issue --name me --role owner --expires-in 30d{flags}"));
        let server = if url == crate::client::DEFAULT_SERVER { String::new() } else { format!(" --server {url}") };
        printer.note(format!("  chat    {program} chat{server}{flags}"));
    }

    /// The flags with which another command finds the same store.
    fn flags(&self) -> String {
        let args = &self.args.store;
        let mut flags = String::new();
        let quoted = |path: &Path| match path.display().to_string() {
            path if path.contains([' ', '\'', '"', '$', '\\']) => format!("'{}'", path.replace('\'', "'\\''")),
            path => path,
        };
        if let Some(file) = &args.config {
            flags.push_str(&format!(" --config {}", quoted(file)));
        }
        if let Some(folder) = &args.data_dir {
            flags.push_str(&format!(" --data-dir {}", quoted(folder)));
        }
        if args.database_url.is_some() {
            flags.push_str(" --database-url ...");
        }
        flags
    }
}
