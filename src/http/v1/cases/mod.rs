//! `/v1/communities/{community}/cases`

pub mod list;
pub mod read;
pub mod reason;
pub mod reduce;
pub mod replace;
pub mod revisions;
pub mod void;
