package dev.lapel

import dev.lapel.scenarios.Log
import dev.lapel.scenarios.Table
import dev.lapel.scenarios.configIn
import dev.lapel.scenarios.everybody
import dev.lapel.scenarios.scan
import dev.lapel.scenarios.shake
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

@OptIn(ExperimentalCoroutinesApi::class)
class CoroutinesTest : Table() {
    private val ada by lazy { phone("Ada") }
    private val grace by lazy { phone("Grace") }

    @Test
    fun framesComeWithEachChangeAndWithTimeAndEndWithTheSession() = runTest {
        val ours = ada.begin()
        val frames = mutableListOf<Frame>()
        val collecting = launch { ours.frames().toList(frames) }
        runCurrent()
        assertEquals(listOf(Shows.HELLO), frames.map { it.shows })
        ours.scan("WIFI:S:x;;")
        runCurrent()
        assertEquals(1, frames.size, "nothing else was to be drawn")
        rehearseTimePasses(61UL)
        advanceTimeBy(frames.last().forMillis!!.toLong() + 1)
        assertEquals(listOf(Shows.HELLO, Shows.HELLO), frames.map { it.shows })
        ours.startAgain()
        runCurrent()
        ours.scan(grace.begin())
        runCurrent()
        assertEquals(Shows.OFFER, frames.last().shows)
        assertFalse(collecting.isCompleted)
        ours.end()
        runCurrent()
        assertTrue(collecting.isCompleted)
    }

    @Test
    fun noChangeIsLostOnASlowCollector() = runTest {
        val changes = mutableListOf<BookChange>()
        val collecting = launch { ada.book.changes().toList(changes) }
        runCurrent()
        repeat(200) { ada.book.setBadge("work", Badge(name = "Ada $it")) }
        shake(ada, grace)
        assertEquals(emptyList<BookChange>(), changes)
        runCurrent()
        assertEquals(200, changes.count { it is BookChange.Badges })
        assertEquals(List(2) { BookChange.Person(grace.person) }, changes.drop(200))
        collecting.cancel()
        runCurrent()
        ada.book.tag(grace.person, "navy")
        assertEquals(202, changes.size)
    }

    @Test
    fun whatOpensForNobodyIsClosed() = runBlocking {
        var whileOpening = {}
        val vault = object : KeyVault by fileVault(dir.resolve("keys").path) {
            override fun keepHead(store: String, head: ByteArray?) = whileOpening()
            override fun head(store: String): ByteArray? = null.also { whileOpening() }
        }
        val config = configIn(dir).copy(vault = vault)
        val task = launch(start = CoroutineStart.LAZY) { openBook(config) }
        whileOpening = { task.cancel() }
        task.join()
        assertTrue(task.isCancelled)
        Book.open(config.copy(mode = OpenMode.EXISTING)).use { assertEquals(0UL, it.count(everybody)) }
    }

    @Test
    fun aListenerThatEndsWorkIsAnError() = runBlocking {
        var goesOn = true
        val patience = object : ProgressListener {
            override fun goesOn(progress: WorkProgress) = goesOn
        }
        openBook(configIn(dir).copy(progress = patience, log = Log())).use { book ->
            rehearseMeetings(book, 200u, "")
            goesOn = false
            assertEquals(ErrorCode.CANCELLED, assertThrows<LapelException> { book.work { check() } }.code)
        }
    }
}
