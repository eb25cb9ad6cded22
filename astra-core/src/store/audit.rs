//! Who changed what: a row for each change that an operation made, written in the transaction of the change. A turn writes none.
//! What is noted here is written just before the commit, by [`super::audit_chain`].

use serde_json::Value as Json;

use super::actor::{Actor, Target};
use super::audit_differences::differences;
use super::error::{Error, Result};
use super::pending_audit::PendingAudit;
use super::tx::Tx;

impl Tx<'_> {
    /// Writes down that `actor` has changed `target`; nothing without an actor, which is the gateway itself or its command line.
    /// `changes` says what is new, without secrets and without what was said in conversations; null for nothing to say.
    pub(super) fn audit(&mut self, actor: Option<&Actor>, target: Target<'_>, changes: &Json) -> Result<()> {
        self.note_audit(actor, target, changes, None, false)
    }

    /// As [`Tx::audit`], with what is different in `after` from what was there before: null for nothing. Values whose names say
    /// that they are secret are masked.
    pub(super) fn audit_change(
        &mut self,
        actor: Option<&Actor>,
        target: Target<'_>,
        changes: &Json,
        [before, after]: [&Json; 2],
    ) -> Result<()> {
        self.note_audit(actor, target, changes, Some([before, after]), false)
    }

    /// As [`Tx::audit_change`], for two texts of JSON.
    pub(super) fn audit_change_of_texts(
        &mut self,
        actor: Option<&Actor>,
        target: Target<'_>,
        changes: &Json,
        texts: [Option<&str>; 2],
    ) -> Result<()> {
        if actor.is_none() {
            return Ok(());
        }
        let [before, after] = texts.map(|text| text.map_or(Ok(Json::Null), serde_json::from_str));
        let (before, after) = (before.map_err(Error::broken)?, after.map_err(Error::broken)?);
        self.audit_change(actor, target, changes, [&before, &after])
    }

    /// As [`Tx::audit`], for a purge of the user `target`: what the audit has said of the user goes, and the hashes of it stay.
    pub(super) fn audit_purge(&mut self, actor: Option<&Actor>, target: Target<'_>, changes: &Json) -> Result<()> {
        self.note_audit(actor, target, changes, None, true)
    }

    fn note_audit(
        &mut self,
        actor: Option<&Actor>,
        target: Target<'_>,
        changes: &Json,
        values: Option<[&Json; 2]>,
        is_purge: bool,
    ) -> Result<()> {
        let Some(actor) = actor else { return Ok(()) };
        let workspace = self.workspace().ok_or_else(|| Error::broken("what the audit has belongs to a workspace"))?;
        let written = |value: &Json| serde_json::to_string(value).map_err(Error::broken);
        let changes = if changes.is_null() { None } else { Some(written(changes)?) };
        let found = values.map(|[before, after]| differences(before, after)).filter(|found| !found.is_empty());
        let differences = found.map(|found| serde_json::to_string(&found).map_err(Error::broken)).transpose()?;
        self.notes.add_audit(PendingAudit {
            workspace,
            actor: actor.clone(),
            target_kind: target.kind,
            target_id: target.id.to_owned(),
            changes,
            differences,
            is_purge,
        });
        Ok(())
    }
}
