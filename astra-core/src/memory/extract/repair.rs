//! What a model answers, read as the items it was asked for: answers of small models stand between fences or words, end in the
//! middle or have a comma too many. What cannot be read is said, so that the model can be asked once more.

use serde_json::Value;

/// Bytes of an answer that are read: one that is longer is none of eight short items.
const ANSWER_BYTES: usize = 65_536;
/// Most items that are looked at.
const READ_MAX: usize = 32;

/// An item as the model gave it: nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct RawItem {
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) attribute: String,
    pub(super) value: String,
    pub(super) object: String,
    pub(super) quote: String,
}

/// The items of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Answer {
    pub(super) items: Vec<RawItem>,
    /// How many of them were no items.
    pub(super) malformed: usize,
    /// Whether the answer had to be repaired.
    pub(super) is_repaired: bool,
}

/// Reads an answer.
///
/// # Errors
/// Says in one sentence, for the model, what is wrong with it.
pub(super) fn read(text: &str) -> Result<Answer, &'static str> {
    if text.len() > ANSWER_BYTES {
        return Err("The answer is too long.");
    }
    if let Ok(value) = serde_json::from_str::<Value>(text.trim()) {
        return items(&value, false);
    }
    let start = text.find('{').ok_or("The answer holds no JSON object.")?;
    let candidates = [outermost(&text[start..]), closed(&text[start..])];
    let parsed = candidates.into_iter().flatten().find_map(|text| serde_json::from_str::<Value>(&text).ok());
    items(&parsed.ok_or("The answer is not valid JSON.")?, true)
}

/// From the first brace to the last one, without commas before closing brackets.
fn outermost(text: &str) -> Option<String> {
    let end = text.rfind('}')?;
    Some(without_trailing_commas(&text[..=end]))
}

/// An object that was cut: up to the last item that is whole, with its brackets closed.
fn closed(text: &str) -> Option<String> {
    let (mut open, mut is_text, mut is_escaped) = (Vec::new(), false, false);
    let mut whole = None;
    for (at, character) in text.char_indices() {
        if is_text {
            match character {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '"' => is_text = false,
                _ => {}
            }
            continue;
        }
        match character {
            '"' => is_text = true,
            '{' | '[' => open.push(character),
            '}' | ']' => {
                open.pop();
                match open.as_slice() {
                    [] => return Some(without_trailing_commas(&text[..=at])),
                    ['{', '['] => whole = Some(at),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    whole.map(|at| format!("{}]}}", without_trailing_commas(&text[..=at])))
}

fn without_trailing_commas(text: &str) -> String {
    let (mut kept, mut is_text, mut is_escaped) = (String::with_capacity(text.len()), false, false);
    for character in text.chars() {
        if is_text {
            match character {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '"' => is_text = false,
                _ => {}
            }
        } else if character == '"' {
            is_text = true;
        } else if matches!(character, '}' | ']') {
            let length = kept.trim_end().len();
            if kept[..length].ends_with(',') {
                kept.truncate(length - 1);
            }
        }
        kept.push(character);
    }
    kept
}

fn items(value: &Value, is_repaired: bool) -> Result<Answer, &'static str> {
    // Some models answer the list alone.
    let list = value.get("items").unwrap_or(value).as_array().ok_or("The object has no list `items`.")?;
    let read: Vec<_> = list.iter().take(READ_MAX).map(item).collect();
    let malformed = read.iter().filter(|item| item.is_none()).count();
    Ok(Answer { items: read.into_iter().flatten().collect(), malformed, is_repaired })
}

/// An item whose fields are all texts; one that is left out is empty.
fn item(value: &Value) -> Option<RawItem> {
    let object = value.as_object()?;
    let text = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.trim().to_owned()),
        Some(Value::Number(number)) if name == "value" => Some(number.to_string()),
        Some(_) => None,
    };
    Some(RawItem {
        kind: text("kind")?,
        subject: text("subject")?,
        attribute: text("attribute")?,
        value: text("value")?,
        object: text("object")?,
        quote: text("quote")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str =
        r#"{"kind":"fact","subject":"user","attribute":"home","value":"Bern","object":"","quote":"I live in Bern"}"#;

    #[test]
    fn broken_answers_are_repaired() {
        for text in [
            format!("```json\n{{\"items\":[{ITEM}]}}\n```"),
            format!("Sure! Here it is: {{\"items\":[{ITEM},]}} Anything else?"),
            format!("{{\"items\":[{ITEM},{{\"kind\":\"fact\",\"subj"),
            format!("{{\"items\":[{ITEM},"),
            format!("{{\"items\":[{ITEM}"),
            format!("{{\"items\":[{ITEM}]"),
        ] {
            let answer = read(&text).unwrap();
            assert_eq!(
                (answer.items.len(), answer.is_repaired, answer.items[0].value.as_str()),
                (1, true, "Bern"),
                "{text}"
            );
        }
        assert_eq!(read("{\"items\":[]}"), Ok(Answer::default()));
        assert!(!read(&format!("[{ITEM}]")).unwrap().is_repaired);
    }

    #[test]
    fn what_is_no_list_of_items_is_refused() {
        let deep = "{\"items\":".repeat(10_000);
        for text in [
            "",
            "I found nothing.",
            "{",
            "{}",
            "{\"items\": 7}",
            "{\"items\": \"none\"}",
            "null",
            &deep,
            &"x".repeat(1 << 20),
        ] {
            assert!(read(text).is_err(), "{}", &text[..text.len().min(40)]);
        }
        let answer = read(r#"{"items":[1,"a",[],{"kind":7},{"kind":{}},{"value":[1]},{}]}"#).unwrap();
        assert_eq!((answer.malformed, answer.items), (6, vec![RawItem::default()]));
    }
}
