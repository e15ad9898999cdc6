//! A reader of the stream of events that comes back with `Last-Event-ID` whenever it is cut off.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Method;
use tokio::task::JoinHandle;

use super::PATIENCE;
use super::records::{Connection, Read};
use super::world::Doors;
use crate::support::wait;

/// Between being cut off and coming back.
const BETWEEN: Duration = Duration::from_millis(20);
/// A stream begins by then, or another API is asked.
const TO_BEGIN: Duration = Duration::from_secs(8);

type Record = Arc<Mutex<Read>>;

/// The reader, and what it has been given.
pub(super) struct Reader {
    record: Record,
    task: JoinHandle<()>,
}

impl Reader {
    pub(super) fn start(doors: Doors) -> Self {
        let record = Record::default();
        let task = tokio::spawn(follow(doors, record.clone()));
        Self { record, task }
    }

    /// Waits until it was given a position.
    pub(super) async fn until(&self, position: u64) {
        wait::until_async("the reader to have come to the end", PATIENCE, async || {
            assert!(!self.task.is_finished(), "the reader gave up; why is said above");
            (noted(&self.record, |read| read.upto()) >= position).then_some(())
        })
        .await;
    }

    /// All that it was given.
    pub(super) fn end(self) -> Read {
        self.task.abort();
        noted(&self.record, std::mem::take)
    }
}

fn noted<T>(record: &Record, look: impl FnOnce(&mut Read) -> T) -> T {
    look(&mut record.lock().unwrap_or_else(PoisonError::into_inner))
}

async fn follow(doors: Doors, record: Record) {
    for attempt in 0.. {
        let after = noted(&record, |read| read.upto());
        let client = doors.some(attempt);
        let call = client.call(Method::GET, "/v1/events/stream");
        let call = call.header("last-event-id", &after.to_string());
        if let Ok(Ok(mut stream)) = tokio::time::timeout(TO_BEGIN, call.try_stream()).await {
            let events = Vec::new();
            noted(&record, |read| read.0.push(Connection { after, events }));
            while let Some(message) = stream.next().await {
                let Some(id) = message.id.filter(|_| message.event.is_some()) else {
                    continue;
                };
                let event = (id.parse().expect("a position"), message.data);
                noted(&record, |read| {
                    read.0.last_mut().expect("it has begun").events.push(event)
                });
            }
        }
        wait::pace(BETWEEN).await;
    }
}
