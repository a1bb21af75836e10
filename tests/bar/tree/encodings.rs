//! Tokens in every way that a file may store one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::case::Case;

const TEXT: &str = "# caf\u{e9} \u{1f600}\nkey = \"{{token}}\"\n";
const PLAIN: &str = "name = \"value\"\nkey = \"{{token}}\"\n";

/// A token each.
pub(crate) fn encodings() -> Vec<Case> {
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect::<Vec<u8>>();
    let after =
        |mark: &'static [u8], store: fn(&str) -> Vec<u8>| move |text: &str| [mark.to_vec(), store(text)].concat();
    let odd = |mut case: Case| {
        case.content.push(b'x');
        case
    };
    let mut cases = vec![
        Case::find("enc/utf-8", TEXT),
        Case::stored("enc/utf-8-mark", TEXT, after(b"\xef\xbb\xbf", utf8)),
        Case::stored("enc/utf-16-le-mark", TEXT, after(b"\xff\xfe", utf16_le)),
        Case::stored("enc/utf-16-be-mark", TEXT, after(b"\xfe\xff", utf16_be)),
        Case::stored("enc/utf-32-le-mark", TEXT, after(b"\xff\xfe\0\0", utf32_le)),
        Case::stored("enc/utf-32-be-mark", TEXT, after(b"\0\0\xfe\xff", utf32_be)),
        Case::stored("enc/utf-16-le", PLAIN, utf16_le),
        Case::stored("enc/utf-16-be", PLAIN, utf16_be),
        Case::stored("enc/utf-32-le", PLAIN, utf32_le),
        Case::stored("enc/utf-32-be", PLAIN, utf32_be),
        // A byte that is no unit at the end.
        odd(Case::stored("enc/utf-16-le-mark-odd", TEXT, after(b"\xff\xfe", utf16_le))),
        odd(Case::stored("enc/utf-16-be-odd", PLAIN, utf16_be)),
        odd(Case::stored("enc/utf-32-le-mark-odd", TEXT, after(b"\xff\xfe\0\0", utf32_le))),
        // Marks that are no truth, and pairs that look like UTF-16.
        Case::stored("enc/mark-lies", PLAIN, after(b"\xff\xfe", utf8)).or_notice(),
        Case::stored("enc/wide-mark-lies", PLAIN, after(b"\xff\xfe\0\0", utf8)).or_notice(),
        Case::find("enc/eight-pairs", "a\0b\0c\0d\0e\0f\0g\0h\0\n{{token}}\n"),
        // A text within a program, wherever its pairs begin.
        Case::stored("enc/wide-in-binary", PLAIN, after(b"\x7fELF\x02\0\0\0\xfe\x90\x90", utf16_le)).or_notice(),
        // What makes a file binary to others.
        Case::find("enc/nul-first", "\0{{token}}\n"),
        Case::find("enc/nul-around", "\0\0\0\0{{token}}\0\0\0\0"),
        Case::find("enc/nul-far", &format!("{}\0{{{{token}}}}\n", "x\n".repeat(40_000))),
        Case::find("enc/magic.png", "\u{89}PNG\r\n\u{1a}\n\0\0\0\rIHDR{{token:eu}}\0{{token}}"),
        // One byte a character, and none of them UTF-8.
        Case::stored("enc/latin-1", "caf\u{e9}\u{ff} = {{token}}\u{e9}\n", latin),
        Case::find("enc/carriage-returns", "a\r{{token}}\rb\r"),
        Case::find("enc/no-end", "{{token}}"),
    ];
    let mut other = |name: &str, store: fn(&str) -> String| {
        let path = format!("enc/{name}");
        let content = store(&super::case::token(path.as_bytes(), 1));
        cases.push(Case {
            path: path.into_bytes(),
            content: content.into_bytes(),
            expect: super::case::Expect::FindOrNotice,
        });
    };
    let stores = [
        ("base64", (|token| STANDARD.encode(token)) as fn(&str) -> String),
        ("base64-of-header", |token| STANDARD.encode(format!("{token}:"))),
        ("base64-url-of-body", |token| URL_SAFE_NO_PAD.encode(format!("intercom: {{\"access_token\":\"{token}\"}}"))),
        ("percent", |token| format!("https://api.intercom.io/?a={}", token.replace('=', "%3D"))),
        ("escaped.json", |token| format!("{{\"intercom_access_token\":\"{}\"}}", token.replace('=', "\\u003d"))),
    ];
    stores.iter().for_each(|(name, store)| other(name, *store));
    cases
}

fn utf8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn utf16_le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn utf16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn utf32_le(text: &str) -> Vec<u8> {
    text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()
}

fn utf32_be(text: &str) -> Vec<u8> {
    text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()
}
