//! What breaks clients and what does not, as tables: `!` stands before what does.

mod operations;
mod schemas;

use serde_json::{Value, json};

use super::compare;

/// The changes in words, with `!` before those that break clients.
fn changes(old: &Value, new: &Value) -> Vec<String> {
    let mark = |is_breaking| if is_breaking { "! " } else { "" };
    compare(old, new).into_iter().map(|it| format!("{}{}", mark(it.is_breaking), it.change)).collect()
}

fn document(operation: Value) -> Value {
    json!({"openapi": "3.1.0", "paths": {"/a": {"post": operation}}})
}

fn sent(schema: &Value) -> Value {
    document(json!({"operationId": "a.create", "requestBody": {"content": {"application/json": {"schema": schema}}}}))
}

fn received(schema: &Value) -> Value {
    document(
        json!({"operationId": "a.create", "responses": {"200": {"content": {"application/json": {"schema": schema}}}}}),
    )
}
