//! Values inside a value, by the names and numbers on the way to them.

use serde_json::Value;

/// What stands at `place`, such as `choices/0/error`. The names in it have no slash.
pub(super) fn at<'v>(value: &'v Value, place: &str) -> Option<&'v Value> {
    place.split('/').try_fold(value, |inside, step| match inside {
        Value::Array(values) => values.get(step.parse::<usize>().ok()?),
        inside => inside.get(step),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_numbers_lead_to_a_value() {
        let value = json!({"choices": [{"error": {"code": 7}}], "0": 1});
        assert_eq!(at(&value, "choices/0/error/code"), Some(&json!(7)));
        assert_eq!(at(&value, "0"), Some(&json!(1)));
        for nowhere in ["choices/1", "choices/error", "choices/0/error/code/x", "", "error"] {
            assert_eq!(at(&value, nowhere), None, "{nowhere}");
        }
    }
}
