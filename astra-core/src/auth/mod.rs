//! Who may do what: roles and scopes, passwords, keys and tokens. No HTTP here.

mod identity;
pub mod scope;

pub use identity::{Identity, Principal};
pub use scope::{Access, Role, Scope};
