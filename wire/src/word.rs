//! The closed lists of words that several documents share.

wire! {
    /// A kind of act.
    pub enum Kind {
        /// A remark for the record.
        Note,
        /// A warning.
        Warn,
        /// The member may not speak, for a time or until it is lifted.
        Mute,
        /// Ends every active mute of the member.
        Unmute,
        /// The member is removed, and may come back.
        Kick,
        /// The member is banned until an end.
        Tempban,
        /// The member is banned without an end.
        Ban,
        /// Ends every active ban of the member.
        Unban,
    }
}

wire! {
    /// What a sanction keeps a member from.
    pub enum Restriction {
        /// From speaking.
        Mute,
        /// From being there.
        Ban,
    }
}

wire! {
    /// A rank in a community, lowest first.
    pub enum Rank {
        /// Anyone.
        Member,
        /// May moderate members.
        Moderator,
        /// May moderate moderators.
        Admin,
        /// May moderate everyone else.
        Owner,
    }
}

wire! {
    /// Who may read a note.
    pub enum Visibility {
        /// Moderators only.
        Moderators,
        /// The member too.
        Member,
    }
}

wire! {
    /// What kind of actor acted.
    pub enum ActorType {
        /// A person, through an API key.
        Human,
        /// An API key that named no person.
        Key,
        /// A rung of the ladder.
        Escalation,
        /// The service itself: time was over.
        System,
    }
}

wire! {
    /// What became of a rung that an act reached.
    pub enum RungOutcome {
        /// It acted.
        Fired,
        /// The act itself, or a sanction in force, was already as strong.
        Moot,
        /// A stronger rung acted.
        Outranked,
        /// The chain of causes was too long.
        Suppressed,
        /// The member is protected or a bot.
        Immune,
    }
}

wire! {
    /// Where a sanction is in its life.
    pub enum SanctionState {
        /// It holds.
        Active,
        /// Its time is over.
        Expired,
        /// Somebody lifted it.
        Lifted,
        /// Its case, or the cause of its case, was voided.
        Voided,
    }
}

wire! {
    /// Which sanctions stop points from falling while they hold.
    pub enum Freeze {
        /// None.
        None,
        /// Bans, with or without an end.
        Ban,
        /// Mutes and bans.
        Mute,
    }
}

wire! {
    /// How often a rung acts.
    pub enum Refire {
        /// Once for each crossing.
        Crossing,
        /// Also on each further offence while the points are at or above it. For the top rung only, and its default.
        EveryOffence,
    }
}

wire! {
    /// How points fall with time.
    pub enum DecayModel {
        /// So much a day, continuously.
        Linear,
    }
}
