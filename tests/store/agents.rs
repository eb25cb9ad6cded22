//! Agents and their versions: what a write keeps, what a definition of a file overrules, what a turn looks up.

use std::sync::Arc;

use astra_core::clock::ManualClock;
use astra_core::engine::catalogue::Catalogue;
use astra_core::ids::{CountingIds, Ids as _};
use astra_core::store::{
    AgentChange, AgentRefusal, Applied, Error, OnceKey, Origin, PageRequest, Precondition, Refusal, Revision, Rows,
    WorkspaceId,
};

use crate::support::{TestStore, both_backends};

fn ours(store: &TestStore) -> Rows {
    store.db.rows(&WorkspaceId::new(1, "wsp_ours"))
}

fn says(agent_id: &str, prompt: &str, author: &str, now_ms: i64) -> AgentChange {
    let definition = format!(r#"{{"system_prompt":"{prompt}"}}"#);
    AgentChange { agent_id: agent_id.into(), definition, author: author.into(), now_ms }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

both_backends! {
    async fn every_write_keeps_a_version(store: TestStore) {
        let rows = ours(&store);
        let made = rows.agents().create(says("a", "one", "usr_1", 10), None).await.expect("an agent");
        assert_eq!((made.version, made.created_at_ms, made.updated_at_ms), (1, 10, 10));
        let changed = rows.agents().update(says("a", "two", "usr_2", 20), Precondition::Any).await.expect("a change").expect("the agent");
        assert_eq!((changed.version, changed.created_at_ms, changed.updated_at_ms), (2, 10, 20));
        assert_eq!(changed.created_by, "usr_1");
        let back = rows.agents().roll_back("a", 1, "usr_3", 30, None).await.expect("a rollback").expect("the agent");
        assert_eq!((back.version, back.definition), (3, made.definition));
        let all = PageRequest { limit: 50, after: None };
        let page = rows.agent_versions().page("a", all).await.expect("versions").expect("the agent");
        let kept: Vec<_> = page.data.iter().map(|version| (version.version, version.created_by.as_str())).collect();
        assert_eq!(kept, [(3, "usr_3"), (2, "usr_2"), (1, "usr_1")]);
        let unknown = refusal(rows.agents().roll_back("a", 9, "usr_3", 30, None).await);
        assert_eq!(unknown, Refusal::Agent(AgentRefusal::NoSuchVersion));
        assert_eq!(rows.agents().update(says("b", "two", "usr_2", 20), Precondition::Any).await.expect("an answer"), None);
        assert!(!rows.agents().delete("b", Precondition::Any).await.expect("an answer"));
        assert!(matches!(rows.agents().create(says("a", "", "usr_1", 40), None).await, Err(Error::Unique(_))));
    }

    async fn a_write_that_lost_the_race_changes_nothing(store: TestStore) {
        let rows = ours(&store);
        let made = rows.agents().create(says("a", "one", "usr_1", 10), None).await.expect("an agent");
        let seen = Precondition::OneOf(vec![made.revision()]);
        rows.agents().update(says("a", "two", "usr_1", 20), seen.clone()).await.expect("the first");
        assert_eq!(refusal(rows.agents().update(says("a", "three", "usr_2", 20), seen.clone()).await), Refusal::Stale);
        assert_eq!(refusal(rows.agents().delete("a", seen).await), Refusal::Stale);
        let present = rows.agents().find("a").await.expect("a look").expect("the agent");
        assert_eq!(present.revision(), Revision { version: 2, updated_at_ms: 20 });
    }

    async fn a_key_is_not_used_up_where_there_is_nothing_to_change(store: TestStore) {
        let rows = ours(&store);
        let once = || Some(OnceKey { caller: "usr_1".into(), key: "key".into(), request_hash: "hash".into() });
        let absent = rows.agents().roll_back("a", 1, "usr_1", 10, once()).await.expect("an answer");
        assert_eq!(absent, None);
        rows.agents().create(says("a", "one", "usr_1", 10), None).await.expect("an agent");
        for _ in 0..2 {
            let rolled = rows.agents().roll_back("a", 1, "usr_1", 20, once()).await.expect("an answer");
            assert_eq!(rolled.map(|agent| agent.version), Some(2), "once");
        }
    }

    async fn a_label_names_one_version(store: TestStore) {
        let rows = ours(&store);
        rows.agents().create(says("a", "one", "usr_1", 10), None).await.expect("an agent");
        rows.agents().update(says("a", "two", "usr_1", 20), Precondition::Any).await.expect("a change");
        for version in [1, 2] {
            let named = rows.agent_versions().label("a", version, Some("live".into())).await.expect("a label").expect("it");
            assert_eq!((named.version, named.label.as_deref()), (version, Some("live")));
        }
        assert_eq!(rows.agent_versions().find("a", 1).await.expect("a look").expect("a version").label, None);
        let unknown = rows.agent_versions().label("a", 3, Some("live".into())).await;
        assert_eq!(unknown.expect("an answer"), None);
        let left = rows.agent_versions().find("a", 2).await.expect("a look").expect("a version").label;
        assert_eq!(left.as_deref(), Some("live"), "a label that names nothing stays where it is");
        let bare = rows.agent_versions().label("a", 2, None).await.expect("no label").expect("it");
        assert_eq!(bare.label, None);
    }

    async fn a_file_overrules_callers_only_when_it_changed(store: TestStore) {
        let rows = ours(&store);
        let keys = CountingIds::default();
        let take = |prompt: &'static str| rows.agents().apply_definition(says("a", prompt, "file:a.yml", 10), Origin::File, keys.next());
        assert_eq!(take("one").await.expect("new"), Applied::Created);
        assert_eq!(take("one").await.expect("the same"), Applied::Unchanged);
        rows.agents().update(says("a", "callers", "usr_1", 20), Precondition::Any).await.expect("a change");
        assert_eq!(take("one").await.expect("the same"), Applied::Unchanged);
        assert_eq!(take("two").await.expect("another"), Applied::Updated);
        rows.agents().update(says("a", "three", "usr_1", 30), Precondition::Any).await.expect("a change");
        assert_eq!(take("three").await.expect("what callers said first"), Applied::Unchanged);
        assert_eq!(rows.agents().find("a").await.expect("a look").expect("the agent").version, 4);
    }

    async fn the_gateways_own_agent_yields(store: TestStore) {
        let rows = ours(&store);
        let keys = CountingIds::default();
        let take = |prompt: &'static str| rows.agents().apply_definition(says("a", prompt, "gateway", 10), Origin::Gateway, keys.next());
        assert_eq!(take("echo").await.expect("the first"), Applied::Created);
        assert_eq!(take("model").await.expect("a better one"), Applied::Updated);
        rows.agents().update(says("a", "callers", "usr_1", 20), Precondition::Any).await.expect("a change");
        assert_eq!(take("other").await.expect("it yields"), Applied::Unchanged);
        rows.agents().delete("a", Precondition::Any).await.expect("a deletion");
        assert_eq!(take("echo").await.expect("it stays away"), Applied::Unchanged);
        assert_eq!(rows.agents().find("a").await.expect("a look"), None);
    }

    async fn the_gateways_own_agent_is_for_stores_without_any(store: TestStore) {
        let rows = ours(&store);
        rows.agents().create(says("b", "one", "usr_1", 10), None).await.expect("an agent");
        let taken = rows.agents().apply_definition(says("a", "echo", "gateway", 10), Origin::Gateway, 1).await;
        assert_eq!(taken.expect("nothing to do"), Applied::Unchanged);
        assert_eq!(rows.agents().find("a").await.expect("a look"), None);
    }

    async fn a_turn_sees_the_last_change_of_anybody(store: TestStore) {
        let rows = ours(&store);
        let catalogue = Catalogue::new(store.db.clone(), Arc::new(ManualClock::new(10)));
        let prompt = async |pinned| {
            let agent = catalogue.resolve(rows.workspace(), "a", pinned).await.expect("a look-up")?;
            Some((agent.version, agent.definition.system_prompt.clone()))
        };
        assert_eq!(prompt(None).await, None);
        // The clock stands still: not even an agent made anew within the same millisecond is mixed up.
        rows.agents().create(says("a", "one", "usr_1", 10), None).await.expect("an agent");
        assert_eq!(prompt(None).await, Some((1, "one".into())));
        rows.agents().delete("a", Precondition::Any).await.expect("a deletion");
        assert_eq!(prompt(None).await, None);
        assert_eq!(prompt(Some(1)).await, None);
        rows.agents().create(says("a", "anew", "usr_1", 10), None).await.expect("an agent");
        assert_eq!(prompt(None).await, Some((1, "anew".into())));
        rows.agents().update(says("a", "two", "usr_1", 10), Precondition::Any).await.expect("a change");
        assert_eq!(prompt(None).await, Some((2, "two".into())));
        assert_eq!(prompt(Some(1)).await, Some((1, "anew".into())));
        assert_eq!(prompt(Some(3)).await, None);
        let elsewhere = WorkspaceId::new(2, "wsp_theirs");
        assert!(catalogue.resolve(&elsewhere, "a", None).await.expect("a look-up").is_none());
    }

    async fn what_was_read_is_kept(store: TestStore) {
        let rows = ours(&store);
        let catalogue = Catalogue::new(store.db.clone(), Arc::new(ManualClock::new(10)));
        rows.agents().create(says("a", "one", "usr_1", 10), None).await.expect("an agent");
        let first = catalogue.resolve(rows.workspace(), "a", None).await.expect("a look-up").expect("the agent");
        let second = catalogue.resolve(rows.workspace(), "a", None).await.expect("a look-up").expect("the agent");
        assert!(Arc::ptr_eq(&first, &second));
    }
}
