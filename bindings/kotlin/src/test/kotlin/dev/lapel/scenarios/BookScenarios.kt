package dev.lapel.scenarios

import dev.lapel.Badge
import dev.lapel.Book
import dev.lapel.ContactQuery
import dev.lapel.Cursor
import dev.lapel.ErrorCode
import dev.lapel.FollowUp
import dev.lapel.Introduction
import dev.lapel.LapelException
import dev.lapel.ListOrder
import dev.lapel.LookbackFocus
import dev.lapel.LookbackStop
import dev.lapel.MeetingState
import dev.lapel.OpenMode
import dev.lapel.OutcomeFields
import dev.lapel.OutcomeLink
import dev.lapel.Scanned
import dev.lapel.code
import dev.lapel.reason
import dev.lapel.rehearseMeetings
import dev.lapel.rehearseTimePasses
import dev.lapel.values
import dev.lapel.verifyReceipt
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

class BookScenarios : Table() {
    private val ada by lazy { phone("Ada") }
    private val grace by lazy { phone("Grace") }
    private val bob by lazy { phone("Bob") }

    @Test
    fun refusesBadInput() {
        val long = assertThrows<LapelException> { ada.book.setBadge("work", Badge(name = "x".repeat(65))) }
        assertEquals(ErrorCode.TEXT_TOO_LONG, long.code)
        assertEquals("the badge's name takes 65 bytes of UTF-8 and may take 64", long.reason)
        assertEquals(mapOf("field" to "name", "bytes" to "65", "max" to "64"), long.values)
        shake(ada, grace)
        fun outcome(date: String, amount: String) = OutcomeFields("job", "A job", date, amount)
        val refusals = mapOf<ErrorCode, (Book) -> Unit>(
            ErrorCode.NOT_A_PERSON to { it.contact("grace") },
            ErrorCode.NOT_A_TRANSCRIPT to { it.receipt("th", false, false) },
            ErrorCode.NOT_AN_OUTCOME to { it.outcome("one") },
            ErrorCode.NOT_A_NOTE to { it.removeNote(grace.person, "1") },
            ErrorCode.NOT_A_DATE to { it.followUp(grace.person, "soon") },
            ErrorCode.NOT_A_RATING to { it.rate(grace.person, 6u) },
            ErrorCode.NOT_AN_AMOUNT to { it.addOutcome(outcome("2026-01-01", "much"), listOf()) },
            ErrorCode.STILL_TO_COME to { it.addOutcome(outcome("2199-01-01", "1 EUR"), listOf()) },
            ErrorCode.CARRIER_FORM to { it.begin(ada.badge, at("").copy(carrier = "http://example.org")) },
            ErrorCode.NOT_MET to { it.note(ada.person, "me") },
        )
        for ((code, call) in refusals) assertEquals(code, refused { call(ada.book) })
        assertEquals(emptyList<Any>(), ada.book.badges())
        assertEquals(emptyList<Any>(), ada.book.outcomes())
        val contact = ada.contact(grace)!!
        assertNull(contact.rating)
        assertNull(contact.followUp)
    }

    @Test
    fun keepsBadges() {
        val book = ada.book
        assertNull(book.badgeOnShow())
        book.setBadge("work", Badge(name = "Ada Lovelace"))
        book.setBadge("home", Badge(name = "Ada"))
        assertEquals("work", book.badgeOnShow()?.label)
        book.showBadge("home")
        assertEquals("home", book.badgeOnShow()?.label)
        assertEquals(ErrorCode.BADGE_ON_SHOW, refused { book.removeBadge("home") })
        book.removeBadge("work")
        assertEquals(listOf("Ada"), book.badges().map { it.badge.name })
    }

