//! Whether the chain of an audit is whole: which rows were changed, removed or added by hand. It is read in pieces, each in a
//! transaction of its own, so that a long one is in the way of no write.

use std::collections::VecDeque;

use super::audit_chain::{HashedRow, RowHash, beginning, content_hash, row_hash};
use super::audit_list::AuditLog;
use super::error::Result;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// So many faults are named at the most.
pub const AUDIT_FAULTS_MAX: usize = 100;
/// So many rows one transaction reads.
const PIECE_ROWS: i64 = 5_000;
/// So many links before a row are compared with what it names as the one before it.
const LINKS_MAX: usize = 64;

/// What is wrong with rows of the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFaultKind {
    /// What the rows say, or their hashes, are not what was written.
    Changed,
    /// Rows are missing.
    Removed,
    /// Rows are there that no operation has written.
    Added,
    /// The record of where the chain begins or ends does not fit the rows.
    HeadChanged,
}

/// Rows of the audit with which something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditFault {
    /// What.
    pub kind: AuditFaultKind,
    /// The number of the first of the rows.
    pub first: i64,
    /// The number of the last of them.
    pub last: i64,
}

/// What was found about a chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditVerification {
    /// How many rows were read.
    pub rows: u64,
    /// How many of them have lost their content to a purge; their other parts are checked.
    pub purged: u64,
    /// The number of the first row that was read.
    pub first: Option<i64>,
    /// The number and the hash of the last one.
    pub last: Option<(i64, RowHash)>,
    /// The number of the last row that retention has removed; 0 for none.
    pub removed: i64,
    /// What is wrong, at most [`AUDIT_FAULTS_MAX`] of it, in the order of the rows.
    pub faults: Vec<AuditFault>,
    /// How many faults there are.
    pub fault_count: u64,
}

/// A row that the one after it is held against.
#[derive(Debug, Clone)]
struct Link {
    sequence: i64,
    hash: RowHash,
    /// Whether it says what its hash says.
    is_sound: bool,
}

/// Where the chain begins and ends.
struct Bounds {
    removed: Link,
    /// None if the record of it is not there.
    last: Option<(i64, RowHash)>,
}

/// How the hash of a row fits its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Sound,
    /// It is that of the number before: the numbers were moved by hand for a row that was added.
    AddedBefore,
    /// It is that of the number behind: the numbers were moved by hand where a row was removed.
    RemovedBefore,
    No,
}

/// How far a chain is verified.
#[derive(Debug, Clone)]
struct Walk {
    found: AuditVerification,
    /// The number of the last row that was read.
    read_to: i64,
    last: Option<Link>,
    /// Links that are behind the last one, the nearest last.
    links: VecDeque<(i64, RowHash)>,
    /// By how much numbers were moved by hand.
    shift: i64,
    is_over: bool,
}

impl AuditLog<'_> {
    /// Verifies the whole chain of the workspace, up to the row that is the last when that is reached.
    pub async fn verify(self) -> Result<AuditVerification> {
        let mut walk = Walk::new();
        while !walk.is_over {
            let rows = self.0;
            walk = rows.list(move |tx| piece(tx, walk.clone())).await?;
        }
        Ok(walk.found)
    }
}

fn piece(tx: &mut Tx<'_>, mut walk: Walk) -> Result<Walk> {
    let bounds = bounds(tx)?;
    walk.begin(&bounds);
    let sql = "SELECT a.sequence, a.at_ms, a.actor, a.credential, a.action, a.target_kind, a.target_id, a.request_id, a.address,
            a.changes, a.differences, a.salt, a.content_hash, a.previous_hash, a.hash, a.purged_by,
            CASE WHEN a.purged_by IS NULL THEN NULL ELSE (SELECT p.sequence FROM audit p WHERE p.workspace_id = a.workspace_id
                AND p.sequence = a.purged_by AND p.sequence > a.sequence AND p.target_kind = 'user'
                AND (p.target_id = a.actor OR p.target_id = a.target_id)) END
        FROM audit a WHERE a.workspace_id = $1 AND a.sequence > $2 ORDER BY a.sequence LIMIT $3";
    let mut count = 0;
    tx.each(sql, params![walk.read_to, PIECE_ROWS], &mut |mut row| {
        count += 1;
        walk.step(&CheckedRow::read(&mut row)?, &bounds);
        Ok(true)
    })?;
    if count < PIECE_ROWS {
        walk.end(&bounds);
    }
    Ok(walk)
}

