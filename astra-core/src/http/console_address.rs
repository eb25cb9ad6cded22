//! The addresses of the console's pages that answers name.

use crate::config::Config;

/// The page at `below`, such as `/invitation`; `None` where the program has no console, or does not know its public
/// URL.
#[must_use]
pub fn console_address(config: &Config, below: &str) -> Option<String> {
    let public_url = config.public_url.as_ref().filter(|_| cfg!(feature = "console"));
    public_url.map(|public_url| format!("{public_url}/console{below}"))
}
