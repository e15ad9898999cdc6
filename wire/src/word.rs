//! The closed lists of words that several documents share.

mod appeal; // of appeals

pub use appeal::{AppealBarrier, AppealOutcome, AppealState, AppealStep, OverturnBy};

wire! {
    /// What a sanction keeps a member from.
    pub enum Restriction {
        /// From the capabilities that it names.
        Restrict,
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
        /// A rule of automod, through an API key.
        Automod,
        /// A rung of the ladder.
        Escalation,
        /// The service itself: time was over.
        System,
        /// Whoever it was in another bot's records, which do not say.
        Import,
        /// Whoever did it on the platform itself, past this service.
        External,
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
        /// The act was imported, and what is imported fires nothing.
        Imported,
        /// The act took the place of another one, and what does fires nothing.
        Replacement,
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
        /// Another one took its place, as an act said.
        Superseded,
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
        /// Each entry counts whole until it lapses.
        Expiry,
        /// Never.
        None,
    }
}

wire! {
    /// How severe an act is, mildest first.
    pub enum Severity {
        /// Nothing happens to the member.
        Note,
        /// They are told.
        Warn,
        /// They may not do everything.
        Mute,
        /// They are removed.
        Kick,
        /// They are kept out until an end.
        Tempban,
        /// They are kept out.
        Ban,
    }
}

wire! {
    /// How long what a rung does holds.
    pub enum RungMode {
        /// For its duration, or until it is lifted.
        Fixed,
        /// As long as the points are not below `reset_below`.
        WhileAbove,
    }
}

wire! {
    /// Whose acts a budget counts together.
    pub enum BudgetPer {
        /// Those of a person, or of a key that names nobody.
        Actor,
        /// Those of a rule of automod.
        Rule,
        /// Those that come with a key, whoever acts through it.
        Key,
    }
}

wire! {
    /// Why an act waits.
    pub enum HoldReason {
        /// A budget is spent.
        Budget,
        /// Acts of its kind need approvals.
        Approval,
    }
}

wire! {
    /// Where a held act is in its life.
    pub enum HeldState {
        /// It waits.
        Held,
        /// It was carried out.
        Released,
        /// Somebody rejected or withdrew it.
        Rejected,
        /// Its time was over before it was approved.
        Expired,
    }
}

wire! {
    /// What kind of answer a field takes.
    pub enum FieldType {
        /// A text.
        Text,
        /// A whole number.
        Integer,
        /// One of a list.
        Choice,
        /// True or false.
        Boolean,
        /// A link: http or https.
        Url,
        /// A day: `2026-11-28`.
        Date,
    }
}

wire! {
    /// Whether a conversation runs.
    pub enum ConversationStatus {
        /// Something is still to come of it.
        Running,
        /// It is over.
        Ended,
    }
}

wire! {
    /// Who carries an act out on the platform that it came from.
    #[derive(Default)]
    pub enum ExecuteBy {
        /// Relays, as on all platforms.
        #[default]
        Relays,
        /// Whoever makes the call.
        Caller,
    }
}

wire! {
    /// What a directive is about.
    pub enum Effect {
        /// Kept from capabilities.
        Restrict,
        /// Kept from speaking.
        Mute,
        /// Kept out.
        Ban,
        /// Removed once.
        Kick,
        /// Messages deleted once.
        DeleteMessages,
        /// Told something once.
        Notify,
    }
}

wire! {
    /// A language in which members are spoken to, by ISO 639-1.
    pub enum Language {
        /// English.
        En,
        /// German.
        De,
        /// Spanish.
        Es,
        /// French.
        Fr,
    }
}

wire! {
    /// Whether a notice goes before what platforms do, or after it.
    pub enum NoticeTime {
        /// Before it.
        Before,
        /// After it.
        After,
        /// Never.
        Off,
    }
}

wire! {
    /// Where a notice is.
    pub enum NoticeState {
        /// It is to be delivered still, or once more.
        Queued,
        /// It was delivered somewhere.
        Sent,
        /// It was tried, and given up or taken back.
        Failed,
        /// There is no way to the member: no name on a linked platform, or their messages are closed.
        Unreachable,
        /// The member has read it.
        Acknowledged,
    }
}

