//! Tests of the settings: what is the default, which layer wins, and that refusals name key and place.

use super::*;

/// A file in the temporary folder that goes away with the test.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tribune-config-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn inputs(
    file: Option<&TempFile>,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &'static str, &str)],
) -> Inputs {
    Inputs {
        file: file.map(|file| file.0.clone()),
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).to_owned().into()))
            .collect(),
        flags: flags
            .iter()
            .map(|&(key, name, value)| Flag {
                key,
                name,
                value: value.to_owned().into(),
            })
            .collect(),
    }
}

fn refusal(inputs: &Inputs) -> String {
    Config::load(inputs)
        .map(|(config, _)| config)
        .unwrap_err()
        .to_string()
}

#[test]
fn the_defaults_are_complete_and_valid() {
    let (config, sources) = Config::load(&Inputs::default()).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.public_url, None);
    assert_eq!(config.server.body_limit, 1_048_576);
    assert_eq!(config.server.request_timeout, Duration::from_secs(30));
    assert_eq!(
        (
            config.pipeline.lanes,
            config.pipeline.batch,
            config.pipeline.queue
        ),
        (2, 256, 4096)
    );
    assert_eq!(config.database.synchronous, Synchronous::Full);
    assert!(config.database.migrate);
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.database_url().expose(), "sqlite:./tribune-data/tribune.db");
    assert!(sources.rows().all(|(_, _, origin)| *origin == Origin::Default));
}

#[test]
fn each_layer_wins_over_those_before() {
    let file = TempFile::new(
        "layers",
        "[server]\nlisten = \"127.0.0.1:1\"\nbody_limit = 2048\n[log]\nfilter = \"warn\"\n[pipeline]\nlanes = 3\n",
    );
    let environment = [
        ("TRIBUNE_SERVER_LISTEN", "127.0.0.1:2"),
        ("TRIBUNE_LOG_FILTER", "debug"),
        ("TRIBUNE_DATABASE_MIGRATE", "false"),
    ];
    let (config, sources) = Config::load(&inputs(
        Some(&file),
        &environment,
        &[("server.listen", "--listen", "127.0.0.1:3")],
    ))
    .unwrap();
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.server.body_limit, 2048);
    assert_eq!(config.log.filter, "debug");
    assert_eq!(config.pipeline.lanes, 3);
    assert!(!config.database.migrate);
    let origin = |key: &str| sources.rows().find(|row| row.0 == key).unwrap().2.to_string();
    assert_eq!(origin("server.listen"), "flag --listen");
    assert_eq!(origin("log.filter"), "environment TRIBUNE_LOG_FILTER");
    assert_eq!(origin("pipeline.lanes"), format!("file {}", file.0.display()));
    assert_eq!(origin("pipeline.batch"), "default");
}

#[test]
fn the_database_has_two_variables_and_ours_wins() {
    let url = |environment: &[(&str, &str)]| {
        Config::load(&inputs(None, environment, &[]))
            .unwrap()
            .0
            .database_url()
    };
    assert_eq!(url(&[("DATABASE_URL", "sqlite:a.db")]).expose(), "sqlite:a.db");
    assert_eq!(
        url(&[
            ("TRIBUNE_DATABASE_URL", "sqlite:b.db"),
            ("DATABASE_URL", "sqlite:a.db")
        ])
        .expose(),
        "sqlite:b.db"
    );
    assert_eq!(
        url(&[("DATABASE_URL", ""), ("TRIBUNE_DATA_DIR", "/srv/t")]).expose(),
        "sqlite:/srv/t/tribune.db"
    );
}

#[test]
fn unknown_keys_are_named() {
    for (text, key) in [
        ("[server]\nlisen = \"x\"", "server.lisen"),
        ("[sever]\nlisten = \"x\"", "sever.listen"),
        ("listen = \"x\"", "listen"),
    ] {
        let file = TempFile::new(&key.replace('.', "-"), text);
        let refusal = refusal(&inputs(Some(&file), &[], &[]));
        assert!(
            refusal.contains(&format!("unknown setting `{key}`")) && refusal.contains("server.listen"),
            "{refusal}"
        );
        assert!(refusal.contains(&file.0.display().to_string()), "{refusal}");
    }
    let refusal = refusal(&inputs(None, &[("TRIBUNE_SERVER_LISEN", "x")], &[]));
    assert!(
        refusal.starts_with("unknown setting `server.lisen` (environment TRIBUNE_SERVER_LISEN)")
            && refusal.contains("server.listen"),
        "{refusal}"
    );
    assert!(
        Config::load(&inputs(
            None,
            &[("TRIBUNE_ADMIN_KEY", "x"), ("PATH", "/bin")],
            &[]
        ))
        .is_ok()
    );
}

