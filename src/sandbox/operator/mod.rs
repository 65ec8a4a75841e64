//! Turns VM* objects into workloads, configuration and statuses.
