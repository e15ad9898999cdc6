//! Room for the files of imports and restores: so many at a time, because each is in memory as a whole.

use super::Service;
use super::error::ServiceError;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// How many files a process takes in at a time.
pub const MOST_FILES: usize = 4;

/// Room for one file, from before it is read until it is written.
#[derive(Debug)]
pub struct Intake {
    _permit: OwnedSemaphorePermit,
}

impl Service {
    /// Room for a file.
    ///
    /// # Errors
    /// [`ServiceError::TakingIn`] when as many as this process takes are under way.
    pub(super) fn intake(&self) -> Result<Intake, ServiceError> {
        let permit = Arc::clone(&self.intakes).try_acquire_owned();
        let permit = permit.map_err(|_| ServiceError::TakingIn)?;
        Ok(Intake { _permit: permit })
    }
}
