//! `/v1/communities/{community}/appeals`

pub mod ask;
pub mod bar;
pub mod claim;
pub mod comment;
pub mod decide;
pub mod eligibility;
pub mod file;
pub mod list;
pub mod queue;
pub mod read;
pub mod release;
pub mod review;
pub mod statement;
pub mod submit;
pub mod withdraw;
