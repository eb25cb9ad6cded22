//! Sessions with what they have in all: one of them, and pages of them.

use super::error::Result;
use super::page::{Cursor, Page, PageRequest};
use super::session_totals::{self, SessionWithTotals};
use super::sessions::{self, IS_THERE, SELECT, Session, SessionFilter, Sessions};
use super::visibility::VisibleTo;
use crate::ids::SessionId;
use crate::params;

impl Sessions<'_> {
    /// As [`Sessions::find`], with what it has in all.
    pub async fn find_with_totals(self, id: SessionId, visible_to: VisibleTo) -> Result<Option<SessionWithTotals>> {
        let rows = self.0;
        rows.read(move |tx| {
            let found = sessions::find(tx, id, &visible_to, false)?;
            found.map(|session| session_totals::add_one(tx, session)).transpose()
        })
        .await
    }

    /// Sessions, newest first.
    pub async fn page(
        self,
        visible_to: VisibleTo,
        filter: SessionFilter,
        request: PageRequest,
    ) -> Result<Page<SessionWithTotals>> {
        let user = match (visible_to, filter.user_id) {
            (VisibleTo::All, asked) => asked,
            (VisibleTo::Only(own), Some(asked)) if *own != *asked => return Ok(Page { data: Vec::new(), next: None }),
            (VisibleTo::Only(own), _) => Some(own.to_string()),
        };
        // A condition of its own, so that the list of one user's sessions goes by that user's index.
        let of_user =
            if user.is_some() { "s.subject = (SELECT number FROM subjects WHERE id = $6)" } else { "$6 = ''" };
        let sql = format!(
            "{SELECT} WHERE s.workspace_id = $1 AND s.id < $2 AND {of_user} AND {IS_THERE}
            AND ($3 = '' OR s.agent_id = $3) AND ($4 = '' OR s.status = $4) AND ($5 = '' OR s.surface = $5) ORDER BY s.id DESC LIMIT $7"
        );
        let rows = self.0;
        rows.list(move |tx| {
            let status = filter.is_active.map_or("", |active| if active { "active" } else { "archived" });
            let text = |field: &'_ Option<String>| field.clone().unwrap_or_default();
            let (agent, surface, user) = (text(&filter.agent_id), text(&filter.surface), text(&user));
            let params = params![request.position().0, &agent, status, &surface, &user, request.fetch()];
            let place = |session: &Session| Cursor { at: session.id.key(), id: String::new() };
            let page = tx.page(&sql, params, &request, |mut row| sessions::read(&mut row), place)?;
            Ok(Page { next: page.next, data: session_totals::add(tx, page.data)? })
        })
        .await
    }
}
