//! The paths of a host's operations: which ones can be routed, and beside which others.

/// What the gateway serves beside its operations: the way to its reference, and the reference.
const RESERVED: [&str; 2] = ["/", "/docs"];

/// What is wrong with `path` by itself.
pub(super) fn faults(path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if RESERVED.contains(&path) || path.starts_with("/docs/") {
        faults.push(format!("{path}: the path is the gateway's own"));
        return faults;
    }
    let Some(rest) = path.strip_prefix('/') else {
        faults.push(format!("{path:?}: the path does not begin with a slash"));
        return faults;
    };
    let mut seen = Vec::new();
    for segment in rest.split('/') {
        match variable(segment) {
            Some(name) if !is_name(name) => faults.push(format!("{path}: {segment} is not {{a_name}} of a variable")),
            Some(name) if seen.contains(&name) => faults.push(format!("{path}: the variable {name} is there twice")),
            Some(name) => seen.push(name),
            None if !is_literal(segment) => faults.push(format!("{path}: {segment:?} is not a segment of a path")),
            None => {}
        }
    }
    faults
}

/// The names of the variables of `path`.
pub(super) fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(variable)
}

/// Whether some URL is of both paths.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    pairs(one, other, |one, other| variable(one).is_some() || variable(other).is_some() || one == other)
}

/// Whether all URLs of the one are of the other and none of them can be told apart.
pub(super) fn same(one: &str, other: &str) -> bool {
    pairs(one, other, |one, other| variable(one).is_some() && variable(other).is_some() || one == other)
}

fn pairs(one: &str, other: &str, agree: impl Fn(&str, &str) -> bool) -> bool {
    one.split('/').count() == other.split('/').count()
        && one.split('/').zip(other.split('/')).all(|(one, other)| agree(one, other))
}

fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The characters that need no percent-encoding and mean nothing to the router.
fn is_literal(segment: &str) -> bool {
    !segment.is_empty()
        && ![".", ".."].contains(&segment)
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_cannot_be_routed_are_refused() {
        for good in ["/invoices", "/invoices/{invoice_id}", "/v1.2/a~b/{a}/{b}", "/docsy"] {
            assert_eq!(faults(good), [""; 0], "{good}");
        }
        for bad in [
            "", "invoices", "/", "/docs", "/docs/x", "/a//b", "/a/", "/{*rest}", "/{}", "/x{a}", "/:a", "/*a",
            "/{a}/{a}", "/a b", "/..",
        ] {
            assert_eq!(faults(bad).len(), 1, "{bad}: {:?}", faults(bad));
        }
    }

    #[test]
    fn paths_that_share_a_url_overlap() {
        assert!(overlap("/agents/new", "/agents/{agent_id}") && overlap("/{x}/y", "/agents/{agent_id}"));
        assert!(!overlap("/agents/{a}/invoices", "/agents/{b}/versions") && !overlap("/agents", "/agents/{a}"));
        assert!(same("/a/{x}", "/a/{y}") && !same("/a/new", "/a/{y}"));
    }
}
