//! A folder that is read within a time: a file system that does not answer keeps one thread waiting, and nothing else.

use std::io;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a reading of a folder may take.
const READING_MAX: Duration = Duration::from_secs(10);

/// The readings of one folder, one at a time. In it the one that did not come to an end, if there is one.
pub(super) struct Reading<T>(Option<JoinHandle<io::Result<T>>>);

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Send + 'static> Reading<T> {
    /// What `read` gives.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    pub(super) async fn run(&mut self, read: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, String> {
        let late = || Err(format!("its files did not come within {} s", READING_MAX.as_secs()));
        if let Some(earlier) = &mut self.0 {
            if timeout(READING_MAX, earlier).await.is_err() {
                return late();
            }
            self.0 = None;
        }
        let mut present = tokio::task::spawn_blocking(read);
        match timeout(READING_MAX, &mut present).await {
            Ok(Ok(read)) => read.map_err(|fault| fault.to_string()),
            Ok(Err(fault)) => Err(fault.to_string()),
            Err(_) => {
                self.0 = Some(present);
                late()
            }
        }
    }
}
