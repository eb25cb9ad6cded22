//! `channels.receive_transaction`

use crate::support::{Chat, OnBackend, TestBackend};

#[tokio::test]
async fn is_proved_as_every_other_request_is() {
    let chat = Chat::on(TestBackend::sqlite()).await;
    let path = format!("{}/_matrix/app/v1/transactions/35", chat.path);
    let body = serde_json::json!({"events": []});
    chat.app.anonymous().put(&path).json(&body).await.expect_problem(401, "unauthorized");
    let nowhere = "/channels/chn_0000000000009/_matrix/app/v1/transactions/35";
    chat.app.anonymous().put(nowhere).json(&body).await.expect_problem(404, "not_found");
}
