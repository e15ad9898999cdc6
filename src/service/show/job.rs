//! Jobs as callers read them.

use crate::domain::job::{Job, JobFailure, JobKind, JobState};
use wire::job as shown;
use wire::time::Time;

/// A job.
pub(crate) fn job(job: &Job) -> shown::Job {
    shown::Job {
        id: job.id.to_string(),
        community: job.community.to_string(),
        kind: match job.kind {
            JobKind::Acts => shown::JobKind::Acts,
            JobKind::Voids => shown::JobKind::Voids,
        },
        state: match job.state {
            JobState::Queued => shown::JobState::Queued,
            JobState::Running => shown::JobState::Running,
            JobState::Cancelling => shown::JobState::Cancelling,
            JobState::Cancelled => shown::JobState::Cancelled,
            JobState::Done => shown::JobState::Done,
            JobState::Failed => shown::JobState::Failed,
        },
        dry_run: job.dry_run,
        total: job.total,
        done: job.succeeded + job.held + job.refused,
        succeeded: job.succeeded,
        held: job.held,
        refused: job.refused,
        failure: job.failure.map(|failure| match failure {
            JobFailure::KeyEnded => shown::JobFailure::KeyEnded,
            JobFailure::Unreadable => shown::JobFailure::Unreadable,
        }),
        key: job.key.to_string(),
        created_at: Time(job.created_at),
        started_at: job.started_at.map(Time),
        finished_at: job.finished_at.map(Time),
    }
}
