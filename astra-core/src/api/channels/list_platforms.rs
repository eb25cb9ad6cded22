//! `channels.list_platforms`: which platforms there are, and what a channel of each must be given.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::channels::{Field, Format, Platform};
use crate::error::Result;
use crate::http::{Caller, Json, Page, PageQuery, Paged, page_by_name};

/// A platform that channels can be of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelPlatform {
    /// Its name in the API.
    #[schema(max_length = 32, example = "slack")]
    pub kind: String,
    /// Its name, as people know it.
    #[schema(max_length = 64, example = "Slack")]
    pub title: String,
    /// Whether the program around the gateway has brought it: it is created with the kind `host` then.
    #[schema(example = false)]
    pub is_of_host: bool,
    /// What a channel must be given, in the order in which people are asked for it.
    #[schema(max_items = 32)]
    pub fields: Vec<ChannelField>,
}

/// A setting or a secret that a platform needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelField {
    /// Its name.
    #[schema(max_length = 32, example = "bot_token")]
    pub name: String,
    /// What it is, and where it is found.
    #[schema(max_length = 1024, example = "The bot's token, under OAuth & Permissions.")]
    pub description: String,
    /// Such as.
    #[schema(max_length = 4096, example = "xoxb-1")]
    pub example: String,
    /// Whether it is never shown again.
    #[schema(example = true)]
    pub is_secret: bool,
    /// Whether a channel cannot be without it.
    #[schema(example = true)]
    pub is_required: bool,
    /// What it is unless it is given.
    #[schema(max_length = 4096, example = "https://slack.com/api")]
    pub default: Option<String>,
    /// A regular expression that it matches.
    #[schema(max_length = 1024, example = "^xoxb-.+$")]
    pub pattern: Option<String>,
    /// What it can be; empty if it is free.
    #[schema(max_items = 16, example = json!(["off", "on"]))]
    pub choices: Vec<String>,
    /// Its longest value, in bytes.
    #[schema(minimum = 1, maximum = 4096, example = 4096)]
    pub max_bytes: usize,
}

/// List the platforms of channels
///
/// By their names: those of the gateway, and those of the program around it.
#[utoipa::path(get, path = "/channels/platforms", operation_id = "channels.list_platforms", params(PageQuery),
    responses((status = 200, description = "A page of platforms.", body = Page<ChannelPlatform>)))]
pub async fn handler(State(app): State<App>, _: Caller, Paged(request): Paged) -> Result<Json<Page<ChannelPlatform>>> {
    let of = |(platform, is_of_host): (&dyn Platform, bool)| ChannelPlatform {
        kind: platform.kind().to_owned(),
        title: platform.title().to_owned(),
        is_of_host,
        fields: platform.fields().iter().map(ChannelField::from).collect(),
    };
    let platforms: Vec<ChannelPlatform> = app.channels.platforms().map(of).collect();
    let page = page_by_name(platforms, &request, |platform| platform.kind.clone());
    Ok(Json(Page::from_store(page, |platform| platform)))
}

impl From<&Field> for ChannelField {
    fn from(field: &Field) -> Self {
        let (pattern, choices) = match field.format {
            Format::Text => (None, &[][..]),
            Format::Url => (Some("^https?://[^ ?#]+$".to_owned()), &[][..]),
            Format::Pattern(pattern) => (Some(pattern.to_owned()), &[][..]),
            Format::Choice(choices) => (None, choices),
        };
        Self {
            name: field.name.to_owned(),
            description: field.description.to_owned(),
            example: field.example.to_owned(),
            is_secret: field.is_secret,
            is_required: field.is_required,
            default: field.default.map(str::to_owned),
            pattern,
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
            max_bytes: field.bytes_max,
        }
    }
}
