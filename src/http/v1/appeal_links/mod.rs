//! `/v1/communities/{community}/cases/{number}/appeal-links`

pub mod create;
pub mod list;
pub mod revoke;
