//! The networks that people have signed in from: what is tried elsewhere does not keep them out there.

use super::db::Db;
use super::error::Result;
use super::families::SecretHash;
use crate::params;

/// How many networks of one person are remembered: the ones used last.
pub const NETWORKS_MAX: i64 = 32;
/// A network that was noted less than so many milliseconds ago is not noted again: one day.
const FRESH_MS: i64 = 24 * 3600 * 1000;

impl Db {
    /// Whether the account of a normalised e-mail has signed in from the network of this hash. An account that does not
    /// exist takes the same time to answer.
    pub async fn has_signed_in_from(&self, email: &str, network_hash: SecretHash) -> Result<bool> {
        let email = email.to_owned();
        self.read(move |tx| {
            let sql = "SELECT 1 FROM sign_in_networks n JOIN users u ON u.id = n.user_id
                WHERE u.email = $1 AND n.network_hash = $2";
            Ok(tx.first(sql, params![&email, network_hash.as_slice()])?.is_some())
        })
        .await
    }

    /// Remembers that a person has signed in from the network of this hash.
    pub async fn note_sign_in_network(&self, user_id: &str, network_hash: SecretHash, now_ms: i64) -> Result<()> {
        let user_id = user_id.to_owned();
        let known = {
            let user_id = user_id.clone();
            self.read(move |tx| {
                let sql = "SELECT last_used_at FROM sign_in_networks WHERE user_id = $1 AND network_hash = $2";
                let found = tx.first(sql, params![&user_id, network_hash.as_slice()])?;
                found.map(|mut row| row.next_int()).transpose()
            })
            .await?
        };
        if known.is_some_and(|last_ms| (now_ms - last_ms).abs() < FRESH_MS) {
            return Ok(());
        }
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO sign_in_networks (user_id, network_hash, last_used_at) VALUES ($1, $2, $3)
                 ON CONFLICT (user_id, network_hash) DO UPDATE SET last_used_at = excluded.last_used_at",
                params![&user_id, network_hash.as_slice(), now_ms],
            )?;
            tx.execute(
                "DELETE FROM sign_in_networks WHERE user_id = $1 AND network_hash NOT IN
                 (SELECT network_hash FROM sign_in_networks WHERE user_id = $1
                  ORDER BY last_used_at DESC, network_hash LIMIT $2)",
                params![&user_id, NETWORKS_MAX],
            )?;
            Ok(())
        })
        .await
    }
}
