//! Links of a community to platform spaces.

pub mod create;
pub mod delete;
