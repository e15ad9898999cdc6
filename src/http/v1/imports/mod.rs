//! `/v1/communities/{community}/imports`

pub mod create;
