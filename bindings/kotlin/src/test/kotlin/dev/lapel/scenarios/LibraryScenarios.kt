package dev.lapel.scenarios

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class LibraryScenarios {
    @Test
    fun version() = assertEquals("0.1.0", dev.lapel.version())
}
