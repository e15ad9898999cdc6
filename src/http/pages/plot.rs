//! Points over time, drawn: a line with what is under it. The numbers beside it are text outside of the drawing, so that they keep their size on a
//! narrow screen; the table below has the same for those who see none of it.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use crate::domain::language::Language;
use crate::domain::outlook::Outlook;
use crate::domain::points::{Points, UNITS_PER_POINT};
use crate::domain::standing::Standing;
use crate::domain::time::Instant;
use crate::texts::{self, say};

/// Width and height of the drawing, in units of its own.
const WIDTH: i64 = 1_000;
const HEIGHT: i64 = 400;
/// Into how many parts the height is divided.
const PARTS: i64 = 4;

/// Draws what becomes of points.
pub(super) fn plot(language: Language, standing: &Standing, outlook: &Outlook) -> Markup {
    let (Some((from, start)), Some((to, left))) = (outlook.line.first(), outlook.line.last()) else {
        return Markup::default();
    };
    let top = top(*start);
    let place = |(at, points): &(Instant, Points)| {
        let span = (to.seconds() - from.seconds()).max(1);
        let x = (at.seconds() - from.seconds()) * WIDTH / span;
        (x, height(*points, top))
    };
    let line = outlook
        .line
        .iter()
        .map(place)
        .fold(String::new(), |mut line, (x, y)| {
            let _ = write!(line, "{x},{y} ");
            line
        });
    let area = format!("0,{HEIGHT} {line}{WIDTH},{HEIGHT}");
    let levels: Vec<i64> = standing
        .drops
        .iter()
        .map(|drop| height(drop.threshold, top))
        .collect();
    let middle = from.shifted((to.seconds() - from.seconds()) / 2);
    let described = [
        ("points", texts::points(language, standing.points).into()),
        ("from", texts::day(language, from.to_utc()).into()),
        ("left", texts::points(language, *left).into()),
        ("to", texts::day(language, to.to_utc()).into()),
    ];
    html! {
        figure.plot {
            figcaption { (say(language, "page-plot", &[])) }
            div.scale aria-hidden="true" {
                @for part in (0..=PARTS).rev() {
                    span { (texts::number(language, Points::from_units(top / PARTS * part))) }
                }
            }
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(say(language, "page-plot-described", &described)) {
                @for part in 0..=PARTS {
                    (across("grid", HEIGHT * part / PARTS))
                }
                polygon.area points=(area) {}
                @for level in &levels { (across("level", *level)) }
                polyline.line points=(line.trim_end()) {}
            }
            div.days aria-hidden="true" {
                @for at in [*from, middle, *to] {
                    (day(language, at.to_utc()))
                }
            }
            @if !levels.is_empty() {
                p.quiet { (say(language, "page-plot-levels", &[])) }
            }
        }
    }
}

fn across(class: &str, y: i64) -> Markup {
    html! { line class=(class) x1="0" x2=(WIDTH) y1=(y) y2=(y) {} }
}

fn day(language: Language, at: DateTime<Utc>) -> Markup {
    html! { span { (texts::day(language, at)) } }
}

/// Where an amount is, from above.
fn height(points: Points, top: i64) -> i64 {
    let units = points.units().min(top);
    // Points are at most some ten thousands, whose units are far inside of what a product here may be.
    HEIGHT - units * HEIGHT / top
}

/// The amount at the upper edge: one that divides well.
fn top(points: Points) -> i64 {
    let whole = points.units() / UNITS_PER_POINT + i64::from(points.units() % UNITS_PER_POINT > 0);
    let top = match whole {
        ..=1 => 1,
        2 => 2,
        _ => (whole + PARTS - 1) / PARTS * PARTS,
    };
    top * UNITS_PER_POINT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_divides_well() {
        let of = |millis| top(Points::from_millis(millis)) / UNITS_PER_POINT;
        let tops = [100, 1_000, 1_001, 2_000, 2_100, 4_000, 4_001, 9_000].map(of);
        assert_eq!(tops, [1, 1, 2, 2, 4, 4, 8, 12]);
        assert_eq!(height(Points::ZERO, top(Points::from_millis(3_000))), HEIGHT);
        assert_eq!(
            height(Points::from_millis(4_000), top(Points::from_millis(3_000))),
            0
        );
        assert!(
            height(
                Points::from_millis(10_000_000),
                top(Points::from_millis(10_000_000))
            ) >= 0
        );
    }
}
