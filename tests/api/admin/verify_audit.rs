//! `admin.verify_audit`

use astra_core::params;
use serde_json::{Value, json};

use super::{change, turns_away};
use crate::support::{TestApp, both_backends};

const PATH: &str = "/admin/audit/verify";

async fn by_hand(app: &TestApp, sql: &'static str) {
    app.store().write(move |tx| tx.execute(sql, params![])).await.expect("the statement runs");
}

async fn report(app: &TestApp) -> Value {
    app.owner().get(PATH).await.expect(200)
}

both_backends! {
    async fn finds_what_a_hand_has_done(app: TestApp) {
        change(&app).await;
        let found = report(&app).await;
        let last = found["last_sequence"].as_i64().expect("a number");
        assert_eq!((&found["is_intact"], &found["faults"], &found["removed_to"]), (&json!(true), &json!([]), &json!(0)));
        assert_eq!((&found["entries"], &found["first_sequence"]), (&json!(last), &json!(1)));
        let newest = app.owner().get("/admin/audit?limit=1").await.expect(200);
        assert_eq!(found["last_hash"], newest["data"][0]["hash"]);
        by_hand(&app, "UPDATE audit SET actor = 'usr_mallory' WHERE workspace_id = $1 AND action = 'agents.create'").await;
        let fault = &report(&app).await["faults"][0];
        assert_eq!((&fault["kind"], &fault["first_sequence"]), (&json!("changed"), &json!(last - 1)));
        by_hand(&app, "DELETE FROM audit WHERE workspace_id = $1 AND action = 'agents.create'").await;
        let found = report(&app).await;
        assert_eq!((&found["is_intact"], &found["fault_count"]), (&json!(false), &json!(1)));
        assert_eq!(found["faults"], json!([{"kind": "removed", "first_sequence": last - 1, "last_sequence": last - 1}]));
    }

    async fn is_for_owners_of_their_own_workspace(app: TestApp) {
        change(&app).await;
        by_hand(&app, "UPDATE audit SET actor = 'usr_mallory' WHERE workspace_id = $1").await;
        assert_eq!(app.other_workspace().get(PATH).await.expect(200)["is_intact"], true);
        turns_away(&app, |caller| caller.get(PATH)).await;
    }
}
