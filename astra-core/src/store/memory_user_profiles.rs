//! The profile of each user: a JSON document of what the user has set by hand, over what is remembered. Only the first is kept
//! here. The second follows, whenever the profile is read, from the memories of the tier `profile` that hold: what is undone,
//! deleted or superseded is gone from the profile in the same moment.
//!
//! A field that was set by hand wins over a memory of the same attribute. A field that a memory has and that was removed by hand
//! stays away: null is kept in its place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::actor::Target;
use super::error::{Error, Refusal, Result};
use super::precondition::{Precondition, Revision};
use super::rows::Rows;
use super::subjects;
use super::tx::Tx;
use crate::ids::MemoryId;
use crate::params;
use crate::text::fold;

/// Most bytes of what is set by hand in a profile, as JSON.
pub const PROFILE_BYTES_MAX: usize = 16_384;
/// Most remembered facts of a profile: the newest ones.
const FACTS_MAX: i64 = 200;

/// A fact of a profile that is remembered.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileFact {
    /// Its field in the document, such as `favourite_colour`.
    pub field: String,
    /// What holds.
    pub value: Json,
    /// The memory that says so.
    pub memory_id: MemoryId,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Since when it holds, in milliseconds since the epoch.
    pub valid_from_ms: i64,
}

/// What is known of a user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KnownProfile {
    /// What was set by hand; null where a field was removed.
    pub by_hand: Map<String, Json>,
    /// What is remembered, by field; of fields that `by_hand` has too, it is not shown.
    pub facts: Vec<ProfileFact>,
}

/// The profile of a user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserProfile {
    /// What is known.
    pub known: KnownProfile,
    /// Grows with each change of what was set by hand, and of each memory of the tier.
    pub version: u32,
    /// When it last changed, in milliseconds since the epoch; 0 if there was nothing yet.
    pub updated_at_ms: i64,
}

impl UserProfile {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at_ms }
    }
}

impl KnownProfile {
    /// The document: what was set by hand, and what is remembered of other fields.
    #[must_use]
    pub fn document(&self) -> Map<String, Json> {
        let by_hand = self.by_hand.iter().filter(|(_, value)| !value.is_null());
        let by_hand = by_hand.map(|(field, value)| (field.clone(), value.clone()));
        by_hand.chain(self.shown().map(|fact| (fact.field.clone(), fact.value.clone()))).collect()
    }

    /// The facts that the document shows.
    pub fn shown(&self) -> impl Iterator<Item = &ProfileFact> {
        let taken: BTreeSet<String> = self.by_hand.keys().filter_map(|field| field_name(field)).collect();
        self.facts.iter().filter(move |fact| !taken.contains(&fact.field))
    }

    /// What is set by hand once the document is `wanted`: what differs from what is remembered, and null for each field that is
    /// removed although a memory has it.
    fn by_hand_of(&self, wanted: &Map<String, Json>) -> Map<String, Json> {
        let remembered: BTreeMap<&str, &Json> =
            self.facts.iter().map(|fact| (fact.field.as_str(), &fact.value)).collect();
        let is_own = |(field, value): &(&String, &Json)| {
            self.by_hand.contains_key(*field) || remembered.get(field.as_str()) != Some(value)
        };
        let mut by_hand: Map<String, Json> =
            wanted.iter().filter(is_own).map(|(field, value)| (field.clone(), value.clone())).collect();
        let kept: BTreeSet<String> = wanted.keys().filter_map(|field| field_name(field)).collect();
        let removed_before = self.by_hand.iter().filter(|(_, value)| value.is_null()).map(|(field, _)| field);
        for field in self.facts.iter().map(|fact| &fact.field).chain(removed_before) {
            if field_name(field).is_some_and(|name| !kept.contains(&name)) {
                by_hand.insert(field.clone(), Json::Null);
            }
        }
        by_hand
    }
}

/// The profiles of a workspace's users.
#[derive(Clone, Copy)]
pub struct UserProfiles<'a>(pub(super) &'a Rows);

