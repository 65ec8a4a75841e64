//! Names that tell that their value is a secret.

/// Ends of such names, in lower case. What merely ends in `secret` is often the name of a Secret.
const ENDS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "token",
    "authorization",
    "apikey",
    "privatekey",
    "accesskey",
    "credentials",
    "clientsecret",
];

/// Whether the value under this name may be a secret.
pub fn is_telling(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    plain == "secret" || ENDS.iter().any(|end| plain.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::is_telling;

    #[test]
    fn the_end_of_a_name_tells_and_the_name_of_a_secret_does_not() {
        for name in ["password", "DB_PASSWORD", "apiKey", "secret", "admin-token", "clientSecret"] {
            assert!(is_telling(name), "{name}");
        }
        for name in ["secretName", "existingSecret", "passwordKey", "tokenSecretRef", "name"] {
            assert!(!is_telling(name), "{name}");
        }
    }
}
