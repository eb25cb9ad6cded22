//! `astra codegen`: clients from the OpenAPI document, built in for some languages, by OpenAPI Generator for all others.

mod folder;
mod foreign;
mod language;
mod listing;
mod needs;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use self::language::{LanguageName, LanguageParser};
use super::listing::{ListArgs, json as written};
use super::spec::source::Source;
use super::{Context, block_on};
use crate::codegen::model::{self, Api};
use crate::codegen::{File, Language, Package, story};
use crate::error::{Error, Result};

/// Generate a client of the API in a language
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra codegen typescript --out ./client        from this program's own document; needs no gateway
  astra codegen python --out ./client --server http://127.0.0.1:3000
                                                 from a running gateway; ASTRA_TOKEN needs the scope spec:read
  astra codegen go --out ./client --name github.com/acme/astra
  astra codegen rust --out ./client --check      exit code 1 if the client is out of date
  astra codegen rust --out ./story --drive story.json
                                                 a program that calls every operation through that client
  astra codegen --generator kotlin --out ./client -- --additional-properties=library=jvm-ktor
  astra codegen --list                           list all languages and generators")]
pub(crate) struct Args {
    /// A built-in language
    #[arg(value_parser = LanguageParser, required_unless_present_any = ["generator", "list", "samples"])]
    language: Option<LanguageName>,
    /// Let OpenAPI Generator make a client of this kind, such as kotlin or java
    #[arg(long, value_name = "NAME", conflicts_with_all = ["language", "check"])]
    generator: Option<String>,
    /// List the built-in languages, and the generators of an installed OpenAPI Generator
    #[arg(long, conflicts_with_all = ["language", "generator", "samples", "out", "check", "name"])]
    list: bool,
    #[command(flatten)]
    listing: ListArgs,
    /// Print an example call of every operation in every language, as JSON
    #[arg(long, conflicts_with_all = ["language", "generator", "out", "check", "name"])]
    samples: bool,
    /// The folder of the client; files that this command did not write are left alone
    #[arg(long, value_name = "FOLDER", required_unless_present_any = ["list", "samples"])]
    out: Option<PathBuf>,
    /// Write nothing; list the files that would change
    #[arg(long)]
    check: bool,
    /// In place of the client, write a program that calls every operation through it, in the order and with the values
    /// of this story
    #[arg(long, value_name = "STORY", conflicts_with_all = ["generator", "list", "samples"])]
    drive: Option<PathBuf>,
    /// The package's name [default: astra-client; for Go, the module example.com/astra-client]
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    source: Source,
    /// Arguments for OpenAPI Generator
    #[arg(last = true, value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    if args.generator.is_none() && !args.arguments.is_empty() {
        return Err(Error::usage("arguments after `--` are for OpenAPI Generator and need --generator"));
    }
    if args.list {
        return listing::print(args.listing, context);
    }
    if !args.list && args.listing.is_set() {
        return Err(Error::usage("--output and --json are for --list; --out names the client's folder"));
    }
    let document = args.source.read(context)?;
    if args.samples {
        return context.printer.line(written(&samples(&api(&document)?))?);
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
    let mut api = api(document)?;
    let package = Package { name };
    let (what, files) = match &args.drive {
        Some(path) => ("calls", driver(language, &mut api, &package, path)?),
        None => ("a client", language.files(&api, &package)),
    };
    if args.check {
        let changes = folder::changes(out, &files)?;
        changes.iter().try_for_each(|change| context.printer.line(change))?;
        return if changes.is_empty() { Ok(()) } else { Err(Error::silent()) };
    }
    folder::write(out, &files)?;
    context.printer.note(format!(
        "wrote {} files to {}: {}, {what} of {} {} in {} (operations: {})",
        files.len(),
        out.display(),
        package.name,
        api.title,
        api.version,
        language.name(),
        api.operations().count(),
    ));
    Ok(())
}

/// The program that makes the calls of the story at `path`.
fn driver(language: Language, api: &mut Api, package: &Package, path: &Path) -> Result<Vec<File>> {
    let unreadable = || format!("cannot read the story {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|fault| Error::new(unreadable()).because(&fault))?;
    let story = story::read(&text).map_err(|fault| Error::new(unreadable()).cause(fault))?;
    let steps = story.apply(api).map_err(|faults| {
        let error = Error::new(format!("{} does not fit the document", path.display())).cause(faults);
        error.hint("a row is `\"agents.get\": {}`; the document's examples stand for what it does not say")
    })?;
    let unwritten = |fault| Error::new(format!("no program can be written of {}", path.display())).cause(fault);
    language.driver(api, &steps, package).map_err(unwritten)
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
