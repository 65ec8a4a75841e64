//! Amounts as Kubernetes and stories write them.

use proptest::prelude::*;

use super::*;

fn bytes(text: &str) -> u64 {
    text.parse::<Bytes>().unwrap_or_else(|error| panic!("{error}")).0
}

#[test]
fn binary_and_decimal_units_differ() {
    assert_eq!(bytes("4Gi"), 4_294_967_296);
    assert_eq!(bytes("4GiB"), 4_294_967_296);
    assert_eq!(bytes("4GB"), 4_000_000_000);
    assert_eq!(bytes("4G"), 4_000_000_000);
    assert_eq!(bytes("512Mi"), 536_870_912);
    assert_eq!(bytes("128k"), 128_000);
    assert_eq!(bytes("1.5Gi"), 1_610_612_736);
}

#[test]
fn numbers_without_a_unit_are_bytes_as_in_kubernetes() {
    assert_eq!(bytes("4e9"), 4_000_000_000);
    assert_eq!(bytes("4E9"), 4_000_000_000);
    assert_eq!(bytes("1.5e3"), 1500);
    assert_eq!(bytes("129e6"), 129_000_000);
    assert_eq!(bytes("1024"), 1024);
    assert_eq!(bytes("1E"), 1_000_000_000_000_000_000);
    assert_eq!(bytes("0"), 0);
}

#[test]
fn a_part_of_a_byte_is_rounded_up() {
    assert_eq!(bytes("100m"), 1);
    assert_eq!(bytes("128974848000m"), 128_974_848);
    assert_eq!(bytes("1500m"), 2);
    assert_eq!(bytes("15e-1"), 2);
}

#[test]
fn what_is_no_amount_is_refused() {
    for text in
        ["", "Gi", "4 Gi", "4XB", "-1Gi", "1.2.3Gi", "4e", "4e9Gi", "4e99", "4e-2147483648", "99999999999Gi", "."]
    {
        assert!(text.parse::<Bytes>().is_err(), "{text}");
    }
}

#[test]
fn a_unit_in_the_wrong_case_is_pointed_out() {
    let error = "4gb".parse::<Bytes>().unwrap_err();
    assert_eq!(
        error,
        "`4gb` is not an amount of bytes: expected a number with a unit such as 512Mi, 4Gi, 4GB; did you mean the unit `GB`?"
    );
}

#[test]
fn it_is_written_exactly() {
    for (written, shown) in
        [("4Gi", "4Gi"), ("4GB", "4GB"), ("1536Mi", "1536Mi"), ("4294967297", "4294967297B"), ("0", "0B")]
    {
        assert_eq!(written.parse::<Bytes>().unwrap().to_string(), shown);
    }
}

proptest! {
    #[test]
    fn what_is_shown_can_be_read_again(value in prop_oneof![any::<u64>(), (0..4096_u64).prop_map(|n| n << 20), (0..9999_u64).prop_map(|n| n * 1_000_000)]) {
        prop_assert_eq!(bytes(&Bytes(value).to_string()), value);
    }
}
