//! What a server counted, read leniently: it never decides over an answer.

use serde_json::Value;
use serde_json::value::RawValue;

use super::at::at;
use crate::provider::Usage;

/// A longer account is none.
const ACCOUNT_BYTES_MAX: usize = 16 << 10;

/// The counts of OpenAI's protocol; what was read from a cache is part of the input. `None` if nothing was counted.
pub(in crate::provider) fn openai(raw: Option<&RawValue>) -> Option<Usage> {
    let account = account(raw)?;
    let first = |places: &[&str]| places.iter().find_map(|place| count(at(&account, place)));
    let (input, output) = (first(&["prompt_tokens", "input_tokens"]), first(&["completion_tokens", "output_tokens"]));
    let total = first(&["total_tokens"]);
    let rest = |known: Option<u32>| Some(total?.saturating_sub(known?));
    let (input, output) = (input.or_else(|| rest(output)), output.or_else(|| rest(input)));
    let cached = first(&[
        "prompt_tokens_details/cached_tokens",
        "input_tokens_details/cached_tokens",
        "prompt_cache_hit_tokens",
        "cache_read_input_tokens",
        "cached_tokens",
    ]);
    let written = first(&["prompt_tokens_details/cache_write_tokens", "cache_creation_input_tokens"]);
    let usage = Usage {
        input_tokens: input.unwrap_or(0),
        output_tokens: output.unwrap_or(0),
        cached_input_tokens: cached.unwrap_or(0),
        cache_write_tokens: written.unwrap_or(0),
    };
    // Servers that count at the end alone have zeros until then.
    (usage.input_tokens > 0 || usage.output_tokens > 0).then(|| usage.consistent())
}

/// The counts of Anthropic's protocol as they are now, if they were `before`: events tell what has changed. What was read
/// from a cache, or written to it, stands there beside the input.
pub(in crate::provider) fn anthropic(raw: Option<&RawValue>, before: Usage) -> Option<Usage> {
    let account = account(raw)?;
    let counted = |place: &str| count(at(&account, place));
    let cached = counted("cache_read_input_tokens").unwrap_or(0);
    let by_age = ["cache_creation/ephemeral_5m_input_tokens", "cache_creation/ephemeral_1h_input_tokens"];
    let written = counted("cache_creation_input_tokens")
        .unwrap_or_else(|| by_age.into_iter().filter_map(counted).fold(0, u32::saturating_add));
    let input = counted("input_tokens").unwrap_or(0).saturating_add(cached).saturating_add(written);
    let usage = Usage {
        input_tokens: before.input_tokens.max(input),
        output_tokens: counted("output_tokens").unwrap_or(before.output_tokens),
        cached_input_tokens: before.cached_input_tokens.max(cached),
        cache_write_tokens: before.cache_write_tokens.max(written),
    };
    (usage.input_tokens > 0 || usage.output_tokens > 0).then(|| usage.consistent())
}

impl Usage {
    /// With no more tokens of a cache than there are.
    fn consistent(self) -> Self {
        let cached_input_tokens = self.cached_input_tokens.min(self.input_tokens);
        let cache_write_tokens = self.cache_write_tokens.min(self.input_tokens - cached_input_tokens);
        Self { cached_input_tokens, cache_write_tokens, ..self }
    }
}

fn account(raw: Option<&RawValue>) -> Option<Value> {
    let text = raw?.get();
    if text.len() > ACCOUNT_BYTES_MAX { None } else { serde_json::from_str(text).ok() }
}

/// A count, which may be a fraction or stand in a text; what is negative or beyond all counts was not counted.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to the range of the type before")]
fn count(value: Option<&Value>) -> Option<u32> {
    let number = match value? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (0.0..=f64::from(u32::MAX)).contains(&number).then(|| number.round() as u32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn raw(value: &Value) -> Box<RawValue> {
        RawValue::from_string(value.to_string()).unwrap()
    }

    fn usage(input_tokens: u32, output_tokens: u32, cached_input_tokens: u32, cache_write_tokens: u32) -> Usage {
        Usage { input_tokens, output_tokens, cached_input_tokens, cache_write_tokens }
    }

    #[test]
    fn odd_counts_are_read_and_odder_ones_are_none() {
        for (account, expected) in [
            (json!({"prompt_tokens": 11.0, "completion_tokens": 37.25}), Some(usage(11, 37, 0, 0))),
            (json!({"prompt_tokens": "11", "completion_tokens": " 7.6 "}), Some(usage(11, 8, 0, 0))),
            (json!({"prompt_tokens": -1, "completion_tokens": 7}), Some(usage(0, 7, 0, 0))),
            (json!({"total_tokens": 18, "completion_tokens": 7}), Some(usage(11, 7, 0, 0))),
            (json!({"total_tokens": 5, "prompt_tokens": 7}), Some(usage(7, 0, 0, 0))),
            (json!({"input_tokens": 3, "output_tokens": 4}), Some(usage(3, 4, 0, 0))),
            (json!({"prompt_tokens": 1e300, "completion_tokens": 7, "total_tokens": null}), Some(usage(0, 7, 0, 0))),
            (json!({"prompt_tokens": 0, "completion_tokens": 0}), None),
            (json!({"prompt_tokens": {}, "completion_tokens": []}), None),
            (json!([1, 2]), None),
            (json!("many"), None),
            (json!({}), None),
        ] {
            assert_eq!(openai(Some(&raw(&account))), expected, "{account}");
        }
        assert_eq!(openai(None), None);
    }

    #[test]
    fn what_caches_gave_is_part_of_the_input() {
        for (account, expected) in [
            (
                json!({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 4}}),
                usage(9, 1, 4, 0),
            ),
            (json!({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": "5"}), usage(9, 1, 5, 0)),
            (
                json!({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": null, "cached_tokens": 99}),
                usage(9, 1, 9, 0),
            ),
            (
                json!({"prompt_tokens": 9, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 3}),
                usage(9, 0, 2, 3),
            ),
        ] {
            assert_eq!(openai(Some(&raw(&account))), Some(expected), "{account}");
        }
        let first = json!({"input_tokens": 10, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 5, "output_tokens": 1});
        let first = anthropic(Some(&raw(&first)), Usage::default()).unwrap();
        assert_eq!(first, usage(18, 1, 5, 3));
        assert_eq!(anthropic(Some(&raw(&json!({"output_tokens": 7.5}))), first), Some(usage(18, 8, 5, 3)));
        let by_age = json!({"input_tokens": 1, "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 4}});
        assert_eq!(anthropic(Some(&raw(&by_age)), Usage::default()), Some(usage(7, 0, 0, 6)));
        assert_eq!(anthropic(Some(&raw(&json!("none"))), first), Some(first));
    }
}
