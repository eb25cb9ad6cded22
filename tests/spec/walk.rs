//! Every operation of the document, called by those who may not: generated, so that a new operation is in it by itself.

use astra_core::auth::{Role, Scope};
use http::Method;
use serde_json::{Value, json};

use crate::support::{Ask, Caller, TestApp, document};

const ROLES: [Role; 4] = [Role::Viewer, Role::Member, Role::Admin, Role::Owner];

#[tokio::test]
async fn nobody_gets_in_without_a_credential() {
    let app = TestApp::new().await;
    for walk in walks().filter(|walk| walk.needs.is_some()) {
        for caller in [app.anonymous(), app.bearer("nonsense"), app.bearer("")] {
            let answer = walk.ask(&caller).await;
            assert_eq!(answer.status, 401, "{}", walk.id);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{}", walk.id);
        }
    }
}

#[tokio::test]
async fn a_credential_without_the_scope_is_refused() {
    let app = TestApp::new().await;
    for walk in walks() {
        let Some((_, scope)) = walk.needs else { continue };
        let others: Vec<&str> = Scope::all().filter(|other| *other != scope).map(Scope::as_str).collect();
        let caller = app.scoped(Role::Owner, &others.join(","));
        assert_eq!(walk.ask(&caller).await.status, 403, "{} without {}", walk.id, scope.as_str());
    }
}

#[tokio::test]
async fn a_role_below_the_needed_one_is_refused() {
    let app = TestApp::new().await;
    for walk in walks() {
        let Some((role, scope)) = walk.needs else { continue };
        for lower in ROLES.into_iter().filter(|lower| *lower < role) {
            let caller = app.scoped(lower, scope.as_str());
            assert_eq!(walk.ask(&caller).await.status, 403, "{} as {}", walk.id, lower.as_str());
        }
    }
}

#[tokio::test]
async fn unknown_query_parameters_are_refused() {
    let app = TestApp::new().await;
    // Clients of OpenAI's variants send parameters of theirs, and so do identity providers.
    for walk in walks().filter(|walk| !walk.is_open_ai() && !walk.is_for_browsers()) {
        let uri = format!("{}?surely_unknown=1", walk.uri());
        let answer = app.owner().ask(walk.method.clone(), &uri).await;
        let body = if walk.is_oauth() {
            answer.expect_oauth(400, "invalid_request")
        } else {
            answer.expect_problem(422, "invalid_request")
        };
        assert!(body.to_string().contains("query/surely_unknown"), "{}: {body}", walk.id);
    }
}

#[tokio::test]
async fn bodies_of_other_kinds_are_refused() {
    let app = TestApp::new().await;
    for walk in walks().filter(|walk| walk.operation["requestBody"]["required"] == json!(true)) {
        let ask = |media_type: &str, bytes: Vec<u8>| {
            app.owner().ask(walk.method.clone(), &walk.uri()).body(media_type, bytes)
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
            let status = if status == 422 && (walk.is_open_ai() || walk.is_oauth()) { 400 } else { status };
            assert_eq!(answer.status, status, "{}, case {number}: {}", walk.id, answer.text());
        }
    }
}

/// One operation with all that a request to it needs.
struct Walk {
    id: String,
    template: &'static str,
    method: Method,
    operation: &'static Value,
    needs: Option<(Role, Scope)>,
}

fn walks() -> impl Iterator<Item = Walk> {
    document().operations().map(|(template, method, operation)| {
        let scope = operation["security"][0]["bearer"][0].as_str().map(|scope| scope.parse().expect("a scope"));
        let role = operation["x-required-role"].as_str().map(|role| role.parse().expect("a role"));
        Walk {
            id: operation["operationId"].as_str().expect("an id").to_owned(),
            template,
            method: Method::from_bytes(method.as_bytes()).expect("a method"),
            operation,
            needs: role.zip(scope),
        }
    })
}

impl Walk {
    /// The path with its examples for its variables.
    fn uri(&self) -> String {
        let parameters = self.operation["parameters"].as_array().into_iter().flatten();
        parameters.filter(|parameter| parameter["in"] == "path").fold(self.template.to_owned(), |uri, parameter| {
            let example = match &parameter["example"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            uri.replace(&format!("{{{}}}", parameter["name"].as_str().expect("a name")), &example)
        })
    }

    /// Whether OAuth 2's clients call it, whose refusals are 400.
    fn is_oauth(&self) -> bool {
        self.id == "auth.token"
    }

    /// The request as the document's examples make it.
    fn ask(&self, caller: &Caller) -> Ask {
        let mut uri = self.uri();
        let parameters = || self.operation["parameters"].as_array().into_iter().flatten();
        let required =
            parameters().filter(|parameter| parameter["required"] == json!(true) && parameter["in"] == "query");
        for (place, parameter) in required.enumerate() {
            let separator = if place == 0 { '?' } else { '&' };
            let name = parameter["name"].as_str().expect("a name");
            uri = format!("{uri}{separator}{name}={}", parameter["example"].as_str().unwrap_or("1"));
        }
        let ask = caller.ask(self.method.clone(), &uri);
        let body = &self.operation["requestBody"]["content"]["application/json"];
        let named = body["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
        match body.get("example").into_iter().chain(named).next() {
            Some(example) => ask.json(example),
            None => ask,
        }
    }

    /// Whether browsers call it, sent by an identity provider that adds parameters.
    fn is_for_browsers(&self) -> bool {
        self.template.starts_with("/auth/oidc/")
    }

    fn is_open_ai(&self) -> bool {
        self.template.starts_with("/v1/")
    }
}
