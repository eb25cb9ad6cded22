//! What is never remembered: passwords, keys, tokens, numbers of cards and accounts, found by the words around them, by shape and
//! by entropy.

/// Words that say that a secret follows.
const NAMES: &[&str] = &[
    "password",
    "passwords",
    "passwort",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "tokens",
    "credential",
    "credentials",
    "apikey",
    "api_key",
    "pin",
    "cvv",
    "cvc",
    "otp",
    "ssn",
    "iban",
    "seed phrase",
    "private key",
    "access key",
];
/// Two words of which the second alone is harmless.
const NAME_PAIRS: &[(&str, &str)] = &[
    ("api", "key"),
    ("secret", "key"),
    ("private", "key"),
    ("access", "key"),
    ("ssh", "key"),
    ("license", "key"),
    ("recovery", "code"),
    ("security", "code"),
    ("social", "security"),
    ("seed", "phrase"),
];
/// Beginnings of keys of known services.
const PREFIXES: &[&str] = &[
    "sk-",
    "pk-",
    "sk_",
    "pk_",
    "rk_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "akia",
    "asia",
    "aiza",
    "ya29.",
    "eyj",
    "hf_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "shpat_",
    "-----begin",
    "whsec_",
];
const PREFIXED_MIN: usize = 16;
const DENSE_MIN: usize = 20;
/// Bits a character from which on a long word is no word.
const ENTROPY_MIN: f64 = 3.6;

/// Whether `text` holds something that must not be kept.
#[must_use]
pub(crate) fn is_secret(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
        .collect();
    words.iter().any(|word| NAMES.contains(word))
        || words.windows(2).any(|pair| NAME_PAIRS.contains(&(pair[0], pair[1])))
        || text.split_whitespace().any(is_key)
        || has_card(text)
        || has_account(text)
}

/// Whether a word has the shape of a key.
fn is_key(word: &str) -> bool {
    let word = word.trim_matches(|character: char| !character.is_ascii_alphanumeric() && character != '-');
    let lower = word.to_ascii_lowercase();
    if word.len() >= PREFIXED_MIN && PREFIXES.iter().any(|prefix| lower.starts_with(prefix)) {
        return true;
    }
    // A URL is a secret only if it holds a password.
    if let Some((_, rest)) = lower.split_once("://") {
        let host = rest.split('/').next().unwrap_or_default();
        return host.contains('@') && host.split('@').next().is_some_and(|user| user.contains(':'));
    }
    let is_dense = word.len() >= DENSE_MIN
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_+/=.".contains(&byte))
        && !word.contains("..");
    if !is_dense {
        return false;
    }
    let has = |test: fn(&u8) -> bool| word.bytes().any(|byte| test(&byte));
    let kinds = [has(u8::is_ascii_digit), has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase)];
    let is_hexadecimal = word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal
        || (kinds.iter().filter(|kind| **kind).count() >= 2 && has(u8::is_ascii_digit) && entropy(word) >= ENTROPY_MIN)
}

/// Bits a character.
#[expect(clippy::cast_precision_loss, reason = "words are shorter than 2^53")]
fn entropy(word: &str) -> f64 {
    let mut counts = [0_usize; 256];
    word.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = word.len() as f64;
    let bits = |count: &usize| {
        let share = *count as f64 / length;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}

/// Whether there are 13 to 19 digits with a right check digit (Luhn), with blanks or hyphens between them.
fn has_card(text: &str) -> bool {
    let is_run = |character: char| character.is_ascii_digit() || character == ' ' || character == '-';
    text.split(|character| !is_run(character)).any(|run| {
        let digits: Vec<u32> = run.chars().filter_map(|character| character.to_digit(10)).collect();
        (13..=19).contains(&digits.len()) && luhn(&digits)
    })
}

fn luhn(digits: &[u32]) -> bool {
    let weigh = |(place, digit): (usize, &u32)| match (place % 2, digit * 2) {
        (0, _) => *digit,
        (_, double) if double > 9 => double - 9,
        (_, double) => double,
    };
    digits.iter().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

/// Whether there is an IBAN: two letters, two digits, and 11 to 30 letters and digits, checked modulo 97.
fn has_account(text: &str) -> bool {
    let compact: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    (0..compact.len().saturating_sub(14)).any(|start| {
        let head = &compact[start..start + 4];
        let is_head = head[..2].iter().all(char::is_ascii_uppercase) && head[2..].iter().all(char::is_ascii_digit);
        let before_is_letter = start > 0 && compact[start - 1].is_ascii_uppercase();
        is_head
            && !before_is_letter
            && (15..=34).any(|length| compact.get(start..start + length).is_some_and(is_account))
    })
}

fn is_account(account: &[char]) -> bool {
    let moved = account[4..].iter().chain(&account[..4]);
    let mut rest = 0_u32;
    for character in moved {
        let Some(value) = character.to_digit(36).filter(|_| !character.is_ascii_lowercase()) else { return false };
        rest = if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 };
    }
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_by_name_shape_and_check_digit() {
        for secret in [
            "my password is hunter2",
            "the API key is 12",
            "my PIN is 4711",
            "use sk-abcdefghijklmnop1234",
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x",
            "4111 1111 1111 1111",
            "pay with 5500-0000-0000-0004 please",
            "it is DE89 3704 0044 0532 0130 00",
            "postgres://admin:hunter2@db.example.com/x",
            "d41d8cd98f00b204e9800998ecf8427e",
            "my social security number is 078-05-1120",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
    }

    #[test]
    fn plain_facts_are_none() {
        for plain in [
            "I live in Berlin",
            "my phone number is +49 30 901820",
            "the order number is 4111111111111112",
            "see https://docs.example.com/guides/getting-started-with-sqlite-2024",
            "my email is anna.schmidt@example.com",
            "the token ring".replace("token", "key").as_str(),
            "we deploy on 2026-11-26 at 10:00",
            "internationalization-and-localization",
            "I keep my keys in the hall",
        ] {
            assert!(!is_secret(plain), "{plain}");
        }
    }
}
