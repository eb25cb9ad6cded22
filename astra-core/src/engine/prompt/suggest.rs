//! The name that an unknown one was probably meant to be.

use strsim::osa_distance;

use super::variable::Variable;

/// What people write for a name, without regard to punctuation.
const OTHER_WORDS: [(&str, &str); 8] = [
    ("agent", "agent.name"),
    ("email", "user.name"),
    ("name", "user.name"),
    ("now", "time"),
    ("today", "date"),
    ("user", "user.name"),
    ("userfullname", "user.name"),
    ("workspace", "workspace.name"),
];
/// A longer word is no slip of a name.
const SLIP_BYTES: usize = 32;

/// The name nearest to `word`, if it is near.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    let plain = plain(word);
    if plain.len() > SLIP_BYTES {
        return None;
    }
    if let Some((_, name)) = OTHER_WORDS.iter().find(|(other, _)| *other == plain) {
        return Some(name);
    }
    let near = Variable::ALL.iter().map(|(name, _)| (osa_distance(&plain, &self::plain(name)), *name));
    let (edits, name) = near.min_by_key(|(edits, _)| *edits)?;
    (edits <= name.len() / 3).then_some(name)
}

fn plain(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        for (word, name) in [
            ("user.nam", "user.name"),
            ("User.Name", "user.name"),
            ("user_name", "user.name"),
            ("username", "user.name"),
            ("user", "user.name"),
            ("workspace.nmae", "workspace.name"),
            ("tme", "time"),
            ("today", "date"),
            ("agentname", "agent.name"),
        ] {
            assert_eq!(nearest(word), Some(name), "{word}");
        }
        for word in ["nobody", "customer.tier", "", "_", &"user.name".repeat(10)] {
            assert_eq!(nearest(word), None, "{word}");
        }
    }
}
