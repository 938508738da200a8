//! Chunks that Prometheus wrote, and hostile ones.

use proptest::prelude::*;

use super::{Xor2Builder, decode};
use crate::histogram::{self, Decoded, HistogramRef, ResetHeader};
use crate::{ChunkError, Encoding, HistogramBuilder};

/// Start, time, bits of the value.
type Sample = (i64, i64, u64);

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn samples(chunk: &[u8], mint: i64, maxt: i64) -> Result<Vec<Sample>, ChunkError> {
    let mut all = Vec::new();
    decode(chunk, mint, maxt, |start, t, v| all.push((start, t, v.to_bits()))).map(|()| all)
}

/// Plain, with starts from the first sample on, from the third on, from the second on.
const CHUNKS: [(&str, &[Sample]); 4] = [
    (
        "000c00d00f3ff0000000000000e807284bfff80039a0f7ffbe000b860ae3f8000000000036ee83302fc0000002e90ad830f961df7ffffff45ec7ee9ce119ff60",
        &[
            (0, 1000, 0x3ff0_0000_0000_0000),
            (0, 2000, 0x3ff0_0000_0000_0000),
            (0, 3000, 0x3ff0_0000_0000_0000),
            (0, 4000, 0x4000_0000_0000_0000),
            (0, 5001, 0x4004_0000_0000_0000),
            (0, 6000, 0x7ff0_0000_0000_0002),
            (0, 7000, 0x4004_0000_0000_0000),
            (0, 107000, 0x7ff0_0000_0000_0002),
            (0, 1107000, 0x4008_0000_0000_0000),
            (0, 99999999999, 0x401c_0000_0000_0000),
            (0, 100099999999, 0x7ff0_0000_0000_0000),
            (0, 100199999999, 0x7ff0_0000_0000_0000),
        ],
    ),
    (
        "000883d00f3ff0000000000000c801e807c137ff3542ee47dc1905e3e886f81194ffdf542509dffc78fa00",
        &[
            (900, 1000, 0x3ff0_0000_0000_0000),
            (900, 2000, 0x4014_0000_0000_0000),
            (900, 3000, 0x4022_0000_0000_0000),
            (3500, 4000, 0x4000_0000_0000_0000),
            (3500, 5000, 0x4004_0000_0000_0000),
            (0, 6000, 0x4008_0000_0000_0000),
            (6500, 7000, 0x7ff0_0000_0000_0002),
            (6500, 8000, 0x3ff8_0000_0000_0000),
        ],
    ),
    (
        "000402d00f3ff0000000000000e807c137ff3542efdc1905e3e8",
        &[
            (0, 1000, 0x3ff0_0000_0000_0000),
            (0, 2000, 0x4014_0000_0000_0000),
            (2500, 3000, 0x4022_0000_0000_0000),
            (2500, 4000, 0x4026_0000_0000_0000),
        ],
    ),
    (
        "000401cf0f7ff0000000000002b817c13600be1f4d830ca177f0177105e3e8",
        &[
            (0, -1000, 0x7ff0_0000_0000_0002),
            (-1500, 2000, 0x4014_0000_0000_0000),
            (-1500, 3000, 0x4022_0000_0000_0000),
            (-1500, 4000, 0x4026_0000_0000_0000),
        ],
    ),
];

#[test]
fn chunks_of_prometheus() {
    for (hex, want) in CHUNKS {
        let chunk = bytes(hex);
        assert_eq!(samples(&chunk, i64::MIN, i64::MAX).as_deref(), Ok(want));
        let range: Vec<_> = want.iter().copied().filter(|(_, t, _)| (2000..=5000).contains(t)).collect();
        assert_eq!(samples(&chunk, 2000, 5000), Ok(range));
        for cut in 0..chunk.len() {
            assert!(samples(&chunk[..cut], i64::MIN, i64::MAX).is_err(), "{cut}");
        }
    }
}

fn built(samples: &[Sample]) -> Xor2Builder {
    let mut builder = Xor2Builder::new();
    samples.iter().for_each(|(start, t, bits)| builder.append(*start, *t, f64::from_bits(*bits)));
    builder
}

#[test]
fn the_builder_writes_the_bytes_of_prometheus() {
    for (hex, samples) in CHUNKS {
        assert_eq!(built(samples).bytes(), bytes(hex));
    }
    let long: Vec<Sample> = samples(&bytes(LONG), i64::MIN, i64::MAX).unwrap();
    assert_eq!(built(&long).bytes(), bytes(LONG));
}

