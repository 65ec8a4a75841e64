//! What a controller manager does, as far as statuses need it.
