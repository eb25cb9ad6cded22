//! All that runs beside requests: the supervisor of tasks, this gateway's lease on the store, and the upkeep of the store.

mod base;
mod leases;
mod periodic;
mod supervisor;
mod task;
mod upkeep;

pub use base::Base;
pub use leases::{Lease, program};
pub use periodic::Period;
pub use supervisor::{GroupStatus, Supervisor};
pub use task::{TaskFault, TaskState, TaskStatus};
pub use upkeep::Upkeep;
