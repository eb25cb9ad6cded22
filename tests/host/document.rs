//! The host's operations in the gateway's document, in each of its forms.

use astra_core::auth::Role;
use astra_core::host::{Routes, routes};
use astra_core::testing::document_rules;
use astra_core::{Config, Gateway};
use serde_json::{Value, json};
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Info, License, ObjectBuilder, OpenApi, Ref, RefOr, ResponseBuilder};

use crate::invoices;
use crate::support::{TestApp, TestBackend, document};

async fn host() -> TestApp {
    TestApp::builder(TestBackend::sqlite()).routes(invoices::routes()).open().await
}

fn openapi(routes: Routes) -> Value {
    Gateway::builder(Config::default()).routes(routes).openapi().expect("good operations")
}

fn paths(document: &Value) -> Vec<&str> {
    document["paths"].as_object().expect("paths").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn it_is_one_document_in_both_notations() {
    let app = host().await;
    let json = app.viewer().get("/openapi.json").await.expect(200);
    assert_eq!(json, openapi(invoices::routes()), "the running gateway's is the one without a gateway");
    let yaml = app.viewer().get("/openapi.yaml").await.text();
    assert_eq!(serde_yaml::from_str::<Value>(&yaml).expect("YAML"), json);
    assert_eq!(document_rules(&json), [""; 0]);
    // What the gateway says of itself is the same with a host and without.
    for (path, item) in document().value["paths"].as_object().expect("paths") {
        assert_eq!(json["paths"][path], *item, "{path}");
    }
}

#[tokio::test]
async fn it_says_who_may_call_the_hosts_operations_and_what_they_answer() {
    let json = openapi(invoices::routes());
    let create = &json["paths"]["/invoices"]["post"];
    assert_eq!(create["security"], json!([{"bearer": ["agents:read", "agents:write"]}]));
    assert_eq!((&create["x-required-role"], &create["tags"]), (&json!("admin"), &json!(["invoices"])));
    let description = create["description"].as_str().expect("a description");
    assert!(
        description.ends_with("Needs the role `admin` and the scopes `agents:read`, `agents:write`."),
        "{description}"
    );
    let statuses: Vec<&String> = create["responses"].as_object().expect("answers").keys().collect();
    assert_eq!(statuses, ["201", "400", "401", "403", "406", "413", "415", "421", "422", "429", "500", "503"]);
    assert_eq!(json["paths"]["/prices/{wish}"]["get"]["security"], json!([]));
    let list = &json["paths"]["/invoices"]["get"];
    assert_eq!((&list["security"], &list["x-required-role"]), (&json!([{"bearer": []}]), &json!("viewer")));
    let invoice = &json["components"]["schemas"]["Invoice"];
    assert_eq!(invoice["additionalProperties"], json!(false), "what is sent is closed");
    assert_eq!(invoice["properties"]["cents"]["minimum"], json!(i32::MIN), "it has a range");
    assert!(json["components"]["schemas"]["InvoiceEventPaid"].is_object(), "each form of a union has a name");
}

#[tokio::test]
async fn a_reader_gets_the_part_that_is_asked_for() {
    let app = host().await;
    let part = app.viewer().get("/openapi.json?tag=invoices").await.expect(200);
    assert_eq!(paths(&part), ["/invoices", "/invoices/{invoice_id}", "/invoices/{invoice_id}/events"]);
    assert_eq!(part["tags"], json!([{"name": "invoices", "description": "What customers of this host owe."}]));
    let mine = app.scoped(Role::Admin, "spec:read,agents:read").get("/openapi.json?mine=true").await.expect(200);
    let item = &mine["paths"]["/invoices"];
    assert!(item["get"].is_object() && item["post"].is_null(), "{item}");
    assert!(mine["paths"]["/invoices/{invoice_id}"]["get"].is_object());
    let mine = app.scoped(Role::Admin, "spec:read").get("/openapi.json?mine=true").await.expect(200);
    assert!(mine["paths"]["/invoices/{invoice_id}"].is_null() && mine["paths"]["/prices/{wish}"].is_object());
}

#[test]
fn a_host_may_give_it_its_own_title() {
    let mut info = Info::new("Bookkeeping", "7.1.0");
    info.license = Some(License::new("MIT"));
    let json = openapi(invoices::routes().info(info));
    assert_eq!(json["info"], json!({"title": "Bookkeeping", "version": "7.1.0", "license": {"name": "MIT"}}));
    assert_eq!(openapi(invoices::routes())["info"], document().value["info"]);
}

/// Move
///
/// Its parameter and the header of its answer are components.
#[utoipa::path(get, path = "/moves/{one}/left", operation_id = "moves.left", security(()),
    params(("one" = String, Path, description = "Which one.", example = "a")),
    responses((status = 200, description = "Moved.")))]
