//! Kubernetes quantities (`128Mi`, `50m`) as numbers.

/// The value of a quantity in its base unit; `None` where it is none.
pub fn value(text: &str) -> Option<f64> {
    let digits =
        text.find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+'))).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let factor = match unit {
        "" => 1.0,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        _ => return format!("{number}{unit}").parse().ok(),
    };
    Some(number * factor)
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn binary_decimal_and_milli_units_are_known() {
        assert_eq!(value("50Gi"), Some(53_687_091_200.0));
        assert_eq!(value("128M"), Some(128_000_000.0));
        assert_eq!(value("250m"), Some(0.25));
        assert_eq!(value("2"), Some(2.0));
        assert_eq!(value("1e3"), Some(1000.0));
        assert_eq!(value("many"), None);
    }
}
