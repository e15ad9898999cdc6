//! `/v1/communities/{community}/undo-plans`

pub mod apply;
pub mod create;
pub mod read;
