//! Judges whether a volume lasts for the retention, at the rate at which rows come now.
//!
//! The model: rows a second x retention x bytes a row, and the index besides. Both bytes a row and the index are taken as they
//! are now. Rows that just came lie in many small blocks; merging them packs the same rows into less. So while less than a day is
//! stored, the figure is too large: what fits by it fits, and what does not fails only if it would not fit at the best that
//! rows can be packed, or else cannot be judged yet.

use jiff::{SignedDuration, Timestamp};

use super::filling::{Filling, Growth};
use super::lasts::Lasts;
use super::observation::{Observation, Writer};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::units::{Bytes, both_units};

/// A rate over less time says nothing.
const LEAST_COVERED: f64 = 30.0;
/// A rate whose newest sample is older is one of the past.
const FRESH: f64 = 90.0;
/// The index knows each series for each day on which it was seen, and parts of a day have been merged.
const DAY: f64 = 86_400.0;
/// Bytes of a row at the best that it can be packed. Samples take about one byte, or half of one; no storage that is in use
/// holds them in so little.
const BEST: f64 = 0.1;

pub(super) fn judge(lasts: &Lasts, seen: &Observation, at: Timestamp, judgement: &mut Judgement) {
    for writer in &seen.writers {
        match figures(writer, seen) {
            Ok(figures) => figures.judge(lasts, at, &writer.place, judgement),
            Err(finding) => judgement.unclear(finding.on(&writer.place)),
        }
    }
}

/// What the projection rests on.
struct Figures {
    room: Room,
    /// Rows a second, those left out that are dropped as duplicates.
    rate: f64,
    /// Over so many seconds.
    covered: f64,
    rows: f64,
    row_bytes: f64,
    index_bytes: f64,
}

fn figures(writer: &Writer, seen: &Observation) -> Result<Figures, Finding> {
    let unknown = |expected: &str, actual: &str, hint: &str| {
        Finding::new("volume/growth-unknown", expected, actual.to_owned()).hint(hint)
    };
    let filling = writer.filling.as_ref().ok_or_else(|| {
        let actual = format!("{} tells nothing of the kind", writer.component);
        unknown("it tells how full it is and how fast it fills", &actual, "only VMSingle does: leave out `lasts`")
    })?;
    let Filling { rows: Some(rows), row_bytes: Some(row_bytes), index_bytes: Some(index_bytes), .. } = *filling else {
        let expected = "it shows vm_rows and vm_data_size_bytes, of rows and of the index";
        return Err(unknown(expected, "it does not", "see /metrics of VMSingle"));
    };
    let growth = filling.growth.as_ref().ok_or_else(|| {
        let expected = "it has stored vm_rows_added_to_storage_total of itself";
        unknown(expected, "no such series", "VMAgent must scrape VMSingle, with the labels namespace and pod")
    })?;
    let rate = known_rate(growth)?;
    if rows <= 0.0 {
        return Err(Finding::new("volume/too-early", "it holds rows", "vm_rows is 0"));
    }
    let room = room(writer, filling, seen).ok_or_else(|| {
        unknown("the size of its volume is known", "it is not", "see the findings on the claim, and `written`")
    })?;
    Ok(Figures { room, rate, covered: growth.covered_seconds, rows, row_bytes, index_bytes })
}

fn known_rate(growth: &Growth) -> Result<f64, Finding> {
    if growth.age_seconds > FRESH {
        let actual = format!("the newest is {:.0} s old", growth.age_seconds);
        let finding = Finding::new("volume/nothing-comes", format!("a sample of the last {FRESH:.0} s"), actual);
        return Err(finding.hint("nothing reaches VMSingle any more: see VMAgent"));
    }
    if growth.covered_seconds < LEAST_COVERED {
        let actual = format!("over {:.0} s", growth.covered_seconds);
        let finding = Finding::new("volume/too-early", format!("a rate over {LEAST_COVERED:.0} s or more"), actual);
        return Err(finding.hint("it has just started: look again"));
    }
    let rate = growth.added - growth.deduplicated;
    if rate > 0.0 {
        return Ok(rate);
    }
    let actual = format!("none in {:.0} s", growth.covered_seconds);
    Err(Finding::new("volume/nothing-comes", "rows come", actual).hint("a storage that takes nothing lasts for ever"))
}

/// What a program has room for.
struct Room {
    /// In bytes.
    bytes: f64,
    /// How much of the volume the files of others take, where that leaves less than the volume has.
    taken: Option<f64>,
}

