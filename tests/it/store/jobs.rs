//! Jobs: taken by one at a time, counted part by part, and forgotten with all that belongs to them.

use std::time::Duration;

use tribune::domain::id::{CommunityId, JobId};
use tribune::domain::job::{Job, JobKind, JobState, PART};
use tribune::ports::answer::Answer;
use tribune::ports::directory::{After, Change};
use tribune::ports::error::StoreError;
use tribune::ports::jobs::{JobOrder, JobReply, NewJob, Report, Taken};
use tribune::ports::ledger::Reply;

use super::world::{Home, World, changed, claim, done, everything, uuid, warn, with_claim};

const LEASE: Duration = Duration::from_secs(30);

fn show(job: &Job) -> Answer {
    Answer {
        body: format!("\"{}\"", job.state.name()),
        tag: job.id.to_string(),
    }
}

fn new(home: Home, total: i64) -> NewJob {
    let parts = (0..(total + PART - 1) / PART).map(|part| format!("[{part}]"));
    NewJob {
        tenant: home.tenant,
        community: home.community,
        id: JobId(uuid()),
        kind: JobKind::Acts,
        dry_run: false,
        key: home.key,
        total,
        parts: parts.collect(),
        plan: None,
        claim: None,
    }
}

impl World {
    async fn accept(&self, new: NewJob) -> JobId {
        let reply = self.store.create_job(&new, &show).await.unwrap();
        assert!(matches!(reply, JobReply::Settled(Reply::Done(_))), "{reply:?}");
        new.id
    }

    async fn take(&self) -> Option<Taken> {
        self.store.take_job(LEASE).await.unwrap()
    }

    async fn job(&self, id: JobId) -> Job {
        let Home {
            tenant, community, ..
        } = self.home;
        self.store.job(tenant, community, id).await.unwrap()
    }

    async fn redirect(&self, id: JobId, resume: bool) -> JobReply {
        let Home {
            tenant, community, ..
        } = self.home;
        let order = JobOrder {
            tenant,
            community,
            id,
            resume,
            claim: None,
        };
        self.store.redirect_job(&order, &show).await.unwrap()
    }

    /// Does an item as the job's worker does.
    async fn item(&self, job: &Job, item: i64) {
        let act = with_claim(warn(self.home, &format!("m{item}")), &job.key_of(item), 0);
        done(self.decide(act).await);
    }
}

fn report(part: i64, succeeded: i64, refused: &[i64]) -> Report {
    let problem = |item: &i64| (*item, format!("\"problem {item}\""));
    Report {
        held: 0,
        tried: Vec::new(),
        part,
        succeeded,
        refused: refused.iter().map(problem).collect(),
        all_refused: i64::try_from(refused.len()).unwrap(),
        again_in: None,
    }
}

