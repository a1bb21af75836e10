//! The elements a chart is made of.
//!
//! Owns the frame, the escaping of text and the default colours. Coordinates are pixels of the view box, from its upper
//! left corner, written with one decimal at most.

use std::fmt::{Display, Write as _};

use super::super::escape;
use super::{Caption, KINDS};

/// Pixels across any chart.
pub(super) const WIDTH: f64 = 720.0;

/// What a character of a label takes, in pixels, on average.
const CHARACTER: f64 = 6.4;

/// What belongs to each series, dark enough on white and told apart by most eyes; the patterns do the rest.
const COLOURS: [&str; KINDS] = ["#1f6fb4", "#c25100", "#1b7f4d", "#7b4fb3", "#b3263b", "#0e7c86", "#8a5a00", "#6b7280"];

/// What is drawn over the fill of each series, in squares of 8 pixels.
const HATCHES: [&str; KINDS] = [
    "",
    "M-2 2l4-4M0 8l8-8M6 10l4-4",
    "M0 4h8",
    "M3 3h2v2h-2z",
    "M4 0v8",
    "M-2 6l4 4M0 0l8 8M6-2l4 4",
    "M0 4h8M4 0v8",
    "M1 1h1v1h-1zM5 5h1v1h-1z",
];

/// A chart in the making.
pub(super) struct Svg {
    out: String,
    id: String,
}

/// Where text stands, relative to its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// The frame, with what a screen reader says of it.
    pub(super) fn new(caption: &Caption<'_>, description: &str, height: f64) -> Self {
        let id: String = caption.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let mut out = String::new();
        let (width, height) = (Number(WIDTH), Number(height));
        _ = writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"12\">"
        );
        _ = writeln!(out, "<title id=\"{id}-t\">{}</title>", escape::xml(caption.title));
        _ = writeln!(out, "<desc id=\"{id}-d\">{}</desc>", escape::xml(description));
        Self { out, id }
    }

    /// The patterns of so many series, for [`Self::fill`].
    pub(super) fn patterns(&mut self, kinds: usize) {
        self.out.push_str("<defs>\n");
        for (at, (colour, hatch)) in COLOURS.iter().zip(HATCHES).enumerate().take(kinds) {
            let (id, n) = (&self.id, at + 1);
            let fill = format!("<rect class=\"c{n}\" fill=\"{colour}\" width=\"8\" height=\"8\"/>");
            _ = writeln!(
                self.out,
                "<pattern id=\"{id}-{n}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">{fill}{}</pattern>",
                stroked(hatch)
            );
        }
        self.out.push_str("</defs>\n");
    }

    /// The patterns of what is done and what is left.
    pub(super) fn halves(&mut self) {
        let (id, hatch) = (&self.id, stroked(HATCHES[1]));
        let rect = |class, colour| format!("<rect class=\"{class}\" fill=\"{colour}\" width=\"8\" height=\"8\"/>");
        let (done, left) = (rect("done", COLOURS[2]), rect("left", COLOURS[1]));
        let size = "width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"";
        _ = writeln!(
            self.out,
            "<defs>\n<pattern id=\"{id}-1\" {size}>{done}</pattern>\n<pattern id=\"{id}-2\" {size}>{left}{hatch}</pattern>\n</defs>"
        );
    }

    /// A rectangle of the pattern `kind`, from 0; what a pointer over it is told.
    pub(super) fn fill(&mut self, kind: usize, [x, y, width, height]: [f64; 4], told: &str) {
        let (id, n) = (&self.id, kind + 1);
        let [x, y, width, height] = [x, y, width, height].map(Number);
        _ = write!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"url(#{id}-{n})\"");
        _ = match told {
            "" => writeln!(self.out, "/>"),
            told => writeln!(self.out, "><title>{}</title></rect>", escape::xml(told)),
        };
    }

    /// A straight line across the chart: `grid` or `axis`.
    pub(super) fn rule(&mut self, class: &str, [x1, y1, x2, y2]: [f64; 4]) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(Number);
        let opacity = if class == "grid" { "0.2" } else { "0.6" };
        _ = writeln!(
            self.out,
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"currentColor\" \
             stroke-opacity=\"{opacity}\"/>"
        );
    }

    /// A line through points, in the colour of the series `kind`, or of the text.
    pub(super) fn line(&mut self, kind: Option<usize>, class: &str, dashed: bool, points: &[(f64, f64)]) {
        let colour = kind.map_or("currentColor", colour);
        let dashes = if dashed { " stroke-dasharray=\"6 4\"" } else { "" };
        _ = write!(
            self.out,
            "<polyline class=\"{class}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}"
        );
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", Number(*x), Number(*y))).collect();
        _ = writeln!(self.out, " points=\"{}\"/>", points.join(" "));
    }

    /// A dot on a line.
    pub(super) fn dot(&mut self, kind: Option<usize>, (x, y): (f64, f64), told: &str) {
        let class = kind.map_or(String::new(), |kind| format!(" class=\"c{}\"", kind + 1));
        let (x, y, colour) = (Number(x), Number(y), kind.map_or("currentColor", colour));
        _ = writeln!(
            self.out,
            "<circle{class} cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"{colour}\"><title>{}</title></circle>",
            escape::xml(told)
        );
    }

    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, text: impl Display) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (x, y) = (Number(x), Number(y));
        _ = writeln!(
            self.out,
            "<text x=\"{x}\" y=\"{y}\"{anchor} fill=\"currentColor\">{}</text>",
            escape::xml(text.to_string())
        );
    }

    /// What each pattern stands for, in rows from `y` on.
    pub(super) fn legend<'a>(&mut self, y: f64, labels: impl IntoIterator<Item = &'a str>) {
        for (kind, label) in labels.into_iter().enumerate() {
            let (column, row) = (kind % 2, kind / 2);
            let (x, y) = (column as f64 * WIDTH / 2.0, y + row as f64 * ROW);
            self.fill(kind, [x, y, 12.0, 12.0], "");
            self.text(x + 18.0, y + 10.0, Anchor::Start, label);
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }
}

/// Pixels from one row of a legend to the next.
pub(super) const ROW: f64 = 18.0;

/// How high a legend of so many labels is.
pub(super) fn legend_height(labels: usize) -> f64 {
    labels.div_ceil(2) as f64 * ROW
}

/// A file of its own: on white, since nothing else says what the colours stand on.
#[must_use]
pub fn file(chart: &str) -> String {
    let white = "</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", chart.replacen("</desc>\n", white, 1))
}

/// The text that fits so many pixels; hostile characters are escapes already.
pub(super) fn fitting(text: &str, pixels: f64) -> String {
    // Characters from Hangul on may be twice as wide.
    let wide = if text.chars().any(|c| c >= '\u{1100}') { 2.0 } else { 1.0 };
    escape::cut(text, (pixels / CHARACTER / wide) as usize)
}

/// How wide a text is, about.
pub(super) fn width(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER
}

fn colour(kind: usize) -> &'static str {
    COLOURS[kind.min(KINDS - 1)]
}

fn stroked(hatch: &str) -> String {
    if hatch.is_empty() {
        return String::new();
    }
    format!("<path class=\"hatch\" d=\"{hatch}\" fill=\"none\" stroke=\"#fff\" stroke-opacity=\"0.7\"/>")
}

/// A coordinate with one decimal at most, and no `-0`.
struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = (self.0 * 10.0).round() as i64;
        let sign = if tenths < 0 { "-" } else { "" };
        match (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (whole, part) => write!(f, "{sign}{whole}.{part}"),
        }
    }
}
