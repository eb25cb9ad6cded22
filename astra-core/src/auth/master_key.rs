//! The one key of an installation: it seals what must be read again, such as the private halves of the signing keys.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use sha2::{Digest, Sha256};

use super::random::{hex, random};
use crate::config::Secret;

/// The name of the file in the data folder.
const FILE_NAME: &str = "master.key";
const NONCE_BYTES: usize = 24;

/// 32 random bytes, and what they can do.
#[derive(Clone)]
pub struct MasterKey {
    cipher: XChaCha20Poly1305,
    /// Keys [`MasterKey::derive`]; apart from the key that seals.
    derivation: [u8; 32],
}

/// Why there is no master key.
#[derive(Debug)]
pub enum Error {
    /// What was given is not 32 bytes in base64; the text names where it came from.
    Malformed(String),
    /// The file can be neither read nor made.
    File(PathBuf, io::Error),
    /// The operating system has no randomness to give.
    Random(getrandom::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(origin) => write!(
                formatter,
                "{origin} is not a master key, which is 32 bytes in base64: restore the one that this installation began with; for a new installation, openssl rand -base64 32 makes one"
            ),
            Self::File(path, fault) => write!(formatter, "the master key {}: {fault}", path.display()),
            Self::Random(fault) => write!(formatter, "the operating system's randomness: {fault}"),
        }
    }
}

impl std::error::Error for Error {}

impl MasterKey {
    /// The configured key, or else the one in the file `master.key` of `data_dir`, which is made if it is missing.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load(configured: Option<&Secret>, data_dir: &Path) -> Result<Self, Error> {
        match configured {
            Some(secret) => Self::decode(secret.expose(), "master_key"),
            None => Self::from_file(&data_dir.join(FILE_NAME)),
        }
    }

    /// The configured key, or else the one in the file of `data_dir`; `None` if there is neither. Makes nothing.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn find(configured: Option<&Secret>, data_dir: &Path) -> Result<Option<Self>, Error> {
        let path = data_dir.join(FILE_NAME);
        if let Some(secret) = configured {
            return Self::decode(secret.expose(), "master_key").map(Some);
        }
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::decode(&text, &format!("the file {}", path.display())).map(Some),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(Error::File(path, fault)),
        }
    }

    /// Seals `plain`; only [`Self::open`] with the same `purpose` gives it back.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = random::<NONCE_BYTES>().map_err(Error::Random)?;
        let payload = Payload { msg: plain, aad: purpose.as_bytes() };
        // Fails only for messages of 256 GiB and more.
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed; `None` if it was sealed with another key, for another purpose, or has been changed.
    #[must_use]
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: purpose.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// 32 bytes that only this key makes of `parts` for this `purpose`, and the same ones each time (HMAC-SHA-256).
    #[must_use]
    pub fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut message = Vec::new();
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            message.extend_from_slice(&part.len().to_le_bytes());
            message.extend_from_slice(part);
        }
        hmac_sha256(&self.derivation, &message)
    }

    fn decode(text: &str, origin: &str) -> Result<Self, Error> {
        let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
        let key = <[u8; 32]>::try_from(bytes).map_err(|_| Error::Malformed(origin.to_owned()))?;
        let derivation = hmac_sha256(&key, b"astra derivation");
        Ok(Self { cipher: XChaCha20Poly1305::new(&key.into()), derivation })
    }

    fn from_file(path: &Path) -> Result<Self, Error> {
        let file_fault = |fault| Error::File(path.to_owned(), fault);
        let text = match std::fs::read_to_string(path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                let fresh = STANDARD.encode(random::<32>().map_err(Error::Random)?);
                let draft = path.with_extension(hex(&random::<8>().map_err(Error::Random)?));
                write_once(path, &draft, &fresh).map_err(file_fault)?;
                std::fs::read_to_string(path).map_err(file_fault)?
            }
            text => text.map_err(file_fault)?,
        };
        Self::decode(&text, &format!("the file {}", path.display()))
    }
}

/// RFC 2104 with SHA-256, for keys that are no longer than a block of it.
fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

/// Puts a file in place whole, and leaves alone what another program put there first.
fn write_once(path: &Path, draft: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(draft).and_then(|mut file| {
        writeln!(file, "{text}")?;
        file.sync_all()
    });
    // A link, unlike a renaming, does not replace what is there.
    let linked = written.and_then(|()| std::fs::hard_link(draft, path));
    let _ = std::fs::remove_file(draft);
    match linked {
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => return Err(fault),
        _ => {}
    }
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_the_same_key_and_purpose() {
        let folders = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = MasterKey::load(None, folders.0.path()).unwrap();
        let other = MasterKey::load(None, folders.1.path()).unwrap();
        let mut sealed = key.seal("signing-key", b"plain").unwrap();
        assert_eq!(key.open("signing-key", &sealed).as_deref(), Some(b"plain".as_slice()));
        assert_eq!(key.open("provider-key", &sealed), None);
        assert_eq!(other.open("signing-key", &sealed), None);
        assert_eq!(key.open("signing-key", b"short"), None);
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(key.open("signing-key", &sealed), None);
    }

    #[test]
    fn what_is_derived_is_hmac_sha256() {
        // RFC 4231, test case 1, whose key of 20 bytes is padded with zeros like any other.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let made = hex(&hmac_sha256(&key, b"Hi There"));
        assert_eq!(made, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn the_file_is_made_once_for_all_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let keys: Vec<_> = std::thread::scope(|scope| {
            let starting: Vec<_> =
                (0..8).map(|_| scope.spawn(|| MasterKey::load(None, folder.path()).unwrap())).collect();
            starting.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let sealed = keys[0].seal("test", b"plain").unwrap();
        assert!(keys.iter().all(|key| key.open("test", &sealed).is_some()));
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE_NAME]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join(FILE_NAME)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_malformed_key_is_refused_by_the_name_of_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let configured = Secret::new("c2hvcnQ=");
        let fault = MasterKey::load(Some(&configured), folder.path()).err().unwrap().to_string();
        assert!(fault.starts_with("master_key is not a master key"), "{fault}");
        assert!(!fault.contains("c2hvcnQ="));
        std::fs::write(folder.path().join(FILE_NAME), "").unwrap();
        let fault = MasterKey::load(None, folder.path()).err().unwrap().to_string();
        assert!(fault.contains(FILE_NAME), "{fault}");
    }
}
