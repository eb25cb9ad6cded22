//! `astra` as its users meet it: a process with arguments, two outputs and an exit code.

mod config;
mod gateway;
mod generated;
mod manners;
mod migrate;
mod program;
mod serve;
mod spec;
mod token;
