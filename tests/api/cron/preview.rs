//! `cron.preview`

use astra_core::auth::Role;
use serde_json::json;

use super::{each, pointers, turns_away};
use crate::support::{TestApp, both_backends};

const PREVIEW: &str = "/cron/preview";

both_backends! {
    async fn shows_the_next_slots_from_now(app: TestApp) {
        let preview = app.viewer().post(PREVIEW).json(&json!({"expression": "30 7 * * MON-FRI"})).await.expect(200);
        let slots = preview["slots"].as_array().expect("a list");
        assert_eq!((slots.len(), &slots[0]["at"], &slots[4]["at"]), (10, &json!("2026-11-24T07:30:00.000Z"), &json!("2026-11-30T07:30:00.000Z")));
        assert!(preview["description"].as_str().is_some_and(|text| text.contains("Monday")), "{preview}");
    }

    async fn is_for_viewers(app: TestApp) {
        turns_away(&app, Role::Viewer, |caller| caller.post(PREVIEW).json(&json!({"expression": "* * * * *"}))).await;
    }
}

#[tokio::test]
async fn says_what_daylight_saving_does() {
    let app = TestApp::new().await;
    for (after, zone, expected) in [
        (
            "2027-03-27T12:00:00Z",
            "Europe/Berlin",
            [("2027-03-28T03:00:00+02:00", "moved"), ("2027-03-29T02:30:00+02:00", "unaffected")],
        ),
        (
            "2027-10-30T12:00:00Z",
            "Europe/Berlin",
            [("2027-10-31T02:30:00+02:00", "first_of_two"), ("2027-11-01T02:30:00+01:00", "unaffected")],
        ),
        (
            "2027-03-13T12:00:00Z",
            "America/New_York",
            [("2027-03-14T03:00:00-04:00", "moved"), ("2027-03-15T02:30:00-04:00", "unaffected")],
        ),
        (
            "2027-03-13T12:00:00Z",
            "Asia/Tokyo",
            [("2027-03-14T02:30:00+09:00", "unaffected"), ("2027-03-15T02:30:00+09:00", "unaffected")],
        ),
    ] {
        let asked = json!({"expression": "30 2 * * *", "timezone": zone, "after": after, "count": 2});
        let preview = app.viewer().post(PREVIEW).json(&asked).await.expect(200);
        let slots = preview["slots"].as_array().expect("a list");
        assert_eq!(each(slots, "local"), expected.map(|(local, _)| local), "{after}");
        assert_eq!(each(slots, "daylight_saving"), expected.map(|(_, saving)| saving), "{after}");
    }
    let hourly =
        json!({"expression": "0 * * * *", "timezone": "Europe/Berlin", "after": "2027-10-30T23:30:00Z", "count": 3});
    let preview = app.viewer().post(PREVIEW).json(&hourly).await.expect(200);
    let slots = preview["slots"].as_array().expect("a list");
    assert_eq!(each(slots, "daylight_saving"), ["first_of_two", "second_of_two", "unaffected"]);
}

#[tokio::test]
async fn refuses_what_is_no_expression_and_shows_what_never_comes() {
    let app = TestApp::new().await;
    let never = app.viewer().post(PREVIEW).json(&json!({"expression": "0 0 30 2 *"})).await.expect(200);
    assert_eq!(never["slots"], json!([]));
    let late = json!({"expression": "* * * * *", "after": "9999-12-31T00:00:00Z"});
    assert_eq!(app.viewer().post(PREVIEW).json(&late).await.expect(200)["slots"], json!([]));
    for (asked, pointer) in [
        (json!({"expression": "0 0 0 * * *"}), "/expression"),
        (json!({"expression": "0 0 * * *", "timezone": "Mars/Base"}), "/timezone"),
        (json!({"expression": "0 0 * * *", "after": "tomorrow"}), "/after"),
        (json!({"expression": "0 0 * * *", "count": 101}), "/count"),
        (json!({}), "/expression"),
    ] {
        let problem = app.viewer().post(PREVIEW).json(&asked).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{problem}");
    }
}
