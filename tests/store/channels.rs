//! Channels: what comes is kept once, one message of a conversation is with a job at a time, and what ends one gives the next.

use std::collections::{BTreeMap, BTreeSet};

use astra_core::ids::{ChannelId, EventId, JobId};
use astra_core::params;
use astra_core::store::{
    ChannelAnswer, ChannelFailure, ChannelMessageEnd, ChannelMessageFate, ChannelMessageState, ChannelPart,
    ChannelSendState, ChannelSettings, ClaimedJob, Db, Error, JobClaim, JobLease, JobLimits, JobRefusal, Linked,
    NewChannelMessage, NewJob, PageRequest, Precondition, Refusal, Result, Rows, SeenPerson, StoredChannel,
};
use serde_json::json;

use super::webhooks::rows;
use crate::support::{START_MS, TestStore, both_backends};

fn settings() -> ChannelSettings {
    serde_json::from_value(json!({"name": "a", "agent_id": "support"})).expect("settings")
}

fn channel(key: i64) -> StoredChannel {
    StoredChannel {
        id: ChannelId::from_key(key),
        kind: "generic".into(),
        version: 1,
        settings: settings(),
        fields: BTreeMap::from([("url".to_owned(), "https://chat.example".to_owned())]),
        sealed: vec![1, 2, 3],
        secrets: BTreeMap::new(),
        identity: None,
        last_error: None,
        failing_since_ms: None,
        created_at_ms: START_MS,
        updated_at_ms: START_MS,
        created_by: "usr_a".into(),
    }
}

async fn keep(rows: &Rows, key: i64) -> ChannelId {
    rows.channels().create(channel(key), 50, None).await.expect("it is kept").id
}

fn job(channel: ChannelId, message: i64) -> Result<NewJob> {
    Ok(NewJob::new("channel_reply", json!({"channel_id": channel, "message": message}).to_string(), 3))
}

fn message(channel: ChannelId, key: i64, event_id: &str, conversation: &str) -> NewChannelMessage {
    let job = job(channel, key).expect("a job");
    let fate = ChannelMessageFate::Answer { message: "{}".into(), job_id: JobId::from_key(key + 1_000), job };
    let (event_id, conversation) = (event_id.to_owned(), conversation.to_owned());
    NewChannelMessage { id: key, event_id, conversation, person: Some("ada".into()), fate }
}

async fn claimed(db: &Db) -> Vec<ClaimedJob> {
    let claim = JobClaim {
        kinds: BTreeSet::from(["channel_reply".to_owned()]),
        count: 10,
        after_workspace: 0,
        lease_ms: 15_000,
        own_ms: START_MS,
        limits: JobLimits::default(),
    };
    db.claim_jobs(claim).await.expect("a claim")
}

fn end(state: ChannelMessageState, next: i64) -> ChannelMessageEnd {
    ChannelMessageEnd { state, reason: None, next_job: JobId::from_key(next), now_ms: START_MS + 5 }
}

async fn finish(rows: &Rows, channel: ChannelId, lease: JobLease, key: i64, next: i64) -> Result<()> {
    let task = (channel, key, "c".to_owned());
    rows.channel_work().finish(lease, task, None, end(ChannelMessageState::Answered, next), job).await
}

async fn count(db: &Db, table: &'static str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    db.read(move |tx| tx.one(&sql, params![])?.next_int()).await.expect("a count")
}

