//! Events.

pub mod list;
pub mod stream;

mod filter; // which, and from where on
