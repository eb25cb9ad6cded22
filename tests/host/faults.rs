//! A host whose operations are not good is told all that is wrong with them before anything is opened.

use astra_core::auth::access::GROUPS;
use astra_core::auth::{HOST_SCOPES_MAX, Role};
use astra_core::host::{Routes, routes};
use astra_core::{Gateway, StartError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::Server;
use utoipa::{OpenApi, ToSchema};

use crate::invoices;
use crate::support::TestBackend;

/// What is wrong with `routes`; nothing is opened then.
pub(crate) async fn faults(routes: Vec<Routes>) -> Vec<String> {
    let backend = TestBackend::sqlite();
    let mut config = backend.config();
    config.data_dir = config.data_dir.join("not-made");
    let builder = routes.into_iter().fold(Gateway::builder(config.clone()), |builder, routes| builder.routes(routes));
    let Err(StartError::Routes(early)) = builder.openapi() else { panic!("the document is made all the same") };
    let refused = builder.open().await;
    assert!(!config.data_dir.exists(), "nothing is half done");
    let Err(fault @ StartError::Routes(_)) = refused else { panic!("it opens all the same") };
    let text = fault.to_string();
    let StartError::Routes(faults) = fault else { panic!("it was one just now") };
    assert_eq!(early, faults);
    assert!(faults.iter().all(|fault| text.contains(fault)), "{text}");
    faults
}

/// The same faults, in any order.
#[track_caller]
pub(crate) fn assert_all(faults: &[String], expected: &[&str]) {
    let missing: Vec<&&str> =
        expected.iter().filter(|words| !faults.iter().any(|fault| fault.contains(**words))).collect();
    let extra: Vec<&String> =
        faults.iter().filter(|fault| !expected.iter().any(|words| fault.contains(words))).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:#?}\nbeyond those expected: {extra:#?}");
}

#[derive(OpenApi)]
#[openapi(tags((name = "bad", description = "Operations that are not good."), (name = "other", description = "The same.")))]
struct Bad;

fn bad() -> Routes {
    Routes::with_openapi(Bad::openapi())
}

mod ids {
    //! Who they are.

    /// One
    #[utoipa::path(get, path = "/bad/one", security(()), responses((status = 200, description = "Done.")))]
    pub(super) async fn without_an_id() {}

    /// Two
    #[utoipa::path(get, path = "/bad/two", operation_id = "agents.list", security(()),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn of_the_gateway() {}

    /// Three
    #[utoipa::path(get, path = "/bad/three", operation_id = "bad.twice", security(()),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn once() {}

    /// Four
    #[utoipa::path(get, path = "/bad/four", operation_id = "bad.twice", tag = "other", security(()),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn twice() {}

    #[utoipa::path(get, path = "/bad/five", operation_id = "undescribed.get", security(()), responses())]
    pub(super) async fn says_nothing() {}

    /// Six
    #[utoipa::path(options, path = "/bad/six", operation_id = "bad.options", security(()),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn unusual() {}

    /// Seven
    #[utoipa::path(get, path = "/bad/seven", operation_id = "bad.vague", security(()),
        responses((status = "default", description = "Something.")))]
    pub(super) async fn vague() {}
}

#[tokio::test]
async fn ids_tags_words_and_answers() {
    let routes = bad()
        .routes(routes!(ids::without_an_id))
        .routes(routes!(ids::of_the_gateway))
        .routes(routes!(ids::once))
        .routes(routes!(ids::twice))
        .routes(routes!(ids::says_nothing))
        .routes(routes!(ids::unusual))
        .routes(routes!(ids::vague));
    assert_all(
        &faults(vec![routes]).await,
        &[
            "GET /bad/one: its operation_id \"without_an_id\" is not <group>.<verb>",
            "GET /bad/two: its operation_id agents.list is in the group agents, which is the gateway's own",
            "GET /bad/two: its operation_id agents.list is taken",
            "GET /bad/four: its operation_id bad.twice is taken",
            "GET /bad/four: its tags are [\"other\"], but its operation_id says bad",
            "GET /bad/five: it has no summary",
            "GET /bad/five: it documents no answer of success",
            "the tag undescribed has no description",
            "OPTIONS /bad/six: operations are get, put, post, delete, patch here",
            "GET /bad/seven: it answers \"default\"",
            "GET /bad/seven: it documents no answer of success",
        ],
    );
}

