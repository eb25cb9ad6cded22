//! Watches the folder of definitions, so that a saved file is what the next turn obeys. Events of the file system say at
//! once what changes in the folder; a look twice a second finds what has no event there: a link that was turned, above the
//! folder or in it, and every change where there are no events at all.

use std::collections::hash_map::DefaultHasher;
use std::convert::Infallible;
use std::fs::{self, DirEntry, Metadata};
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::file::{FILES_MAX, is_definition};
use crate::skills::SKILLS_MAX;
use crate::store;
use crate::tasks::TaskKind;
use crate::work::Supervisor;

const KIND: TaskKind = TaskKind::new("definitions.watch").aborted();

/// How long nothing must have changed before the folder is read: editors write in several steps.
const QUIET: Duration = Duration::from_millis(100);
/// How long a folder that does not come to rest may put that off.
const PATIENCE: Duration = Duration::from_millis(600);
/// How often the folder is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What a folder defines, which is read again when the folder changes.
pub(super) trait Reload: Send + Sync + 'static {
    /// Reads all definitions and takes over what changed.
    fn reload(&self) -> impl Future<Output = store::Result<()>> + Send;
}

/// How the definitions lie in their folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Each is a file, `<id>.yml`.
    Files,
    /// Each is a folder, `<id>/SKILL.md`.
    Folders,
}

/// The folder, and what is known of it.
struct Watch {
    folder: PathBuf,
    layout: Layout,
    /// None where there are no events.
    watcher: Option<RecommendedWatcher>,
    seen: Sight,
    /// Where there are no events, nothing else keeps the other end open.
    _changed: mpsc::Sender<()>,
}

/// What the folder is, as far as its name and its files' tell: where it lies, and a sum of what lies in it.
#[derive(Debug, PartialEq, Eq)]
struct Sight {
    place: Option<PathBuf>,
    sum: u64,
}

/// Watches `folder`. What changed while nothing was watched is not missed: the caller reads the folder after this returns,
/// and a watch that begins again after a failure reads it itself.
pub(super) fn watch(folder: &Path, layout: Layout, definitions: Weak<impl Reload>, supervisor: &Supervisor) {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let begins_again = AtomicBool::new(false);
    supervisor.spawn(KIND, move |_| {
        let (watch, changes) = Watch::begin(&folder, layout);
        let (definitions, reads_first) = (definitions.clone(), begins_again.swap(true, Ordering::Relaxed));
        async move {
            watch.follow(changes, definitions, reads_first).await;
            Ok::<_, Infallible>(())
        }
    });
}

