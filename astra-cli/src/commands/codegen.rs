//! `astra codegen`: clients from the OpenAPI document, built in for some languages, by OpenAPI Generator for all others.

mod folder;
mod foreign;
mod listing;
mod needs;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::spec::source::Source;
use super::{Context, block_on};
use crate::codegen::model::{self, Api};
use crate::codegen::{Language, Package};
use crate::error::{Error, Result};

/// Make a client of the API in a language
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra codegen typescript --out ./client        of this version of the program, without a gateway
  astra codegen python --out ./client --server http://127.0.0.1:3000
                                                 of a running gateway; ASTRA_TOKEN needs the scope spec:read
  astra codegen go --out ./client --name github.com/acme/astra
  astra codegen rust --out ./client --check      exit code 1 if the client is out of date
  astra codegen --generator kotlin --out ./client -- --additional-properties=library=jvm-ktor
  astra codegen --list                           all languages and generators")]
pub(crate) struct Args {
    /// The language, of those that are built in
    #[arg(value_enum, required_unless_present_any = ["generator", "list", "samples"])]
    language: Option<LanguageName>,
    /// Let OpenAPI Generator make a client of this kind
    #[arg(long, value_name = "NAME", conflicts_with_all = ["language", "check"])]
    generator: Option<String>,
    /// Print the languages and generators that there are
    #[arg(long, conflicts_with_all = ["language", "generator", "samples", "out", "check", "name"])]
    list: bool,
    /// Print an example call of every operation in every language, as JSON
    #[arg(long, conflicts_with_all = ["language", "generator", "out", "check", "name"])]
    samples: bool,
    /// Where the client goes; what is there and was not made by this command is left alone
    #[arg(long, value_name = "FOLDER", required_unless_present_any = ["list", "samples"])]
    out: Option<PathBuf>,
    /// Write nothing; tell which files would change
    #[arg(long)]
    check: bool,
    /// What the package is called [default: astra-client; for Go, the module example.com/astra-client]
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    source: Source,
    /// Arguments for OpenAPI Generator
    #[arg(last = true, value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

/// The languages on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "lower")]
enum LanguageName {
    /// fetch; Node.js, Deno, Bun and browsers
    TypeScript,
    /// httpx; with and without async
    Python,
    /// reqwest
    Rust,
    /// net/http
    Go,
}

impl From<LanguageName> for Language {
    fn from(name: LanguageName) -> Self {
        match name {
            LanguageName::TypeScript => Self::TypeScript,
            LanguageName::Python => Self::Python,
            LanguageName::Rust => Self::Rust,
            LanguageName::Go => Self::Go,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    if args.generator.is_none() && !args.arguments.is_empty() {
        // clap asks for nothing that conflicts with what is there.
        return Err(Error::usage("what stands behind `--` is for OpenAPI Generator, and needs --generator"));
    }
    if args.list {
        return listing::print(context);
    }
    let document = args.source.read(context)?;
    if args.samples {
        let samples = serde_json::to_string_pretty(&samples(&api(&document)?));
        return context.printer.line(samples.map_err(|fault| Error::new("cannot write JSON").because(&fault))?);
    }
    let out = args.out.as_deref().unwrap_or_else(|| Path::new("."));
    match (args.language, &args.generator) {
        (Some(language), _) => built_in(args, language.into(), &document, out, context),
        (None, Some(generator)) => foreign::generate(generator, args, &document, out, context),
        (None, None) => Err(Error::usage("name a language or --generator").hint("`astra codegen --list` shows both")),
    }
}

fn api(document: &Value) -> Result<Api> {
    let unfit = |fault| Error::new("no client can be made of this document").cause(fault);
    let api = model::read(document).map_err(unfit)?;
    if api.operations().next().is_none() { Err(unfit("it has no operations".to_owned())) } else { Ok(api) }
}

fn built_in(args: &Args, language: Language, document: &Value, out: &Path, context: &Context) -> Result<()> {
    let name = args.name.clone().unwrap_or_else(|| language.default_package_name().to_owned());
    language.check_package_name(&name).map_err(|fault| {
        Error::usage(format!("a {} package cannot be called `{name}`", language.name())).cause(fault)
    })?;
    let api = api(document)?;
    let files = language.files(&api, &Package { name: name.clone() });
    if args.check {
        let changes = folder::changes(out, &files)?;
        changes.iter().try_for_each(|change| context.printer.line(change))?;
        return if changes.is_empty() { Ok(()) } else { Err(Error::silent()) };
    }
    folder::write(out, &files)?;
    context.printer.note(format!(
        "wrote {} files to {}: {name}, a client of {} {} in {} (operations: {})",
        files.len(),
        out.display(),
        api.title,
        api.version,
        language.name(),
        api.operations().count(),
    ));
    Ok(())
}

/// `{"agents.list": {"typescript": "…", ..}, ..}`
fn samples(api: &Api) -> Value {
    let of = |operation| {
        let samples =
            Language::ALL.map(|language| (language.name().to_owned(), json!(language.sample(api, operation))));
        Value::Object(samples.into_iter().collect())
    };
    let samples: Map<String, Value> = api.operations().map(|operation| (operation.id.clone(), of(operation))).collect();
    Value::Object(samples)
}
