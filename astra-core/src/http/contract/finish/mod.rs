//! What the generated document lacks. Pure: the same routes make the same bytes, in a running gateway and without one.

mod bounds;
mod closing;
mod operations;
mod pruning;
mod references;
mod responses;
mod unions;

use serde_json::Value;

pub(super) use pruning::prune;

/// Completes the document that the routes made.
///
/// # Errors
/// All that is wrong with it and cannot be mended here, such as an operation that the table does not know.
pub fn finish(mut document: Value) -> Result<Value, Vec<String>> {
    let mut faults = Vec::new();
    references::restore(&mut document);
    unions::name_branches(&mut document, &mut faults);
    closing::close_requests(&mut document, &mut faults);
    operations::complete(&mut document, &mut faults);
    responses::complete(&mut document);
    bounds::bound(&mut document);
    prune(&mut document, &mut faults);
    if faults.is_empty() { Ok(document) } else { Err(faults) }
}
