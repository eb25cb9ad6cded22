//! The secrets of a channel at rest: sealed for its row alone, the ones before them with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::field::{SecretValues, Secrets};
use crate::auth::{MasterKey, MasterKeyError};
use crate::ids::ChannelId;
use crate::store::{ChannelSecretStamp, WorkspaceId};

/// What secrets are sealed for, together with their workspace and channel.
const PURPOSE: &str = "channel";
/// How long the secret before the newest one verifies, in milliseconds.
pub(super) const GRACE_MS: i64 = 24 * 3_600_000;

/// When each secret was set.
pub(super) type Stamps = BTreeMap<String, ChannelSecretStamp>;

/// What is sealed.
#[derive(Default, Serialize, Deserialize)]
struct Sealed {
    current: SecretValues,
    previous: SecretValues,
}

/// `secrets` of the channel `id`, sealed.
pub(super) fn seal(
    key: &MasterKey,
    workspace: &WorkspaceId,
    id: ChannelId,
    secrets: &Secrets,
) -> Result<Vec<u8>, MasterKeyError> {
    let Secrets { current, previous } = secrets.clone();
    let plain = serde_json::to_vec(&Sealed { current, previous }).unwrap_or_default();
    key.seal(&purpose(workspace, id), &plain)
}

/// The secrets of the channel `id` that are good at `now_ms`; `None` if they were sealed with another master key.
pub(super) fn open(
    key: &MasterKey,
    workspace: &WorkspaceId,
    id: ChannelId,
    sealed: &[u8],
    stamps: &Stamps,
    now_ms: i64,
) -> Option<Secrets> {
    let Sealed { current, mut previous } = serde_json::from_slice(&key.open(&purpose(workspace, id), sealed)?).ok()?;
    let is_good = |name: &str| stamps.get(name).and_then(|stamp| stamp.previous_until_ms).is_some_and(|at| at > now_ms);
    previous.0.retain(|name, _| is_good(name));
    Some(Secrets { current, previous })
}

/// `secrets` with the values of `new` in their places, and their times. Those that were there verify for another 24
/// hours; an empty value ends a secret at once.
pub(super) fn rotate(secrets: &mut Secrets, stamps: &mut Stamps, new: SecretValues, now_ms: i64) {
    for (name, value) in new.0 {
        if value.is_empty() {
            secrets.current.0.remove(&name);
            secrets.previous.0.remove(&name);
            stamps.remove(&name);
            continue;
        }
        let before = secrets.current.0.insert(name.clone(), value);
        let previous_until_ms = before.as_ref().map(|_| now_ms + GRACE_MS);
        match before {
            Some(before) => secrets.previous.0.insert(name.clone(), before),
            None => secrets.previous.0.remove(&name),
        };
        stamps.insert(name, ChannelSecretStamp { set_at_ms: now_ms, previous_until_ms });
    }
}

fn purpose(workspace: &WorkspaceId, id: ChannelId) -> String {
    format!("{PURPOSE}:{}:{id}", workspace.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> SecretValues {
        SecretValues(BTreeMap::from([(name.to_owned(), value.to_owned())]))
    }

    #[test]
    fn secrets_open_for_their_own_channel_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::load(None, folder.path()).unwrap();
        let (one, other) = (WorkspaceId::new(1, "wsp_a"), WorkspaceId::new(2, "wsp_b"));
        let (id, other_id) = (ChannelId::from_key(7), ChannelId::from_key(8));
        let secrets = Secrets { current: of("token", "hidden"), ..Secrets::default() };
        let sealed = seal(&key, &one, id, &secrets).unwrap();
        let open = |workspace, id| open(&key, workspace, id, &sealed, &Stamps::new(), 0);
        assert_eq!(open(&one, id), Some(secrets.clone()));
        assert_eq!((open(&other, id), open(&one, other_id)), (None, None));
        assert!(!sealed.windows(6).any(|bytes| bytes == b"hidden") && !format!("{secrets:?}").contains("hidden"));
    }

    #[test]
    fn the_secret_before_verifies_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::load(None, folder.path()).unwrap();
        let (workspace, id) = (WorkspaceId::new(1, "wsp_a"), ChannelId::from_key(7));
        let (mut secrets, mut stamps) = (Secrets::default(), Stamps::new());
        rotate(&mut secrets, &mut stamps, of("token", "one"), 0);
        rotate(&mut secrets, &mut stamps, of("token", "two"), 1_000);
        let sealed = seal(&key, &workspace, id, &secrets).unwrap();
        let good = |now_ms| {
            let secrets = open(&key, &workspace, id, &sealed, &stamps, now_ms).unwrap();
            secrets.each("token").map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(good(1_000 + GRACE_MS - 1), ["two", "one"]);
        assert_eq!(good(1_000 + GRACE_MS), ["two"]);
        rotate(&mut secrets, &mut stamps, of("token", ""), 2_000);
        assert!(secrets.each("token").next().is_none() && stamps.is_empty());
    }
}
