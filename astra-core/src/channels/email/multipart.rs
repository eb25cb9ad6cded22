//! Reads `multipart/form-data` (RFC 7578), as SendGrid posts it.

use bytes::Bytes;

use crate::channels::request::Unreadable;

/// Most parts of a body; a mail has a dozen, and one for each attachment.
const PARTS_MAX: usize = 200;

/// A part of a form.
pub(super) struct Part {
    /// The name of the field.
    pub(super) name: String,
    /// The file's name, if it is a file.
    pub(super) file_name: Option<String>,
    /// The media type; the empty text if the part does not say it.
    pub(super) media_type: String,
    /// The content.
    pub(super) content: Bytes,
}

/// The parts of a body of this content type.
pub(super) fn parts(content_type: &str, body: &Bytes) -> Result<Vec<Part>, Unreadable> {
    let unreadable = |why: &str| Unreadable(format!("the form cannot be read: {why}"));
    let boundary = parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty());
    let boundary = boundary.ok_or_else(|| unreadable("it has no boundary"))?;
    let delimiter = format!("\r\n--{boundary}");
    let first = &delimiter.as_bytes()[2..];
    // What comes before the first delimiter is no part; it begins the body, or a line.
    let mut at = match body.starts_with(first) {
        true => first.len(),
        false => find(body, delimiter.as_bytes()).ok_or_else(|| unreadable("it has no part"))? + delimiter.len(),
    };
    let mut parts = Vec::new();
    loop {
        let rest = &body[at..];
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        let length = find(rest, delimiter.as_bytes()).ok_or_else(|| unreadable("it is cut"))?;
        let part = body.slice(at..at + length);
        parts.push(read_part(&part).ok_or_else(|| unreadable("a part has no name"))?);
        if parts.len() > PARTS_MAX {
            return Err(unreadable("it has too many parts"));
        }
        at += length + delimiter.len();
    }
}

/// A part from what follows its delimiter: headers, an empty line, the content.
fn read_part(part: &Bytes) -> Option<Part> {
    let end = find(part, b"\r\n\r\n")?;
    let headers = String::from_utf8_lossy(&part[..end]);
    let header = |name: &str| {
        headers.split("\r\n").find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
    let disposition = header("content-disposition")?;
    Some(Part {
        name: parameter(disposition, "name")?,
        file_name: parameter(disposition, "filename"),
        media_type: header("content-type")
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase(),
        content: part.slice(end + 4..),
    })
}

/// A parameter of a header's value, such as `boundary` of `multipart/form-data; boundary=xYzZY`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let (_, mut rest) = value.split_once(';')?;
    loop {
        let (key, after) = rest.split_once('=')?;
        let (value, next) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_text(quoted),
            None => {
                let (value, next) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            }
        };
        if key.trim().trim_start_matches(';').trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = next.trim_start().trim_start_matches(';');
    }
}

/// The text up to a quote, and what follows it. Browsers write a quote as `%22`, others as `\"`.
fn quoted_text(quoted: &str) -> (String, &str) {
    let (mut text, mut letters) = (String::new(), quoted.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, &quoted[at + 1..]),
            '\\' if quoted[at + 1..].starts_with(['"', '\\']) => {
                text.extend(letters.next().map(|(_, letter)| letter));
            }
            letter => text.push(letter),
        }
    }
    (text, "")
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
