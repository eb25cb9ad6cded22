//! `channels.delete`

use super::{channel, hides_from_others, is_for_admins, make};
use crate::support::{Chat, Gate, Mood, TestApp, both_backends};

both_backends! {
    async fn ends_a_channel(app: TestApp) {
        let path = make(&app, &channel()).await;
        hides_from_others(&app, |caller| caller.delete(&path)).await;
        is_for_admins(&app, |caller| caller.delete(&path)).await;
        app.admin().delete(&path).header("if-match", "\"0-0\"").await.expect_problem(412, "precondition_failed");
        app.admin().delete(&path).await.expect(204);
        app.admin().get(&path).await.expect_problem(404, "not_found");
        app.admin().delete(&path).await.expect_problem(404, "not_found");
    }

    async fn what_is_under_way_ends_in_peace(chat: Chat) {
        let gate = Gate::closed();
        chat.fake.will(Mood::After(gate.clone()));
        chat.say("ada", "e1", "one").await;
        chat.say("ada", "e2", "two").await;
        chat.fake.heard(1).await;
        chat.app.admin().delete(&chat.path).await.expect(204);
        gate.open();
        chat.send(chat.request("ada", "e3", "three")).await.expect_problem(404, "not_found");
        // The job of the first message ends, and no other one begins.
        loop {
            let open = "SELECT COUNT(*) FROM jobs WHERE workspace_id = $1 AND finished_at_ms IS NULL";
            let open = chat.app.store().read(move |tx| tx.one(open, &[])?.next_int()).await.expect("a count");
            if open == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(chat.fake.texts().len(), 1);
    }
}
