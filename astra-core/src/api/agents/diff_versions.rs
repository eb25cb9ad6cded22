//! `agents.diff_versions`: what makes one version of an agent out of another.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::lookup::{read, version_of};
use super::model::VersionPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{AnyJson, Caller, Json, Path, Query};

/// What to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// The version to compare with; by default the previous one.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    against: Option<u32>,
}

/// One step of a JSON Patch (RFC 6902).
#[derive(Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum JsonPatchOperation {
    /// A value is added.
    Add {
        /// The place, as a JSON Pointer.
        #[schema(pattern = "^(/|$)", max_length = 4096, example = "/metadata/team")]
        path: String,
        /// The value.
        value: AnyJson,
    },
    /// A value is removed.
    Remove {
        /// The place, as a JSON Pointer.
        #[schema(pattern = "^(/|$)", max_length = 4096, example = "/metadata/team")]
        path: String,
    },
    /// A value is replaced.
    Replace {
        /// The place, as a JSON Pointer.
        #[schema(pattern = "^(/|$)", max_length = 4096, example = "/system_prompt")]
        path: String,
        /// The value.
        value: AnyJson,
    },
}

/// Compare two versions of an agent
///
/// A JSON Patch (RFC 6902) that turns the definition of the version `against` into the definition of this version.
/// Lists are replaced as a whole.
#[utoipa::path(get, path = "/agents/{agent_id}/versions/{version}/diff", operation_id = "agents.diff_versions",
    params(VersionPath, DiffQuery),
    responses((status = 200, description = "The patch.", body = Vec<JsonPatchOperation>, content_type = "application/json-patch+json",
        example = json!([{"op": "replace", "path": "/system_prompt", "value": "You are brief."}]))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<VersionPath>,
    Query(query): Query<DiffQuery>,
) -> Result<Response> {
    let against = query.against.unwrap_or_else(|| (path.version - 1).max(1));
    let mut sides = [Value::Null, Value::Null];
    for (side, version) in sides.iter_mut().zip([against, path.version]) {
        let stored = version_of(&app, &caller, &path.agent_id, version).await?;
        *side = serde_json::to_value(read(&stored.definition)?).map_err(Error::internal)?;
    }
    let mut steps = Vec::new();
    compare("", &sides[0], &sides[1], &mut steps);
    let mut response = axum::response::IntoResponse::into_response(Json(steps));
    let media_type = HeaderValue::from_static("application/json-patch+json");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    Ok(response)
}

fn compare(path: &str, before: &Value, after: &Value, steps: &mut Vec<JsonPatchOperation>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            steps.push(JsonPatchOperation::Replace { path: path.to_owned(), value: AnyJson(after.clone()) });
        }
        return;
    };
    let at = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        steps.push(JsonPatchOperation::Remove { path: at(key) });
    }
    for (key, value) in new {
        match old.get(key) {
            Some(before) => compare(&at(key), before, value, steps),
            None => steps.push(JsonPatchOperation::Add { path: at(key), value: AnyJson(value.clone()) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_escaped_and_lists_are_one_value() {
        let (before, after) = (json!({"a/b": 1, "c~d": 2, "e": [1, 2]}), json!({"a/b": 2, "e": [1, 3], "f": null}));
        let mut steps = Vec::new();
        compare("", &before, &after, &mut steps);
        let expected = json!([
            {"op": "remove", "path": "/c~0d"}, {"op": "replace", "path": "/a~1b", "value": 2},
            {"op": "replace", "path": "/e", "value": [1, 3]}, {"op": "add", "path": "/f", "value": null},
        ]);
        assert_eq!(serde_json::to_value(steps).ok(), Some(expected));
    }
}
