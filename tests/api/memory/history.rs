//! `memory.history`

use serde_json::{Value, json};

use super::{hides_from_others, keep, note, path_of, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn has_every_write_newest_first(app: TestApp) {
        let member = app.member();
        let kept = keep(&member, &note("one")).await;
        let path = path_of(&kept);
        member.patch(&path).json(&json!({"content": "two"})).await.expect(200);
        member.delete(&path).await.expect(204);
        let page = member.get(&format!("{path}/history?limit=2")).await.expect(200);
        let next = page["next_cursor"].as_str().expect("a cursor");
        let rest = member.get(&format!("{path}/history?limit=2&cursor={next}")).await.expect(200);
        let versions: Vec<&Value> = [&page, &rest].into_iter().flat_map(|page| page["data"].as_array().expect("data")).collect();
        let of = |field: &str| versions.iter().map(|version| version[field].clone()).collect::<Vec<_>>();
        assert_eq!(of("reason"), [json!("deleted"), json!("updated"), json!("created")]);
        assert_eq!((of("version"), of("is_deleted")), (vec![json!(3), json!(2), json!(1)], vec![json!(true), json!(false), json!(false)]));
        assert_eq!(versions[2]["memory"], kept);
        assert!(versions.iter().all(|version| version["author"] == kept["user_id"] && version["turn_id"] == Value::Null));
        assert_eq!(rest["next_cursor"], Value::Null);
    }

    async fn is_its_owners_alone(app: TestApp) {
        let path = format!("{}/history", path_of(&keep(&app.member(), &note("mine")).await));
        hides_from_others(&app, |caller| caller.get(&path)).await;
        turns_away(&app, |caller| caller.get(&path)).await;
        app.member().get("/memory/mem_0000000000000/history").await.expect_problem(404, "not_found");
    }
}
