//! All that runs beside requests: the supervisor of tasks, this gateway's lease on the store, the upkeep of the store, and the
//! queue of jobs with its workers. Who causes a job knows its [`Payload`] alone; its [`Handler`] is registered from above.

mod base;
mod handler;
mod leases;
mod payload;
mod periodic;
mod queue;
mod supervisor;
mod task;
mod upkeep;

pub use base::Base;
pub use handler::{Handler, Handlers, Job, JobError};
pub use leases::{Lease, program};
pub use payload::Payload;
pub use periodic::Period;
pub use queue::Queue;
pub use supervisor::{GroupStatus, Supervisor};
pub use task::{TaskFault, TaskState, TaskStatus};
pub use upkeep::Upkeep;
