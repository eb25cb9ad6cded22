//! The newest turns of sessions, asked for many of them at once, of all workspaces.

use astra_core::ids::SessionId;
use astra_core::store::{NewSession, SessionSettings, VisibleTo, WorkspaceId};

use crate::support::{START_MS, TestStore, both_backends};

both_backends! {
    async fn each_session_is_asked_for_in_its_workspace_and_what_is_gone_is_left_out(store: TestStore) {
        let (ours, theirs) = (WorkspaceId::new(1, "wsp_ours"), WorkspaceId::new(2, "wsp_theirs"));
        // More than are asked about in one statement.
        let ids: Vec<SessionId> = (1..=600).map(SessionId::from_key).collect();
        for id in ids.iter().take(4) {
            let new = NewSession {
                id: *id, agent_id: "a".into(), surface: "api".into(),
                surface_id: id.to_string(), user_id: "usr_a".into(), subject: 1, settings: SessionSettings::default(), now_ms: START_MS,
            };
            store.db.rows(&ours).sessions().create(new, None).await.expect("a session");
        }
        assert!(store.db.rows(&ours).sessions().delete(ids[3], VisibleTo::All).await.expect("a deletion"));
        let asked: Vec<_> = [&ours, &theirs].iter().flat_map(|workspace| ids.iter().map(|id| ((*workspace).clone(), *id))).collect();
        let mut newest = store.db.last_turns(asked).await.expect("the numbers");
        newest.sort();
        newest.dedup();
        let expected: Vec<_> = ids.iter().take(3).map(|id| (*id, 0)).collect();
        assert_eq!(newest, expected);
        assert_eq!(store.db.last_turns(Vec::new()).await.expect("none"), []);
    }
}
