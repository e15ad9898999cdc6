//! `/v1/events`

pub mod list;