/// 200 samples; starts appear behind the 127th, where the header can no longer say so.
const LONG: &str = "00c87f000000000000000000646064303230bdfee666666666666e064303218191921fc0c86064303232763555555555555f03218190c0c885555555555557c0c86064303227333333333333703218190c0c88199999999999ac0c86064303232770aaaaaaaaaaaa78190c0c8606443ffffffffffff703218190c0c882aaaaaaaaaaabe0643032181911ccccccccccccdc0c8606430322033333333333358190c0c8606440aaaaaaaaaaabb03218190c0c883fffffffffffce06430321819102aaaaaaaaaaaac0c86064303221ccccccccccccf8190c0c8606440666666666666b03218190c0c881555555555557606430321819107fffffffffff9c0c8606430322055555555555558190c0c8606460fffff999999999999f03218190c0c8d0c333333333333703218190c0c8cfc6aaaaaaaaaaaf8190c0c860646765fffffffffffee0643032181912aaaaaaaaaaa78190c0c8606466e7cccccccccccd303218190c0c88666666666666e0643032181911555555555557c0c86064303227fffffffffffb8190c0c860644555555555554f03218190c0c8ccd3cccccccccccd303218190c0c88333333333333703218190c0c88555555555555f03218190c0c88ffffffffffff703218190c0c88555555555554f03218190c0c89cccccccccccd303218190c0c88333333333333703218190c0c88555555555555f03218190c0c88ffffffffffff703218190c0c88555555555554f03218190c0c8cbd7e6666666666698190c0c8606440666666666667c0c8606430322055555555555560643f060e6430321f0c5a9819107fffffffffffbe18e730321f0c8c98190f8652cc0c881555555555553f0cbe98190f866bcc0c87c33c260644399999999999af8684cc0c87c348a60643e1a77303220333333333333fc355260643e1adb30321f0d869819102aaaaaaaaaaabe1b3f30321f0db898190f86e8cc0c883fffffffffff3f0dea98190f8701cc0c87c3872606440aaaaaaaaaaaef871acc0c87c393a60643e1ccf303223cccccccccccd7c3a0260643e1d31f0321f0eb2981910199999999999fe1d9730321f0ee498190f877ecc0c881555555555555f0f1698190f8797cc0c87c3d22606441fffffffffff9f87b0cc0c87c3dea60643e1f273032205555555555577c3eb260643e1f8b30321f0fde981910e66666666666be1fef30321f101098190f8814cc0c880cccccccccccff104298190f882dcc0c87c41d2606440aaaaaaaaaaaaf8846cc0c87c429a60643e217f303220fffffffffffcfc436260643e21e330321f110a9819102aaaaaaaaaabbe224730321f113c98190f88aacc0c89f333333333335f116e98190f88c3cc0c87c4682606440666666666667f88dccc0c87c474a60643e23d73032205555555555557c481260643e243b30321f12369819107ffffffffffe7e249f30321f126898190f8940cc0c88155555555555df129a98190f8959cc0c87c4b3260644399999999999af8972cc0c87c4bfa60643e262f303220333333333333fc4cc260643e269300";

#[test]
fn a_long_chunk() {
    let got = samples(&bytes(LONG), i64::MIN, i64::MAX).unwrap();
    let want =
        (0..200_i64).map(|i| (if i > 150 { 5 } else { 0 }, i * i * 100, ((i / 3) as f64 * 0.1).to_bits()));
    assert_eq!(got, want.collect::<Vec<_>>());
}

/// Integer and float histograms: without starts up to the fifth sample, and with others.
const HISTOGRAMS: [[&str; 2]; 2] = [
    [
        "000704008c6478fa2713ff00000000000008bc7d138e12fffc4360306b0b06d067b8306c0b3c7d024f1f40",
        "000704008c6478fa10020000000000000ffc0000000000000ffc0000000000000ffc0000000000000ffc0000000000003c7d1ac1e12fffe12fffe12fffe12fffb50bdd80f603d80f60345d617ac2f585eb0b43da0f683da0f683f706276c0bd817b02f605f8fa1b43f3333e3e8",
    ],
    [
        "000784008c6478fa2713ff00000000000008ba01fc7d138e12fffc4360306b0b06d067b8306c0b3c7d024f1f40",
        "000784008c6478fa10020000000000000ffc0000000000000ffc0000000000000ffc0000000000000ffc0000000000003a01fc7d1ac1e12fffe12fffe12fffe12fffb50bdd80f603d80f60345d617ac2f585eb0b43da0f683da0f683f706276c0bd817b02f605f8fa1b43f3333e3e8",
    ],
];

