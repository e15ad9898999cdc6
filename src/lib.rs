//! Tribune: moderation as a service.
//!
//! The modules in reading order; `ARCHITECTURE.md` says why they are cut like this.

pub mod domain;
pub mod ports;
pub mod service;
pub mod texts;

pub mod bus;
pub mod limiter;
pub mod nodes;
pub mod outbound;
pub mod storage;

pub mod adapters;

pub mod http;
pub mod jobs;

pub mod boot;
pub mod cli;
pub mod config;
pub mod health;
pub mod logging;
