//! Clocks that jump, as those of Berlin do, and expressions that are none.

use super::*;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The next times after a moment.
fn times(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let cron = Cron::parse(expression, zone).unwrap();
    let mut at = utc(after);
    let mut found = Vec::new();
    for _ in 0..count {
        at = cron.next(at).unwrap();
        found.push(at.format("%d. %H:%M").to_string());
    }
    found
}

fn berlin(expression: &str, after: &str, count: usize) -> Vec<String> {
    times(expression, "Europe/Berlin", after, count)
}

#[test]
fn a_time_of_day_stays_where_it_is_when_clocks_change() {
    // 9 o'clock is 8:00 UTC in winter, 7:00 in summer.
    let march = berlin("0 9 * * *", "2027-03-27T00:00:00Z", 3);
    assert_eq!(march, ["27. 08:00", "28. 07:00", "29. 07:00"]);
    let october = berlin("0 9 * * *", "2027-10-30T00:00:00Z", 2);
    assert_eq!(october, ["30. 07:00", "31. 08:00"]);
}

#[test]
fn a_time_that_does_not_exist_comes_when_the_clock_jumps() {
    // On 28 March 2027 clocks go from 1:59 to 3:00, at 1:00 UTC.
    let daily = berlin("30 2 * * *", "2027-03-27T00:00:00Z", 3);
    assert_eq!(daily, ["27. 01:30", "28. 01:00", "29. 00:30"]);
    let several = berlin("0,30 2,14 28 * *", "2027-03-28T00:59:59Z", 3);
    assert_eq!(
        several,
        ["28. 01:00", "28. 12:00", "28. 12:30"],
        "the jump is one moment"
    );
    let quarters = berlin("*/15 2 * * *", "2027-03-28T00:00:00Z", 2);
    assert_eq!(quarters, ["28. 01:00", "29. 00:00"]);
    let at_three = berlin("30 2,3 * * *", "2027-03-28T00:00:00Z", 2);
    assert_eq!(at_three, ["28. 01:00", "28. 01:30"]);
}

#[test]
fn a_time_that_exists_twice_comes_once() {
    // On 31 October 2027 clocks go from 2:59 back to 2:00, at 1:00 UTC.
    let daily = berlin("30 2 * * *", "2027-10-30T12:00:00Z", 2);
    assert_eq!(daily, ["31. 00:30", "01. 01:30"]);
    let several = berlin("0,30 2,3 * * *", "2027-10-30T12:00:00Z", 4);
    assert_eq!(several, ["31. 00:00", "31. 00:30", "31. 02:00", "31. 02:30"]);
    // From within the second half.
    let later = berlin("10,50 2 * * *", "2027-10-31T01:30:00Z", 1);
    assert_eq!(later, ["01. 01:10"]);
}

#[test]
fn clocks_may_jump_by_less_than_an_hour_and_by_a_day() {
    // On Lord Howe Island clocks go from 1:59 to 2:30 on 3 October 2027, and from 1:59 back to 1:30 on 4 April.
    let forth = times("15 2 * * *", "Australia/Lord_Howe", "2027-10-02T12:00:00Z", 2);
    assert_eq!(forth, ["02. 15:30", "03. 15:15"]);
    let back = times("45 1 * * *", "Australia/Lord_Howe", "2027-04-03T12:00:00Z", 2);
    assert_eq!(back, ["03. 14:45", "04. 15:15"]);
    // Samoa had no 30 December 2011.
    let left_out = times("0 9 * * *", "Pacific/Apia", "2011-12-29T18:00:00Z", 3);
    assert_eq!(left_out, ["29. 19:00", "30. 10:00", "30. 19:00"]);
}

#[test]
fn where_the_hour_is_open_times_come_as_time_passes() {
    let back = berlin("0 * * * *", "2027-10-30T23:30:00Z", 4);
    assert_eq!(back, ["31. 00:00", "31. 01:00", "31. 02:00", "31. 03:00"]);
    let forth = berlin("*/30 * * * *", "2027-03-28T00:10:00Z", 3);
    assert_eq!(forth, ["28. 00:30", "28. 01:00", "28. 01:30"]);
    let every_minute = berlin("* * * * *", "2027-10-31T00:58:30Z", 3);
    assert_eq!(every_minute, ["31. 00:59", "31. 01:00", "31. 01:01"]);
}

