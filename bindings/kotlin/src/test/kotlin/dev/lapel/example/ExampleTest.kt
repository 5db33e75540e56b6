package dev.lapel.example

import dev.lapel.Book
import dev.lapel.MeetingState
import dev.lapel.Scanned
import dev.lapel.Session
import dev.lapel.Standing
import dev.lapel.Symbol
import dev.lapel.Verified
import dev.lapel.frames
import dev.lapel.scenarios.Phone
import dev.lapel.scenarios.Table
import dev.lapel.scenarios.text
import dev.lapel.work
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

interface View {
    fun draw(symbol: Symbol)
    fun say(sentence: String)
    suspend fun ask(who: Verified, standing: Standing): Boolean
}

class HandshakeModel(private val book: Book, private val session: Session, private val view: View) {
    /** Draws one QR code after another, until the session ends. */
    suspend fun show() = session.frames().collect { frame -> view.draw(Symbol(frame.text)) }

    /** Takes whatever text the camera reads. */
    suspend fun read(text: String) {
        val scan = session.scan(text)
        when (val result = scan.result) {
            is Scanned.Verified -> consider(result.who)
            is Scanned.Confirmed -> book.work { confirm(result.confirmation) }
            else -> view.say(scan.says)
        }
    }

    private suspend fun consider(who: Verified) {
        if (!who.acceptedBefore && !view.ask(who, book.work { standing(who.person) })) return
        // Durable before the screen confirms; and in one piece, since a coroutine may be cancelled between two.
        book.work { session.acknowledge(record(session.accept(who.transcript))) }
    }
}

/** The README's example, and that it is what runs here. */
class ExampleTest : Table() {
    private class Person : View {
        val drawn = mutableListOf<Symbol>()
        val said = mutableListOf<String>()
        val asked = mutableListOf<Pair<String, Standing>>()

        override fun draw(symbol: Symbol) = drawn.plusAssign(symbol)
        override fun say(sentence: String) = said.plusAssign(sentence)
        override suspend fun ask(who: Verified, standing: Standing) =
            asked.add(who.badge.name to standing)
    }

    @Test
    fun twoOfThemShakeHands() = runTest {
        class Side(val phone: Phone) {
            val session = phone.begin()
            val person = Person()
            val handshake = HandshakeModel(phone.book, session, person)
            val showing = launch { handshake.show() }
        }
        val ada = Side(phone("Ada"))
        val grace = Side(phone("Grace"))
        repeat(2) {
            // Whoever shows is let draw.
            yield()
            grace.handshake.read(ada.session.text)
            yield()
            ada.handshake.read(grace.session.text)
        }
        yield()
        val sides = listOf(ada, grace)
        sides.forEach { it.session.end() }
        sides.forEach { it.showing.join() }
        assertEquals(listOf("Grace" to Standing.New), ada.person.asked)
        assertEquals(listOf("Ada" to Standing.New), grace.person.asked)
        assertEquals(MeetingState.CONFIRMED, ada.phone.contact(grace.phone)!!.state)
        assertEquals(MeetingState.CONFIRMED, grace.phone.contact(ada.phone)!!.state)
        assertTrue(grace.person.said.first().startsWith("Answered."), "${grace.person.said}")
        assertTrue(sides.all { it.person.drawn.size > 1 })
    }

    @Test
    fun theReadmeShowsWhatRunsHere() {
        val example = File("README.md").readText().substringAfter("```kotlin\n").substringBefore("```")
        assertTrue(example.length > 500)
        assertTrue(example in File("src/test/kotlin/dev/lapel/example/ExampleTest.kt").readText())
    }
}