on_every_store! {
    /// The longest waiting first, to one taker at a time; each part sends a job to the end of the queue.
    async fn jobs_take_turns(store) {
        let world = World::new(store).await;
        assert_eq!(world.take().await, None);
        let first = world.accept(new(world.home, PART + 1)).await;
        world.clock.advance(1);
        let second = world.accept(new(world.home, 1)).await;
        let taken = world.take().await.unwrap();
        assert_eq!((taken.job.id, taken.job.state, taken.part.as_ref().unwrap().items.as_str()), (first, JobState::Running, "[0]"));
        assert_eq!(world.take().await.unwrap().job.id, second);
        assert_eq!(world.take().await, None, "both are leased");
        world.clock.advance(1);
        world.store.report_part(&taken.job, &report(0, PART, &[])).await.unwrap();
        let again = world.take().await.unwrap();
        assert_eq!((again.job.id, again.part.unwrap().items), (first, "[1]".to_owned()));
        world.store.report_part(&taken.job, &report(0, PART, &[])).await.unwrap();
        assert_eq!(world.job(first).await.succeeded, PART, "a part that comes late is not counted twice");
        world.store.report_part(&taken.job, &report(1, 1, &[])).await.unwrap();
        let job = world.job(first).await;
        assert_eq!((job.state, job.succeeded, job.due_at), (JobState::Done, PART + 1, None));
        world.clock.advance(30);
        assert_eq!(world.take().await.unwrap().job.id, second, "its lease is over");
    }

    /// Results are what is kept under the items' keys, and the refusals, as one list in pages.
    async fn results_are_one_list(store) {
        let world = World::new(store).await;
        let id = world.accept(new(world.home, 8)).await;
        let taken = world.take().await.unwrap();
        for item in [0, 2, 3, 7] {
            world.item(&taken.job, item).await;
        }
        let again = Report { again_in: Some(Duration::from_secs(2)), ..report(0, 4, &[1, 6]) };
        world.store.report_part(&taken.job, &again).await.unwrap();
        assert_eq!(world.job(id).await.succeeded, 0, "the part is not over");
        assert_eq!(world.take().await, None);
        world.clock.advance(2);
        assert_eq!(world.take().await.unwrap().part.unwrap().refused, [1, 6]);
        let page = async |after, limit| {
            let page = After { after, limit };
            let results = world.store.job_results(&taken.job, page).await.unwrap();
            results.into_iter().map(|result| (result.item, result.done)).collect::<Vec<_>>()
        };
        assert_eq!(page(None, 3).await, [(0, true), (1, false), (2, true)]);
        assert_eq!(page(Some(2), 9).await, [(3, true), (6, false), (7, true)]);
        assert_eq!(page(Some(7), 9).await, []);
    }

    /// A job that is stopped counts what was done of the part under way; taken up again, it counts that part anew.
    async fn a_stop_in_the_middle_of_a_part(store) {
        let world = World::new(store).await;
        let id = world.accept(new(world.home, 2 * PART)).await;
        let taken = world.take().await.unwrap();
        for item in 0..3 {
            world.item(&taken.job, item).await;
        }
        assert!(matches!(world.redirect(id, true).await, JobReply::Wrong(JobState::Running)));
        assert!(matches!(world.redirect(id, false).await, JobReply::Settled(Reply::Done(answer)) if answer.body == "\"cancelling\""));
        world.clock.advance(30);
        let taken = world.take().await.unwrap();
        assert_eq!(taken.job.state, JobState::Cancelling);
        world.store.end_job(&taken.job, JobState::Cancelled, None).await.unwrap();
        let job = world.job(id).await;
        assert_eq!((job.state, job.succeeded, job.next_part), (JobState::Cancelled, 3, 0));
        assert!(matches!(world.redirect(id, true).await, JobReply::Settled(Reply::Done(_))));
        let taken = world.take().await.unwrap();
        assert_eq!((taken.job.state, taken.job.succeeded), (JobState::Running, 0));
        world.store.report_part(&taken.job, &report(0, PART, &[])).await.unwrap();
        assert_eq!(world.job(id).await.succeeded, PART);
    }

    /// One key is one job, and belongs to it.
    async fn a_job_is_accepted_once(store) {
        let world = World::new(store).await;
        let with = |body| NewJob { claim: Some(claim("k", body)), ..new(world.home, 3) };
        let first = world.accept(with(1)).await;
        let again = world.store.create_job(&with(1), &show).await.unwrap();
        assert!(matches!(again, JobReply::Settled(Reply::Replayed(answer)) if answer.tag == first.to_string()));
        assert_eq!(world.store.create_job(&with(2), &show).await.unwrap(), JobReply::Settled(Reply::KeyReused));
        let opened = Answer { body: String::new(), tag: "x".into() };
        let bulk = world.store.claim_bulk(world.home.tenant, &claim("k", 3), &opened).await.unwrap();
        assert_eq!(bulk, Reply::KeyReused);
        let Home { tenant, community, .. } = world.home;
        assert_eq!(world.store.jobs(tenant, community, everything()).await.unwrap().len(), 1);
        let one = claim("b", 1);
        let many = (0..6).map(|_| world.store.claim_bulk(tenant, &one, &opened)).collect::<Vec<_>>();
        let replies = futures_util::future::join_all(many).await;
        assert_eq!(replies.iter().filter(|reply| matches!(reply, Ok(Reply::Done(_)))).count(), 1, "{replies:?}");
    }

    /// Jobs are the community's own, newest first.
    async fn jobs_belong_to_a_community(store) {
        let world = World::new(store).await;
        let other = world.another_home().await;
        let (old, young) = (world.accept(new(world.home, 1)).await, world.accept(new(world.home, 1)).await);
        let theirs = world.accept(new(other, 1)).await;
        let Home { tenant, community, .. } = world.home;
        let list = async |page| {
            let jobs = world.store.jobs(tenant, community, page).await.unwrap();
            jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
        };
        assert_eq!(list(everything()).await, [young, old]);
        assert_eq!(list(After { after: Some(young), limit: 9 }).await, [old]);
        for (tenant, community) in [(tenant, community), (tenant, other.community), (other.tenant, community)] {
            let found = world.store.job(tenant, community, theirs).await;
            assert!(matches!(found, Err(StoreError::NotFound("job"))), "{found:?}");
        }
        let nowhere = NewJob { community: CommunityId(uuid()), ..new(world.home, 1) };
        assert!(matches!(world.store.create_job(&nowhere, &show).await, Err(StoreError::NotFound("community"))));
    }

    /// A key that was revoked is told with the job.
    async fn a_revoked_key_is_told(store) {
        let world = World::new(store).await;
        world.accept(new(world.home, 2 * PART)).await;
        let taken = world.take().await.unwrap();
        assert!(taken.key_works);
        world.store.report_part(&taken.job, &report(0, PART, &[])).await.unwrap();
        changed(world.order(world.home.tenant, Change::RevokeKey(world.home.key), None).await);
        assert!(!world.take().await.unwrap().key_works);
    }

    /// The keys of items do not grow old: they go with their job, and other answers go without them.
    async fn a_job_is_forgotten_as_a_whole(store) {
        let world = World::new(store).await;
        let id = world.accept(new(world.home, 6)).await;
        let taken = world.take().await.unwrap();
        for item in 0..5 {
            world.item(&taken.job, item).await;
        }
        done(world.decide(with_claim(warn(world.home, "ann"), "k", 1)).await);
        world.store.report_part(&taken.job, &report(0, 5, &[5])).await.unwrap();
        world.clock.advance(1_000);
        let age = Duration::from_secs(100);
        assert_eq!(world.store.forget_answers(age, 100).await.unwrap(), 1, "the client's alone");
        assert_eq!(world.store.job_results(&taken.job, everything()).await.unwrap().len(), 6);
        assert!(!world.store.forget_jobs(Duration::from_secs(1_001), 2).await.unwrap());
        // Five answers, two at a time; what is left of the job goes with the last.
        for left in [3, 1] {
            assert!(world.store.forget_jobs(age, 2).await.unwrap());
            let results = world.store.job_results(&taken.job, everything()).await.unwrap();
            assert_eq!(results.iter().filter(|result| result.done).count(), left);
        }
        assert!(world.store.forget_jobs(age, 2).await.unwrap());
        assert!(!world.store.forget_jobs(age, 2).await.unwrap());
        assert_eq!(world.store.job_results(&taken.job, everything()).await.unwrap(), []);
        let Home { tenant, community, .. } = world.home;
        assert!(world.store.job(tenant, community, id).await.is_err());
    }
}