mod permission {
    //! Whom they are for.

    /// One
    #[utoipa::path(get, path = "/bad/one", operation_id = "bad.silent", responses((status = 200, description = "Done.")))]
    pub(super) async fn silent() {}

    /// Two
    #[utoipa::path(get, path = "/bad/two", operation_id = "bad.scope", security(("bearer" = ["agents:read", "invoices:read"])),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn scope() {}

    /// Three
    #[utoipa::path(get, path = "/bad/three", operation_id = "bad.scheme", security(("basic" = [])),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn scheme() {}

    /// Four
    #[utoipa::path(get, path = "/bad/four", operation_id = "bad.choice", security(("bearer" = []), ()),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn choice() {}

    /// Five
    #[utoipa::path(get, path = "/bad/five", operation_id = "bad.role", security(("bearer" = [])),
        extensions(("x-required-role" = json!("king"))), responses((status = 200, description = "Done.")))]
    pub(super) async fn role() {}

    /// Six
    #[utoipa::path(get, path = "/bad/six", operation_id = "bad.contrary", security(()),
        extensions(("x-required-role" = json!("owner"))), responses((status = 200, description = "Done.")))]
    pub(super) async fn contrary() {}
}

#[tokio::test]
async fn permissions_that_are_missing_or_cannot_be_had() {
    let routes = bad()
        .routes(routes!(permission::silent))
        .routes(routes!(permission::scope))
        .routes(routes!(permission::scheme))
        .routes(routes!(permission::choice))
        .routes(routes!(permission::role))
        .routes(routes!(permission::contrary));
    assert_all(
        &faults(vec![routes]).await,
        &[
            "GET /bad/one: it does not say whom it is for",
            "GET /bad/two: its security asks for the scope \"invoices:read\", which no token can have: declare it by Routes::scope, or ask for one of auth:read",
            "GET /bad/three: its security asks for \"basic\", which the gateway does not know",
            "GET /bad/four: its security offers a choice",
            "GET /bad/five: its x-required-role is \"king\", which is none of viewer, member, admin, owner",
            "GET /bad/six: it is for everybody, and has x-required-role",
        ],
    );
}

#[tokio::test]
async fn scopes_that_are_malformed_taken_or_too_many() {
    let routes = bad()
        .scope("Invoices:read", "Reads them.", None)
        .scope("invoices", "Reads them.", None)
        .scope("invoices:read:all", "Reads them.", None)
        .scope("invoices-of-all-of-our-customers:read", "Reads them.", None)
        .scope("agents:read", "Reads agents.", None)
        .scope("webhooks:answer", "The group comes with a later version.", Role::Owner)
        .scope("users:act", "Acts for users.", Role::Viewer)
        .scope("users:read", "The gateway has no group users.", Role::Viewer)
        .scope("invoices:read", "Reads them.", None)
        .scope("invoices:write", " ", None);
    let again = Routes::new().scope("invoices:read", "Reads them as well.", None);
    assert_all(
        &faults(vec![routes, again]).await,
        &[
            "the scope \"Invoices:read\" is not <group>:<verb>",
            "the scope \"invoices\" is not <group>:<verb>",
            "the scope \"invoices:read:all\" is not <group>:<verb>",
            "the scope \"invoices-of-all-of-our-customers:read\" is not <group>:<verb>, such as invoices:read, of at most 32",
            "the scope \"agents:read\" is in the group agents, which is the gateway's own",
            "the scope \"webhooks:answer\" is in the group webhooks, which is the gateway's own",
            "the scope \"users:act\" is the gateway's own",
            "the scope \"invoices:read\" is declared twice",
            "the scope \"invoices:write\" has no description",
        ],
    );
    let names = (0..=HOST_SCOPES_MAX).map(|number| format!("bad:{}", "x".repeat(number + 1)));
    let many = names.fold(Routes::new(), |routes, name| routes.scope(name, "Does something.", Role::Member));
    assert_all(&faults(vec![many]).await, &["is one too many: a host program may declare 16 scopes"]);
}

