//! Passwords: Argon2id, off the threads that answer requests, a few at a time.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::config::PasswordCost;
use crate::store::{Error, Result};

/// Shortest password, in characters.
pub(super) const CHARACTERS_MIN: usize = 12;
/// Longest password, in characters.
pub(super) const CHARACTERS_MAX: usize = 1024;
/// How many are hashed at once at the most: each takes a core and, by default, 19 MiB.
const AT_ONCE_MAX: usize = 4;
/// What stands in for the salt of an account that does not exist.
const NOBODYS_SALT: &[u8; 16] = b"no such account.";

/// Hashes passwords and holds them against hashes.
pub(super) struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
}

impl Passwords {
    pub(super) fn new(cost: PasswordCost) -> Result<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(Error::broken)?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            turns: Arc::new(Semaphore::new(cores.min(AT_ONCE_MAX))),
        })
    }

    /// The hash of a new password, in PHC format.
    pub(super) async fn hash(&self, password: String) -> Result<String> {
        let hashed = self.run(move |argon2| argon2.hash_password(password.as_bytes()).map(|hash| hash.to_string()));
        hashed.await?.map_err(Error::broken)
    }

    /// Whether `password` is the one of `hash`. Without a hash, of an account that does not exist, it is not, and to say
    /// so takes the same work.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.run(move |argon2| match hash {
            Some(hash) => argon2.verify_password(password.as_bytes(), hash.as_str()).is_ok(),
            None => {
                let wasted = argon2.hash_password_with_salt(password.as_bytes(), NOBODYS_SALT);
                std::hint::black_box(wasted).is_err()
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static) -> Result<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Error::broken)?;
        let argon2 = self.argon2.clone();
        // The turn goes with the work: a caller that hangs up does not make room for another one.
        let done = tokio::task::spawn_blocking(move || {
            let answer = work(&argon2);
            drop(turn);
            answer
        });
        done.await.map_err(Error::broken)
    }
}
