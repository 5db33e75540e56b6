//! A disk that takes nothing more, and one whose sync fails once.
