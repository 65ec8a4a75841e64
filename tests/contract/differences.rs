//! Where the embedded cluster differs from a real one on purpose. A contract with a difference is proven on each cluster by what
//! the list says of it, so a difference that vanished is noticed.

/// One difference.
pub struct Difference {
    /// The contract that shows it.
    pub contract: &'static str,
    /// What a real cluster shows.
    pub real: &'static str,
    /// What the embedded one shows.
    pub embedded: &'static str,
    pub reason: &'static str,
}

/// All of them.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        contract: "a_denied_request_is_403_with_everything_in_it",
        real: "contract-nobody",
        embedded: "signoff",
        reason: "the embedded API has no users: a ConfigMap says what it denies, to everybody",
    },
    Difference {
        contract: "a_foreground_deletion_waits_for_dependants",
        real: "the owner waits: foregroundDeletion",
        embedded: "the owner is gone",
        reason: "nothing in the sandbox deletes in the foreground, so it is done as in the background",
    },
    Difference {
        contract: "a_namespace_is_made_with_what_pods_need",
        real: "-----BEGIN CERTIFICATE-----",
        embedded: "",
        reason: "the embedded API has no TLS, so there is no certificate to give to pods",
    },
    Difference {
        contract: "a_pod_is_given_its_account",
        real: "kube-api-access",
        embedded: "",
        reason: "the embedded node mounts the account's files without admission writing them into the spec",
    },
    Difference {
        contract: "kubectl_forwards_over_spdy",
        real: "101",
        embedded: "400",
        reason: "the judge forwards over WebSocket only, and SPDY is on its way out of Kubernetes",
    },
];