    @Test
    fun writesDown() {
        shake(ada, grace)
        shake(ada, bob)
        with(ada.book) {
            rewriteNote(grace.person, note(grace.person, "Ask about the moth"), "Ask about the compiler")
            removeNote(grace.person, note(grace.person, "Nothing"))
            tag(grace.person, "navy")
            tag(grace.person, "spare")
            untag(grace.person, "spare")
            rate(grace.person, 5u)
            followUp(grace.person, "2026-12-01")
            setPlace(grace.person, "The coffee queue")
            setIntroducer(grace.person, bob.person)
            assertEquals(ErrorCode.CIRCLE, refused { setIntroducer(bob.person, grace.person) })
        }
        val contact = ada.contact(grace)!!
        assertEquals(listOf("Ask about the compiler"), contact.notes.flatMap { it.texts })
        assertEquals(listOf("navy"), contact.tags)
        assertEquals(5, contact.rating?.toInt())
        assertEquals(FollowUp("2026-12-01", false), contact.followUp)
        assertEquals("The coffee queue", contact.place)
        assertEquals(Introduction(0u, bob.person), contact.introduction)
        fun found(query: ContactQuery) = ada.book.list(query, null, 10u).people.map { it.name }
        val due = everybody.copy(dueBy = "2026-12-01")
        assertEquals(listOf("Grace"), found(everybody.copy(text = "COMPIL")))
        assertEquals(listOf("Grace"), found(everybody.copy(tag = "Navy")))
        assertEquals(listOf("Grace"), found(due))
        ada.book.followedUp(grace.person)
        assertEquals(emptyList<String>(), found(due))
        assertEquals(FollowUp("2026-12-01", true), ada.contact(grace)!!.followUp)
    }

    @Test
    fun looksBack() {
        shake(ada, bob, at("Rust Week"))
        shake(ada, grace, at("elsewhere"))
        ada.book.setIntroducer(grace.person, bob.person)
        val fields = OutcomeFields("Job", "A compiler to write", "2026-11-01", "1200.50 EUR")
        val id = ada.book.addOutcome(fields, listOf(OutcomeLink.Contact(grace.person)))
        assertEquals(fields.copy(kind = "job"), ada.book.outcome(id)!!.fields)
        val back = ada.book.lookback(LookbackFocus())
        val traced = back.outcomes.single()
        assertEquals(id, traced.outcome.id)
        assertEquals(listOf(bob.person), traced.roots)
        val way = listOf(1 to LookbackStop.Person(grace.person), 2 to LookbackStop.Root(bob.person))
        assertEquals(way, traced.steps.map { it.depth.toInt() to it.to })
        val page = ada.book.lookbackPage(LookbackFocus())
        assertTrue(page.startsWith("<!DOCTYPE html>") && "A compiler to write" in page)
        assertEquals(1, ada.book.lookback(LookbackFocus(event = "rust week")).outcomes.size)
        assertEquals(0, ada.book.lookback(LookbackFocus(event = "elsewhere")).outcomes.size)
    }

    @Test
    fun mergesPeople() {
        val new = phone("Grace")
        shake(ada, grace)
        shake(ada, new)
        ada.book.mergePeople(grace.person, new.person)
        assertEquals(new.person, ada.book.list(everybody, null, 9u).people.single().person)
        assertEquals(setOf(grace.person, new.person), ada.book.samePerson(grace.person).toSet())
        ada.book.splitPerson(grace.person)
        assertEquals(2UL, ada.book.count(everybody))
    }

    @Test
    fun takesASignedBadge() {
        shake(ada, grace)
        fun signed(name: String): String {
            rehearseTimePasses(2u)
            grace.book.setBadge("work", Badge(name = name))
            return grace.book.signBadge(null)
        }
        val older = signed("Grace Hopper")
        val newer = signed("Rear Admiral Hopper")
        assertEquals(grace.person, ada.book.applyBadge(newer))
        assertEquals(ErrorCode.OLDER_BADGE, refused { ada.book.applyBadge(older) })
        assertEquals(ErrorCode.OWN_KEY, refused { grace.book.applyBadge(newer) })
        val contact = ada.contact(grace)!!
        assertEquals(Badge(name = "Rear Admiral Hopper"), contact.badge)
        assertEquals(grace.badge, contact.meetings.single().badge)
        assertEquals(contact.badge, contact.badgeUpdates.single().badge)
    }

