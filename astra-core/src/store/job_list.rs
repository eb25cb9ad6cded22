//! Jobs in pages, newest first, and how many there are in each state: of those that callers may see. An index for each filter
//! has the status in it, so that a page reads as many entries of each status as it has rows, however many jobs are kept.

use super::error::Result;
use super::jobs::{self, JobRow, JobStatus, Jobs, ROW};
use super::page::{Cursor, Page, PageRequest};
use super::tx::Tx;
use super::value::Param;
use super::visibility::VisibleTo;

/// So many jobs of a status are counted at the most.
const COUNTED_MAX: i64 = 10_000;

/// Which jobs a list shows; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// The name of their kind.
    pub kind: Option<String>,
    /// How far they are.
    pub status: Option<JobStatus>,
    /// Whose they are.
    pub user_id: Option<String>,
}

/// How many jobs there are of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobCount {
    /// The status.
    pub status: JobStatus,
    /// How many; 10,000 for more.
    pub count: i64,
    /// Whether it is not more.
    pub is_exact: bool,
}

/// The part of a list that is asked for.
struct Chosen {
    kind: Option<String>,
    user_id: Option<String>,
    statuses: Vec<JobStatus>,
}

impl Chosen {
    /// What of `filter` is visible; `None` if nothing is.
    fn new(visible_to: VisibleTo, filter: JobFilter) -> Option<Self> {
        let user_id = match (visible_to, filter.user_id) {
            (VisibleTo::All, asked) => asked,
            (VisibleTo::Only(own), Some(asked)) if *own != *asked => return None,
            (VisibleTo::Only(own), _) => Some(own.to_string()),
        };
        let statuses = filter.status.map_or_else(|| JobStatus::ALL.to_vec(), |status| vec![status]);
        Some(Self { kind: filter.kind, user_id, statuses })
    }

    /// The condition of jobs of a status; its parameters begin with `$first`.
    fn condition(&self, status: JobStatus, first: usize) -> String {
        let of_user = |place: usize| format!(" AND subject = (SELECT number FROM subjects WHERE id = ${place})");
        let user = self.user_id.as_ref().map(|_| of_user(first)).unwrap_or_default();
        let place = first + usize::from(self.user_id.is_some());
        let kind = self.kind.as_ref().map(|_| format!(" AND kind = ${place}")).unwrap_or_default();
        format!("workspace_id = $1 AND is_public = 1 AND status = '{}'{user}{kind}", status.as_str())
    }

    /// The values of the condition's parameters.
    fn params(&self) -> impl Iterator<Item = Param<'_>> {
        self.user_id.iter().chain(&self.kind).map(Param::from)
    }
}

impl Jobs<'_> {
    /// Jobs, newest first, without what they are about and what they came to.
    pub async fn page(self, visible_to: VisibleTo, filter: JobFilter, request: PageRequest) -> Result<Page<JobRow>> {
        let Some(chosen) = Chosen::new(visible_to, filter) else { return Ok(Page { data: Vec::new(), next: None }) };
        let of_status = |status: &JobStatus| {
            let condition = chosen.condition(*status, 4);
            format!(
                "SELECT id FROM (SELECT id FROM jobs WHERE {condition} AND id < $2 ORDER BY id DESC LIMIT $3) AS part_{}",
                status.as_str()
            )
        };
        let parts: Vec<String> = chosen.statuses.iter().map(of_status).collect();
        let sql = format!(
            "SELECT {ROW} FROM (SELECT id FROM ({}) AS parts ORDER BY id DESC LIMIT $3) AS chosen
            JOIN jobs j ON j.id = chosen.id LEFT JOIN subjects s ON s.number = j.subject
            WHERE j.workspace_id = $1 ORDER BY j.id DESC",
            parts.join(" UNION ALL ")
        );
        let list = move |tx: &mut Tx<'_>| {
            let mut params = vec![Param::from(request.position().0), Param::from(request.fetch())];
            params.extend(chosen.params());
            let place = |job: &JobRow| Cursor { at: job.id.key(), id: String::new() };
            tx.page(&sql, &params, &request, |mut row| jobs::read_row(&mut row), place)
        };
        self.0.list(list).await
    }

    /// How many jobs there are of each status that `filter` does not leave out, up to 10,000 of each.
    pub async fn count_by_status(self, visible_to: VisibleTo, filter: JobFilter) -> Result<Vec<JobCount>> {
        let statuses = filter.status.map_or_else(|| JobStatus::ALL.to_vec(), |status| vec![status]);
        let none = |status: &JobStatus| JobCount { status: *status, count: 0, is_exact: true };
        let Some(chosen) = Chosen::new(visible_to, filter) else { return Ok(statuses.iter().map(none).collect()) };
        let of_status = |status: &JobStatus| {
            let condition = chosen.condition(*status, 2);
            let most = COUNTED_MAX + 1;
            format!("(SELECT COUNT(*) FROM (SELECT 1 AS one FROM jobs WHERE {condition} LIMIT {most}) AS found)")
        };
        let counts: Vec<String> = statuses.iter().map(of_status).collect();
        let sql = format!("SELECT {}", counts.join(", "));
        let count = move |tx: &mut Tx<'_>| {
            let mut row = tx.one(&sql, &chosen.params().collect::<Vec<_>>())?;
            let read = |status: &JobStatus| {
                let count = row.next_int()?;
                Ok(JobCount { status: *status, count: count.min(COUNTED_MAX), is_exact: count <= COUNTED_MAX })
            };
            statuses.iter().map(read).collect()
        };
        self.0.list(count).await
    }
}
