//! Patterns that stand for several names.

/// Whether `pattern` stands for `name`: each `*` in it stands for any text.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let Some((middle, last)) = rest.rsplit_once('*') else { return left.ends_with(rest) };
    for part in middle.split('*') {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, is_one) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("*", "anything", true),
            ("**", "anything", true),
            ("crm_*", "crm_", true),
            ("crm_*", "crm", false),
            ("*_read", "crm_read", true),
            ("*_read", "crm_readme", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*a", "aba", true),
            ("a*b*a", "ab", false),
            ("a*b*c*", "axxbxxcxx", true),
            ("*b*b*", "ab", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "abxb", false),
            ("A*", "a", false),
        ] {
            assert_eq!(matches(pattern, name), is_one, "{pattern} {name}");
        }
    }
}
