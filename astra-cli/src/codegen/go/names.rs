//! Names as Go writes them.

use crate::codegen::naming;

/// Words that are written in capitals.
const INITIALISMS: [&str; 43] = [
    "ai", "api", "ascii", "cpu", "css", "csv", "db", "dns", "eof", "guid", "html", "http", "https", "id", "ip", "json",
    "jwk", "jwks", "jwt", "mime", "os", "pdf", "ram", "rpc", "smtp", "sql", "sse", "ssh", "tcp", "tls", "ttl", "udp",
    "ui", "uid", "uri", "url", "usd", "utf8", "uuid", "vm", "xml", "xss", "yaml",
];

/// What a parameter of a method cannot be called: keywords, what the language declares, and what methods use themselves.
const TAKEN_BY_METHODS: [&str; 76] = [
    "any",
    "append",
    "body",
    "bool",
    "break",
    "byte",
    "cap",
    "case",
    "chan",
    "clear",
    "close",
    "complex",
    "connection",
    "const",
    "context",
    "continue",
    "copy",
    "ctx",
    "cursor",
    "cursorOf",
    "decodeBytes",
    "decodeObject",
    "decodeText",
    "decodeValue",
    "default",
    "defer",
    "delete",
    "else",
    "error",
    "fallthrough",
    "false",
    "fetch",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "imag",
    "import",
    "int",
    "interface",
    "iota",
    "len",
    "listOf",
    "listPages",
    "listRichPages",
    "make",
    "map",
    "mapOf",
    "max",
    "min",
    "new",
    "newRequest",
    "nil",
    "openStream",
    "options",
    "orNull",
    "package",
    "panic",
    "params",
    "perform",
    "print",
    "range",
    "read",
    "real",
    "request",
    "return",
    "s",
    "select",
    "streamRules",
    "string",
    "struct",
    "switch",
    "true",
    "type",
    "var",
];

/// `AgentID`
pub(super) fn exported(name: &str) -> String {
    naming::words(name).iter().map(|word| capitalised(word)).collect()
}

/// `agentID`
pub(super) fn unexported(name: &str) -> String {
    let words = naming::words(name);
    let (first, rest) = words.split_at(1.min(words.len()));
    first.iter().cloned().chain(rest.iter().map(|word| capitalised(word))).collect()
}

/// The name of a method's parameter.
pub(super) fn parameter(name: &str) -> String {
    let wanted = unexported(name);
    let is_taken = TAKEN_BY_METHODS.contains(&wanted.as_str()) || wanted.starts_with("unmarshal");
    if is_taken { wanted + "Value" } else { wanted }
}

/// What a value of an enumeration adds to the name of its type.
pub(super) fn constant(value: &str) -> String {
    let words = naming::words(value);
    let begins_with_digit = value.chars().find(char::is_ascii_alphanumeric).is_some_and(|first| first.is_ascii_digit());
    match words.as_slice() {
        _ if value.is_empty() => "Empty".to_owned(),
        _ if !value.chars().any(|letter| letter.is_ascii_alphanumeric()) => "Other".to_owned(),
        [_, rest @ ..] if begins_with_digit => rest.iter().map(|word| capitalised(word)).collect(),
        words => words.iter().map(|word| capitalised(word)).collect(),
    }
}

fn capitalised(word: &str) -> String {
    if INITIALISMS.contains(&word) {
        return word.to_ascii_uppercase();
    }
    if let Some(one) = word.strip_suffix('s').filter(|one| one.len() > 1 && INITIALISMS.contains(one)) {
        return one.to_ascii_uppercase() + "s";
    }
    naming::capitalised(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initialisms_are_capitals() {
        for (name, expected) in [
            ("agent_id", "AgentID"),
            ("ImageUrl", "ImageURL"),
            ("cost_usd_per_day", "CostUSDPerDay"),
            ("OpenAiErrorBody", "OpenAIErrorBody"),
            ("message_ids", "MessageIDs"),
            ("jwks", "JWKS"),
            ("@id", "ID"),
            ("$ref", "Ref"),
            ("status", "Status"),
            ("", "N"),
        ] {
            assert_eq!(exported(name), expected, "{name}");
        }
        assert_eq!(unexported("agent_id"), "agentID");
        assert_eq!(unexported("ID"), "id");
    }

    #[test]
    fn parameters_are_no_keywords() {
        assert_eq!(parameter("type"), "typeValue");
        assert_eq!(parameter("ctx"), "ctxValue");
        assert_eq!(parameter("agent-id"), "agentID");
    }

    #[test]
    fn every_value_has_a_name() {
        for (value, expected) in [
            ("queue", "Queue"),
            ("1", "1"),
            ("2d", "2d"),
            ("", "Empty"),
            ("*", "Other"),
            ("a-b", "AB"),
            ("agents:read", "AgentsRead"),
        ] {
            assert_eq!(constant(value), expected, "{value}");
        }
    }
}
