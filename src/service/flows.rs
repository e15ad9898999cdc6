//! Flows: written in versions, and read. Those that are shipped are there without being written.

mod reading; // from a request to a flow

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, Service, show};
use crate::domain::conversation::{Flow, FlowName, Shipped, shipped};
use crate::domain::name::Name;
use crate::ports::conversations::{FlowRecord, NewFlow};
use crate::ports::directory::Change;
use wire::conversation::FlowRequest;
use wire::key::Scope;

impl Service {
    /// Writes the next version of a flow, or the first one. Conversations that run keep their version.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for what is wrong with it, [`ServiceError::Unseen`] when there is one and the caller has seen none,
    /// [`ServiceError::Stale`] when it has moved on.
    pub async fn put_flow(
        &self,
        caller: &Caller,
        name: Name,
        expected: Option<i32>,
        (request, comment): (&FlowRequest, Option<String>),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::FlowsWrite)?;
        caller.unbound()?;
        let flow = reading::flow(name, request).map_err(ServiceError::Invalid)?;
        let new = NewFlow {
            name,
            expected,
            flow,
            comment,
        };
        let change = Change::PutFlow(Box::new(new));
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// A version of a flow, or the newest, with its tag.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn flow(
        &self,
        caller: &Caller,
        name: &FlowName,
        version: Option<i32>,
    ) -> Result<(String, wire::conversation::Flow), ServiceError> {
        caller.require(Scope::ConversationsRead)?;
        if let Some(flow) = shipped(name) {
            return if version.is_none_or(|version| version == flow.version()) {
                Ok((flow.version().to_string(), show::conversation::flow(flow)))
            } else {
                Err(ServiceError::NotFound("flow"))
            };
        }
        let record = self.store.flow(caller.tenant, name, version).await?;
        Ok((
            record.flow.version().to_string(),
            show::conversation::record(&record),
        ))
    }

    /// Flows by name: shipped ones among the tenant's own.
    ///
    /// # Errors
    /// That the key may not read them.
    pub async fn flows(
        &self,
        caller: &Caller,
        page: After<FlowName>,
    ) -> Result<Listed<wire::conversation::Flow, FlowName>, ServiceError> {
        caller.require(Scope::ConversationsRead)?;
        let limit = page.limit;
        let after = page.after.clone();
        let own = self.store.flows(caller.tenant, one_more(page)).await?;
        let name = |flow: &Known| flow.name().clone();
        let always = Shipped::ALL
            .into_iter()
            .filter_map(|it| FlowName::parse(it.name()).ok());
        let always = always
            .filter(|name| after.as_ref().is_none_or(|after| name > after))
            .filter_map(|name| shipped(&name))
            .map(Known::Always);
        let mut all: Vec<Known> = own
            .into_iter()
            .map(Box::new)
            .map(Known::Own)
            .chain(always)
            .collect();
        all.sort_by_key(name);
        Ok(cut(all, limit, name, Known::show))
    }

    /// The versions of a flow, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn flow_versions(
        &self,
        caller: &Caller,
        name: &FlowName,
        page: After<i32>,
    ) -> Result<Listed<wire::conversation::Flow, i32>, ServiceError> {
        caller.require(Scope::ConversationsRead)?;
        if let Some(flow) = shipped(name) {
            let rows = if page.after.is_none() {
                vec![flow]
            } else {
                Vec::new()
            };
            return Ok(cut(
                rows,
                page.limit,
                |flow| flow.version(),
                |flow| show::conversation::flow(flow),
            ));
        }
        let rows = self
            .store
            .flow_versions(caller.tenant, name, one_more(page))
            .await?;
        let version = |record: &FlowRecord| record.flow.version();
        Ok(cut(rows, page.limit, version, show::conversation::record))
    }
}

/// A flow of a list.
enum Known {
    Own(Box<FlowRecord>),
    Always(&'static Flow),
}

impl Known {
    fn name(&self) -> &FlowName {
        match self {
            Self::Own(record) => record.flow.name(),
            Self::Always(flow) => flow.name(),
        }
    }

    fn show(&self) -> wire::conversation::Flow {
        match self {
            Self::Own(record) => show::conversation::record(record),
            Self::Always(flow) => show::conversation::flow(flow),
        }
    }
}
