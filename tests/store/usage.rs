//! Usage: what is added to an hour is in its sums, told apart as asked, page by page, and each workspace sees its own.

use std::sync::atomic::{AtomicI64, Ordering};

use astra_core::params;
use astra_core::store::usage::{self, HOUR_MS, UsageGroup, UsageRow, UsageSum};
use astra_core::store::{Db, Page, PageRequest, Rows, UsagePeriods, WorkspaceId, WorkspaceUsed};

use crate::support::{TestStore, both_backends};

/// The first hour of a day.
const MIDNIGHT_MS: i64 = 20_780 * 24 * HOUR_MS;
const ALL: PageRequest = PageRequest { limit: 200, after: None };

/// The number of the one user.
const USER: i64 = 7;

fn rows(db: &Db, number: i64) -> Rows {
    db.rows(&WorkspaceId::new(number, "wsp_any"))
}

fn row(at_ms: i64, agent: &str, model: &str) -> UsageRow {
    UsageRow {
        agent_id: agent.into(),
        subject: USER,
        provider: "openai".into(),
        model: model.into(),
        at_ms,
        requests: 1,
        errors: 0,
        input_tokens: 10,
        output_tokens: 2,
        cost_usd: 0.25,
    }
}

async fn add(store: &Rows, row: UsageRow) {
    static SOURCE: AtomicI64 = AtomicI64::new(1);
    let source = SOURCE.fetch_add(1, Ordering::Relaxed);
    store.write(move |tx| usage::add(tx, source, 0, &row)).await.expect("the row is added");
}

async fn name_the_user(db: &Db) {
    let sql = "INSERT INTO subjects (number, id) VALUES ($1, 'usr_1')";
    db.write(move |tx| tx.execute(sql, params![USER])).await.expect("the user");
}

/// Sums all up that is not summed up yet.
async fn roll_up(db: &Db) {
    while db.roll_usage_up().await.expect("a piece") {}
}

async fn report(store: &Rows, from_ms: i64, to_ms: i64, groups: &[UsageGroup]) -> Vec<UsageSum> {
    store.usage().page(from_ms, to_ms, groups, &ALL).await.expect("a report").data
}

