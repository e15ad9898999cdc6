//! Notices: what members are told of cases.

pub mod acknowledge;
pub mod list;
pub mod read;
