package dev.lapel.scenarios

import dev.lapel.Comparison
import dev.lapel.ErrorCode
import dev.lapel.Flaw
import dev.lapel.MeetingState
import dev.lapel.Scanned
import dev.lapel.Shows
import dev.lapel.Standing
import dev.lapel.Symbol
import dev.lapel.rehearseTimePasses
import dev.lapel.verifyReceipt
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ExchangeScenarios : Table() {
    private val ada by lazy { phone("Ada") }
    private val grace by lazy { phone("Grace") }

    @Test
    fun version() = assertEquals("0.1.0", dev.lapel.version())

    @Test
    fun shakesHandsByTurns() {
        shake(ada, grace, at("Rust Week"))
        for ((phone, other, name) in listOf(Triple(ada, grace, "Grace"), Triple(grace, ada, "Ada"))) {
            val contact = phone.contact(other)!!
            assertEquals(name, contact.badge.name)
            assertEquals(MeetingState.CONFIRMED, contact.state)
            val meeting = contact.meetings.single()
            assertEquals("Rust Week" to "Rust Week", meeting.event to meeting.claimedEvent)
            assertEquals(1UL, phone.book.count(everybody))
        }
    }

    @Test
    fun shakesHandsFaceToFace() {
        val phones = listOf(ada, grace)
        val sessions = phones.map { it.begin() }
        val shown = List(2) { mutableListOf(Shows.HELLO) }
        val confirmed = mutableSetOf<Phone>()
        repeat(8) {
            // Both cameras at once: what each sees is from before either moved.
            val texts = sessions.map { it.text }
            for (side in 0..1) {
                when (val scanned = sessions[side].scan(texts[1 - side]).result) {
                    is Scanned.Verified -> phones[side].accept(sessions[side], scanned.who)
                    is Scanned.Confirmed -> {
                        phones[side].book.confirm(scanned.confirmation)
                        confirmed += phones[side]
                    }
                    else -> {}
                }
                val shows = sessions[side].frame()!!.shows
                if (shown[side].last() != shows) shown[side] += shows
            }
        }
        assertEquals(setOf(ada, grace), confirmed)
        assertEquals(List(2) { listOf(Shows.HELLO, Shows.OFFER, Shows.CONFIRM) }, shown)
        assertEquals(MeetingState.CONFIRMED, ada.contact(grace)!!.state)
        assertEquals(MeetingState.CONFIRMED, grace.contact(ada)!!.state)
    }

    @Test
    fun meetsAgain() {
        val (first) = shake(ada, grace, at("one"))
        assertFalse(first.metAgain())
        assertEquals(Standing.Met(1u, MeetingState.CONFIRMED), ada.book.standing(grace.person))
        val (again) = shake(ada, grace, at("two"))
        assertTrue(again.metAgain())
        assertEquals(2u, again.encounters())
        assertEquals(2, ada.contact(grace)!!.meetings.size)
    }

    @Test
    fun comparesCheckCodes() {
        val comparing = at("").copy(compare = true)
        val ours = ada.begin(comparing)
        val theirs = grace.begin(comparing)
        ours.scan(theirs)
        theirs.scan(ours)
        // Nobody is answered before their code was in view for a while.
        rehearseTimePasses(3UL)
        ours.scan(theirs)
        val seenByGrace = theirs.scan(ours).who
        val seenByAda = ours.scan(theirs).who
        assertTrue(Regex("\\d{3} \\d{3}").matches(seenByAda.checkCode!!))
        assertEquals(seenByAda.checkCode, seenByGrace.checkCode)
        ours.compared(seenByAda.transcript, Comparison.AGREES)
        val recorded = ada.accept(ours, seenByAda)
        assertEquals(Comparison.AGREES, ada.contact(grace)!!.meetings.single().comparison)
        val receipt = ada.book.receipt(recorded.transcript(), false, false)
        assertEquals(Comparison.AGREES, verifyReceipt(receipt).comparison)
        // Bob answered Ada, who had shown her badge to somebody else: his code could have been ground.
        val unsure = ada.begin()
        val bobs = phone("Bob").begin()
        bobs.scan(unsure)
        unsure.scan(phone("Cleo").begin())
        val who = unsure.scan(bobs).who
        assertNull(who.checkCode)
        assertEquals(ErrorCode.NO_CHECK_CODE, refused { unsure.compared(who.transcript, Comparison.AGREES) })
    }

    @Test
    fun namesWrongScans() {
        val ours = ada.begin()
        val bobs = phone("Bob").begin()
        bobs.scan(grace.begin())
        val says = listOf(
            "WIFI:S:x;;" to "That isn't a Lapel code.",
            "LAPEL:/002" to "That code speaks version 2 of Lapel",
            ours.text to "That is your own code.",
            "LAPEL:/0" to "That code is damaged: its digits don't stand for whole bytes",
            bobs.text to "That code is for someone else.",
        )
        val results = says.map { (text, sentence) ->
            val scan = ours.scan(text)
            assertTrue(scan.says.startsWith(sentence), scan.says)
            scan.result
        }
        val expected = listOf(
            Scanned.NotOurs, Scanned.OtherVersion(2u), Scanned.OwnCode, Scanned.Damaged(Flaw.DIGITS), Scanned.NotForUs,
        )
        assertEquals(expected, results)
        val theirs = grace.begin()
        assertEquals(Scanned.Answered, theirs.scan(ours))
        val again = theirs.scan(ours.text)
        assertEquals(Scanned.NothingNew, again.result)
        assertNotEquals("", again.says)
        ada.accept(ours, ours.scan(theirs).who)
        assertNotNull(ada.contact(grace))
    }

    @Test
    fun comesTooLate() {
        val ours = ada.begin()
        val theirs = grace.begin()
        theirs.scan(ours)
        val answer = theirs.text
        rehearseTimePasses(121UL)
        assertEquals(Scanned.Expired, ours.scan(answer).result)
    }

    @Test
    fun renewsItsCode() {
        val session = ada.begin()
        val frame = session.frame()!!
        rehearseTimePasses(frame.forMillis!! / 1_000UL + 1UL)
        assertNotEquals(frame.text, session.text)
    }

    @Test
    fun showsSmallSymbols() {
        val ours = ada.begin()
        val theirs = grace.begin()
        theirs.useSmallSymbols(true)
        theirs.scan(ours)
        val counted = mutableListOf<Scanned.PartReceived>()
        var scanned = ours.scan(theirs)
        while (scanned is Scanned.PartReceived) {
            counted += scanned
            rehearseTimePasses(1UL)
            scanned = ours.scan(theirs)
        }
        assertEquals(1, counted.first().have.toInt())
        assertTrue(counted.all { it.have < it.total }, "$counted")
        assertEquals("Grace", scanned.who.badge.name)
    }

    @Test
    fun refusesSomebody() {
        val ours = ada.begin()
        val theirs = grace.begin()
        theirs.scan(ours)
        val who = ours.scan(theirs).who
        assertEquals(listOf(who), ours.waiting())
        ours.startAgain()
        assertEquals(emptyList<Any>(), ours.waiting())
        assertNull(ada.contact(grace))
        assertEquals(0UL, ada.book.count(everybody))
    }

    @Test
    fun takesOnePerson() {
        val ours = ada.begin()
        val theirs = grace.begin()
        val bobs = phone("Bob").begin()
        theirs.scan(ours)
        bobs.scan(ours)
        val recorded = ada.accept(ours, ours.scan(theirs).who)
        assertEquals(Scanned.SessionTaken, ours.scan(bobs))
        assertEquals(ErrorCode.NOT_VERIFIED, refused { ours.accept("00".repeat(32)) })
        val another = ada.begin()
        assertEquals(ErrorCode.ANOTHER_SESSION, refused { another.acknowledge(recorded) })
    }

    @Test
    fun isConfirmedEarly() {
        val ours = ada.begin()
        val theirs = grace.begin()
        theirs.scan(ours)
        ada.accept(ours, ours.scan(theirs).who)
        theirs.accept(theirs.scan(ours).who.transcript)
        assertEquals(Scanned.ConfirmedEarly, theirs.scan(ours))
        // An app that lost the encounter asks who is waiting, and accepts again.
        val lost = theirs.waiting().single()
        assertTrue(lost.acceptedBefore)
        theirs.acknowledge(grace.book.record(theirs.accept(lost.transcript)))
        assertEquals(emptyList<Any>(), theirs.waiting())
        grace.book.confirm(theirs.scan(ours).confirmation)
        assertEquals(MeetingState.CONFIRMED, grace.contact(ada)!!.state)
    }

    @Test
    fun keepsSomebodyOut() {
        ada.book.block(grace.person)
        val ours = ada.begin()
        val theirs = grace.begin()
        theirs.scan(ours)
        val who = ours.scan(theirs).who
        assertEquals(Standing.Blocked, ada.book.standing(who.person))
        val accepted = ours.accept(who.transcript)
        assertEquals(ErrorCode.BLOCKED, refused { ada.book.record(accepted) })
        assertEquals(listOf(who.person), ada.book.blocked())
        ada.book.unblock(who.person)
        assertFalse(ada.book.record(accepted).metAgain())
    }

    @Test
    fun showsASymbol() {
        val session = ada.begin()
        val symbol = Symbol(session.text)
        val same = Symbol(session.text)
        assertEquals(4 to 33, symbol.version().toInt() to symbol.width().toInt())
        assertEquals(33 * 33, symbol.matrix().size)
        val png = symbol.png(8u)
        assertArrayEquals("\u0089PNG\r\n".toByteArray(Charsets.ISO_8859_1), png.copyOf(6))
        assertTrue(symbol.svg().startsWith("<svg"))
        assertEquals(symbol.hints(), same.hints())
        session.startAgain()
        assertNotEquals(symbol.hints().id, Symbol(session.text).hints().id)
        assertEquals(ErrorCode.SYMBOL_TEXT, refused { Symbol("") })
    }
}
