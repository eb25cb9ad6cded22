//! A simulated year, minute by minute, of schedules in three zones: 200 gateways die at random times, some of them in the middle
//! of a transaction, and the clock is set back by a day now and then. No slot is lost, and none runs twice.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use astra_core::clock::{Clock as _, ManualClock};
use astra_core::ids::ScheduleId;
use astra_core::params;
use astra_core::store::{Db, Rows};
use astra_core::work::Scheduler;
use chrono::{DateTime, Datelike as _, Duration, NaiveDateTime, TimeZone as _, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;
use serde_json::json;

use super::schedules::{keep, scheduler};
use crate::support::{START_MS, TestBackend, TestStore};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const RESTARTS: usize = 200;
const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

/// An expression, what becomes of missed slots, and the same expression as a question to a local time.
struct Kind {
    expression: &'static str,
    on_missed: &'static str,
    is_hourly: bool,
    matches: fn(NaiveDateTime) -> bool,
}

const KINDS: [Kind; 4] = [
    Kind { expression: "0 * * * *", on_missed: "all", is_hourly: true, matches: |at| at.minute() == 0 },
    Kind {
        expression: "30 2 * * *",
        on_missed: "all",
        is_hourly: false,
        matches: |at| (at.hour(), at.minute()) == (2, 30),
    },
    Kind {
        expression: "15,45 1-3 * * SUN",
        on_missed: "once",
        is_hourly: false,
        matches: |at| at.weekday() == Weekday::Sun && (1..=3).contains(&at.hour()) && [15, 45].contains(&at.minute()),
    },
    Kind {
        expression: "*/20 9-11 1-7 * *",
        on_missed: "skip",
        is_hourly: false,
        matches: |at| at.day() <= 7 && (9..=11).contains(&at.hour()) && at.minute() % 20 == 0,
    },
];

/// The slots of a kind in a zone from `from_ms` on and before `until_ms`, by a walk over the year.
fn expected(kind: &Kind, zone: Tz, from_ms: i64, until_ms: i64) -> BTreeSet<i64> {
    let local = |at_ms: i64| {
        let at = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap();
        zone.from_utc_datetime(&at.naive_utc()).naive_local()
    };
    if kind.is_hourly {
        let quarters = (from_ms..until_ms).step_by(15 * MINUTE_MS as usize);
        return quarters.filter(|at_ms| (kind.matches)(local(*at_ms))).collect();
    }
    // The offsets that the zone has in the year, the earlier one of a local time being the larger one.
    let offset = |at_ms: i64| local(at_ms).and_utc().timestamp_millis() - at_ms;
    let days = (from_ms..until_ms).step_by(DAY_MS as usize);
    let offsets: BTreeSet<i64> = days.map(offset).collect();
    let first = |naive: NaiveDateTime| {
        let at = |offset: &i64| naive.and_utc().timestamp_millis() - offset;
        offsets.iter().rev().map(at).find(|at_ms| local(*at_ms) == naive)
    };
    let mut slots = BTreeSet::new();
    // All of them are at fives of minutes.
    let walked = (local(from_ms) - Duration::days(1)).and_utc().timestamp_millis()..;
    let last_ms = local(until_ms).and_utc().timestamp_millis();
    for at_ms in walked.step_by(5 * MINUTE_MS as usize).take_while(|at_ms| *at_ms <= last_ms) {
        let naive = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap().naive_utc();
        if (kind.matches)(naive) {
            let exists = (0..).map(|minutes| naive + Duration::minutes(minutes)).find_map(first);
            slots.extend(exists.filter(|at_ms| (from_ms..until_ms).contains(at_ms)));
        }
    }
    slots
}

/// A sequence of numbers that looks random and is always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64).rem_euclid(bound)
    }
}

/// Begins what is due, and drops it after a few steps, as a kill does.
async fn killed(scheduler: &Scheduler, steps: i64) {
    let mut run = pin!(scheduler.run_due());
    for _ in 0..steps {
        if let Poll::Ready(done) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            done.expect("it is written");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_micros(200)).await;
    }
}

