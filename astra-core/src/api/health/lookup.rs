//! Whether the gateway can work: its store, and what runs beside requests.

use std::time::Duration;

use tokio::time::timeout;

use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::store::{self, migrate};

/// How long the store is waited for: a probe needs an answer, not another hanging connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the store has the schema of this version and takes writes, and all that runs beside requests does its work.
///
/// # Errors
/// `unavailable`, with words that name what is not as it should be.
pub(super) async fn check(app: &App) -> Result<()> {
    check_store(app).await?;
    match app.supervisor.faults().first() {
        None => Ok(()),
        Some(fault) => Err(Error::new(Code::Unavailable, fault.to_string())),
    }
}

async fn check_store(app: &App) -> Result<()> {
    let not_ready = |message: &str| Error::new(Code::Unavailable, message);
    match within_patience(migrate::is_current(&app.store)).await {
        Ok(true) => {}
        Ok(false) => return Err(not_ready("The store's schema is not the one of this version.")),
        Err(fault) => return Err(not_ready("The store cannot be reached.").caused_by(fault)),
    }
    match within_patience(app.store.check_writes()).await {
        Ok(()) => Ok(()),
        Err(fault @ store::Error::Full(_)) => {
            Err(not_ready("The store is full: what is there can be read, and nothing be added.").caused_by(fault))
        }
        Err(fault) => {
            Err(not_ready("The store takes no writes: it is locked by another process, or cannot be written.")
                .caused_by(fault))
        }
    }
}

async fn within_patience<T>(asked: impl Future<Output = store::Result<T>>) -> store::Result<T> {
    let silence = |_| Err(store::Error::Unavailable("the store did not answer in two seconds".into()));
    timeout(PATIENCE, asked).await.unwrap_or_else(silence)
}
