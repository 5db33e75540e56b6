package dev.lapel

import android.security.keystore.KeyGenParameterSpec
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import javax.crypto.KeyGenerator
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey

/** What a vault sees of the Android Keystore, and can be made to refuse. It keeps nothing safe. */
object PretendKeystore : Provider("AndroidKeyStore", "1", "pretended") {
    private fun readResolve(): Any = PretendKeystore

    val wrapping = mutableMapOf<String, SecretKey>()
    val specs = mutableMapOf<String, KeyGenParameterSpec>()
    var refusal: Exception? = null

    init {
        put("KeyStore.AndroidKeyStore", Keys::class.java.name)
        put("KeyGenerator.AES", Generator::class.java.name)
        // Last, so that nobody else gets its keys.
        Security.addProvider(this)
    }

    fun reset() {
        wrapping.clear()
        specs.clear()
        refusal = null
    }

    class Generator : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun engineInit(params: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = params as KeyGenParameterSpec
        }

        override fun engineGenerateKey(): SecretKey {
            val key = KeyGenerator.getInstance("AES", "SunJCE").apply { init(spec.keySize) }.generateKey()
            wrapping[spec.keystoreAlias] = key
            specs[spec.keystoreAlias] = spec
            return key
        }

        override fun engineInit(random: SecureRandom?) = unused()
        override fun engineInit(size: Int, random: SecureRandom?) = unused()
    }

    class Keys : KeyStoreSpi() {
        override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit
        override fun engineContainsAlias(alias: String) = alias in wrapping
        override fun engineDeleteEntry(alias: String) = refusal?.let { throw it } ?: wrapping.remove(alias).let {}

        // The real one refuses when the key is used; to the vault it is the same call.
        override fun engineGetKey(alias: String, password: CharArray?): Key? =
            refusal?.let { throw it } ?: wrapping[alias]

        override fun engineAliases() = Collections.enumeration(wrapping.keys)
        override fun engineSize() = wrapping.size
        override fun engineIsKeyEntry(alias: String) = alias in wrapping
        override fun engineIsCertificateEntry(alias: String) = false
        override fun engineGetCertificate(alias: String) = null
        override fun engineGetCertificateChain(alias: String) = null
        override fun engineGetCertificateAlias(certificate: Certificate) = null
        override fun engineGetCreationDate(alias: String): Date = unused()
        override fun engineSetKeyEntry(a: String, key: Key, p: CharArray?, c: Array<Certificate>?) = unused()
        override fun engineSetKeyEntry(a: String, key: ByteArray, c: Array<Certificate>?) = unused()
        override fun engineSetCertificateEntry(alias: String, certificate: Certificate) = unused()
        override fun engineStore(stream: OutputStream?, password: CharArray?) = unused()
    }

    private fun unused(): Nothing = throw UnsupportedOperationException("no vault does this")
}
