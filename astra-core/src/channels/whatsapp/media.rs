//! Media of messages: an id says where a file is, for five minutes
//! (<https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media/>).

use serde_json::Value;
use url::Url;

use super::requests::as_bot;
use crate::channels::connection::Connection;
use crate::channels::outgoing::{Download, HttpAnswer, HttpCall};

/// Hosts of Meta's that get the token.
const HOSTS: [&str; 3] = ["facebook.com", "fbsbx.com", "whatsapp.net"];

/// The request that says where a file is.
pub(super) fn find(connection: &Connection, id: &str) -> HttpCall {
    let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    let number = connection.settings.get("phone_number_id");
    let path = format!("{id}?phone_number_id={number}");
    as_bot(connection, HttpCall::get(connection.settings.url("api_url", &path)))
}

/// What came: where the file is, in JSON, which no file is, or its content.
pub(super) fn downloaded(connection: &Connection, answer: &HttpAnswer) -> Download {
    if !answer.status.is_success() {
        return Download::Refused(format!("Meta answered with status {}", answer.status.as_u16()));
    }
    let media_type = answer.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // The Graph API says `text/javascript` of its JSON to some callers.
    if media_type != "application/json" && media_type != "text/javascript" {
        return Download::Content { media_type, bytes: answer.body.clone() };
    }
    match answer.json().get("url").and_then(Value::as_str) {
        Some(url) if is_metas(connection, url) => Download::Next(as_bot(connection, HttpCall::get(url))),
        Some(_) => Download::Refused("the file is with a host that is not Meta's".to_owned()),
        None => Download::Refused("Meta does not say where the file is".to_owned()),
    }
}

/// Whether a URL may get the token: it is of Meta, or of where the settings say that the API is.
fn is_metas(connection: &Connection, url: &str) -> bool {
    let (Ok(url), api) = (Url::parse(url), Url::parse(connection.settings.get("api_url"))) else { return false };
    let is_of = |host: &str| {
        HOSTS
            .iter()
            .any(|known| host.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.')))
    };
    url.scheme() == "https" && url.host_str().is_some_and(is_of)
        || api.is_ok_and(|api| api.origin() == url.origin() && url.origin().is_tuple())
}
