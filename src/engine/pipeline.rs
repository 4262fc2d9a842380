//! The ordered parallel pipeline: items are read in order, worked in parallel, delivered in order.
//!
//! ```text
//! next(), in turns ──► work() on each thread of a rayon pool ──► finished ──► sink()
//!                      per-thread state, reused                               calling thread
//! ```
//!
//! *Who works an item has read it.* What was just read lies in the cache of the core that looks at it next, and no thread
//! has to be woken for an item; a reader of its own cost a quarter of the CPU time of a run on two threads.
//!
//! *Memory is bounded.* An item counts as in flight from before it is read until the sink has returned; there are never
//! more than [`in_flight_limit`] of them. A slow sink therefore holds back the workers, and these the reader.
//!
//! *Nothing waits for ever.* User code never runs under the lock, every role is caught when it panics, and each way to
//! end (error, panic, stop) is a state that all waiting roles are woken to see.
//!
//! *One thread means one thread.* Everything then runs in a plain loop on the caller's thread.

use crate::error::{Error, Result};
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How a run ended that met no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The source had no more items; all were delivered.
    Complete,
    /// The stop flag was seen; all items read before it were delivered.
    Stopped,
}

/// The number of items that may be in flight at once with so many threads.
pub fn in_flight_limit(threads: usize) -> usize {
    if threads == 1 { 1 } else { 2 * threads + 2 }
}

/// The number of threads to use where none is given: what the machine offers this process.
pub fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Reads items with `next`, works them on `threads` threads (0 = [`default_threads`]), gives the outputs to `sink` in
/// the order of the items.
///
/// `make_state` is called on each worker thread that gets work, and the state stays with that thread. The sink runs on
/// the calling thread; with more than one thread, the workers call `next` in turns, each for the item that it works
/// itself, while the others work and the sink writes.
///
/// When `stop` becomes true no further item is read, and those in flight are finished and delivered. It is looked at
/// between items: a `next` that waits for input is not interrupted.
///
/// # Errors
/// The first error of `sink` ends the run at once; items in flight are dropped. An error of `next` is returned after
/// the items before it are delivered, so that what was delivered does not depend on the number of threads.
///
/// # Panics
/// A panic in one of the closures is passed on to the caller, when all threads have let go of the closures.
pub fn run<I, S, O>(
    threads: usize,
    mut next: impl FnMut() -> Result<Option<I>> + Send,
    make_state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, I) -> O + Sync,
    mut sink: impl FnMut(O) -> Result<()>,
    stop: &AtomicBool,
) -> Result<End>
where
    I: Send,
    O: Send,
{
    let threads = if threads == 0 { default_threads() } else { threads };
    if threads == 1 {
        let mut state = None;
        loop {
            if stop.load(Ordering::Relaxed) {
                return Ok(End::Stopped);
            }
            let Some(item) = next()? else { return Ok(End::Complete) };
            sink(work(state.get_or_insert_with(&make_state), item))?;
        }
    }

    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("gazetier-{index}"))
        .build()
        .map_err(|error| Error::message(format!("cannot start {threads} threads: {error}")))?;
    let line = Line::new(in_flight_limit(threads));
    let source = Mutex::new(&mut next);
    pool.in_place_scope(|scope| {
        scope.spawn_broadcast(|_, _| line.guard(|| line.work(&source, stop, &make_state, &work)));
        line.guard(|| line.deliver(&mut sink));
    });
    line.into_result()
}

/// What the roles share.
struct Line<O> {
    limit: usize,
    state: Mutex<State<O>>,
    /// Workers wait here for an item to leave.
    room: Condvar,
    /// The deliverer waits here for the next output in order.
    output: Condvar,
}

struct State<O> {
    /// Outputs by place, from the next one to deliver on; `None` = not finished yet.
    finished: VecDeque<Option<O>>,
    /// Items read so far: the number of the next one.
    read: u64,
    /// Items handed to the sink so far: the number of the first place in `finished`.
    delivered: u64,
    /// Items in flight, the one being read and the one in the sink included.
    in_flight: usize,
    /// No further item will come.
    ended: bool,
    stopped: bool,
    /// Everybody goes home, finished or not.
    cancelled: bool,
    source_error: Option<Error>,
    sink_error: Option<Error>,
    panic: Option<Box<dyn Any + Send>>,
}

