//! The shape of Flux's own objects.

use super::Ground;
use crate::check::repository::fault::Fault;
use crate::check::repository::fields;
use crate::check::repository::model::{HELM, Object};

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let all = ground.reach.objects().chain(&ground.reach.unreached);
    all.filter(|object| object.is_flux())
        .flat_map(|object| [fields::faults(object, ground.spec.flux), chart(object)].concat())
        .collect()
}

/// A HelmRelease has exactly one of `chart` and `chartRef`: the CRD's own rule.
fn chart(object: &Object) -> Vec<Fault> {
    if !object.is(HELM, "HelmRelease") {
        return Vec::new();
    }
    let of = |key| object.root.at(&["spec", key]);
    let expected = "one of spec.chart and spec.chartRef";
    match (of("chart"), of("chartRef")) {
        (Some(_), Some(_)) => {
            let place = object.nearest(&["spec", "chartRef"]);
            let fault = Fault::new(place, "chart-twice", expected, "both: the API server refuses the HelmRelease");
            vec![
                fault.hint("a HelmRepository goes into spec.chart.spec.sourceRef, an OCIRepository into spec.chartRef"),
            ]
        }
        (None, None) if !object.is_patched => {
            let fault = Fault::new(object.here(), "no-chart", expected, "neither");
            vec![fault.hint("say which chart is meant")]
        }
        _ => Vec::new(),
    }
}
