//! Bulk decoding of XOR chunks straight into columns; called by the head, by blocks and by compaction.
//!
//! The loop keeps the bit position and the last sample in registers and loads one word for the time and the value's
//! control bits, a second one only for significant bits. Runs of samples that say nothing new are taken at once. Whether
//! the data was long enough is checked once per sample, which is enough because looking beyond the end yields zeros.

use std::iter::Zip;
use std::slice::IterMut;

use crate::ChunkError;
use crate::bits::{BitReader, PEEK_BITS, XorWindow};

/// How many samples the chunk says it has.
pub fn count(chunk: &[u8]) -> Result<u16, ChunkError> {
    chunk
        .first_chunk::<2>()
        .map(|header| u16::from_be_bytes(*header))
        .ok_or(ChunkError::NoHeader(chunk.len()))
}

/// The time of the first sample.
pub fn first_timestamp(chunk: &[u8]) -> Result<i64, ChunkError> {
    let count = count(chunk)?;
    let mut reader = BitReader::new(chunk.get(2..).unwrap_or_default());
    let t = reader.varint();
    if count == 0 || reader.overrun() {
        return Err(ChunkError::Truncated { len: chunk.len(), sample: 0, count: usize::from(count) });
    }
    Ok(t)
}

/// Appends the samples of `chunk` with times in `[mint, maxt]` to the two columns, which stay of equal length.
pub fn decode(
    chunk: &[u8],
    mint: i64,
    maxt: i64,
    times: &mut Vec<i64>,
    values: &mut Vec<f64>,
) -> Result<(), ChunkError> {
    let count = usize::from(count(chunk)?);
    let start = times.len();
    debug_assert_eq!(start, values.len());
    times.resize(start + count, 0);
    values.resize(start + count, 0.0);
    let columns = (times.get_mut(start..).unwrap_or_default(), values.get_mut(start..).unwrap_or_default());
    let result = fill(chunk, maxt, columns.0, columns.1);
    let decoded = *result.as_ref().unwrap_or(&0);
    times.truncate(start + decoded);
    values.truncate(start + decoded);
    let early = times.get(start..).unwrap_or_default().partition_point(|t| *t < mint);
    if early > 0 {
        times.drain(start..start + early);
        values.drain(start..start + early);
    }
    result.map(drop)
}

/// Decodes into the two slices of equal length until they are full or a time is beyond `maxt`; returns how many.
fn fill(chunk: &[u8], maxt: i64, times: &mut [i64], values: &mut [f64]) -> Result<usize, ChunkError> {
    let count = times.len();
    let truncated = |sample| ChunkError::Truncated { len: chunk.len(), sample, count };
    let mut reader = BitReader::new(chunk.get(2..).unwrap_or_default());
    let mut out = times.iter_mut().zip(values);

    let Some(first) = out.next() else { return Ok(0) };
    let mut t = reader.varint();
    let mut bits = reader.take(64);
    if reader.overrun() {
        return Err(truncated(0));
    }
    if t > maxt {
        return Ok(0);
    }
    (*first.0, *first.1) = (t, f64::from_bits(bits));

    let Some(second) = out.next() else { return Ok(1) };
    let mut delta = reader.uvarint() as i64;
    let mut window = XorWindow::default();
    bits ^= window.take(&mut reader);
    if reader.overrun() {
        return Err(truncated(1));
    }
    t = t.wrapping_add(delta);
    if t > maxt {
        return Ok(1);
    }
    (*second.0, *second.1) = (t, f64::from_bits(bits));

    while let Some(sample) = out.next() {
        let word = reader.peek();
        if word >> (64 - 2 * RUN) == 0 {
            let run = run_of(&reader, word);
            // Where the data ends this sample is taken as any other, and found missing.
            if run > 0 {
                let more;
                (out, t, more) = repeat(sample, out, run, (t, delta, maxt), f64::from_bits(bits));
                if !more {
                    return Ok(count - out.len() - usize::from(t > maxt));
                }
                reader.skip(2 * run as u32);
                continue;
            }
        }
        let (dod, consumed) = if word >> 63 == 0 { (0, 1) } else { long_dod(&mut reader, word) };
        delta = delta.wrapping_add(dod);
        t = t.wrapping_add(delta);
        reader.skip(consumed);
        let ahead = if consumed > 0 { word << consumed } else { reader.peek() };
        bits ^= window.take_ahead(&mut reader, ahead);
        if reader.overrun() {
            return Err(truncated(count - out.len() - 1));
        }
        if t > maxt {
            return Ok(count - out.len() - 1);
        }
        (*sample.0, *sample.1) = (t, f64::from_bits(bits));
    }
    Ok(count)
}

/// From so many samples on that say nothing new, they are taken at once.
const RUN: u32 = 8;

/// How many samples the zeros at the front of `word` stand for, two bits each, as far as there is data.
#[inline]
fn run_of(reader: &BitReader<'_>, word: u64) -> usize {
    (word.leading_zeros().min(PEEK_BITS) / 2).min(reader.left() as u32 / 2) as usize
}

/// Where samples go.
type Slots<'a> = Zip<IterMut<'a, i64>, IterMut<'a, f64>>;

/// Writes a sample `run` times, `delta` apart, to `first` and what follows; gives the slots behind them, the last time, and
/// whether all of them had room and a time up to `maxt`. Out of line and by value, so that the loop around it keeps its
/// registers.
#[inline(never)]
fn repeat<'a>(
    first: (&mut i64, &mut f64),
    mut rest: Slots<'a>,
    run: usize,
    (mut t, delta, maxt): (i64, i64, i64),
    value: f64,
) -> (Slots<'a>, i64, bool) {
    let mut slot = first;
    for left in (0..run).rev() {
        t = t.wrapping_add(delta);
        if t > maxt {
            return (rest, t, false);
        }
        (*slot.0, *slot.1) = (t, value);
        if left > 0 {
            match rest.next() {
                Some(next) => slot = next,
                None => return (rest, t, false),
            }
        }
    }
    (rest, t, true)
}

/// The delta of the delta that starts with a one, and how many bits of `word` it took; 0 when the reader itself moved.
#[inline(always)]
fn long_dod(reader: &mut BitReader<'_>, word: u64) -> (i64, u32) {
    let ones = (!word).leading_zeros();
    let size = match ones {
        1 => 14,
        2 => 17,
        3 => 20,
        _ => {
            reader.skip(4);
            return (reader.take(64) as i64, 0);
        }
    };
    let raw = (word << (ones + 1) >> (64 - size)) as i64;
    let dod = if raw > 1 << (size - 1) { raw - (1 << size) } else { raw };
    (dod, ones + 1 + size)
}
