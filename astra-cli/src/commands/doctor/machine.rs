//! What the machine gives: the data folder and its files, the master key, room on the disk, open files, the address.

use std::path::Path;

use astra_core::auth::MasterKey;
use astra_core::config::Config;
use astra_core::store::free_bytes;

use super::Taken;
use super::finding::{Finding, mebibytes};
use crate::settings::Settings;

/// With less room than this the store soon takes no writes.
const ROOM_NEEDED: u64 = 100 << 20;
/// With less room than this it is time to make some.
const ROOM_WANTED: u64 = 1 << 30;
/// Open files that a gateway needs beside those of its clients and calls.
const FILES_RESERVED: u64 = 128;

/// Who may reach the data folder.
pub(super) fn data_folder(settings: &Settings, found: &Taken) -> Vec<Finding> {
    const NAME: &str = "data folder";
    let folder = &settings.config.data_dir;
    let mut findings: Vec<Finding> = found
        .faults
        .iter()
        .map(|fault| {
            Finding::fault(NAME, settings.origins.explain(fault), "give the user of the gateway a folder of its own")
        })
        .collect();
    if !found.warnings.is_empty() {
        findings.push(Finding::ok(NAME, format!("{}; a gateway serves it now", folder.display())));
    } else if findings.is_empty() {
        let state = if folder.exists() { "" } else { "; not made yet" };
        findings.push(Finding::ok(NAME, format!("{}{state}", folder.display())));
    }
    let names = ["", "master.key", "astra.db", "astra.db-wal", "astra.db-shm", "backups"];
    for path in names.iter().map(|name| folder.join(name)).filter(|path| is_open_to_others(path)) {
        let cure = format!("chmod go-rwx {}", path.display());
        let text = format!("other users of this machine may read {}", path.display());
        findings.push(Finding::warning("permissions", text, cure));
    }
    findings
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}

/// The key that opens what is sealed in the store.
pub(super) fn master_key(settings: &Settings, found: &Taken) -> Finding {
    const NAME: &str = "master key";
    if let Some(fault) = found.faults.first() {
        let cure =
            "restore the key that this installation began with: ASTRA_MASTER_KEY, or master.key in the data folder";
        return Finding::fault(NAME, settings.origins.explain(fault), cure);
    }
    let config = &settings.config;
    if config.master_key.is_some() {
        return Finding::ok(NAME, "configured");
    }
    let file = config.data_dir.join("master.key");
    match MasterKey::find(None, &config.data_dir) {
        Ok(Some(_)) => Finding::ok(NAME, format!("{}: keep a copy of it apart from the backups", file.display())),
        Ok(None) => Finding::ok(NAME, "the first start makes it"),
        Err(fault) => Finding::fault(NAME, fault.to_string(), "restore the key that this installation began with"),
    }
}

/// Room where the store and its backups are written.
pub(super) fn disk(config: &Config) -> Vec<Finding> {
    const NAME: &str = "disk";
    let mut folders = vec![config.data_dir.clone()];
    if config.store.database_url.is_none() && config.store.backup_dir.is_some() {
        folders.push(config.store.backup_folder(&config.data_dir));
    }
    let database = std::fs::metadata(config.data_dir.join("astra.db")).map_or(0, |found| found.len());
    let examine = |folder: &std::path::PathBuf| {
        let place = folder.display();
        let free = match free_bytes(folder) {
            Ok(free) => free,
            Err(fault) => {
                let text = format!("the room for {place} is not known: {fault}");
                return Finding::warning(NAME, text, "look at it with the tools of the system");
            }
        };
        let text = format!("{} are free for {place}", mebibytes(free));
        if free < ROOM_NEEDED {
            Finding::fault(NAME, text, "make room: without it the store takes no writes")
        } else if free < ROOM_WANTED.max(database) {
            Finding::warning(
                NAME,
                text,
                "make room: an upgrade and a backup copy the database, which needs as much again",
            )
        } else {
            Finding::ok(NAME, text)
        }
    };
    folders.iter().map(examine).collect()
}

/// Open files, of which each client and each call of a model needs one.
pub(super) fn open_files(config: &Config) -> Finding {
    const NAME: &str = "open files";
    let Some(hard) = files_at_most() else { return Finding::ok(NAME, "this system has no such limit") };
    let wanted = FILES_RESERVED + u64::from(config.limits.connections) + u64::from(config.limits.turns);
    let cure = "raise it: LimitNOFILE of a systemd unit, --ulimit nofile of a container, `ulimit -Hn` of a shell";
    let text = format!("at most {hard}; limits.connections and limits.turns want {wanted}");
    if hard < 2 * FILES_RESERVED {
        Finding::fault(NAME, text, cure)
    } else if hard < wanted {
        Finding::warning(NAME, format!("{text}, and are lowered to fit"), cure)
    } else {
        Finding::ok(NAME, format!("at most {hard}"))
    }
}

#[cfg(unix)]
fn files_at_most() -> Option<u64> {
    rlimit::Resource::NOFILE.get().ok().map(|(_, hard)| hard)
}

#[cfg(not(unix))]
const fn files_at_most() -> Option<u64> {
    None
}

/// Where the gateway listens.
pub(super) fn address(settings: &Settings, found: &Taken) -> Finding {
    const NAME: &str = "address";
    let listen = settings.config.listen;
    match found.faults.first() {
        Some(fault) => {
            let cure = "name a free address with `listen`, ASTRA_LISTEN or --listen";
            Finding::fault(NAME, settings.origins.explain(fault), cure)
        }
        None if !listen.ip().is_loopback() && settings.config.public_url.is_none() => {
            let cure = "serve HTTPS in front of it, and name its URL in public_url";
            Finding::warning(NAME, format!("{listen} is reached from other machines without encryption"), cure)
        }
        None => Finding::ok(NAME, listen.to_string()),
    }
}
