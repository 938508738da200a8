//! Random lives of a database beside a naive map: appends in order and late, floats, stale markers, histograms of both kinds,
//! exemplars, deletions, clean-up, compactions, retention, restarts with and without a memory snapshot and with other
//! options, kills at any operation, power cuts, damaged head chunk files, copies, transactions around maintenance and given
//! up ones. Everything is read back often.
//!
//! `NARTHEX_SEEDS` lives of `NARTHEX_STEPS` steps are lived, the first one with seed `NARTHEX_SEED`. One that fails is made
//! as short as possible and printed.

mod op;
mod shrink;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::op::{Config, Op};
use self::world::World;
use crate::{Random, setting};

/// Lives one life; why it failed.
fn live(config: &Config, ops: &[Op]) -> Result<(), String> {
    let life = || {
        let mut world = World::new(config.clone());
        for (step, op) in ops.iter().enumerate() {
            world.apply(op).map_err(|reason| format!("step {step}, {op:?}: {reason}"))?;
        }
        world.end()
    };
    catch_unwind(AssertUnwindSafe(life)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        Err(text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned())
    })
}

#[test]
fn lives() {
    let (first, seeds) = (setting("NARTHEX_SEED", 1), setting("NARTHEX_SEEDS", 8));
    let steps = setting("NARTHEX_STEPS", 250);
    for seed in first..first + seeds {
        let mut random = Random::new(seed);
        let config = Config::random(&mut random);
        let ops: Vec<Op> = (0..steps).map(|_| Op::random(&mut random)).collect();
        if let Err(reason) = live(&config, &ops) {
            let fails = |ops: &[Op]| live(&config, ops).is_err();
            let ops = shrink::shrink(ops, fails);
            let reason = live(&config, &ops).err().unwrap_or(reason);
            let list: String = ops.iter().map(|op| format!("    {op:?}\n")).collect();
            panic!("NARTHEX_SEED={seed} NARTHEX_STEPS={steps}: {reason}\n  {config:?}\n{list}");
        }
    }
}
