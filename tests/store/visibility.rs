//! Whose sessions and turns are visible: a user's own, or all.

use astra_core::content::{Content, Role};
use astra_core::ids::{SessionId, TurnId};
use astra_core::store::{
    AgentChange, Begun, Busy, Error, Fork, Lifetime, NewSession, NewTurn, Page, PageRequest, Refusal, Rows,
    SessionFilter, SessionSettings, SessionTarget, Turn, TurnRefusal, VersionStamp, VisibleTo,
};
use serde_json::Map;

use crate::support::{START_MS, TestStore, both_backends};

const OWN: &str = "usr_own";
const OTHER: &str = "usr_other";

fn only(user: &str) -> VisibleTo {
    VisibleTo::Only(user.into())
}

async fn rows(store: &TestStore) -> Rows {
    store.db.rows(&store.db.ensure_workspace("wsp_a", START_MS).await.expect("a workspace"))
}

async fn open(rows: &Rows, key: i64) -> SessionId {
    let new = NewSession {
        id: SessionId::from_key(key),
        agent_id: "a".into(),
        surface: "api".into(),
        surface_id: key.to_string(),
        user_id: OWN.into(),
        subject: 1,
        settings: SessionSettings::default(),
        now_ms: START_MS,
    };
    rows.sessions().create(new, None).await.expect("a session").session.id
}

async fn listed(rows: &Rows, visible_to: VisibleTo, user: Option<&str>) -> Vec<SessionId> {
    let filter = SessionFilter { user_id: user.map(str::to_owned), ..SessionFilter::default() };
    let page = rows.sessions().page(visible_to, filter, PageRequest { limit: 9, after: None }).await.expect("a page");
    page.data.into_iter().map(|found| found.session.id).collect()
}

fn turn(key: i64, id: SessionId, agent: &VersionStamp, visible_to: VisibleTo) -> NewTurn {
    NewTurn {
        id: TurnId::from_key(key),
        session_id: SessionId::from_key(1_000),
        owner: 1,
        user_id: OTHER.into(),
        visible_to,
        subject: 2,
        agent_id: "a".into(),
        agent: agent.clone(),
        place: SessionTarget::Session { id },
        role: Role::User,
        content: Content::Text("hello".into()),
        metadata: Map::new(),
        lifetime: Lifetime::default(),
        busy: Busy::Reject,
        now_ms: START_MS,
        once: None,
        parent: None,
        job: None,
        event_id: None,
        is_too_long: false,
        session_bytes: u64::MAX,
    }
}

both_backends! {
    async fn what_is_not_visible_is_not_there(store: TestStore) {
        let rows = rows(&store).await;
        let id = open(&rows, 1).await;
        for (visible_to, is_there) in [(VisibleTo::All, true), (only(OWN), true), (only(OTHER), false), (only(""), false)] {
            let found = rows.sessions().find(id, visible_to.clone()).await.expect("a look");
            assert_eq!(found.is_some(), is_there, "{visible_to:?}");
            let found = rows.sessions().find_with_totals(id, visible_to.clone()).await.expect("a look");
            assert_eq!(found.is_some(), is_there, "{visible_to:?}");
            let changed = rows.sessions().update(id, visible_to.clone(), |settings| Ok::<_, ()>(settings.clone())).await;
            assert_eq!(changed.expect("an answer").is_some(), is_there, "{visible_to:?}");
            assert_eq!(listed(&rows, visible_to, None).await.contains(&id), is_there);
        }
        let fork = Fork { id: SessionId::from_key(2), user_id: OTHER.into(), subject: 2, title: None, now_ms: START_MS };
        let forked = rows.sessions().fork(id, only(OTHER), None, fork, None).await.expect("an answer");
        assert_eq!(forked, None);
        let reset = rows.sessions().reset(id, only(OTHER), SessionId::from_key(3), START_MS, None).await;
        assert_eq!(reset.expect("an answer"), None);
        assert!(!rows.sessions().delete(id, only(OTHER)).await.expect("an answer"));
        assert!(rows.sessions().delete(id, only(OWN)).await.expect("an answer"));
    }

    async fn a_list_shows_no_more_than_is_visible_whoever_is_asked_for(store: TestStore) {
        let rows = rows(&store).await;
        let id = open(&rows, 1).await;
        assert_eq!(listed(&rows, VisibleTo::All, Some(OWN)).await, [id]);
        assert_eq!(listed(&rows, VisibleTo::All, Some(OTHER)).await, []);
        assert_eq!(listed(&rows, only(OWN), Some(OWN)).await, [id]);
        assert_eq!(listed(&rows, only(OTHER), Some(OWN)).await, []);
        assert_eq!(listed(&rows, only(OWN), Some(OTHER)).await, []);
    }

    async fn the_open_turns_of_a_user_are_listed_until_they_end(store: TestStore) {
        let rows = rows(&store).await;
        let change = AgentChange { agent_id: "a".into(), definition: "{}".into(), author: OWN.into(), now_ms: 1 };
        rows.agents().create(change, None).await.expect("an agent");
        let agent = rows.agent_versions().stamp("a", None).await.expect("a look").expect("the agent");
        for key in [1, 2, 3] {
            let id = open(&rows, key).await;
            rows.turns().begin(turn(key, id, &agent, VisibleTo::All)).await.expect("a turn");
        }
        let page = |user: &'static str, limit, after| {
            let rows = rows.clone();
            async move { rows.turns().page_open(user, PageRequest { limit, after }).await.expect("a page") }
        };
        let keys = |page: &Page<Turn>| page.data.iter().map(|turn| turn.id.key()).collect::<Vec<_>>();
        let first = page(OTHER, 2, None).await;
        assert_eq!(keys(&first), [3, 2]);
        let rest = page(OTHER, 2, first.next).await;
        assert_eq!((keys(&rest), rest.next), (vec![1], None));
        assert_eq!(keys(&page(OWN, 9, None).await), [0; 0]);
        let elsewhere = store.db.rows(&store.db.ensure_workspace("wsp_b", START_MS).await.expect("a workspace"));
        let found = elsewhere.turns().page_open(OTHER, PageRequest { limit: 9, after: None }).await.expect("a page");
        assert_eq!(keys(&found), [0; 0]);
    }

    async fn a_turn_begins_in_visible_sessions_alone(store: TestStore) {
        let rows = rows(&store).await;
        let change = AgentChange { agent_id: "a".into(), definition: "{}".into(), author: OWN.into(), now_ms: 1 };
        rows.agents().create(change, None).await.expect("an agent");
        let agent = rows.agent_versions().stamp("a", None).await.expect("a look").expect("the agent");
        let id = open(&rows, 1).await;
        let refused = rows.turns().begin(turn(1, id, &agent, only(OTHER))).await;
        let is_refused = matches!(refused, Err(Error::Refused(Refusal::Turn(TurnRefusal::NoSuchSession))));
        assert!(is_refused, "{refused:?}");
        let begun = rows.turns().begin(turn(2, id, &agent, VisibleTo::All)).await.expect("a turn");
        let Begun::New { turn, .. } = begun else { panic!("it is new") };
        assert_eq!((turn.session_id, turn.user_id.as_str()), (id, OTHER));
        for (visible_to, is_there) in [(VisibleTo::All, true), (only(OTHER), true), (only(OWN), false)] {
            let found = rows.turns().find(turn.id, visible_to.clone()).await.expect("a look");
            assert_eq!(found.is_some(), is_there, "{visible_to:?}");
        }
    }
}
