package dev.lapel.scenarios

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import dev.lapel.Badge
import dev.lapel.LapelException
import dev.lapel.RehearsedSession
import dev.lapel.Reveal
import dev.lapel.Scanned
import dev.lapel.SessionOptions
import dev.lapel.ShownSide
import dev.lapel.Start
import dev.lapel.code
import dev.lapel.values
import dev.lapel.verifyReceipt
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.io.File

class VectorScenarios {
    @Test
    fun runsTheVectors() {
        val sessions = cases("scan.json") + cases("fail_scan.json")
        sessions.forEach(::scans)
        val receipts = cases("receipt.json")
        receipts.forEach(::shows)
        val noReceipts = cases("fail_receipt.json")
        noReceipts.forEach(::isRefused)
        assertTrue(sessions.sumOf { it["steps"].size() } + receipts.size + noReceipts.size > 150)
    }

    private fun scans(case: JsonNode) {
        val rehearsed = begin(case["start"])
        val session = rehearsed.session()
        for (step in case["steps"]) {
            val at = "${case.said("name")}: $step"
            rehearsed.setTime((case["start"]["monotonic_ms"].asLong() + step["at_ms"].asLong()).toULong())
            step.said("scan")?.let { text ->
                val scanned = session.scan(text).result
                assertEquals(step.said("expect"), scanned.name, at)
                if (scanned is Scanned.Damaged) assertEquals(step.said("flaw"), scanned.flaw.name.lowercase(), at)
                if (scanned is Scanned.Verified) assertEquals(step.said("th"), scanned.who.transcript, at)
            }
            step.said("accept")?.let(session::accept)
            when (val then = step.said("then")) {
                "start_again" -> session.startAgain()
                "end" -> session.end()
                else -> assertEquals(null, then, at)
            }
        }
    }

    private fun shows(case: JsonNode) {
        val shown = verifyReceipt(case.bytes("hex"))
        val expected = case["shown"]
        assertEquals(expected.said("transcript"), shown.transcript, case.said("name"))
        assertEquals(expected.said("event"), shown.event, case.said("name"))
        assertEquals(expected.said("comparison"), shown.comparison.name.lowercase(), case.said("name"))
        for ((side, of) in listOf(shown.holder to expected["holder"], shown.peer to expected["peer"])) {
            assertEquals(of.facts(), side.facts(), case.said("name"))
        }
    }

    private fun isRefused(case: JsonNode) {
        val error = assertThrows<LapelException> { verifyReceipt(case.bytes("hex")) }
        val (name, half) = case.said("error")!!.split(" of ").let { it[0] to it.getOrNull(1) }
        val code = when (name) {
            "bytes" -> "RECEIPT_ALTERED"
            "newer_version" -> "NEWER_RECEIPT"
            "one_sided" -> "RECEIPT_ONE_SIDED"
            "ephemeral_key" -> "RECEIPT_KEY"
            else -> "RECEIPT_${name.uppercase()}"
        }
        assertEquals(code to half, error.code.name to error.values["half"], case.said("why"))
    }

    private fun begin(start: JsonNode) = RehearsedSession(
        Start(
            identitySecret = start.bytes("identity_secret"),
            random = start.bytes("random"),
            metAt = start["met_at"].asLong(),
            monotonicMs = start["monotonic_ms"].asLong().toULong(),
            counter = start["counter"].asLong().toULong(),
            badge = start.bytes("badge"),
            options = SessionOptions(
                event = start.said("event")!!,
                reveal = Reveal.valueOf(start.said("reveal")!!.uppercase()),
                compare = start["compare"].asBoolean(),
                attestation = start.bytes("attestation").takeIf { it.isNotEmpty() },
            ),
        ),
    )

    private fun cases(file: String): List<JsonNode> =
        ObjectMapper().readTree(File(System.getProperty("lapel.vectors"), file)).toList()
}

private fun JsonNode.said(name: String): String? = this[name]?.takeUnless { it.isNull }?.asText()

private fun JsonNode.bytes(name: String): ByteArray =
    said(name)!!.chunked(2) { it.toString().toInt(16).toByte() }.toByteArray()

/** What a receipt says of one side, as the vectors write it. */
private fun JsonNode.facts(): List<Any?> =
    listOf(said("person"), said("state"), this["claimed_time"].asLong(), said("claimed_event"), this["badge"]?.badge())

private fun JsonNode.badge(): Badge {
    fun list(name: String) = this[name]?.map { it.asText() }.orEmpty()
    return Badge(
        said("name")!!, said("title"), said("organisation"), list("emails"), list("phones"), list("urls"),
        list("handles"), said("pronouns"), said("line"),
    )
}

private fun ShownSide.facts(): List<Any?> = listOf(person, state.name.lowercase(), claimedAt, claimedEvent, badge)

/** The name that a result has in the vectors. */
private val Scanned.name: String
    get() = when (this) {
        Scanned.NotOurs -> "not_ours"
        is Scanned.OtherVersion -> "other_version"
        Scanned.NotForUs -> "not_for_us"
        Scanned.OwnCode -> "own_code"
        Scanned.Expired -> "expired"
        is Scanned.Damaged -> "damaged"
        is Scanned.PartReceived -> "part_received"
        Scanned.NothingNew -> "nothing_new"
        Scanned.Noticed, Scanned.Answered, Scanned.ConfirmedEarly -> "progressed"
        is Scanned.Verified -> "verified"
        Scanned.SessionTaken -> "session_taken"
        Scanned.StartAgain -> "start_again"
        is Scanned.StartAgainToCompare -> "start_again_to_compare"
        Scanned.NobodyAnswersFirst -> "nobody_answers_first"
        is Scanned.Confirmed -> "confirmed"
        Scanned.Ended -> "ended"
    }
