//! `admin.config`

use astra_core::config::{ConfigSource, Secret};
use serde_json::{Value, json};

use super::turns_away;
use crate::support::{TestApp, TestBackend};

const PATH: &str = "/admin/config";

fn entry(config: &Value, key: &str) -> Value {
    let values = config["values"].as_array().expect("a list");
    values.iter().find(|entry| entry["key"] == key).unwrap_or_else(|| panic!("there is no {key}")).clone()
}

#[tokio::test]
async fn each_value_has_its_source_and_no_secret_is_shown() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.store.audit_days = 30;
        config.chat.turn_timeout_s = 77;
        config.otlp.headers.insert("authorization".into(), Secret::new("Bearer hidden-words"));
        config.sources.set("store.audit_days", ConfigSource::File, "astra.yml");
        config.sources.set("otlp.headers.authorization", ConfigSource::Environment, "OTEL_EXPORTER_OTLP_HEADERS");
    });
    let app = builder.open().await;
    let answer = app.owner().get(PATH).await;
    assert!(!answer.text().contains("hidden-words"));
    let config = answer.expect(200);
    let days = json!({"key": "store.audit_days", "value": 30, "source": "file", "origin": "astra.yml"});
    assert_eq!(entry(&config, "store.audit_days"), days);
    assert_eq!(entry(&config, "chat.turn_timeout_s")["source"], "program");
    let readers = entry(&config, "store.readers");
    assert_eq!((&readers["source"], &readers["origin"]), (&json!("default"), &Value::Null));
    let header = entry(&config, "otlp.headers.authorization");
    assert_eq!((&header["value"], &header["source"]), (&json!("***"), &json!("environment")));
}

#[tokio::test]
async fn is_for_the_owners_of_the_first_workspace() {
    let app = TestApp::new().await;
    turns_away(&app, |caller| caller.get(PATH)).await;
    app.other_workspace().get(PATH).await.expect_problem(403, "forbidden");
}
