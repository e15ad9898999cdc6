//! May this actor do this to that member? The same answer for the API, the relays and every other way in.

use super::actor::{Acting, Actor, Target};
use super::kind::Kind;
use super::policy::Policy;
use super::refusal::Refusal;

/// Checks an actor against the kind's least rank and against the member: self, equals, higher ranks, immunity.
///
/// # Errors
/// The first rule that stands in the way.
pub fn check(
    policy: &Policy,
    kind: Kind,
    acting: &Acting,
    target: &Target,
    break_glass: bool,
) -> Result<(), Refusal> {
    if matches!(acting.actor, Actor::System) {
        return Ok(());
    }
    let least = policy.least_rank(kind);
    if acting.authority.rank < least {
        return Err(Refusal::RankTooLow {
            kind,
            least,
            rank: acting.authority.rank,
        });
    }
    if acting.actor.user() == Some(target.user) {
        return Err(Refusal::OneSelf);
    }
    if target.authority >= acting.authority {
        return Err(Refusal::Outranked {
            actor: acting.authority,
            target: target.authority,
        });
    }
    match immunity(target) {
        Some(what) if !break_glass => Err(Refusal::Immune { what }),
        _ => Ok(()),
    }
}

/// What makes the member immune, if anything does.
#[must_use]
pub const fn immunity(target: &Target) -> Option<&'static str> {
    if target.protected {
        Some("protected")
    } else if target.bot {
        Some("a bot")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{KeyId, UserId};
    use crate::domain::rank::{Authority, Rank};
    use uuid::Uuid;

    fn human(user: u128, rank: Rank, level: u16) -> Acting {
        let key = KeyId(Uuid::nil());
        let actor = Actor::Human {
            user: UserId(Uuid::from_u128(user)),
            identity: None,
            key: Some(key),
            asserted: None,
        };
        Acting {
            actor,
            authority: Authority { rank, level },
        }
    }

    fn target(user: u128, rank: Rank, level: u16) -> Target {
        let user = UserId(Uuid::from_u128(user));
        Target {
            user,
            authority: Authority { rank, level },
            protected: false,
            bot: false,
        }
    }

    fn warn(acting: &Acting, target: &Target, glass: bool) -> Result<(), Refusal> {
        check(&Policy::default(), Kind::Warn, acting, target, glass)
    }

    #[test]
    fn a_moderator_acts_on_a_member() {
        assert_eq!(
            warn(&human(1, Rank::Moderator, 0), &target(2, Rank::Member, 9), false),
            Ok(())
        );
    }

    #[test]
    fn the_least_rank_of_the_kind_counts() {
        let refused = warn(&human(1, Rank::Member, 9), &target(2, Rank::Member, 0), false);
        assert!(matches!(
            refused,
            Err(Refusal::RankTooLow {
                least: Rank::Moderator,
                ..
            })
        ));
    }

    #[test]
    fn nobody_acts_on_themself_equals_or_higher_ranks() {
        assert_eq!(
            warn(&human(1, Rank::Owner, 0), &target(1, Rank::Owner, 0), true),
            Err(Refusal::OneSelf)
        );
        for higher in [
            target(2, Rank::Moderator, 5),
            target(2, Rank::Moderator, 6),
            target(2, Rank::Admin, 0),
        ] {
            let refused = warn(&human(1, Rank::Moderator, 5), &higher, true);
            assert!(
                matches!(refused, Err(Refusal::Outranked { .. })),
                "{higher:?}: breaking the glass does not help"
            );
        }
        assert_eq!(
            warn(
                &human(1, Rank::Moderator, 5),
                &target(2, Rank::Moderator, 4),
                false
            ),
            Ok(())
        );
    }

    #[test]
    fn bots_and_protected_members_need_the_glass_broken() {
        let plain = target(2, Rank::Member, 0);
        for immune in [
            Target {
                protected: true,
                ..plain
            },
            Target { bot: true, ..plain },
        ] {
            let admin = human(1, Rank::Admin, 0);
            assert!(matches!(
                warn(&admin, &immune, false),
                Err(Refusal::Immune { .. })
            ));
            assert_eq!(warn(&admin, &immune, true), Ok(()));
        }
    }

    #[test]
    fn a_key_acts_with_its_own_rank() {
        let key = |rank| Acting {
            actor: Actor::Key {
                key: KeyId(Uuid::nil()),
            },
            authority: Authority::of(rank),
        };
        assert_eq!(
            warn(&key(Rank::Admin), &target(2, Rank::Moderator, 0), false),
            Ok(())
        );
        assert!(matches!(
            warn(&key(Rank::Admin), &target(2, Rank::Owner, 0), false),
            Err(Refusal::Outranked { .. })
        ));
    }
}
