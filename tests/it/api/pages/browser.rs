//! The pages in Chromium without JavaScript: read, filled in, followed, taken back; and pictures of them.

use std::path::Path;

use serde_json::json;

use super::webdriver::Browser;
use super::{ANN, Api, Guest};

/// Where to put pictures of the pages; without it none are kept.
const PICTURES: &str = "TRIBUNE_PICTURES";

on_every_store! {
    /// From the link to the appeal and back, as a member does it.
    async fn a_member_reads_appeals_and_takes_it_back(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let guest = Guest::of(&here, here.banned("Sold things in #general").await).await;
        let browser = Browser::start().await;
        browser.open("data:text/html,<title>off</title><script>document.title='on'</script>").await;
        assert_eq!(browser.title().await, "off", "no script runs here");
        browser.open(&format!("{}{}", api.url, guest.path)).await;
        assert_eq!(browser.title().await, "Your standing · Rust Cologne");
        let page = browser.text("main").await;
        assert!(page.contains("Temporary ban, for 7 days") && page.contains("Sold things in #general") && page.contains("You have 5 points now."), "{page}");
        // The style is there: the policy names it.
        assert_ne!(browser.css(".button", "background-color").await, "rgba(0, 0, 0, 0)");
        assert!(browser.label(".plot svg").await.starts_with("From 5 points on"));
        browser.click(".call .button").await;
        assert_eq!(browser.text("h1").await, "Your appeal");
        assert_eq!((browser.label("#statement").await, browser.label("#evidence").await), ("Say why".into(), "Links to what shows it".into()));
        browser.write("#statement", "It was my cat.\nReally.").await;
        browser.write("#evidence", "not a link").await;
        browser.click("form button").await;
        let wrong = browser.text(".wrong").await;
        assert!(wrong.contains("At most 10 links"), "{wrong}");
        assert_eq!(browser.text("#statement").await, "It was my cat.\nReally.", "what was written is still there");
        browser.write("#evidence", "\u{e009}a\u{e000}https://x.example/cat").await;
        browser.click("form button").await;
        assert!(browser.text(".progress").await.contains("waits for a reviewer"));
        assert!(browser.text("blockquote").await.contains("It was my cat."));
        // To load what came of it again sends nothing.
        browser.reload().await;
        let appeals = here.appeals().await;
        assert_eq!((appeals.len(), &appeals[0]["state"], &appeals[0]["statements"][0]["evidence"]), (1, &json!("submitted"), &json!(["https://x.example/cat"])));
        browser.click(".languages a[hreflang=de]").await;
        assert!(browser.text(".progress").await.contains("wartet darauf"));
        browser.click("#withdraw summary").await;
        browser.click("#withdraw button").await;
        assert!(browser.text(".progress").await.contains("Du hast ihn zurückgenommen"));
        assert_eq!(here.appeals().await[0]["state"], "withdrawn");
        browser.quit().await;
    }
}

/// A member with some history, as pictures show it.
async fn member(api: &Api) -> Guest {
    let here = api.community().await;
    let by = json!({"platform": "discord", "id": "50771983423143937", "rank": "moderator"});
    let acts = [
        json!({"kind": "warn", "member": ANN, "reason": "Off-topic links, twice", "actor": by}),
        json!({"kind": "mute", "member": ANN, "duration": "P14D", "reason": "Insults in #help", "actor": by}),
    ];
    for act in acts {
        here.act(act).await.expect(201);
        api.clock.advance(2 * 86_400);
    }
    let reason =
        "Advertising in #general, after being asked to stop. See rule 3: no unsolicited advertising.";
    Guest::of(&here, here.banned(reason).await).await
}

/// Text is told from what is behind it, in the light and in the dark, and on a narrow screen nothing sticks out. With `TRIBUNE_PICTURES` it leaves the
/// pictures of the documentation there.
#[tokio::test]
async fn pages_can_be_read_on_any_screen() {
    let store = crate::support::store::TestStore::sqlite().await;
    let api = Api::start(store).await;
    let guest = member(&api).await;
    let browser = Browser::start().await;
    let folder = std::env::var_os(PICTURES);
    let keep = async |name: &str| {
        if let Some(folder) = &folder {
            let picture = browser.picture().await;
            std::fs::write(Path::new(folder).join(name), picture).unwrap();
        }
    };
    let base = format!("{}{}", api.url, guest.path);
    for scheme in ["light", "dark"] {
        browser.prefer(scheme).await;
        for width in [320, 760] {
            browser.resize(width, 800).await;
            for rest in ["", "?lang=de", "/appeal", "/appeal?lang=fr"] {
                browser.open(&format!("{base}{rest}")).await;
                assert!(browser.width().await <= f64::from(width), "{rest} at {width}");
                for (text, behind) in [
                    ("h1", "body"),
                    (".place", "body"),
                    (".card .quiet", ".card"),
                    (".button, form button", ".button, form button"),
                ] {
                    if rest.is_empty() || text != ".card .quiet" {
                        let contrast = contrast(&browser, text, behind).await;
                        assert!(contrast >= 4.5, "{text} in {rest} {scheme}: {contrast}");
                    }
                }
            }
        }
    }
    let (_, _, _, height) = browser.place("form button").await;
    assert!(height >= 44.0, "large enough for a finger: {height}");
    browser.prefer("light").await;
    browser.resize(760, 800).await;
    browser.open(&base).await;
    keep("standing.png").await;
    browser.prefer("dark").await;
    browser.open(&format!("{base}?lang=de")).await;
    keep("standing-de-dark.png").await;
    browser.prefer("light").await;
    browser.resize(380, 800).await;
    guest.appeal("I posted the link because somebody asked for it in the same channel. I did not know that this counts as advertising.").await;
    browser.open(&format!("{base}/appeal")).await;
    keep("appeal.png").await;
    browser.quit().await;
}

/// How a text differs from what is behind it, by WCAG 2.2.
async fn contrast(browser: &Browser, text: &str, behind: &str) -> f64 {
    let (text, behind) = (
        luminance(&browser.css(text, "color").await),
        luminance(&browser.css(behind, "background-color").await),
    );
    (text.max(behind) + 0.05) / (text.min(behind) + 0.05)
}

fn luminance(color: &str) -> f64 {
    let inner = color.split_once('(').unwrap().1.trim_end_matches(')');
    let part = |text: &str| {
        let part = text.trim().parse::<f64>().unwrap() / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    let parts: Vec<f64> = inner.split(',').take(3).map(part).collect();
    0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
}

#[test]
fn black_on_white_is_as_far_apart_as_can_be() {
    assert!((luminance("rgba(255, 255, 255, 1)") - 1.0).abs() < 1e-9);
    assert!(luminance("rgb(0, 0, 0)").abs() < 1e-9);
}
