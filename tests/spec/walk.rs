//! Every operation of the document, called by those who may not: generated, so that a new operation is in it by itself.

use astra_core::auth::{Role, Scope};
use serde_json::json;

use crate::call::Call;
use crate::support::{Ask, TestApp};

const ROLES: [Role; 4] = [Role::Viewer, Role::Member, Role::Admin, Role::Owner];

#[tokio::test]
async fn nobody_gets_in_without_a_credential() {
    let app = TestApp::new().await;
    for call in Call::all().filter(|call| call.needs().is_some()) {
        for caller in [app.anonymous(), app.bearer("nonsense"), app.bearer("")] {
            let answer = call.ask(&caller, call.example_path()).await;
            assert_eq!(answer.status, 401, "{}", call.id);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{}", call.id);
        }
    }
}

#[tokio::test]
async fn a_credential_without_the_scope_is_refused() {
    let app = TestApp::new().await;
    for call in Call::all() {
        let Some((_, scope)) = call.needs() else { continue };
        let others: Vec<&str> = Scope::all().filter(|other| *other != scope).map(Scope::as_str).collect();
        let caller = app.scoped(Role::Owner, &others.join(","));
        assert_eq!(call.ask(&caller, call.example_path()).await.status, 403, "{} without {}", call.id, scope.as_str());
    }
}

#[tokio::test]
async fn a_role_below_the_needed_one_is_refused() {
    let app = TestApp::new().await;
    for call in Call::all() {
        let Some((role, scope)) = call.needs() else { continue };
        for lower in ROLES.into_iter().filter(|lower| *lower < role) {
            let caller = app.scoped(lower, scope.as_str());
            assert_eq!(call.ask(&caller, call.example_path()).await.status, 403, "{} as {}", call.id, lower.as_str());
        }
    }
}

#[tokio::test]
async fn unknown_query_parameters_are_refused() {
    let app = TestApp::new().await;
    // Clients of OpenAI's variants send parameters of theirs, and so do identity providers.
    for call in Call::all().filter(|call| !call.is_open_ai() && !call.is_for_browsers()) {
        let uri = format!("{}?surely_unknown=1", call.example_path());
        let answer = app.owner().ask(call.method.clone(), &uri).await;
        let body = if call.is_oauth() {
            answer.expect_oauth(400, "invalid_request")
        } else {
            answer.expect_problem(422, "invalid_request")
        };
        assert!(body.to_string().contains("query/surely_unknown"), "{}: {body}", call.id);
    }
}

#[tokio::test]
async fn bodies_of_other_kinds_are_refused() {
    let app = TestApp::new().await;
    for call in Call::all().filter(|call| call.operation["requestBody"]["required"] == json!(true)) {
        let ask = |media_type: &str, bytes: Vec<u8>| {
            app.owner().ask(call.method.clone(), &call.example_path()).body(media_type, bytes)
        };
        let json = "application/json";
        let cases: [(u16, Ask); 10] = [
            (415, ask("text/plain", b"{}".to_vec())),
            (415, ask("application/json; charset=utf-16", b"{}".to_vec())),
            (415, ask(json, b"{}".to_vec()).header("content-encoding", "br")),
            (400, ask(json, b"{}".to_vec()).header("content-encoding", "gzip")),
            (400, ask(json, b"{\"a\":".to_vec())),
            (400, ask(json, b"\"\xff\"".to_vec())),
            (400, ask(json, b"".to_vec())),
            (422, ask(json, b"17".to_vec())),
            (422, ask(json, b"{\"surely_unknown\": 1}".to_vec())),
            (413, ask(json, vec![b' '; 2 << 20])),
        ];
        for (number, (status, ask)) in cases.into_iter().enumerate() {
            let answer = ask.await;
            let status = if status == 422 && (call.is_open_ai() || call.is_oauth()) { 400 } else { status };
            assert_eq!(answer.status, status, "{}, case {number}: {}", call.id, answer.text());
        }
    }
}
