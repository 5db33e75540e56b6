package dev.lapel.scenarios

import dev.lapel.Book
import dev.lapel.BookChange
import dev.lapel.ChangeListener
import dev.lapel.ErrorCode
import dev.lapel.InternalException
import dev.lapel.KeyVault
import dev.lapel.LapelException
import dev.lapel.OpenMode
import dev.lapel.Scanned
import dev.lapel.VaultException
import dev.lapel.code
import dev.lapel.openBook
import dev.lapel.reason
import dev.lapel.rehearseError
import dev.lapel.rehearseMeetings
import dev.lapel.rehearsePanic
import dev.lapel.rehearsePanicIn
import dev.lapel.values
import dev.lapel.work
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.io.File
import java.util.concurrent.Callable
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors

class UnrulyScenarios : Table() {
    private val ada by lazy { phone("Ada") }
    private val grace by lazy { phone("Grace") }

    @Test
    fun tellsEveryError() {
        for (code in ErrorCode.entries) {
            val error = assertThrows<LapelException> { rehearseError(code) }
            val named = code.name.split('_').joinToString("") { it.lowercase().replaceFirstChar(Char::uppercase) }
            assertEquals(code, error.code)
            assertEquals("rehearsed: $named", error.reason)
            assertEquals(mapOf("field" to "name"), error.values)
        }
        assertEquals(102, ErrorCode.entries.size)
    }

    /** Keys in memory, which can be made to do anything. */
    private class Vault : KeyVault {
        val keys = ConcurrentHashMap<String, ByteArray>()
        var first: () -> Unit = {}

        override fun store(id: String, key: ByteArray) {
            first()
            keys[id] = key
        }

        override fun load(id: String): ByteArray {
            first()
            return keys[id] ?: throw VaultException.Missing()
        }

        override fun destroy(id: String) {
            first()
            keys.remove(id)
        }

        override fun keepHead(store: String, head: ByteArray?) = first()

        override fun head(store: String): ByteArray? {
            first()
            return null
        }
    }

    private val vault = Vault()

    /** Ada's phone with its keys in the vault, suspended. */
    private fun keptInVault() = phone("Ada") { it.copy(vault = vault) }.also { it.book.suspend() }

    @Test
    fun locksTheVault() {
        val config = keptInVault().config
        vault.first = { throw VaultException.Locked() }
        assertEquals(ErrorCode.KEY_LOCKED, refused { Book.open(config) })
        vault.first = {}
        Book.open(config).use { assertFalse(it.opened().created) }
    }

    @Test
    fun losesTheKey() {
        val phone = keptInVault()
        val kept = vault.keys.toMap()
        vault.keys.clear()
        fun files() = phone.dir.walk().filter(File::isFile).sorted().map { it.path to it.readBytes().toList() }.toList()
        val before = files()
        assertEquals(ErrorCode.KEY_LOST, refused { Book.open(phone.config) })
        assertEquals(before, files())
        vault.keys += kept
        Book.open(phone.config).use { assertEquals(phone.person, it.person()) }
    }

    @Test
    fun breaksTheVault() {
        val config = keptInVault().config
        vault.first = { error("out of order") }
        val thrown = assertThrows<LapelException> { Book.open(config) }
        assertEquals(ErrorCode.VAULT_FAILED, thrown.code)
        assertTrue("out of order" in thrown.values.getValue("detail"))
        vault.first = {}
        val book = Book.open(config)
        assertFalse(book.opened().created)
        // An Error isn't passed on by what is generated, and the key wasn't kept.
        var left = 1
        vault.first = { if (left-- > 0) throw NotImplementedError("as rehearsed") }
        assertEquals(ErrorCode.VAULT_FAILED, assertThrows<LapelException> { book.rotate() }.code)
        vault.first = {}
        book.suspend()
        Book.open(config).use { assertEquals(0UL, it.count(everybody)) }
    }

    @Test
    fun callsBackFromTheVault() {
        val book = phone("Ada") { it.copy(vault = vault) }.book
        val told = mutableListOf<ErrorCode>()
        vault.first = { told += refused { book.count(everybody) } }
        book.rotate()
        assertEquals(setOf(ErrorCode.BUSY), told.toSet())
        assertEquals(0UL, book.count(everybody))
    }

    private class Ear(val hears: (BookChange) -> Unit) : ChangeListener {
        override fun changed(change: BookChange) = hears(change)
    }

    @Test
    fun listens() {
        val heard = mutableListOf<BookChange>()
        val subscription = ada.book.listen(Ear { heard += it })
        shake(ada, grace)
        // Recorded, and confirmed.
        assertEquals(List(2) { BookChange.Person(grace.person) }, heard)
        heard.clear()
        ada.book.note(grace.person, "a note")
        assertEquals(listOf(BookChange.Person(grace.person)), heard)
        subscription.cancel()
        ada.book.note(grace.person, "another")
        assertEquals(1, heard.size)
    }

