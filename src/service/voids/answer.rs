//! What the caller of a remedy reads.

use crate::domain::appeal::Appeal;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, UserId};
use crate::domain::replay::Voiding;
use crate::domain::standing::Standing;
use crate::service::judge::json;
use crate::service::{Answer, show};
use chrono::{DateTime, Utc};
use wire::act::{ReplaceAnswer, VoidAnswer};
use wire::appeal::{AppealRemedy, DecisionAnswer};

/// What came of a remedy.
pub(super) struct Came<'a> {
    pub(super) community: CommunityId,
    /// The case that was asked for, as it is now, and whose it is.
    pub(super) case: &'a Case,
    pub(super) user: UserId,
    pub(super) standing: &'a Standing,
    pub(super) voiding: &'a Voiding,
}

impl Came<'_> {
    /// The case as it is now, or the one in its place beside it.
    pub(super) fn answer(&self, dry_run: bool) -> Answer {
        let (case, standing, also_voided) = (self.case(), self.standing(), self.also_voided());
        match &self.voiding.added {
            Some(added) => Answer {
                tag: added.case.number.to_string(),
                body: json(&ReplaceAnswer {
                    dry_run,
                    case: show::case::case(self.community, &added.case),
                    voided: case,
                    also_voided,
                    standing,
                }),
            },
            None => Answer {
                tag: self.case.number.to_string(),
                body: json(&VoidAnswer {
                    dry_run,
                    case,
                    also_voided,
                    standing,
                }),
            },
        }
    }

    /// The decision of an appeal, with what came of it.
    pub(super) fn decided(&self, appeal: &Appeal, now: DateTime<Utc>) -> Answer {
        let (case, replaced) = match &self.voiding.added {
            Some(added) => (show::case::case(self.community, &added.case), Some(self.case())),
            None => (self.case(), None),
        };
        let remedy = AppealRemedy {
            case,
            replaced,
            also_voided: self.also_voided(),
            standing: self.standing(),
        };
        let appeal = show::appeal::appeal(appeal, now);
        Answer {
            tag: appeal.id.clone(),
            body: json(&DecisionAnswer {
                appeal,
                remedy: Some(remedy),
            }),
        }
    }

    fn case(&self) -> wire::case::Case {
        show::case::case(self.community, self.case)
    }

    fn standing(&self) -> wire::standing::Standing {
        show::standing::standing(self.community, Some(self.user), self.standing)
    }

    fn also_voided(&self) -> Vec<i64> {
        let fallen = self.voiding.voided.iter().map(|(number, _)| *number);
        fallen.filter(|fallen| *fallen != self.case.number).collect()
    }
}
