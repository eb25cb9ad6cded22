//! The document in other versions of OpenAPI. It is made in 3.1; what 3.0 cannot say is said less exactly or left out, and
//! 3.2 can say of streams what 3.1 cannot.

mod recursion;
mod schema30;
mod streams;
mod v30;

#[cfg(test)]
mod tests;

use serde_json::Value;

/// A version of OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Version {
    /// For tools without support for newer versions; less exact
    #[value(name = "3.0")]
    V30,
    /// As the gateway serves it
    #[value(name = "3.1")]
    V31,
    /// Also describes the frames of event streams
    #[value(name = "3.2")]
    V32,
}

/// `document` in `version`, or what is wrong with it: only 3.1 can be rewritten.
pub(crate) fn in_version(mut document: Value, version: Version) -> Result<Value, String> {
    let own = document.get("openapi").and_then(Value::as_str).unwrap_or("no version").to_owned();
    if !own.starts_with("3.1.") {
        return Err(format!("it is of OpenAPI {own}, and only 3.1 can be rewritten"));
    }
    match version {
        Version::V30 => v30::rewrite(&mut document),
        Version::V31 => {}
        Version::V32 => streams::rewrite(&mut document),
    }
    Ok(document)
}
