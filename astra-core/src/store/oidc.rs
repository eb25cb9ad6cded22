//! People who sign in with the OpenID provider: the account of a person at the provider, which is found, joined by e-mail or
//! made. A sign-in that was finished is kept until it would have ended, so that it counts once on all gateways.

use serde_json::json;

use super::accounts::{Accounts, Member, member};
use super::actor::{Actor, Target};
use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, OidcRefusal, Result};
use super::families::SecretHash;
use super::setup;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// A person as the OpenID provider describes it, and what the gateway makes of that.
#[derive(Debug, Clone)]
pub struct OidcPerson {
    /// The provider's issuer.
    pub issuer: String,
    /// The person's id at the provider.
    pub subject: String,
    /// The normalised e-mail address, if the provider has verified it.
    pub email: Option<String>,
    /// For people.
    pub display_name: Option<String>,
    /// The name of the role that the claims give.
    pub role: Option<String>,
    /// Whether a claim decides the role, now and at later sign-ins.
    pub follows_claim: bool,
    /// `usr_...`, if the person may get an account and has none.
    pub new_id: Option<String>,
    /// Of the sign-in that is finished.
    pub attempt_hash: SecretHash,
    /// When that would have ended, in milliseconds since the epoch.
    pub attempt_ends_at: i64,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// The account of a person who has signed in before, in the workspace that it joined first.
struct Known {
    member: Member,
    /// Whether the claim decides its role there.
    follows_claim: bool,
}

const KNOWN: &str = "SELECT u.id, w.number, w.id, m.role, u.email, u.display_name, u.created_at, m.follows_claim
    FROM users u JOIN memberships m ON m.user_id = u.id JOIN workspaces w ON w.number = m.workspace_id
    WHERE u.issuer = $1 AND u.subject = $2 ORDER BY m.created_at, m.workspace_id LIMIT 1";

impl Accounts<'_> {
    /// The account of a person at the OpenID provider. One that has signed in before is found by its id at the provider. Else
    /// the account of its verified e-mail address is joined: that has no password and no other sign-in any more. Else an
    /// account is made in this workspace. `actor` is the person, whose id is filled in.
    ///
    /// # Errors
    /// [`OidcRefusal`], which changes nothing; [`Error::Unique`] if another account gets the e-mail address at the same time.
    pub async fn sign_in_by_oidc(self, person: OidcPerson, actor: Actor) -> Result<Member> {
        self.0
            .write_locking(move |tx| {
                tx.lock_accounts()?;
                finish(&mut tx.unscoped(), &person)?;
                if let Some(known) = find(&mut tx.unscoped(), &person)? {
                    return with_role(&mut tx.unscoped(), known, &person, &actor);
                }
                let email = person.email.as_deref().ok_or(OidcRefusal::Unverified)?;
                if join(&mut tx.unscoped(), email, &person, &actor)? {
                    let joined = find(&mut tx.unscoped(), &person)?.ok_or(OidcRefusal::NoAccount)?;
                    return Ok(joined.member);
                }
                create(tx, email, &person, &actor)
            })
            .await
    }
}

impl Db {
    /// Forgets finished sign-ins that have ended by themselves too, at most [`SWEEP_ROWS`] of them; answers how many.
    pub async fn delete_ended_oidc_attempts(&self, now_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM oidc_attempts WHERE attempt_hash IN
                (SELECT a.attempt_hash FROM oidc_attempts a WHERE a.ends_at <= $1 ORDER BY a.ends_at LIMIT $2)";
            tx.execute(sql, params![now_ms, SWEEP_ROWS])
        })
        .await
    }
}

/// Notes that a sign-in is finished.
fn finish(tx: &mut Tx<'_>, person: &OidcPerson) -> Result<()> {
    let sql = "INSERT INTO oidc_attempts (attempt_hash, ends_at) VALUES ($1, $2) ON CONFLICT (attempt_hash) DO NOTHING";
    let noted = tx.execute(sql, params![person.attempt_hash.as_slice(), person.attempt_ends_at])?;
    if noted == 0 { Err(OidcRefusal::Finished.into()) } else { Ok(()) }
}

/// The account of a person who has signed in before.
fn find(tx: &mut Tx<'_>, person: &OidcPerson) -> Result<Option<Known>> {
    let read =
        |mut row: Row| -> Result<Known> { Ok(Known { member: member(&mut row)?, follows_claim: row.next_truth()? }) };
    tx.first(KNOWN, params![&person.issuer, &person.subject])?.map(read).transpose()
}

