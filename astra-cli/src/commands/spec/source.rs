//! Where a document comes from: this program, a running gateway, a file, stdin.

use std::io::Read;
use std::path::{Path, PathBuf};

use astra_core::{Notation, Rendered};
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::DASH;
use crate::client::Client;
use crate::commands::{Context, block_on};
use crate::env;
use crate::error::{Error, Result};

/// Which document to look into.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Source {
    /// Use this gateway's document instead of the built-in one [env: ASTRA_SERVER]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Use the document in this file, JSON or YAML; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    file: Option<PathBuf>,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// JSON
    Json,
    /// YAML
    Yaml,
}

impl Source {
    /// The document, fit to be shown: what a stranger wrote into it may not steer a terminal.
    pub(in crate::commands) fn read(&self, context: &Context) -> Result<Value> {
        let document = match (&self.file, server(self.server.as_deref(), context)) {
            (Some(file), _) => of_file(file)?,
            (None, Some(server)) => of_server(server, context)?,
            (None, None) => return built_in(),
        };
        Ok(harmless(document))
    }

    /// The gateway that its examples talk to.
    pub(super) fn named_server<'a>(&'a self, context: &'a Context) -> Option<&'a str> {
        server(self.server.as_deref(), context).filter(|_| self.file.is_none())
    }
}

impl Format {
    /// What a file's ending says.
    pub(super) fn by_ending(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()? {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
        }
    }

    /// Reads a text.
    pub(super) fn read(self, text: &str) -> std::result::Result<Value, String> {
        match self {
            Self::Json => serde_json::from_str(text).map_err(|fault| fault.to_string()),
            Self::Yaml => serde_yaml::from_str(text).map_err(|fault: serde_yaml::Error| fault.to_string()),
        }
    }

    /// Writes a document.
    pub(super) fn write(self, document: &Value) -> Result<String> {
        let notation = match self {
            Self::Json => Notation::Json,
            Self::Yaml => Notation::Yaml,
        };
        let plain = Rendered::new(document, notation).and_then(|rendered| rendered.plain());
        let plain = plain.map_err(|fault| Error::new("cannot write it").because(&fault))?;
        Ok(String::from_utf8_lossy(&plain).into_owned())
    }
}

/// The gateway that is named by the option or by the environment.
pub(super) fn server<'a>(option: Option<&'a str>, context: &'a Context) -> Option<&'a str> {
    option.or_else(|| context.environment.get(env::SERVER))
}

/// The document of this version of the program.
pub(super) fn built_in() -> Result<Value> {
    astra_core::openapi().map_err(|fault| Error::new("this version has no document").because(&fault))
}

/// The document of a running gateway.
pub(super) fn of_server(server: &str, context: &Context) -> Result<Value> {
    let text = fetched(server, Format::Json, context)?;
    Format::Json.read(&text).map_err(|fault| Error::new("the document cannot be read").cause(fault))
}

/// The document in a file, or on stdin.
pub(super) fn of_file(file: &Path) -> Result<Value> {
    let is_stdin = file.as_os_str() == DASH;
    let shown = if is_stdin { "stdin".to_owned() } else { file.display().to_string() };
    let mut text = String::new();
    let read = if is_stdin {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(file).map(|read| text = read)
    };
    read.map_err(|fault| Error::new(format!("cannot read {shown}")).because(&fault))?;
    let by_content = || if text.trim_start().starts_with('{') { Format::Json } else { Format::Yaml };
    let format = Format::by_ending(file).unwrap_or_else(by_content);
    let document =
        format.read(&text).map_err(|fault| Error::new(format!("{shown} is no {}", format.name())).cause(fault))?;
    let version = document.get("openapi").and_then(Value::as_str);
    match version {
        Some(version) if version.starts_with("3.") => Ok(document),
        Some(version) => Err(not_openapi(&shown).cause(format!("it is of version {version}"))),
        None if document.get("swagger").is_some() => {
            Err(not_openapi(&shown).cause("it is Swagger 2, which came before"))
        }
        None => Err(not_openapi(&shown).cause("it has no field `openapi`")),
    }
}

/// The same without control characters, but for line breaks and tabs.
fn harmless(value: Value) -> Value {
    let plain = |text: String| {
        text.chars().filter(|letter| !letter.is_control() || "\n\t".contains(*letter)).collect::<String>()
    };
    match value {
        Value::String(text) => plain(text).into(),
        Value::Array(all) => all.into_iter().map(harmless).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (plain(key), harmless(value))).collect(),
        other => other,
    }
}

fn not_openapi(shown: &str) -> Error {
    Error::new(format!("{shown} is no document of OpenAPI 3"))
}

/// A gateway's document as it writes it.
pub(super) fn fetched(server: &str, format: Format, context: &Context) -> Result<String> {
    block_on(fetch(server, format, context))
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
    let is_openapi = format.read(&document).is_ok_and(|document| document.get("openapi").is_some());
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
        // Under another name first: a reader at the same time gets the old copy or the new one, never half of one.
        let _kept = written.and_then(|()| std::fs::rename(&fresh, &self.0));
    }
}
