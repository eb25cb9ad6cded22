//! The binary `astra`.
fn main() {}
