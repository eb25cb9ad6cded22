//! `http_fetch`: reads a page of the web. Each address that it is led to goes through the guard of what leaves this machine.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::tool::{BoxFuture, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
use crate::content::without_nul;
use crate::outbound::{GuardedClient, GuardedRequest, GuardedResponse};

pub(super) const NAME: &str = "http_fetch";

/// Longest time of a request with its redirects and its body.
const FETCH_TIMEOUT: Duration = Duration::from_secs(20);
/// Most redirects that are followed.
const REDIRECTS_MAX: u32 = 5;
/// Most bytes of a page that are read; the rest is left out.
const BODY_BYTES_MAX: usize = 1 << 20;
/// Pages whose text is extracted at the same time.
const EXTRACTIONS_MAX: usize = 4;
/// Columns of the extracted text.
const COLUMNS: usize = 120;
/// What is asked for.
const ACCEPTED: &str = "text/html, text/plain;q=0.9, application/json;q=0.9, text/*;q=0.8, */*;q=0.1";

/// The tool.
pub(super) struct HttpFetch {
    client: GuardedClient,
    extractions: Arc<Semaphore>,
}

impl HttpFetch {
    pub(super) fn new(client: GuardedClient) -> Self {
        Self { client, extractions: Arc::new(Semaphore::new(EXTRACTIONS_MAX)) }
    }

    async fn fetch(&self, url: &str) -> Result<ToolOutput, ToolError> {
        let request = GuardedRequest::new(Method::GET, url).and_then(|request| {
            let request = request.follow_redirects(REDIRECTS_MAX).timeout(FETCH_TIMEOUT);
            request.header(ACCEPT, HeaderValue::from_static(ACCEPTED))
        });
        let request = request.map_err(|refusal| format!("The URL was not fetched: {refusal}."))?;
        let sent = self.client.send(request).await;
        let mut response = sent.map_err(|fault| format!("The URL was not fetched: {fault}."))?;
        let (url, status) = (response.url().to_owned(), response.status());
        let kind = Kind::of(&response)?;
        let (body, is_cut) = beginning(&mut response).await?;
        let text = without_nul(self.text(kind, body).await?);
        let cut =
            if is_cut { format!("\n[cut: the page is longer than {BODY_BYTES_MAX} bytes]") } else { String::new() };
        let answer = format!("URL: {url}\nStatus: {}\n\n{}{cut}", status.as_u16(), text.trim());
        if status.is_success() { Ok(answer.into()) } else { Err(answer.into()) }
    }

    async fn text(&self, kind: Kind, body: Vec<u8>) -> Result<String, ToolError> {
        let text = match kind.charset {
            Charset::Utf8 => {
                String::from_utf8(body).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned())
            }
            Charset::Latin1 => body.into_iter().map(char::from).collect(),
        };
        if !kind.is_html {
            return Ok(text);
        }
        let failed = |_| ToolError::new("The page cannot be read.");
        let turn =
            Arc::clone(&self.extractions).acquire_owned().await.map_err(|_| ToolError::new("The gateway stops."))?;
        // It goes on to its end if the call is given up, and holds its turn so long.
        let extracted = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            extract(&text)
        });
        extracted.await.map_err(failed)?
    }
}

impl Tool for HttpFetch {
    fn definition(&self) -> ToolDefinition {
        let parameters = json!({
            "type": "object",
            "properties": {
                "url": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 8_192,
                    "description": "The URL, which begins with https:// or http://.",
                },
            },
            "required": ["url"],
            "additionalProperties": false,
        });
        let description =
            "Reads a page of the web by its URL: the text of an HTML page, or JSON and other text as it is.";
        ToolDefinition::new(NAME, description, parameters).read_only()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(self.fetch(arguments.get("url").and_then(Value::as_str).unwrap_or_default()))
    }
}

/// What an answer says that it is.
struct Kind {
    is_html: bool,
    charset: Charset,
}

#[derive(Clone, Copy)]
enum Charset {
    Utf8,
    Latin1,
}

impl Kind {
    fn of(response: &GuardedResponse) -> Result<Self, ToolError> {
        let header = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("text/plain");
        Self::read(header)
    }

    fn read(header: &str) -> Result<Self, ToolError> {
        let mut parts = header.split(';').map(|part| part.trim().to_ascii_lowercase());
        let essence = parts.next().unwrap_or_default();
        let is_html = matches!(essence.as_str(), "text/html" | "application/xhtml+xml");
        let is_text = essence.starts_with("text/")
            || essence.ends_with("+json")
            || essence.ends_with("+xml")
            || ["application/json", "application/xml", "application/javascript", "application/yaml"]
                .contains(&essence.as_str());
        if !is_text {
            let essence = crate::text::shorten(&essence);
            return Err(ToolError::new(format!("The URL leads to `{essence}`, which is no text.")));
        }
        let charset =
            parts.find_map(|part| part.strip_prefix("charset=").map(|name| name.trim_matches('"').to_owned()));
        let charset = match charset.as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii") => Charset::Utf8,
            Some("iso-8859-1" | "latin1" | "windows-1252") => Charset::Latin1,
            Some(other) => {
                let other = crate::text::shorten(other);
                return Err(ToolError::new(format!("The page is written in `{other}`, which cannot be read.")));
            }
        };
        Ok(Self { is_html, charset })
    }
}

/// The beginning of the body, and whether there is more of it.
async fn beginning(response: &mut GuardedResponse) -> Result<(Vec<u8>, bool), ToolError> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|fault| format!("The page broke off: {fault}."))? {
        let room = BODY_BYTES_MAX - body.len();
        if bytes.len() > room {
            body.extend_from_slice(&bytes[..room]);
            return Ok((body, true));
        }
        body.extend_from_slice(&bytes);
    }
    Ok((body, false))
}

/// The text of an HTML page.
fn extract(page: &str) -> Result<String, ToolError> {
    let text = html2text::config::plain().no_table_borders().allow_width_overflow();
    text.string_from_read(page.as_bytes(), COLUMNS).map_err(|_| ToolError::new("The page cannot be read."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_page_is_what_a_reader_sees() {
        let page = "<html><head><title>T</title><style>p {}</style><script>alert(1)</script></head><body><h1>Head</h1>\
                    <p>One &amp; <b>two</b>.</p><ul><li>item</li></ul><table><tr><td>a</td><td>b</td></tr></table></body>";
        let text = extract(page).expect("text");
        for part in ["Head", "One & ", "two", "item", "a", "b"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("alert") && !text.contains("{}") && !text.contains("<p>"), "{text}");
    }

    #[test]
    fn pages_that_were_made_to_hurt_have_an_end() {
        for piece in ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "<a href=x>", "<", "&#0;", "</p>"] {
            let page = piece.repeat(20_000 / piece.len());
            // Whether there is a text is not the question.
            let _text = extract(&page);
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (header, is_html) in [
            ("text/html; charset=UTF-8", true),
            ("TEXT/HTML;charset=\"utf-8\"", true),
            ("text/plain", false),
            ("application/json", false),
            ("application/ld+json; charset=iso-8859-1", false),
        ] {
            assert_eq!(Kind::read(header).map(|kind| kind.is_html), Ok(is_html), "{header}");
        }
        for header in ["image/png", "application/octet-stream", "", "text/html; charset=utf-16"] {
            assert!(Kind::read(header).is_err(), "{header}");
        }
    }
}
