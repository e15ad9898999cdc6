//! Identifiers and secrets that are counted instead of drawn: nobody else has them, and later ones are greater.

use std::sync::atomic::{AtomicU64, Ordering};

use tribune::ports::ids::{Ids, NoRandomness};
use uuid::Uuid;

/// Counts over the whole test process.
pub(crate) struct TestIds;

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Ids for TestIds {
    fn fresh(&self) -> Uuid {
        Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + u128::from(next()))
    }

    fn random(&self) -> Result<[u8; 32], NoRandomness> {
        let mut bytes = [7; 32];
        bytes[24..].copy_from_slice(&next().to_be_bytes());
        Ok(bytes)
    }
}

#[test]
fn nothing_comes_twice() {
    assert!(TestIds.fresh() < TestIds.fresh());
    assert_ne!(TestIds.random().unwrap(), TestIds.random().unwrap());
}
