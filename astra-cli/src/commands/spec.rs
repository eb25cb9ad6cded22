//! `astra spec`: the OpenAPI document, of a running gateway or of this program.

mod diff;

use std::path::{Path, PathBuf};

use astra_core::{Notation, Rendered};
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{Context, block_on};
use crate::client::Client;
use crate::env;
use crate::error::{Error, Result};

/// Lines of a difference that are worth reading.
const DIFFERENCE_LINES_MAX: usize = 80;

/// The name of stdout where a file is named.
const STDOUT: &str = "-";

/// Print the OpenAPI document
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra spec --format yaml > spec.yaml         of this version of the program, without a gateway
  astra spec --server http://127.0.0.1:3000    of a running gateway; ASTRA_TOKEN needs the scope spec:read
  astra spec --check openapi.json              exit code 1 and the difference, if there is one")]
pub(crate) struct Args {
    /// How to write it [default: by the file's ending, else json]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write it into this file; `-` is stdout
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Ask this gateway instead of the program itself [env: ASTRA_SERVER]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Print nothing; compare it with what this file says
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

/// How to write the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// JSON
    Json,
    /// YAML
    Yaml,
}

impl Format {
    const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let file = args.check.as_deref().or(args.output.as_deref());
    let format = args.format.or_else(|| file.and_then(format_by_ending)).unwrap_or(Format::Json);
    let server = args.server.as_deref().or_else(|| context.environment.get(env::SERVER));
    let document = match server {
        Some(server) => block_on(fetch(server, format, context))?,
        None => built_in(format)?,
    };
    match (&args.check, &args.output) {
        (Some(file), _) => check(file, &document, format, context),
        (None, Some(file)) if file.as_os_str() != STDOUT => std::fs::write(file, document)
            .map_err(|fault| Error::new(format!("cannot write {}", file.display())).because(&fault)),
        (None, _) => context.printer.data(document),
    }
}

/// The document in a file, by its ending JSON or YAML.
pub(super) fn read_file(file: &Path) -> Result<Value> {
    let shown = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|fault| Error::new(format!("cannot read {shown}")).because(&fault))?;
    let format = format_by_ending(file).unwrap_or(Format::Json);
    parse(&text, format).map_err(|fault| Error::new(format!("{shown} is no {}", format.name())).cause(fault))
}

/// The document of this gateway, of the one in the environment, or of the program.
pub(super) fn of_server_or_program(server: Option<&str>, context: &Context) -> Result<Value> {
    let text = match server.or_else(|| context.environment.get(env::SERVER)) {
        Some(server) => block_on(fetch(server, Format::Json, context))?,
        None => built_in(Format::Json)?,
    };
    parse(&text, Format::Json).map_err(|fault| Error::new("the document cannot be read").cause(fault))
}

fn format_by_ending(file: &Path) -> Option<Format> {
    match file.extension()?.to_str()? {
        "yaml" | "yml" => Some(Format::Yaml),
        "json" => Some(Format::Json),
        _ => None,
    }
}

fn built_in(format: Format) -> Result<String> {
    let document = astra_core::openapi().map_err(|fault| Error::new("this version has no document").because(&fault))?;
    render(&document, format)
}

fn render(document: &Value, format: Format) -> Result<String> {
    let notation = match format {
        Format::Json => Notation::Json,
        Format::Yaml => Notation::Yaml,
    };
    let rendered = Rendered::new(document, notation).map_err(|fault| Error::new("cannot write it").because(&fault))?;
    Ok(String::from_utf8_lossy(&rendered.plain).into_owned())
}

/// The gateway's document; the one of last time if the gateway says that it is still the same.
async fn fetch(server: &str, format: Format, context: &Context) -> Result<String> {
    let client = Client::of_environment(server, &context.environment)?;
    let path = match format {
        Format::Json => "/openapi.json",
        Format::Yaml => "/openapi.yaml",
    };
    let kept = Kept::of(context, client.server(), path);
    let mut request = client.request(Method::GET, path);
    let known = kept.as_ref().and_then(Kept::read);
    if let Some((etag, _)) = &known {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let response = context.printer.progress("reading the document", client.send(request)).await?;
    if let (StatusCode::NOT_MODIFIED, Some((_, document))) = (response.status(), known) {
        return Ok(document);
    }
    let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let document = response.text().await.map_err(|fault| client.not_understood(&fault))?;
    let is_openapi = parse(&document, format).is_ok_and(|document| document.get("openapi").is_some());
    if !is_openapi {
        return Err(client.no_gateway("it is no OpenAPI document"));
    }
    if let (Some(kept), Some(etag)) = (kept, etag) {
        kept.write(&etag, &document);
    }
    Ok(document)
}

/// The copy of a gateway's document in the user's cache.
struct Kept(PathBuf);

impl Kept {
    fn of(context: &Context, server: &str, path: &str) -> Option<Self> {
        let name: String =
            format!("{server}{path}").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        Some(Self(context.environment.cache_dir()?.join("spec").join(name)))
    }

    /// Entity tag and document. A damaged copy is none.
    fn read(&self) -> Option<(String, String)> {
        let text = std::fs::read_to_string(&self.0).ok()?;
        let (etag, document) = text.split_once('\n')?;
        (etag.starts_with('"') && etag.ends_with('"')).then(|| (etag.to_owned(), document.to_owned()))
    }

    /// Keeps the document if there is a place to keep it; without one the next call only takes longer.
    fn write(&self, etag: &str, document: &str) {
        let Some(folder) = self.0.parent() else { return };
        let fresh = self.0.with_extension(std::process::id().to_string());
        let written =
            std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&fresh, format!("{etag}\n{document}")));
        // Under another name first: who reads at the same time gets the old copy or the new one, never half of one.
        let _kept = written.and_then(|()| std::fs::rename(&fresh, &self.0));
    }
}

/// Compares what the two say, not how they are laid out.
fn check(file: &Path, document: &str, format: Format, context: &Context) -> Result<()> {
    let shown = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|fault| Error::new(format!("cannot read {shown}")).because(&fault))?;
    let kept =
        parse(&text, format).map_err(|fault| Error::new(format!("{shown} is no {}", format.name())).cause(fault))?;
    let present = parse(document, format).map_err(|fault| Error::new("the document cannot be read").cause(fault))?;
    if kept == present {
        return Ok(());
    }
    let (old, new) = (render(&kept, format)?, render(&present, format)?);
    let difference = diff::unified((&shown, &old), ("the document", &new), DIFFERENCE_LINES_MAX);
    context.printer.data(difference)?;
    Err(Error::silent())
}

fn parse(text: &str, format: Format) -> std::result::Result<Value, String> {
    match format {
        Format::Json => serde_json::from_str(text).map_err(|fault| fault.to_string()),
        Format::Yaml => serde_yaml::from_str(text).map_err(|fault: serde_yaml::Error| fault.to_string()),
    }
}
