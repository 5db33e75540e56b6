//! Tests: book.
