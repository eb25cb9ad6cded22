//! Every operation, called by each kind of caller: what the document says of roles, scopes and workspaces is what is answered.
//! The table that comes of it is `astra-core/docs/refusals.md`.

use std::fmt::Write as _;

use astra_core::auth::{Role, Scope};

use crate::call::Call;
use crate::support::{Caller, TestApp, both_backends, golden};
use crate::tenants::{GATEWAY, Home};

/// The kinds of callers, as the table calls them.
const CALLERS: [&str; 7] =
    ["no credential", "no scope", "viewer", "member", "admin", "owner", "owner of another workspace"];

/// Operations that refuse with 403 for another reason than role and scope, in files that test it.
const OTHER_REASONS: [(&str, &str); 2] = [
    ("workspaces.create", "for people alone, and these callers are service accounts: tests/api/workspaces/create.rs"),
    ("workspaces.accept_invitation", "the code decides: tests/api/workspaces/accept_invitation.rs"),
];

/// Operations on what belongs to the gateway as a whole: owners of its first workspace alone may use them.
const OF_THE_FIRST: [(&str, u16); 3] = [("auth.rotate_keys", 404), ("admin.backup", 403), ("admin.config", 403)];

/// What became of the call of one caller: the status of the refusal, or none.
type Verdict = Option<u16>;

/// The callers for one operation, in the order of [`CALLERS`].
fn callers(app: &TestApp, scope: Option<Scope>) -> [Caller; 7] {
    let other = if scope == Some(Scope::SpecRead) { Scope::AgentsRead } else { Scope::SpecRead };
    [
        app.anonymous(),
        app.scoped(Role::Owner, other.as_str()),
        app.viewer(),
        app.member(),
        app.admin(),
        app.owner(),
        app.other_workspace(),
    ]
}

/// What the document says that each caller is answered, if that is a refusal.
fn expected(call: &Call) -> [Verdict; 7] {
    let Some((least, _)) = call.needs() else { return [None; 7] };
    let of_role = |role: Role| if role < least { Some(403) } else { None };
    let variables = call.names("path");
    let names_nothing = variables.is_empty() || variables.iter().any(|name| GATEWAY.contains(name));
    let of_the_first = OF_THE_FIRST.iter().find(|(id, _)| *id == call.id).map(|(_, status)| *status);
    let elsewhere = if names_nothing { of_the_first } else { Some(404) };
    let [viewer, member, admin, owner] = [Role::Viewer, Role::Member, Role::Admin, Role::Owner].map(of_role);
    [Some(401), Some(403), viewer, member, admin, owner, elsewhere]
}

both_backends! {
    async fn the_document_says_who_is_refused(home: Home) {
        let mut faults = Vec::new();
        for call in Call::all() {
            let scope = call.needs().map(|(_, scope)| scope);
            for (number, caller) in callers(&home.app, scope).into_iter().enumerate() {
                let wanted = expected(&call)[number];
                // To the other workspace's owner, things that exist are named; to the rest, things that do not.
                let path = if number == 6 { home.path(&call) } else { call.example_path() };
                let status = call.ask(&caller, path).await.status.as_u16();
                let is_right = match wanted {
                    Some(wanted) => status == wanted,
                    None if call.needs().is_none() => true,
                    None => OTHER_REASONS.iter().any(|(id, _)| *id == call.id) || !matches!(status, 401 | 403),
                };
                if !is_right {
                    faults.push(format!("{} by {}: {status} instead of {wanted:?}", call.id, CALLERS[number]));
                }
            }
        }
        assert!(faults.is_empty(), "{} found:\n{}", faults.len(), faults.join("\n"));
    }
}

#[test]
fn the_table_is_the_reviewed_one() {
    golden("../../astra-core/docs/refusals.md", &table());
}

/// The document's table: counts by group, then each operation.
fn table() -> String {
    let calls: Vec<Call> = Call::all().collect();
    let mut groups: Vec<&str> = Vec::new();
    for call in &calls {
        if !groups.contains(&call.group()) {
            groups.push(call.group());
        }
    }
    let mut text = String::from(
        "# Who is refused\n\n\
         `tests/spec/refusals.rs` calls every operation of the OpenAPI document as each kind of caller, on both databases, and \
         compares the answers with this table. It is generated from the document: `tests/support/golden.rs` says how it is written anew.\n\n\
         - No credential: 401. A credential of an owner without the needed scope: 403. A role below the needed one: 403.\n\
         - The owner of another workspace: 404 for everything that a path names, as for what does not exist. Keys, configuration and backup of \
         the gateway are the first workspace's. Where a path names nothing of a workspace, the answer is about that owner's own workspace (`tests/spec/tenants.rs`).\n\
         - Operations without a role are public.\n\n\
         ## Counts\n\nOperations that refuse the caller, and those that do not.\n\n",
    );
    header(&mut text, &["group"]);
    let mut sums = [[0; 2]; 7];
    for group in groups {
        let mut counts = [[0; 2]; 7];
        for call in calls.iter().filter(|call| call.group() == group) {
            for (number, verdict) in expected(call).into_iter().enumerate() {
                counts[number][usize::from(verdict.is_none())] += 1;
                sums[number][usize::from(verdict.is_none())] += 1;
            }
        }
        row(&mut text, &[group.to_owned()], counts.map(|[refused, allowed]| format!("{refused} / {allowed}")));
    }
    row(&mut text, &["all".to_owned()], sums.map(|[refused, allowed]| format!("{refused} / {allowed}")));
    text.push_str("\n## Operations\n\n");
    header(&mut text, &["operation", "role", "scope"]);
    for call in &calls {
        let (role, scope) = call.needs().map_or(("-", "-"), |(role, scope)| (role.as_str(), scope.as_str()));
        let names = [format!("`{}`", call.id), role.to_owned(), scope.to_owned()];
        row(
            &mut text,
            &names,
            expected(call).map(|verdict| verdict.map_or("-".to_owned(), |status| status.to_string())),
        );
    }
    text
}

fn header(text: &mut String, names: &[&str]) {
    let columns: Vec<&str> = names.iter().copied().chain(CALLERS).collect();
    writeln!(text, "| {} |", columns.join(" | ")).expect("text");
    writeln!(text, "|{}", "---|".repeat(columns.len())).expect("text");
}

fn row(text: &mut String, names: &[String], cells: [String; 7]) {
    let columns: Vec<String> = names.iter().cloned().chain(cells).collect();
    writeln!(text, "| {} |", columns.join(" | ")).expect("text");
}
