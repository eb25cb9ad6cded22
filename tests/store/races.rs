//! Turns that meet: two at once in one session, on one surface, under one key; with the end of their session, with a change of
//! their agent, with the sums that are rolled up. Over two handles, as two gateways on one database would have them.

use std::sync::Arc;

use astra_core::content::{Content, Role};
use astra_core::ids::{SessionId, TurnId};
use astra_core::params;
use astra_core::store::usage::UsageRow;
use astra_core::store::{
    AgentChange, Begun, Busy, Error, FinishedTurn, Lifetime, LogEntry, NewSession, NewTurn, OnceKey, Outcome,
    PageRequest, Precondition, Refusal, Rows, SessionRefusal, SessionSettings, SessionTarget, Status, TraceRecord,
    Turn, TurnRefusal, VersionStamp, VisibleTo, WorkspaceId, migrate,
};
use futures_util::future::join_all;
use serde_json::Map;
use tokio::join;

use crate::empty::EmptyStore;
use crate::support::{OnBackend, TestBackend, both_backends};

const AGENT: &str = "agent";
const USER: &str = "usr_a";
const SUBJECT: i64 = 7;

/// A workspace with an agent, as two gateways see it.
struct Meeting {
    store: EmptyStore,
    here: Rows,
    there: Rows,
    agent: VersionStamp,
}

impl OnBackend for Meeting {
    async fn on(backend: TestBackend) -> Self {
        let store = EmptyStore::open(backend, |config| config.connections = 8);
        migrate::apply(&store.db, 0).await.expect("the schema");
        let workspace = WorkspaceId::new(1, "wsp_a");
        let sql = "INSERT INTO workspaces (number, id, name, created_at, updated_at) VALUES (1, 'wsp_a', 'A', 0, 0)";
        store.db.write(move |tx| tx.execute(sql, params![])).await.expect("the workspace");
        let (here, there) = (store.db.rows(&workspace), store.again().rows(&workspace));
        here.agents().create(change(1), None).await.expect("the agent");
        let agent = here.agent_versions().stamp(AGENT, None).await.expect("a look").expect("the agent");
        Self { store, here, there, agent }
    }
}

fn change(number: i64) -> AgentChange {
    AgentChange {
        agent_id: AGENT.into(),
        definition: format!("{{\"n\":{number}}}"),
        author: USER.into(),
        now_ms: number,
    }
}

impl Meeting {
    /// One gateway or the other.
    fn at(&self, number: i64) -> Rows {
        if number % 2 == 0 { self.here.clone() } else { self.there.clone() }
    }

    fn turn(&self, number: i64, place: SessionTarget) -> NewTurn {
        NewTurn {
            id: TurnId::from_key(number),
            session_id: SessionId::from_key(1_000_000 + number),
            owner: number % 2,
            user_id: USER.into(),
            visible_to: VisibleTo::Only(USER.into()),
            subject: SUBJECT,
            agent_id: AGENT.into(),
            agent: self.agent.clone(),
            place,
            role: Role::User,
            content: Content::Text(format!("question {number}")),
            metadata: Map::new(),
            lifetime: Lifetime::default(),
            busy: Busy::Queue(1_000),
            now_ms: number,
            once: None,
            parent: None,
            job: None,
            event_id: None,
            is_too_long: false,
            session_bytes: u64::MAX,
        }
    }

    async fn begin(&self, number: i64, place: SessionTarget) -> Result<Begun, Error> {
        self.at(number).turns().begin(self.turn(number, place)).await
    }

    async fn session(&self, key: i64) -> SessionId {
        let new = NewSession {
            id: SessionId::from_key(key),
            agent_id: AGENT.into(),
            surface: "api".into(),
            surface_id: format!("own {key}"),
            user_id: USER.into(),
            subject: SUBJECT,
            settings: SessionSettings::default(),
            now_ms: 0,
        };
        self.here.sessions().create(new, None).await.expect("a session").session.id
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.store.db.read(move |tx| tx.one(sql, params![])?.next_int()).await.expect("a count")
    }

    /// The numbers of the turns that have ended in a session, in order.
    async fn ended(&self, session: SessionId) -> Vec<i64> {
        let sql = "SELECT number FROM turns WHERE workspace_id = $1 AND session_id = $2 ORDER BY number";
        let rows = self.here.read(move |tx| tx.query(sql, params![session])).await.expect("the numbers");
        rows.into_iter().map(|mut row| row.next_int().expect("a number")).collect()
    }
}

fn surface(id: &str) -> SessionTarget {
    SessionTarget::Surface { surface: "api".into(), surface_id: id.into() }
}

const fn within(id: SessionId) -> SessionTarget {
    SessionTarget::Session { id }
}