both_backends! {
    async fn sums_grow_within_their_hour(store: TestStore) {
        let store = rows(&store.db, 1);
        add(&store, row(MIDNIGHT_MS, "a", "m")).await;
        add(&store, row(MIDNIGHT_MS + HOUR_MS - 1, "a", "m")).await;
        add(&store, UsageRow { errors: 1, input_tokens: 0, output_tokens: 0, cost_usd: 0.0, ..row(MIDNIGHT_MS + HOUR_MS, "a", "m") }).await;
        let expected = UsageSum { requests: 2, input_tokens: 20, output_tokens: 4, cost_usd: 0.5, ..UsageSum::default() };
        assert_eq!(report(&store, MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS, &[]).await, std::slice::from_ref(&expected));
        assert_eq!(report(&store, MIDNIGHT_MS, MIDNIGHT_MS + 1, &[]).await, std::slice::from_ref(&expected), "the hour begins in it");
        let both = UsageSum { requests: 3, errors: 1, ..expected };
        assert_eq!(report(&store, i64::MIN, i64::MAX, &[]).await, [both]);
        assert_eq!(report(&store, MIDNIGHT_MS + 1, MIDNIGHT_MS + HOUR_MS, &[]).await, [UsageSum::default()]);
    }

    async fn sums_are_told_apart_as_asked(store: TestStore) {
        name_the_user(&store.db).await;
        let store = rows(&store.db, 1);
        for (day, agent, model) in [(0, "a", "m"), (0, "a", "n"), (0, "b", "m"), (1, "a", "m")] {
            add(&store, row(MIDNIGHT_MS + day * 24 * HOUR_MS + 5, agent, model)).await;
        }
        let sums = report(&store, 0, i64::MAX, &[UsageGroup::Day, UsageGroup::Agent]).await;
        let seen: Vec<_> = sums.iter().map(|sum| (sum.day.unwrap(), sum.agent_id.as_deref().unwrap(), sum.requests)).collect();
        assert_eq!(seen, [(20_781, "a", 1), (20_780, "b", 1), (20_780, "a", 2)], "newest day first");
        assert!(sums.iter().all(|sum| sum.model.is_none() && sum.provider.is_none() && sum.user_id.is_none()));
        let sums = report(&store, 0, i64::MAX, &[UsageGroup::Model, UsageGroup::User, UsageGroup::Provider]).await;
        let seen: Vec<_> = sums.iter().map(|sum| (sum.model.as_deref().unwrap(), sum.requests)).collect();
        assert_eq!(seen, [("n", 1), ("m", 3)]);
        assert_eq!(sums[0].user_id.as_deref(), Some("usr_1"));
        assert_eq!(sums[0].provider.as_deref(), Some("openai"));
    }

    async fn pages_hold_every_sum_once(store: TestStore) {
        name_the_user(&store.db).await;
        let store = rows(&store.db, 1);
        for number in 0..7 {
            add(&store, row(MIDNIGHT_MS + number / 3 * 24 * HOUR_MS, &format!("a{number}"), "m/1")).await;
        }
        let groups = [UsageGroup::Agent, UsageGroup::Provider, UsageGroup::Model, UsageGroup::User, UsageGroup::Day];
        let (mut request, mut seen) = (PageRequest { limit: 2, after: None }, Vec::new());
        loop {
            let Page { data, next } = store.usage().page(0, i64::MAX, &groups, &request).await.expect("a page");
            seen.extend(data.into_iter().filter_map(|sum| sum.agent_id));
            request.after = next;
            if request.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a6", "a5", "a4", "a3", "a2", "a1", "a0"]);
    }

    async fn what_is_summed_up_says_the_same_as_before(store: TestStore) {
        name_the_user(&store.db).await;
        let rows = rows(&store.db, 1);
        let groups = [UsageGroup::Agent, UsageGroup::Model, UsageGroup::User, UsageGroup::Day];
        // More than one piece, in several hours, and some that are summed up while others are not.
        for number in 0..600 {
            let row = row(MIDNIGHT_MS + number % 5 * HOUR_MS, ["a", "b"][usize::from(number % 3 == 0)], "m");
            add(&rows, UsageRow { errors: u32::from(number % 7 == 0), ..row }).await;
        }
        let before = (report(&rows, 0, i64::MAX, &groups).await, report(&rows, 0, i64::MAX, &[]).await);
        assert_eq!(before.1[0].requests, 600);
        let sums = rows.usage().of_agent("b", MIDNIGHT_MS / HOUR_MS + 1, MIDNIGHT_MS / HOUR_MS).await.expect("sums");
        assert!(store.db.roll_usage_up().await.expect("a piece"), "there is more");
        let between = (report(&rows, 0, i64::MAX, &groups).await, report(&rows, 0, i64::MAX, &[]).await);
        roll_up(&store.db).await;
        let after = (report(&rows, 0, i64::MAX, &groups).await, report(&rows, 0, i64::MAX, &[]).await);
        assert_eq!((&before, &before), (&between, &after));
        assert_eq!(rows.usage().of_agent("b", MIDNIGHT_MS / HOUR_MS + 1, MIDNIGHT_MS / HOUR_MS).await.expect("sums"), sums);
        let left = store.db.read(|tx| tx.one("SELECT COUNT(*) FROM usage_entries", params![])?.next_int()).await;
        assert_eq!(left.expect("a count"), 0);
        add(&rows, row(MIDNIGHT_MS, "a", "m")).await;
        roll_up(&store.db).await;
        assert_eq!(report(&rows, 0, i64::MAX, &[]).await[0].requests, 601);
    }

    async fn a_workspaces_periods_say_the_same_before_and_after_the_sums(store: TestStore) {
        let store_rows = rows(&store.db, 1);
        let hour = MIDNIGHT_MS / HOUR_MS;
        for number in 0..300 {
            add(&store_rows, row(MIDNIGHT_MS + number % 3 * HOUR_MS, ["a", "b"][usize::from(number % 2 == 0)], "m")).await;
        }
        add(&store_rows, row(MIDNIGHT_MS - 24 * HOUR_MS, "a", "m")).await;
        add(&rows(&store.db, 2), row(MIDNIGHT_MS, "a", "m")).await;
        let periods = UsagePeriods { hour: hour + 2, day: hour + 1, month: hour - 1 };
        let expected = WorkspaceUsed {
            hour_tokens: 1_200,
            day_tokens: 2_400,
            day_cost_usd: 50.0,
            day_turns: 0,
            month_tokens: 3_600,
            month_cost_usd: 75.0,
        };
        assert_eq!(store_rows.usage().of_workspace(periods).await.expect("sums"), expected);
        assert!(store.db.roll_usage_up().await.expect("a piece"), "there is more");
        assert_eq!(store_rows.usage().of_workspace(periods).await.expect("sums"), expected, "some are summed up");
        roll_up(&store.db).await;
        assert_eq!(store_rows.usage().of_workspace(periods).await.expect("sums"), expected);
        let other = rows(&store.db, 2).usage().of_workspace(periods).await.expect("sums");
        assert_eq!((other.month_tokens, other.day_tokens), (12, 0));
    }

    async fn each_workspace_sees_its_own(store: TestStore) {
        add(&rows(&store.db, 1), row(MIDNIGHT_MS, "a", "m")).await;
        add(&rows(&store.db, 2), row(MIDNIGHT_MS, "a", "n")).await;
        let sums = report(&rows(&store.db, 2), 0, i64::MAX, &[UsageGroup::Model]).await;
        assert_eq!(sums.iter().map(|sum| sum.model.as_deref()).collect::<Vec<_>>(), [Some("n")]);
    }
}
