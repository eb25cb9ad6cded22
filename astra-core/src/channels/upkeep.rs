//! Periodic work of channels: conversations whose job has ended without them go on, and what is old goes.

use std::sync::Arc;
use std::time::Duration;

use super::reply_job;
use crate::ids::IdMaker;
use crate::store::{self, ChannelMessageEnd, ChannelMessageState, Db, SWEEP_ROWS};
use crate::tasks::TaskKind;
use crate::work::{Base, Period, Scheduler};

const FREE: TaskKind = TaskKind::new("channels.free");
const RETENTION: TaskKind = TaskKind::new("channel_retention");
/// How often conversations are looked at.
const FREE_EVERY: Duration = Duration::from_secs(15);
const DAY_MS: i64 = 24 * 3_600_000;

/// Does the upkeep of the channels of the base's store for as long as the gateway runs.
pub fn open(base: &Base, scheduler: &Arc<Scheduler>) {
    let (store, clock, ids) = (base.store.clone(), Arc::clone(&base.clock), base.ids.clone());
    base.supervisor.periodic(FREE, Period::every(FREE_EVERY), move || {
        let (store, ids, now_ms) = (store.clone(), ids.clone(), clock.now_ms());
        async move { free(&store, &ids, now_ms).await }
    });
    let (store, clock, days) = (base.store.clone(), Arc::clone(&base.clock), i64::from(base.config.channels.keep_days));
    scheduler.built_in(&base.supervisor, RETENTION, move || {
        let (store, before_ms) = (store.clone(), clock.now_ms() - days * DAY_MS);
        async move { sweep(&store, before_ms).await }
    });
}

/// Ends messages whose jobs were cancelled, or failed as often as they may.
async fn free(store: &Db, ids: &IdMaker, now_ms: i64) -> store::Result<()> {
    for stuck in store.stuck_conversations().await? {
        let reason = Some("the job that was to answer it has ended".to_owned());
        let end = ChannelMessageEnd { state: ChannelMessageState::Failed, reason, next_job: ids.id(), now_ms };
        store.free_conversation(stuck, end, reply_job::job).await?;
    }
    Ok(())
}

async fn sweep(store: &Db, before_ms: i64) -> store::Result<()> {
    while store.delete_old_channel_messages(before_ms).await? >= u64::from(SWEEP_ROWS) {}
    Ok(())
}