wire! {
    /// What a notice is about.
    pub enum NoticeSubject {
        /// That the act of the case was done.
        Act,
        /// That an appeal of the case was decided.
        Appeal,
    }
}

wire! {
    /// Where a directive stands.
    pub enum DirectiveState {
        /// Still to be carried out.
        Open,
        /// Carried out.
        Applied,
        /// Tried, and given up.
        Failed,
        /// The platform cannot do it.
        Unsupported,
        /// The relay does not get at the space or the member.
        Unreachable,
        /// A later one took its place before it was carried out.
        Superseded,
        /// Somebody took it back, or its link is gone.
        Cancelled,
    }
}

wire! {
    /// What came of carrying out a directive.
    pub enum ReceiptOutcome {
        /// It is as wanted, by this or already before.
        Applied,
        /// It came to nothing for a reason that passes: tried again within seconds, and more and more slowly.
        Transient,
        /// The bot lacks a permission, or stands too low: tried again within minutes, then hours.
        PermissionMissing,
        /// The space is not to be reached: likewise.
        Unreachable,
        /// The platform cannot do this: given up at once.
        Unsupported,
    }
}

wire! {
    /// What is done where a platform differs from the record.
    pub enum DriftResponse {
        /// It is listed and told, and nothing more.
        Report,
        /// The platform is told once more what is desired.
        Heal,
        /// What happened on the platform is recorded as a case.
        Adopt,
    }
}

wire! {
    /// How what was observed differs from what is desired.
    pub enum DriftDifference {
        /// What is to hold does not.
        Lifted,
        /// It ends sooner than is desired.
        Shortened,
        /// Other capabilities are taken away than are desired.
        Altered,
        /// What is not to hold does.
        Imposed,
        /// It ends later than is desired.
        Extended,
    }
}

wire! {
    /// Effects that last, of which a platform has a state.
    pub enum LastingEffect {
        /// Kept from capabilities.
        Restrict,
        /// Kept from speaking.
        Mute,
        /// Kept out.
        Ban,
    }
}

wire! {
    /// What an observation comes to.
    pub enum ObservationOutcome {
        /// The same event was told before.
        Known,
        /// It is older than what is known.
        Stale,
        /// It is as desired.
        Matches,
        /// It is not as desired, and a directive about it is still to be carried out.
        Pending,
        /// It is not as desired.
        Drift,
        /// It is not as desired, and a directive says so once more.
        Healing,
        /// It was not as desired; what happened is on record from now on.
        Adopted,
        /// It is about somebody who was erased, of whom nothing is kept.
        Ignored,
    }
}

wire! {
    /// Where a schedule is in its life.
    pub enum ScheduleState {
        /// It has a next run.
        Active,
        /// Every run is over.
        Done,
        /// It was given up: its only run failed, or it can no longer be carried out.
        Failed,
        /// Somebody took it back.
        Cancelled,
    }
}

wire! {
    /// What a schedule does.
    pub enum ScheduleKind {
        /// An act on a member.
        Act,
        /// A reminder.
        Reminder,
    }
}

wire! {
    /// What a run of a schedule came to.
    pub enum RunOutcome {
        /// It was done.
        Succeeded,
        /// The act waits for others.
        Held,
        /// It was refused.
        Failed,
    }
}

wire! {
    /// Whether a webhook is to be sent anything.
    pub enum Switch {
        /// Events are sent.
        Active,
        /// Nothing is sent, and what is not sent waits in the log.
        Off,
    }
}

wire! {
    /// Whether a webhook is sent anything, and whether it arrives.
    pub enum WebhookState {
        /// Events are sent.
        Active,
        /// Its tries failed again and again: it is left alone for a while, then tried with one event.
        Failing,
        /// Nothing is sent.
        Off,
    }
}

wire! {
    /// Why a webhook is off.
    pub enum WebhookOff {
        /// Somebody turned it off.
        ByHand,
        /// It answered 410: it is gone for good.
        Gone,
        /// It failed for five days.
        Failing,
    }
}

wire! {
    /// How a delivery stands.
    pub enum DeliveryState {
        /// It is to be tried.
        Pending,
        /// The receiver took it.
        Delivered,
        /// It was given up after ten tries.
        Dead,
    }
}