async fn left() {}

/// Move on
///
/// At the same place of the path stands a variable of another name.
#[utoipa::path(get, path = "/moves/{other}/right", operation_id = "moves.right", security(()),
    params(("other" = String, Path, description = "Which one.", example = "a")),
    responses((status = 200, description = "Moved.")))]
async fn right() {}

#[tokio::test]
async fn what_utoipa_forgets_is_moved_too() {
    let mut api = OpenApi::default();
    let tag = TagBuilder::new().name("moves").description(Some("What is moved from here to there."));
    api.tags = Some(vec![tag.build()]);
    let components = api.components.get_or_insert_default();
    let parameter = ParameterBuilder::new().name("far").parameter_in(ParameterIn::Query);
    let parameter = parameter.description(Some("Whether to move far.")).example(Some(json!(true)));
    let parameter =
        parameter.schema(Some(ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Boolean, Type::Null]))));
    components.parameters.insert("Far".to_owned(), parameter.build().into());
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::Integer));
    header.description = Some("How far it was moved.".to_owned());
    components.headers.insert("Distance".to_owned(), header.into());
    let hook = OperationBuilder::new().operation_id(Some("moved")).description(Some("It was moved."));
    let hook = PathItem::new(HttpMethod::Post, hook.response("204", ResponseBuilder::new().description("Seen.")));
    api.webhooks = Some(Paths::new());
    api.webhooks.get_or_insert_default().paths.insert("moved".to_owned(), hook);

    let (schemas, mut paths, handlers) = routes!(left);
    let operation = paths.paths.values_mut().find_map(|item| item.get.as_mut()).expect("an operation");
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(RefOr::Ref(Ref::new("#/components/parameters/Far")));
    let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") else { panic!("it is written out") };
    response.headers.insert("Distance".to_owned(), RefOr::Ref(Ref::new("#/components/headers/Distance")));
    let own = Routes::with_openapi(api).routes((schemas, paths, handlers)).routes(routes!(right));

    let app = TestApp::builder(TestBackend::sqlite()).routes(own).open().await;
    app.anonymous().get("/moves/a/left?far=true").await.expect(200);
    app.anonymous().get("/moves/a/left?far=perhaps").await.expect_problem(422, "invalid_request");
    app.anonymous().get("/moves/a/right").await.expect(200);
    let json = app.viewer().get("/openapi.json").await.expect(200);
    assert_eq!(json["components"]["parameters"]["Far"]["schema"]["type"], "boolean", "null cannot be sent");
    assert_eq!(json["components"]["headers"]["Distance"]["schema"]["maximum"], json!((1_u64 << 53) - 1));
    assert_eq!(json["webhooks"]["moved"]["post"]["description"], "It was moved.");
    assert_eq!(document_rules(&json), [""; 0]);
}

#[test]
fn without_a_host_it_is_the_built_in_one() {
    let built_in = Gateway::builder(Config::default()).openapi().expect("a document");
    assert_eq!(built_in, document().value);
    assert_eq!(openapi(Routes::new()), built_in);
}
