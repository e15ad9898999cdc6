//! Threads of their own for whatever writes.
//!
//! Between two statements of a transaction rows stay locked. Were the task that sends the next one to wait for its turn behind
//! a hundred requests that are being read, everybody else would wait for those rows as long. The threads mostly sleep, so the
//! operating system lets them run as soon as an answer of the database is there.

use tokio::runtime::{Builder, Handle, Runtime};

use super::BootError;

/// The threads. Dropping them does not wait for what still runs.
pub(super) struct Writers {
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Writers {
    /// Starts as many threads as there are lanes, and one for changes that no lane makes.
    pub(super) fn start(lanes: usize) -> Result<Self, BootError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(lanes + 1)
            .thread_name("tribune-write")
            .enable_all()
            .build()
            .map_err(BootError::Runtime)?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    /// Where to spawn what writes.
    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Writers {
    fn drop(&mut self) {
        // A runtime that is merely dropped blocks, which a task of another one must not.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