impl UserProfiles<'_> {
    /// The profile of `user_id`; an empty one if nothing is known.
    pub async fn find(self, user_id: &str, now_ms: i64) -> Result<UserProfile> {
        let user_id = user_id.to_owned();
        self.0
            .read(move |tx| match subjects::find(&mut tx.unscoped(), &user_id)? {
                Some(subject) => find(tx, subject, now_ms),
                None => Ok(UserProfile::default()),
            })
            .await
    }

    /// The document of the subject of this number, and what of it is remembered, as a turn reads it.
    pub async fn known(self, subject: i64, now_ms: i64) -> Result<KnownProfile> {
        let by_hand = self.0.look(move |tx| {
            let sql = "SELECT document FROM memory_user_profiles WHERE workspace_id = $1 AND subject = $2";
            tx.first(sql, params![subject])?.map_or_else(|| Ok(Map::new()), |mut row| row.next_json())
        });
        let (by_hand, facts) = tokio::join!(by_hand, self.0.look(move |tx| facts(tx, subject, now_ms)));
        Ok(KnownProfile { by_hand: by_hand?, facts: facts? })
    }

    /// Makes `change` of the document of `user_id`, whose number is `subject_candidate` if it has none yet; answers the profile
    /// then.
    ///
    /// # Errors
    /// [`Refusal::Stale`] if `precondition` does not hold; [`Refusal::ProfileTooLarge`].
    pub async fn update(
        self,
        user_id: &str,
        subject_candidate: i64,
        change: impl Fn(&mut Map<String, Json>) + Send + Sync + 'static,
        precondition: Precondition,
        now_ms: i64,
    ) -> Result<UserProfile> {
        let (user_id, actor) = (user_id.to_owned(), self.0.actor());
        self.0
            .write(move |tx| {
                let subject = subjects::ensure(tx, &user_id, subject_candidate)?;
                let present = find(tx, subject, now_ms)?;
                precondition.check(present.revision())?;
                let mut document = present.known.document();
                change(&mut document);
                let by_hand = present.known.by_hand_of(&document);
                if by_hand == present.known.by_hand {
                    return Ok(present);
                }
                write(tx, subject, &by_hand, now_ms)?;
                let fields: Vec<&String> = by_hand.keys().collect();
                tx.audit(
                    actor.as_deref(),
                    Target { kind: "memory_user_profile", id: &user_id },
                    &json!({"fields": fields}),
                )?;
                find(tx, subject, now_ms)
            })
            .await
    }
}

fn write(tx: &mut Tx<'_>, subject: i64, by_hand: &Map<String, Json>, now_ms: i64) -> Result<()> {
    let document = serde_json::to_string(by_hand).map_err(Error::broken)?;
    if document.len() > PROFILE_BYTES_MAX {
        return Err(Error::Refused(Refusal::ProfileTooLarge));
    }
    let sql = "INSERT INTO memory_user_profiles (workspace_id, subject, document, version, updated_at_ms)
        VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (workspace_id, subject) DO UPDATE SET document = excluded.document,
            version = memory_user_profiles.version + 1, updated_at_ms = excluded.updated_at_ms";
    tx.execute(sql, params![subject, &document, now_ms]).map(drop)
}

/// The profile of the subject of this number.
pub(super) fn find(tx: &mut Tx<'_>, subject: i64, now_ms: i64) -> Result<UserProfile> {
    let sql =
        "SELECT document, version, updated_at_ms FROM memory_user_profiles WHERE workspace_id = $1 AND subject = $2";
    let (mut by_hand, mut version, mut updated_at_ms): (Map<String, Json>, _, _) = (Map::new(), 0, 0);
    if let Some(mut row) = tx.first(sql, params![subject])? {
        (by_hand, version, updated_at_ms) = (row.next_json()?, row.next_count()?, row.next_int()?);
    }
    // Each change of a memory, and each one that is added, makes the sum larger.
    let sql = "SELECT CAST(COALESCE(SUM(m.version), 0) AS BIGINT), COALESCE(MAX(m.updated_at_ms), 0) FROM memories m
        WHERE m.workspace_id = $1 AND m.subject = $2 AND m.tier = 'profile'";
    let mut row = tx.one(sql, params![subject])?;
    version += row.next_count()?;
    updated_at_ms = updated_at_ms.max(row.next_int()?);
    let facts = facts(tx, subject, now_ms)?;
    Ok(UserProfile { known: KnownProfile { by_hand, facts }, version, updated_at_ms })
}

