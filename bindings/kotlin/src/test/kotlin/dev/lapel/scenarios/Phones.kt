package dev.lapel.scenarios

import dev.lapel.Badge
import dev.lapel.Book
import dev.lapel.BookConfig
import dev.lapel.Confirmation
import dev.lapel.Contact
import dev.lapel.ContactQuery
import dev.lapel.ErrorCode
import dev.lapel.LapelException
import dev.lapel.ListOrder
import dev.lapel.LogSink
import dev.lapel.OpenMode
import dev.lapel.ProgressListener
import dev.lapel.Recorded
import dev.lapel.Reveal
import dev.lapel.Scanned
import dev.lapel.Session
import dev.lapel.SessionOptions
import dev.lapel.Verified
import dev.lapel.WorkProgress
import dev.lapel.code
import dev.lapel.fileVault
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.CopyOnWriteArrayList

/** Where phones meet. What they keep is gone afterwards. */
abstract class Table {
    @TempDir
    lateinit var dir: File
    private val phones = mutableListOf<Phone>()

    fun phone(name: String, config: (BookConfig) -> BookConfig = { it }): Phone =
        phone(name, config) { Book.open(it) }

    fun phone(name: String, config: (BookConfig) -> BookConfig, open: (BookConfig) -> Book): Phone =
        Phone(name, dir.resolve("${phones.size}"), config, open).also { phones += it }

    @AfterEach
    fun leave() = phones.forEach { it.book.close() }
}

class Phone(
    name: String,
    val dir: File,
    config: (BookConfig) -> BookConfig,
    open: (BookConfig) -> Book = { Book.open(it) },
) {
    val config = config(configIn(dir))
    val book = open(this.config)
    val person = book.person()
    val badge = Badge(name = name)

    fun begin(options: SessionOptions = at("")): Session = book.begin(badge, options)

    fun contact(of: Phone): Contact? = book.contact(of.person)

    /** Accepts, records and acknowledges. */
    fun accept(session: Session, who: Verified): Recorded {
        val recorded = book.record(session.accept(who.transcript))
        session.acknowledge(recorded)
        return recorded
    }
}

fun configIn(dir: File) = BookConfig(
    home = dir.resolve("book").path,
    vault = fileVault(dir.resolve("keys").path),
    mode = OpenMode.CREATE,
)

fun at(event: String) = SessionOptions(event = event, reveal = Reveal.FIRST)

val everybody = ContactQuery(order = ListOrder.LATEST)

val Session.text: String get() = frame()!!.text

fun Session.scan(shown: Session): Scanned = scan(shown.text).result

val Scanned.who: Verified get() = assertInstanceOf(Scanned.Verified::class.java, this).who

val Scanned.confirmation: Confirmation
    get() = assertInstanceOf(Scanned.Confirmed::class.java, this).confirmation

/** A whole handshake by turns; what [one] recorded, and what [other] did. */
fun shake(one: Phone, other: Phone, options: SessionOptions = at("")): Pair<Recorded, Recorded> {
    val ours = one.begin(options)
    val theirs = other.begin(options)
    assertInstanceOf(Scanned.Answered::class.java, theirs.scan(ours))
    val first = one.accept(ours, ours.scan(theirs).who)
    val second = other.accept(theirs, theirs.scan(ours).who)
    one.book.confirm(ours.scan(theirs).confirmation)
    return first to second
}

/** The code that a call failed with. */
fun refused(call: () -> Unit): ErrorCode = assertThrows<LapelException> { call() }.code

/** A log that can be looked at. */
class Log : LogSink {
    val lines = CopyOnWriteArrayList<String>()

    override fun log(line: String) {
        lines += line
    }
}

/** Is told how far work is. */
class Patience : ProgressListener {
    val seen = CopyOnWriteArrayList<WorkProgress>()
    var goesOn: () -> Boolean = { true }

    override fun goesOn(progress: WorkProgress): Boolean {
        seen += progress
        return goesOn.invoke()
    }
}
