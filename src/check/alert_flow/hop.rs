//! The stations of a synthetic alert, in their order, each with its own time budget.

use serde::{Deserialize, Serialize};

/// One station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hop {
    /// Our silence is active on every Alertmanager. Only then is the rule made.
    Silenced,
    /// Our webhook sink listens; only with a delivery.
    Listening,
    /// No configuration leads the alert that is not silenced anywhere else; only with a delivery, and only then is it made.
    Cleared,
    /// The API server accepted the VMRule.
    Accepted,
    /// The operator wrote it into vmalert's ConfigMap.
    Rendered,
    /// Every vmalert has loaded the group.
    Loaded,
    /// Every vmalert has evaluated both rules, without an error.
    Evaluated,
    /// Both alerts fire in every vmalert.
    Firing,
    /// Every Alertmanager has both alerts.
    Arrived,
    /// They are suppressed, by our silence and by nothing else.
    Suppressed,
    /// They take the wanted route.
    Routed,
    /// The alert that is not silenced reached our sink; only with a delivery.
    Delivered,
    /// The rule expired, vmalert sent the end, and no Alertmanager has the alerts any more.
    Resolved,
    /// The emptied rule is gone from every vmalert.
    Unloaded,
    /// The VMRule is deleted.
    Deleted,
    /// Our silence is expired.
    Unsilenced,
}

impl Hop {
    /// All stations in their order.
    pub const ALL: [Self; 16] = [
        Self::Silenced,
        Self::Listening,
        Self::Cleared,
        Self::Accepted,
        Self::Rendered,
        Self::Loaded,
        Self::Evaluated,
        Self::Firing,
        Self::Arrived,
        Self::Suppressed,
        Self::Routed,
        Self::Delivered,
        Self::Resolved,
        Self::Unloaded,
        Self::Deleted,
        Self::Unsilenced,
    ];

    /// The stations of one flow, in their order.
    pub fn of_flow(with_delivery: bool) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |hop| with_delivery || !hop.is_of_delivery())
    }

    const fn is_of_delivery(self) -> bool {
        matches!(self, Self::Listening | Self::Cleared | Self::Delivered)
    }

    /// Whether nothing is made before it is passed, so that not passing it is no verdict on the flow.
    pub const fn is_precaution(self) -> bool {
        matches!(self, Self::Silenced | Self::Listening | Self::Cleared)
    }

    /// Longest time in seconds between the station before and this one, on a healthy cluster with room to spare.
    ///
    /// The operator drops more than five VMRule events in two seconds and repairs that at its next resync (60 s and a
    /// little); the kubelet may take a minute to refresh a volume without the operator's nudge; the reloader waits 3 s.
    pub const fn budget_seconds(self) -> f64 {
        match self {
            Self::Silenced
            | Self::Listening
            | Self::Cleared
            | Self::Accepted
            | Self::Suppressed
            | Self::Routed
            | Self::Deleted
            | Self::Unsilenced => 10.0,
            // The default of what the suite says; see `Spec::budget_seconds`.
            Self::Delivered => 60.0,
            Self::Rendered => 70.0,
            Self::Loaded => 75.0,
            Self::Evaluated | Self::Firing => 15.0,
            Self::Arrived => 10.0,
            // After the rule's own deadline; see `Observation::overdue`.
            Self::Resolved => 45.0,
            Self::Unloaded => 75.0,
        }
    }

    /// Code of the finding for an alert that does not get here.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Silenced => "alert/not-silenced",
            Self::Listening => "alert/no-sink",
            Self::Cleared => "alert/unsafe-delivery",
            Self::Accepted => "alert/rule-refused",
            Self::Rendered => "alert/not-rendered",
            Self::Loaded => "alert/not-loaded",
            Self::Evaluated => "alert/not-evaluated",
            Self::Firing => "alert/not-firing",
            Self::Arrived => "alert/not-arrived",
            Self::Suppressed => "alert/not-suppressed",
            Self::Routed => "alert/wrong-route",
            Self::Delivered => "alert/not-delivered",
            Self::Resolved => "alert/not-resolved",
            Self::Unloaded => "alert/not-unloaded",
            Self::Deleted => "alert/not-deleted",
            Self::Unsilenced => "alert/silence-left",
        }
    }

    /// What should be true here.
    pub const fn expectation(self) -> &'static str {
        match self {
            Self::Silenced => "a silence of ours is active on every Alertmanager",
            Self::Listening => "our webhook sink listens",
            Self::Cleared => {
                "Alertmanager's configuration leads the alert to our receiver, with one webhook, and nowhere else"
            }
            Self::Accepted => "the API server accepts the VMRule",
            Self::Rendered => "the operator writes the rule into vmalert's ConfigMap",
            Self::Loaded => "every vmalert loads the rule",
            Self::Evaluated => "every vmalert evaluates the rule without an error",
            Self::Firing => "both alerts fire: the constant one and the one on stored data",
            Self::Arrived => "every Alertmanager has both alerts",
            Self::Suppressed => "our silence suppresses the alerts, and nothing else does",
            Self::Routed => "the alerts take the wanted route",
            Self::Delivered => "the alert that is not silenced reaches our sink",
            Self::Resolved => "the alerts end when the rule expires",
            Self::Unloaded => "the emptied rule leaves every vmalert",
            Self::Deleted => "the VMRule is deleted",
            Self::Unsilenced => "the silence is expired",
        }
    }

    /// Where to look when the alert does not get here.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Silenced => {
                "without a working silence the rule is never made; see Alertmanager's log and its storage"
            }
            Self::Listening => "does another run listen there, or is the address not one of this machine's?",
            Self::Cleared => {
                "nothing was made; put a route on synthetic=\"deliver\" first, without continue, to a receiver with one webhook alone"
            }
            Self::Accepted => "see the admission webhook of the operator, and the permission to create VMRules",
            Self::Rendered => {
                "is the operator running, and does the VMAlert's ruleSelector select the rule's namespace and labels?"
            }
            Self::Loaded => {
                "see vmalert_config_last_reload_successful and the logs of vmalert and its config-reloader: one bad rule file stops every reload"
            }
            Self::Evaluated => "see lastError in vmalert's /api/v1/rules, and vmalert_iteration_missed_total",
            Self::Firing => "does vmalert's datasource reach the storage, and does the data query return series there?",
            Self::Arrived => {
                "compare vmalert's notifiers with Alertmanager's Service; their lastError stays empty until something was sent"
            }
            Self::Suppressed => {
                "someone else's silence or inhibition also matches: real alerts with such labels would not be told"
            }
            Self::Routed => {
                "see the routes of the configuration that Alertmanager runs, and the integrations of the receiver"
            }
            Self::Delivered => {
                "does the receiver's webhook lead to the sink's address, from where Alertmanager runs? see its log and alertmanager_notifications_failed_total"
            }
            Self::Resolved => "vmalert keeps evaluating, or its last messages did not reach Alertmanager",
            Self::Unloaded => "see the operator and the reloader; the rule has expired by itself and can do no harm",
            Self::Deleted => "delete it by hand: kubectl delete vmrule -l signoff.dev/run",
            Self::Unsilenced => "it expires by itself; or expire it in Alertmanager",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Hop;

    #[test]
    fn the_list_is_in_the_order_of_the_stations_and_codes_are_unique() {
        assert!(Hop::ALL.is_sorted());
        let mut codes: Vec<_> = Hop::ALL.iter().map(|hop| hop.code()).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), Hop::ALL.len());
    }
}
