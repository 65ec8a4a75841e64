//! The HDR histogram of a load, and its text form that other HdrHistogram tools read.

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};

/// Significant digits: quantiles are within 0.1 %.
const DIGITS: u8 = 3;
/// Longest latency that is told apart, in microseconds: one hour.
const LONGEST: u64 = 3_600_000_000;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Collects latencies in microseconds; longer than an hour counts as an hour.
pub fn histogram(latencies_us: impl IntoIterator<Item = u64>) -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(1, LONGEST, DIGITS).expect("the bounds are constants that fit");
    for latency in latencies_us {
        histogram.saturating_record(latency);
    }
    histogram
}

/// Writes a histogram as HdrHistogram's logs do: V2 with DEFLATE, in Base64 (`HISTFAAA...`).
pub fn encode(histogram: &Histogram<u64>) -> Result<String, String> {
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(histogram, &mut bytes).map_err(|error| error.to_string())?;
    Ok(base64(&bytes))
}

/// Reads what [`encode`] wrote.
pub fn decode(text: &str) -> Result<Histogram<u64>, String> {
    let bytes = from_base64(text).ok_or("a histogram is not base64")?;
    Deserializer::new().deserialize(&mut bytes.as_slice()).map_err(|error| error.to_string())
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |group, at| group << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let sextet = (group >> (18 - 6 * at) & 63) as usize;
            text.push(if at <= chunk.len() { char::from(ALPHABET[sextet]) } else { '=' });
        }
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut bits) = (0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let sextet = ALPHABET.iter().position(|&known| known == letter)?;
        group = group << 6 | sextet as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((group >> bits & 255) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_as_the_rfc_says() {
        // RFC 4648, section 10.
        for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), text);
            assert_eq!(from_base64(text).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base64("Z*=="), None);
    }

    #[test]
    fn a_histogram_survives_its_text_form() {
        let written = histogram((1..=1000).map(|n| n * 137));
        let text = encode(&written).unwrap();
        assert!(text.starts_with("HISTFAAA"), "the cookie of V2 with DEFLATE: {text}");
        assert_eq!(decode(&text).unwrap(), written);
    }

    #[test]
    fn quantiles_are_within_a_thousandth_of_the_order_statistic() {
        let mut values: Vec<u64> = (1..=5000_u64).map(|n| n * n % 7919 * 311 + 50).collect();
        let coarse = histogram(values.iter().copied());
        values.sort_unstable();
        for quantile in ["p50", "p95", "p99"] {
            let quantile: crate::load::Quantile = quantile.parse().unwrap();
            let exact = quantile.of(&values).unwrap() as f64;
            let seen = coarse.value_at_quantile(quantile.value()) as f64;
            assert!((seen - exact).abs() <= 0.001 * exact + 1.0, "{quantile}: {seen} for {exact}");
        }
    }
}
