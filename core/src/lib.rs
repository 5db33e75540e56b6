//! Lapel: two people meet, and each phone keeps the other's badge.
