//! Tribune: moderation as a service.

pub mod domain;
pub mod http;
pub mod ports;
