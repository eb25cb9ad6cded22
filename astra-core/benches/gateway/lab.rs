//! Where measurements take place: a folder, the upstream, and whatever else is started, on free ports of this machine.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::floor::UPSTREAM;
use crate::gateway::{Gateway, Sections};
use crate::http::request;
use crate::load::MakeRequest;
use crate::process::Process;
use crate::{Result, report};

/// Streams 50 chunks as fast as it can; as JSON it answers at once.
pub(crate) const FAST: &str = "fake-c50-d0-l0";
/// Streams 50 chunks, 10 ms apart, after 50 ms, as models do.
pub(crate) const PACED: &str = "fake-c50-d10000-l50000";

/// Answers as JSON after 200 ms.
pub(crate) const PATIENT: &str = "fake-l200000";
/// The same, and calls three tools before it answers.
pub(crate) const ACTING: &str = "fake-t3-l200000";

/// Where measurements take place.
pub(crate) struct Lab {
    /// The binary that is measured.
    pub(crate) binary: PathBuf,
    /// The fake model server.
    pub(crate) upstream: Server,
    folder: TempDir,
    /// Counts servers and loads, for names that were not there before.
    names: Cell<u32>,
}

/// A running server.
pub(crate) struct Server {
    /// Its process.
    pub(crate) process: Process,
    /// Where it listens.
    pub(crate) address: String,
}

/// When a commit counts as durable.
#[derive(Clone, Copy)]
pub(crate) enum Synchronous {
    /// The default.
    Normal,
    /// Each commit waits for the disk.
    Full,
}

impl Synchronous {
    /// As the configuration calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Full => "full",
        }
    }
}

impl Lab {
    /// Builds the binary unless one is given, and starts the upstream.
    pub(crate) fn open(binary: Option<PathBuf>) -> Result<Self> {
        let binary = binary.map_or_else(build, Ok)?.canonicalize()?;
        let (process, address) = Process::serve(&["serve-upstream"], &[])?;
        Ok(Self { binary, upstream: Server { process, address }, folder: TempDir::new()?, names: Cell::new(0) })
    }

    /// A floor with a new database.
    pub(crate) fn floor(&self, synchronous: Synchronous) -> Result<Server> {
        let role = format!("serve-floor-{}", synchronous.name());
        self.serve(&role, &self.path("floor.db"))
    }

    /// A server of `bytes`, whatever it is asked.
    pub(crate) fn files(&self, bytes: &[u8]) -> Result<Server> {
        let file = self.path("file");
        std::fs::write(&file, bytes)?;
        self.serve("serve-file", &file)
    }

    /// A gateway with a new data folder, that does not run yet.
    pub(crate) fn gateway(&self, synchronous: Synchronous) -> Result<Gateway> {
        self.gateway_on(&json!({"synchronous": synchronous.name()}))
    }

    /// A gateway with a new data folder and these keys of `store`, that does not run yet.
    pub(crate) fn gateway_on(&self, store: &Value) -> Result<Gateway> {
        self.gateway_with(Sections { store, memory: None })
    }

    /// A gateway with a new data folder that commits as by default, with these keys of `memory`, that does not run yet.
    pub(crate) fn gateway_remembering(&self, memory: &Value) -> Result<Gateway> {
        let store = json!({"synchronous": Synchronous::Normal.name()});
        self.gateway_with(Sections { store: &store, memory: Some(memory) })
    }

    fn gateway_with(&self, sections: Sections<'_>) -> Result<Gateway> {
        Gateway::prepare(&self.binary, self.path("gateway"), sections, &self.upstream.address)
    }

    /// Questions in the upstream's own protocol.
    pub(crate) fn questions(&self, server: &Server, model: &str, stream: bool) -> MakeRequest {
        let (address, model) = (server.address.clone(), model.to_owned());
        Arc::new(move |number| {
            let messages = json!([{"role": "user", "content": text(number)}]);
            let body = json!({"model": model, "stream": stream, "messages": messages}).to_string();
            request(&address, "/v1/chat/completions", &[], Some(&body))
        })
    }

    /// Questions to the gateway's agent on `model`, each in a session of its own and in words of its own, so that each is remembered.
    pub(crate) fn turns(&self, gateway: &Gateway, model: &str, stream: bool) -> MakeRequest {
        let (run, address, bearer) = (self.name(), gateway.address.clone(), gateway.bearer());
        let agent = model.to_owned();
        let path = if stream { "/chat/stream" } else { "/chat" };
        Arc::new(move |number| {
            let session = format!("{run}-{number}");
            let text = text(u64::from(run) * 1_000_000 + number);
            let body = json!({"agent_id": agent, "message": text, "surface": "bench", "surface_id": session});
            request(&address, path, &[("Authorization", &bearer)], Some(&body.to_string()))
        })
    }

    fn serve(&self, role: &str, path: &Path) -> Result<Server> {
        let variables = [(UPSTREAM, self.upstream.address.as_str())];
        let (process, address) = Process::serve(&[role, &path.to_string_lossy()], &variables)?;
        Ok(Server { process, address })
    }

    /// A new path for what is called `name`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{}-{name}", self.name()))
    }

    fn name(&self) -> u32 {
        self.names.set(self.names.get() + 1);
        self.names.get()
    }
}

fn text(number: u64) -> String {
    format!("What do you know about harbour town number {number}, and about the people who live there?")
}

/// Has cargo build the binary as its users do, in the folder where it has built this program.
fn build() -> Result<PathBuf> {
    report::line("building the binary: cargo build --release --package astra-cli")?;
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(3).ok_or("this program is in no target folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--release", "--package", "astra-cli", "--target-dir"]).arg(target);
    if !command.status()?.success() {
        return Err("the binary could not be built".into());
    }
    Ok(target.join("release").join("astra"))
}
