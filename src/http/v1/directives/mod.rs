//! Directives: what platforms are to do, for relays and for those who watch them.

pub mod cancel;
pub mod lease;
pub mod list;
pub mod read;
pub mod receive;
pub mod retry;
pub mod stream;

use std::time::Duration;

use crate::domain::id::CommunityId;
use crate::domain::identity::Platform;
use crate::http::fields::Fields;
use crate::service::directives::Work;

/// For how many seconds nobody else is given what was taken, and within which bounds.
const LEASE: (i64, std::ops::RangeInclusive<i64>) = (30, 5..=600);
/// How many are taken at once, and within which bounds.
const LIMIT: (i64, std::ops::RangeInclusive<i64>) = (20, 1..=100);

/// What a request asks for; what is left out has its default.
fn work(
    fields: &mut Fields,
    platform: &str,
    community: Option<&str>,
    (limit, lease): (Option<i64>, Option<i64>),
) -> Option<Work> {
    let platform = fields.take("/platform", Platform::parse(platform));
    let community = match community.map(CommunityId::parse) {
        Some(None) => {
            fields.refuse(
                "/community",
                "an id of a community, such as com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f",
            );
            None
        }
        found => found.flatten(),
    };
    let limit = within(fields, "/limit", limit, &LIMIT);
    let lease = within(fields, "/lease", lease, &LEASE);
    Some(Work {
        platform: platform?,
        community,
        limit: u32::try_from(limit?).ok()?,
        lease: seconds(lease?),
    })
}

/// A number that is given and within its bounds, or its default.
fn within(
    fields: &mut Fields,
    pointer: &str,
    given: Option<i64>,
    (usual, bounds): &(i64, std::ops::RangeInclusive<i64>),
) -> Option<i64> {
    let given = given.unwrap_or(*usual);
    if !bounds.contains(&given) {
        fields.refuse(pointer, format!("from {} to {}", bounds.start(), bounds.end()));
        return None;
    }
    Some(given)
}

fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
