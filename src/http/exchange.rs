//! What a request and its answer have in common: known to the edge, and to every handler as an extension.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::idempotency::in_flight::Running;
use crate::service::Quota;

/// One request until its answer. Clones share it.
#[derive(Clone, Debug)]
pub struct Exchange(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    id: Box<str>,
    /// The idempotency key that it uses, from when it is read until there is an answer.
    running: Mutex<Option<Running>>,
    quota: OnceLock<Quota>,
}

impl Exchange {
    /// Of the request with this id.
    pub(super) fn new(id: Box<str>) -> Self {
        Self(Arc::new(Shared {
            id,
            running: Mutex::default(),
            quota: OnceLock::new(),
        }))
    }

    /// The request's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Keeps an idempotency key in use until the answer.
    pub(super) fn keep(&self, running: Running) {
        *self.0.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
    }

    /// Has the answer tell what the caller's key may still do.
    pub(super) fn tell(&self, quota: Quota) {
        // One caller, one key: nothing else can be there already.
        drop(self.0.quota.set(quota));
    }

    /// What the answer is to tell.
    pub(super) fn quota(&self) -> Option<&Quota> {
        self.0.quota.get()
    }
}