impl<O> Line<O> {
    fn new(limit: usize) -> Self {
        let state = State {
            finished: VecDeque::with_capacity(limit),
            read: 0,
            delivered: 0,
            in_flight: 0,
            ended: false,
            stopped: false,
            cancelled: false,
            source_error: None,
            sink_error: None,
            panic: None,
        };
        Self { limit, state: Mutex::new(state), room: Condvar::new(), output: Condvar::new() }
    }

    /// The lock is never poisoned in a way that matters: no user code runs while it is held.
    fn lock(&self) -> MutexGuard<'_, State<O>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one role; its panic cancels the others and is kept for the caller.
    fn guard(&self, role: impl FnOnce()) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(role)) {
            self.cancel(|state| {
                state.panic.get_or_insert(panic);
            });
        }
    }

    fn cancel(&self, note: impl FnOnce(&mut State<O>)) {
        let mut state = self.lock();
        note(&mut state);
        state.cancelled = true;
        drop(state);
        self.room.notify_all();
        self.output.notify_all();
    }

    /// Waits for room and reads the next item; `None` when there is none, or nobody wants it any more.
    fn read<I>(
        &self,
        source: &Mutex<&mut (impl FnMut() -> Result<Option<I>> + Send)>,
        stop: &AtomicBool,
    ) -> Option<(u64, I)> {
        let mut state = self
            .room
            .wait_while(self.lock(), |state| state.in_flight >= self.limit && !state.ended && !state.cancelled)
            .unwrap_or_else(PoisonError::into_inner);
        state.in_flight += 1;
        drop(state);

        // Poisoned: reading has panicked, and the run is being cancelled.
        let mut next = source.lock().ok()?;
        let state = self.lock();
        if state.ended || state.cancelled {
            return None;
        }
        drop(state);
        let stopped = stop.load(Ordering::Relaxed);
        let item = if stopped { Ok(None) } else { next() };
        let mut state = self.lock();
        match item {
            Ok(Some(item)) => {
                let number = state.read;
                state.read += 1;
                state.finished.push_back(None);
                return Some((number, item));
            }
            Ok(None) => state.stopped = stopped,
            Err(error) => state.source_error = Some(error),
        }
        state.ended = true;
        drop(state);
        self.room.notify_all();
        self.output.notify_all();
        None
    }

    fn work<I, S>(
        &self,
        source: &Mutex<&mut (impl FnMut() -> Result<Option<I>> + Send)>,
        stop: &AtomicBool,
        make_state: &impl Fn() -> S,
        work: &impl Fn(&mut S, I) -> O,
    ) {
        let mut own = None;
        while let Some((number, item)) = self.read(source, stop) {
            let output = work(own.get_or_insert_with(make_state), item);
            let mut state = self.lock();
            if state.cancelled {
                return;
            }
            let place = (number - state.delivered) as usize;
            state.finished[place] = Some(output);
            drop(state);
            if place == 0 {
                self.output.notify_one();
            }
        }
    }

    fn deliver(&self, sink: &mut impl FnMut(O) -> Result<()>) {
        loop {
            let mut state = self
                .output
                .wait_while(self.lock(), |state| {
                    let waiting = match state.finished.front() {
                        Some(first) => first.is_none(),
                        None => !state.ended,
                    };
                    waiting && !state.cancelled
                })
                .unwrap_or_else(PoisonError::into_inner);
            if state.cancelled {
                return;
            }
            let Some(Some(output)) = state.finished.pop_front() else { return };
            state.delivered += 1;
            drop(state);

            if let Err(error) = sink(output) {
                return self.cancel(|state| state.sink_error = Some(error));
            }
            self.lock().in_flight -= 1;
            self.room.notify_one();
        }
    }

    fn into_result(self) -> Result<End> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(panic) = state.panic {
            resume_unwind(panic);
        }
        match state.sink_error.or(state.source_error) {
            Some(error) => Err(error),
            None => Ok(if state.stopped { End::Stopped } else { End::Complete }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    const THREADS: [usize; 4] = [1, 2, 3, 8];

    /// A source of the numbers 0..count.
    fn numbers(count: u64) -> impl FnMut() -> Result<Option<u64>> + Send {
        let mut numbers = 0..count;
        move || Ok(numbers.next())
    }

    /// A short pause that differs from item to item, so that items overtake each other.
    fn pause(seed: u64) {
        let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57;
        match mixed {
            0..32 => std::thread::sleep(Duration::from_micros(mixed * 10)),
            32..64 => std::thread::yield_now(),
            _ => {}
        }
    }

    #[test]
    fn order_is_kept_and_all_arrives() {
        for threads in THREADS {
            for count in [0, 1, 2, 7, 500] {
                let mut seen = Vec::new();
                let end = run(
                    threads,
                    numbers(count),
                    || (),
                    |(), n| {
                        pause(n);
                        n * 2
                    },
                    |n| {
                        seen.push(n);
                        Ok(())
                    },
                    &AtomicBool::new(false),
                );
                assert_eq!(end.unwrap(), End::Complete);
                assert_eq!(seen, (0..count).map(|n| n * 2).collect::<Vec<_>>(), "{threads} threads");
            }
        }
    }

    #[test]
    fn one_thread_stays_on_the_calling_thread() {
        let here = std::thread::current().id();
        let mut left = 3;
        let next = || {
            assert_eq!(std::thread::current().id(), here);
            left -= 1;
            Ok((left >= 0).then_some(()))
        };
        let sink = |id| {
            assert_eq!(id, here);
            Ok(())
        };
        let end = run(1, next, || (), |(), ()| std::thread::current().id(), sink, &NEVER);
        assert_eq!(end.unwrap(), End::Complete);
    }

    static NEVER: AtomicBool = AtomicBool::new(false);

    #[test]
    fn states_are_made_once_a_thread_and_reused() {
        for threads in THREADS {
            let made = AtomicUsize::new(0);
            let make = || {
                made.fetch_add(1, Ordering::Relaxed);
                0_u64
            };
            let work = |state: &mut u64, _| {
                *state += 1;
                (std::thread::current().id(), *state)
            };
            let mut last = std::collections::HashMap::new();
            let mut total = 0;
            let sink = |(thread, count): (std::thread::ThreadId, u64)| {
                let seen = last.entry(thread).or_insert(0);
                total += 1;
                *seen = count.max(*seen);
                Ok(())
            };
            run(threads, numbers(300), make, work, sink, &NEVER).unwrap();
            assert_eq!(total, 300);
            assert_eq!(last.values().sum::<u64>(), 300, "every item was counted by the state of its thread");
            assert!(made.into_inner() <= threads);
        }
    }

    #[test]
    fn no_more_items_are_in_flight_than_promised() {
        for threads in THREADS {
            for slow_sink in [false, true] {
                let in_flight = AtomicUsize::new(0);
                let most = AtomicUsize::new(0);
                let mut source = numbers(200);
                let next = || {
                    let now = in_flight.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    let item = source();
                    if matches!(item, Ok(None)) {
                        in_flight.fetch_sub(1, Ordering::SeqCst);
                    }
                    item
                };
                let sink = |n| {
                    if slow_sink {
                        std::thread::sleep(Duration::from_micros(200));
                    }
                    pause(n);
                    in_flight.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                run(threads, next, || (), |(), n| n, sink, &NEVER).unwrap();
                assert!(most.load(Ordering::SeqCst) <= in_flight_limit(threads), "{threads} threads");
                assert_eq!(in_flight.into_inner(), 0);
            }
        }
    }

    #[test]
    fn a_source_error_is_returned_after_the_items_before_it() {
        for threads in THREADS {
            let mut source = numbers(40);
            let next = || source()?.map_or_else(|| Err(Error::message("source")), |n| Ok(Some(n)));
            let mut seen = 0;
            let work = |_: &mut (), n| {
                pause(n);
                n
            };
            let sink = |n| {
                assert_eq!(n, seen);
                seen += 1;
                Ok(())
            };
            let error = run(threads, next, || (), work, sink, &NEVER).unwrap_err();
            assert_eq!((error.to_string().as_str(), seen), ("source", 40), "{threads} threads");
        }
    }

    #[test]
    fn a_sink_error_ends_an_endless_run() {
        for threads in THREADS {
            let read = AtomicUsize::new(0);
            let next = || Ok(Some(read.fetch_add(1, Ordering::Relaxed)));
            let sink = |n| if n == 20 { Err(Error::message("sink")) } else { Ok(()) };
            let error = run(threads, next, || (), |(), n| n, sink, &NEVER).unwrap_err();
            assert_eq!(error.to_string(), "sink");
            assert!(read.into_inner() <= 21 + in_flight_limit(threads));
        }
    }

    #[test]
    fn the_stop_flag_delivers_what_was_read() {
        for threads in THREADS {
            let stop = AtomicBool::new(false);
            let read = AtomicUsize::new(0);
            let next = || Ok(Some(read.fetch_add(1, Ordering::SeqCst)));
            let mut seen = 0;
            let sink = |n| {
                assert_eq!(n, seen);
                seen += 1;
                if n == 25 {
                    stop.store(true, Ordering::SeqCst);
                }
                Ok(())
            };
            let end = run(threads, next, || (), |(), n| n, sink, &stop).unwrap();
            assert_eq!(end, End::Stopped);
            assert_eq!(seen, read.into_inner(), "{threads} threads");
        }
    }

    #[test]
    fn a_stop_before_the_start_reads_nothing() {
        for threads in THREADS {
            let next = || -> Result<Option<()>> { panic!("must not be called") };
            let end = run(threads, next, || (), |(), ()| (), |()| Ok(()), &AtomicBool::new(true));
            assert_eq!(end.unwrap(), End::Stopped);
        }
    }

    #[test]
    fn a_panic_anywhere_reaches_the_caller() {
        for threads in THREADS {
            for place in ["source", "state", "work", "sink"] {
                let caught = catch_unwind(AssertUnwindSafe(|| {
                    let mut n = 0_u64;
                    let next = || {
                        n += 1;
                        assert!(place != "source" || n < 9, "source");
                        Ok(Some(n))
                    };
                    let make = || assert!(place != "state", "state");
                    let work = |_: &mut (), n: u64| {
                        assert!(place != "work" || n != 9, "work");
                        n
                    };
                    let sink = |n| {
                        assert!(place != "sink" || n != 9, "sink");
                        Ok(())
                    };
                    run(threads, next, make, work, sink, &NEVER)
                }));
                let panic = caught.expect_err("the panic was swallowed");
                assert_eq!(panic.downcast_ref::<&str>(), Some(&place), "{threads} threads");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_mixture_of_ends_keeps_the_order(
            threads in 1_usize..9,
            count in 0_u64..120,
            seed: u64,
            fail_source in proptest::option::of(0_u64..120),
            fail_sink in proptest::option::of(0_u64..120),
            stop_at in proptest::option::of(0_u64..120),
        ) {
            let stop = AtomicBool::new(false);
            let mut source = numbers(count);
            let next = || match source()? {
                Some(n) if Some(n) == fail_source => Err(Error::message("source")),
                item => Ok(item),
            };
            let work = |_: &mut (), n| {
                pause(n ^ seed);
                n
            };
            let mut seen = Vec::new();
            let sink = |n: u64| {
                pause(n.wrapping_add(seed));
                if Some(n) == fail_sink {
                    return Err(Error::message("sink"));
                }
                if Some(n) == stop_at {
                    stop.store(true, Ordering::Relaxed);
                }
                seen.push(n);
                Ok(())
            };
            let end = run(threads, next, || (), work, sink, &stop);
            prop_assert_eq!(&seen, &(0..seen.len() as u64).collect::<Vec<_>>());
            let bad_source = fail_source.filter(|&n| n < count);
            match end {
                Ok(End::Complete) => prop_assert_eq!(seen.len() as u64, count),
                Ok(End::Stopped) => prop_assert!(stop_at.is_some_and(|n| n < seen.len() as u64)),
                Err(error) if error.to_string() == "sink" => prop_assert_eq!(Some(seen.len() as u64), fail_sink),
                Err(_) => prop_assert_eq!(Some(seen.len() as u64), bad_source),
            }
        }
    }
}
