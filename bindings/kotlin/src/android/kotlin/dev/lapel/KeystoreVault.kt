package dev.lapel

import android.content.Context
import android.os.UserManager
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import java.io.File
import java.io.FileOutputStream
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.READ
import java.security.KeyStore
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Keeps the book's keys for an Android app, from API 26 on.
 *
 * Each is encrypted (AES-256-GCM) by a key of its own that the Android Keystore made and never gives away, and kept
 * in a file that Android leaves out of backups: a book that is restored on another phone has no key there. To
 * destroy a key is to have the Keystore forget the one that it was encrypted by, so what is left of the file in
 * the flash memory is of no use to anyone, as far as the phone's Keystore forgets.
 *
 * Before the first unlock after a start every call throws [VaultException.Locked].
 *
 * Compiled against Android's own classes, and tested with a pretend Keystore. Not proven on a device.
 */
class KeystoreVault internal constructor(
    private val name: String,
    private val spec: KeyGenParameterSpec.Builder.() -> Unit,
    private val findFolder: () -> File,
) : KeyVault {
    /**
     * Two vaults of one [name] share their keys. With [spec] an app asks the Keystore for more, such as
     * `setIsStrongBoxBacked(true)` or `setUserAuthenticationRequired(true)`: then calls also throw
     * [VaultException.Locked] until the person has authenticated, and [VaultException.Missing], for good, once
     * the phone has invalidated the key, as for a new fingerprint.
     */
    constructor(
        context: Context,
        name: String = "dev.lapel.keys",
        spec: KeyGenParameterSpec.Builder.() -> Unit = {},
    ) : this(name, spec, {
        if (!context.getSystemService(UserManager::class.java).isUserUnlocked) throw VaultException.Locked()
        File(context.noBackupFilesDir, name)
    })

    private val keystore by lazy { KeyStore.getInstance(KEYSTORE).apply { load(null) } }

    override fun store(id: String, key: ByteArray) = inOurWords {
        val file = file(id, "key")
        val cipher = Cipher.getInstance(CIPHER)
        // The Keystore chooses the nonce, and takes no other.
        cipher.init(Cipher.ENCRYPT_MODE, wrapping(id) ?: makeWrapping(id))
        cipher.updateAAD(id.toByteArray())
        write(file, byteArrayOf(FORMAT) + cipher.iv + cipher.doFinal(key))
    }

    override fun load(id: String): ByteArray = inOurWords {
        val wrapped = read(file(id, "key")) ?: throw VaultException.Missing()
        // The file alone remains where destroying was interrupted.
        val wrapping = wrapping(id) ?: throw VaultException.Missing()
        if (wrapped.size <= 1 + NONCE || wrapped[0] != FORMAT) throw VaultException.Failed("not a file of this vault")
        val cipher = Cipher.getInstance(CIPHER)
        cipher.init(Cipher.DECRYPT_MODE, wrapping, GCMParameterSpec(8 * TAG, wrapped, 1, NONCE))
        cipher.updateAAD(id.toByteArray())
        cipher.doFinal(wrapped, 1 + NONCE, wrapped.size - 1 - NONCE)
    }

    override fun destroy(id: String) = inOurWords {
        val file = file(id, "key")
        if (keystore.containsAlias(alias(id))) keystore.deleteEntry(alias(id))
        remove(file)
    }

    /** Heads are no secret: they only tell a book from an older copy of it. */
    override fun keepHead(store: String, head: ByteArray?) = inOurWords {
        val file = file(store, "head")
        if (head == null) remove(file) else write(file, head)
    }

    override fun head(store: String): ByteArray? = inOurWords { read(file(store, "head")) }

    private fun alias(id: String) = "$name.$id"

    private fun wrapping(id: String) = keystore.getKey(alias(id), null) as SecretKey?

    private fun makeWrapping(id: String): SecretKey {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val builder = KeyGenParameterSpec.Builder(alias(id), purposes)
            .setKeySize(256)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
        val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, KEYSTORE)
        generator.init(builder.apply(spec).build())
        return generator.generateKey()
    }

    private fun file(id: String, kind: String): File {
        val isName = id.isNotEmpty() && id.all { it.isLetterOrDigit() || it == '-' }
        if (!isName) throw VaultException.Failed("not a key's name")
        return File(findFolder(), "$id.$kind")
    }

    private fun read(file: File) = if (file.exists()) file.readBytes() else null

    /** All of it or nothing is there after a crash, and all of it once this returns. */
    private fun write(file: File, bytes: ByteArray) {
        val folder = file.parentFile!!
        if (!folder.isDirectory) {
            Files.createDirectories(folder.toPath())
            sync(folder.parentFile!!)
        }
        val fresh = File(folder, "${file.name}.new")
        FileOutputStream(fresh).use {
            it.write(bytes)
            it.fd.sync()
        }
        Files.move(fresh.toPath(), file.toPath(), ATOMIC_MOVE)
        sync(folder)
    }

    private fun remove(file: File) {
        if (Files.deleteIfExists(file.toPath())) sync(file.parentFile!!)
    }

    private fun sync(folder: File) = FileChannel.open(folder.toPath(), READ).use { it.force(true) }

    /** What the Keystore throws, often as the cause of something else, as what the book understands. */
    private fun <T> inOurWords(work: () -> T): T = try {
        work()
    } catch (thrown: VaultException) {
        throw thrown
    } catch (thrown: Exception) {
        val causes = generateSequence<Throwable>(thrown) { it.cause }
        throw when {
            causes.any { it is UserNotAuthenticatedException } -> VaultException.Locked()
            causes.any { it is KeyPermanentlyInvalidatedException } -> VaultException.Missing()
            else -> VaultException.Failed("$thrown")
        }
    }

    private companion object {
        const val KEYSTORE = "AndroidKeyStore"
        const val CIPHER = "AES/GCM/NoPadding"
        const val FORMAT: Byte = 1
        const val NONCE = 12
        const val TAG = 16
    }
}
