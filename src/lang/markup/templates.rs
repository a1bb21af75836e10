//! Templates: which code tags each engine has.
//!
//! Owns the tables and the languages made of them. The decision to know: the small languages of Jinja, Handlebars,
//! Liquid and their kin are read as JavaScript, whose names, calls and strings they share.

use super::html::Dialect;
use super::lower;
use super::tags::Delimiters;
use crate::lang::{Front, Language};

const fn code(open: &'static str, close: &'static str, language: &'static str) -> Delimiters {
    Delimiters { open, close, language: Some(language), output: false }
}

const fn output(open: &'static str, close: &'static str, language: &'static str) -> Delimiters {
    Delimiters { open, close, language: Some(language), output: true }
}

const fn comment(open: &'static str, close: &'static str) -> Delimiters {
    Delimiters { open, close, language: None, output: false }
}

/// What may stand in a page of unknown making.
pub(super) const ANY: &[Delimiters] = &[
    comment("{{!--", "--}}"),
    comment("{{!", "}}"),
    output("{{{", "}}}", "javascript"),
    output("{{", "}}", "javascript"),
    comment("{#", "#}"),
    code("{%", "%}", "javascript"),
    comment("<%--", "--%>"),
    comment("<%#", "%>"),
    output("<%=", "%>", "javascript"),
    output("<%-", "%>", "javascript"),
    code("<%", "%>", "javascript"),
    output("<?=", "?>", "php"),
    code("<?php", "?>", "php"),
];

/// PHP's own.
pub(super) const PHP: &[Delimiters] = &[output("<?=", "?>", "php"), code("<?", "?>", "php")];

const ERB: &[Delimiters] = &[
    comment("<%#", "%>"),
    output("<%==", "%>", "ruby"),
    output("<%=", "%>", "ruby"),
    code("<%-", "%>", "ruby"),
    code("<%", "%>", "ruby"),
];

const EEX: &[Delimiters] =
    &[comment("<%!--", "--%>"), comment("<%#", "%>"), output("<%=", "%>", "elixir"), code("<%", "%>", "elixir")];

const BLADE: &[Delimiters] = &[
    comment("{{--", "--}}"),
    output("{{{", "}}}", "php"),
    output("{{", "}}", "php"),
    output("{!!", "!!}", "php"),
    code("@php\n", "@endphp", "php"),
    code("@php(", ")", "php"),
    output("@json(", ")", "php"),
    output("@js(", ")", "php"),
    output("@lang(", ")", "php"),
    code("@include(", ")", "php"),
    code("@component(", ")", "php"),
    code("@section(", ")", "php"),
    code("@if(", ")", "php"),
    code("@if (", ")", "php"),
    code("@foreach(", ")", "php"),
    code("@foreach (", ")", "php"),
    output("<?=", "?>", "php"),
    code("<?php", "?>", "php"),
];

const RAZOR: &[Delimiters] = &[
    comment("@*", "*@"),
    code("@code {", "}", "csharp"),
    code("@functions {", "}", "csharp"),
    code("@functions{", "}", "csharp"),
    code("@{", "}", "csharp"),
    output("@(", ")", "csharp"),
    output("@Html.Raw(", ")", "csharp"),
    output("@Json.Serialize(", ")", "csharp"),
];

const JSP: &[Delimiters] = &[
    comment("<%--", "--%>"),
    comment("<%@", "%>"),
    output("<%=", "%>", "java"),
    code("<%!", "%>", "java"),
    code("<%", "%>", "java"),
    output("${", "}", "javascript"),
    output("#{", "}", "javascript"),
];

/// HTML with Ruby, as Rails and others make it.
pub static ERB_PAGE: Language = Language {
    name: "erb",
    extensions: &["rhtml", "ecr"],
    filenames: &["*.html.erb", "*.htm.erb", "*.xml.erb", "*.text.erb", "*.txt.erb"],
    interpreters: &[],
    fences: &["html+erb"],
    front: Front::Own(|text, range| lower(text, range, &Dialect::HTML, ERB)),
    environment: "",
};

/// HTML with Elixir, as Phoenix makes it.
pub static EEX_PAGE: Language = Language {
    name: "eex",
    extensions: &["eex", "heex", "leex"],
    filenames: &[],
    interpreters: &[],
    fences: &["html+eex"],
    front: Front::Own(|text, range| lower(text, range, &Dialect::HTML, EEX)),
    environment: "",
};

/// HTML with PHP's short notation, as Laravel makes it.
pub static BLADE_PAGE: Language = Language {
    name: "blade",
    extensions: &[],
    filenames: &["*.blade.php"],
    interpreters: &[],
    fences: &[],
    front: Front::Own(|text, range| lower(text, range, &Dialect::HTML, BLADE)),
    environment: "",
};

/// HTML with C#.
pub static RAZOR_PAGE: Language = Language {
    name: "razor",
    extensions: &["cshtml", "razor"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(|text, range| lower(text, range, &Dialect::HTML, RAZOR)),
    environment: "",
};

/// HTML with Java.
pub static JSP_PAGE: Language = Language {
    name: "jsp",
    extensions: &["jsp", "jspx", "jspf", "tag", "ftl"],
    filenames: &[],
    interpreters: &[],
    fences: &[],
    front: Front::Own(|text, range| lower(text, range, &Dialect::HTML, JSP)),
    environment: "",
};

/// Pages of engines whose code is a small language of their own, or JavaScript.
pub static TEMPLATE: Language = Language {
    name: "template",
    extensions: &["ejs", "eta", "hbs", "handlebars", "mustache", "liquid", "jinja", "njk", "twig", "gohtml"],
    // Other copies of files with such an ending are read as what they are copies of.
    filenames: &["*.html.tmpl", "*.html.j2", "*.htm.j2", "*.html.jinja2"],
    interpreters: &[],
    fences: &["django", "html+jinja", "html+django"],
    front: Front::Own(|text, range| lower(text, range, &Dialect::HTML, ANY)),
    environment: "",
};
