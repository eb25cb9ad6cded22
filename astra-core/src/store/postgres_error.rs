//! PostgreSQL's failures in the store's words.

use std::error::Error as _;

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use super::error::Error;

/// Why there is no connection.
pub(super) fn unavailable(fault: &PoolError) -> Error {
    match fault {
        PoolError::Backend(fault) => match classify(fault) {
            Error::Broken(text) | Error::Unavailable(text) => Error::Unavailable(text),
            other => other,
        },
        PoolError::Timeout(_) => Error::Unavailable(format!("no connection to PostgreSQL was free in time: {fault}")),
        other => Error::Unavailable(other.to_string()),
    }
}

/// Whether the server is gone, and not only unwilling.
pub(super) fn is_lost(fault: &tokio_postgres::Error) -> bool {
    fault.code().is_none_or(|state| state.code().starts_with("08") || state.code().starts_with("57P"))
}

/// What helps where TLS is what failed, which tokio-postgres shows in its text alone.
fn cure(text: &str) -> &'static str {
    if text.contains("server does not support TLS") {
        ": switch TLS on at the server (ssl = on), or, if all of the network to it is safe, add sslmode=disable to store.database_url"
    } else if text.contains("invalid peer certificate") {
        ": see the host, sslmode and sslrootcert in store.database_url"
    } else {
        ""
    }
}

/// PostgreSQL's error states in the store's words.
pub(super) fn classify(fault: &tokio_postgres::Error) -> Error {
    let text = match fault.as_db_error() {
        Some(answer) => format!("{} ({})", answer.message(), answer.code().code()),
        None => {
            let text = fault.source().map_or_else(|| fault.to_string(), |source| format!("{fault}: {source}"));
            format!("{text}{}", cure(&text))
        }
    };
    let Some(state) = fault.code() else {
        let is_network = fault.is_closed() || fault.source().is_some_and(|source| source.is::<std::io::Error>());
        return if is_network { Error::Unavailable(text) } else { Error::Broken(text) };
    };
    match state {
        state if *state == SqlState::UNIQUE_VIOLATION => Error::Unique(text),
        state if *state == SqlState::FOREIGN_KEY_VIOLATION => Error::Missing(text),
        state if *state == SqlState::T_R_SERIALIZATION_FAILURE || *state == SqlState::T_R_DEADLOCK_DETECTED => {
            Error::Retry(text)
        }
        // A migration of another gateway changed a table under a prepared statement: a new connection knows the new one.
        state if *state == SqlState::FEATURE_NOT_SUPPORTED && text.starts_with("cached plan") => Error::Retry(text),
        state if *state == SqlState::DISK_FULL => Error::Full(text),
        // A server that has become a standby, and the time limits that its operator has set.
        state
            if [SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::QUERY_CANCELED, SqlState::LOCK_NOT_AVAILABLE]
                .contains(state) =>
        {
            Error::Unavailable(text)
        }
        state
            if state.code().starts_with("08") || state.code().starts_with("57P") || state.code().starts_with("53") =>
        {
            Error::Unavailable(text)
        }
        _ => Error::Broken(text),
    }
}
