//! Tests: a token is what was signed, byte for byte, and nothing else.

use super::*;
use crate::domain::id::UserId;
use chrono::TimeDelta;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_867_260, 0).unwrap()
}

fn keys() -> Keys {
    Keys::of(&[7; 32])
}

fn link() -> AppealLink {
    AppealLink {
        id: AppealLinkId(Uuid::from_u128(3)),
        community: CommunityId(Uuid::from_u128(2)),
        case: 12,
        user: UserId(Uuid::from_u128(9)),
        created_at: now(),
        expires_at: now() + TimeDelta::days(14),
        revoked_at: None,
    }
}

fn tenant() -> TenantId {
    TenantId(Uuid::from_u128(1))
}

fn token() -> String {
    keys().sign(tenant(), &link()).unwrap()
}

/// A token with the parts given, signed with the right key.
fn signed(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", encoded(header.as_bytes()), encoded(claims.as_bytes()));
    let signature = encoded(&mac(&keys().links, &[signed.as_bytes()]));
    format!("{signed}.{signature}")
}

fn claims() -> String {
    let token = token();
    let claims = token.split('.').nth(1).unwrap();
    String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[test]
fn what_was_signed_is_read_back() {
    let named = keys().read(&token(), now()).unwrap();
    assert_eq!(
        named,
        Named {
            tenant: tenant(),
            community: link().community,
            case: 12,
            link: link().id
        }
    );
    assert_eq!(token(), token(), "the same each time");
    assert!(token().len() < LONGEST / 2, "{}", token().len());
    assert_eq!(
        signed(HEADER, &claims()),
        token(),
        "the tests sign as the code does"
    );
}

#[test]
fn its_time_is_over_to_the_second() {
    let end = link().expires_at;
    assert!(keys().read(&token(), end - TimeDelta::seconds(1)).is_some());
    assert!(keys().read(&token(), end).is_none());
}

#[test]
fn a_changed_character_anywhere_makes_it_nothing() {
    let token = token();
    for place in 0..token.len() {
        let mut wrong = token.clone().into_bytes();
        wrong[place] = if wrong[place] == b'A' { b'B' } else { b'A' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(keys().read(&wrong, now()).is_none(), "{place}");
    }
    assert!(
        Keys::of(&[8; 32]).read(&token, now()).is_none(),
        "another installation"
    );
}

#[test]
fn no_other_header_is_looked_at() {
    for header in [
        r#"{"typ":"appeal+jwt","alg":"none"}"#,
        r#"{"alg":"HS256","typ":"appeal+jwt"}"#,
        r#"{"typ":"JWT","alg":"HS256"}"#,
        r#"{"typ":"at+jwt","alg":"HS256"}"#,
        r#"{"typ":"appeal+jwt","alg":"HS512"}"#,
        r#"{"typ":"appeal+jwt","alg":"RS256"}"#,
        r#"{"typ":"appeal+jwt","alg":"HS256","kid":"../../dev/null"}"#,
        r#"{"typ":"appeal+jwt","alg":"HS256","jku":"https://evil.example/keys"}"#,
        r#"{"typ":"appeal+jwt","alg":"HS256","jwk":{"kty":"oct","k":"AA"}}"#,
        r#"{"typ":"appeal+jwt","alg":"HS256","crit":["b64"],"b64":false}"#,
    ] {
        assert!(
            keys().read(&signed(header, &claims()), now()).is_none(),
            "{header}"
        );
    }
    let unsigned = format!(
        "{}.{}.",
        encoded(br#"{"typ":"appeal+jwt","alg":"none"}"#),
        encoded(claims().as_bytes())
    );
    assert!(keys().read(&unsigned, now()).is_none());
}

#[test]
fn claims_are_all_there_and_ours() {
    let good = claims();
    assert!(keys().read(&signed(HEADER, &good), now()).is_some());
    for (from, to) in [
        ("\"iss\":\"tribune\"", "\"iss\":\"somebody\""),
        ("\"aud\":\"appeal\"", "\"aud\":\"api\""),
        ("\"aud\":\"appeal\"", "\"aud\":[\"appeal\"]"),
        ("\"iss\":\"tribune\",", ""),
        ("\"exp\":", "\"expires\":"),
        ("\"jti\":\"alk_", "\"jti\":\"key_"),
        ("\"case\":12", "\"case\":12,\"admin\":true"),
        ("\"case\":12", "\"case\":\"12\""),
    ] {
        assert!(good.contains(from), "{from}");
        let bad = signed(HEADER, &good.replace(from, to));
        assert!(keys().read(&bad, now()).is_none(), "{to}");
    }
}

#[test]
fn what_is_no_token_is_nothing() {
    let long = format!("{}{}", token(), "A".repeat(LONGEST));
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        &token()[1..],
        &format!("{}=", token()),
        &long,
    ] {
        assert!(keys().read(text, now()).is_none(), "{text}");
    }
    for text in [format!("{}.x", token()), format!(" {}", token())] {
        assert!(keys().read(&text, now()).is_none());
    }
}

#[test]
fn a_form_is_good_for_its_link_alone() {
    let keys = keys();
    let seal = keys.seal(link().id, "a", 5);
    assert_eq!(seal, keys.seal(link().id, "a", 5));
    let other = AppealLinkId(Uuid::from_u128(4));
    for different in [
        keys.seal(other, "a", 5),
        keys.seal(link().id, "b", 5),
        keys.seal(link().id, "a", 6),
        Keys::of(&[8; 32]).seal(link().id, "a", 5),
    ] {
        assert_ne!(seal, different);
    }
    assert_eq!(format!("{keys:?}"), "Keys(…)");
}