/// What is remembered of a user, by field. Of two memories of one field the newer one holds.
fn facts(tx: &mut Tx<'_>, subject: i64, now_ms: i64) -> Result<Vec<ProfileFact>> {
    let sql = "SELECT m.id, m.slot, m.content, m.data, m.confidence, m.valid_from_ms FROM memories m
        WHERE m.workspace_id = $1 AND m.subject = $2 AND m.tier = 'profile' AND m.deleted_at_ms IS NULL
            AND m.superseded_by IS NULL AND m.valid_from_ms <= $3 AND (m.valid_to_ms IS NULL OR m.valid_to_ms > $3)
            AND (m.expires_at_ms IS NULL OR m.expires_at_ms > $3)
        ORDER BY m.id DESC LIMIT $4";
    let mut facts: BTreeMap<String, ProfileFact> = BTreeMap::new();
    for mut row in tx.query(sql, params![subject, now_ms, FACTS_MAX])? {
        let (memory_id, slot, content) = (row.next_id()?, row.next_optional_text()?, row.next_text()?);
        let data: Map<String, Json> = row.next_json()?;
        let Some(field) = field_of(&data, slot.as_deref()) else { continue };
        let value = data.get("value").filter(|value| !value.is_null()).cloned().unwrap_or(Json::String(content));
        let (confidence, valid_from_ms) = (row.next_float()?, row.next_int()?);
        let fact = ProfileFact { field: field.clone(), value, memory_id, confidence, valid_from_ms };
        facts.entry(field).or_insert(fact);
    }
    Ok(facts.into_values().collect())
}

/// The field of the document that a memory is of: the attribute of its data, or what its slot has after the subject; none if it
/// has neither.
fn field_of(data: &Map<String, Json>, slot: Option<&str>) -> Option<String> {
    let attribute = data.get("attribute").and_then(Json::as_str);
    let attribute = attribute.or_else(|| slot.map(|slot| slot.rsplit(['/', ':', '\u{1f}']).next().unwrap_or(slot)))?;
    field_name(attribute)
}

/// The name of a field that an attribute has: its words, folded, with `_` between them; none if it has no word.
fn field_name(attribute: &str) -> Option<String> {
    let folded = fold(attribute);
    let words = folded.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    (!words.is_empty()).then(|| words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(by_hand: Json, facts: &[(&str, &str)]) -> KnownProfile {
        let fact = |(field, value): &(&str, &str)| ProfileFact {
            field: (*field).to_owned(),
            value: json!(value),
            memory_id: MemoryId::from_key(1),
            confidence: 1.0,
            valid_from_ms: 0,
        };
        let by_hand = by_hand.as_object().cloned().unwrap_or_default();
        KnownProfile { by_hand, facts: facts.iter().map(fact).collect() }
    }

    #[test]
    fn what_is_set_by_hand_is_told_from_what_is_remembered() {
        let present =
            profile(json!({"name": "Ana", "pet": null}), &[("city", "Berlin"), ("diet", "vegan"), ("name", "Anna")]);
        assert_eq!(json!(present.document()), json!({"name": "Ana", "city": "Berlin", "diet": "vegan"}));
        let by_hand = |wanted: Json| Json::Object(present.by_hand_of(wanted.as_object().unwrap()));
        let same = json!({"name": "Ana", "city": "Berlin", "diet": "vegan"});
        assert_eq!(by_hand(same), json!({"name": "Ana", "pet": null}));
        let moved = json!({"name": "Ana", "city": "Munich"});
        assert_eq!(by_hand(moved), json!({"name": "Ana", "city": "Munich", "diet": null, "pet": null}));
        let pet = json!({"city": "Berlin", "diet": "vegan", "pet": {"cat": 1}});
        assert_eq!(by_hand(pet), json!({"name": null, "pet": {"cat": 1}}));
    }

    #[test]
    fn a_memory_has_its_field_by_its_attribute_or_its_slot() {
        let data = |value: Json| value.as_object().cloned().unwrap();
        let field = |value: Json, slot| field_of(&data(value), slot);
        assert_eq!(field(json!({"attribute": "Favourite  Colour"}), None).as_deref(), Some("favourite_colour"));
        assert_eq!(field(json!({}), Some("user/home city")).as_deref(), Some("home_city"));
        assert_eq!(field(json!({"attribute": "?!"}), None), None);
        assert_eq!(field(json!({}), None), None);
    }
}
