//! Finds or fetches the programs that the pods run.
