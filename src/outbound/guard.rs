//! Which addresses may be called.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::domain::address::is_public;
use crate::domain::target::Target;
use crate::ports::courier::Forbidden;

/// Lets through what is public, over https, and what the operator has named, over either.
#[derive(Debug)]
pub(super) struct Guard {
    named: Vec<IpNet>,
}

impl Guard {
    /// With the networks that the operator names.
    pub(super) fn new(named: Vec<IpNet>) -> Self {
        Self { named }
    }

    /// Whether an address may be dialled.
    pub(super) fn passes(&self, address: IpAddr, encrypted: bool) -> bool {
        self.is_named(address) || (encrypted && is_public(address))
    }

    /// What can be said of a target before its name is looked up.
    pub(super) fn permits(&self, target: &Target) -> Result<(), Forbidden> {
        match target.literal() {
            Some(address) if self.passes(address, target.is_https()) => Ok(()),
            Some(address) if is_public(address) => Err(Forbidden::Unencrypted),
            Some(_) => Err(Forbidden::Address),
            None if !target.is_https() && self.named.is_empty() => Err(Forbidden::Unencrypted),
            None => Ok(()),
        }
    }

    fn is_named(&self, address: IpAddr) -> bool {
        self.named.iter().any(|network| network.contains(&address))
    }
}
