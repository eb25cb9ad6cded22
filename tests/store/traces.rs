//! Traces: lists with their filters, sums of turns that equal the turns whenever they are asked for, and what is removed after
//! its time.

use std::collections::BTreeMap;
use std::sync::Arc;

use astra_core::ids::{SessionId, TurnId};
use astra_core::params;
use astra_core::store::usage::HOUR_MS;
use astra_core::store::{
    Cursor, Db, FinishedTurn, Outcome, Page, PageRequest, Rows, Status, StoredTrace, SummaryRequest, TraceFilter,
    TraceRecord, Turn, TurnSum, TurnSummary, VisibleTo, WorkspaceId, migrate,
};
use futures_util::future::join_all;

use crate::empty::EmptyStore;
use crate::support::{OnBackend, TestBackend, both_backends};

const DAY_MS: i64 = 24 * HOUR_MS;
const ALL: PageRequest = PageRequest { limit: 200, after: None };

/// A store with the workspaces 1 and 2, in each of which the subjects 7 and 8 have a session whose key is their number.
struct Traced {
    store: EmptyStore,
}

/// A turn of these tests.
#[derive(Debug, Clone)]
struct Sample {
    key: i64,
    workspace: i64,
    subject: i64,
    agent: &'static str,
    status: Status,
    begun_ms: i64,
    duration_us: i64,
}

const SAMPLE: Sample = Sample {
    key: 1,
    workspace: 1,
    subject: 7,
    agent: "a",
    status: Status::Completed,
    begun_ms: 10 * DAY_MS,
    duration_us: 1_000,
};

impl OnBackend for Traced {
    async fn on(backend: TestBackend) -> Self {
        let store = EmptyStore::open(backend, |config| config.connections = 8);
        migrate::apply(&store.db, 0).await.expect("the schema");
        let filled = store.db.write(|tx| {
            for subject in [7_i64, 8] {
                let sql = "INSERT INTO subjects (number, id) VALUES ($1, $2)";
                tx.execute(sql, params![subject, &format!("usr_{subject}")])?;
            }
            for workspace in [1_i64, 2] {
                let sql = "INSERT INTO workspaces (number, id, name, created_at, updated_at) VALUES ($1, $2, 'w', 0, 0)";
                tx.execute(sql, params![workspace, &format!("wsp_{workspace}")])?;
                let sql = "INSERT INTO sessions (workspace_id, id, agent_id, surface, surface_id, subject, status, is_current,
                    summary_until, parent_messages, created_at_ms) SELECT $1, number, 'a', 'api', '', number, 'active', 0, 0, 0, 0
                    FROM subjects";
                tx.execute(sql, params![workspace])?;
            }
            Ok(())
        });
        filled.await.expect("the workspaces");
        Self { store }
    }
}

impl Traced {
    fn rows(&self, workspace: i64) -> Rows {
        rows(&self.store.db, workspace)
    }

    /// Begins and ends a turn.
    async fn end(&self, sample: &Sample) {
        let sample = sample.clone();
        let rows = self.rows(sample.workspace);
        begin(&rows, &sample).await;
        assert!(rows.turns().finish(&finished(&sample)).await.expect("an end"));
    }

    async fn listed(&self, visible_to: VisibleTo, filter: TraceFilter) -> Vec<i64> {
        let page = self.rows(1).traces().page(visible_to, filter, ALL).await.expect("a page");
        page.data.iter().map(|trace| trace.turn_id.key()).collect()
    }

    async fn roll_up(&self) {
        while self.store.db.roll_usage_up().await.expect("a piece") {}
    }
}

fn rows(db: &Db, workspace: i64) -> Rows {
    db.rows(&WorkspaceId::new(workspace, &format!("wsp_{workspace}")))
}

async fn begin(rows: &Rows, sample: &Sample) {
    let sample = sample.clone();
    let begun = rows.write(move |tx| {
        let sql =
            "INSERT INTO open_turns (workspace_id, id, session_id, number, agent_id, agent_version, subject, status, owner,
                is_new_session, cancel_requested, role, question, bytes, created_at_ms)
            VALUES ($1, $2, $3, $2, $4, 1, $3, 'running', 1, 0, 0, 'user', $5, $6, $7)";
        let question = "é".repeat(150);
        let bytes = i64::try_from(question.len()).expect("few");
        tx.execute(sql, params![sample.key, sample.subject, sample.agent, &question, bytes, sample.begun_ms])
    });
    begun.await.expect("an open turn");
}

