//! The headers that callers give a webhook: shown by their names alone, and sealed at rest.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{MasterKey, MasterKeyError};
use crate::ids::WebhookId;
use crate::store::WorkspaceId;

/// What headers are sealed for, together with their workspace and webhook.
const PURPOSE: &str = "webhook";
/// What secrets are made for, together with their workspace, webhook and number.
const SECRET_PURPOSE: &str = "webhook-secret";

/// The value of a header. It is sealed at rest and never shown; only what seals it, or puts it into a request, writes it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, max_length = 16_384, example = "Bearer correct-horse-battery-staple")]
pub struct HeaderSecret(String);

/// Headers by their names.
pub type HeaderSecrets = BTreeMap<String, HeaderSecret>;

impl HeaderSecret {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HeaderSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HeaderSecret(…)")
    }
}

/// `headers` of the webhook `id`, sealed.
pub(super) fn seal(
    key: &MasterKey,
    workspace: &WorkspaceId,
    id: WebhookId,
    headers: &HeaderSecrets,
) -> Result<Vec<u8>, MasterKeyError> {
    let plain = serde_json::to_vec(headers).unwrap_or_default();
    key.seal(&purpose(workspace, id), &plain)
}

/// The headers of the webhook `id`; `None` if they were sealed with another master key.
pub(super) fn open(key: &MasterKey, workspace: &WorkspaceId, id: WebhookId, sealed: &[u8]) -> Option<HeaderSecrets> {
    serde_json::from_slice(&key.open(&purpose(workspace, id), sealed)?).ok()
}

fn purpose(workspace: &WorkspaceId, id: WebhookId) -> String {
    format!("{PURPOSE}:{}:{id}", workspace.as_str())
}

/// The bytes of the secret `number` of the webhook `id`: the master key makes the same ones each time, and nothing keeps them.
pub(super) fn secret_key(key: &MasterKey, workspace: &WorkspaceId, id: WebhookId, number: u32) -> Vec<u8> {
    let parts = [workspace.as_str().as_bytes(), &id.key().to_le_bytes(), &number.to_le_bytes()];
    key.derive(SECRET_PURPOSE, &parts).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_open_for_their_own_webhook_alone_and_show_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::load(None, folder.path()).unwrap();
        let (one, other) = (WorkspaceId::new(1, "wsp_a"), WorkspaceId::new(2, "wsp_b"));
        let (id, other_id) = (WebhookId::from_key(7), WebhookId::from_key(8));
        let headers = HeaderSecrets::from([("Authorization".to_owned(), HeaderSecret("hidden".to_owned()))]);
        let sealed = seal(&key, &one, id, &headers).unwrap();
        assert_eq!(open(&key, &one, id, &sealed), Some(headers.clone()));
        assert_eq!((open(&key, &other, id, &sealed), open(&key, &one, other_id, &sealed)), (None, None));
        assert!(!sealed.windows(6).any(|bytes| bytes == b"hidden") && !format!("{headers:?}").contains("hidden"));
    }

    #[test]
    fn each_webhook_and_each_rotation_has_a_secret_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::load(None, folder.path()).unwrap();
        let of = |workspace: &str, id, number| {
            secret_key(&key, &WorkspaceId::new(1, workspace), WebhookId::from_key(id), number)
        };
        let all = [of("wsp_a", 1, 1), of("wsp_a", 1, 2), of("wsp_a", 2, 1), of("wsp_b", 1, 1)];
        assert!(all.iter().enumerate().all(|(place, one)| all[..place].iter().all(|other| other != one)));
        assert_eq!(of("wsp_a", 1, 1), all[0]);
        assert_eq!(all[0].len(), 32);
    }
}
