//! What no client can be made of: names and paths with characters that no URL, no header and no identifier has. They are
//! refused here once, for all languages.

use crate::harmless::turns_direction;

/// Refuses a path that is no template of a URL's path (RFC 6570, RFC 3986): letters, digits, marks of URLs, and names in
/// braces.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    let refuse = |why: &str| Err(format!("the path {path:?} {why}"));
    if !path.starts_with('/') {
        return refuse("does not begin with a slash");
    }
    let mut is_in_braces = false;
    for letter in path.chars() {
        match letter {
            '{' if is_in_braces => return refuse("has a brace within braces"),
            '}' if !is_in_braces => return refuse("has a closing brace without an opening one"),
            '{' | '}' => is_in_braces = !is_in_braces,
            '/' | '?' | '#' if is_in_braces => return refuse("has a name in braces that no parameter has"),
            letter if is_of_a_url(letter) => {}
            letter => return refuse(&format!("has a character that no URL template has: {letter:?}")),
        }
    }
    if is_in_braces { refuse("has an opening brace without a closing one") } else { Ok(()) }
}

/// Refuses a name, of an operation, a group, a parameter or a media type, that is not one line of plain characters.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), String> {
    match name.chars().find(|letter| letter.is_control() || turns_direction(*letter)) {
        Some(letter) => Err(format!("the {what} {name:?} has a character that no name has: {letter:?}")),
        None => Ok(()),
    }
}

/// Letters and digits of all writings, and what RFC 3986 lets stand in a path.
fn is_of_a_url(letter: char) -> bool {
    letter.is_alphanumeric() || "-._~!$&'()*+,;=:@%/?#".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_templates_of_urls() {
        for good in ["/", "/agents/{agent_id}", "/a-b/{c.d}:run", "/日本/{日}", "/x('{id}')", "/a/{a-b}/${x}"] {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "agents",
            "/a b",
            "/a\n/// `",
            "/a`b`",
            "/a\\b",
            "/a\"b",
            "/a<b>",
            "/{a\nb}",
            "/{a{b}}",
            "/{a",
            "/a}",
            "/{a/b}",
            "/a\u{2028}b",
            "/a\u{202e}b",
            "/a\u{0}",
            "/a|b",
        ] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_are_of_one_line() {
        assert_eq!(check_name("operation", "agents.list"), Ok(()));
        for bad in ["a\nb", "a\rb", "a\u{85}b", "a\u{2029}b", "a\u{2066}b", "a\u{1b}[0m"] {
            assert!(check_name("operation", bad).is_err_and(|told| told.starts_with("the operation ")), "{bad:?}");
        }
    }
}
