//! `webhooks.delete`

use super::{hides_from_others, is_a_change, make, turns_away, webhook};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn is_gone_with_its_deliveries(app: TestApp) {
        let path = make(&app, &webhook()).await;
        let seen = app.admin().get(&path).await.header("etag").to_owned();
        let test = app.admin().post(&format!("{path}/test")).await.expect(202);
        let delivery = format!("{path}/deliveries/{}", test["id"].as_str().expect("an id"));
        hides_from_others(&app, |caller| caller.delete(&path)).await;
        app.admin().patch(&path).json(&serde_json::json!({"description": "x"})).await.expect(200);
        app.admin().delete(&path).header("if-match", &seen).await.expect_problem(412, "precondition_failed");
        app.admin().delete(&path).await.expect(204);
        app.admin().delete(&path).await.expect_problem(404, "not_found");
        app.admin().get(&path).await.expect_problem(404, "not_found");
        app.admin().get(&delivery).await.expect_problem(404, "not_found");
        app.admin().post(&format!("{path}/test")).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    let path = make(&app, &webhook()).await;
    turns_away(&app, |caller| caller.delete(&path)).await;
    is_a_change(&app, |caller| caller.delete(&path)).await;
    app.admin().get(&path).await.expect(200);
}
