//! The job of a schedule: checked when the schedule is made, and made at each slot.

use serde_json::Value;

use super::definition::{DefinitionFault, ScheduledJob};
use crate::ids::ScheduleId;
use crate::store::NewJob;
use crate::work::queue::Queue;
use crate::work::queue_requests::PayloadRefusal;

/// The job that `scheduled` says, if its type is one that schedules enqueue and its payload fits.
///
/// # Errors
/// All that is wrong with it.
pub fn prepare(queue: &Queue, scheduled: &ScheduledJob) -> Result<NewJob, Vec<DefinitionFault>> {
    let ScheduledJob { kind, payload, priority } = scheduled;
    let prepared = queue.prepare(kind, &Value::Object(payload.clone())).map(|job| job.priority(*priority));
    prepared.map_err(|refusal| match refusal {
        PayloadRefusal::UnknownType => {
            vec![("/job/type".to_owned(), format!("there is no type of jobs `{kind}` here"))]
        }
        PayloadRefusal::TooLarge => vec![("/job/payload".to_owned(), "is larger than 1 MiB".to_owned())],
        PayloadRefusal::Unfit(faults) => {
            let within = |(pointer, detail)| (format!("/job/payload{pointer}"), detail);
            faults.into_iter().map(within).collect()
        }
    })
}

/// How long after its slot a job begins, in milliseconds: at most `jitter_s`, always the same for a schedule and a slot.
#[must_use]
pub fn jitter_ms(id: ScheduleId, slot_ms: i64, jitter_s: u32) -> i64 {
    let mixed = (id.key() ^ slot_ms.rotate_left(17)).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(slot_ms);
    (mixed >> 20).rem_euclid(i64::from(jitter_s) * 1_000 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_is_bounded_spread_and_always_the_same() {
        let id = ScheduleId::from_key(4_711_000_123_456);
        let delays: Vec<i64> = (0..1_000).map(|hour| jitter_ms(id, hour * 3_600_000, 60)).collect();
        assert!(delays.iter().all(|delay| (0..=60_000).contains(delay)));
        assert!(delays.iter().filter(|delay| **delay < 30_000).count().abs_diff(500) < 100);
        assert_eq!(delays[7], jitter_ms(id, 7 * 3_600_000, 60));
        assert_eq!(jitter_ms(id, 3_600_000, 0), 0);
    }
}