both_backends! {
    async fn an_event_is_kept_once_and_a_conversation_has_one_job(store: TestStore) {
        let (rows, db) = (rows(&store.db, "wsp_a").await, &store.db);
        let channel = keep(&rows, 1).await;
        let all = vec![message(channel, 10, "e1", "c"), message(channel, 11, "e1", "c"), message(channel, 12, "e2", "c"), message(channel, 13, "e3", "d")];
        assert_eq!(rows.channel_inbox().receive(channel, all, START_MS).await.expect("kept"), 3);
        assert_eq!(rows.channel_inbox().receive(channel, vec![message(channel, 14, "e2", "c")], START_MS).await.expect("kept"), 0);
        assert_eq!((count(db, "channel_messages").await, count(db, "jobs").await, count(db, "channel_conversations").await), (3, 2, 2));
        let jobs = claimed(db).await;
        let lease = jobs.iter().find(|job| job.lease.id.key() == 1_010).expect("the first job").lease;
        finish(&rows, channel, lease, 10, 2_000).await.expect("it ends");
        let next: Vec<i64> = claimed(db).await.iter().map(|job| job.lease.id.key()).collect();
        assert_eq!(next, [2_000]);
        let page = rows.channel_inbox().page(channel, Some(ChannelMessageState::Answered), PageRequest { limit: 10, after: None });
        let page = page.await.expect("a page").data;
        assert_eq!((page.len(), page[0].id, &page[0].message, page[0].finished_at_ms), (1, 10, &None, Some(START_MS + 5)));
    }

    async fn the_last_message_leaves_the_conversation_free(store: TestStore) {
        let (rows, db) = (rows(&store.db, "wsp_a").await, &store.db);
        let channel = keep(&rows, 1).await;
        rows.channel_inbox().receive(channel, vec![message(channel, 10, "e1", "c")], START_MS).await.expect("kept");
        let lease = claimed(db).await[0].lease;
        finish(&rows, channel, lease, 10, 2_000).await.expect("it ends");
        assert_eq!(count(db, "channel_conversations").await, 0);
        rows.channel_inbox().receive(channel, vec![message(channel, 11, "e2", "c")], START_MS).await.expect("kept");
        assert_eq!(claimed(db).await.len(), 1);
    }

    async fn nothing_is_written_by_a_worker_that_lost_its_job(store: TestStore) {
        let (rows, db) = (rows(&store.db, "wsp_a").await, &store.db);
        let channel = keep(&rows, 1).await;
        rows.channel_inbox().receive(channel, vec![message(channel, 10, "e1", "c")], START_MS).await.expect("kept");
        let lease = claimed(db).await[0].lease;
        let lost = JobLease { epoch: lease.epoch + 1, ..lease };
        let answer = || ChannelAnswer { texts: vec!["a".into()], ..ChannelAnswer::default() };
        for outcome in [
            finish(&rows, channel, lost, 10, 2_000).await,
            rows.channel_work().record(lost, (channel, 10), answer(), None).await,
            rows.channel_work().begin_part(lost, channel, 10, 0, "a".into()).await,
        ] {
            assert!(matches!(outcome, Err(Error::Refused(Refusal::Job(JobRefusal::LeaseLost)))), "{outcome:?}");
        }
        assert_eq!(count(db, "channel_sends").await, 0);
    }

    async fn an_answer_is_recorded_in_parts_and_what_is_sent_is_edited(store: TestStore) {
        let (rows, db) = (rows(&store.db, "wsp_a").await, &store.db);
        let channel = keep(&rows, 1).await;
        rows.channel_inbox().receive(channel, vec![message(channel, 10, "e1", "c")], START_MS).await.expect("kept");
        let (lease, work) = (claimed(db).await[0].lease, rows.channel_work());
        work.begin_part(lease, channel, 10, 0, "begin".into()).await.expect("begun");
        let sent = ChannelPart { part: 0, state: ChannelSendState::Sent, text: "begin".into(), platform_id: Some("p1".into()), error: None, sent_at_ms: Some(START_MS) };
        work.end_part(lease, 10, sent, None).await.expect("sent");
        let answer = ChannelAnswer { texts: vec!["whole".into(), "more".into()], user_id: Some("usr_x".into()), turn: None };
        work.record(lease, (channel, 10), answer, None).await.expect("recorded");
        let task = work.find(channel, 10).await.expect("a look").expect("a message");
        let states: Vec<_> = task.parts.iter().map(|part| (part.state, part.text.as_str(), part.platform_id.as_deref())).collect();
        assert_eq!(states, [(ChannelSendState::Editing, "whole", Some("p1")), (ChannelSendState::Waiting, "more", None)]);
        assert_eq!((task.message.state, task.message.user_id.as_deref()), (ChannelMessageState::Sending, Some("usr_x")));
    }

    async fn a_conversation_whose_job_has_ended_goes_on(store: TestStore) {
        let (rows, db) = (rows(&store.db, "wsp_a").await, &store.db);
        let channel = keep(&rows, 1).await;
        let both = vec![message(channel, 10, "e1", "c"), message(channel, 11, "e2", "c")];
        rows.channel_inbox().receive(channel, both, START_MS).await.expect("kept");
        assert!(db.stuck_conversations().await.expect("a look").is_empty());
        db.write(|tx| tx.execute("UPDATE jobs SET status = 'failed', is_due = 0, finished_at_ms = $1", params![START_MS])).await.expect("an end");
        let stuck = db.stuck_conversations().await.expect("a look");
        assert_eq!(stuck.iter().map(|one| one.message).collect::<Vec<_>>(), [10]);
        db.free_conversation(stuck[0].clone(), end(ChannelMessageState::Failed, 2_000), job).await.expect("it goes on");
        assert_eq!(claimed(db).await[0].lease.id.key(), 2_000);
        db.free_conversation(stuck[0].clone(), end(ChannelMessageState::Failed, 2_001), job).await.expect("nothing");
        assert_eq!(count(db, "jobs").await, 2);
    }

    async fn the_end_of_a_channel_is_harmless_to_what_is_under_way(store: TestStore) {
        let (rows, db) = (rows(&store.db, "wsp_a").await, &store.db);
        let channel = keep(&rows, 1).await;
        let both = vec![message(channel, 10, "e1", "c"), message(channel, 11, "e2", "c")];
        rows.channel_inbox().receive(channel, both, START_MS).await.expect("kept");
        let lease = claimed(db).await[0].lease;
        assert!(rows.channels().delete(channel, Precondition::Any).await.expect("an end"));
        assert_eq!(rows.channel_inbox().receive(channel, vec![message(channel, 12, "e3", "c")], START_MS).await.expect("dropped"), 0);
        assert!(rows.channel_work().find(channel, 10).await.expect("a look").is_none());
        finish(&rows, channel, lease, 10, 2_000).await.expect("it ends");
        assert_eq!(count(db, "jobs").await, 1);
        db.delete_old_channel_messages(START_MS - 1).await.expect("a sweep");
        // What waited is gone; what was over stays for its days, without what was said.
        assert_eq!((count(db, "channel_messages").await, count(db, "channel_conversations").await), (1, 0));
    }

    async fn what_is_old_goes_and_what_waits_stays(store: TestStore) {
        let (rows, db) = (rows(&store.db, "wsp_a").await, &store.db);
        let channel = keep(&rows, 1).await;
        let mut ignored = message(channel, 10, "e1", "c");
        ignored.fate = ChannelMessageFate::Ignore("it says nothing".into());
        rows.channel_inbox().receive(channel, vec![ignored, message(channel, 11, "e2", "c")], START_MS).await.expect("kept");
        assert_eq!(db.delete_old_channel_messages(START_MS + 1).await.expect("a sweep"), 1);
        assert_eq!(count(db, "channel_messages").await, 1);
    }

    async fn a_person_is_an_end_user_from_the_first_sight_on(store: TestStore) {
        let rows = rows(&store.db, "wsp_a").await;
        let channel = keep(&rows, 1).await;
        let seen = |user: &str| SeenPerson {
            channel, person: "ada".into(), display_name: None, user_id: user.to_owned(), role: "member".into(), now_ms: START_MS,
        };
        let people = rows.channel_people();
        let met = people.meet(seen("usr_1")).await.expect("met").expect("a person");
        assert_eq!((met.user_id.as_str(), &met.linked_id), ("usr_1", &None));
        assert_eq!(people.meet(seen("usr_2")).await.expect("met").expect("a person"), met);
        people.offer_link(channel, "usr_owner".into(), vec![7], START_MS + 10).await.expect("a code");
        assert_eq!(people.link(channel, "ada".into(), vec![8], START_MS).await.expect("a look"), Linked::NoCode);
        assert_eq!(people.link(channel, "ada".into(), vec![7], START_MS).await.expect("a link"), Linked::To("usr_owner".into()));
        assert_eq!(people.link(channel, "ada".into(), vec![7], START_MS).await.expect("a look"), Linked::NoCode);
        people.offer_link(channel, "usr_owner".into(), vec![9], START_MS + 10).await.expect("a code");
        assert_eq!(people.link(channel, "ada".into(), vec![9], START_MS + 10).await.expect("a look"), Linked::NoCode);
        assert_eq!(people.meet(seen("usr_3")).await.expect("met").expect("a person").linked_id.as_deref(), Some("usr_owner"));
    }

    async fn health_is_that_of_the_channel_alone(store: TestStore) {
        let (here, there) = (rows(&store.db, "wsp_a").await, rows(&store.db, "wsp_b").await);
        let (channel, other) = (keep(&here, 1).await, keep(&here, 2).await);
        here.channel_inbox().receive(channel, vec![message(channel, 10, "e1", "c")], START_MS).await.expect("kept");
        let fault = |error: &str, is_failing, key| ChannelFailure { error: error.into(), is_failing, event_id: EventId::from_key(key), now_ms: START_MS };
        for (error, is_failing, key) in [("slow", false, 1), ("refused", true, 2), ("refused", true, 3)] {
            store.db.note_channel_fault(here.workspace(), channel, fault(error, is_failing, key)).await.expect("noted");
        }
        let health = here.channel_states().find(channel).await.expect("a look").expect("a channel");
        assert_eq!((health.queued, health.last_inbound_ms, health.failing_since_ms), (1, Some(START_MS), Some(START_MS)));
        assert_eq!(health.last_error, Some(("refused".to_owned(), START_MS)));
        assert_eq!(here.channel_states().find(other).await.expect("a look").expect("a channel").queued, 0);
        assert_eq!(there.channel_states().find(channel).await.expect("a look"), None);
        assert!(there.channels().find(channel).await.expect("a look").is_none());
        assert_eq!(count(&store.db, "outbox").await, 1);
    }
}
