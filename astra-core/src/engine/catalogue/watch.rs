//! Watches the folder of definitions, so that a saved file is what the next turn obeys.

use std::path::{Path, PathBuf};
use std::sync::Weak;
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::definitions::Definitions;

/// How long nothing must have changed before the folder is read: editors write in several steps.
const QUIET: Duration = Duration::from_millis(100);
/// How long a folder that does not come to rest may put that off.
const PATIENCE: Duration = Duration::from_millis(600);

/// Watches `folder` until `ended`. What changed while nobody watched is not missed: the caller reads the folder after
/// this returns.
pub(super) fn watch(folder: &Path, definitions: Weak<Definitions>, ended: CancellationToken) -> notify::Result<()> {
    let folder = std::path::absolute(folder)?;
    let (changed, changes) = mpsc::channel(1);
    let concerned = folder.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error may stand for events that were lost.
        let matters = event.map_or(true, |event| {
            !event.kind.is_access() && event.paths.iter().any(|path| path.starts_with(&concerned))
        });
        if matters {
            let _ = changed.try_send(());
        }
    })?;
    watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    // The folder itself may be replaced, as by a checkout of another branch.
    if let Some(parent) = folder.parent()
        && let Err(fault) = watcher.watch(parent, RecursiveMode::NonRecursive)
    {
        tracing::debug!(error = %fault, "the folder above the agents' is not watched");
    }
    tokio::spawn(async move {
        tokio::select! {
            () = ended.cancelled() => {}
            () = follow(watcher, folder, changes, definitions) => {}
        }
    });
    Ok(())
}

async fn follow(
    mut watcher: RecommendedWatcher,
    folder: PathBuf,
    mut changes: mpsc::Receiver<()>,
    definitions: Weak<Definitions>,
) {
    while changes.recv().await.is_some() {
        let latest = Instant::now() + PATIENCE;
        while let Ok(Some(())) = timeout_at(latest.min(Instant::now() + QUIET), changes.recv()).await {}
        // A folder that was replaced is another one; for the same one this changes nothing.
        let _ = watcher.watch(&folder, RecursiveMode::NonRecursive);
        let Some(definitions) = definitions.upgrade() else { return };
        if let Err(fault) = definitions.reload().await {
            tracing::warn!(error = %fault, "changed agents could not be stored; agents.reload tries again");
        }
    }
}
