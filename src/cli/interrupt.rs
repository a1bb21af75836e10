//! Ctrl-C and its kin.
//!
//! Owns which signals end a run early. The decisions to know: the first one lets a run tell what it has found so far, and
//! write its reports whole; the second ends it at once. A signal that whoever started dekey has told it to ignore stays
//! ignored, as under `nohup`.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Once};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Set by the first signal.
static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// That signal; 0 for none.
static CAUGHT: AtomicUsize = AtomicUsize::new(0);
static LEFT_ALONE: AtomicBool = AtomicBool::new(false);

#[cfg(unix)]
const SIGNALS: &[c_int] = &[SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: &[c_int] = &[SIGINT, SIGTERM];

/// What tells work to end. From now on signals set it, unless they are left alone.
pub(super) fn catch() -> Arc<AtomicBool> {
    static ONCE: Once = Once::new();
    if !LEFT_ALONE.load(Ordering::Relaxed) {
        ONCE.call_once(|| {
            let ignored = ignored();
            for signal in SIGNALS.iter().filter(|signal| !ignored(**signal)) {
                // In this order: the second signal finds what the first has set. One that cannot be caught ends the run,
                // as if this were not here.
                _ = flag::register_conditional_shutdown(*signal, status(*signal).into(), Arc::clone(&STOP))
                    .and_then(|_| flag::register_usize(*signal, &CAUGHT, usize::try_from(*signal).unwrap_or(0)))
                    .and_then(|_| flag::register(*signal, Arc::clone(&STOP)));
            }
        });
    }
    Arc::clone(&STOP)
}

/// Lets signals end the run at once, as they do by themselves.
pub(super) fn leave_alone() {
    LEFT_ALONE.store(true, Ordering::Relaxed);
}

/// The exit code of a run that a signal has ended early.
pub(super) fn caught() -> Option<u8> {
    match CAUGHT.load(Ordering::Relaxed) {
        0 => None,
        signal => Some(status(c_int::try_from(signal).unwrap_or(0))),
    }
}

/// What a shell tells of a program that a signal has ended.
fn status(signal: c_int) -> u8 {
    u8::try_from(signal).unwrap_or(0).saturating_add(128)
}

/// Which signals this process was started to ignore.
#[cfg(target_os = "linux")]
fn ignored() -> impl Fn(c_int) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    move |signal| u32::try_from(signal - 1).ok().and_then(|bit| mask.checked_shr(bit)).is_some_and(|bits| bits & 1 == 1)
}

/// Nobody can tell without unsafe code. A terminal that is left by `nohup` is not the one of any stream.
#[cfg(not(target_os = "linux"))]
fn ignored() -> impl Fn(c_int) -> bool {
    use std::io::IsTerminal as _;
    let attached = std::io::stdin().is_terminal() || std::io::stdout().is_terminal() || std::io::stderr().is_terminal();
    move |signal| signal != SIGINT && signal != SIGTERM && !attached
}
