//! Known bytes, round trips and hostile input for the XOR encoding.

use proptest::prelude::*;

use super::*;
use crate::ChunkError;

fn build(samples: &[(i64, f64)]) -> Vec<u8> {
    let mut builder = XorBuilder::new();
    for (t, v) in samples {
        builder.append(*t, *v);
    }
    builder.to_vec()
}

fn read(chunk: &[u8], mint: i64, maxt: i64) -> Result<Vec<(i64, u64)>, ChunkError> {
    let (mut times, mut values) = (vec![7], vec![7.0]);
    decode(chunk, mint, maxt, &mut times, &mut values)?;
    assert_eq!((times.remove(0), values.remove(0)), (7, 7.0), "what was there stays");
    Ok(times.into_iter().zip(values.into_iter().map(f64::to_bits)).collect())
}

#[test]
fn bytes_of_a_small_chunk() {
    // count 2, varint 0, 64 bits of 0.0; delta 15000 as uvarint, then one zero bit.
    assert_eq!(build(&[(0, 0.0), (15_000, 0.0)]), [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x98, 0x75, 0]);
    assert_eq!(build(&[]), []);
}

#[test]
fn a_range_is_cut_out() {
    let chunk = build(&[(10, 1.0), (20, 2.0), (30, 3.0), (40, 4.0)]);
    let times = |mint, maxt| read(&chunk, mint, maxt).unwrap().iter().map(|s| s.0).collect::<Vec<_>>();
    assert_eq!(times(i64::MIN, i64::MAX), [10, 20, 30, 40]);
    assert_eq!(times(20, 30), [20, 30]);
    assert_eq!(times(11, 19), []);
    assert_eq!(times(41, 100), []);
    assert_eq!(times(0, 9), []);
    assert_eq!(times(10, 10), [10]);
    assert_eq!(times(40, 40), [40]);
    assert_eq!(first_timestamp(&chunk), Ok(10));
}

#[test]
fn every_cut_is_an_error_and_never_a_panic() {
    let samples: Vec<_> = (0..50).map(|i| (i * 15_000 + i % 3, (i as f64).sqrt())).collect();
    let chunk = build(&samples);
    for len in 0..chunk.len() {
        assert!(read(&chunk[..len], i64::MIN, i64::MAX).is_err(), "{len}");
    }
}

#[test]
fn taking_keeps_the_newest_sample_known() {
    let mut builder = XorBuilder::new();
    builder.append(1, 1.0);
    builder.append(2, f64::NAN);
    let (data, len) = builder.take();
    assert_eq!(count(&data[..len]), Ok(2));
    assert_eq!((builder.count(), builder.last_t(), builder.parts()), (0, 2, None));
    builder.append(3, 1.0);
    assert_eq!(read(&builder.to_vec(), 0, 9).unwrap(), [(3, 1.0_f64.to_bits())]);
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        (0..100_i32).prop_map(f64::from),
        Just(f64::from_bits(0x7ff0_0000_0000_0002)),
    ]
}

fn step() -> impl Strategy<Value = i64> {
    prop_oneof![Just(15_000), 1..40_000_i64, 1..2_000_000_i64, 1..1_i64 << 40]
}

proptest! {
    #[test]
    fn round_trip(start in -1_i64 << 50..1_i64 << 50, steps in prop::collection::vec((step(), value()), 0..300)) {
        let mut t = start;
        let samples: Vec<_> = steps.into_iter().map(|(step, v)| { t += step; (t, v) }).collect();
        let chunk = build(&samples);
        if !samples.is_empty() {
            let got = read(&chunk, i64::MIN, i64::MAX).unwrap();
            let want: Vec<_> = samples.iter().map(|(t, v)| (*t, v.to_bits())).collect();
            prop_assert_eq!(got, want);
            let resumed = XorBuilder::resume(&chunk).unwrap();
            prop_assert_eq!(resumed.to_vec(), chunk.clone());
        }
    }

    #[test]
    fn hostile_bytes(chunk in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&chunk, i64::MIN, i64::MAX);
        let _ = first_timestamp(&chunk);
    }
}

#[test]
fn runs_of_equal_samples_end_where_they_should() {
    for length in [3, 9, 10, 29, 30, 31, 57, 58, 59, 100] {
        let samples: Vec<_> = (0..length).map(|i| (i * 10, 1.5)).chain([(length * 10, 2.0)]).collect();
        let chunk = build(&samples);
        let bits: Vec<_> = samples.iter().map(|(t, v)| (*t, v.to_bits())).collect();
        for maxt in -1..=length * 10 {
            let expected: Vec<_> = bits.iter().copied().filter(|(t, _)| *t <= maxt).collect();
            assert_eq!(read(&chunk, i64::MIN, maxt), Ok(expected), "{length} {maxt}");
        }
        // Without the sample at the end the run is the end of the data; a byte less is too little.
        let run = build(&samples[..length as usize]);
        assert_eq!(read(&run, i64::MIN, i64::MAX).map(|all| all.len()), Ok(length as usize));
        assert!(read(&run[..run.len() - 1], i64::MIN, i64::MAX).is_err(), "{length}");
    }
}
