//! HTTP: routes, extractors and answers over the services.

pub mod api; // everything put together
pub mod v1; // the routes, one file for each

pub mod auth; // who calls
pub mod client; // where a request comes from
pub mod edge; // request ids, and a problem document for whatever goes wrong inside
pub mod etag; // If-Match and If-None-Match
pub mod exchange; // what a request and its answer have in common
pub mod fields; // from request fields to values that cannot be wrong
pub mod gate; // whoever shows no known key is counted
pub mod idempotency; // the Idempotency-Key header
pub mod imports; // the lines of an import
pub mod item; // one of many, in an answer that has all of them
pub mod json; // JSON bodies, read strictly
pub mod ndjson; // bodies of lines
pub mod page; // pages of lists and their cursors
pub mod path; // typed path parameters
pub mod position; // a position in the log
pub mod prefer; // the Prefer header
pub mod problem; // every answer that is not a success
pub mod query; // query parameters
pub mod rate_limit; // the headers of limits
pub mod respond; // every answer that is one

pub mod health; // is the process alive and ready, what has it counted
pub mod listener; // the accept loop
pub mod observe; // what is noted of every request

pub mod pages; // what members see who come by a link

pub mod docs; // the documentation, offline
pub mod openapi; // the description of all of it
