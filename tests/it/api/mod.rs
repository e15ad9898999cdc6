//! The API as its callers see it: the real server over either store, called by actors.

mod world;

mod communities;
mod isolation;
mod keys;
mod members;
mod policies;
mod tenants;
mod users;
