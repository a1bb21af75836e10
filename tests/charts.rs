//! Charts as files under `tests/golden/charts`, and what holds for any of them: XML, bounded, inert, with its figures as text.
//!
//! `DEKEY_BLESS=1` rewrites the files; the difference is reviewed like code.

use dekey::render::chart::{Bar, Caption, Projection, Series, bars, columns, file, lines};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

const CAPTION: Caption<'_> = Caption { id: "chart-1", title: "Introduced" };

fn series(label: &str, points: &[(Date, u64)]) -> Series {
    Series { label: label.to_owned(), points: points.to_vec() }
}

fn bar(label: &str, done: u64, left: u64) -> Bar {
    Bar { label: label.to_owned(), done, left }
}

/// What a reader of the picture is given: its elements' names with their attributes, and its texts.
#[derive(Debug, Default)]
struct Read {
    elements: Vec<(String, Vec<(String, String)>)>,
    texts: Vec<String>,
}

impl Read {
    fn of(svg: &str) -> Self {
        let (mut reader, mut read, mut depth) = (Reader::from_str(svg), Self::default(), 0usize);
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{error} in\n{svg}")) {
                Event::Eof => break,
                Event::Start(tag) => {
                    depth += 1;
                    read.element(&tag);
                }
                Event::Empty(tag) => read.element(&tag),
                Event::End(_) => {
                    depth -= 1;
                    read.texts.push(std::mem::take(&mut text));
                }
                Event::Text(found) => text.push_str(&found),
                Event::GeneralRef(name) => text.push_str(match name.as_ref() {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    "apos" => "'",
                    other => panic!("{other:?}"),
                }),
                Event::Decl(_) => {}
                other => panic!("{other:?} in\n{svg}"),
            }
        }
        assert_eq!(depth, 0);
        read.texts.iter_mut().for_each(|text| *text = text.trim().to_owned());
        read
    }

    fn element(&mut self, tag: &quick_xml::events::BytesStart<'_>) {
        let attributes = tag.attributes().map(|attribute| attribute.unwrap());
        let attributes = attributes.map(|one| (one.key.as_ref().to_owned(), one.value.to_string())).collect();
        self.elements.push((tag.name().as_ref().to_owned(), attributes));
    }

    fn count(&self, name: &str) -> usize {
        self.elements.iter().filter(|(found, _)| found == name).count()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let attributes = self.elements.iter().flat_map(|(_, attributes)| attributes);
        attributes.filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// What every chart is held to.
fn lawful(svg: &str) -> Read {
    let read = Read::of(svg);
    for (name, attributes) in &read.elements {
        assert!(
            ["svg", "title", "desc", "defs", "pattern", "rect", "path", "line", "polyline", "circle", "text"]
                .contains(&name.as_str()),
            "{name}"
        );
        for (name, value) in attributes {
            assert!(name != "style" && name != "href" && !name.starts_with("on") && !name.contains(':'), "{name}");
            assert!(!value.contains("NaN") && !value.contains("inf"), "{name}={value}");
            // The one reference is to a pattern of the chart itself.
            if let Some(id) = value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')')) {
                assert!(read.values("id").any(|found| found == id), "{id}");
            }
        }
    }
    let ids: Vec<&str> = read.values("id").collect();
    let labels: Vec<&str> = read.values("aria-labelledby").flat_map(str::split_whitespace).collect();
    assert!(labels.len() == 2 && labels.iter().all(|label| ids.contains(label)), "{labels:?}");
    assert_eq!(read.values("role").collect::<Vec<_>>(), ["img"]);
    read
}