fn finished(sample: &Sample) -> Arc<FinishedTurn> {
    let turn = Turn {
        id: TurnId::from_key(sample.key),
        session_id: SessionId::from_key(sample.subject),
        number: sample.key,
        agent_id: sample.agent.into(),
        agent_version: 1,
        user_id: format!("usr_{}", sample.subject),
        subject: sample.subject,
        status: Status::Running,
        is_new_session: false,
        cancel_requested: false,
        metadata: serde_json::Map::new(),
        outcome: Outcome::default(),
        last_seq: 0,
        bytes: 300,
        created_at_ms: sample.begun_ms,
        finished_at_ms: None,
    };
    let trace = TraceRecord {
        spans: r#"[{"name":"inference","start_us":1,"duration_us":2}]"#.into(),
        duration_us: sample.duration_us,
        parent: Some("00-parent".into()),
        request_id: Some(format!("req-{}", sample.key).into()),
        ..TraceRecord::default()
    };
    Arc::new(FinishedTurn {
        status: sample.status,
        outcome: Outcome { content: Some("yes".into()), ..Outcome::default() },
        last_seq: 3,
        events: None,
        steps: 0,
        has_waited: false,
        trace,
        usage: Vec::new(),
        skills: Vec::new(),
        parent: None,
        has_children: false,
        remember: None,
        event_id: None,
        now_ms: sample.begun_ms + 5,
        turn,
    })
}

/// A summary by agent and hour of all times, page by page.
async fn summary(rows: &Rows, limit: u32) -> (TurnSum, BTreeMap<(i64, String), TurnSum>) {
    let (mut after, mut groups, mut order) = (None, BTreeMap::new(), Vec::new());
    loop {
        let TurnSummary { total, groups: Page { data, next } } =
            asked(rows, [0, i64::MAX], None, [true, true], PageRequest { limit, after }).await;
        for ((hour, agent), sum) in data {
            let (hour, agent) = (hour.expect("an hour"), agent.expect("an agent"));
            order.push((-hour, agent.clone()));
            assert_eq!(groups.insert((hour, agent), sum), None, "a group comes once");
        }
        after = next;
        if after.is_none() {
            assert!(order.is_sorted(), "{order:?}");
            return (total, groups);
        }
    }
}

async fn asked(rows: &Rows, hours: [i64; 2], agent: Option<&str>, by: [bool; 2], page: PageRequest) -> TurnSummary {
    let request = SummaryRequest {
        from_hour: hours[0],
        to_hour: hours[1],
        agent_id: agent.map(str::to_owned),
        by_agent: by[0],
        by_hour: by[1],
    };
    rows.traces().summary(request, page).await.expect("a summary")
}

/// The sums of `samples`, made one by one.
fn counted(samples: &[Sample]) -> (TurnSum, BTreeMap<(i64, String), TurnSum>) {
    let (mut total, mut groups) = (TurnSum::default(), BTreeMap::<_, TurnSum>::new());
    for sample in samples.iter().filter(|sample| sample.workspace == 1) {
        let group = groups.entry((sample.begun_ms / HOUR_MS, sample.agent.to_owned())).or_default();
        for sum in [&mut total, group] {
            match sample.status {
                Status::Completed => sum.completed += 1,
                Status::Failed => sum.failed += 1,
                Status::Cancelled => sum.cancelled += 1,
                _ => sum.interrupted += 1,
            }
            sum.durations.add(sample.duration_us);
        }
    }
    (total, groups)
}

fn samples(count: i64) -> Vec<Sample> {
    const ENDS: [Status; 4] = [Status::Completed, Status::Failed, Status::Cancelled, Status::Interrupted];
    let sample = |key: i64| Sample {
        key,
        workspace: 1 + i64::from(key % 10 == 0),
        agent: ["a", "b", "c"][usize::try_from(key % 3).expect("small")],
        status: ENDS[usize::try_from(key * key % 4).expect("small")],
        begun_ms: 10 * DAY_MS + key % 7 * HOUR_MS / 2,
        duration_us: key * key * 17,
        ..SAMPLE
    };
    (1..=count).map(sample).collect()
}

