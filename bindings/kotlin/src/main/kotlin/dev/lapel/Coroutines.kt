package dev.lapel

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.job
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull

/**
 * Opens a book away from the calling thread.
 *
 * A coroutine that is cancelled ends the work, here and in [work], as soon as it tells how far it is; nothing
 * is lost by that. `config.progress` is asked too.
 */
suspend fun openBook(config: BookConfig): Book = made(config) { Book.open(it) }

/**
 * Makes a book out of a backup, away from the calling thread, as [openBook] opens one. A coroutine that is
 * cancelled ends the work; there is no book then, or the empty one that was there, unless the new one was whole
 * already.
 */
suspend fun restoreBook(config: BookConfig, backup: Backup): Book = made(config) { Book.restore(it, backup) }

private suspend fun made(config: BookConfig, make: (BookConfig) -> Book): Book {
    var book: Book? = null
    try {
        return cancellable { make(config.copy(progress = Watched(config.progress))).also { book = it } }
    } catch (cancelled: CancellationException) {
        // It was open already, and nobody is there to take it.
        book?.close()
        throw cancelled
    }
}

/**
 * Uses a book away from the calling thread: `book.work { forget(people) }`.
 *
 * A coroutine that is cancelled ends long work (`check`, `rotate`, `forget`, `exportTo`, `backUpTo`, `merge`,
 * building an index) if the book was opened by [openBook] or [restoreBook]; short work is done to its end.
 */
suspend fun <T> Book.work(block: Book.() -> T): T = cancellable { block() }

/**
 * Checks a proof away from the calling thread: `proof.work { verify(100u, it) }`. A coroutine that is cancelled
 * ends what is given the listener.
 */
suspend fun <T> Proof.work(block: Proof.(ProgressListener) -> T): T = cancellable { block(Watched(null)) }

/**
 * Every change from when the flow is collected until its collector ends. However slow that is, none is lost
 * and no writer waits.
 */
fun Book.changes(): Flow<BookChange> = callbackFlow {
    val listener = object : ChangeListener {
        override fun changed(change: BookChange) {
            trySend(change)
        }
    }
    listen(listener).use { subscription -> awaitClose { subscription.cancel() } }
}.buffer(Channel.UNLIMITED)

/**
 * What to draw, each time that it is another, until the session ends. A collector that is slow is given the
 * frame of the moment, and none that has passed.
 */
fun Session.frames(): Flow<Frame> = flow {
    // Several changes while a frame is drawn ask for one frame.
    val changes = Channel<Unit>(Channel.CONFLATED)
    val listener = object : ScreenListener {
        override fun changed() {
            changes.trySend(Unit)
        }
    }
    listen(listener).use { subscription ->
        try {
            while (true) {
                val frame = frame() ?: break
                emit(frame)
                when (val millis = frame.forMillis) {
                    null -> changes.receive()
                    else -> withTimeoutOrNull(millis.toLong()) { changes.receive() }
                }
            }
        } finally {
            subscription.cancel()
        }
    }
}.distinctUntilChanged { one, other -> one.text == other.text }

/** Whose work the book is doing on this thread, which is the one that asks how to go on. */
private val working = ThreadLocal<Job?>()

private class Watched(private val other: ProgressListener?) : ProgressListener {
    override fun goesOn(progress: WorkProgress): Boolean {
        // First, since the other may throw, which ends nothing.
        if (working.get()?.isActive == false) return false
        return other?.goesOn(progress) ?: true
    }
}

private suspend fun <T> cancellable(block: () -> T): T = withContext(Dispatchers.IO) {
    val before = working.get()
    working.set(coroutineContext.job)
    try {
        block()
    } catch (error: LapelException) {
        // A coroutine that was cancelled ends by its own exception; one whose listener ended the work, by ours.
        if (error.code == ErrorCode.CANCELLED) ensureActive()
        throw error
    } finally {
        working.set(before)
    }
}
