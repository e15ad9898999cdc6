//! Checks that wait at the same time travel together.

use super::{Shared, script};
use crate::domain::limit::Verdict;
use crate::nodes;
use crate::ports::limiter::Check;
use futures_util::future::join_all;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::Instant;

/// The most checks in one call: more would keep Redis from everybody else for too long.
const MOST: usize = 256;

/// Checks of one request.
pub(super) struct Job {
    pub(super) checks: Arc<Vec<Check>>,
    pub(super) reply: oneshot::Sender<Vec<Vec<Verdict>>>,
}

/// Takes what waits, and asks for it all.
pub(super) struct Gatherer {
    pub(super) jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
    pub(super) shared: Arc<Shared>,
}

impl Gatherer {
    /// Until nobody can ask any more.
    pub(super) async fn run(self) {
        loop {
            let mut waiting = Vec::new();
            // Held while waiting, so that only one gathers while the others are under way.
            if self.jobs.lock().await.recv_many(&mut waiting, MOST).await == 0 {
                return;
            }
            // Who has given up waiting must not spend.
            waiting.retain(|job| !job.reply.is_closed());
            let jobs: Vec<Arc<Vec<Check>>> = waiting.iter().map(|job| job.checks.clone()).collect();
            let all: Vec<&Check> = jobs.iter().flat_map(|checks| checks.iter()).collect();
            let answers = self.ask(&all).await;
            let mut answers = answers.into_iter();
            for job in waiting {
                let own: Option<Vec<Vec<Verdict>>> = answers.by_ref().take(job.checks.len()).collect();
                if let Some(own) = own {
                    // Who asked may have gone meanwhile.
                    drop(job.reply.send(own));
                }
            }
        }
    }

    /// One answer for each check; `None` where Redis gave none.
    async fn ask(&self, checks: &[&Check]) -> Vec<Option<Vec<Verdict>>> {
        let mut answers: Vec<Option<Vec<Verdict>>> = vec![None; checks.len()];
        if self.shared.target.is_cluster() {
            // What belongs to one tenant is on one node, and keeps its order; tenants do not wait for each other.
            let mut apart: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (index, check) in checks.iter().enumerate() {
                apart.entry(tag(check)).or_default().push(index);
            }
            let asked = apart.values().map(|places| self.in_order(checks, places));
            for (places, found) in apart.values().zip(join_all(asked).await) {
                fill(&mut answers, places, found);
            }
        } else {
            let places: Vec<usize> = (0..checks.len()).collect();
            let found = self.in_order(checks, &places).await;
            fill(&mut answers, &places, found);
        }
        answers
    }

    /// The answers to some of the checks, in one call after the other. What comes after a call that failed is not asked.
    async fn in_order(&self, checks: &[&Check], places: &[usize]) -> Vec<Vec<Verdict>> {
        let mut found = Vec::with_capacity(places.len());
        let mut portions: VecDeque<&[usize]> = places.chunks(MOST).collect();
        let until = Instant::now() + self.shared.deadline;
        while let Some(portion) = portions.pop_front() {
            match self.call(checks, portion).await {
                Reply::Verdicts(verdicts) => found.extend(verdicts),
                Reply::None => break,
                Reply::Between if Instant::now() >= until => break,
                // Alone, a check of one key is answered wherever the key is; one of several waits for the last of them, as long as it may.
                Reply::Between => {
                    let (first, second) = portion.split_at(portion.len().div_ceil(2));
                    if second.is_empty() {
                        tokio::time::sleep(nodes::BETWEEN).await;
                    } else {
                        portions.push_front(second);
                    }
                    portions.push_front(first);
                }
            }
        }
        found
    }

    /// The answers to some of the checks, in one call.
    async fn call(&self, checks: &[&Check], places: &[usize]) -> Reply {
        let these = || places.iter().filter_map(|place| checks.get(*place));
        let mut call = script::at(self.shared.moment());
        for check in these() {
            script::add_check(&mut call, &self.shared.prefix, check);
        }
        let ask = async |link: &mut nodes::Link| match link.run::<Vec<i64>>(&script::CHECK, &call).await {
            Err(error) if nodes::is_between(&error) => Ok(None),
            answer => answer.map(Some),
        };
        let numbers = match self.shared.within(ask).await {
            Ok(Some(numbers)) => numbers,
            Ok(None) => return Reply::Between,
            Err(_) => return Reply::None,
        };
        let mut numbers = numbers.into_iter();
        let verdicts: Option<Vec<Vec<Verdict>>> = these()
            .map(|check| script::verdicts(check, &mut numbers))
            .collect();
        verdicts.map_or(Reply::None, Reply::Verdicts)
    }
}

/// What comes of a call.
enum Reply {
    /// One answer for each check.
    Verdicts(Vec<Vec<Verdict>>),
    /// Some of its keys are on another node already, others not yet.
    Between,
    /// Nothing.
    None,
}

fn fill(answers: &mut [Option<Vec<Verdict>>], places: &[usize], found: Vec<Vec<Verdict>>) {
    for (place, verdicts) in places.iter().zip(found) {
        if let Some(answer) = answers.get_mut(*place) {
            *answer = Some(verdicts);
        }
    }
}

/// The text in braces with which the keys of a check begin.
fn tag(check: &Check) -> &str {
    let key = check.demands.first().map_or("", |demand| demand.key.as_str());
    key.split_once('}').map_or(key, |(tag, _)| tag)
}