both_backends! {
    async fn a_list_has_the_newest_first_and_what_its_filters_want(traced: Traced) {
        let failed = Sample { key: 2, status: Status::Failed, begun_ms: 11 * DAY_MS, ..SAMPLE };
        let slow = Sample { key: 3, agent: "b", duration_us: 5_000_000, begun_ms: 11 * DAY_MS, ..SAMPLE };
        let others = Sample { key: 4, subject: 8, begun_ms: 9 * DAY_MS, ..SAMPLE };
        for sample in [&SAMPLE, &failed, &slow, &others, &Sample { key: 5, workspace: 2, ..SAMPLE }] {
            traced.end(sample).await;
        }
        begin(&traced.rows(1), &Sample { key: 6, ..SAMPLE }).await;
        let own = VisibleTo::Only("usr_7".into());
        let none = TraceFilter::default;
        assert_eq!(traced.listed(VisibleTo::All, none()).await, [3, 2, 1, 4]);
        assert_eq!(traced.listed(own.clone(), none()).await, [3, 2, 1]);
        let user = |id: &str| TraceFilter { user_id: Some(id.into()), ..none() };
        assert_eq!(traced.listed(VisibleTo::All, user("usr_8")).await, [4]);
        assert_eq!(traced.listed(own, user("usr_8")).await, [0; 0]);
        assert_eq!(traced.listed(VisibleTo::All, user("usr_none")).await, [0; 0]);
        for (filter, expected) in [
            (TraceFilter { agent_id: Some("b".into()), ..none() }, vec![3]),
            (TraceFilter { session_id: Some(SessionId::from_key(8)), ..none() }, vec![4]),
            (TraceFilter { session_id: Some(SessionId::from_key(7)), status: Some(Status::Failed), ..none() }, vec![2]),
            (TraceFilter { status: Some(Status::Completed), ..none() }, vec![3, 1, 4]),
            (TraceFilter { from_ms: Some(10 * DAY_MS), ..none() }, vec![3, 2, 1]),
            (TraceFilter { to_ms: Some(10 * DAY_MS), ..none() }, vec![4]),
            (TraceFilter { from_ms: Some(10 * DAY_MS), to_ms: Some(11 * DAY_MS), ..none() }, vec![1]),
            (TraceFilter { duration_us_min: Some(5_000_000), ..none() }, vec![3]),
            (TraceFilter { request_id: Some("req-4".into()), ..none() }, vec![4]),
            (TraceFilter { request_id: Some("req".into()), ..none() }, vec![]),
        ] {
            assert_eq!(traced.listed(VisibleTo::All, filter.clone()).await, expected, "{filter:?}");
        }
    }

    async fn pages_go_on_where_they_ended_whatever_the_filter(traced: Traced) {
        for key in 1..=7 {
            // Some began at the same time.
            traced.end(&Sample { key, begun_ms: 10 * DAY_MS + key / 3, ..SAMPLE }).await;
        }
        let session = Some(SessionId::from_key(7));
        for filter in [TraceFilter::default(), TraceFilter { session_id: session, ..TraceFilter::default() }] {
            let (mut request, mut seen) = (PageRequest { limit: 2, after: None }, Vec::new());
            loop {
                let page = traced.rows(1).traces().page(VisibleTo::All, filter.clone(), request.clone()).await;
                let Page { data, next } = page.expect("a page");
                seen.extend(data.iter().map(|trace| trace.turn_id.key()));
                request.after = next;
                if request.after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
        }
        let odd = PageRequest { limit: 2, after: Some(Cursor { at: i64::MAX, id: "none".into() }) };
        let page = traced.rows(1).traces().page(VisibleTo::All, TraceFilter::default(), odd).await.expect("a page");
        assert_eq!(page.data.len(), 2);
    }

    async fn a_page_looks_at_so_many_turns_and_says_where_it_stopped(traced: Traced) {
        traced.end(&Sample { agent: "rare", ..SAMPLE }).await;
        // Of the same session, all later.
        let rows = traced.rows(1);
        let more = rows.write(|tx| {
            let sql = "WITH RECURSIVE numbers (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM numbers WHERE i < 60000)
                INSERT INTO turns (id, workspace_id, session_id, number, agent_id, agent_version, subject, status, is_new_session,
                    role, question, input_tokens, output_tokens, cost_usd, last_seq, duration_us, provider_us, storage_us, tool_us,
                    waiting_us, step_count, message_count, bytes, created_at_ms, finished_at_ms)
                SELECT i, $1, 7, i, 'a', 1, 7, 'completed', 0, 'user', 'q', 0, 0, 0.0, 3, 1, 0, 0, 0, 0, 0, 1, 1, $2 + i, $2 + i
                FROM numbers";
            tx.execute(sql, params![SAMPLE.begun_ms])
        });
        more.await.expect("the turns");
        let traces = |filter, after| {
            let rows = traced.rows(1);
            async move { rows.traces().page(VisibleTo::All, filter, PageRequest { limit: 3, after }).await.expect("a page") }
        };
        let rare = TraceFilter { agent_id: Some("rare".into()), ..TraceFilter::default() };
        let first: Page<StoredTrace> = traces(rare.clone(), None).await;
        assert_eq!(first.data, [], "50,000 turns are not of this agent");
        assert!(first.next.is_some());
        let second = traces(rare.clone(), first.next).await;
        assert_eq!(second.data.iter().map(|trace| trace.turn_id.key()).collect::<Vec<_>>(), [1]);
        assert_eq!(second.next, None);
        // Within one session, and within a time, nothing else is looked at.
        let of_session = TraceFilter { session_id: Some(SessionId::from_key(7)), ..rare.clone() };
        assert_eq!(traces(of_session, None).await.data.len(), 1);
        let of_time = TraceFilter { to_ms: Some(SAMPLE.begun_ms + 1), ..rare };
        assert_eq!(traces(of_time, None).await.data.len(), 1);
    }

    async fn a_trace_is_found_by_its_turn_with_what_was_said_if_it_is_wanted(traced: Traced) {
        traced.end(&SAMPLE).await;
        let find = |workspace, visible_to, wanted| {
            let rows = traced.rows(workspace);
            async move { rows.traces().find(TurnId::from_key(1), visible_to, wanted).await.expect("a look") }
        };
        let found = find(1, VisibleTo::Only("usr_7".into()), true).await.expect("it is there");
        assert_eq!(found.trace.question, "é".repeat(120));
        assert_eq!((found.trace.duration_us, found.trace.request_id.as_deref()), (1_000, Some("req-1")));
        assert_eq!(found.spans.map(|spans| spans.len()), Some(1));
        let said: Vec<_> = found.messages.expect("messages").into_iter().map(|message| message.content).collect();
        assert_eq!(said, ["é".repeat(150), "yes".to_owned()].map(astra_core::content::Content::Text));
        assert!(find(1, VisibleTo::All, false).await.expect("it is there").messages.is_none());
        assert!(find(1, VisibleTo::Only("usr_8".into()), true).await.is_none());
        assert!(find(2, VisibleTo::All, true).await.is_none());
        let rows = traced.rows(1);
        let deleted = rows.write(|tx| tx.execute("UPDATE sessions SET status = 'deleted' WHERE workspace_id = $1", params![]));
        deleted.await.expect("they are deleted");
        assert!(find(1, VisibleTo::All, true).await.is_none());
        assert_eq!(traced.listed(VisibleTo::All, TraceFilter::default()).await, [0; 0]);
    }

    async fn a_summary_equals_the_turns_before_between_and_after_they_are_summed_up(traced: Traced) {
        let samples = samples(300);
        for sample in &samples {
            traced.end(sample).await;
        }
        let (rows, expected) = (traced.rows(1), counted(&samples));
        assert_eq!(summary(&rows, 200).await, expected);
        assert!(traced.store.db.roll_usage_up().await.expect("a piece"), "there is more");
        assert_eq!(summary(&rows, 200).await, expected);
        assert_eq!(summary(&rows, 2).await, expected);
        traced.roll_up().await;
        assert_eq!(summary(&rows, 2).await, expected);
        traced.end(&Sample { key: 1_000, ..samples[0].clone() }).await;
        traced.roll_up().await;
        let mut more = samples.clone();
        more.push(samples[0].clone());
        assert_eq!(summary(&rows, 200).await, counted(&more), "an hour grows");
    }

    async fn a_summary_is_of_its_hours_its_agent_and_its_groups(traced: Traced) {
        let samples = samples(60);
        for sample in &samples {
            traced.end(sample).await;
        }
        let first = 10 * DAY_MS / HOUR_MS;
        let (rows, (_, groups)) = (traced.rows(1), counted(&samples));
        for is_rolled_up in [false, true] {
            let of = |hours, agent, by| asked(&rows, hours, agent, by, ALL);
            let turns = |wanted: &dyn Fn(&(i64, String)) -> bool| {
                groups.iter().filter(|(key, _)| wanted(key)).map(|(_, sum)| sum.turns()).sum::<i64>()
            };
            let found = of([first + 1, first + 2], None, [true, true]).await;
            assert_eq!(found.total.turns(), turns(&|(hour, _)| *hour == first + 1), "{is_rolled_up}");
            assert_eq!(found.groups.data.len(), 3);
            let found = of([0, i64::MAX], Some("b"), [false, true]).await;
            assert_eq!(found.total.turns(), turns(&|(_, agent)| agent == "b"));
            assert!(found.groups.data.iter().all(|((hour, agent), _)| hour.is_some() && agent.is_none()));
            let found = of([0, i64::MAX], None, [true, false]).await;
            let by_agent: Vec<_> = found.groups.data.iter().map(|((_, agent), sum)| (agent.as_deref(), sum.turns())).collect();
            assert_eq!(by_agent, ["a", "b", "c"].map(|name| (Some(name), turns(&|(_, agent)| agent == name))));
            assert_eq!(of([0, first], None, [true, true]).await.total, TurnSum::default());
            traced.roll_up().await;
        }
    }

    async fn two_gateways_that_sum_up_at_once_lose_and_double_nothing(traced: Traced) {
        let samples = samples(700);
        join_all(samples.chunks(70).map(async |piece| {
            for sample in piece {
                traced.end(sample).await;
            }
        })).await;
        let there = traced.store.again();
        let sum_up = async |db: &Db| while db.roll_usage_up().await.expect("a piece") {};
        tokio::join!(sum_up(&traced.store.db), sum_up(&there), async {
            for _ in 0..3 {
                assert_eq!(summary(&rows(&there, 1), 200).await, counted(&samples));
            }
        });
        assert_eq!(summary(&traced.rows(1), 200).await, counted(&samples));
    }

    async fn old_traces_lose_what_explains_them_and_keep_the_conversation(traced: Traced) {
        for (key, begun_ms) in [(1, DAY_MS), (2, 2 * DAY_MS), (3, 3 * DAY_MS)] {
            traced.end(&Sample { key, begun_ms, ..SAMPLE }).await;
        }
        traced.end(&Sample { key: 4, workspace: 2, begun_ms: DAY_MS, ..SAMPLE }).await;
        let bytes = async || {
            let rows = traced.rows(1);
            let kept = rows.read(|tx| {
                tx.one("SELECT CAST(SUM(bytes) AS BIGINT) FROM turns WHERE workspace_id = $1", params![])?.next_int()
            });
            let kept = u64::try_from(kept.await.expect("a sum")).expect("it is positive");
            assert_eq!(rows.sessions().storage_bytes().await.expect("a sum"), kept);
            kept
        };
        let before = bytes().await;
        let sweep = async |before_ms| while traced.store.db.sweep_old_traces(before_ms).await.expect("a piece") {};
        sweep(3 * DAY_MS).await;
        let length = u64::try_from(finished(&SAMPLE).trace.spans.len()).expect("few");
        assert_eq!(bytes().await, before - 2 * length);
        traced.roll_up().await;
        assert_eq!(bytes().await, before - 2 * length);
        let find = |key| {
            let rows = traced.rows(1);
            async move { rows.traces().find(TurnId::from_key(key), VisibleTo::All, true).await.expect("a look").expect("it") }
        };
        let old = find(2).await;
        assert_eq!((old.spans, old.trace_parent, old.trace.request_id), (None, None, None));
        assert_eq!((old.trace.duration_us, old.messages.expect("messages").len()), (1_000, 2));
        let young = find(3).await;
        assert!(young.spans.is_some() && young.trace_parent.is_some() && young.trace.request_id.is_some());
        assert_eq!(summary(&traced.rows(1), 9).await.0.turns(), 3);
        // What comes of age later is found later.
        sweep(4 * DAY_MS).await;
        assert_eq!(find(3).await.spans, None);
        let other = traced.rows(2).traces().find(TurnId::from_key(4), VisibleTo::All, false).await.expect("a look");
        assert_eq!(other.expect("it").spans, None);
    }

    async fn a_turn_that_is_open_for_long_is_not_passed_over(traced: Traced) {
        let late = Sample { key: 1, begun_ms: DAY_MS, ..SAMPLE };
        begin(&traced.rows(1), &late).await;
        traced.end(&Sample { key: 2, begun_ms: DAY_MS, ..SAMPLE }).await;
        assert!(!traced.store.db.sweep_old_traces(5 * DAY_MS).await.expect("a piece"));
        assert!(traced.rows(1).turns().finish(&finished(&late)).await.expect("an end"));
        assert!(!traced.store.db.sweep_old_traces(5 * DAY_MS).await.expect("a piece"));
        for key in [1, 2] {
            let found = traced.rows(1).traces().find(TurnId::from_key(key), VisibleTo::All, false).await.expect("a look");
            assert_eq!(found.expect("it").spans, None, "{key}");
        }
    }
}
