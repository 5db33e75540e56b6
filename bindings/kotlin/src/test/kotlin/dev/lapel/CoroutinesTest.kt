package dev.lapel

import dev.lapel.scenarios.Log
import dev.lapel.scenarios.Patience
import dev.lapel.scenarios.Table
import dev.lapel.scenarios.configIn
import dev.lapel.scenarios.everybody
import dev.lapel.scenarios.scan
import dev.lapel.scenarios.shake
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
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
    fun restoringEndsWithItsCoroutine() = runBlocking {
        rehearseMeetings(ada.book, 20u, "")
        val file = dir.resolve("book.age")
        ada.book.work { backUpTo(file.path, BackupLock.passphrase("correct horse")) }
        val backup = Backup.fromFile(file.path, BackupKey.passphrase("correct horse"))
        val patience = Patience()
        val home = dir.resolve("new").apply { mkdir() }
        val config = configIn(home).copy(progress = patience)
        val restoring = launch(start = CoroutineStart.LAZY) { restoreBook(config, backup) }
        patience.goesOn = { restoring.cancel().let { true } }
        restoring.join()
        assertTrue(restoring.isCancelled)
        assertEquals(emptyList<String>(), home.list()!!.toList())
        patience.goesOn = { true }
        restoreBook(config, backup).use { assertEquals(20UL, it.work { count(everybody) }) }
    }

    @Test
    fun theCheckOfAProofEndsWithItsCoroutine() = runBlocking {
        rehearseMeetings(ada.book, 3u, "")
        val proof = Proof.fromBytes(ada.book.prove(ProofRequest(ExportSelection.Everybody, "")))
        val ends = mutableListOf<ErrorCode>()
        lateinit var checking: Job
        checking = launch(start = CoroutineStart.LAZY) {
            proof.work { progress ->
                checking.cancel()
                ends += assertThrows<LapelException> { verify(9u, progress) }.code
            }
        }
        checking.join()
        assertTrue(checking.isCancelled)
        assertEquals(listOf(ErrorCode.CANCELLED), ends)
        assertEquals(3u, proof.work { verify(9u, it) }.receipts)
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
