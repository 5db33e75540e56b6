package dev.lapel.scenarios

import dev.lapel.ErrorCode
import dev.lapel.ExportSelection
import dev.lapel.LapelException
import dev.lapel.MeetingState
import dev.lapel.Proof
import dev.lapel.ProofRequest
import dev.lapel.code
import dev.lapel.rehearseMeetings
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

class ProofScenarios : Table() {
    @Test
    fun provesManyMeetings() {
        val (ada, grace) = phone("Ada") to phone("Grace")
        rehearseMeetings(ada.book, 2u, "Rust Week")
        val offered = ada.book.list(everybody, null, 9u).people.single { it.name == "Person 0" }.person
        shake(ada, grace, at("Rust Week"))
        ada.book.note(grace.person, "plays the theremin")
        val chosen = ExportSelection.People(listOf(offered, grace.person))
        val request = ProofRequest(chosen, "The grant office", "travel")

        val file = dir.resolve("met.proof")
        val counted = ada.book.proveCount(request)
        assertEquals(listOf(2UL, 1UL, 2UL), counted.run { listOf(contacts, confirmed, encounters) })
        assertEquals(counted, ada.book.proveTo(request, file.path))
        assertEquals(counted.bytes, file.length().toULong())
        val text = file.readText(Charsets.ISO_8859_1)
        assertTrue("Grace" in text && "Person 0" in text)
        assertFalse("Person 1" in text || "theremin" in text)

        // From here on somebody else, who has the file and no book.
        val patience = Patience()
        val verified = Proof.fromFile(file.path).verify(9u, patience)
        assertEquals(listOf(ada.person, "The grant office", "travel"), verified.run { listOf(holder, to, purpose) })
        assertEquals(listOf(2u, 2u, 1u), verified.run { listOf(receipts, contacts, confirmed) })
        for (shown in verified.shown) {
            val confirmed = shown.peer.person == grace.person
            assertEquals(if (confirmed) "Grace" else "Person 0", shown.peer.badge?.name)
            assertEquals(if (confirmed) MeetingState.CONFIRMED else MeetingState.OFFERED, shown.peer.state)
            assertNull(shown.holder.badge)
            assertEquals("Rust Week", shown.event)
        }
        assertEquals(listOf("verifying" to 1UL, "verifying" to 2UL), patience.seen.map { it.work to it.done })
        val bytes = file.readBytes()
        val proof = Proof.fromBytes(bytes)
        patience.goesOn = { false }
        assertEquals(ErrorCode.CANCELLED, refused { proof.verify(9u, patience) })
        val first = proof.verify(1u)
        assertEquals(listOf(1, 2), listOf(first.shown.size, first.receipts.toInt()))
        assertEquals(verified.digest, first.digest)
        assertTrue(first.digest in proof.report())

        for (tenth in 0..9) {
            val altered = bytes.clone()
            val place = tenth * bytes.size / 10
            altered[place] = (altered[place].toInt() xor 1).toByte()
            val error = assertThrows<LapelException>("byte $place") { Proof.fromBytes(altered).verify(9u) }
            assertTrue("PROOF" in error.code.name || "RECEIPT" in error.code.name, "${error.code}")
        }
        val foreign = Proof.fromBytes("BEGIN:VCARD".toByteArray())
        assertEquals(ErrorCode.NOT_A_PROOF, refused { foreign.verify(9u) })
        assertEquals(ErrorCode.NOT_A_PROOF, refused { foreign.report() })

        // With both badges, with none, to nobody in particular.
        for (with in listOf(true, false)) {
            val asked = ProofRequest(chosen, "", withOwnBadge = with, withTheirBadges = with)
            val held = Proof.fromBytes(ada.book.prove(asked)).verify(9u)
            assertEquals("", held.to)
            val badges = held.shown.flatMap { listOf(it.holder.badge, it.peer.badge) }
            assertTrue(badges.all { (it != null) == with })
        }
        assertEquals(ErrorCode.TEXT_TOO_LONG, refused { ada.book.prove(request.copy(to = "o".repeat(97))) })
        val oneself = request.copy(selection = ExportSelection.People(listOf(ada.person)))
        assertEquals(ErrorCode.NOT_MET, refused { ada.book.proveCount(oneself) })
    }
}
