//! `astra` as its users meet it: a process with arguments, two outputs and an exit code.

mod config;
mod generated;
mod manners;
mod migrate;
mod program;
