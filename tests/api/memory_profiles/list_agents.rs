//! `memory-profiles.list_agents`

use serde_json::json;

use super::{NOWHERE, agent, hides_from_others, id, make, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn those_whose_present_version_names_it(app: TestApp) {
        let (path, other) = (make(&app, &json!({"name": "A"})).await, make(&app, &json!({"name": "B"})).await);
        for name in ["one", "two", "three"] {
            agent(&app, name).await;
            app.clock.advance_ms(1_000);
            app.admin().put(&format!("{path}/agents/{name}")).await.expect(200);
        }
        app.admin().put(&format!("{other}/agents/two")).await.expect(200);
        let agents = format!("{path}/agents");
        let first = app.viewer().get(&format!("{agents}?limit=1")).await.expect(200);
        assert_eq!((&first["data"][0]["agent_id"], &first["data"][0]["version"]), (&json!("three"), &json!(2)));
        assert_eq!(first["data"][0]["memory_profile_id"], id(&path));
        let next = first["next_cursor"].as_str().expect("a cursor");
        let second = app.viewer().get(&format!("{agents}?limit=1&cursor={next}")).await.expect(200);
        assert_eq!((&second["data"][0]["agent_id"], &second["next_cursor"]), (&json!("one"), &json!(null)));
        let of_other = app.viewer().get(&format!("{other}/agents")).await.expect(200);
        assert_eq!((&of_other["data"][0]["agent_id"], &of_other["data"][0]["version"]), (&json!("two"), &json!(3)));
        hides_from_others(&app, |caller| caller.get(&agents)).await;
        app.viewer().get(&format!("{NOWHERE}/agents")).await.expect_problem(404, "not_found");
        turns_away(&app, |caller| caller.get(&agents)).await;
    }
}
