package dev.lapel.scenarios

import dev.lapel.ContactPart
import dev.lapel.ContactQuery
import dev.lapel.ErrorCode
import dev.lapel.ExportFormat
import dev.lapel.ExportRequest
import dev.lapel.ExportSelection
import dev.lapel.Exported
import dev.lapel.ListOrder
import dev.lapel.exportFileExtension
import dev.lapel.exportMediaType
import dev.lapel.rehearseMeetings
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

class ExportScenarios : Table() {
    private fun all(format: ExportFormat) = ExportRequest(format, ExportSelection.Everybody)

    private fun found(text: String) =
        ExportSelection.Found(ContactQuery(text = text, order = ListOrder.LATEST))

    @Test
    fun exportsContacts() {
        val book = phone("Ada").book
        rehearseMeetings(book, 2u, "Rust Week")
        val people = book.list(everybody, null, 2u).people.map { it.person }
        book.note(people[0], "plays the theremin")
        for (format in ExportFormat.entries) {
            val file = dir.resolve("all.${exportFileExtension(format)}")
            fun leaves(request: ExportRequest): Pair<Exported, String> {
                val before = book.exportCount(request)
                assertEquals(before, book.exportTo(request, file.path))
                assertEquals(before.bytes.toLong(), file.length())
                return before to file.readText()
            }
            val (exported, text) = leaves(all(format))
            assertEquals(listOf(2UL, 2UL, 0UL), exported.run { listOf(contacts, encounters, notes) })
            // Not always beside their numbers: some tables part a name in two.
            assertTrue(text.split("Person").size > 2, "$format: $text")
            assertTrue("Rust Week" in text && "theremin" !in text, "$format: $text")
            assertTrue("theremin" in leaves(all(format).copy(notes = true)).second)
            val (_, part) = leaves(all(format).copy(parts = listOf(ContactPart.EMAIL)))
            assertFalse("Rust Week" in part, "$format: $part")
            assertTrue(exportMediaType(format).isNotEmpty())
        }
        for (selection in listOf(found("Person 0"), ExportSelection.People(people.drop(1)))) {
            assertEquals(1UL, book.exportCount(all(ExportFormat.CSV).copy(selection = selection)).contacts)
        }
        val preview = book.exportPreview(all(ExportFormat.VCARD4), 1u)
        assertEquals(2, preview.split("BEGIN:VCARD").size, preview)
    }

    @Test
    fun keepsTheOldFile() {
        val patience = Patience()
        val book = phone("Ada") { it.copy(progress = patience) }.book
        rehearseMeetings(book, 20u, "")
        patience.seen.clear()
        val out = dir.resolve("out").apply { mkdir() }
        val file = out.resolve("people.vcf").apply { writeText("as it was") }
        fun leave(request: ExportRequest, to: File) = refused { book.exportTo(request, to.path) }
        patience.goesOn = { false }
        assertEquals(ErrorCode.CANCELLED, leave(all(ExportFormat.VCARD4), file))
        patience.goesOn = { true }
        assertTrue(patience.seen.all { it.work == "exporting" })
        val nobody = all(ExportFormat.VCARD4).copy(selection = found("nobody at all"))
        assertEquals(ErrorCode.NOBODY_FOUND, leave(nobody, file))
        val nowhere = out.resolve("missing").resolve("people.vcf")
        assertEquals(ErrorCode.SYSTEM_FAILED, leave(all(ExportFormat.VCARD4), nowhere))
        assertEquals("as it was", file.readText())
        assertEquals(listOf("people.vcf"), out.list()!!.toList())
    }
}
