//! OpenAPI Generator, if it is somewhere: as a jar, as a command of PyPI, npm or Homebrew, by docker, or by npx. What it
//! would have to download is downloaded for a client alone, and never for a list.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::{Args, folder, needs};
use crate::commands::Context;
use crate::env;
use crate::error::{Error, Result};

/// The version that the project's own tests run.
const VERSION: &str = "7.26.0";
/// Its names as a command.
const COMMANDS: [&str; 2] = ["openapi-generator-cli", "openapi-generator"];
/// Its package of npm. The package downloads the generator's jar when it first runs.
const NPM_PACKAGE: &str = "@openapitools/openapi-generator-cli@2.41.0";
/// A longer line of its output is no sentence: programs of npm print themselves when they fail.
const LETTERS_OF_A_LINE: usize = 300;
/// How much of a command is looked at to see what runs it.
const SHEBANG_BYTES: usize = 64;
/// Where a container sees the document and the client.
const IN_CONTAINER: &str = "/local";

/// How OpenAPI Generator is started.
#[derive(Debug)]
pub(super) struct Generator {
    program: OsString,
    arguments: Vec<OsString>,
    is_container: bool,
    purpose: Purpose,
}

/// What it is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To list what it makes: only if it is here, and nothing is downloaded.
    List,
    /// To make a client.
    Client,
}

impl Generator {
    /// The first that is found.
    pub(super) fn find(context: &Context, purpose: Purpose) -> Result<Option<Self>> {
        let found = |name: &str| on_path(context, name);
        let of = |program: PathBuf, arguments: &[&str]| Self {
            program: program.into(),
            arguments: arguments.iter().map(OsString::from).collect(),
            is_container: false,
            purpose,
        };
        if let Some(jar) = context.environment.get(env::OPENAPI_GENERATOR_JAR) {
            let java = found("java").ok_or_else(|| {
                Error::new(format!("{} names a jar, and there is no java to run it", env::OPENAPI_GENERATOR_JAR))
            })?;
            if !Path::new(jar).is_file() {
                return Err(Error::new(format!("{} names no file: {jar}", env::OPENAPI_GENERATOR_JAR)));
            }
            return Ok(Some(of(java, &["-jar", jar])));
        }
        let fits = |command: &PathBuf| purpose == Purpose::Client || !is_npm_package(command);
        if let Some(command) = COMMANDS.iter().find_map(|name| found(name)).filter(fits) {
            return Ok(Some(of(command, &[])));
        }
        if let Some(docker) = found("docker").filter(|docker| is_running(docker)) {
            return Ok(Some(Self { is_container: true, ..of(docker, &[]) }));
        }
        if purpose == Purpose::List {
            return Ok(None);
        }
        // It keeps a file, which would be in the working folder otherwise.
        let kept = context.environment.cache_dir().unwrap_or_else(std::env::temp_dir).join("openapitools.json");
        let package = ["--no-install", NPM_PACKAGE, "--openapitools"];
        Ok(found("npx").map(|npx| {
            let mut generator = of(npx, &package);
            generator.arguments.push(kept.into());
            generator
        }))
    }

    /// The names of the clients that it makes, in its order, but for those that it is about to drop.
    pub(super) fn clients(&self) -> Result<Vec<String>> {
        let output = self.output(&self.command(None, &["list".into()]))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let clients = text.lines().skip_while(|line| !line.starts_with("CLIENT generators")).skip(1);
        let clients = clients.take_while(|line| !line.trim().is_empty());
        let name = |line: &str| line.trim().trim_start_matches("- ").split(' ').next().map(str::to_owned);
        Ok(clients.filter_map(name).filter(|name| !name.is_empty()).collect())
    }

    /// Its words for `arguments`; in a container `shared` is seen as [`IN_CONTAINER`].
    fn command(&self, shared: Option<&Path>, arguments: &[OsString]) -> Vec<OsString> {
        let mut words = vec![self.program.clone()];
        words.extend(self.arguments.iter().cloned());
        if self.is_container {
            words.extend(["run", "--rm"].map(OsString::from));
            if self.purpose == Purpose::List {
                words.extend(["--pull", "never"].map(OsString::from));
            }
            if let Some(shared) = shared {
                let mut volume = shared.as_os_str().to_owned();
                volume.push(format!(":{IN_CONTAINER}"));
                words.extend([OsString::from("--volume"), volume]);
            }
            words.push(format!("openapitools/openapi-generator-cli:v{VERSION}").into());
        }
        words.extend(arguments.iter().cloned());
        words
    }

    fn output(&self, words: &[OsString]) -> Result<Output> {
        let mut command = Command::new(&self.program);
        command.args(&words[1..]).stdin(Stdio::null());
        let shown = self.program.to_string_lossy().into_owned();
        let output = command.output().map_err(|fault| Error::new(format!("cannot start {shown}")).because(&fault))?;
        if output.status.success() {
            return Ok(output);
        }
        let said = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        Err(Error::new(format!("OpenAPI Generator failed: {}", words.join(" "))).cause(reason(&said)))
    }
}

