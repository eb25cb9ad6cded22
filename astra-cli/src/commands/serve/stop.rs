//! The end of `astra serve`: the signals that ask for it, and an end that nothing can hold up. Both live on a thread of
//! their own: when all threads of the gateway are busy, neither its signals nor its timers are looked at.

use std::time::Duration;

use tokio::runtime;
use tokio::sync::oneshot;

use super::log::Log;
use crate::commands::signals::Signals;
use crate::error::{Error, Result};

/// Signals so close to each other are one wish: `timeout`, for one, signals the program and then its process group.
const ONE_WISH: Duration = Duration::from_millis(100);
/// What the gateway may take after its drain, to write down what it ended.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// Ready at the first SIGTERM or ctrl-c. From then on a second one ends the process at once, and so does the time that the
/// drain may take.
pub(super) fn signal(drain_s: u64, log: &Log) -> Result<impl Future<Output = ()> + use<>> {
    let failed = |fault: std::io::Error| Error::new("cannot watch for signals").because(&fault);
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let first = {
        let _entered = runtime.enter();
        Signals::watch().map_err(failed)?
    };
    let (tell, told) = oneshot::channel();
    let limit = Duration::from_secs(drain_s).saturating_add(LAST_MOMENTS);
    let log = log.clone();
    let watching = async move {
        wait(first).await;
        tracing::info!("stopping: running turns may finish, a second signal ends them");
        // The gateway may have ended by itself.
        let _heard = tell.send(());
        tokio::time::sleep(ONE_WISH).await;
        // A watch begun only now misses what came before.
        match Signals::watch() {
            Ok(second) => end(wait(second), limit).await,
            Err(_) => end(std::future::pending(), limit).await,
        }
        log.flush();
        std::process::exit(1);
    };
    let thread = std::thread::Builder::new().name("signals".into());
    #[expect(clippy::disallowed_methods, reason = "it blocks on signals for as long as the program runs")]
    thread.spawn(move || runtime.block_on(watching)).map_err(failed)?;
    Ok(async move { drop(told.await) })
}

/// Ready when the process must end although the gateway did not, and logs why.
async fn end(second: impl Future<Output = ()>, limit: Duration) {
    match tokio::time::timeout(limit, second).await {
        Ok(()) => tracing::warn!("stopped by a second signal, with turns still running"),
        Err(_) => tracing::error!(limit_s = limit.as_secs(), "stopped by force: the gateway did not end in time"),
    }
}

async fn wait(mut signals: Signals) {
    signals.next().await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn the_end_comes_although_every_thread_of_the_gateway_is_busy() {
        let gateway = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let released = Arc::new(AtomicBool::new(false));
        let busy = Arc::clone(&released);
        gateway.spawn(async move {
            while !busy.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        let own = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        own.block_on(end(std::future::pending(), Duration::from_millis(10)));
        own.block_on(end(std::future::ready(()), Duration::from_secs(3_600)));
        released.store(true, Ordering::Relaxed);
    }
}
