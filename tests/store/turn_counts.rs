//! How many turns sessions have, asked for many of them at once, of all workspaces.

use astra_core::store::{NewSession, WorkspaceId};
use serde_json::Map;

use crate::support::{START_MS, TestStore, both_engines};

both_engines! {
    async fn each_session_is_counted_in_its_workspace_and_what_is_gone_is_left_out(store: TestStore) {
        let (ours, theirs) = (WorkspaceId::new("wsp_ours"), WorkspaceId::new("wsp_theirs"));
        // More than are asked about in one statement.
        let ids: Vec<String> = (0..600).map(|number| format!("ses_{number:03}")).collect();
        for id in ids.iter().take(3) {
            let new = NewSession {
                id: id.clone(), agent_id: "a".into(), pinned_version: None, title: None, surface: "api".into(),
                surface_id: id.clone(), user_id: "usr_a".into(), metadata: Map::new(), now_ms: START_MS,
            };
            store.db.scoped(&ours).open_session(new, None).await.expect("a session");
        }
        let asked: Vec<_> = [&ours, &theirs].iter().flat_map(|workspace| ids.iter().map(|id| ((*workspace).clone(), id.clone()))).collect();
        let mut counts = store.db.turn_counts(asked).await.expect("the counts");
        counts.sort();
        counts.dedup();
        let expected: Vec<_> = ids.iter().take(3).map(|id| ((ours.clone(), id.clone()), 0)).collect();
        assert_eq!(counts, expected);
        assert_eq!(store.db.turn_counts(Vec::new()).await.expect("none"), []);
    }
}
