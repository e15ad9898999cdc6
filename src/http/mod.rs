//! HTTP: routes, extractors and answers over the services.

pub mod docs;
pub mod edge;
pub mod json;
pub mod problem;
pub mod query;
