//! What the driver's errors mean to those who called.

use crate::ports::error::StoreError;

// Primary result codes of SQLite; an extended code carries them in its low byte.
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const READ_ONLY: u32 = 8;
const IO: u32 = 10;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANNOT_OPEN: u32 = 14;

/// An error of the driver in the words of the port.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    match primary_code(&error) {
        Some(BUSY | LOCKED) => return StoreError::Busy,
        Some(READ_ONLY | IO | CORRUPT | FULL | CANNOT_OPEN) => {
            return StoreError::Unavailable(Box::new(error));
        }
        _ => {}
    }
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => StoreError::Unavailable(Box::new(error)),
        other => StoreError::Failed(Box::new(other)),
    }
}

fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}
