//! Whether two answers are the same to the one who reads them.

use crate::support::Answer;

/// What every request has of its own, and what counts down with each of them.
const OWN_HEADERS: [&str; 3] = ["x-request-id", "ratelimit", "date"];

/// The answer as text: status, header fields and body, in which a name stands for each of `values`, for every identifier that the
/// gateway makes, and for every secret.
pub(crate) fn plain(answer: &Answer, values: &[&str]) -> String {
    let mut lines = vec![answer.status.to_string()];
    let headers = answer.headers.iter().filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str()));
    lines.extend(headers.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))));
    // How long a body is depends on how long the names are that it repeats.
    lines.retain(|line| !line.starts_with("content-length"));
    lines.sort();
    lines.push(answer.text());
    let text = values.iter().fold(lines.join("\n"), |text, value| text.replace(value, "<value>"));
    without_identifiers(&text)
}

/// `text` with `<id>` for each identifier such as `trn_06a1b2c3d4e5q`, and `<secret>` for what is signed or made by chance.
fn without_identifiers(text: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.+/=".contains(character);
    let words = text.split_inclusive(|character: char| !is_part(character));
    let replaced = words.map(|word| {
        let (bare, end) = match word.char_indices().next_back() {
            Some((at, last)) if !is_part(last) => word.split_at(at),
            _ => (word, ""),
        };
        let is_id = bare.split(['/', '.']).any(is_identifier);
        let is_secret = bare.starts_with("whsec_") || bare.starts_with("eyJ");
        match (is_secret, is_id) {
            (true, _) => format!("<secret>{end}"),
            (false, true) => {
                let parts = bare.split('/').map(|part| if is_identifier(part) { "<id>" } else { part });
                format!("{}{end}", parts.collect::<Vec<&str>>().join("/"))
            }
            (false, false) => word.to_owned(),
        }
    });
    replaced.collect()
}

/// How long the keys of identifiers are: those of messages are longer, by the number in their turn.
const KEYS: [usize; 2] = [13, 15];

/// Whether this is what the gateway calls something: three letters, and a key of digits and letters.
fn is_identifier(text: &str) -> bool {
    let Some((kind, key)) = text.split_once('_') else { return false };
    let is_key =
        KEYS.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    (3..=4).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_lowercase()) && is_key
}

/// The identifiers of `text`.
pub(super) fn identifiers(text: &str) -> Vec<&str> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|part| is_identifier(part))
        .collect()
}

/// A name of the same form as `value` that nothing has.
pub(crate) fn of_nothing(value: &str) -> String {
    match value.split_once('_') {
        // A message has the identifier of its turn, and a number.
        Some((kind, key)) if KEYS.contains(&key.len()) => {
            format!("{kind}_0000000000009{}", &key[13..])
        }
        _ => format!("{}-of-nothing", value.split(['-', ' ']).next().unwrap_or_default()),
    }
}

#[test]
fn identifiers_and_secrets_are_the_same() {
    let text = r#"{"id":"trn_06a1b2c3d4e5q","at":"/jobs/job_06a1b2c3d4e5r/logs","secret":"whsec_a/b+c=","n":1}"#;
    assert_eq!(without_identifiers(text), r#"{"id":"<id>","at":"/jobs/<id>/logs","secret":"<secret>","n":1}"#);
    assert_eq!(without_identifiers("not_found, max_tokens."), "not_found, max_tokens.");
    assert_eq!(
        (of_nothing("job_06a1b2c3d4e5q"), of_nothing("harbour-desk")),
        ("job_0000000000009".to_owned(), "harbour-of-nothing".to_owned())
    );
}
