//! Jobs in pages, and how many there are: of those that callers may see, by any filter, and bounded.

use std::sync::Arc;

use astra_core::ids::{CountingIds, IdMaker, JobId};
use astra_core::params;
use astra_core::store::{
    JobEnding, JobFilter, JobLease, JobProgress, JobStatus, Jobs, NewJob, PageRequest, Rows, VisibleTo,
};

use crate::support::{START_MS, TestStore, both_backends};

async fn rows(store: &TestStore) -> Rows {
    store.db.rows(&store.db.ensure_workspace("wsp_a", START_MS).await.expect("a workspace"))
}

fn only(user: &str) -> VisibleTo {
    VisibleTo::Only(Arc::from(user))
}

async fn enqueue(rows: &Rows, key: i64, kind: &str, user: &str) {
    let job = NewJob::new(kind, "{}".into(), 1).public().subject(user, 900 + i64::from(user.as_bytes()[4]));
    rows.jobs().create(JobId::from_key(key), job, START_MS).await.expect("it is kept");
}

async fn keys(jobs: Jobs<'_>, visible_to: VisibleTo, filter: JobFilter, limit: u32) -> Vec<i64> {
    let page = jobs.page(visible_to, filter, PageRequest { limit, after: None }).await.expect("a page");
    page.data.into_iter().map(|job| job.id.key()).collect()
}