fn new(begun: Result<Begun, Error>) -> Turn {
    match begun.expect("a turn") {
        Begun::New { turn, .. } => turn,
        Begun::Known { turn_id } => panic!("{turn_id} was asked before"),
    }
}

fn end(turn: &Turn, status: Status) -> Arc<FinishedTurn> {
    let usage = UsageRow {
        agent_id: AGENT.into(),
        subject: SUBJECT,
        provider: "p".into(),
        model: "m".into(),
        at_ms: 0,
        requests: 1,
        errors: 0,
        input_tokens: 3,
        output_tokens: 4,
        cost_usd: 0.5,
    };
    let outcome =
        Outcome { content: Some(status.as_str().into()), input_tokens: 3, output_tokens: 4, ..Outcome::default() };
    // Two calls, and events: all that the end of a turn may write.
    Arc::new(FinishedTurn {
        remember: None,
        turn: turn.clone(),
        status,
        outcome,
        last_seq: 4,
        events: Some((2, ["a", "b"].map(|text| LogEntry::Text(text.into())).to_vec())),
        steps: 0,
        has_waited: false,
        trace: TraceRecord { spans: "[]".into(), ..TraceRecord::default() },
        usage: vec![usage.clone(), usage],
        skills: Vec::new(),
        parent: None,
        event_id: None,
        has_children: false,
        now_ms: 9,
    })
}

async fn ask_and_end(meeting: &Meeting, number: i64, place: SessionTarget) -> Turn {
    let turn = new(meeting.begin(number, place).await);
    assert!(meeting.at(number + 1).turns().finish(&end(&turn, Status::Completed)).await.expect("an end"));
    turn
}