impl Room {
    /// `50 GiB`, and what of it is not the program's.
    fn words(&self) -> String {
        match self.taken {
            Some(taken) => format!("{} (others take {})", both_units(self.bytes), both_units(taken)),
            None => both_units(self.bytes),
        }
    }
}

/// The smallest claim behind the program, or the disk that it sees, where that is smaller: not every provisioner keeps to the
/// size that a claim shows. Of that it has what is free, and what it has taken itself.
fn room(writer: &Writer, filling: &Filling, seen: &Observation) -> Option<Room> {
    let pods = seen.pods.iter().filter(|pod| writer.pod.as_ref().is_none_or(|name| *name == pod.name));
    let names: Vec<&String> = pods.filter_map(|pod| pod.volume.as_ref()?.claim.as_ref()).collect();
    let claims = seen.claims.iter().filter(|claim| names.contains(&&claim.name));
    let sizes = claims.filter_map(|claim| claim.capacity.as_ref()?.parse::<Bytes>().ok());
    let claimed = sizes.min()?.as_f64();
    let whole = filling.disk_bytes.map_or(claimed, |disk| claimed.min(disk));
    let own = filling.row_bytes? + filling.index_bytes?;
    let left = filling.free_bytes.map(|free| free + own).filter(|left| *left < whole);
    Some(Room { bytes: left.unwrap_or(whole), taken: left.map(|left| whole - left) })
}

impl Figures {
    fn judge(&self, lasts: &Lasts, at: Timestamp, place: &str, judgement: &mut Judgement) {
        let retention = lasts.retention.as_secs_f64();
        let usable = self.room.bytes * (1.0 - lasts.reserve.share());
        let index = self.index(retention);
        let total = self.rate * retention * self.row_bytes / self.rows + index;
        judgement.measured(Measurement::new("rows_added", self.rate, Unit::PerSecond));
        judgement.measured(Measurement::new("bytes_per_row", self.row_bytes / self.rows, Unit::Bytes));
        judgement.measured(Measurement::new("volume_projected", total, Unit::Bytes).limit(Limit::AtMost(usable)));
        if total <= usable {
            return;
        }
        let expected = format!("{} of what comes now take {} or less", lasts.retention, both_units(usable));
        let actual = format!(
            "{}: {:.0} rows a second (over {:.0} s) of {:.2} bytes, and {} of index; {}",
            both_units(total),
            self.rate,
            self.covered,
            self.row_bytes / self.rows,
            both_units(index),
            self.full(total / retention, retention, at),
        );
        let at_best = self.rate * retention * BEST + self.index_bytes;
        if self.is_young() && at_best <= usable {
            let finding = Finding::new("volume/too-early", expected, actual).on(place);
            let hint = format!(
                "the figure is too large while less than a day is stored: packed at best it would be {}; look again then",
                both_units(at_best)
            );
            return judgement.unclear(finding.hint(hint));
        }
        let hint = "enlarge the volume, keep less long, or see /api/v1/status/tsdb for what makes so many series";
        judgement.fail(Finding::new("volume/does-not-last", expected, actual).on(place).hint(hint));
    }

    /// For how long the rows would have come that it holds, in seconds.
    fn span(&self) -> f64 {
        self.rows / self.rate
    }

    fn is_young(&self) -> bool {
        self.span() < DAY
    }

    /// The index at the end: each day adds what the days that it knows have added on the average.
    fn index(&self, retention: f64) -> f64 {
        self.index_bytes * (retention / self.span().max(DAY)).max(1.0)
    }

    /// On which day it is full, at so many bytes a second; never, where the oldest data go before.
    fn full(&self, growth: f64, retention: f64, at: Timestamp) -> String {
        let (whole, room) = (self.room.words(), self.room.bytes);
        if growth * retention <= room {
            return format!("{:.1} % of its {whole} stay free", 100.0 * (1.0 - growth * retention / room));
        }
        let seconds = ((room - self.row_bytes - self.index_bytes) / growth).max(0.0);
        // What does not fit into the number is as good as for ever.
        let day = at.checked_add(SignedDuration::from_secs(seconds as i64));
        let day = day.map_or_else(|_| "never".to_owned(), |day| day.strftime("on %Y-%m-%d").to_string());
        format!("its {whole} are full {day}, in {:.0} days", seconds / DAY)
    }
}

#[cfg(test)]
mod tests;