fn golden(name: &str, svg: &str) {
    lawful(svg);
    let folder = format!("{}/tests/golden/charts", env!("CARGO_MANIFEST_DIR"));
    let path = format!("{folder}/{name}.svg");
    let svg = file(svg);
    lawful(&svg);
    if std::env::var_os("DEKEY_BLESS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, &svg).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let difference = similar::TextDiff::from_lines(&expected, &svg).unified_diff().to_string();
    assert!(expected == svg, "{name} differs (`DEKEY_BLESS=1` accepts):\n{difference}");
}

/// Three rules over eight months.
fn history() -> [Series; 3] {
    [
        series("dead-login", &[(date(2026, 1, 4), 2), (date(2026, 1, 30), 1), (date(2026, 5, 2), 4)]),
        series("token", &[(date(2026, 1, 1), 1), (date(2026, 8, 31), 2)]),
        series("a <b> & \"c\"\u{202e}", &[(date(2026, 5, 1), 1)]),
    ]
}

#[test]
fn columns_of_months() {
    golden("columns", &columns(&CAPTION, &history()));
}

#[test]
fn the_unit_follows_the_range() {
    let names = |last: Date| {
        let read = lawful(&columns(&CAPTION, &[series("a", &[(date(2020, 1, 1), 1), (last, 1)])]));
        read.texts.into_iter().find(|text| text.starts_with("By ")).unwrap()
    };
    for (last, said) in [
        (date(2020, 1, 1), "By month, from 2020-01 to 2020-01. 2020-01 2. a: 2."),
        (date(2022, 12, 31), "By month, from 2020-01 to 2022-12. 2020-01 1, 2022-12 1. a: 2."),
        (date(2023, 1, 1), "By quarter, from 2020 Q1 to 2023 Q1. 2020 Q1 1, 2023 Q1 1. a: 2."),
        (date(2034, 7, 1), "By quarter, from 2020 Q1 to 2034 Q3. 2020 Q1 1, 2034 Q3 1. a: 2."),
        (date(2036, 1, 1), "By year, from 2020 to 2036. 2020 1, 2036 1. a: 2."),
        (date(2079, 1, 1), "By year, from 2020 to 2079. 2020 1, 2079 1. a: 2."),
    ] {
        assert_eq!(names(last), said);
    }
}

#[test]
fn wrong_clocks_take_one_column() {
    let points = [
        (date(1, 1, 1), 2),
        (date(1850, 1, 1), 1),
        (date(2020, 3, 1), 5),
        (date(2024, 1, 1), 4),
        (date(9999, 12, 31), 3),
    ];
    let read = lawful(&columns(&CAPTION, &[series("a", &points)]));
    let said = "By year, from before 2020 to after 2077. before 2020 3, 2020 5, 2024 4, after 2077 3. a: 15.";
    assert!(read.texts.iter().any(|text| text == said), "{:?}", read.texts);
}

#[test]
fn bars_of_progress() {
    let rows = [bar("web", 30, 10), bar("a <b> & \"c\"\u{202e}", 1, 999), bar("done", 5, 0), bar("none", 0, 0)];
    golden("bars", &bars(&CAPTION, &rows));
}

#[test]
fn nothing_done_is_no_progress() {
    let read = lawful(&bars(&CAPTION, &[bar("web", 0, 10), bar("api", 0, 2)]));
    assert!(read.texts.iter().any(|text| text == "web: 10; api: 2."), "{:?}", read.texts);
    assert!(!read.texts.iter().any(|text| text.contains("done") || text.contains('%')));
}

#[test]
fn what_is_not_done_is_not_a_hundred_per_cent() {
    let read = lawful(&bars(&CAPTION, &[bar("web", 999_999, 1)]));
    assert!(read.texts.iter().any(|text| text == "999999 of 1000000 done (99 %)"), "{:?}", read.texts);
}

#[test]
fn lines_of_a_burn_down() {
    let dates = [date(2026, 9, 1), date(2026, 9, 15), date(2026, 10, 1), date(2026, 11, 24)];
    let values = |values: [u64; 4]| dates.into_iter().zip(values).collect::<Vec<_>>();
    let (a, b) = (series("dead-login", &values([30, 24, 20, 9])), series("a <b>", &values([10, 10, 9, 9])));
    let total = series("total", &values([40, 34, 29, 18]));
    let projection = Projection { from: (date(2026, 11, 24), 18.0), to: (date(2027, 1, 10), 0.0) };
    golden("lines", &lines(&CAPTION, &total, &[a.clone(), b.clone()], Some(projection)));

    let far = Projection { to: (date(2090, 1, 1), 0.0), ..projection };
    let read = lawful(&lines(&CAPTION, &total, &[a, b], Some(far)));
    assert!(read.texts.iter().any(|text| text == "2027-02"), "as long again as the numbers: {:?}", read.texts);
    assert!(!read.texts.iter().any(|text| text.starts_with("2028")), "{:?}", read.texts);
}

#[test]
fn nothing_is_a_chart_too() {
    for svg in [columns(&CAPTION, &[]), bars(&CAPTION, &[]), lines(&CAPTION, &series("total", &[]), &[], None)] {
        assert!(lawful(&svg).texts.iter().any(|text| text == "Nothing to show."));
    }
}

#[test]
fn what_is_too_much_is_added_up() {
    let rows: Vec<Bar> = (0..1000).map(|n| bar(&format!("repository {n}"), 1, 2)).collect();
    let read = lawful(&bars(&CAPTION, &rows));
    assert!(read.texts.iter().any(|text| text == "941 others: 941 of 2823 done (33 %)"), "{:?}", read.texts);

    let kinds: Vec<Series> = (0..20).map(|n| series(&format!("rule {n}"), &[(date(2026, 1, 1), 1)])).collect();
    let read = lawful(&columns(&CAPTION, &kinds));
    assert!(read.texts.iter().any(|text| text == "13 others: 13"), "{:?}", read.texts);
}

prop_compose! {
    fn any_series()(label in any::<String>(), points in prop::collection::vec((1i16..=9999, 1i8..=12, 1i8..=28, prop_oneof![0u64..50, any::<u64>()]), 0..80)) -> Series {
        Series { label, points: points.into_iter().map(|(year, month, day, n)| (date(year, month, day), n)).collect() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_numbers(
        all in prop::collection::vec(any_series(), 0..12),
        total in any_series(),
        title in any::<String>(),
        rows in prop::collection::vec((any::<String>(), any::<u64>(), 0u64..9), 0..90),
        to in (1i16..=9999, 1i8..=12),
    ) {
        let caption = Caption { id: &title, title: &title };
        let rows: Vec<Bar> = rows.iter().map(|(label, done, left)| bar(label, *done, *left)).collect();
        let projection = Projection { from: (date(2026, 1, 1), 7.0), to: (date(to.0, to.1, 1), 0.0) };
        for svg in [columns(&caption, &all), bars(&caption, &rows), lines(&caption, &total, &all, Some(projection))] {
            let read = lawful(&svg);
            prop_assert!(read.count("rect") <= 60 * 8 + 40 && read.count("text") <= 400, "{}", svg);
            prop_assert!(svg.len() < 200_000, "{} bytes", svg.len());
            prop_assert!(read.texts.iter().all(|text| !text.chars().any(dekey::render::escape::is_hostile)));
        }
    }
}
