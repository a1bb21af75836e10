//! Reports that are kept: what can be read can be shown, written and read again; joining depends on no order.

use dekey::document::merge::{Input, merge};
use dekey::document::{Document, read};
use dekey::render::kept::KEPT;

/// Reports, with NULs between.
pub fn run(bytes: &[u8]) {
    let read = |bytes: &[u8]| read::read(bytes).inspect_err(|error| drop((error.to_string(), error.help()))).ok();
    let documents: Vec<Document> = bytes.split(|byte| *byte == 0).take(4).filter_map(read).collect();
    documents.iter().for_each(shown);
    let joined = |documents: &mut dyn Iterator<Item = &Document>| {
        let inputs = documents.map(|document| Input { name: "name".to_owned(), document: document.clone() });
        merge(inputs.collect(), Vec::new()).ok()
    };
    let (one, other) = (joined(&mut documents.iter()), joined(&mut documents.iter().rev()));
    assert_eq!(one, other, "the order of reports changes the joined one");
    if let Some(joined_once) = one {
        shown(&joined_once.document);
        let twice = joined(&mut [&joined_once.document, &joined_once.document].into_iter());
        assert_eq!(
            twice.map(|twice| twice.document),
            joined(&mut [&joined_once.document].into_iter()).map(|once| once.document)
        );
    }
}

fn shown(document: &Document) {
    for format in &KEPT {
        let mut out = anstream::StripStream::new(Vec::new());
        format.write(document, true, &mut out).expect("memory can be written to");
        let out = out.into_inner();
        super::render::check(format.name, &out);
        if format.name == "json" {
            assert_eq!(read::read(&out).as_ref().ok(), Some(document), "what is written reads differently");
        }
    }
}
