//! A real browser: Chromium without a window and without JavaScript, driven over WebDriver (https://www.w3.org/TR/webdriver2), which is JSON over HTTP.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::scratch::{self, Folder};

/// What a start may take on a busy machine.
const TO_START: Duration = Duration::from_secs(60);

/// The name under which WebDriver gives elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What Chromium is started with: no window, nothing asked of the network, no script of any page.
const OPTIONS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--blink-settings=scriptEnabled=false",
];

impl Drop for Browser {
    /// A test that fails does not quit; the browser then goes on, and takes time from the others.
    fn drop(&mut self) {
        let owner = std::fs::read_link(self.profile.join("SingletonLock")).ok();
        let owner = owner.as_ref().and_then(|owner| owner.to_str()?.rsplit_once('-'));
        if let Some((_, process)) = owner {
            let ended = Command::new("kill").args(["-KILL", process]).status();
            assert!(ended.is_ok() || std::thread::panicking(), "a browser is ended");
        }
    }
}

/// A browser with one page.
pub(super) struct Browser {
    client: Client,
    session: String,
    /// Where it keeps what it has seen, and says which process it is.
    profile: PathBuf,
    /// Ended before the folders go.
    _driver: Process,
    _folder: Folder,
}

impl Browser {
    /// Starts it, with a profile of its own.
    pub(super) async fn start() -> Self {
        let folder = scratch::folder("browser");
        let mut command = Command::new("chromedriver");
        command.args(["--port=0", "--log-level=WARNING"]);
        command.current_dir(folder.path()).env("HOME", folder.path());
        let mut driver = Process::start_ended_by("TERM", command, &folder.path().join("log"));
        let port = driver.wait_in_log("chromedriver to listen", TO_START, port);
        let client = Client::anonymous(&format!("http://127.0.0.1:{port}"));
        let profile = folder.path().join("profile");
        let kept = format!("--user-data-dir={}", profile.display());
        let options: Vec<&str> = OPTIONS.iter().copied().chain([&*kept]).collect();
        let wanted = json!({"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {"args": options}}}});
        let session = client.post("/session", &wanted).await.expect(200);
        let session = session["value"]["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        Self {
            client,
            session,
            profile,
            _driver: driver,
            _folder: folder,
        }
    }

    /// Ends it in good order.
    pub(super) async fn quit(self) {
        self.client
            .delete(&format!("/session/{}", self.session))
            .await
            .expect(200);
    }

    async fn ask(&self, what: &str, body: Value) -> Value {
        let answer = self
            .client
            .post(&format!("/session/{}{what}", self.session), &body)
            .await;
        answer.expect(200)["value"].clone()
    }

    async fn look(&self, what: &str) -> Value {
        self.client
            .get(&format!("/session/{}{what}", self.session))
            .await
            .expect(200)["value"]
            .clone()
    }

    /// Opens an address.
    pub(super) async fn open(&self, url: &str) {
        self.ask("/url", json!({"url": url})).await;
    }

    /// The page's title.
    pub(super) async fn title(&self) -> String {
        self.look("/title").await.as_str().unwrap().to_owned()
    }

    /// The one element that a selector of CSS names.
    async fn element(&self, selector: &str) -> String {
        let found = self
            .ask("/element", json!({"using": "css selector", "value": selector}))
            .await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// What a person reads there.
    pub(super) async fn text(&self, selector: &str) -> String {
        let element = self.element(selector).await;
        self.look(&format!("/element/{element}/text"))
            .await
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A property of it as the browser has worked it out.
    pub(super) async fn css(&self, selector: &str, property: &str) -> String {
        let element = self.element(selector).await;
        self.look(&format!("/element/{element}/css/{property}"))
            .await
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Its left edge, its upper edge, its width and its height.
    pub(super) async fn place(&self, selector: &str) -> (f64, f64, f64, f64) {
        let element = self.element(selector).await;
        let rect = self.look(&format!("/element/{element}/rect")).await;
        let number = |name: &str| rect[name].as_f64().unwrap();
        (number("x"), number("y"), number("width"), number("height"))
    }

    /// What assistive technology calls it.
    pub(super) async fn label(&self, selector: &str) -> String {
        let element = self.element(selector).await;
        self.look(&format!("/element/{element}/computedlabel"))
            .await
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Clicks on it, and waits for the page that this leads to.
    pub(super) async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.ask(&format!("/element/{element}/click"), json!({})).await;
    }

    /// Types into it.
    pub(super) async fn write(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.ask(&format!("/element/{element}/value"), json!({"text": text}))
            .await;
    }

    /// Loads the page again, as a person does.
    pub(super) async fn reload(&self) {
        self.ask("/refresh", json!({})).await;
    }

    /// Makes the window so large.
    pub(super) async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Has it like dark pages, or light ones.
    pub(super) async fn prefer(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// How wide the page is, which may be more than the window.
    pub(super) async fn width(&self) -> f64 {
        let metrics = self.devtools("Page.getLayoutMetrics", json!({})).await;
        metrics["cssContentSize"]["width"].as_f64().unwrap()
    }

    /// The whole page as a picture.
    pub(super) async fn picture(&self) -> Vec<u8> {
        let wanted = json!({"format": "png", "captureBeyondViewport": true, "optimizeForSpeed": false});
        let picture = self.devtools("Page.captureScreenshot", wanted).await;
        STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()
    }

    async fn devtools(&self, command: &str, params: Value) -> Value {
        self.ask("/goog/cdp/execute", json!({"cmd": command, "params": params}))
            .await
    }
}

/// Where chromedriver listens, once it has said so.
fn port(log: &str) -> Option<u16> {
    let (_, after) = log.split_once("started successfully on port ")?;
    after.split_once('.')?.0.parse().ok()
}

#[test]
fn the_port_is_read_once_it_is_whole() {
    assert_eq!(port("ChromeDriver was started successfully on port 41"), None);
    assert_eq!(
        port("ChromeDriver was started successfully on port 4100.\n"),
        Some(4100)
    );
}
