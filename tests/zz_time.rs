//! scratch
#[path = "hostile.rs"]
mod h;
#[test]
fn timing() {
    let run = || {
        for language in dekey::lang::LANGUAGES {
            for (a, b) in h::bombs(20_000).iter().zip(h::bombs(80_000)) {
                let t = std::time::Instant::now();
                std::hint::black_box(dekey::lang::lower(language, a.as_bytes(), dekey::span::Span::new(0, a.len())));
                let ta = t.elapsed().as_secs_f64();
                if ta < 0.03 {
                    continue;
                }
                let t = std::time::Instant::now();
                std::hint::black_box(dekey::lang::lower(language, b.as_bytes(), dekey::span::Span::new(0, b.len())));
                let tb = t.elapsed().as_secs_f64();
                println!("{} {:?} {:.3} {:.3} x{:.1}", language.name, &a[..a.len().min(12)], ta, tb, tb / ta);
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}