both_backends! {
    async fn turns_of_one_session_are_numbered_without_a_gap(meeting: Meeting) {
        let session = meeting.session(1).await;
        let begun = join_all((1..=20).map(|number| meeting.begin(number, within(session)))).await;
        let mut turns: Vec<Turn> = begun.into_iter().map(new).collect();
        turns.sort_by_key(|turn| turn.number);
        assert_eq!(turns.iter().map(|turn| turn.number).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
        let running: Vec<_> = turns.iter().filter(|turn| turn.status == Status::Running).map(|turn| turn.number).collect();
        assert_eq!(running, [1]);
    }

    async fn a_number_is_not_given_again_while_turns_end(meeting: Meeting) {
        let session = meeting.session(1).await;
        let known = surface("own 1");
        join_all((1..=40).map(|number| {
            let place = if number % 3 == 0 { known.clone() } else { within(session) };
            ask_and_end(&meeting, number, place)
        })).await;
        assert_eq!(meeting.ended(session).await, (1..=40).collect::<Vec<_>>());
        let after = new(meeting.begin(41, known).await);
        assert_eq!((after.session_id, after.number, after.status), (session, 41, Status::Running));
    }

    async fn a_new_surface_has_one_session(meeting: Meeting) {
        let begun = join_all((1..=16).map(|number| meeting.begin(number, surface("new")))).await;
        let turns: Vec<Turn> = begun.into_iter().map(new).collect();
        assert!(turns.iter().all(|turn| turn.session_id == turns[0].session_id));
        assert_eq!(turns.iter().filter(|turn| turn.is_new_session).count(), 1);
        let mut numbers: Vec<_> = turns.iter().map(|turn| turn.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
        assert_eq!(meeting.count("SELECT COUNT(*) FROM sessions").await, 1);
    }

    async fn one_key_is_one_turn(meeting: Meeting) {
        for round in 0..4 {
            let key = |hash: &str| OnceKey { caller: USER.into(), key: format!("key {round}"), request_hash: hash.into() };
            let begun = join_all((1..=8).map(|number| {
                let number = 10 * round + number;
                let turn = NewTurn { once: Some(key("same")), ..meeting.turn(number, surface(&format!("s{number}"))) };
                let at = meeting.at(number);
                async move { at.turns().begin(turn).await.expect("an answer") }
            })).await;
            let (mut new, mut known) = (Vec::new(), Vec::new());
            for begun in begun {
                match begun {
                    Begun::New { turn, .. } => new.push(turn.id),
                    Begun::Known { turn_id } => known.push(turn_id),
                }
            }
            assert_eq!((new.len(), known.len()), (1, 7));
            assert!(known.iter().all(|id| *id == new[0]));
            let other = NewTurn { once: Some(key("other")), ..meeting.turn(10 * round + 9, surface("other")) };
            let refused = meeting.here.turns().begin(other).await;
            assert!(matches!(refused, Err(Error::Refused(Refusal::KeyReused))), "{refused:?}");
        }
        assert_eq!(meeting.count("SELECT COUNT(*) FROM open_turns").await, 4);
        assert_eq!(meeting.count("SELECT COUNT(*) FROM sessions").await, 4, "nothing stays of those that lost");
    }

    async fn of_two_ends_of_a_turn_one_is_kept(meeting: Meeting) {
        for number in 1..=12 {
            let turn = new(meeting.begin(number, surface("s")).await);
            let (done, cut) = (end(&turn, Status::Completed), end(&turn, Status::Interrupted));
            let (done, cut) = join!(meeting.here.turns().finish(&done), meeting.there.turns().finish(&cut));
            let (done, cut) = (done.expect("an answer"), cut.expect("an answer"));
            assert!(done != cut, "{number}: {done} {cut}");
            let kept = meeting.here.turns().find(turn.id, VisibleTo::All).await.expect("a look").expect("the turn");
            assert_eq!(kept.status, if done { Status::Completed } else { Status::Interrupted });
            assert_eq!(kept.outcome.content.as_deref(), Some(kept.status.as_str()));
            assert_eq!(meeting.here.turn_events().read(turn.id, 0).await.expect("events").len(), 2);
        }
        assert_eq!(meeting.count("SELECT COUNT(*) FROM turns").await, 12);
        assert_eq!(meeting.count("SELECT COUNT(*) FROM usage_entries").await, 24);
    }

    async fn a_session_does_not_end_under_a_turn(meeting: Meeting) {
        for number in 1..=16 {
            let session = meeting.session(number).await;
            let (begun, ended) = if number % 4 < 2 {
                let (begun, gone) = join!(meeting.begin(number, within(session)), meeting.here.sessions().delete(session, VisibleTo::All));
                (begun, gone.map(|was_there| assert!(was_there)))
            } else {
                let successor = SessionId::from_key(100 + number);
                let reset = meeting.here.sessions().reset(session, VisibleTo::All, successor, 0, None);
                let (begun, reset) = join!(meeting.begin(number, within(session)), reset);
                (begun, reset.map(|successor| assert!(successor.is_some())))
            };
            match (begun, ended) {
                (Ok(_), Err(Error::Refused(Refusal::Session(SessionRefusal::Busy)))) => {}
                (Err(Error::Refused(Refusal::Turn(TurnRefusal::NoSuchSession | TurnRefusal::SessionArchived))), Ok(())) => {}
                other => panic!("{number}: {other:?}"),
            }
        }
    }

    async fn a_turn_is_of_the_agent_that_it_was_asked_of(meeting: Meeting) {
        let mut present = meeting.agent.clone();
        for number in 1..=10 {
            let turn = NewTurn { agent: present.clone(), ..meeting.turn(number, surface("s")) };
            let changed = meeting.there.agents().update(change(100 + number), Precondition::Any);
            let (begun, changed) = join!(meeting.here.turns().begin(turn.clone()), changed);
            changed.expect("a version");
            match begun {
                Ok(Begun::New { turn, .. }) => assert_eq!(turn.agent_version, present.version),
                Err(Error::Refused(Refusal::Stale)) => {}
                other => panic!("{number}: {other:?}"),
            }
            let late = meeting.here.turns().begin(NewTurn { id: TurnId::from_key(500 + number), ..turn }).await;
            assert!(matches!(late, Err(Error::Refused(Refusal::Stale))), "{late:?}");
            present = meeting.here.agent_versions().stamp(AGENT, None).await.expect("a look").expect("the agent");
        }
    }

    async fn what_a_budget_reads_never_shrinks_while_turns_end_and_sums_are_rolled_up(meeting: Meeting) {
        let asking = join_all((1..=60).map(|number| ask_and_end(&meeting, number, surface(&format!("s{}", number % 7)))));
        let rolling = async {
            let dbs = [meeting.store.db.clone(), meeting.store.again()];
            for db in dbs.iter().cycle().take(20) {
                db.roll_usage_up().await.expect("a piece");
            }
        };
        let reading = async {
            let mut before = 0;
            for _ in 0..20 {
                let (tokens, ..) = meeting.here.usage().of_agent(AGENT, 0, 0).await.expect("sums");
                assert!(tokens >= before && tokens % 14 == 0, "{before} and then {tokens}");
                before = tokens;
            }
        };
        join!(asking, rolling, reading);
        let all = (60 * 14, 60 * 14, 60.0);
        assert_eq!(meeting.here.usage().of_agent(AGENT, 0, 0).await.expect("sums"), all);
        while meeting.store.db.roll_usage_up().await.expect("a piece") {}
        assert_eq!(meeting.there.usage().of_agent(AGENT, 0, 0).await.expect("sums"), all);
    }

    async fn a_turn_is_let_run_when_the_one_before_it_has_ended(meeting: Meeting) {
        let mut first = new(meeting.begin(1, surface("s")).await);
        for number in 2..=16 {
            let next = new(meeting.begin(number, surface("s")).await);
            assert_eq!((next.number, next.status), (number, Status::Queued));
            assert_eq!(meeting.here.turns().promote(next.id).await.expect("a try"), Some(false));
            let finished = end(&first, Status::Completed);
            let (was_kept, promoted) = join!(meeting.here.turns().finish(&finished), meeting.there.turns().promote(next.id));
            assert!(was_kept.expect("an end"));
            promoted.expect("a try").expect("it is open");
            assert_eq!(meeting.there.turns().promote(next.id).await.expect("a try"), Some(true));
            assert_eq!(meeting.here.turns().find(next.id, VisibleTo::All).await.expect("a look").expect("it").status, Status::Running);
            first = next;
        }
        let finished = end(&first, Status::Cancelled);
        let (was_kept, promoted) = join!(meeting.here.turns().finish(&finished), meeting.there.turns().promote(first.id));
        assert!(was_kept.expect("an end"));
        assert!(matches!(promoted.expect("a try"), None | Some(true)));
        assert_eq!(meeting.there.turns().promote(first.id).await.expect("a try"), None);
    }

    async fn what_a_refused_turn_has_written_is_gone(meeting: Meeting) {
        let session = meeting.session(1).await;
        let first = new(meeting.begin(1, within(session)).await);
        let key = OnceKey { caller: USER.into(), key: "key".into(), request_hash: "hash".into() };
        let refused = NewTurn { busy: Busy::Reject, once: Some(key.clone()), ..meeting.turn(2, within(session)) };
        let outcome = meeting.here.turns().begin(refused.clone()).await;
        assert!(matches!(outcome, Err(Error::Refused(Refusal::Turn(TurnRefusal::SessionBusy)))), "{outcome:?}");
        assert_eq!(meeting.count("SELECT COUNT(*) FROM idempotency_keys").await, 0);
        let full = NewTurn { busy: Busy::Queue(0), ..refused.clone() };
        let outcome = meeting.here.turns().begin(full).await;
        assert!(matches!(outcome, Err(Error::Refused(Refusal::Turn(TurnRefusal::QueueFull)))), "{outcome:?}");
        // A turn of the same id is there.
        let twice = meeting.here.turns().begin(NewTurn { id: first.id, busy: Busy::Queue(5), ..refused.clone() }).await;
        assert!(matches!(twice, Err(Error::Unique(_))), "{twice:?}");
        assert_eq!(meeting.count("SELECT COUNT(*) FROM idempotency_keys").await, 0);
        let urgent = meeting.here.turns().begin(NewTurn { busy: Busy::Interrupt, ..refused }).await;
        let Ok(Begun::New { turn, interrupted, .. }) = urgent else { panic!("{urgent:?}") };
        assert_eq!((turn.number, turn.status, interrupted), (2, Status::Queued, vec![first.id]));
        assert!(meeting.here.turns().is_cancel_requested(first.id).await.expect("a look"));
        assert_eq!(meeting.count("SELECT COUNT(*) FROM idempotency_keys").await, 1);
    }
}

#[tokio::test]
async fn a_turn_goes_on_over_another_connection() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let meeting = Meeting::on(backend).await;
    let first = ask_and_end(&meeting, 2, surface("s")).await;
    let others = "SELECT CAST(pg_terminate_backend(pid, 10000) AS TEXT) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND datname = current_database()";
    let cut =
        || async { meeting.store.again().read(move |tx| tx.query(others, params![])).await.expect("they are cut") };
    cut().await;
    let next = new(meeting.here.turns().begin(meeting.turn(4, surface("s"))).await);
    assert_eq!((next.session_id, next.number), (first.session_id, 2));
    cut().await;
    assert_eq!(meeting.here.agent_versions().stamp(AGENT, None).await.expect("a look"), Some(meeting.agent.clone()));
}

#[tokio::test]
async fn a_turn_does_not_wait_behind_lists() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let meeting = Meeting::on(backend).await;
    let (client, connection) = meeting.store.backend.connect().await;
    tokio::spawn(connection);
    // Lists of an agent's versions wait for the lock, and more of them than there are connections.
    client.batch_execute("BEGIN; LOCK TABLE agent_versions IN ACCESS EXCLUSIVE MODE").await.expect("the lock");
    let page = || PageRequest { limit: 10, after: None };
    let lists: Vec<_> = (0..16)
        .map(|_| {
            let here = meeting.here.clone();
            tokio::spawn(async move { here.agent_versions().page(AGENT, page()).await })
        })
        .collect();
    let wait = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let other = meeting.store.again();
    while other.read(move |tx| tx.one(wait, params![])?.next_int()).await.expect("a count") < 4 {
        tokio::task::yield_now().await;
    }
    new(meeting.here.turns().begin(meeting.turn(2, surface("s"))).await);
    client.batch_execute("COMMIT").await.expect("the lock is given back");
    for list in lists {
        assert_eq!(list.await.expect("no panic").expect("a list").expect("the agent").data.len(), 1);
    }
}
