//! Tribune: moderation as a service.

pub mod http;
