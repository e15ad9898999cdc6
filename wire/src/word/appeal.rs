//! The words of appeals.

wire! {
    /// Where an appeal is in its life.
    pub enum AppealState {
        /// The member is still writing it.
        Draft,
        /// It waits for a reviewer.
        Submitted,
        /// A reviewer has it in hand.
        InReview,
        /// A reviewer has asked the member something.
        NeedsInfo,
        /// It was decided.
        Closed,
        /// The member took it back.
        Withdrawn,
        /// The case was voided by other means, or lifted with no points left: nothing was left to decide.
        Moot,
        /// A reviewer refused to look at it, and said why.
        Barred,
        /// The member did not finish or answer it in time.
        Expired,
    }
}

wire! {
    /// What may happen to an appeal.
    pub enum AppealStep {
        /// The member hands a draft in.
        Submit,
        /// The member says something more; where a reviewer has asked, that is the answer (`…/statements`).
        AddStatement,
        /// A reviewer takes it in hand.
        Claim,
        /// The reviewer puts it back.
        Release,
        /// A reviewer asks the member something.
        Ask,
        /// A reviewer refuses to look at it.
        Bar,
        /// The reviewer decides.
        Decide,
        /// The member takes it back.
        Withdraw,
    }
}

wire! {
    /// What a reviewer comes to.
    pub enum AppealOutcome {
        /// The case stands as it is.
        Uphold,
        /// It counts fewer points, or its sanction is shorter.
        Reduce,
        /// It is voided, and a milder act takes its place from the same start.
        Replace,
        /// The case no longer counts, nor what followed from it.
        Void,
    }
}

wire! {
    /// What decided appeals are counted by.
    pub enum OverturnBy {
        /// Who acted.
        Moderator,
        /// The rule of automod or the rung of the ladder that acted.
        Rule,
        /// The reason of the case, whatever its case and white space.
        Reason,
    }
}

wire! {
    /// Why a case may not be appealed.
    pub enum AppealBarrier {
        /// It was voided.
        Voided,
        /// It took something back, which restricts nobody.
        Lift,
        /// The policy has no appeals of its kind.
        Kind,
        /// It has an appeal that is open.
        Open,
        /// It had as many as a case may have.
        Most,
        /// The time for it is over.
        Late,
        /// It is too early.
        Early,
        /// It is too soon after the last one.
        Gap,
        /// The community is archived, and nothing changes in it.
        Archived,
    }
}
