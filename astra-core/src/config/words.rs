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

#[cfg(test)]
mod tests {
    use super::*;

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