fn bounds(tx: &mut Tx<'_>) -> Result<Bounds> {
    let workspace = tx.workspace().unwrap_or_default();
    let beginning = beginning(tx, workspace)?;
    let sql = "SELECT sequence, hash, removed_sequence, removed_hash FROM audit_heads WHERE workspace_id = $1";
    let Some(mut row) = tx.first(sql, params![])? else {
        return Ok(Bounds { removed: Link { sequence: 0, hash: beginning, is_sound: true }, last: None });
    };
    let last = (row.next_int()?, row_hash(&row.next_bytes()?));
    let removed = Link { sequence: row.next_int()?, hash: row_hash(&row.next_bytes()?), is_sound: true };
    // Before the first row is removed, the chain begins with the workspace.
    let removed = if removed.sequence == 0 { Link { hash: beginning, ..removed } } else { removed };
    Ok(Bounds { removed, last: Some(last) })
}

/// A row with what its hash has to be.
struct CheckedRow {
    sequence: i64,
    at_ms: i64,
    texts: [String; 6],
    content: RowHash,
    previous: RowHash,
    hash: RowHash,
    is_purged: bool,
    /// Whether the content is what its hash says, or went with a purge that is on record.
    is_content_sound: bool,
}

impl CheckedRow {
    fn read(row: &mut Row) -> Result<Self> {
        let sequence = row.next_int()?;
        // What a hand has written may be of another type; then it is no row that the gateway has written.
        Ok(Self::read_rest(sequence, row).unwrap_or_else(|_| Self::unreadable(sequence)))
    }

    fn read_rest(sequence: i64, row: &mut Row) -> Result<Self> {
        let at_ms = row.next_int()?;
        let mut text = || row.next_text();
        let texts = [text()?, text()?, text()?, text()?, text()?, text()?];
        let mut optional = || row.next_optional_text();
        let content_texts = [optional()?, optional()?, optional()?];
        let salt = row.next_optional_bytes()?;
        let (content, previous) = (row_hash(&row.next_bytes()?), row_hash(&row.next_bytes()?));
        let hash = row_hash(&row.next_bytes()?);
        let (purged_by, purge) = (row.next_optional_int()?, row.next_optional_int()?);
        let is_purged = purged_by.is_some();
        let is_content_sound = if is_purged {
            purge.is_some() && salt.is_none() && content_texts.iter().all(Option::is_none)
        } else {
            content_hash(&salt.unwrap_or_default(), content_texts.each_ref().map(Option::as_deref)) == content
        };
        Ok(Self { sequence, at_ms, texts, content, previous, hash, is_purged, is_content_sound })
    }

    fn unreadable(sequence: i64) -> Self {
        let (texts, none) = (<[String; 6]>::default(), RowHash::default());
        let (content, previous, hash) = (none, none, none);
        Self { sequence, at_ms: 0, texts, content, previous, hash, is_purged: false, is_content_sound: false }
    }

    fn is_hash_of(&self, sequence: i64) -> bool {
        let texts = self.texts.each_ref().map(String::as_str);
        let row = HashedRow { previous: &self.previous, at_ms: self.at_ms, texts, content_hash: &self.content };
        row.hash(sequence) == self.hash
    }
}

impl Walk {
    fn new() -> Self {
        let (found, links) = (AuditVerification::default(), VecDeque::new());
        Self { found, read_to: i64::MIN, last: None, links, shift: 0, is_over: false }
    }

    /// Begins behind what retention has removed, which may have gone on meanwhile.
    fn begin(&mut self, bounds: &Bounds) {
        self.found.removed = bounds.removed.sequence;
        if self.last.as_ref().is_none_or(|last| last.sequence < bounds.removed.sequence) {
            self.last = Some(bounds.removed.clone());
            self.links.clear();
        }
    }

    fn step(&mut self, row: &CheckedRow, bounds: &Bounds) {
        self.read_to = row.sequence;
        self.found.rows += 1;
        self.found.purged += u64::from(row.is_purged);
        let fit = self.fit(row);
        let is_behind = bounds.last.is_some_and(|(last, _)| row.sequence - self.shift > last);
        let is_copy = fit == Fit::AddedBefore && self.last.as_ref().is_some_and(|last| last.hash == row.hash);
        if row.sequence <= bounds.removed.sequence || is_behind && fit != Fit::AddedBefore || is_copy {
            return self.add_fault(AuditFaultKind::Added, row.sequence, row.sequence);
        }
        let Some(last) = self.last.take() else { return };
        self.found.first.get_or_insert(row.sequence);
        self.found.last = Some((row.sequence, row.hash));
        self.hold_against(row, fit, &last, bounds);
        self.links.push_back((last.sequence, last.hash));
        if self.links.len() > LINKS_MAX {
            self.links.pop_front();
        }
        let is_sound = fit != Fit::No && row.is_content_sound;
        self.last = Some(Link { sequence: row.sequence, hash: row.hash, is_sound });
    }

