//! Which keys belong to requests that have no answer yet, so that a repeat is told to wait instead of waiting at the store.
//!
//! This is a courtesy of one process. What makes a request happen once is the claim in the transaction of its effect: a repeat
//! that reaches another process, or comes after the first one's client has hung up, waits there for the first and gets its answer.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::id::TenantId;

/// The keys in use. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<Mutex<HashSet<(TenantId, String)>>>);

/// A key in use. Dropping it gives the key back.
#[derive(Debug)]
pub struct Running {
    among: InFlight,
    key: (TenantId, String),
}

impl InFlight {
    /// Uses a key; `None` when a request that has no answer yet does.
    #[must_use]
    pub fn begin(&self, tenant: TenantId, key: &str) -> Option<Running> {
        let key = (tenant, key.to_owned());
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone()).then(|| Running {
            among: self.clone(),
            key,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut keys = self.among.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::http::exchange::Exchange;

    #[test]
    fn a_key_is_in_use_until_it_is_dropped() {
        let (keys, tenant) = (InFlight::default(), TenantId(Uuid::from_u128(1)));
        let exchange = Exchange::new("req_1".into());
        exchange.keep(keys.begin(tenant, "k").unwrap());
        assert!(keys.begin(tenant, "k").is_none());
        assert!(keys.begin(tenant, "other").is_some());
        assert!(keys.begin(TenantId(Uuid::from_u128(2)), "k").is_some());
        let clone = exchange.clone();
        drop(exchange);
        assert!(
            keys.begin(tenant, "k").is_none(),
            "a clone of the request still holds it"
        );
        drop(clone);
        assert!(keys.begin(tenant, "k").is_some());
    }
}
