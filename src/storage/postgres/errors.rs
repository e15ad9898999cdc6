//! What the driver's errors mean to those who called.

use crate::ports::error::StoreError;
use crate::storage::halving::Failure;

// SQLSTATE codes and classes, from the manual's appendix "PostgreSQL Error Codes".
const SERIALIZATION_FAILURE: &str = "40001";
const DEADLOCK_DETECTED: &str = "40P01";
const LOCK_NOT_AVAILABLE: &str = "55P03";
const UNIQUE_VIOLATION: &str = "23505";
const READ_ONLY_TRANSACTION: &str = "25006";
const INVALID_CATALOG_NAME: &str = "3D000";
/// Connection exceptions, insufficient resources, operator intervention (time-outs and shutdowns), system errors.
const AWAY: [&str; 4] = ["08", "53", "57", "58"];

/// Another transaction changed what this one had just seen; run again, it sees the change from the start.
#[derive(Debug, thiserror::Error)]
#[error("another transaction came in between")]
struct Overtaken;

/// The error of a transaction that has to be run again.
pub(super) fn overtaken() -> StoreError {
    StoreError::Failed(Box::new(Overtaken))
}

/// An error of the driver in the words of the port.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    match code(&error).as_deref() {
        Some(LOCK_NOT_AVAILABLE) => return StoreError::Busy,
        Some(READ_ONLY_TRANSACTION | INVALID_CATALOG_NAME) => {
            return StoreError::Unavailable(Box::new(error));
        }
        Some(code) if AWAY.iter().any(|class| code.starts_with(class)) => {
            return StoreError::Unavailable(Box::new(error));
        }
        _ => {}
    }
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::BeginFailed
        | sqlx::Error::WorkerCrashed => StoreError::Unavailable(Box::new(error)),
        other => StoreError::Failed(Box::new(other)),
    }
}

/// What a failed transaction means to those who ran it.
pub(super) fn failure(error: StoreError) -> Failure {
    let lost = match &error {
        StoreError::Failed(source) => {
            source.is::<Overtaken>()
                || source.downcast_ref::<sqlx::Error>().is_some_and(|error| {
                    let code = code(error);
                    matches!(code.as_deref(), Some(SERIALIZATION_FAILURE | DEADLOCK_DETECTED))
                        || (code.as_deref() == Some(UNIQUE_VIOLATION) && is_about_keys(error))
                })
        }
        _ => false,
    };
    if lost { Failure::Lost(error) } else { error.into() }
}

/// Whether somebody else has used an idempotency key in the meantime: run again, the call finds what is kept under it.
fn is_about_keys(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    error.and_then(sqlx::error::DatabaseError::table) == Some("idempotency")
}

fn code(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error()?.code()
}
