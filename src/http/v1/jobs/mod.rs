//! `/v1/communities/{community}/jobs`

pub mod cancel;
pub mod list;
pub mod read;
pub mod results;
pub mod resume;
