//! `chat.get_model`: one agent, for clients of OpenAI's API that ask whether a model is there.

use axum::extract::State;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::openai::{OpenAiModel, no_such_model};
use crate::http::{Caller, Json, Path};

/// Get an agent as a model
///
/// The agent, in OpenAI's format of a model. Errors have OpenAI's format.
#[utoipa::path(get, path = "/v1/models/{model}", operation_id = "chat.get_model",
    extensions(("x-traits" = json!({"refusals": "openai"}))),
    params(("model" = String, Path, description = "The agent's id.", min_length = 1, max_length = 256, example = "assistant")),
    responses(
        (status = 200, description = "The agent.", body = OpenAiModel),
        (status = 404, description = "There is no agent with this id.")))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(model): Path<String>) -> Result<Json<OpenAiModel>> {
    let agent = app
        .store
        .rows(&caller.workspace)
        .agents()
        .find_with_borrowed(&model, app.now_ms())
        .await
        .map_err(Error::store)?;
    agent.map(|agent| Json(OpenAiModel::of(agent))).ok_or_else(no_such_model)
}