#[tokio::test]
async fn groups_of_later_versions_are_reserved() {
    for group in GROUPS {
        let mut document = Bad::openapi();
        let tag = utoipa::openapi::tag::TagBuilder::new().name(group).description(Some("Taken.")).build();
        document.tags = Some(vec![tag]);
        let (schemas, mut paths, handlers) = routes!(ids::once);
        let operation = paths.paths.values_mut().find_map(|item| item.get.as_mut()).expect("an operation");
        operation.operation_id = Some(format!("{group}.invent"));
        let routes = Routes::with_openapi(document).routes((schemas, paths, handlers));
        let expected = format!("is in the group {group}, which is the gateway's own");
        assert!(faults(vec![routes]).await.iter().any(|fault| fault.ends_with(&expected)), "{group}");
    }
}

#[tokio::test]
async fn a_permission_for_all_is_one() {
    let mut document = Bad::openapi();
    document.security = Some(vec![utoipa::openapi::SecurityRequirement::new("bearer", ["chat:send"])]);
    let routes = Routes::with_openapi(document).routes(routes!(permission::silent));
    let json = Gateway::builder(TestBackend::sqlite().config()).routes(routes).openapi().expect("good operations");
    assert_eq!(json["paths"]["/bad/one"]["get"]["security"], json!([{"bearer": ["chat:send"]}]));
    assert!(json.get("security").is_none(), "the gateway's own operations are not touched");
}

mod paths {
    //! Where they are.

    /// One
    #[utoipa::path(get, path = "/agents/{id}", operation_id = "bad.taken", security(()),
        params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Done.")))]
    pub(super) async fn taken() {}

    /// Two
    #[utoipa::path(get, path = "/agents/new", operation_id = "bad.hides", security(()),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn hides() {}

    /// Three
    #[utoipa::path(get, path = "/docs/page", operation_id = "bad.reserved", security(()),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn reserved() {}

    /// Four
    #[utoipa::path(get, path = "/bad/{*rest}", operation_id = "bad.wild", security(()),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn wild() {}

    /// Five
    #[utoipa::path(get, path = "/bad/x/{one}", operation_id = "bad.undeclared", security(()),
        params(("two" = String, Path, description = "Which one."), ("three" = String, Cookie, description = "Which one.")),
        responses((status = 200, description = "Done.")))]
    pub(super) async fn undeclared() {}

    /// Six
    #[utoipa::path(get, path = "/bad/x/{two}", operation_id = "bad.same", security(()),
        params(("two" = String, Path, description = "Which one.")), responses((status = 200, description = "Done.")))]
    pub(super) async fn same() {}

    /// Seven
    #[utoipa::path(post, path = "/bad/x/{one}", operation_id = "bad.again", security(()),
        params(("one" = String, Path, description = "Which one.")), responses((status = 200, description = "Done.")))]
    pub(super) async fn again() {}

    /// Eight
    #[utoipa::path(get, path = "/bad/eight", operation_id = "bad.served", security(()),
        responses((status = 200, description = "Done.")))]
    #[expect(dead_code, reason = "nobody serves it: that is its fault")]
    pub(super) async fn unserved() {}
}

#[derive(OpenApi)]
#[openapi(paths(paths::unserved), tags((name = "bad", description = "Operations that are not good.")))]
struct Unserved;

