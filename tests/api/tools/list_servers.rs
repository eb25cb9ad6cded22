//! `tools.list_servers`

use serde_json::json;

use super::{SERVERS, http_server, names, turns_away};
use crate::support::{TestApp, TestBackend, both_backends};

both_backends! {
    async fn servers_are_listed_by_name_in_pages(app: TestApp) {
        for name in ["b", "a", "c"] {
            app.admin().post(SERVERS).json(&http_server(name)).await.expect(201);
        }
        app.other_workspace().post(SERVERS).json(&http_server("theirs")).await.expect(201);
        let page = app.admin().get("/tools/servers?limit=2").await.expect(200);
        assert_eq!(names(&page), ["a", "b"]);
        let next = page["next_cursor"].as_str().expect("a cursor");
        let rest = app.admin().get(&format!("/tools/servers?limit=2&cursor={next}")).await.expect(200);
        assert_eq!((names(&rest), &rest["next_cursor"]), (vec!["c"], &json!(null)));
        assert_eq!(names(&app.other_workspace().get(SERVERS).await.expect(200)), ["theirs"]);
    }

    async fn is_for_admins(app: TestApp) {
        turns_away(&app, |caller| caller.get(SERVERS)).await;
    }
}

#[tokio::test]
async fn those_of_the_configuration_are_there_for_all_workspaces_and_show_nothing_of_the_operators() {
    let configured = |config: &mut astra_core::Config| {
        let text = "servers: {files: {url: 'http://127.0.0.1:9/hidden', headers: {X-Key: hidden}}}";
        config.mcp = serde_json::from_value(serde_yaml::from_str(text).expect("YAML")).expect("a section");
    };
    let app = TestApp::builder(TestBackend::sqlite()).config(configured).open().await;
    app.admin().post(SERVERS).json(&http_server("a")).await.expect(201);
    let own = app.admin().get(SERVERS).await.expect(200);
    assert_eq!(names(&own), ["a", "files"]);
    let server = &own["data"][1];
    assert_eq!((&server["origin"], &server["transport"]), (&json!("configuration"), &json!("http")));
    assert_eq!(
        (&server["address"], &server["created_by"], &server["header_names"]),
        (&json!(null), &json!(null), &json!([]))
    );
    assert!(!server.to_string().contains("hidden"), "{server}");
    assert_eq!(names(&app.other_workspace().get(SERVERS).await.expect(200)), ["files"]);
}
