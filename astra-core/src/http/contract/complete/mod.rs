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
mod webhooks;

use std::collections::BTreeSet;

use serde_json::Value;

use super::traits::{self, Declared};
use crate::auth::ScopeTable;

pub(super) use pruning::prune;

/// Completes the document that the routes made, of which the paths in `hosts` are a host program's. Answers the traits of
/// its operations, which it has no longer; `faults` gets all that is wrong and cannot be mended here, such as an operation
/// that the tables do not have.
pub fn complete(
    document: &mut Value,
    hosts: &BTreeSet<String>,
    scopes: &ScopeTable,
    body_bytes: usize,
    faults: &mut Vec<String>,
) -> Declared {
    let traits = traits::take(document, faults);
    identifiers::describe(document);
    references::restore(document);
    flattening::merge(document, hosts, faults);
    patches::write(document, faults);
    unions::name_branches(document, faults);
    unions::free_references(document);
    webhooks::write(document, faults);
    closing::close_requests(document, faults);
    operations::complete(document, hosts, scopes, faults);
    operations::free_bodies(document, hosts);
    responses::complete(document, &traits, faults);
    bounds::follow_body(document, body_bytes);
    bounds::bound(document);
    prune(document, faults);
    traits::check(document, &traits, faults);
    traits
}
