//! Schedules: acts and reminders at a time that was set before.

pub mod cancel;
pub mod create;
pub mod list;
pub mod read;
pub mod retry;
