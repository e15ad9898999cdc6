//! The published catalogue: each code with its status, its title, what it means and what to do next.
//!
//! A code is never renamed and never changes its meaning; a new situation gets a new code.

use axum::http::StatusCode;

/// Writes the enum and its lookups from one table, so that a code cannot lack any of them.
macro_rules! catalogue {
    ($($variant:ident $name:literal $status:ident $title:literal $meaning:literal $next:literal)*) => {
        /// The stable name of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire, such as `invalid_request`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status that it is answered with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// The code in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means, in a paragraph.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// What the client should do next.
            #[must_use]
            pub const fn next(self) -> &'static str {
                match self { $(Self::$variant => $next,)* }
            }
        }
    };
}

impl Code {
    /// The code with this name on the wire.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Where the code is explained, relative to the server.
    #[must_use]
    pub fn page(self) -> String {
        format!("/docs/problems/{}", self.name())
    }

    /// After how many seconds a client should try again, for the codes that pass by themselves.
    #[must_use]
    pub const fn retry_after(self) -> Option<u32> {
        match self {
            Self::RateLimited | Self::Overloaded | Self::IdempotencyInFlight => Some(1),
            Self::StoreUnavailable | Self::LimiterUnavailable | Self::NotReady | Self::TimedOut => Some(2),
            Self::TooManySimulations | Self::TooManyImports | Self::TooManyReaders => Some(5),
            Self::ClockSkew => Some(10),
            _ => None,
        }
    }

