//! What the YAML reader says of a fault, in the words of people who write configuration and definitions.

/// `fault` without the names of this program's own types.
#[must_use]
pub fn in_plain_words(fault: &str) -> String {
    let Some((before, wanted)) = fault.rsplit_once(", expected ") else { return fault.to_owned() };
    let words = match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        wanted if wanted.starts_with("struct ") => "keys with their values",
        _ => return fault.to_owned(),
    };
    format!("{before}, expected {words}")
}

/// `fault` without what the text itself says: its values may be secrets, and the text another one than was meant.
#[must_use]
pub fn without_values(fault: &str) -> String {
    let expected = |told: &str| {
        told.rsplit_once(", expected ").map_or_else(String::new, |(_, wanted)| format!(", expected {wanted}"))
    };
    for kind in ["invalid type: ", "invalid value: "] {
        let Some((before, told)) = fault.split_once(kind) else { continue };
        // A kind of value, and then perhaps the value.
        let found = told.split(['"', '`', ',']).next().unwrap_or_default().trim_end();
        return format!("{before}{kind}{found}{}", expected(told));
    }
    if let Some((before, told)) = fault.split_once("unknown variant ") {
        return format!("{before}unknown value{}", expected(told));
    }
    if let Some((before, told)) = fault.split_once("unknown field `") {
        let is_word = |key: &&str| {
            key.len() <= 64 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        };
        let key = told.split('`').next().filter(is_word);
        let key = key.map_or_else(|| "unknown key".to_owned(), |key| format!("unknown field `{key}`"));
        return format!("{before}{key}{}", expected(told));
    }
    match (fault.find('"'), fault.rfind('"')) {
        (Some(first), Some(last)) => format!("{}..{}", &fault[..first], &fault[last + 1..]),
        _ => fault.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_told() {
        for (fault, told) in [
            (
                "invalid type: string \"root:x:0:0, expected struct\", expected struct Definition",
                "invalid type: string, expected struct Definition",
            ),
            (
                "a.b: invalid type: string \"say \\\"hi\\\" `x`\", expected f64",
                "a.b: invalid type: string, expected f64",
            ),
            ("a: invalid value: integer `-1`, expected u32", "a: invalid value: integer, expected u32"),
            ("a: invalid type: floating point `0.5`, expected u32", "a: invalid type: floating point, expected u32"),
            ("a: invalid type: sequence, expected a string", "a: invalid type: sequence, expected a string"),
            ("a: unknown variant `hunter2, expected`, expected `b` or `c`", "a: unknown value, expected `b` or `c`"),
            ("unknown field `promt`, expected one of `a`, `b`", "unknown field `promt`, expected one of `a`, `b`"),
            ("unknown field `root:x:0`, expected `a`", "unknown key, expected `a`"),
            ("duplicate entry with key \"hunter2\"", "duplicate entry with key .."),
            ("duplicate field `a`", "duplicate field `a`"),
            ("missing field `a`", "missing field `a`"),
        ] {
            assert_eq!(without_values(fault), told);
        }
    }

    #[test]
    fn types_are_told_in_words() {
        for (fault, told) in [
            (
                "auth: invalid type: sequence, expected struct AuthConfig",
                "auth: invalid type: sequence, expected keys with their values",
            ),
            (
                "a: invalid value: integer `-1`, expected u32",
                "a: invalid value: integer `-1`, expected a whole number, 0 or more",
            ),
            ("unknown variant `a`, expected `b` or `c`", "unknown variant `a`, expected `b` or `c`"),
            ("duplicate field `a`", "duplicate field `a`"),
        ] {
            assert_eq!(in_plain_words(fault), told);
        }
    }
}
