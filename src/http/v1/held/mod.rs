//! `/v1/communities/{community}/held-acts`

pub mod approve;
pub mod list;
pub mod read;
pub mod reject;
