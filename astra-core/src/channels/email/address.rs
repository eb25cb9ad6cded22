//! Addresses as headers of mails have them. <https://www.rfc-editor.org/rfc/rfc5322#section-3.4>

/// An address with the name before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Mailbox {
    /// The address in lower case; the empty text if there is none.
    pub(super) address: String,
    /// The name, if there is one.
    pub(super) name: Option<String>,
}

impl Mailbox {
    /// An address with a name, which may be empty.
    pub(super) fn new(address: &str, name: &str) -> Self {
        let name = name.trim();
        Self { address: address.trim().to_lowercase(), name: (!name.is_empty()).then(|| name.to_owned()) }
    }
}

/// The mailboxes of a list, such as `"Katherine, J." <katherine@nasa.com>, dorothy@nasa.com`.
pub(super) fn parse_list(text: &str) -> Vec<Mailbox> {
    let mut mailboxes = Vec::new();
    for one in split(text) {
        let mailbox = match (one.rfind('<'), one.rfind('>')) {
            (Some(open), Some(close)) if open < close => Mailbox::new(&one[open + 1..close], &unquoted(&one[..open])),
            _ => Mailbox::new(&one, ""),
        };
        if is_address(&mailbox.address) {
            mailboxes.push(mailbox);
        }
    }
    mailboxes
}

/// Whether it has a local part and a domain, and nothing that has a meaning in headers.
pub(super) fn is_address(text: &str) -> bool {
    let is_plain =
        !text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || "<>,;\"".contains(letter));
    is_plain && text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// What follows the last `@`.
pub(super) fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// The parts between commas that are not within quotes or angle brackets.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut is_quoted, mut is_angled, mut is_escaped) = (false, false, false);
    for letter in text.chars() {
        match letter {
            '"' if !is_escaped => is_quoted = !is_quoted,
            '<' if !is_quoted => is_angled = true,
            '>' if !is_quoted => is_angled = false,
            ',' if !is_quoted && !is_angled => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        is_escaped = letter == '\\' && is_quoted && !is_escaped;
        part.push(letter);
    }
    parts.push(part);
    parts
}

fn unquoted(name: &str) -> String {
    let name = name.trim();
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name.to_owned(),
    }
}