#[test]
fn histograms_with_starts() {
    for (first, chunks) in [0, 500].into_iter().zip(HISTOGRAMS) {
        for (encoding, hex) in
            [Encoding::HistogramStart, Encoding::FloatHistogramStart].into_iter().zip(chunks)
        {
            let mut count = 0;
            let chunk = bytes(hex);
            assert_eq!(encoding.count(&chunk), 7);
            histogram::decode(encoding, &chunk, i64::MIN, i64::MAX, &mut |start, t, value| {
                count += 1;
                let want_start = if count > 4 { 4500 } else { first };
                assert_eq!((start, t), (want_start, count * 1000));
                let value = match value {
                    Decoded::Int(histogram) => histogram.to_float(),
                    Decoded::Float(histogram) => histogram,
                };
                let n = count as f64;
                let got = (value.schema, value.sum, value.count, value.zero_count, value.positive_buckets);
                assert_eq!(got, (1, n, 3.0 * n, n, vec![n, n]));
            })
            .unwrap();
            assert_eq!(count, 7);
            let again = HistogramBuilder::resume(encoding, &chunk).unwrap();
            assert_eq!((again.encoding(), again.bytes()), (encoding, &*chunk));
        }
    }
}

#[test]
fn a_histogram_chunk_with_starts_keeps_them_when_it_is_widened() {
    let wide = |n: i64, len: u32| narthex_model::Histogram {
        count: n as u64 * u64::from(len),
        sum: n as f64,
        positive_spans: vec![narthex_model::Span { offset: 0, length: len }],
        positive_buckets: std::iter::once(n).chain(std::iter::repeat(0)).take(len as usize).collect(),
        ..narthex_model::Histogram::default()
    };
    for encoding in [Encoding::HistogramStart, Encoding::FloatHistogramStart] {
        let mut builder = HistogramBuilder::new(encoding.is_float_histogram(), true);
        builder.restart(encoding.is_float_histogram(), ResetHeader::CounterReset);
        let starts: Vec<i64> = (1..300).map(|n| if n < 150 { 7 } else { n }).collect();
        for (n, start) in (1..).zip(&starts) {
            let (h, t) = (wide(n, if n < 200 { 2 } else { 4 }), n * 1000);
            let f = h.to_float();
            let value = if builder.encoding().is_float_histogram() {
                HistogramRef::Float(&f)
            } else {
                HistogramRef::Int(&h)
            };
            builder.append(*start, t, value).unwrap();
        }
        let mut got = Vec::new();
        histogram::decode(encoding, builder.bytes(), i64::MIN, i64::MAX, &mut |start, _, _| got.push(start))
            .unwrap();
        assert_eq!(got, starts);
        assert_eq!(builder.bytes()[0] >> 6, 2, "the reset header");
        let again = HistogramBuilder::resume(encoding, builder.bytes()).unwrap();
        assert_eq!(again.bytes(), builder.bytes());
    }
}

fn value() -> impl Strategy<Value = u64> {
    let near = (0..40_i32).prop_map(|v| (f64::from(v) / 8.0).to_bits());
    prop_oneof![3 => near, 1 => any::<u64>(), 1 => Just(narthex_model::STALE_NAN.to_bits())]
}

fn delta() -> impl Strategy<Value = i64> {
    prop_oneof![5 => Just(15_000_i64), 2 => 14_990..15_010_i64, 1 => 1..600_000_i64, 1 => 1..1_i64 << 40]
}

proptest! {
    #[test]
    fn samples_round_trip(
        rows in prop::collection::vec((delta(), value(), prop_oneof![8 => Just(None), 1 => any::<i64>().prop_map(Some)]), 0..260),
        first in -1_000_000..1_i64 << 42,
    ) {
        let (mut t, mut start) = (first, 0);
        let want: Vec<Sample> = rows
            .into_iter()
            .map(|(delta, bits, new)| {
                t += delta;
                start = new.unwrap_or(start);
                (start, t, bits)
            })
            .collect();
        let builder = built(&want);
        prop_assert_eq!(usize::from(builder.count()), want.len());
        if want.is_empty() {
            prop_assert!(builder.bytes().is_empty());
            return Ok(());
        }
        prop_assert_eq!(samples(builder.bytes(), i64::MIN, i64::MAX), Ok(want.clone()));
        let middle = want.len() / 2;
        let mut resumed = Xor2Builder::resume(built(&want[..middle.max(1)]).bytes()).unwrap();
        for (start, t, bits) in want.iter().skip(middle.max(1)) {
            resumed.append(*start, *t, f64::from_bits(*bits));
        }
        prop_assert_eq!((resumed.bytes(), resumed.last_t()), (builder.bytes(), t));
    }

    #[test]
    fn any_bytes_end(chunk in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = samples(&chunk, i64::MIN, i64::MAX);
        for encoding in [Encoding::HistogramStart, Encoding::FloatHistogramStart] {
            let _ = histogram::decode(encoding, &chunk, i64::MIN, i64::MAX, &mut |_, _, _| ());
            let _ = HistogramBuilder::resume(encoding, &chunk);
        }
        let _ = Xor2Builder::resume(&chunk);
    }
}
