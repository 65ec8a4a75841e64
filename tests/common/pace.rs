//! How fast the scenario fills a disk.

/// For a run of the story on a real cluster, which has some 19,000 series from its first minute on. The scenario scrapes every 5 s, so
/// that it can be judged at once; a platform does so every 30 s, and what it writes in 90 days are 15 days here.
pub const AS_A_PLATFORM_KEEPS: &str = "--var=disk_retention=15d";
