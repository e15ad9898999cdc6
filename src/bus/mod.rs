//! The log of each tenant as a stream for groups of consumers: in Redis.

pub mod redis; // Redis Streams
