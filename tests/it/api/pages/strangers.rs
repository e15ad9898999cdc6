//! Links that let nobody in: whatever is the matter with one, the page is the same.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Api, Community, Guest, path_of, text};

/// A token with another header, or with claims that were changed, under the signature of the first.
fn forged(path: &str, header: Option<&str>, change: impl Fn(&mut Value)) -> String {
    let token = path.strip_prefix("/a/").unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    change(&mut claims);
    let head = header.map_or_else(|| parts[0].to_owned(), |header| URL_SAFE_NO_PAD.encode(header));
    format!(
        "/a/{head}.{}.{}",
        URL_SAFE_NO_PAD.encode(claims.to_string()),
        parts[2]
    )
}

on_every_store! {
    /// Tampered with, of another sort, expired, revoked, or somebody else's: one page, which says nothing of which it is.
    async fn a_link_that_lets_nobody_in_tells_nothing(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let guest = Guest::of(&here, case).await;
        let short = path_of(&here.post(&format!("/cases/{case}/appeal-link"), json!({"expires_in": 60})).await.expect(201));
        let revoked = Guest::of(&here, case).await;
        api.admin.delete(&here.path(&format!("/appeal-links/{}", revoked.id))).await.expect(200);
        api.clock.advance(61);
        let same = |_: &mut Value| {};
        let other = here.banned("again").await;
        let stranger = Community::of(&api.stranger().await).await;
        let mut paths = vec![
            "/a/x".to_owned(), "/a/..".to_owned(), format!("/a/{}", "a".repeat(5_000)), "/a/%00".to_owned(), "/a/%ff".to_owned(), format!("{}x", guest.path),
            guest.path[..guest.path.len() - 1].to_owned(), short, revoked.path,
            forged(&guest.path, Some(r#"{"typ":"appeal+jwt","alg":"none"}"#), same),
            forged(&guest.path, Some(r#"{"typ":"at+jwt","alg":"HS256"}"#), same),
            forged(&guest.path, None, |claims| claims["case"] = json!(other)),
            forged(&guest.path, None, |claims| claims["community"] = json!(stranger.id)),
            forged(&guest.path, None, |claims| claims["exp"] = json!(4_000_000_000_i64)),
        ];
        let unsigned = forged(&guest.path, Some(r#"{"typ":"appeal+jwt","alg":"none"}"#), same);
        paths.push(unsigned.rsplit_once('.').unwrap().0.to_owned() + ".");
        let anyone = api.anonymous();
        let first = text(&anyone.get(&paths[0]).await, 404);
        assert!(first.contains("This link does not work"), "{first}");
        for path in &paths {
            for rest in ["", "/appeal"] {
                assert_eq!(text(&anyone.get(&format!("{path}{rest}")).await, 404), first, "{path}{rest}");
            }
        }
        let call = anyone.call(hyper::Method::GET, &paths[7]).header("accept-language", "fr");
        assert!(text(&call.send().await, 404).contains("Ce lien ne fonctionne pas"));
        text(&guest.open("").await, 200);
    }

    /// A link is for one case: it shows nothing of another one, and appeals against none.
    async fn a_link_reaches_one_case(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let (one, other) = (here.banned("the first reason").await, here.banned("the second reason").await);
        let guest = Guest::of(&here, one).await;
        let page = guest.read("").await;
        assert!(page.contains("the first reason") && !page.contains("the second reason"), "{page}");
        Guest::of(&here, other).await.appeal("about the second").await;
        let page = guest.read("/appeal").await;
        assert!(!page.contains("about the second") && page.contains("name=\"statement\""), "{page}");
        guest.appeal("about the first").await;
        let cases: Vec<_> = here.appeals().await.iter().map(|appeal| appeal["case"].as_i64().unwrap()).collect();
        assert_eq!(cases, [one, other]);
        // Nor does it open anything of the API.
        let token = guest.path.strip_prefix("/a/").unwrap();
        assert_eq!(api.admin.with_key(token).get("/v1/communities").await.status, 401);
    }
}