    @Test
    fun linksTwoKeys() {
        val new = phone("Grace")
        shake(ada, grace)
        val link = new.book.signLink(grace.book)
        assertEquals(new.person, ada.book.applyLink(link))
        assertEquals(grace.person, ada.book.knownAs(new.person))
        assertEquals(1UL, ada.book.count(everybody))
        shake(ada, new)
        assertEquals(listOf(new.person, grace.person), ada.book.samePerson(grace.person))
        assertEquals(new.person, ada.book.list(everybody, null, 9u).people.single().person)
        assertEquals(ErrorCode.LINK_CONFLICT, refused { ada.book.applyLink(bob.book.signLink(grace.book)) })
        assertEquals(ErrorCode.OTHER_STATEMENT, refused { ada.book.applyBadge(link) })
    }

    @Test
    fun forgetsAndWipes() {
        shake(ada, grace)
        assertEquals(1UL, ada.book.forget(listOf(grace.person)).people)
        assertNull(ada.contact(grace))
        assertEquals(0UL, ada.book.count(everybody))
        assertEquals(1UL, ada.book.wipe().generations)
        assertEquals(ErrorCode.NO_BOOK, refused { Book.open(ada.config.copy(mode = OpenMode.EXISTING)) })
        assertEquals(0, ada.dir.resolve("keys").list()!!.size)
    }

    @Test
    fun provesAMeeting() {
        val (recorded) = shake(ada, grace, at("Rust Week"))
        fun receipt(theirs: Boolean) = ada.book.receipt(recorded.transcript(), false, theirs)
        val shown = verifyReceipt(receipt(true))
        assertEquals(ada.person to grace.person, shown.holder.person to shown.peer.person)
        assertEquals(MeetingState.CONFIRMED, shown.peer.state)
        assertEquals("Rust Week", shown.event)
        assertNull(shown.holder.badge)
        assertEquals("Grace", shown.peer.badge?.name)
        val bare = receipt(false)
        assertNull(verifyReceipt(bare).peer.badge)
        for (tenth in 0..9) {
            val altered = bare.clone()
            val place = tenth * bare.size / 10
            altered[place] = (altered[place].toInt() xor 1).toByte()
            assertThrows<LapelException>("byte $place") { verifyReceipt(altered) }
        }
        // Grace lost the confirmation and is shown the one in the book, as often as she likes.
        val again = ada.book.confirmCodes(recorded.transcript(), null)
        assertTrue(again.single().startsWith("LAPEL:/"))
        assertEquals(again, ada.book.confirmCodes(recorded.transcript(), null))
    }

    @Test
    fun listsTenThousand() {
        rehearseMeetings(ada.book, 10_000u, "Rust Week")
        assertEquals(10_000UL, ada.book.count(everybody))
        val names = mutableListOf<String>()
        var after: Cursor? = null
        do {
            val page = ada.book.list(everybody.copy(order = ListOrder.NAME), after, 500u)
            names += page.people.map { it.name }
            after = page.next
        } while (after != null)
        assertEquals(List(10_000) { "Person $it" }.sorted(), names)
        val found = ada.book.list(everybody.copy(text = "Person 7777"), null, 9u)
        assertEquals("Person 7777", found.people.first().name)
    }

    @Test
    fun suspendsInTheMiddle() {
        val interrupted = ada.begin()
        val waiting = grace.begin()
        waiting.scan(interrupted)
        ada.book.suspend()
        assertNull(interrupted.frame())
        assertEquals(Scanned.Ended, interrupted.scan(waiting))
        assertEquals(ErrorCode.SUSPENDED, refused { ada.book.count(everybody) })
        assertEquals(ErrorCode.SUSPENDED, refused { ada.begin() })
        assertFalse(ada.book.resume().created)
        shake(ada, grace)
        assertEquals(MeetingState.CONFIRMED, ada.contact(grace)!!.state)
    }

    @Test
    fun opensOnce() {
        assertEquals(ErrorCode.IN_USE, refused { Book.open(ada.config) })
        ada.book.suspend()
        Book.open(ada.config).use { again -> assertEquals(ada.person, again.person()) }
    }
}
