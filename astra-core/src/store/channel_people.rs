//! Who the people of a platform are here: end users of the workspace that are made on first sight, and the accounts
//! that they are linked to by a code. And which agent answers where people have chosen another one.

use super::accounts::{Accounts, EndUser};
use super::error::Result;
use super::rows::Rows;
use super::sessions;
use super::tx::Tx;
use crate::ids::{ChannelId, SessionId};
use crate::params;

/// A person of a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelPerson {
    /// The end user that the person is.
    pub user_id: String,
    /// The account that the person is linked to.
    pub linked_id: Option<String>,
}

/// A person who is seen.
#[derive(Debug, Clone)]
pub struct SeenPerson {
    /// On which channel.
    pub channel: ChannelId,
    /// By which id of the platform's.
    pub person: String,
    /// The name that others see.
    pub display_name: Option<String>,
    /// `usr_...`; taken if the person is new.
    pub user_id: String,
    /// The role of a new person.
    pub role: String,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// What became of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linked {
    /// The person is this account from now on.
    To(String),
    /// There is no such code, or not any more.
    NoCode,
}

/// The people of a workspace's channels.
#[derive(Clone, Copy)]
pub struct ChannelPeople<'a>(pub(super) &'a Rows);

impl ChannelPeople<'_> {
    /// The person who is seen, who becomes an end user if that is the first time; `None` if the end user was removed
    /// from the workspace.
    pub async fn meet(self, seen: SeenPerson) -> Result<Option<ChannelPerson>> {
        let (channel, person) = (seen.channel, seen.person.clone());
        if let Some(known) = self.0.read(move |tx| find(tx, channel, &person)).await? {
            return Ok(Some(known));
        }
        // End users are the workspace's: it vouches for them, whatever becomes of the channel.
        let end_user = EndUser {
            id: seen.user_id.clone(),
            issuer: self.0.workspace().as_str().to_owned(),
            subject: format!("{}/{}", seen.channel, seen.person),
            role: seen.role.clone(),
            created_at: seen.now_ms,
        };
        let Some(member) = Accounts(self.0).ensure_end_user(end_user).await? else { return Ok(None) };
        self.0
            .write(move |tx| {
                let sql =
                    "INSERT INTO channel_users (workspace_id, channel_id, person, user_id, display_name, created_at_ms)
                    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (channel_id, person) DO NOTHING";
                let params = params![seen.channel, &seen.person, &member.user_id, &seen.display_name, seen.now_ms];
                tx.execute(sql, params)?;
                find(tx, seen.channel, &seen.person)
            })
            .await
    }

    /// Keeps the hash of a code that links whoever of the channel's people says it to the account `user_id`. The codes
    /// before it for the same account and channel end.
    pub async fn offer_link(
        self,
        channel: ChannelId,
        user_id: String,
        code_hash: Vec<u8>,
        expires_at_ms: i64,
    ) -> Result<()> {
        self.0
            .write(move |tx| {
                let sql = "DELETE FROM channel_link_codes WHERE workspace_id = $1 AND channel_id = $2 AND user_id = $3";
                tx.execute(sql, params![channel, &user_id])?;
                let sql = "INSERT INTO channel_link_codes (workspace_id, code_hash, channel_id, user_id, expires_at_ms)
                    VALUES ($1, $2, $3, $4, $5)";
                tx.execute(sql, params![code_hash.as_slice(), channel, &user_id, expires_at_ms]).map(drop)
            })
            .await
    }

    /// Links a person to the account of the code of this hash, which is used up.
    pub async fn link(self, channel: ChannelId, person: String, code_hash: Vec<u8>, now_ms: i64) -> Result<Linked> {
        self.0
            .write(move |tx| {
                let sql =
                    "DELETE FROM channel_link_codes WHERE workspace_id = $1 AND code_hash = $2 AND channel_id = $3
                    RETURNING user_id, expires_at_ms";
                let Some(mut row) = tx.first(sql, params![code_hash.as_slice(), channel])? else {
                    return Ok(Linked::NoCode);
                };
                let (user_id, expires_at_ms) = (row.next_text()?, row.next_int()?);
                if expires_at_ms <= now_ms {
                    return Ok(Linked::NoCode);
                }
                let sql = "UPDATE channel_users SET linked_id = $4
                    WHERE workspace_id = $1 AND channel_id = $2 AND person = $3";
                tx.execute(sql, params![channel, &person, &user_id])?;
                Ok(Linked::To(user_id))
            })
            .await
    }

    /// The agent that was chosen in a place.
    pub async fn chosen_agent(self, channel: ChannelId, place: String) -> Result<Option<String>> {
        self.0
            .read(move |tx| {
                let sql =
                    "SELECT agent_id FROM channel_places WHERE workspace_id = $1 AND channel_id = $2 AND place = $3";
                tx.first(sql, params![channel, &place])?.map(|mut row| row.next_text()).transpose()
            })
            .await
    }

    /// Lets this agent answer in a place from now on.
    pub async fn choose_agent(self, channel: ChannelId, place: String, agent_id: String) -> Result<()> {
        self.0
            .write(move |tx| {
                let sql =
                    "INSERT INTO channel_places (workspace_id, channel_id, place, agent_id) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (channel_id, place) DO UPDATE SET agent_id = excluded.agent_id";
                tx.execute(sql, params![channel, &place, &agent_id]).map(drop)
            })
            .await
    }

    /// The current session of a user with an agent on a surface.
    pub async fn current_session(
        self,
        user_id: String,
        agent_id: String,
        surface: String,
        surface_id: String,
    ) -> Result<Option<SessionId>> {
        self.0
            .read(move |tx| {
                let condition = sessions::IS_CURRENT;
                let sql = format!("SELECT s.id FROM sessions s WHERE {condition}");
                let Some(subject) = super::subjects::find(&mut tx.unscoped(), &user_id)? else { return Ok(None) };
                let found = tx.first(&sql, params![subject, &agent_id, &surface, &surface_id])?;
                found.map(|mut row| row.next_id()).transpose()
            })
            .await
    }
}

fn find(tx: &mut Tx<'_>, channel: ChannelId, person: &str) -> Result<Option<ChannelPerson>> {
    // Who was removed from the workspace has no membership.
    let sql = "SELECT p.user_id, p.linked_id FROM channel_users p
        JOIN memberships b ON b.workspace_id = p.workspace_id AND b.user_id = p.user_id
        WHERE p.workspace_id = $1 AND p.channel_id = $2 AND p.person = $3";
    let Some(mut row) = tx.first(sql, params![channel, person])? else { return Ok(None) };
    Ok(Some(ChannelPerson { user_id: row.next_text()?, linked_id: row.next_optional_text()? }))
}
