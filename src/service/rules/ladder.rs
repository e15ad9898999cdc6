//! The rungs of a request's rules.

use super::{Reading, span};
use crate::domain::kind::Kind;
use crate::domain::name::Name;
use crate::domain::policy_check::{OffenceRungDraft, RemedyDraft, RungDraft};
use std::collections::BTreeSet;
use wire::duration::Duration;
use wire::policy::{OffenceRung, Rung};
use wire::word::RungMode;

impl Reading {
    pub(super) fn ladder(&mut self, rungs: &[Rung]) -> Vec<RungDraft> {
        let mut ladder = Vec::with_capacity(rungs.len());
        for (index, rung) in rungs.iter().enumerate() {
            let root = format!("/ladder/{index}");
            let place = |field: &str| format!("{root}/{field}");
            let at = self.points(&place("at"), &rung.at);
            if at.is_none() {
                // Neither is known then: whether the rung above ascends, nor whether this one is re-armed below itself.
                self.moot.insert(format!("/ladder/{}/at", index + 1));
                self.moot.insert(place("reset_below"));
            }
            let reset_below = rung.reset_below.as_ref();
            ladder.push(RungDraft {
                id: rung.id.clone(),
                at: at.unwrap_or_default(),
                remedy: self.remedy(&root, &rung.action, rung.duration.as_ref(), &rung.capabilities),
                while_above: rung.mode == Some(RungMode::WhileAbove),
                refire: rung.refire.map(Into::into),
                reset_below: reset_below.and_then(|text| self.points(&place("reset_below"), text)),
            });
        }
        ladder
    }

    pub(super) fn offence_rungs(&mut self, rungs: &[OffenceRung]) -> Vec<OffenceRungDraft> {
        let mut read = Vec::with_capacity(rungs.len());
        for (index, rung) in rungs.iter().enumerate() {
            let root = format!("/offence_rungs/{index}");
            let kinds = rung.kinds.iter().enumerate();
            let kinds: BTreeSet<Kind> = kinds
                .filter_map(|(place, name)| self.kind(&format!("{root}/kinds/{place}"), name))
                .collect();
            read.push(OffenceRungDraft {
                id: rung.id.clone(),
                kinds,
                count: rung.count,
                within: self.seconds(&format!("{root}/within"), Some(&rung.within), 1),
                remedy: self.remedy(&root, &rung.action, rung.duration.as_ref(), &rung.capabilities),
            });
        }
        read
    }

    fn remedy(
        &mut self,
        root: &str,
        action: &wire::kind::Kind,
        duration: Option<&Duration>,
        capabilities: &[String],
    ) -> RemedyDraft {
        let duration = duration.map(span);
        if let Some(Err(error)) = &duration {
            self.wrong(format!("{root}/duration"), error);
        }
        let mut named = BTreeSet::new();
        for (place, text) in capabilities.iter().enumerate() {
            match Name::new(text) {
                Ok(name) => {
                    named.insert(name);
                }
                Err(error) => self.wrong(format!("{root}/capabilities/{place}"), &error),
            }
        }
        if named.len() < capabilities.len() {
            self.moot.insert(format!("{root}/capabilities"));
        }
        RemedyDraft {
            // A stand-in that fits any place; what is said about it is not passed on.
            action: self.kind(&format!("{root}/action"), action).unwrap_or(Kind::Warn),
            duration: duration.and_then(Result::ok),
            capabilities: named,
        }
    }
}

/// A rung of a policy as a draft.
pub(super) fn draft(rung: &crate::domain::policy::Rung) -> RungDraft {
    RungDraft {
        id: rung.id.clone(),
        at: rung.at,
        remedy: RemedyDraft {
            action: rung.remedy.action,
            duration: rung.remedy.duration,
            capabilities: rung.remedy.capabilities.clone(),
        },
        while_above: rung.remedy.while_above.is_some(),
        refire: Some(rung.refire),
        reset_below: Some(rung.reset_below),
    }
}