    /// Holds the last row against what the next one names as the row before it.
    fn hold_against(&mut self, row: &CheckedRow, fit: Fit, last: &Link, bounds: &Bounds) {
        let is_linked = row.previous == last.hash;
        let has_gap = row.sequence > last.sequence + 1;
        let linked_to = self.links.iter().rev().find(|(_, hash)| *hash == row.previous).map(|(sequence, _)| *sequence);
        match (fit, linked_to) {
            (Fit::Sound | Fit::AddedBefore, Some(sequence)) if !is_linked => {
                let before = self.found.faults.len();
                self.found.faults.retain(|fault| fault.first <= sequence);
                self.found.fault_count -= (before - self.found.faults.len()) as u64;
                self.add_fault(AuditFaultKind::Added, sequence + 1, last.sequence);
            }
            (Fit::AddedBefore, _) => self.add_fault(AuditFaultKind::Added, last.sequence, last.sequence),
            // The row that it names is not the one that is there.
            (Fit::Sound, None) if !is_linked && !has_gap => {
                self.judge(&Link { is_sound: false, ..last.clone() }, bounds)
            }
            (Fit::RemovedBefore, _) => {
                self.judge(last, bounds);
                self.add_fault(AuditFaultKind::Removed, row.sequence, row.sequence);
            }
            _ => {
                self.judge(last, bounds);
                if has_gap && !is_linked {
                    self.add_fault(AuditFaultKind::Removed, last.sequence + 1, row.sequence - 1);
                }
            }
        }
        self.shift += match fit {
            Fit::AddedBefore => 1,
            Fit::RemovedBefore => -1,
            Fit::Sound | Fit::No => 0,
        };
    }

    fn fit(&self, row: &CheckedRow) -> Fit {
        let number = row.sequence - self.shift;
        match row {
            _ if row.is_hash_of(number) => Fit::Sound,
            _ if row.is_hash_of(number - 1) => Fit::AddedBefore,
            _ if row.is_hash_of(number + 1) => Fit::RemovedBefore,
            _ => Fit::No,
        }
    }

    /// Notes what is wrong with a row, as far as it alone says.
    fn judge(&mut self, link: &Link, bounds: &Bounds) {
        if link.is_sound {
            return;
        }
        let is_removed = link.sequence == bounds.removed.sequence;
        let kind = if is_removed { AuditFaultKind::HeadChanged } else { AuditFaultKind::Changed };
        self.add_fault(kind, link.sequence, link.sequence);
    }

    fn end(&mut self, bounds: &Bounds) {
        self.is_over = true;
        let Some(link) = self.last.take() else { return };
        let Some((last, hash)) = bounds.last else {
            self.judge(&link, bounds);
            if self.found.rows > 0 {
                self.add_fault(AuditFaultKind::HeadChanged, link.sequence, link.sequence);
            }
            return;
        };
        let number = link.sequence - self.shift;
        // The record of the end stands for the row behind the last one.
        let is_sound = link.is_sound && (number != last || link.hash == hash);
        self.judge(&Link { is_sound, ..link.clone() }, bounds);
        if number < last {
            self.add_fault(AuditFaultKind::Removed, link.sequence + 1, last + self.shift);
        }
        if number > last {
            self.add_fault(AuditFaultKind::HeadChanged, link.sequence, link.sequence);
        }
        self.found.faults.sort_by_key(|fault| fault.first);
    }

    fn add_fault(&mut self, kind: AuditFaultKind, first: i64, last: i64) {
        let faults = &mut self.found.faults;
        if let Some(before) = faults.last_mut()
            && before.kind == kind
            && before.last + 1 == first
        {
            before.last = last;
            return;
        }
        self.found.fault_count += 1;
        if faults.len() < AUDIT_FAULTS_MAX {
            faults.push(AuditFault { kind, first, last });
        }
    }
}