    @Test
    fun listensBadly() {
        val log = Log()
        val book = phone("Ada") { it.copy(log = log) }.book
        val heard = mutableListOf<BookChange>()
        book.listen(Ear { error("no") })
        book.listen(Ear { heard += it })
        book.setBadge("work", grace.badge)
        assertEquals("work", book.badgeOnShow()?.label)
        assertEquals(listOf<BookChange>(BookChange.Badges), heard)
        assertTrue("a change listener failed" in log.lines)
    }

    @Test
    fun callsBackFromAListener() {
        val counted = mutableSetOf<ULong>()
        val listener = Ear { change ->
            counted += ada.book.count(everybody)
            ada.book.tag((change as BookChange.Person).id, "seen")
        }
        ada.book.listen(listener)
        shake(ada, grace)
        assertEquals(setOf(1UL), counted)
        assertEquals(listOf("seen"), ada.contact(grace)!!.tags)
    }

    @Test
    fun watchesLongWork() {
        val patience = Patience()
        val book = phone("Ada") { it.copy(progress = patience) }.book
        rehearseMeetings(book, 200u, "")
        patience.seen.clear()
        assertEquals(200UL, book.check().entries)
        assertTrue(patience.seen.size > 1)
        assertTrue(patience.seen.all { it.work == "checking" && it.done <= it.total })
        assertEquals(patience.seen.last().total, patience.seen.last().done)
        patience.goesOn = { false }
        assertEquals(ErrorCode.CANCELLED, refused { book.check() })
        patience.goesOn = { true }
        assertEquals(200UL, book.check().entries)
    }

    @Test
    fun cancelsATask() = runBlocking {
        val patience = Patience()
        val log = Log()
        openBook(configIn(dir).copy(progress = patience, log = log)).use { book ->
            rehearseMeetings(book, 200u, "")
            // In the middle of it; the listener itself would go on, or fails, which ends nothing.
            for (then in listOf({ true }, { error("out of order") })) {
                val task = launch(start = CoroutineStart.LAZY) { book.work { check() } }
                patience.goesOn = { task.cancel().let { then() } }
                task.join()
                assertTrue(task.isCancelled)
                assertEquals("failed: Cancelled", log.lines.last())
            }
            patience.goesOn = { true }
            assertEquals(200UL, book.work { check() }.entries)
        }
    }

    @Test
    fun outlivesItsHandle() {
        val ours = ada.begin()
        val theirs = grace.begin()
        ada.book.close()
        assertEquals(Scanned.Answered, theirs.scan(ours))
        assertEquals("Grace", ours.scan(theirs).who.badge.name)
        assertThrows<IllegalStateException> { ada.book.count(everybody) }
        Book.open(ada.config.copy(mode = OpenMode.EXISTING)).use { assertEquals(ada.person, it.person()) }
    }

    @Test
    fun servesTenThreads() {
        shake(ada, grace)
        val threads = Executors.newFixedThreadPool(10)
        val work = List(10) { thread ->
            Callable {
                repeat(20) {
                    ada.book.note(grace.person, "note $it of $thread")
                    assertEquals(1, ada.book.list(everybody, null, 5u).people.size)
                }
            }
        }
        threads.invokeAll(work).forEach { it.get() }
        threads.shutdown()
        val notes = ada.contact(grace)!!.notes.flatMap { it.texts }.toSet()
        assertEquals(List(200) { "note ${it % 20} of ${it / 20}" }.toSet(), notes)
    }

    @Test
    fun logsNothingPersonal() {
        val log = Log()
        val ada = phone("Ada Lovelace") { it.copy(log = log) }
        shake(ada, grace, at("Rust Week"))
        val note = ada.book.note(grace.person, "Ask about the moth")
        assertEquals(1UL, ada.book.count(everybody.copy(text = "moth")))
        assertEquals(ErrorCode.NOT_MET, refused { ada.book.rate(ada.person, 3u) })
        assertEquals(ErrorCode.IN_USE, refused { Book.open(ada.config) })
        ada.book.suspend()
        val lines = log.lines.joinToString("\n")
        assertTrue("opened: created true" in lines && "failed: NotMet" in lines && "suspended" in lines, lines)
        val personal = listOf("Ada", "Grace", "Rust Week", "moth", note, ada.person, grace.person, ada.dir.path)
        for (secret in personal) assertFalse(secret in lines, lines)
    }

    @Test
    fun survivesAPanic() {
        val panic = assertThrows<InternalException> { rehearsePanic() }
        assertEquals("as rehearsed", panic.message)
        assertThrows<InternalException> { rehearsePanicIn(ada.book) }
        shake(ada, grace)
    }
}
