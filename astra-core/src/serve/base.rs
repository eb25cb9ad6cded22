//! Opens what all rooms stand on: folder, keys, store, this gateway's place among others, time, identifiers, supervisor.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use super::{Builder, StartError};
use crate::auth::MasterKey;
use crate::ids::IdMaker;
use crate::store::{self, Db, FolderLock, Instance, migrate};
use crate::tasks::TaskKind;
use crate::work::{Base, Lease, Supervisor, program};

const WATCH: TaskKind = TaskKind::new("store.watch").aborted();

/// A base that is open.
pub(super) struct Opened {
    pub base: Base,
    /// Keeps other gateways off the data folder.
    pub folder_lock: Option<FolderLock>,
    pub master_key: MasterKey,
}

/// Opens the base of a gateway whose configuration is good.
pub(super) async fn open(builder: &Builder) -> Result<Opened, StartError> {
    let (config, data_dir) = (&builder.config, &builder.config.data_dir);
    store::make_folder(data_dir).map_err(|fault| StartError::DataFolder(data_dir.clone(), fault))?;
    // A PostgreSQL server is shared by several gateways, which may also share a folder for their keys.
    let folder_lock = if config.store.database_url.is_none() { Some(lock(data_dir)?) } else { None };
    let master_key = MasterKey::load(config.master_key.as_ref(), data_dir).map_err(StartError::MasterKey)?;
    let (store, instance) = open_store(builder).await.map_err(StartError::Store)?;
    let ids = builder.ids.clone().unwrap_or_else(|| IdMaker::new(Arc::clone(&instance.keys)));
    let (clock, supervisor) = (Arc::clone(&builder.clock), Supervisor::default());
    let lease = Arc::new(Lease::new(store.clone(), Arc::clone(&clock), instance));
    lease.keep(&supervisor);
    watch(&store, &supervisor);
    let (config, metrics) = (Arc::new(config.clone()), Arc::default());
    let base = Base { config, store, clock, ids, supervisor, metrics, lease };
    Ok(Opened { base, folder_lock, master_key })
}

/// Opens and migrates the store, and takes this gateway's place among those that work on it.
async fn open_store(builder: &Builder) -> store::Result<(Db, Instance)> {
    let store = store::open(&builder.config.store, &builder.config.data_dir)?;
    migrate::apply(&store, builder.clock.now_ms()).await?;
    let instance = store.join(&builder.clock, program(&store)).await?;
    Ok((store, instance))
}

/// Keeps other gateways off a data folder.
fn lock(data_dir: &Path) -> Result<FolderLock, StartError> {
    let lock = FolderLock::take(data_dir).map_err(|fault| StartError::DataFolder(data_dir.to_owned(), fault))?;
    lock.ok_or_else(|| StartError::FolderInUse(data_dir.to_owned()))
}

/// Learns from a store that is shared what other gateways do.
fn watch(store: &Db, supervisor: &Supervisor) {
    if !store.is_shared() {
        return;
    }
    let store = store.clone();
    supervisor.spawn(WATCH, move |_| {
        let watch = store.watch();
        async move {
            if let Some(watch) = watch {
                watch.await;
            }
            Ok::<_, Infallible>(())
        }
    });
}