    /// The code for an answer that the framework gave with a bare status.
    #[must_use]
    pub fn for_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::ForbiddenScope,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PRECONDITION_FAILED => Self::PreconditionFailed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::URI_TOO_LONG => Self::UriTooLong,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Self::HeadersTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidRequest,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::SERVICE_UNAVAILABLE => Self::Overloaded,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

catalogue! {
    // The request cannot be read.
    MalformedJson "malformed_json" BAD_REQUEST "The body is not JSON"
        "The body of the request is not a JSON document in UTF-8."
        "Correct the syntax at the line and column that `detail` names, then send the request again."
    BadQuery "bad_query" BAD_REQUEST "The query string was refused"
        "A query parameter is unknown, repeated or has a value that it may not have."
        "Compare the parameters with the API reference; `detail` names the one that was refused."
    BadCursor "bad_cursor" BAD_REQUEST "The cursor was refused"
        "The cursor is damaged, was given for other filters or another list, or names a position that the log does not have yet."
        "Start from the first page, and use `next_cursor` as it is, with the same filters."
    EventsGone "events_gone" GONE "The events are no longer kept"
        "Events behind the position are forgotten: they are older than the log's or their community's time. Whoever went on would miss them."
        "Take the present state from the other endpoints, then read the log from its beginning, without a position, or follow it from now on."
    BadRequest "bad_request" BAD_REQUEST "The request cannot be understood"
        "The request is not one that HTTP or this API allows, and no closer code describes it."
        "Compare the request with the API reference."
    IdempotencyKeyInvalid "idempotency_key_invalid" BAD_REQUEST "The idempotency key was refused"
        "The Idempotency-Key header is empty, longer than 255 characters, sent twice or holds characters other than printable ASCII."
        "Send one key of 1 to 255 printable characters, for example a random UUID."
    InvalidRequest "invalid_request" UNPROCESSABLE_ENTITY "The request has invalid values"
        "The body is JSON, but fields are missing, unknown, repeated, or have values that they may not have."
        "Correct the values that `errors` names by JSON pointer, then send the request again. Nothing was changed."
    IdempotencyKeyReused "idempotency_key_reused" UNPROCESSABLE_ENTITY "The idempotency key belongs to another request"
        "The same Idempotency-Key was used earlier with another method, path or body."
        "Use a new key for a new request. To repeat the earlier request, send it unchanged."
    PayloadTooLarge "payload_too_large" PAYLOAD_TOO_LARGE "The body is too large"
        "The body of the request is larger than the server accepts: by default 1 MiB, 64 MiB for imports and restores."
        "Send less, for example in several requests."
    UriTooLong "uri_too_long" URI_TOO_LONG "The address is too long"
        "The path and query of the request are longer than 8 KiB."
        "Shorten the query string, for example by fewer filters."
    HeadersTooLarge "headers_too_large" REQUEST_HEADER_FIELDS_TOO_LARGE "The headers are too large"
        "The request has more than 100 headers, or they and the address together are longer than 64 KiB, or an If-Match or If-None-Match is longer than 4096 characters."
        "Send fewer or shorter headers; cookies that grow and proxies that add to them are the usual cause."
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE "The body is declared as something else"
        "The Content-Type of the request is missing or is not JSON, or not lines of JSON where those are wanted."
        "Send the body as `Content-Type: application/json`; for imports and restores `application/x-ndjson`."
    UnsupportedEncoding "unsupported_encoding" UNSUPPORTED_MEDIA_TYPE "The body is compressed"
        "The request has a Content-Encoding; bodies are taken uncompressed only."
        "Send the body as it is, without Content-Encoding."
    RequestTimeout "request_timeout" REQUEST_TIMEOUT "The request came too slowly"
        "The request did not arrive completely within the time that the server waits for it."
        "Send the request again over a better connection."

    // The caller may not do this.
    Unauthenticated "unauthenticated" UNAUTHORIZED "No valid key"
        "The request has no API key, or one that is malformed, unknown, expired or revoked."
        "Send `Authorization: Bearer <key>` with a valid key. `tribune key create` makes one on the server."
    ForbiddenScope "forbidden_scope" FORBIDDEN "The key may not do this"
        "The key is valid, but it lacks the scope that this operation needs, or is bound to other communities."
        "Use a key with the scope that `detail` names, or ask an administrator for one."
    ForbiddenRank "forbidden_rank" FORBIDDEN "The target is not below the moderator"
        "The moderator acts on someone of the same or a higher rank."
        "Let someone of a higher rank act, or correct the ranks if they are out of date."
    TargetImmune "target_immune" FORBIDDEN "The target is protected"
        "The target is marked as protected, or is a bot."
        "Remove the protection if it is a mistake. In an emergency, break the glass with `break_glass`: true and a reason."
    RankTooLow "rank_too_low" FORBIDDEN "The moderator's rank is too low for this act"
        "The policy of the community asks for a higher rank for this kind of act."
        "Let someone of the rank that `detail` names act, or change the policy."
    OwnAct "own_act" FORBIDDEN "Nobody approves their own act"
        "The act waits for somebody else than who issued it."
        "Let another person of the rank that the held act names approve it. To take it back, reject it."
    ConversationOfAnother "conversation_of_another" FORBIDDEN "The conversation is with somebody else"
        "`by` names another person than the conversation is with."
        "Nothing; what others press does not count."
    ReviewerRecused "reviewer_recused" FORBIDDEN "The appeal is not this person's to review"
        "A review is a person's, and of somebody who neither acted, nor approved the act, nor showed something for it, nor acted in what it followed from or in \
         an offence that its rung counted, and is not the member. The owner may where nobody else in the community can."
        "Let another moderator review the appeal."
    SelfAction "self_action" FORBIDDEN "Nobody moderates themselves"
        "The moderator and the target are the same person."
        "Let another moderator act."

    // What the request names is not there, or not like this.
    NotFound "not_found" NOT_FOUND "Not found"
        "There is no such address, or no such object that this key may see. Both look the same on purpose."
        "Check the address and the ids in it, and that the key belongs to the right tenant."
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "The method is not allowed here"
        "The address exists, but not with this method."
        "Use one of the methods that the Allow header names."
    LinkTaken "link_taken" CONFLICT "The space is linked already"
        "The space of the platform is already linked to a community."
        "Unlink it there first; a space belongs to one community at a time."
    IdentityTaken "identity_taken" CONFLICT "The identity belongs to somebody else"
        "The identity on the platform already belongs to another user."
        "Look at the user that `detail` names. An identity belongs to one user at a time."
    SameUser "same_user" CONFLICT "The two are one person already"
        "The users that should be merged are the same user, or one of them was merged into the other before."
        "Read the user: `merged_into` says who stands for them. Nothing is left to do."
    TooManyMerged "too_many_merged" CONFLICT "Too many users would be one person"
        "So many users were merged into these two already that together they are more than one person may be."
        "Look at the merges of both; undo those that were mistakes."
    UserErased "user_erased" CONFLICT "The user was erased"
        "The user was erased, so nobody can say any more who they were: they are neither merged nor split."
        "Nothing can be done."
    MergeUndone "merge_undone" CONFLICT "The merge was undone already"
        "The merge was undone earlier; the two users are two since then."
        "Nothing is left to do. To join them again, merge them again."
    DuplicateAct "duplicate_act" CONFLICT "The same act was just recorded"
        "An act of the same kind on the same member was recorded within the policy's `duplicate_window`: by somebody else, whatever the \
         reason, or by the same actor with the same evidence (without evidence: the same reason)."
        "Look at the case that `detail` names. Should it be a second act after all, send it with `allow_duplicate`: true."
    NothingToLift "nothing_to_lift" CONFLICT "There is nothing to lift"
        "The target has no active sanction of the kind that should be lifted."
        "Read the standing of the member; the sanction may have ended by itself."
    CommunityArchived "community_archived" CONFLICT "The community is archived"
        "The community is archived: it can be read, and nothing else."
        "Unarchive it first, if it is to be used again."
    TenantArchived "tenant_archived" CONFLICT "The tenant is archived"
        "The operator of the service has archived the tenant: it can be read, and nothing else but revoking keys and erasing people."
        "Ask the operator of the service to unarchive it, if it is to be used again."
    CommunityNotArchived "community_not_archived" CONFLICT "The community is not archived"
        "Only a community that is archived can be deleted."
        "Archive it, see that nobody misses it, then delete it."
    NotConfirmed "not_confirmed" CONFLICT "The deletion was not confirmed"
        "The parameter `confirm` is not the name of what is to be deleted."
        "Read it again, and repeat its name exactly, percent-encoded."
    OwnTenant "own_tenant" CONFLICT "This is the tenant of the key"
        "A tenant can neither be archived nor deleted with a key of its own."
        "Use an operator's key that belongs to another tenant."
    NotVoidable "not_voidable" CONFLICT "The case cannot be voided"
        "The case is a lift or the end of a sanction, which cannot be taken back."
        "Record a new act instead."
    NotReducible "not_reducible" CONFLICT "The case cannot be reduced so far"
        "A reduction only lowers: the points to fewer than the case counts, the duration to an earlier end of the sanction that is in force."
        "Read the case for what it counts now. To take it back as a whole, void it."
    NotMilder "not_milder" CONFLICT "The act is not milder than the case"
        "What takes the place of a case has a lower severity, or is of the same kind with fewer capabilities or an earlier end, and takes away nothing that the case did not."
        "Read the case for what it did. To shorten its sanction or to lower its points, reduce it; to take it back as a whole, void it."
    UnknownKind "unknown_kind" UNPROCESSABLE_ENTITY "The community has no such kind of act"
        "The kind is none that every community has, and the policy in force does not register it."
        "Look for a typing error; read the policy for the kinds that the community registers, or register this one there."
    AppealAnswers "appeal_answers" UNPROCESSABLE_ENTITY "The policy's questions are not answered"
        "The policy of the community asks something of whoever appeals: each question that needs an answer has one, and there is none to anything else."
        "`GET …/cases/{number}/appeal-eligibility` lists the questions. Answer them in `answers`, by their ids."
    UnknownLimit "unknown_limit" UNPROCESSABLE_ENTITY "There is no such rate limit"
        "Neither the community that the check names nor the tenant has a limit of this name."
        "Look for a typing error; list the limits, or make this one. A limit that was just made may take some seconds to be known everywhere."
    TooManyLimits "too_many_limits" CONFLICT "There are too many rate limits"
        "A tenant has at most 200 limits for itself, and each of its communities too."
        "Delete limits that are not used. One limit with variables in its key serves for all users, channels and commands."
    AlreadyVoided "already_voided" CONFLICT "The case is voided already"
        "The case was voided earlier, and its effects were taken back then."
        "Nothing is left to do."
    SanctionNotActive "sanction_not_active" CONFLICT "The sanction is not active"
        "The sanction ended, was lifted or was voided."
        "Read the sanction to see when and why it ended. Nothing is left to do."
    TooManySanctions "too_many_sanctions" CONFLICT "The member has too many active sanctions"
        "The member holds as many active sanctions as one may hold at a time: 64, and 16 more for bans."
        "Lift sanctions that are covered by others, then act again."
    AlreadyApproved "already_approved" CONFLICT "This person has approved it already"
        "The held act needs approvals by different people, and this one has given theirs."
        "Wait for the others; `needed` of the held act says how many there have to be."
    HeldActSettled "held_act_settled" CONFLICT "The act no longer waits"
        "The held act was released, rejected or withdrawn, or its time was over."
        "Read the held act to see what became of it. If it expired, act again."
    JobEnded "job_ended" CONFLICT "The job has ended"
        "The job is done or has failed, so there is nothing left to stop."
        "Read the job and its results. To take back what it did, void the cases."
    JobNotCancelled "job_not_cancelled" CONFLICT "The job was not stopped"
        "Only a job whose state is `cancelled` can be taken up again; this one waits, runs, is still stopping, or has ended."
        "Read the job. While it is `cancelling`, wait until the portion under way is done."
    JobUnfinished "job_unfinished" CONFLICT "The job has not ended"
        "The job whose acts are to be undone is still at work, so a plan would leave out what it is still to do."
        "Stop the job, or wait until it has ended; then make the plan."
    JobDryRun "job_dry_run" CONFLICT "The job was a dry run"
        "The job whose acts are to be undone only tried them out. Nothing of it is in the ledger."
        "Name the job that did the acts: its `dry_run` is false."
    PlanExpired "plan_expired" CONFLICT "The plan has expired"
        "The plan to undo was made longer ago than it is good for, so what it shows may no longer be what would happen."
        "Make another plan, look at it, and apply that one."
    PlanApplied "plan_applied" CONFLICT "The plan was applied already"
        "The plan to undo was applied before, and is carried out once, unless its job ended with nothing voided."
        "Read the job that `detail` names. To repeat the request that applied it, send it under the same Idempotency-Key."
    NotScheduled "not_scheduled" CONFLICT "The version is not scheduled"
        "Only a version that is still to come into force can be withdrawn; this one is in force, or was."
        "Write the version that is to take its place, or restore an earlier one."
    IdempotencyInFlight "idempotency_in_flight" CONFLICT "The same request is still running"
        "A request with the same Idempotency-Key is being handled and has no answer yet."
        "Wait as long as Retry-After says and repeat the request unchanged: you will get the first one's answer."
    PreconditionRequired "precondition_required" PRECONDITION_REQUIRED "If-Match is missing"
        "The change needs an If-Match header, so that it cannot overwrite a change that you have not seen."
        "Read the object, and send its ETag as If-Match."
    PreconditionFailed "precondition_failed" PRECONDITION_FAILED "The object has changed meanwhile"
        "If-Match names a version that is no longer the current one."
        "Read the object again, make your change to what it is now, and send the new ETag as If-Match."

    // Try again later.
    RateLimited "rate_limited" TOO_MANY_REQUESTS "Too many requests"
        "The rate limit of this key or address is used up."
        "Wait as long as Retry-After says. The RateLimit header tells what is left."
    Overloaded "overloaded" SERVICE_UNAVAILABLE "The server is busy"
        "The queue of waiting writes is full. The request was not taken and nothing was changed."
        "Repeat the request after the seconds that Retry-After says."
    TooManySimulations "too_many_simulations" SERVICE_UNAVAILABLE "Other simulations are running"
        "The server carries out two simulations at a time in each of its processes, and two are under way."
        "Repeat the request after the seconds that Retry-After says."
    TooManyImports "too_many_imports" SERVICE_UNAVAILABLE "Other imports are running"
        "The server takes in four files of imports and restores at a time in each of its processes, and four are under way."
        "Repeat the request after the seconds that Retry-After says."
    LeaseLost "lease_lost" CONFLICT "The lease is over"
        "The receipt says that a directive came to nothing, and whoever posts it does not have it in hand: the lease is over and somebody else has it, or a receipt was posted before."
        "Nothing; whoever has it in hand next says what comes of it. A receipt that it was applied is taken all the same."
    DirectiveSettled "directive_settled" CONFLICT "The directive is settled"
        "The directive was settled, taken back, or a later one took its place."
        "Read it to see how it stands. One that was given up can be tried again (`POST /v1/directives/{directive}/retry`)."
    ScheduleEnded "schedule_ended" CONFLICT "The schedule has ended"
        "The schedule is done, was given up or taken back, and what was asked for is no longer possible."
        "Read it to see how it ended. One that was given up can be tried again (`POST …/retry`); in the place of the others make a new one."
    NothingToRetry "nothing_to_retry" CONFLICT "No run has failed"
        "A schedule's last run is carried out once more when it failed; the last one of this did not, or there was none yet."
        "Read the schedule: `last_run` says what the last run came to, `next_run_at` when the next one is."
    TooManySchedules "too_many_schedules" CONFLICT "There are too many schedules"
        "A community has at most 10 000 schedules that are active."
        "Cancel those that are not needed. Many reminders at the same time may be one, with a list in its data."
    AppealStep "appeal_step" CONFLICT "This cannot happen to the appeal now"
        "What may happen to an appeal follows from its state, and this may not."
        "Read the appeal: `next` says what may happen now."
    AppealClaimed "appeal_claimed" CONFLICT "Somebody else has the appeal in hand"
        "A reviewer has an appeal for as long as the policy says (by default an hour) once they have claimed it, and so long again each time that they claim it."
        "Leave it to them, or wait: `claimed` of the appeal says until when it is theirs."
    AppealVoted "appeal_voted" CONFLICT "This person has said what they came to"
        "Where several reviewers have to come to the same, each has one say."
        "Let somebody else claim the appeal."
    AppealOvertaken "appeal_overtaken" CONFLICT "Others had a say meanwhile"
        "What a decision comes to depends on what others said, and somebody said something at the same time."
        "Read the appeal and decide again, under the same Idempotency-Key if there is one."
    AppealFull "appeal_full" CONFLICT "The appeal has as many of these as there may be"
        "An appeal has at most 20 statements, 100 comments, and 10 questions of reviewers."
        "Decide by what is there."
    NotAppealable "not_appealable" CONFLICT "The case may not be appealed, or not now"
        "The policy of the community says which cases may be appealed, how often, and when; lifts never can be."
        "`detail` says why, and from when on it may be, if time makes it possible. `GET …/cases/{number}/appeal-eligibility` says the same beforehand."
    AppealOpen "appeal_open" CONFLICT "The case has an open appeal"
        "A case has one appeal at a time."
        "Read the appeals of the case (`GET …/appeals?case=`), and wait for the decision, or withdraw it first."
    NoPublicUrl "no_public_url" CONFLICT "Nobody has said where browsers reach this server"
        "A link for a member has to begin with the address at which browsers reach this server, and that is not known: what a request calls the server is not to be trusted, and it does not listen on this machine alone."
        "Let the operator set `server.public_url` (`TRIBUNE_SERVER_PUBLIC_URL`), then repeat the request."
    ConversationRunning "conversation_running" CONFLICT "The conversation runs already"
        "A person has one conversation of a flow in a channel at a time; `detail` names the one that runs."
        "Go on with it, or cancel it (`POST …/conversations/{conversation}/cancel`) and begin anew."
    ConversationMoved "conversation_moved" CONFLICT "The conversation is at another step"
        "What happened was said for a step that is behind: it was sent twice, somebody else was quicker, or time has led on. Nothing was changed."
        "Read the conversation and show its prompt. Under one Idempotency-Key a repeat gets the first answer."
    ConversationEvent "conversation_event" CONFLICT "This cannot happen in the conversation now"
        "What may happen follows from the state, and this may not; `detail` lists what may. Nothing was changed."
        "Read the conversation: `next` says what may happen now."
    TooManyFlows "too_many_flows" CONFLICT "There are too many flows"
        "A tenant has at most 100 flows of its own, in any number of versions."
        "Write another version of one that is not used."
    TooManyWebhooks "too_many_webhooks" CONFLICT "There are too many webhooks"
        "A tenant has at most 50 webhooks."
        "Delete those that are not used. One webhook can take events of many types and communities."
    WebhookOff "webhook_off" CONFLICT "The webhook is off"
        "The webhook was turned off, by somebody, because it answered 410, or because it failed for five days; nothing is sent to it."
        "Turn it on (`PATCH /v1/webhooks/{webhook}` with `\"state\": \"active\"`), then repeat the request."
    TooManyReaders "too_many_readers" SERVICE_UNAVAILABLE "Too many streams are open"
        "As many streams are open as this process takes."
        "Come back after the seconds that Retry-After says, from where you were; meanwhile read the log in pages."
    TimedOut "timed_out" SERVICE_UNAVAILABLE "The answer took too long"
        "The server gave up waiting for its own answer. A write that had begun still comes to its end."
        "Repeat the request with the same Idempotency-Key: it is done once, however often it is sent."
    StoreUnavailable "store_unavailable" SERVICE_UNAVAILABLE "The database cannot be reached"
        "The server runs, but its database does not answer."
        "Repeat the request after the seconds that Retry-After says. A change may have been recorded or not: under the same Idempotency-Key it is done once."
    LimiterUnavailable "limiter_unavailable" SERVICE_UNAVAILABLE "The counters cannot be reached"
        "The server shares the counters of rate limits by Redis, which does not answer. Checks are answered as each limit says; this cannot be."
        "Repeat the request after the seconds that Retry-After says."
    ClockSkew "clock_skew" SERVICE_UNAVAILABLE "The server's clock is wrong"
        "The server's clock differs from the database's, or lies behind what the ledger already holds, so it decides nothing."
        "Repeat the request; another replica may take it. Operators: set the clock by NTP."
    NotReady "not_ready" SERVICE_UNAVAILABLE "The server is not ready"
        "The server does not take requests at the moment: it is starting or stopping, or its database cannot be reached, has other tables than this build needs, or has another time."
        "Repeat the request after the seconds that Retry-After says; another replica may take it. Operators: `detail` says what is in the way, `tribune doctor` what to do."
    Internal "internal" INTERNAL_SERVER_ERROR "Something failed on our side"
        "The server met an error that it did not foresee."
        "Repeat the request with the same Idempotency-Key. If it stays, report it with the request id: the log has the cause."
}