#[test]
fn a_missing_or_broken_file_is_an_error() {
    let missing = Inputs {
        file: Some("/nonexistent/tribune.toml".into()),
        ..Inputs::default()
    };
    assert!(refusal(&missing).contains("/nonexistent/tribune.toml"));
    let broken = TempFile::new(
        "broken",
        "[database]\nurl = \"postgres://u:hunter2@h/d\nmigrate = true\n",
    );
    let refusal = refusal(&inputs(Some(&broken), &[], &[]));
    assert!(
        refusal.contains("line 2") && !refusal.contains("hunter2"),
        "{refusal}"
    );
}

#[test]
fn values_that_cannot_be_are_refused_with_key_and_place() {
    for (variable, value, key) in [
        ("TRIBUNE_SERVER_LISTEN", "8080", "server.listen"),
        (
            "TRIBUNE_SERVER_PUBLIC_URL",
            "tribune.example.com",
            "server.public_url",
        ),
        ("TRIBUNE_SERVER_BODY_LIMIT", "1MB", "server.body_limit"),
        ("TRIBUNE_SERVER_HEADER_TIMEOUT", "10", "server.header_timeout"),
        (
            "TRIBUNE_SERVER_REQUEST_TIMEOUT",
            "99999999999999999999d",
            "server.request_timeout",
        ),
        ("TRIBUNE_SERVER_MAX_CONNECTIONS", "0", "server.max_connections"),
        ("TRIBUNE_DATABASE_URL", "mysql://u:hunter2@h/d", "database.url"),
        ("TRIBUNE_DATABASE_MIGRATE", "yes", "database.migrate"),
        ("TRIBUNE_DATABASE_SYNCHRONOUS", "off", "database.synchronous"),
        ("TRIBUNE_PIPELINE_LANES", "two", "pipeline.lanes"),
        ("TRIBUNE_PIPELINE_LANES", "17", "pipeline.lanes"),
        ("TRIBUNE_PIPELINE_BATCH", "513", "pipeline.batch"),
        ("TRIBUNE_PIPELINE_QUEUE", "255", "pipeline.queue"),
        ("TRIBUNE_LOG_FORMAT", "xml", "log.format"),
        ("TRIBUNE_SERVER_ANONYMOUS_RATE", "600", "server.anonymous_rate"),
        (
            "TRIBUNE_SERVER_TRUSTED_PROXIES",
            "10.0.0.0/8,proxy",
            "server.trusted_proxies",
        ),
        ("TRIBUNE_PLANS_STANDARD", "0/1m", "plans.standard"),
        ("TRIBUNE_REDIS_URL", "http://u:hunter2@h", "redis.url"),
        ("TRIBUNE_REDIS_PREFIX", "{t}:", "redis.prefix"),
        ("TRIBUNE_STREAMS_ENABLED", "true", "streams.enabled"),
        ("TRIBUNE_STREAMS_MAX_LENGTH", "0", "streams.max_length"),
        ("TRIBUNE_STREAMS_HARD_LENGTH", "99999", "streams.hard_length"),
        ("TRIBUNE_STREAMS_HARD_LENGTH", "100000001", "streams.hard_length"),
        ("TRIBUNE_STREAMS_MAX_DELIVERIES", "-1", "streams.max_deliveries"),
        ("TRIBUNE_STREAMS_STUCK_AFTER", "60", "streams.stuck_after"),
    ] {
        let refusal = refusal(&inputs(None, &[(variable, value)], &[]));
        assert!(
            refusal.starts_with(&format!("setting `{key}` (environment {variable}):")),
            "{refusal}"
        );
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}

#[test]
fn an_address_without_its_host_is_answered_with_an_example() {
    let refusal = refusal(&inputs(None, &[], &[("server.listen", "--listen", "8083")]));
    assert_eq!(
        refusal,
        "setting `server.listen` (flag --listen): expected an IP address and a port such as 127.0.0.1:8080 or [::1]:8080, \
         found \"8083\""
    );
}

#[test]
fn answers_are_kept_for_a_day_at_the_least() {
    let load = |text| {
        Config::load(&inputs(
            None,
            &[("TRIBUNE_JOBS_IDEMPOTENCY_RETENTION", text)],
            &[],
        ))
    };
    let seconds = |text| load(text).unwrap().0.jobs.idempotency_retention.as_secs();
    assert_eq!((seconds("24h"), seconds("30d")), (86_400, 30 * 86_400));
    for text in ["23h", "31d", "0d", "48"] {
        assert!(load(text).is_err(), "{text}");
    }
}

#[test]
fn durations_and_sizes_have_units() {
    let load = |name, value| Config::load(&inputs(None, &[(name, value)], &[])).unwrap().0;
    assert_eq!(
        load("TRIBUNE_JOBS_TIMER_INTERVAL", "250ms").jobs.timer_interval,
        Duration::from_millis(250)
    );
    assert_eq!(
        load("TRIBUNE_JOBS_TIMER_INTERVAL", "2h").jobs.timer_interval,
        Duration::from_secs(7200)
    );
    assert_eq!(
        load("TRIBUNE_SERVER_BODY_LIMIT", "64KiB").server.body_limit,
        65_536
    );
    assert_eq!(load("TRIBUNE_SERVER_BODY_LIMIT", "123").server.body_limit, 123);
    let url = load("TRIBUNE_SERVER_PUBLIC_URL", "https://t.example.com/mod/")
        .server
        .public_url;
    assert_eq!(url.as_deref(), Some("https://t.example.com/mod"));
}

#[test]
fn passwords_are_never_shown() {
    for (url, shown) in [
        (
            "postgres://user:hunter2@host:5432/db",
            "postgres://user:***@host:5432/db",
        ),
        (
            "postgresql://user:hunter2@host/db?sslmode=require",
            "postgresql://user:***@host/db?sslmode=require",
        ),
        (
            "postgres://user:hunter2/a@b?c@host/db",
            "postgres://user:***@host/db",
        ),
        (
            "postgres:///db?host=/run&user=u&password=hunter2",
            "postgres:///db?host=/run&user=u&password=***",
        ),
        (
            "postgres://host/db?sslpassword=hunter2&x=1",
            "postgres://host/db?sslpassword=***&x=1",
        ),
        ("postgres://user@host/db", "postgres://user@host/db"),
        ("postgres://host/db", "postgres://host/db"),
        ("sqlite:/var/lib/t.db", "sqlite:/var/lib/t.db"),
    ] {
        let (config, sources) = Config::load(&inputs(None, &[("DATABASE_URL", url)], &[])).unwrap();
        assert_eq!(config.database_url().expose(), url);
        assert_eq!(config.database_url().to_string(), shown);
        let rows: Vec<_> = sources
            .rows()
            .map(|(key, value, _)| format!("{key}={value}"))
            .collect();
        assert!(rows.contains(&format!("database.url=\"{shown}\"")), "{rows:?}");
        assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
    }
    assert!(!format!("{:?}", inputs(None, &[("DATABASE_URL", "hunter2")], &[])).contains("hunter2"));
}

#[test]
fn proxies_are_networks_or_addresses() {
    let (config, _) = Config::load(&inputs(
        None,
        &[(
            "TRIBUNE_SERVER_TRUSTED_PROXIES",
            "10.0.0.0/8, 192.0.2.7,fd00::/8 , ",
        )],
        &[],
    ))
    .unwrap();
    let named: Vec<String> = config
        .server
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(named, ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"]);
}

#[test]
fn calls_go_nowhere_else_and_wait_a_quarter_of_a_minute_unless_told() {
    let load = |environment: &[(&str, &str)]| Config::load(&inputs(None, environment, &[]));
    let outbound = load(&[]).unwrap().0.outbound;
    assert_eq!((outbound.allowed_networks.len(), outbound.ca_file), (0, None));
    assert_eq!(outbound.timeout, Duration::from_secs(15));
    let told = [
        ("TRIBUNE_OUTBOUND_ALLOWED_NETWORKS", "10.1.2.0/24,::1"),
        ("TRIBUNE_OUTBOUND_CA_FILE", "/etc/ca.pem"),
        ("TRIBUNE_OUTBOUND_TIMEOUT", "1m"),
    ];
    let outbound = load(&told).unwrap().0.outbound;
    assert_eq!(outbound.allowed_networks.len(), 2);
    assert_eq!(outbound.ca_file, Some("/etc/ca.pem".into()));
    for (name, value) in [
        ("TRIBUNE_OUTBOUND_TIMEOUT", "99ms"),
        ("TRIBUNE_OUTBOUND_TIMEOUT", "61s"),
        ("TRIBUNE_OUTBOUND_ALLOWED_NETWORKS", "localhost"),
        ("TRIBUNE_OUTBOUND_ALLOWED_NETWORKS", "10.0.0.0/33"),
    ] {
        let refusal = refusal(&inputs(None, &[(name, value)], &[]));
        assert!(refusal.contains(name) && refusal.contains(value), "{refusal}");
    }
}