#[tokio::test]
async fn paths_that_are_taken_or_cannot_be_served() {
    let routes = Routes::with_openapi(Unserved::openapi())
        .routes(routes!(paths::taken))
        .routes(routes!(paths::hides))
        .routes(routes!(paths::reserved))
        .routes(routes!(paths::wild))
        .routes(routes!(paths::undeclared))
        .routes(routes!(paths::same))
        .routes(routes!(paths::again, ids::vague));
    assert_all(
        &faults(vec![routes]).await,
        &[
            "/agents/{id}: the path meets /agents/{agent_id}, which is the gateway's own",
            "/agents/new: the path meets /agents/{agent_id}, which is the gateway's own",
            "/docs/page: the path is the gateway's own",
            "/bad/{*rest}: {*rest} is not {a_name} of a variable",
            "GET /bad/{*rest}: its path has {*rest}, which is not among its parameters",
            "GET /bad/x/{one}: its path has {one}, which is not among its parameters",
            "GET /bad/x/{one}: two is not a segment of the path",
            "GET /bad/x/{one}: parameters in cookie are not enforced",
            "/bad/x/{two} and /bad/x/{one} are the same path",
            "/bad/x/{one} is registered twice",
            "/bad/seven shares a routes!(..) with /bad/x/{one}",
            "/bad/eight: the host's document has it in `paths`, but no `routes!(..)` serves it",
        ],
    );
}

/// An agent, but not the gateway's.
#[derive(Serialize, ToSchema)]
struct Agent {
    /// Its number.
    number: i32,
}

/// A licence plate.
#[derive(Deserialize, ToSchema)]
struct Plate {
    /// The letters.
    #[schema(pattern = "^(", max_length = 8)]
    letters: String,
}

mod schemas {
    //! What they speak of.

    use super::{Agent, Plate};
    use astra_core::host::Json;

    /// One
    #[utoipa::path(get, path = "/bad/agent", operation_id = "bad.agent", security(()),
        responses((status = 200, description = "Another agent.", body = Agent)))]
    pub(super) async fn agent() -> Json<Agent> {
        Json(Agent { number: 1 })
    }

    /// Two
    #[utoipa::path(get, path = "/bad/dangling", operation_id = "bad.dangling", security(()),
        responses((status = 200, description = "Nothing.", body = ref("#/components/schemas/Nowhere"))))]
    pub(super) async fn dangling() {}

    /// Three
    #[utoipa::path(post, path = "/bad/plates", operation_id = "bad.plate", security(()),
        request_body(content = Plate, description = "The plate."), responses((status = 204, description = "Kept.")))]
    pub(super) async fn plate(Json(plate): Json<Plate>) {
        drop(plate.letters);
    }
}

#[tokio::test]
async fn schemas_and_components_that_clash_dangle_or_cannot_be_enforced() {
    let mut document = Bad::openapi();
    document.servers = Some(vec![Server::new("https://host.example")]);
    let components = document.components.get_or_insert_default();
    let scheme = |description: &str| {
        let scheme = utoipa::openapi::security::HttpBuilder::new().description(Some(description)).build();
        utoipa::openapi::security::SecurityScheme::Http(scheme)
    };
    components.add_security_scheme("bearer", scheme("Another one."));
    components.add_security_scheme("session", scheme("A cookie."));
    let response = utoipa::openapi::Response::new("Not the gateway's.");
    components.responses.insert("NotFound".to_owned(), response.into());
    let mut other = Bad::openapi();
    other.tags = Some(vec![utoipa::openapi::tag::TagBuilder::new().name("bad").description(Some("Again.")).build()]);
    let routes = Routes::with_openapi(document).routes(routes!(schemas::agent)).routes(routes!(schemas::dangling));
    assert_all(
        &faults(vec![routes, Routes::with_openapi(other)]).await,
        &[
            "two types are named Agent in the document",
            "the reference #/components/schemas/Nowhere points to nothing",
            "the host's document has servers, which would be dropped",
            "the security scheme bearer is the gateway's own",
            "the security scheme session would not be enforced",
            "NotFound among the components of responses is the gateway's own",
            "the tag \"bad\" is described already",
        ],
    );
    let faults = faults(vec![bad().routes(routes!(schemas::plate))]).await;
    assert_all(&faults, &["bad.plate: application/json: the schema is no good"]);
}

#[tokio::test]
async fn the_same_operations_twice() {
    let faults = faults(vec![invoices::routes(), invoices::routes()]).await;
    assert!(faults.contains(&"GET /invoices: its operation_id invoices.list is taken".to_owned()), "{faults:#?}");
    assert!(faults.iter().any(|fault| fault.starts_with("/invoices is registered twice")), "{faults:#?}");
    assert_eq!(faults.len(), 5 + 4, "five operations and four paths: {faults:#?}");
}
