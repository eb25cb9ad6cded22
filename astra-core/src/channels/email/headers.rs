//! The headers of a mail, and what they say of its thread. <https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4>

use chrono::DateTime;

/// The headers in their order, names in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    /// Of names and values.
    pub(super) fn new<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self(headers.map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned())).collect())
    }

    /// Reads headers as a mail has them; a line that begins with white space goes on with the one before.
    pub(super) fn parse(text: &str) -> Self {
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            match (headers.last_mut(), line.split_once(':')) {
                (Some((_, value)), _) if line.starts_with([' ', '\t']) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (_, Some((name, value))) => headers.push((name.trim().to_lowercase(), value.trim().to_owned())),
                _ => {}
            }
        }
        Self(headers)
    }

    /// All values of a name in lower case.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name in lower case; the empty text if there is none.
    pub(super) fn first<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    /// The mail's own id with its angle brackets; the empty text if it has none.
    pub(super) fn message_id(&self) -> &str {
        ids(self.first("message-id")).first().copied().unwrap_or_default()
    }

    /// The ids of the mails before it in its thread, the first one first.
    pub(super) fn references(&self) -> Vec<&str> {
        let mut references = ids(self.first("references"));
        if references.is_empty() {
            references = ids(self.first("in-reply-to"));
            references.truncate(1);
        }
        references
    }

    /// When it was written, in milliseconds since the epoch.
    pub(super) fn date_ms(&self) -> Option<i64> {
        date_ms(self.first("date"))
    }
}

/// The date of a header, in milliseconds since the epoch.
pub(super) fn date_ms(text: &str) -> Option<i64> {
    // Without the name of the time zone behind it.
    let date = text.split('(').next().unwrap_or_default().trim();
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.timestamp_millis())
}

/// The ids in a header, with their angle brackets.
fn ids(value: &str) -> Vec<&str> {
    let (mut ids, mut rest) = (Vec::new(), value);
    while let Some((_, tail)) = rest.find('<').map(|open| rest.split_at(open)) {
        let Some(close) = tail.find('>') else { break };
        let id = &tail[..=close];
        if id.len() > 2 && !id.contains(char::is_whitespace) {
            ids.push(id);
        }
        rest = &tail[close + 1..];
    }
    ids
}
