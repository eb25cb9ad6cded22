//! The names of a server's tools among all tools.

use sha2::{Digest as _, Sha256};

use super::spec::SEPARATOR;
use crate::tools::name::NAME_LENGTH_MAX;

/// Letters of a checksum that stands for the rest of a name that is too long.
const CHECKSUM_LETTERS: usize = 8;

/// The name under which agents know the tool `remote` of `server`: letters that no name has become `_`, and what is too long
/// ends with a checksum instead.
pub(super) fn tool_name(server: &str, remote: &str) -> String {
    let is_good = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let mapped: String = remote.chars().map(|letter| if is_good(letter) { letter } else { '_' }).collect();
    let name = format!("{server}{SEPARATOR}{mapped}");
    if name.len() <= NAME_LENGTH_MAX {
        return name;
    }
    let checksum = Sha256::digest(remote.as_bytes());
    let checksum: String = checksum.iter().take(CHECKSUM_LETTERS / 2).map(|byte| format!("{byte:02x}")).collect();
    // All letters are of one byte.
    format!("{}_{checksum}", &name[..NAME_LENGTH_MAX - CHECKSUM_LETTERS - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::name::name_fault;

    #[test]
    fn every_name_becomes_one_that_providers_take() {
        for (remote, name) in [
            ("search", "crm__search"),
            ("user.list", "crm__user_list"),
            ("a b/c", "crm__a_b_c"),
            ("größe", "crm__gr__e"),
            ("__x", "crm____x"),
        ] {
            assert_eq!(tool_name("crm", remote), name);
        }
        let long = ["a".repeat(200), "a".repeat(201), "ä".repeat(100)].map(|remote| tool_name("crm", &remote));
        for name in &long {
            assert!(name.len() == 64 && name_fault(name).is_none(), "{name}");
        }
        assert!(long[0] != long[1] && long[0].starts_with("crm__aaaa"));
        assert_eq!(tool_name(&"s".repeat(32), &"t".repeat(30)).len(), 64);
    }
}