/// Lets the year pass.
async fn live(db: &Db, clock: &ManualClock, until_ms: i64) {
    let mut dice = Dice(20_261_123);
    let mut ends: BTreeSet<i64> = BTreeSet::new();
    while ends.len() < RESTARTS {
        ends.insert(clock.now_ms() + dice.below(until_ms - clock.now_ms()) / MINUTE_MS * MINUTE_MS);
    }
    let mut running = scheduler(db, clock).await;
    let mut next_ms = db.next_slot_ms().await.expect("a look");
    let (mut down_until_ms, mut restarts) = (i64::MIN, 0);
    while clock.now_ms() < until_ms {
        let now_ms = clock.now_ms();
        while ends.first().is_some_and(|at_ms| *at_ms <= now_ms) {
            ends.pop_first();
            killed(&running, dice.below(12)).await;
            restarts += 1;
            // Half of them come back at once.
            down_until_ms = now_ms + dice.below(2) * dice.below(200) * MINUTE_MS;
            running = scheduler(db, clock).await;
            next_ms = Some(i64::MIN);
            if restarts % 50 == 0 {
                clock.set_ms(-DAY_MS);
                down_until_ms = i64::MIN;
            }
        }
        if now_ms >= down_until_ms && next_ms.is_some_and(|next_ms| next_ms <= now_ms) {
            running.run_due().await.expect("it is written");
            next_ms = db.next_slot_ms().await.expect("a look");
        }
        clock.advance_ms(MINUTE_MS);
    }
    assert_eq!(restarts, RESTARTS);
    // The last gateway comes back in any case.
    running.run_due().await.expect("it is written");
}

/// What became of a slot: how many before it have no row, whether it has a job, and how late it was.
type Row = (i64, bool, i64);

async fn rows_of(rows: &Rows, id: ScheduleId) -> BTreeMap<i64, Row> {
    let sql = "SELECT r.slot_ms, r.missed, r.job_id, r.late_ms, (SELECT COUNT(*) FROM jobs j WHERE j.id = r.job_id)
        FROM schedule_runs r WHERE r.workspace_id = $1 AND r.schedule_id = $2";
    let read = rows.read(move |tx| {
        let mut found = BTreeMap::new();
        for mut row in tx.query(sql, params![id])? {
            let (slot_ms, missed, job) = (row.next_int()?, row.next_int()?, row.next_optional_int()?);
            let (late_ms, jobs) = (row.next_int()?, row.next_int()?);
            assert_eq!(jobs, i64::from(job.is_some()), "a row and its job are written together");
            assert!(found.insert(slot_ms, (missed, job.is_some(), late_ms)).is_none(), "a slot has one row");
        }
        Ok(found)
    });
    read.await.expect("a look")
}

#[tokio::test]
async fn no_slot_of_a_year_is_lost_and_none_runs_twice() {
    let store = <TestStore as crate::support::OnBackend>::on(TestBackend::sqlite()).await;
    let db = store.db;
    let workspace = db.ensure_workspace("wsp_a", START_MS).await.expect("a workspace");
    let rows = db.rows(&workspace);
    let from_ms = DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z").unwrap().timestamp_millis();
    let until_ms = from_ms + 365 * DAY_MS;
    let clock = ManualClock::new(from_ms - MINUTE_MS);
    let mut kept = Vec::new();
    for (number, name) in ZONES.into_iter().enumerate() {
        let zone: Tz = name.parse().unwrap();
        for (place, kind) in KINDS.iter().enumerate() {
            let slots = expected(kind, zone, from_ms, until_ms);
            let changes = json!({"expression": kind.expression, "timezone": name, "on_missed": kind.on_missed});
            let key = i64::try_from(number * 10 + place + 1).unwrap();
            kept.push((kind, name, keep(&rows, key, &changes, *slots.first().unwrap()).await, slots));
        }
    }
    live(&db, &clock, until_ms).await;
    let (mut jobs, mut missed) = (0, 0);
    for (kind, zone, id, slots) in kept {
        let found = rows_of(&rows, id).await;
        jobs += found.values().filter(|(_, has_job, _)| *has_job).count();
        let of = format!("{} in {zone}, {}", kind.expression, kind.on_missed);
        let strange: Vec<_> = found.keys().filter(|slot| !slots.contains(slot) && **slot < until_ms).collect();
        assert!(strange.is_empty(), "{of}: {strange:?}");
        let within = found.iter().filter(|(slot_ms, _)| **slot_ms < until_ms);
        let told: i64 = within.clone().map(|(_, (missed, ..))| missed + 1).sum();
        assert_eq!(told, i64::try_from(slots.len()).unwrap(), "{of}: each slot has a row or is counted");
        match kind.on_missed {
            "all" => assert!(within.clone().all(|(_, row)| row.0 == 0 && row.1), "{of}"),
            "once" => assert!(within.clone().all(|(_, row)| row.1), "{of}"),
            _ => assert!(within.clone().all(|(_, row)| row.1 == (row.2 <= MINUTE_MS)), "{of}"),
        }
        missed += if kind.on_missed == "all" { 0 } else { within.map(|(_, row)| row.0).sum::<i64>() };
    }
    let sql = "SELECT COUNT(*) FROM jobs";
    let kept = db.read(move |tx| tx.one(sql, params![])?.next_int()).await.expect("a count");
    assert_eq!(usize::try_from(kept).unwrap(), jobs, "no job without a row");
    assert!(jobs > 3 * 8_760 && missed > 0, "{jobs} jobs, {missed} missed");
}
