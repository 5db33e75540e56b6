package dev.lapel.scenarios

import dev.lapel.Backup
import dev.lapel.BackupKey
import dev.lapel.BackupLock
import dev.lapel.Book
import dev.lapel.BookConfig
import dev.lapel.ErrorCode
import dev.lapel.LapelException
import dev.lapel.MeetingState
import dev.lapel.Standing
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

private const val WORDS = "correct horse battery staple"

/** Of age's own documentation: a pair that nobody uses. */
private const val RECIPIENT = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"
private const val IDENTITY = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"

class BackupScenarios : Table() {
    private fun names(phone: Phone) = phone.book.list(everybody, null, 9u).people.map { it.name }

    /** Backs up for the recipient, which is quicker than a passphrase. */
    private fun backedUp(phone: Phone): Backup {
        val file = phone.dir.resolve("book.age")
        phone.book.backUpTo(file.path, BackupLock.recipients(listOf(RECIPIENT)))
        return Backup.fromBytes(file.readBytes(), BackupKey.identity(IDENTITY))
    }

    /** A new phone, with what was backed up. */
    private fun restored(backup: Backup, config: (BookConfig) -> BookConfig = { it }): Phone =
        phone("Ada", config) { Book.restore(it, backup) }

    @Test
    fun restoresALostPhone() {
        val (old, grace, alan) = listOf(phone("Ada"), phone("Grace"), phone("Alan"))
        shake(old, grace, at("Rust Week"))
        shake(old, alan)
        old.book.note(grace.person, "plays the theremin")
        val out = dir.resolve("out").apply { mkdir() }
        val file = out.resolve("book.age").apply { writeText("an older one") }
        assertEquals(ErrorCode.NO_PASSPHRASE, refused { BackupLock.passphrase("") })
        assertEquals(ErrorCode.NOT_A_LOCK, refused { BackupLock.recipients(listOf("age1grace")) })
        val lock = BackupLock.passphrase(WORDS)
        assertFalse("horse" in "$lock")
        val done = old.book.backUpTo(file.path, lock)
        assertEquals(listOf(3UL, 0UL, file.length().toULong()), done.run { listOf(entries, lost, bytes) })
        assertEquals(listOf("book.age"), out.list()!!.toList())
        old.book.close()

        val home = dir.resolve("new")
        val key = BackupKey.passphrase(WORDS)
        val bent = file.readBytes().apply { this[size - 1] = (last().toInt() xor 1).toByte() }
        for ((backup, why) in listOf(
            Backup.fromFile(file.path, BackupKey.passphrase("incorrect horse")) to ErrorCode.WRONG_PASSPHRASE,
            Backup.fromFile(file.path, BackupKey.identity(IDENTITY)) to ErrorCode.OTHER_LOCK,
            Backup.fromBytes(bent, key) to ErrorCode.BACKUP_ALTERED,
            Backup.fromBytes("BEGIN:VCARD".toByteArray(), key) to ErrorCode.NOT_A_BACKUP,
            Backup.fromFile("${file.path}.txt", key) to ErrorCode.SYSTEM_FAILED,
        )) {
            assertEquals(why, refused { Book.restore(configIn(home), backup) })
            val error = assertThrows<LapelException> { backup.wouldRestore() }
            assertFalse("horse" in "$error")
            assertFalse(home.resolve("book").exists())
        }

        val backup = Backup.fromFile(file.path, key)
        assertEquals(old.person, backup.about().person)
        val would = backup.wouldRestore()
        val ada = restored(backup)
        assertEquals(would, ada.book.restored())
        assertEquals(listOf(2UL, 2UL, 1UL, 0UL), would.run { listOf(people, encounters, others, known) })
        assertTrue(would.changes && would.refused.isEmpty())
        assertEquals(old.person to listOf("Alan", "Grace"), ada.person to names(ada))
        val contact = ada.contact(grace)!!
        assertEquals(MeetingState.CONFIRMED to "plays the theremin", contact.state to contact.notes[0].texts[0])

        // The same again brings nothing, and is nothing to restore over a book.
        for (merged in listOf(ada.book.wouldMerge(backup), ada.book.merge(backup))) {
            assertFalse(merged.changes)
            assertTrue(merged.known > 0UL)
        }
        ada.book.suspend()
        assertEquals(ErrorCode.BOOK_NOT_EMPTY, refused { Book.restore(ada.config, backup) })
        ada.book.resume()
        assertEquals(Standing.Met(1u, MeetingState.CONFIRMED), ada.book.standing(grace.person))
        val (ours, theirs) = shake(ada, grace, at("Rust Week"))
        assertTrue(ours.metAgain() && theirs.metAgain())
    }

    @Test
    fun mergesTwoPhones() {
        val (old, grace, alan) = listOf(phone("Ada"), phone("Grace"), phone("Alan"))
        shake(old, grace, at("Rust Week"))
        val patience = Patience()
        val new = restored(backedUp(old)) { it.copy(progress = patience) }
        assertTrue(patience.seen.any { it.work == "taking_in" })
        shake(old, alan)
        shake(new, phone("Edsger"))
        val (ours, theirs) = backedUp(old) to backedUp(new)

        // Ended in the middle, neither book nor file is another one.
        val file = new.dir.resolve("book.age")
        val before = file.readBytes()
        patience.seen.clear()
        patience.goesOn = { false }
        val again = refused { new.book.backUpTo(file.path, BackupLock.passphrase(WORDS)) }
        assertEquals(ErrorCode.CANCELLED to "backing_up", again to patience.seen[0].work)
        assertEquals(ErrorCode.CANCELLED, refused { new.book.merge(ours) })
        patience.goesOn = { true }
        assertTrue(before.contentEquals(file.readBytes()))
        assertEquals(listOf("Edsger", "Grace"), names(new))

        assertEquals(1UL, new.book.wouldMerge(ours).people)
        assertEquals(listOf("Edsger", "Grace"), names(new))
        val merged = new.book.merge(ours)
        assertEquals(1UL to 1UL, merged.people to merged.encounters)
        assertTrue(merged.bothWentOn && !merged.moved && !merged.older && !merged.oldKeyRemains)
        val other = old.book.merge(theirs)
        assertTrue(other.bothWentOn && other.moved && other.changes)
        assertEquals(names(new) to 3, names(old) to names(old).size)

        // Whoever is forgotten on one phone is on the other, and comes back with no backup.
        old.book.forget(listOf(grace.person))
        val left = old.book.merge(ours)
        assertTrue(!left.changes && left.leftOut > 0UL)
        assertEquals(1UL, new.book.merge(backedUp(old)).forgotten)
        assertNull(new.contact(grace))
        assertEquals(ErrorCode.ANOTHER_OWNER, refused { new.book.merge(backedUp(alan)) })
    }
}
