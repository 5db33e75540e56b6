package dev.lapel

import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.security.ProviderException

/** With a pretend Keystore: the real one is on phones only. */
class KeystoreVaultTest {
    @TempDir
    lateinit var dir: File
    private val key = ByteArray(32) { 7 }
    private val other = ByteArray(32) { 8 }
    private val folder by lazy { dir.resolve("vault") }
    private val vault by lazy { KeystoreVault("keys", {}) { folder } }

    @BeforeEach
    fun reset() = PretendKeystore.reset()

    @Test
    fun aKeyIsKeptAndReplaced() {
        vault.store("a-1", key)
        assertArrayEquals(key, vault.load("a-1"))
        vault.store("a-1", other)
        assertArrayEquals(other, KeystoreVault("keys", {}) { folder }.load("a-1"))
        assertEquals(listOf("a-1.key"), folder.list()!!.toList())
    }

    @Test
    fun eachKeyIsEncryptedByOneOfItsOwn() {
        vault.store("a-1", key)
        vault.store("a-2", key)
        val spec = PretendKeystore.specs.getValue("keys.a-1")
        assertEquals(256, spec.keySize)
        assertEquals(listOf(KeyProperties.BLOCK_MODE_GCM), spec.blockModes.toList())
        assertTrue(spec.isRandomizedEncryptionRequired)
        assertEquals(setOf("keys.a-1", "keys.a-2"), PretendKeystore.wrapping.keys.toSet())
        val files = listOf("a-1", "a-2").map { folder.resolve("$it.key").readBytes() }
        assertEquals(listOf(61, 61), files.map { it.size })
        assertFalse(files[0].contentEquals(files[1]))
        // Nor does one pass for the other.
        PretendKeystore.wrapping["keys.a-2"] = PretendKeystore.wrapping.getValue("keys.a-1")
        folder.resolve("a-2.key").writeBytes(files[0])
        assertThrows<VaultException.Failed> { vault.load("a-2") }
    }

    @Test
    fun theAppCanAskForMore() {
        KeystoreVault("keys", { setUserAuthenticationRequired(true) }) { folder }.store("a-1", key)
        assertTrue(PretendKeystore.specs.getValue("keys.a-1").isUserAuthenticationRequired)
    }

    @Test
    fun aDestroyedKeyIsMissingAndCanBeDestroyedAgain() {
        vault.store("a-1", key)
        vault.store("a-2", other)
        val kept = folder.resolve("a-1.key").readBytes()
        repeat(2) { vault.destroy("a-1") }
        assertThrows<VaultException.Missing> { vault.load("a-1") }
        assertArrayEquals(other, vault.load("a-2"))
        // Somebody finds the file in the flash memory.
        folder.resolve("a-1.key").writeBytes(kept)
        assertThrows<VaultException.Missing> { vault.load("a-1") }
    }

    @Test
    fun aHeadIsKeptReplacedAndRemoved() {
        assertNull(vault.head("s-0"))
        vault.keepHead("s-0", key)
        vault.keepHead("s-0", other)
        assertArrayEquals(other, vault.head("s-0"))
        repeat(2) { vault.keepHead("s-0", null) }
        assertNull(vault.head("s-0"))
    }

    @Test
    fun lockedAndInvalidatedAreToldApart() {
        vault.store("a-1", key)
        val refusals = mapOf(
            UserNotAuthenticatedException() to VaultException.Locked::class.java,
            ProviderException(UserNotAuthenticatedException()) to VaultException.Locked::class.java,
            KeyPermanentlyInvalidatedException() to VaultException.Missing::class.java,
            ProviderException("busy") to VaultException.Failed::class.java,
        )
        for ((refusal, expected) in refusals) {
            PretendKeystore.refusal = refusal
            assertEquals(expected, assertThrows<VaultException> { vault.load("a-1") }.javaClass)
            assertEquals(expected, assertThrows<VaultException> { vault.store("a-1", other) }.javaClass)
        }
        PretendKeystore.refusal = null
        assertArrayEquals(key, vault.load("a-1"))
    }

    @Test
    fun beforeTheFirstUnlockEverythingIsLocked() {
        val locked = KeystoreVault("keys", {}) { throw VaultException.Locked() }
        val calls = listOf<(KeyVault) -> Unit>(
            { it.store("a-1", key) }, { it.load("a-1") }, { it.destroy("a-1") },
            { it.keepHead("s-0", key) }, { it.keepHead("s-0", null) }, { it.head("s-0") },
        )
        for (call in calls) assertThrows<VaultException.Locked> { call(locked) }
    }

    @Test
    fun aDamagedOrForeignFileIsNoKey() {
        vault.store("a-1", key)
        val file = folder.resolve("a-1.key")
        val whole = file.readBytes()
        val damaged = listOf(ByteArray(0), whole.copyOf(13), whole.copyOf(60), whole.clone().also { it[0] = 2 },
            whole.clone().also { it[40] = (it[40] + 1).toByte() })
        for (bytes in damaged) {
            file.writeBytes(bytes)
            assertThrows<VaultException.Failed> { vault.load("a-1") }
        }
        assertThrows<VaultException.Failed> { vault.store("../a-1", key) }
    }

    @Test
    fun aBookLivesInIt() {
        val config = BookConfig(home = dir.resolve("book").path, vault = vault, mode = OpenMode.CREATE)
        val person = Book.open(config).use { book -> book.rotate().let { book.person() } }
        Book.open(config).use { book ->
            assertEquals(person, book.person())
            book.wipe()
        }
        assertEquals(emptySet<String>(), PretendKeystore.wrapping.keys.toSet())
        assertEquals(emptyList<String>(), folder.list()!!.filter { it.endsWith(".key") })
    }
}
