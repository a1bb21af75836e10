#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dekey_fuzz::targets::directive::run(bytes));
