//! `/v1/communities/{community}/appeals`

pub mod claim;
pub mod decide;
pub mod file;
pub mod list;
pub mod read;
pub mod release;
pub mod withdraw;
