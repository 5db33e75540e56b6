package dev.lapel

/** What went wrong, for programs and translations. */
val LapelException.code: ErrorCode get() = failed.code

/** The same, as a sentence in English. `message` holds this and the rest, for a stack trace. */
val LapelException.reason: String get() = failed.reason

/** What stands in the sentence, by names that stay, such as `field`, `bytes` and `max`. */
val LapelException.values: Map<String, String> get() = failed.values

private val LapelException.failed: LapelException.Failed
    get() = when (this) {
        is LapelException.Failed -> this
    }
