//! Waiting for another process: polling with a deadline. The one place in the tests that sleeps.
//!
//! Tests of time itself use the test clock; this is for what only the operating system can say (a socket that answers, a
//! process that is gone).

use std::future::Future;
use std::time::{Duration, Instant};

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Looks again and again until `look` answers, and gives its answer.
///
/// Panics after `limit`, saying `what` was awaited.
pub(crate) fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = look() {
            return answer;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} in vain for {what}");
        #[expect(
            clippy::disallowed_methods,
            reason = "the pause between two looks, bounded by the deadline"
        )]
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// [`until`] for a look that is itself asynchronous. The runtime goes on meanwhile.
pub(crate) async fn until_async<T, F>(what: &str, limit: Duration, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let start = Instant::now();
    loop {
        if let Some(answer) = look().await {
            return answer;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} in vain for {what}");
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// The pace of a caller who asks again and again. No test may rely on what happens meanwhile.
pub(crate) async fn pace(between: Duration) {
    tokio::time::sleep(between).await;
}

/// [`pace`] on a thread of its own.
#[expect(clippy::disallowed_methods, reason = "nobody waits for this thread")]
pub(crate) fn pace_of_a_thread(between: Duration) {
    std::thread::sleep(between);
}

#[test]
fn gives_the_answer_of_the_first_look_that_has_one() {
    let mut looks = 0;
    let answer = until("the third look", Duration::from_secs(5), || {
        looks += 1;
        (looks == 3).then_some("here")
    });
    assert_eq!((answer, looks), ("here", 3));
}

#[test]
#[should_panic(expected = "in vain for a miracle")]
fn gives_up_at_the_deadline() {
    until("a miracle", Duration::from_millis(1), || None::<()>);
}

#[tokio::test]
async fn asynchronous_looks_are_repeated_too() {
    let looks = std::cell::Cell::new(0);
    until_async("the second look", Duration::from_secs(5), || async {
        looks.set(looks.get() + 1);
        (looks.get() == 2).then_some(())
    })
    .await;
    assert_eq!(looks.get(), 2);
}
