//! Memory: what is remembered across sessions, found again, and forgotten.

pub mod analyse;
pub mod embed;
pub mod index;
pub mod rank;