/// The line of a failed program's output that says why: the first that speaks of an error, or else the first one.
fn reason(said: &str) -> &str {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty() && line.len() <= LETTERS_OF_A_LINE);
    let is_error = |line: &&str| {
        let line = line.to_ascii_lowercase();
        ["error", "exception", "cannot", "unable", "no such", "missing"].iter().any(|word| line.contains(word))
    };
    lines().find(is_error).or_else(|| lines().next()).unwrap_or("it did not say why")
}

/// Whether a command is the package of npm, which downloads the generator when it first runs.
fn is_npm_package(command: &Path) -> bool {
    let mut begin = Vec::new();
    let read = std::fs::File::open(command).and_then(|file| file.take(SHEBANG_BYTES as u64).read_to_end(&mut begin));
    let first = String::from_utf8_lossy(&begin);
    let is_script_of_node = first.lines().next().is_some_and(|line| line.starts_with("#!") && line.contains("node"));
    read.is_err() || is_script_of_node || command.extension().is_some_and(|ending| ending == "cmd")
}

/// What to do where there is none.
pub(super) fn how_to_install() -> String {
    format!(
        "install it in one of these ways (it needs Java):
  pip install openapi-generator-cli=={VERSION}
  npm install --global {NPM_PACKAGE}
  brew install openapi-generator
or name its jar in {}",
        env::OPENAPI_GENERATOR_JAR
    )
}

/// Makes a client of the kind `name`.
pub(super) fn generate(name: &str, args: &Args, document: &Value, out: &Path, context: &Context) -> Result<()> {
    let generator = Generator::find(context, Purpose::Client)?.ok_or_else(|| {
        Error::new(format!("the generator {name} needs OpenAPI Generator, which is not installed"))
            .hint(how_to_install())
    })?;
    folder::refuse_linked(out)?;
    std::fs::create_dir_all(out)
        .map_err(|fault| Error::new(format!("cannot make {}", out.display())).because(&fault))?;
    let out = std::path::absolute(out).map_err(|fault| Error::new("there is no working folder").because(&fault))?;
    let needs = needs::of(name);
    let input = Input::write(&out, &needs.document(document)?)?;
    let seen = if generator.is_container { Path::new(IN_CONTAINER) } else { out.as_path() };
    let mut arguments: Vec<OsString> =
        ["generate", "--generator-name", name, "--input-spec"].map(OsString::from).into();
    arguments.push(seen.join(Input::NAME).into());
    arguments.extend(["--output".into(), seen.as_os_str().to_owned()]);
    if let Some(package) = &args.name {
        arguments.push(format!("--additional-properties=packageName={package},npmName={package}").into());
    }
    arguments.extend(needs.arguments.iter().map(OsString::from));
    arguments.extend(args.arguments.iter().map(OsString::from));
    let words = generator.command(Some(&out), &arguments);
    let hint = if generator.arguments.iter().any(|argument| argument == NPM_PACKAGE) {
        how_to_install()
    } else {
        "`astra codegen --list` shows the generators that it has".to_owned()
    };
    let made = super::block_on(async {
        let work = tokio::task::spawn_blocking(move || generator.output(&words));
        let made = context.printer.progress(&format!("making a client with the generator {name}"), work).await;
        made.map_err(|fault| Error::new("OpenAPI Generator was not waited for").because(&fault))
    });
    drop(input);
    if let Err(failure) = made.and_then(|made| made) {
        // An empty folder says nothing; one with something in it stays.
        let _kept = std::fs::remove_dir(&out);
        return Err(failure.hint(hint));
    }
    context.printer.note(format!("OpenAPI Generator made a client of the kind {name} in {}", out.display()));
    Ok(())
}

/// The document as a file beside the client, where a container sees it too; gone when dropped.
struct Input(PathBuf);

impl Input {
    const NAME: &'static str = ".astra-openapi.json";

    fn write(folder: &Path, document: &Value) -> Result<Self> {
        let path = folder.join(Self::NAME);
        folder::put(&path, document.to_string().as_bytes())?;
        Ok(Self(path))
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

fn on_path(context: &Context, name: &str) -> Option<PathBuf> {
    let path = context.environment.get("PATH")?;
    let names = [name.to_owned(), format!("{name}.exe"), format!("{name}.cmd")];
    let folders = std::env::split_paths(path).collect::<Vec<_>>();
    folders.iter().flat_map(|folder| names.iter().map(|name| folder.join(name))).find(|file| file.is_file())
}

/// Whether docker has an engine to run things.
fn is_running(docker: &Path) -> bool {
    let asked = Command::new(docker).args(["version", "--format", "{{.Server.Version}}"]).stdin(Stdio::null()).output();
    asked.is_ok_and(|output| output.status.success())
}