fn events(folder: &Path, changed: mpsc::Sender<()>) -> notify::Result<RecommendedWatcher> {
    let concerned = folder.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error may stand for events that were lost.
        let matters = event.map_or(true, |event| {
            !event.kind.is_access() && event.paths.iter().any(|path| path.starts_with(&concerned))
        });
        if matters {
            let _ = changed.try_send(());
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    // The folder itself may be replaced, as by a checkout of another branch.
    if let Some(parent) = folder.parent()
        && let Err(fault) = watcher.watch(parent, RecursiveMode::NonRecursive)
    {
        tracing::debug!(error = %fault, "the folder above one of definitions is not watched");
    }
    Ok(watcher)
}

impl Watch {
    /// A watch of `folder`, and what comes when the folder changes.
    fn begin(folder: &Path, layout: Layout) -> (Self, mpsc::Receiver<()>) {
        let (changed, changes) = mpsc::channel(1);
        let watcher = events(folder, changed.clone()).inspect_err(|fault| {
            tracing::warn!(error = %fault, folder = %folder.display(), "a folder of definitions has no events: it is looked at twice a second");
        });
        let seen = Sight::of(folder, layout, watcher.is_err());
        let mut watch = Self { folder: folder.to_owned(), layout, watcher: watcher.ok(), seen, _changed: changed };
        watch.watch_parts();
        (watch, changes)
    }

    async fn follow(mut self, mut changes: mpsc::Receiver<()>, definitions: Weak<impl Reload>, reads_first: bool) {
        if reads_first && let Some(definitions) = definitions.upgrade() {
            reload(definitions.as_ref()).await;
        }
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                changed = changes.recv() => if changed.is_none() { return },
                _ = looks.tick() => if self.look().await.is_none_or(|sight| sight == self.seen) { continue },
            }
            let latest = Instant::now() + PATIENCE;
            while let Ok(Some(())) = timeout_at(latest.min(Instant::now() + QUIET), changes.recv()).await {}
            // A folder that was replaced is another one, of the same name.
            if let Some(watcher) = &mut self.watcher {
                let _ = watcher.unwatch(&self.folder);
                let _ = watcher.watch(&self.folder, RecursiveMode::NonRecursive);
            }
            self.watch_parts();
            // Before the reading: what changes after this look is found by the next one.
            if let Some(sight) = self.look().await {
                self.seen = sight;
            }
            let Some(definitions) = definitions.upgrade() else { return };
            reload(definitions.as_ref()).await;
        }
    }

    async fn look(&self) -> Option<Sight> {
        let (folder, layout, is_blind) = (self.folder.clone(), self.layout, self.watcher.is_none());
        tokio::task::spawn_blocking(move || Sight::of(&folder, layout, is_blind)).await.ok()
    }

    /// Watches the folders of definitions that are folders. Where there are too many for the system's events, the look
    /// finds what changes.
    fn watch_parts(&mut self) {
        let Some(watcher) = self.watcher.as_mut().filter(|_| self.layout == Layout::Folders) else { return };
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten().take(SKILLS_MAX) {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let _ = watcher.watch(&entry.path(), RecursiveMode::NonRecursive);
            }
        }
    }
}

async fn reload(definitions: &impl Reload) {
    if let Err(fault) = definitions.reload().await {
        tracing::warn!(error = %fault, "changed definitions could not be stored; a reload tries again");
    }
}

impl Sight {
    /// With `is_blind`, every file is looked at; without, those behind links and in folders alone, since the others have
    /// events.
    fn of(folder: &Path, layout: Layout, is_blind: bool) -> Self {
        let mut hasher = DefaultHasher::new();
        note(&mut hasher, fs::metadata(folder).ok().as_ref());
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let sum: u64 = match layout {
            Layout::Files => {
                let definitions = entries.filter(|entry| is_definition(&entry.file_name().to_string_lossy()));
                let unseen = definitions
                    .take(FILES_MAX)
                    .filter(|entry| is_blind || entry.file_type().is_ok_and(|kind| kind.is_symlink()));
                // The order of a folder's entries means nothing.
                unseen.map(|entry| sum_of(&entry, &[fs::metadata(entry.path()).ok()])).fold(0, u64::wrapping_add)
            }
            Layout::Folders => {
                let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_file()));
                let sums = folders.take(SKILLS_MAX).map(|entry| {
                    let path = entry.path();
                    let found = ["SKILL.md", "skill.md"].map(|name| fs::symlink_metadata(path.join(name)).ok());
                    sum_of(&entry, &found)
                });
                sums.fold(0, u64::wrapping_add)
            }
        };
        sum.hash(&mut hasher);
        Self { place: fs::canonicalize(folder).ok(), sum: hasher.finish() }
    }
}

/// A sum of an entry's name and of what it leads to.
fn sum_of(entry: &DirEntry, found: &[Option<Metadata>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    entry.file_name().hash(&mut hasher);
    for metadata in found {
        note(&mut hasher, metadata.as_ref());
    }
    hasher.finish()
}

/// Takes note of which file it is and when it was written.
fn note(hasher: &mut DefaultHasher, metadata: Option<&Metadata>) {
    let Some(metadata) = metadata else { return };
    #[cfg(unix)]
    std::os::unix::fs::MetadataExt::ino(metadata).hash(hasher);
    metadata.len().hash(hasher);
    metadata.modified().ok().hash(hasher);
}
