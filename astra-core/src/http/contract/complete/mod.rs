//! What the generated document lacks. Pure: the same routes make the same bytes, in a running gateway and without one.

mod bounds;
mod closing;
mod flattening;
mod identifiers;
mod operations;
mod patches;
mod pruning;
mod references;
mod responses;
mod unions;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::auth::ScopeTable;

pub(super) use pruning::prune;

/// Completes the document that the routes made, of which the paths in `hosts` are a host program's. Answers all that is
/// wrong with it and cannot be mended here, such as an operation that the table does not know.
pub fn complete(document: &mut Value, hosts: &BTreeSet<String>, scopes: &ScopeTable, body_bytes: usize) -> Vec<String> {
    let mut faults = Vec::new();
    identifiers::describe(document);
    references::restore(document);
    flattening::merge(document, hosts, &mut faults);
    patches::write(document, &mut faults);
    unions::name_branches(document, &mut faults);
    unions::free_references(document);
    closing::close_requests(document, &mut faults);
    operations::complete(document, hosts, scopes, &mut faults);
    operations::free_bodies(document, hosts);
    responses::complete(document, hosts, &mut faults);
    bounds::follow_body(document, body_bytes);
    bounds::bound(document);
    prune(document, &mut faults);
    faults
}
