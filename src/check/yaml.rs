//! Reads YAML: what a component shows of its configuration, and files in which everything has a place.

mod node;
mod raw;

pub use node::{Key, Mark, Node, Value};
pub use raw::Raw;

use serde::de::DeserializeOwned;

/// Parses YAML as YAML 1.2 has it: `y`, `on` and `no` are texts, as the components' own parsers read them.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn a_name_that_old_yaml_takes_for_a_boolean_stays_a_name() {
        let value: Value = super::parse("- name: y\n- name: on\n- ready: true\n").unwrap();
        assert_eq!(value, json!([{"name": "y"}, {"name": "on"}, {"ready": true}]));
    }
}
