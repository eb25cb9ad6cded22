//! Numbers and names that are unique.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A random number. The standard library seeds each thread's hash keys from the system, and no two are the same.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A UUID of version 4.
pub(crate) fn uuid() -> String {
    let (high, low) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same() {
        let all: std::collections::BTreeSet<String> = (0..1000).map(|_| uuid()).collect();
        assert_eq!(all.len(), 1000);
        assert!(
            all.iter()
                .all(|uuid| uuid.len() == 36 && uuid.as_bytes()[14] == b'4')
        );
    }
}