both_backends! {
    async fn every_filter_finds_its_jobs_newest_first(store: TestStore) {
        let rows = rows(&store).await;
        for (key, kind, user) in [(1, "mail", "usr_a"), (2, "mail", "usr_b"), (3, "index", "usr_a"), (4, "mail", "usr_a")] {
            enqueue(&rows, key, kind, user).await;
        }
        let hidden = NewJob::new("mail", "{}".into(), 1).subject("usr_a", 7);
        rows.jobs().create(JobId::from_key(5), hidden, START_MS).await.expect("it is kept");
        rows.jobs().cancel(JobId::from_key(4), START_MS).await.expect("it ends");
        let jobs = rows.jobs();
        let (mail, pending) = (Some("mail".to_owned()), Some(JobStatus::Pending));
        let of_a = Some("usr_a".to_owned());
        for (visible_to, filter, expected) in [
            (VisibleTo::All, JobFilter::default(), &[4, 3, 2, 1][..]),
            (VisibleTo::All, JobFilter { kind: mail.clone(), ..JobFilter::default() }, &[4, 2, 1]),
            (VisibleTo::All, JobFilter { status: pending, ..JobFilter::default() }, &[3, 2, 1]),
            (VisibleTo::All, JobFilter { user_id: of_a.clone(), ..JobFilter::default() }, &[4, 3, 1]),
            (VisibleTo::All, JobFilter { kind: mail.clone(), status: pending, user_id: of_a.clone() }, &[1]),
            (only("usr_b"), JobFilter::default(), &[2]),
            (only("usr_b"), JobFilter { user_id: of_a, ..JobFilter::default() }, &[]),
            (only("usr_c"), JobFilter::default(), &[]),
        ] {
            assert_eq!(keys(jobs, visible_to.clone(), filter.clone(), 50).await, expected, "{filter:?}");
            let counts = jobs.count_by_status(visible_to, filter).await.expect("counts");
            let sum: i64 = counts.iter().map(|count| count.count).sum();
            assert_eq!(sum, i64::try_from(expected.len()).expect("a count"));
        }
        assert_eq!(keys(jobs, VisibleTo::All, JobFilter::default(), 2).await, [4, 3]);
        let foreign = store.db.rows(&store.db.ensure_workspace("wsp_b", START_MS).await.expect("a workspace"));
        assert_eq!(keys(foreign.jobs(), VisibleTo::All, JobFilter::default(), 50).await, [0; 0]);
    }

    async fn a_count_is_bounded(store: TestStore) {
        let rows = rows(&store).await;
        enqueue(&rows, 1, "mail", "usr_a").await;
        let workspace = rows.workspace().number();
        let fill = move |tx: &mut astra_core::store::Tx<'_>| {
            let sql = "INSERT INTO jobs (workspace_id, id, kind, is_public, status, is_due, priority, run_at_ms, payload, attempts,
                    attempts_max, epoch, lease_until_ms, cancel_requested, progress, version, created_at_ms, finished_at_ms)
                VALUES ($1, $2, 'mail', 1, 'failed', 0, 5, 1, '{}', 1, 1, 1, 0, 0, 0, 3, 1, 1)";
            (10..10_011_i64).try_for_each(|key| tx.execute(sql, params![workspace, key]).map(drop))
        };
        store.db.write(fill).await.expect("they are written");
        let counts = rows.jobs().count_by_status(VisibleTo::All, JobFilter::default()).await.expect("counts");
        let of = |status| counts.iter().find(|count| count.status == status).map(|count| (count.count, count.is_exact));
        assert_eq!(of(JobStatus::Failed), Some((10_000, false)));
        assert_eq!((of(JobStatus::Pending), of(JobStatus::Unknown)), (Some((1, true)), Some((0, true))));
    }

    async fn progress_is_an_event_where_such_events_are_read(store: TestStore) {
        let rows = rows(&store).await;
        enqueue(&rows, 1, "mail", "usr_a").await;
        let ids = IdMaker::new(CountingIds::default());
        let lease = store.db.claim_jobs(crate::jobs::claim(1)).await.expect("a claim")[0].lease;
        let report = |lease, percent| JobProgress {
            workspace: rows.workspace().clone(),
            lease,
            percent,
            message: Some("words".into()),
            lines: Vec::new(),
            event_id: ids.id(),
            at_ms: START_MS,
        };
        store.db.report_progress(vec![report(lease, 10)]).await.expect("it is kept");
        store.db.note_event_reader(rows.workspace(), START_MS).await.expect("it is noted");
        let stale = JobLease { epoch: lease.epoch - 1, ..lease };
        store.db.report_progress(vec![report(stale, 90), report(lease, 40)]).await.expect("it is kept");
        let job = rows.jobs().find(lease.id).await.expect("a look").expect("the job");
        assert_eq!((job.progress, job.message.as_deref(), job.version), (40, Some("words"), 4));
        let told = store.db.read(|tx| {
            let rows = tx.query("SELECT event, data FROM outbox ORDER BY position", params![])?.into_iter();
            rows.map(|mut row| Ok((row.next_text()?, row.next_text()?))).collect::<Result<Vec<_>, _>>()
        });
        let told = told.await.expect("the events");
        assert_eq!(told.len(), 1);
        assert!(told[0].0 == "job.progress" && told[0].1.contains("\"progress\":40"), "{told:?}");
    }

    async fn the_end_of_a_job_that_callers_see_is_an_event(store: TestStore) {
        let rows = rows(&store).await;
        for key in 1..=4 {
            enqueue(&rows, key, "mail", "usr_a").await;
        }
        let hidden = NewJob::new("mail", "{}".into(), 1);
        rows.jobs().create(JobId::from_key(5), hidden, START_MS).await.expect("it is kept");
        let claim = crate::jobs::claim(9);
        let (ids, endings) = (IdMaker::new(CountingIds::default()), [
            JobEnding::Succeeded("1".into()), JobEnding::Failed("no".into()), JobEnding::Unknown("who knows".into()),
            JobEnding::Cancelled, JobEnding::Succeeded("1".into()),
        ]);
        let claimed = store.db.claim_jobs(claim).await.expect("a claim");
        for (job, ending) in claimed.into_iter().zip(endings) {
            rows.jobs().finish(job.lease, ending, ids.id(), START_MS).await.expect("it ends");
        }
        let events = store.db.read(|tx| {
            let rows = tx.query("SELECT event, resource_id, data FROM outbox ORDER BY position", params![])?.into_iter();
            rows.map(|mut row| Ok((row.next_text()?, row.next_text()?, row.next_text()?))).collect::<Result<Vec<_>, _>>()
        });
        let events = events.await.expect("the events");
        let names: Vec<_> = events.iter().map(|(event, job, _)| (event.as_str(), job.as_str())).collect();
        let id = |key| JobId::from_key(key).to_string();
        assert_eq!(names, [("job.succeeded", &*id(1)), ("job.failed", &*id(2)), ("job.failed", &*id(3))]);
        assert!(events[2].2.contains("\"status\":\"unknown\"") && events[2].2.contains("who knows"), "{events:?}");
    }
}
