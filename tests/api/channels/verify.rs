//! `channels.verify`

use crate::support::Chat;
use crate::support::{OnBackend, TestBackend};

#[tokio::test]
async fn a_platform_without_such_a_handshake_has_nothing_there() {
    let chat = Chat::on(TestBackend::sqlite()).await;
    let path = format!("{}/webhook?hub.mode=subscribe&hub.challenge=1", chat.path);
    chat.app.anonymous().get(&path).await.expect_problem(404, "not_found");
    chat.app.anonymous().get("/channels/chn_0000000000009/webhook").await.expect_problem(404, "not_found");
}
