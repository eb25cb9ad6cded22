//! `chat.list_models`: the agents, for clients of OpenAI's API that ask which models there are.

use axum::extract::State;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::openai::{OpenAiModel, OpenAiModels};
use crate::http::{Caller, Json};
use crate::store::PageRequest;

/// So many agents are listed at the most, ...
const MODELS_MAX: usize = 1_000;
/// ... so many with one question to the store.
const PAGE: u32 = 200;

/// List agents as models
///
/// The agents that the caller may ask, newest first, at most 1,000, in OpenAI's format of a list of models. Errors have
/// OpenAI's format.
#[utoipa::path(get, path = "/v1/models", operation_id = "chat.list_models",
    extensions(("x-traits" = json!({"refusals": "openai"}))),
    responses((status = 200, description = "The agents.", body = OpenAiModels)))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<OpenAiModels>> {
    let rows = app.store.rows(&caller.workspace);
    let (mut data, mut after) = (Vec::new(), None);
    while data.len() < MODELS_MAX {
        let page = rows
            .agents()
            .page_with_borrowed(PageRequest { limit: PAGE, after }, app.now_ms())
            .await
            .map_err(Error::store)?;
        data.extend(page.data.into_iter().map(OpenAiModel::of));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(Json(OpenAiModels { object: "list".into(), data }))
}
