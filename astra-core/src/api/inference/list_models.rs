//! `inference.list_models`: which models the providers offer, with prices and limits.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::ModelQuery;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Query, page_by_name};
use crate::provider::{Listing, ModelInfo};

/// A model that agents can use.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// The provider's name.
    #[schema(max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "openai")]
    pub provider: String,
    /// The provider's name of the model.
    #[schema(max_length = 256, example = "gpt-4.1-mini")]
    pub name: String,
    /// Whether the provider has just listed this model. When it could not be asked, the list has the models that are
    /// known without it.
    #[schema(example = true)]
    pub is_reachable: bool,
    /// Maximum number of tokens of one call, input and output together; null if unknown.
    #[schema(minimum = 1, example = 1_047_576)]
    pub context_tokens: Option<u32>,
    /// Maximum number of output tokens; null if unknown.
    #[schema(minimum = 1, example = 32_768)]
    pub max_output_tokens: Option<u32>,
    /// US dollars per million input tokens; null if unknown.
    #[schema(minimum = 0, example = 0.4)]
    pub input_usd_per_million: Option<f64>,
    /// US dollars per million output tokens; null if unknown.
    #[schema(minimum = 0, example = 1.6)]
    pub output_usd_per_million: Option<f64>,
}

/// List models
///
/// The providers are asked at most once a minute. Limits and prices come from the configuration, or else from a table
/// of well-known models. Only models are listed that the workspace's restrictions allow. Sorted by provider and name.
#[utoipa::path(get, path = "/inference/models", operation_id = "inference.list_models",
    params(ModelQuery, PageQuery),
    responses((status = 200, description = "The models.", body = Page<Model>,
        example = json!({"data": [{
            "provider": "openai", "name": "gpt-4.1-mini", "is_reachable": true, "context_tokens": 1_047_576,
            "max_output_tokens": 32_768, "input_usd_per_million": 0.4, "output_usd_per_million": 1.6,
        }], "next_cursor": null}))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ModelQuery>,
    Paged(request): Paged,
) -> Result<Json<Page<Model>>> {
    let policy = app.policies.of(&caller.workspace).await.map_err(Error::store)?;
    let restrictions = &policy.restrictions;
    let listings = match &query.provider {
        None => app.providers.listings(|name| restrictions.allow_provider(name)).await,
        Some(name) if restrictions.allow_provider(name) => app.providers.listing(name).await.into_iter().collect(),
        Some(_) => Vec::new(),
    };
    let models = listings.into_iter().flat_map(models).filter(|model| restrictions.allow_model(&model.name)).collect();
    // A space stands in no provider's name, and before all that does.
    let found = page_by_name(models, &request, |model: &Model| format!("{} {}", model.provider, model.name));
    Ok(Json(Page::from_store(found, |model| model)))
}

fn models(listing: Listing) -> impl Iterator<Item = Model> {
    let Listing { provider, is_reachable, models } = listing;
    models.into_iter().map(move |model: ModelInfo| Model {
        provider: provider.clone(),
        name: model.name,
        is_reachable,
        context_tokens: model.context_tokens,
        max_output_tokens: model.max_output_tokens,
        input_usd_per_million: model.prices.map(|prices| prices.input_usd_per_million),
        output_usd_per_million: model.prices.map(|prices| prices.output_usd_per_million),
    })
}
