//! `sessions.update`

use serde_json::{Value, json};

use crate::conversation::{Talk, hides_from_others, id_of, turns_away};
use crate::support::both_backends;

both_backends! {
    async fn changes_what_is_named_and_nothing_else(talk: Talk) {
        let member = talk.app.member();
        let session = talk.session().await;
        let bystander = talk.session().await;
        let path = format!("/sessions/{}", id_of(&session));
        let mut expected = session.clone();
        for (change, field, value) in [
            (json!({"title": "Geography"}), "title", json!("Geography")),
            (json!({"metadata": {"a": {"b": 1}}}), "metadata", json!({"a": {"b": 1}})),
            (json!({"metadata": {"c": 2}}), "metadata", json!({"a": {"b": 1}, "c": 2})),
            (json!({"metadata": {"a": {"b": null, "d": [null]}}}), "metadata", json!({"a": {"d": [null]}, "c": 2})),
            (json!({"metadata": {"a": null}}), "metadata", json!({"c": 2})),
            (json!({"pinned_version": 1}), "pinned_version", json!(1)),
            (json!({"pinned_version": null}), "pinned_version", Value::Null),
            (json!({"title": null}), "title", Value::Null),
            (json!({"metadata": null}), "metadata", json!({})),
            (json!({}), "title", Value::Null),
        ] {
            expected[field] = value;
            assert_eq!(member.patch(&path).json(&change).await.expect(200), expected, "{change}");
            assert_eq!(member.get(&path).await.expect(200), expected, "{change}");
        }
        let other = member.get(&format!("/sessions/{}", id_of(&bystander))).await.expect(200);
        assert_eq!(other, bystander);
        assert_eq!(talk.app.admin().patch(&path).json(&json!({"title": "seen"})).await.expect(200)["title"], "seen");
    }

    async fn refuses_data_that_grows_without_end(talk: Talk) {
        let path = format!("/sessions/{}", id_of(&talk.session().await));
        let large = "x".repeat(9_000);
        talk.app.member().patch(&path).json(&json!({"metadata": {"a": large}})).await.expect(200);
        let problem = talk.app.member().patch(&path).json(&json!({"metadata": {"b": large}})).await;
        assert_eq!(problem.expect_problem(422, "invalid_request")["errors"][0]["pointer"], "/metadata");
        assert_eq!(talk.app.member().get(&path).await.expect(200)["metadata"]["b"], Value::Null);
    }

    async fn refuses_what_is_no_change(talk: Talk) {
        let session = talk.session().await;
        let path = format!("/sessions/{}", id_of(&session));
        for change in [json!({"pinned_version": 9}), json!({"title": ""}), json!({"status": "archived"}), json!([]), json!({"metadata": 1})] {
            talk.app.member().patch(&path).json(&change).await.expect_problem(422, "invalid_request");
        }
        let change = json!({"title": "stolen"});
        turns_away(&talk.app, |caller| caller.patch(&path).json(&change)).await;
        hides_from_others(&talk.app, |caller| caller.patch(&path).json(&change)).await;
        assert_eq!(talk.app.member().get(&path).await.expect(200), session);
    }
}
