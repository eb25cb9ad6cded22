//! The ids of calls as a server takes them. A conversation may have begun with another server, whose ids are too long for
//! this one, or the same in every answer.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Which ids a server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Any but an empty one.
    Any,
    /// At most 40 bytes.
    Short,
    /// Nine letters and digits.
    NineLetters,
    /// At most 64 letters, digits, `_` and `-`.
    Word,
}

/// Letters and digits of an id that is made.
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl Rule {
    fn takes(self, id: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric();
        match self {
            Self::Any => !id.is_empty(),
            Self::Short => (1..=40).contains(&id.len()),
            Self::NineLetters => id.len() == 9 && id.bytes().all(is_plain),
            Self::Word => {
                (1..=64).contains(&id.len()) && id.bytes().all(|byte| is_plain(byte) || matches!(byte, b'_' | b'-'))
            }
        }
    }

    /// `id`, or one that is made of it: always the same one.
    fn apply(self, id: &str) -> Cow<'_, str> {
        if self.takes(id) {
            return Cow::Borrowed(id);
        }
        // FNV-1a
        let mut hash = id
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
        let letters = (0..9).map(|_| {
            let letter = LETTERS[usize::try_from(hash % 62).unwrap_or_default()];
            hash /= 62;
            char::from(letter)
        });
        Cow::Owned(letters.collect())
    }
}

/// The ids of one conversation, read from its beginning on.
#[derive(Debug)]
pub(super) struct CallIds<'a> {
    rule: Rule,
    taken: BTreeSet<String>,
    /// How often an id came, and what the last one is called.
    known: BTreeMap<&'a str, (u32, Cow<'a, str>)>,
}

impl<'a> CallIds<'a> {
    pub(super) const fn new(rule: Rule) -> Self {
        Self { rule, taken: BTreeSet::new(), known: BTreeMap::new() }
    }

    /// The id of the next call, which no call before it has.
    pub(super) fn call(&mut self, id: &'a str) -> Cow<'a, str> {
        let mut times = self.known.get(id).map_or(0, |(times, _)| *times);
        let sent = loop {
            times += 1;
            let sent = match times {
                1 => self.rule.apply(id),
                _ => Cow::Owned(self.rule.apply(&format!("{id}_{times}")).into_owned()),
            };
            if self.taken.insert(sent.clone().into_owned()) {
                break sent;
            }
        };
        self.known.insert(id, (times, sent.clone()));
        sent
    }

    /// The id of the call that a result belongs to: the last one that was called so.
    pub(super) fn result(&self, id: &'a str) -> Cow<'a, str> {
        self.known.get(id).map_or_else(|| self.rule.apply(id), |(_, sent)| sent.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_taken_stays_and_others_are_made_the_same_each_time() {
        let long = "x".repeat(65);
        for (rule, good, bad) in [
            (Rule::Any, long.as_str(), ""),
            (Rule::Short, "functions.look:0", long.as_str()),
            (Rule::NineLetters, "aB3456789", "call_12345"),
            (Rule::Word, "toolu_01-A", "functions.look:0"),
        ] {
            assert_eq!(rule.apply(good), good);
            let made = rule.apply(bad);
            assert!(made != bad && rule.takes(&made) && Rule::NineLetters.takes(&made), "{made}");
            assert_eq!(rule.apply(bad), made);
        }
    }

    #[test]
    fn no_two_calls_have_one_id_and_results_follow_theirs() {
        for rule in [Rule::Any, Rule::Short, Rule::NineLetters, Rule::Word] {
            let mut ids = CallIds::new(rule);
            let mut seen = BTreeSet::new();
            for id in ["call_1", "call_2", "call_1", "call_1_2", "call_1", "a.b", "a.b"] {
                let sent = ids.call(id);
                assert_eq!(ids.result(id), sent);
                assert!(rule.takes(&sent) && seen.insert(sent.into_owned()), "{id}");
            }
            assert_eq!(ids.result("never called"), rule.apply("never called"));
        }
    }
}
