//! `admin.export_audit`: the audit of the workspace as lines of JSON.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::lookup::filter;
use super::model::{AuditEntry, AuditQuery};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Query};
use crate::store::{AuditFilter, Rows};

/// So many entries are read at a time.
const PIECE_ROWS: u32 = 200;

/// The longest text that readers of the document can count.
const LENGTH_MAX: usize = (1 << 53) - 1;

/// Lines of JSON, as the document has them.
pub enum AuditLines {}

impl PartialSchema for AuditLines {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(LENGTH_MAX));
        text.description(Some("Entries of the audit, one on each line, as JSON.")).into()
    }
}

impl ToSchema for AuditLines {}

/// How far an export is.
struct Export {
    rows: Rows,
    filter: AuditFilter,
    /// The number of the last entry that was written.
    after: i64,
    is_over: bool,
}

/// Export the audit
///
/// The entries of the audit as JSON Lines, oldest first: one entry as `admin.list_audit` has it on each line. The hashes of an
/// export without filters can be verified without the gateway. The answer is written while the store is read: one that ends
/// early was broken off, and its last line is whole or the connection says that it is not.
#[utoipa::path(get, path = "/admin/audit/export", operation_id = "admin.export_audit", params(AuditQuery),
    responses((status = 200, description = "The entries, one on each line.", body = AuditLines,
        content_type = "application/x-ndjson")))]
pub async fn handler(State(app): State<App>, caller: Caller, Query(query): Query<AuditQuery>) -> Result<Response> {
    let (filter, rows) = (filter(query)?, app.store.rows(&caller.workspace));
    let mut export = Export { rows, filter, after: i64::MIN, is_over: false };
    // A store that cannot be read is a problem, and not an answer that breaks off.
    let first = export.next().await?;
    let rest = stream::try_unfold(export, |mut export| async move {
        let lines = if export.is_over { None } else { Some(export.next().await?) };
        Ok::<_, Error>(lines.map(|lines| (lines, export)))
    });
    let lines = stream::StreamExt::chain(stream::iter([Ok(first)]), rest);
    let lines = stream::TryStreamExt::map_err(lines, |error| std::io::Error::other(format!("{error:?}")));
    let mut response = Response::new(Body::from_stream(lines));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

impl Export {
    /// The next lines; none when it is over.
    async fn next(&mut self) -> Result<Bytes> {
        let entries = self.rows.audit_log().after(self.after, self.filter.clone(), PIECE_ROWS).await;
        let entries = entries.map_err(Error::store)?;
        self.is_over = entries.is_empty();
        let mut lines = Vec::new();
        for entry in entries {
            self.after = entry.sequence;
            serde_json::to_writer(&mut lines, &AuditEntry::from(entry)).map_err(Error::internal)?;
            lines.push(b'\n');
        }
        Ok(lines.into())
    }
}
