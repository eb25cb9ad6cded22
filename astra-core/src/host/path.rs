//! The paths of a host's operations: which ones can be routed, and beside which others.

/// What the gateway serves beside its operations: the way to its pages, and the pages, each with all that is below it. They are
/// the gateway's own without its features too, so that a host need not know which it has.
const ROOT: &str = "/";
const PAGES: [&str; 2] = ["/console", "/docs"];

/// What is wrong with `path` by itself.
pub(super) fn faults(path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let is_below = |page: &str| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if path == ROOT || PAGES.into_iter().any(is_below) {
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

/// What is wrong with `path` by itself, where a service is mounted: it may end in a wildcard.
pub(super) fn mount_faults(path: &str) -> Vec<String> {
    match path.rsplit_once("/{*") {
        Some((rest, name)) if !rest.is_empty() && name.strip_suffix('}').is_some_and(is_name) => faults(rest),
        _ => faults(path),
    }
}

/// The names of the variables of `path`.
pub(super) fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(variable)
}

/// Whether some URL is of both paths.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    pairs(one, other, |one, other| variable(one).is_some() || variable(other).is_some() || one == other)
}

/// Whether all URLs of the one are of the other and none of them can be distinguished.
pub(super) fn same(one: &str, other: &str) -> bool {
    pairs(one, other, |one, other| variable(one).is_some() && variable(other).is_some() || one == other)
}

/// Whether the segments of two paths agree; what agrees with a wildcard is followed by whatever is left.
fn pairs(one: &str, other: &str, agree: impl Fn(&str, &str) -> bool) -> bool {
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one.starts_with("{*") || other.starts_with("{*") => return agree(one, other),
            (Some(one), Some(other)) if agree(one, other) => {}
            _ => return false,
        }
    }
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
        for good in ["/invoices", "/invoices/{invoice_id}", "/v1.2/a~b/{a}/{b}", "/docsy", "/consoles"] {
            assert_eq!(faults(good), [""; 0], "{good}");
        }
        for bad in [
            "",
            "invoices",
            "/",
            "/docs",
            "/docs/x",
            "/console",
            "/console/x",
            "/a//b",
            "/a/",
            "/{*rest}",
            "/{}",
            "/x{a}",
            "/:a",
            "/*a",
            "/{a}/{a}",
            "/a b",
            "/..",
        ] {
            assert_eq!(faults(bad).len(), 1, "{bad}: {:?}", faults(bad));
        }
    }

    #[test]
    fn a_mounted_path_may_end_in_a_wildcard() {
        assert_eq!(mount_faults("/rpc/{*rest}"), [""; 0]);
        for bad in ["/{*rest}", "/rpc/{*}", "/rpc/{*a}/b", "/docs/{*rest}", "/console/{*rest}", "rpc/{*rest}"] {
            assert_eq!(mount_faults(bad).len(), 1, "{bad}: {:?}", mount_faults(bad));
        }
    }

    #[test]
    fn paths_that_share_a_url_overlap() {
        assert!(overlap("/agents/new", "/agents/{agent_id}") && overlap("/{x}/y", "/agents/{agent_id}"));
        assert!(!overlap("/agents/{a}/invoices", "/agents/{b}/versions") && !overlap("/agents", "/agents/{a}"));
        assert!(
            overlap("/rpc/{*rest}", "/rpc/a/b") && !overlap("/rpc/{*rest}", "/rpc") && overlap("/{a}/b", "/rpc/{*c}")
        );
        assert!(same("/a/{*x}", "/a/{y}") && !same("/a/{*x}", "/a/b"));
        assert!(same("/a/{x}", "/a/{y}") && !same("/a/new", "/a/{y}"));
    }
}
