//! What a server answers, as text for a model. What is no text is named.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};

/// Longest text of which one line is made.
const LINE_CHARACTERS_MAX: usize = 300;

/// The text of a result: its blocks, or what it says as JSON if it has no block.
pub(super) fn result_text(result: &CallToolResult) -> String {
    let blocks: Vec<String> = result.content.iter().map(block_text).collect();
    let has_text = result.content.iter().any(|block| matches!(block, ContentBlock::Text(_)));
    // A server that has both says the same in its text.
    let structured = result.structured_content.as_ref().filter(|_| !has_text).map(ToString::to_string);
    let text = blocks.into_iter().chain(structured).collect::<Vec<_>>().join("\n");
    match text.as_str() {
        "" if result.is_error == Some(true) => "The tool failed and says nothing of it.".to_owned(),
        _ => text,
    }
}

fn block_text(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Image(image) => binary("image", Some(&image.mime_type), &image.data),
        ContentBlock::Audio(audio) => binary("audio", Some(&audio.mime_type), &audio.data),
        ContentBlock::Resource(embedded) => contents_text(&embedded.resource),
        ContentBlock::ResourceLink(link) => {
            let name = link.title.as_deref().unwrap_or(&link.name);
            format!("[resource {} ({})]", one_line(&link.uri), one_line(name))
        }
        _ => "[content of an unknown kind]".to_owned(),
    }
}

/// The text of a resource.
pub(super) fn contents_text(contents: &ResourceContents) -> String {
    match contents {
        ResourceContents::TextResourceContents { text, .. } => text.clone(),
        ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
            format!("{} of {}", binary("data", mime_type.as_deref(), blob), one_line(uri))
        }
        _ => "[content of an unknown kind]".to_owned(),
    }
}

/// What is said in the place of Base64.
fn binary(kind: &str, mime_type: Option<&str>, base64: &str) -> String {
    let bytes = base64.trim_end_matches('=').len() / 4 * 3 + base64.trim_end_matches('=').len() % 4 * 3 / 4;
    let mime_type = mime_type.map_or_else(String::new, |mime_type| format!(" {}", one_line(mime_type)));
    format!("[{kind}{mime_type} of {bytes} bytes, which is not shown]")
}

/// `text` on one line that is not too long.
pub(super) fn one_line(text: &str) -> String {
    let line: String = text.chars().take(LINE_CHARACTERS_MAX).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_no_text_is_named_and_what_is_structured_is_said_once() {
        let text = |result: Value| result_text(&serde_json::from_value(result).unwrap());
        assert_eq!(text(json!({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]})), "a\nb");
        assert_eq!(
            text(json!({"content": [{"type": "image", "mimeType": "image/png", "data": "AAAA"}]})),
            "[image image/png of 3 bytes, which is not shown]"
        );
        assert_eq!(
            text(json!({"content": [{"type": "audio", "mimeType": "audio/wav", "data": "AAA="}]})),
            "[audio audio/wav of 2 bytes, which is not shown]"
        );
        let embedded = json!({"content": [
            {"type": "resource", "resource": {"uri": "file:///a", "text": "of a"}},
            {"type": "resource", "resource": {"uri": "file:///b", "mimeType": "x/y", "blob": "AA=="}},
            {"type": "resource_link", "uri": "file:///c", "name": "c"},
        ]});
        assert_eq!(
            text(embedded),
            "of a\n[data x/y of 1 bytes, which is not shown] of file:///b\n[resource file:///c (c)]"
        );
        assert_eq!(text(json!({"content": [], "structuredContent": {"a": 1}})), r#"{"a":1}"#);
        let both = json!({"content": [{"type": "text", "text": "said"}], "structuredContent": {"a": 1}});
        assert_eq!(text(both), "said");
        assert_eq!(text(json!({"content": [], "isError": true})), "The tool failed and says nothing of it.");
        assert_eq!(text(json!({"content": []})), "");
    }
}
