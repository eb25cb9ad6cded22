//! What a gateway would be refused for, found without opening it: nothing is made, migrated or written.

use std::io;
use std::net::TcpListener;
use std::path::Path;

use super::builder::Read;
use super::{Builder, Gateway};
use crate::auth::{self, MasterKey};
use crate::config::{Config, Fault};
use crate::definitions::Failed;
use crate::store::{self, FolderLock};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// What a gateway does not start with, all of it.
    pub faults: Vec<Fault>,
    /// What it starts with, and what is wrong all the same: broken definition files, another gateway on the folder.
    pub warnings: Vec<Fault>,
}

/// Finds out what [`super::serve`] would refuse, without opening a gateway. The database is asked, and not changed.
pub async fn check(config: Config) -> Check {
    let listen = config.listen;
    let mut found = Gateway::builder(config).check().await;
    match TcpListener::bind(listen) {
        Ok(_listener) => {}
        // The gateway that runs with this configuration has its own port.
        Err(fault) if fault.kind() == io::ErrorKind::AddrInUse && found.has_running_gateway() => {}
        Err(fault) => found.refuse("listen", format!("cannot be {listen}: {}", in_words(&fault))),
    }
    found
}

impl Check {
    fn refuse(&mut self, key: &str, detail: impl Into<String>) {
        self.faults.push(Fault { key: key.to_owned(), detail: detail.into() });
    }

    fn warn(&mut self, key: &str, detail: impl Into<String>) {
        self.warnings.push(Fault { key: key.to_owned(), detail: detail.into() });
    }

    fn has_running_gateway(&self) -> bool {
        self.warnings.iter().any(|warning| warning.key == "data_dir")
    }
}

impl Builder {
    /// Finds out what [`Builder::open`] would refuse, without opening: all faults at once. The database is asked, and not
    /// changed; no folder, file or table is made.
    pub async fn check(&self) -> Check {
        let Read { known, sources, broken_skills, faults, .. } = self.read();
        let mut found = Check { faults, warnings: Vec::new() };
        for fault in self.route_faults() {
            found.refuse("routes", fault);
        }
        for broken in sources.broken(&known) {
            found.warn("agents_dir", format!("has a file that defines nothing, {}", placed(&broken)));
        }
        for broken in broken_skills {
            found.warn("skills_dir", format!("has a skill that cannot be used, {}", placed(&broken)));
        }
        let data_dir = &self.config.data_dir;
        match usable(data_dir).and_then(|()| store::check_folder(data_dir)) {
            Ok(()) => self.check_store(&mut found).await,
            Err(fault) => found.refuse("data_dir", format!("cannot be {}: {}", data_dir.display(), in_words(&fault))),
        }
        found
    }

    async fn check_store(&self, found: &mut Check) {
        let (config, data_dir) = (&self.config, &self.config.data_dir);
        if config.store.database_url.is_none() && FolderLock::is_taken(data_dir) {
            found
                .warn("data_dir", "is served by a running gateway: a second one is refused until that one has stopped");
        }
        let master_key = MasterKey::find(config.master_key.as_ref(), data_dir);
        if let Err(fault) = &master_key {
            found.refuse("master_key", format!("cannot be used: {fault}"));
        }
        let place = if config.store.database_url.is_some() { "store.database_url" } else { "store" };
        match (store::inspect(&config.store, data_dir).await, master_key) {
            (Err(fault), _) => found.refuse(place, format!("cannot be opened: {fault}")),
            (Ok(Some(inspected)), Ok(key)) if config.auth.jwt_secret.is_none() => {
                if let Some(fault) = auth::signing_keys_fault(&inspected.signing_keys, key.as_ref()) {
                    found.refuse("master_key", format!("cannot be used: {fault}"));
                }
            }
            (Ok(_), _) => {}
        }
    }
}

/// File, line and reason.
fn placed(broken: &Failed) -> String {
    let line = broken.fault.line.map_or_else(String::new, |line| format!(":{line}"));
    format!("{}{line}: {}", broken.file, broken.fault.reason)
}

/// Whether the folder can be written, or else made.
fn usable(folder: &Path) -> io::Result<()> {
    match std::fs::metadata(folder) {
        Ok(found) if !found.is_dir() => Err(io::ErrorKind::NotADirectory.into()),
        Ok(_) => writable(folder),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => usable(parent),
            _ => writable(Path::new(".")),
        },
        Err(fault) => Err(fault),
    }
}

#[cfg(unix)]
fn writable(folder: &Path) -> io::Result<()> {
    use rustix::fs::Access;
    Ok(rustix::fs::access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn writable(folder: &Path) -> io::Result<()> {
    let is_read_only = std::fs::metadata(folder)?.permissions().readonly();
    if is_read_only { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
}

fn in_words(fault: &io::Error) -> String {
    match fault.kind() {
        io::ErrorKind::AddrInUse => "another program has this port".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have this address".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "there is something else than a folder".to_owned(),
        _ => fault.to_string(),
    }
}
