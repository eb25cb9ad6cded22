//! The types of `odd-rust.json`, as they are read and written: this takes the driver's place for its client.

#[test]
fn what_is_read_is_written() {
    use astra_client::models::{Change, Event, Kind, Tree, Union, Untagged};
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    fn round<T: DeserializeOwned + Serialize>(value: &Value) -> T {
        let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"));
        assert_eq!(&serde_json::to_value(&read).expect("it is written"), value);
        read
    }

    assert!(matches!(round(&json!({"type": "a"})), Event::A(_)));
    assert!(matches!(round(&json!({"type": "b", "x": 1})), Event::B(_)));
    assert!(matches!(round(&json!({"type": "new", "x": 1})), Event::Unlisted(_)));
    assert!(serde_json::from_value::<Event>(json!({"type": "unknown"})).is_err(), "known, but not what it should be");
    assert!(matches!(round(&json!({"kind": "wrap", "union": {"kind": "two", "more": [1]}})), Union::Wrap(_)));
    assert!(matches!(round(&json!([1, "a", [true]])), Untagged::List(_)));
    assert!(matches!(round(&json!({"x": 1})), Untagged::Unknown(_)));
    assert_eq!(round::<Tree>(&json!([[], [[]]])).0.len(), 2);
    for value in ["", "1", "a-b", "a_b", "A B", "self", "Self", "unknown", "é", "tomorrow"] {
        assert_eq!(round::<Kind>(&json!(value)).as_str(), value);
    }
    assert_eq!(serde_json::to_value(Change::new(None)).expect("it is written"), json!({"must": null}));
    round::<Change>(&json!({"must": "a", "shared": {"note": null, "inner": {"id": "x", "note": null}}, "list": null}));
}