#[test]
fn days_months_and_names_are_understood() {
    let workdays = times("0 9 * * MON-FRI", "UTC", "2026-11-27T09:00:00Z", 2);
    assert_eq!(workdays, ["30. 09:00", "01. 09:00"]);
    let last = times("0 0 L * *", "UTC", "2027-02-01T00:00:00Z", 2);
    assert_eq!(last, ["28. 00:00", "31. 00:00"]);
    let first_monday = times("0 9 * * MON#1", "UTC", "2026-11-27T09:00:00Z", 2);
    assert_eq!(first_monday, ["07. 09:00", "04. 09:00"]);
    for sunday in ["0", "7", "SUN", "sun"] {
        let found = times(&format!("0 9 * * {sunday}"), "UTC", "2026-11-27T09:00:00Z", 1);
        assert_eq!(found, ["29. 09:00"], "{sunday}");
    }
    let either = times("0 0 13 * 5", "UTC", "2026-11-09T00:00:00Z", 3);
    assert_eq!(
        either,
        ["13. 00:00", "20. 00:00", "27. 00:00"],
        "of two that are given, either does"
    );
}

#[test]
fn the_first_time_may_be_the_moment_itself() {
    let cron = Cron::parse("0 9 * * *", "UTC").unwrap();
    let nine = utc("2026-11-27T09:00:00Z");
    assert_eq!(cron.first(nine), Some(nine));
    assert_eq!(cron.next(nine), Some(utc("2026-11-28T09:00:00Z")));
}

#[test]
fn what_never_comes_is_none() {
    let after = utc("2026-11-27T09:00:00Z");
    let next = |expression| Cron::parse(expression, "UTC").unwrap().next(after);
    assert_eq!(next("0 0 31 2 *"), None);
    assert_eq!(next("0 0 29 2 *"), Some(utc("2028-02-29T00:00:00Z")));
    assert_eq!(next("* * 31 4,6 *"), None);
}

#[test]
fn what_is_no_expression_is_refused() {
    let why = |expression: &str, zone| Cron::parse(expression, zone).unwrap_err();
    for wrong in [
        "",
        "* * * *",
        "0 * * * * *",
        "0 * * * * 2027",
        "@daily",
        "0\t9 * * *",
    ] {
        assert_eq!(why(wrong, "UTC"), CronError::Fields, "{wrong}");
    }
    for (wrong, in_field) in [
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of the month"),
        ("* * * 13 *", "month"),
        ("* * * * 8", "day of the week"),
        ("a * * * *", "minute"),
        ("*/0 * * * *", "minute"),
        ("0 5-1 * * *", "hour"),
        ("0 9,, * * *", "hour"),
        ("0 ? * * *", "hour"),
        ("0 9 * * +MON", "day of the week"),
        ("0 9 * * FRÜ", "day of the week"),
    ] {
        let refused = why(wrong, "UTC");
        assert!(
            matches!(&refused, CronError::Unreadable { field, .. } if *field == in_field),
            "{wrong}: {refused}"
        );
    }
    assert_eq!(
        why("0 9 * * FOO", "UTC").to_string(),
        "\"FOO\" is no day of the week"
    );
    let long = format!("{} * * * *", ["0"; 60].join(","));
    assert_eq!(why(&long, "UTC"), CronError::TooLong);
    assert_eq!(why("* * * * *", "Europe/Colone"), CronError::UnknownZone);
}

#[test]
fn what_is_written_is_read_again() {
    let cron = Cron::parse("0  9 *  * mon", "Europe/Berlin").unwrap();
    let text = serde_json::to_string(&cron).unwrap();
    assert_eq!(text, r#"{"cron":"0 9 * * mon","time_zone":"Europe/Berlin"}"#);
    assert_eq!(serde_json::from_str::<Cron>(&text).unwrap(), cron);
    assert!(serde_json::from_str::<Cron>(r#"{"cron":"x","time_zone":"UTC"}"#).is_err());
}