/// The account with the role that the claims give now, if they decide. The last owner of a workspace stays its owner.
fn with_role(tx: &mut Tx<'_>, known: Known, person: &OidcPerson, actor: &Actor) -> Result<Member> {
    let Known { mut member, follows_claim } = known;
    if !(follows_claim && person.follows_claim) {
        return Ok(member);
    }
    let role = person.role.as_ref().ok_or(OidcRefusal::NoRole)?;
    let mut there = tx.of_workspace(member.workspace.number());
    if *role == member.role || is_last_owner(&mut there, &member)? {
        return Ok(member);
    }
    let sql = "UPDATE memberships SET role = $3 WHERE workspace_id = $1 AND user_id = $2";
    there.execute(sql, params![&member.user_id, role])?;
    setup::end_with(&mut there, role)?;
    let (before, after) = (json!({"role": member.role}), json!({"role": role}));
    let actor = Actor { subject: member.user_id.clone(), ..actor.clone() };
    there.audit_change(Some(&actor), target(&member.user_id), &after, [&before, &after])?;
    there.end_credentials()?;
    member.role.clone_from(role);
    Ok(member)
}

fn is_last_owner(tx: &mut Tx<'_>, member: &Member) -> Result<bool> {
    let others = "SELECT 1 FROM memberships WHERE workspace_id = $1 AND role = 'owner' AND user_id <> $2 LIMIT 1";
    Ok(member.role == "owner" && tx.first(others, params![&member.user_id])?.is_none())
}

/// Gives the account of `email` to the person; false if there is no such account. One that is another person's of the same
/// provider stays that person's: the address was given to another person there.
fn join(tx: &mut Tx<'_>, email: &str, person: &OidcPerson, actor: &Actor) -> Result<bool> {
    let sql = "SELECT u.id, u.issuer, u.subject, (SELECT MIN(m.workspace_id) FROM memberships m
        JOIN workspaces w ON w.number = m.workspace_id WHERE m.user_id = u.id) FROM users u WHERE u.email = $1";
    let Some(mut row) = tx.first(sql, params![email])? else { return Ok(false) };
    let (id, issuer, subject) = (row.next_text()?, row.next_optional_text()?, row.next_optional_text()?);
    let workspace = row.next_optional_int()?;
    if issuer.is_some_and(|issuer| issuer == person.issuer) && subject.is_some_and(|own| own != person.subject) {
        return Err(OidcRefusal::OtherPerson.into());
    }
    let workspace = workspace.ok_or(OidcRefusal::NoAccount)?;
    let update = "UPDATE users SET issuer = $2, subject = $3, password_hash = NULL WHERE id = $1";
    tx.execute(update, params![&id, &person.issuer, &person.subject])?;
    tx.execute("DELETE FROM sign_in_networks WHERE user_id = $1", params![&id])?;
    let ended = tx.execute("DELETE FROM families WHERE user_id = $1", params![&id])?;
    let mut there = tx.of_workspace(workspace);
    let changes = json!({"issuer": person.issuer, "joined": true, "ended_sign_ins": ended});
    let actor = Actor { subject: id.clone(), ..actor.clone() };
    there.audit(Some(&actor), target(&id), &changes)?;
    there.end_credentials()?;
    Ok(true)
}

/// Makes the account of a person in the transaction's workspace.
fn create(tx: &mut Tx<'_>, email: &str, person: &OidcPerson, actor: &Actor) -> Result<Member> {
    let id = person.new_id.as_ref().ok_or(OidcRefusal::NoAccount)?;
    let role = person.role.as_ref().ok_or(OidcRefusal::NoRole)?;
    let user =
        "INSERT INTO users (id, email, display_name, issuer, subject, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = params![id, email, &person.display_name, &person.issuer, &person.subject, person.now_ms];
    tx.unscoped().execute(user, values)?;
    let membership = "INSERT INTO memberships (workspace_id, user_id, role, follows_claim, created_at)
        VALUES ($1, $2, $3, 1, $4)";
    tx.execute(membership, params![id, role, person.now_ms])?;
    setup::end_with(tx, role)?;
    let actor = Actor { subject: id.clone(), ..actor.clone() };
    let changes = json!({"issuer": person.issuer, "joined": false, "role": role});
    tx.audit(Some(&actor), target(id), &changes)?;
    let made = find(&mut tx.unscoped(), person)?;
    made.map(|known| known.member).ok_or_else(|| Error::broken("an account was lost while it was made"))
}

const fn target(id: &str) -> Target<'_> {
    Target { kind: "user", id }
}
