//! Kubernetes quantities (`512Mi`, `100m`) as numbers.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

const SUFFIXES: [(&str, f64); 12] = [
    ("Ki", 1024.0),
    ("Mi", 1024.0 * 1024.0),
    ("Gi", 1024.0 * 1024.0 * 1024.0),
    ("Ti", 1024.0 * 1024.0 * 1024.0 * 1024.0),
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("", 1.0),
];

/// The plain number: bytes for memory, cores for CPU; `None` if it is no quantity.
pub(super) fn value(quantity: &Quantity) -> Option<f64> {
    let text = quantity.0.trim();
    SUFFIXES.iter().find_map(|(suffix, factor)| {
        let number: f64 = text.strip_suffix(suffix)?.parse().ok()?;
        Some(number * factor)
    })
}

/// Whole bytes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "memory sizes are far below 2^53 and negative ones become 0"
)]
pub(super) fn bytes(quantity: &Quantity) -> Option<u64> {
    value(quantity).map(|number| number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_and_decimal_suffixes_differ() {
        let bytes = |text: &str| bytes(&Quantity(text.to_owned()));
        assert_eq!(bytes("512Mi"), Some(536_870_912));
        assert_eq!(bytes("512M"), Some(512_000_000));
        assert_eq!(bytes("1000"), Some(1000));
        assert_eq!(bytes("lots"), None);
    }

    #[test]
    fn milli_cores_are_a_thousandth() {
        assert_eq!(value(&Quantity("250m".to_owned())), Some(0.25));
    }
}
