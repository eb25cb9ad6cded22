//! Passwords: Argon2id, off the threads that answer requests, two at a time, in memory that is used again.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::error::{Error, Result};
use super::random::random;
use crate::config::PasswordCost;
use crate::store;

/// Shortest password, in characters.
pub(super) const CHARACTERS_MIN: usize = 12;
/// Longest password, in characters.
pub(super) const CHARACTERS_MAX: usize = 1024;
/// How many are hashed at once: each takes a core and, by default, 19 MiB.
const AT_ONCE_MAX: usize = 2;
/// How many may wait for their turn: about a second's work.
const WAITING_MAX: usize = 64;
/// What stands in for the salt of an account that does not exist.
const NOBODYS_SALT: &[u8; SALT_BYTES] = b"no such account.";
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Hashes passwords and holds them against hashes.
pub(super) struct Passwords {
    params: Params,
    /// Those that wait, and those that are hashed.
    places: Arc<Semaphore>,
    /// Those that are hashed.
    turns: Arc<Semaphore>,
    memory: Arc<Memory>,
}

/// The blocks that no hash is being made in. They are kept: given back to the allocator they would stay with the process
/// all the same, once for each thread that ever asked for some.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Passwords {
    pub(super) fn new(cost: PasswordCost) -> store::Result<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(HASH_BYTES)).map_err(store::Error::broken)?;
        Ok(Self {
            params,
            places: Arc::new(Semaphore::new(AT_ONCE_MAX + WAITING_MAX)),
            turns: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            memory: Arc::default(),
        })
    }

    /// The hash of a new password, in PHC format.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many wait.
    pub(super) async fn hash(&self, password: String) -> Result<String> {
        let salt = random::<SALT_BYTES>().map_err(store::Error::broken)?;
        let params = self.params.clone();
        let hashed = self.run(move |blocks| hash(params, password.as_bytes(), &salt, blocks)).await?;
        Ok(hashed.map_err(store::Error::broken)?)
    }

    /// Whether `password` is the one of `hash`. Without a hash, of an account that does not exist, it is not, and to say
    /// so takes the same work.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many wait.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let params = self.params.clone();
        self.run(move |blocks| match hash {
            Some(hash) => is_password_of(password.as_bytes(), &hash, blocks).unwrap_or(false),
            None => {
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                std::hint::black_box(digest(&argon2, password.as_bytes(), NOBODYS_SALT, blocks)).is_err()
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static) -> Result<T> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Err(Error::Overloaded { retry_after_s: 1 });
        };
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(store::Error::broken)?;
        let memory = Arc::clone(&self.memory);
        // Place and turn go with the work: a caller that hangs up does not make room for another one.
        let done = tokio::task::spawn_blocking(move || {
            let answer = memory.lend(work);
            drop((turn, place));
            answer
        });
        Ok(done.await.map_err(store::Error::broken)?)
    }
}

impl Memory {
    fn lend<T>(&self, work: impl FnOnce(&mut Vec<Block>) -> T) -> T {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut blocks = idle.unwrap_or_default();
        let answer = work(&mut blocks);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        answer
    }
}

/// The raw hash of `password`.
fn digest(argon2: &Argon2<'_>, password: &[u8], salt: &[u8], blocks: &mut Vec<Block>) -> argon2::Result<Vec<u8>> {
    let needed = argon2.params().block_count();
    if blocks.len() < needed {
        blocks.resize(needed, Block::new());
    }
    let mut output = vec![0; argon2.params().output_len().unwrap_or(HASH_BYTES)];
    argon2.hash_password_into_with_memory(password, salt, &mut output, blocks.as_mut_slice())?;
    Ok(output)
}

fn hash(
    params: Params,
    password: &[u8],
    salt: &[u8],
    blocks: &mut Vec<Block>,
) -> std::result::Result<String, argon2::password_hash::Error> {
    let written = ParamsString::try_from(&params)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let output = digest(&argon2, password, salt, blocks)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: written,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Whether `hash` is one of `password`; `None` if it cannot be read.
fn is_password_of(password: &[u8], hash: &str, blocks: &mut Vec<Block>) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    let (algorithm, version) =
        (Algorithm::try_from(hash.algorithm.as_str()).ok()?, Version::try_from(hash.version?).ok()?);
    let argon2 = Argon2::new(algorithm, version, Params::try_from(&hash).ok()?);
    let output = digest(&argon2, password, hash.salt.as_deref()?, blocks).ok()?;
    Some(output.as_slice().ct_eq(hash.hash?.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_of_its_own_password_alone() {
        let passwords = Passwords::new(PasswordCost { memory_kib: 8, passes: 1 }).unwrap();
        let hash = passwords.hash("correct horse battery".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        for (password, hash, is_right) in [
            ("correct horse battery", Some(hash.clone()), true),
            ("wrong horse battery", Some(hash), false),
            ("correct horse battery", None, false),
            ("correct horse battery", Some("no hash".into()), false),
        ] {
            assert_eq!(passwords.verify(password.into(), hash).await.unwrap(), is_right);
        }
        assert_eq!(passwords.memory.0.lock().unwrap().len(), 1, "the memory is used again");
    }

    #[tokio::test]
    async fn hashes_of_another_cost_and_another_program_are_read() {
        let passwords = Passwords::new(PasswordCost { memory_kib: 8, passes: 1 }).unwrap();
        // From the reference implementation's tests: password `password`, salt `somesalt`.
        let known = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(passwords.verify("password".into(), Some(known.into())).await.unwrap());
        assert!(!passwords.verify("passwort".into(), Some(known.into())).await.unwrap());
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_so() {
        let passwords = Passwords::new(PasswordCost { memory_kib: 8, passes: 1 }).unwrap();
        let places = Arc::clone(&passwords.places).acquire_many_owned(66).await.unwrap();
        let refused = passwords.verify("x".into(), None).await;
        assert!(matches!(refused, Err(Error::Overloaded { retry_after_s: 1 })), "{refused:?}");
        drop(places);
        assert!(!passwords.verify("x".into(), None).await.unwrap());
    }
}
