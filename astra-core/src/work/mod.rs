//! All that runs beside requests: the supervisor of tasks, this gateway's lease on the store, the upkeep of the store, the
//! queue of jobs with its workers, and the scheduler. What a type of job does is a [`Job`], which is registered from above.

mod attempt;
mod base;
mod dispatch;
mod endings;
mod job;
mod job_changes;
mod job_context;
mod job_error;
mod job_said;
mod job_states;
mod job_types;
mod leases;
mod periodic;
mod queue;
mod queue_requests;
pub mod scheduler;
mod stop;
mod supervisor;
mod task;
pub mod upkeep;
mod worker_slot;

pub use base::Base;
pub use job::{Job, JobType, PayloadFault};
pub use job_context::JobContext;
pub use job_error::JobError;
pub use job_states::JobStates;
pub use job_types::JobTypes;
pub use leases::{Lease, program};
pub use periodic::Period;
pub use queue::Queue;
pub use queue_requests::PayloadRefusal;
pub use scheduler::Scheduler;
pub use supervisor::{GroupStatus, Supervisor};
pub use task::{TaskFault, TaskState, TaskStatus};
