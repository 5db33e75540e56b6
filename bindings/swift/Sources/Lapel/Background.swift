import Foundation

extension Book {
    /// Opens the book, or makes one, away from the caller's thread. To cancel the task ends it, as it ends what
    /// the book later does in `inBackground`: long work then fails with `ErrorCode.cancelled`, and nothing is
    /// lost.
    ///
    /// - Parameters:
    ///   - home: the book's directory, which the system must not back up without its keys.
    ///   - vault: who keeps its keys, such as a `KeychainVault`.
    ///   - mode: what opening may do.
    ///   - progress: is told how far long work is, on the thread that does it. It must not use the book.
    ///   - log: takes lines for a log. They hold codes and counts, and nothing personal.
    public static func open(
        at home: URL, vault: KeyVault, mode: OpenMode = .create,
        progress: (@Sendable (WorkProgress) -> Void)? = nil, log: (@Sendable (String) -> Void)? = nil
    ) async throws -> Book {
        let config = BookConfig(
            home: home.path, vault: vault, mode: mode, progress: Watch(progress), log: log.map(Log.init))
        return try await Work.inBackground { try Book.open(config: config) }
    }

    /// Makes a book out of a backup, away from the caller's thread, as `open(at:)` opens one. To cancel the task
    /// ends it with `ErrorCode.cancelled`; there is no book then, or the empty one that was there. Once the new one
    /// is whole, it is handed over all the same.
    ///
    /// - Parameters:
    ///   - home: the book's directory: missing or empty, or with a book in which nothing is yet.
    ///   - vault: who keeps its keys.
    ///   - backup: what it is made of.
    ///   - progress: is told how far long work is, as in `open(at:)`.
    ///   - log: takes lines for a log, as in `open(at:)`.
    public static func restore(
        at home: URL, vault: KeyVault, from backup: Backup,
        progress: (@Sendable (WorkProgress) -> Void)? = nil, log: (@Sendable (String) -> Void)? = nil
    ) async throws -> Book {
        let config = BookConfig(
            home: home.path, vault: vault, mode: .create, progress: Watch(progress), log: log.map(Log.init))
        return try await Work.inBackground { try Book.restore(config: config, backup: backup) }
    }

    /// Does what may take long away from the caller's thread: `check`, `forget`, `rotate`, `exportTo`, `backUpTo`,
    /// `merge`, `lookback`, a long list. To cancel the task ends it with `ErrorCode.cancelled` if it hasn't begun
    /// or is such as tells how far it is, in a book that was opened with `open(at:)` or restored with
    /// `restore(at:)`.
    public func inBackground<T: Sendable>(_ work: @escaping @Sendable (Book) throws -> T) async throws -> T {
        try await Work.inBackground { try work(self) }
    }
}

extension Backup {
    /// Reads the backup away from the caller's thread: `about`, `wouldRestore`. To cancel the task ends it with
    /// `ErrorCode.cancelled` if it hasn't begun.
    public func inBackground<T: Sendable>(_ work: @escaping @Sendable (Backup) throws -> T) async throws -> T {
        try await Work.inBackground { try work(self) }
    }
}

extension Proof {
    /// Checks the proof away from the caller's thread: `proof.inBackground { try $0.verify(limit: 100, progress: $1) }`.
    /// To cancel the task ends with `ErrorCode.cancelled` what is given the listener.
    public func inBackground<T: Sendable>(
        _ work: @escaping @Sendable (Proof, ProgressListener) throws -> T
    ) async throws -> T {
        try await Work.inBackground(on: Work.proofs) { try work(self, Watch(nil)) }
    }
}

/// A call in the background, which its task can cancel.
private final class Work: @unchecked Sendable {
    /// What this thread is doing.
    @TaskLocal static var current: Work?

    // Not on Swift's own threads, which must not block; of books one after the other, as a book does it anyway.
    static let books = DispatchQueue(label: "dev.lapel.background", qos: .userInitiated)
    static let proofs = DispatchQueue(label: "dev.lapel.proofs", qos: .userInitiated, attributes: .concurrent)

    private let lock = NSLock()
    private var cancelled = false

    static func inBackground<T: Sendable>(
        on queue: DispatchQueue = books, _ call: @escaping @Sendable () throws -> T
    ) async throws -> T {
        let work = Work()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try work.run(call) }) }
            }
        } onCancel: {
            work.cancel()
        }
    }

    var isCancelled: Bool {
        lock.lock()
        defer { lock.unlock() }
        return cancelled
    }

    private func cancel() {
        lock.lock()
        defer { lock.unlock() }
        cancelled = true
    }

    private func run<T>(_ call: () throws -> T) throws -> T {
        if isCancelled { throw LapelError.Failed(code: .cancelled, reason: "the work was cancelled", values: [:]) }
        return try Work.$current.withValue(self, operation: call)
    }
}

/// Goes on until the task that waits for the work is cancelled.
private final class Watch: ProgressListener {
    private let progress: (@Sendable (WorkProgress) -> Void)?

    init(_ progress: (@Sendable (WorkProgress) -> Void)?) { self.progress = progress }

    func goesOn(progress: WorkProgress) -> Bool {
        self.progress?(progress)
        // The book may also have been called straight from a task.
        return !(Work.current?.isCancelled ?? Task.isCancelled)
    }
}

private final class Log: LogSink {
    private let take: @Sendable (String) -> Void

    init(_ take: @escaping @Sendable (String) -> Void) { self.take = take }

    func log(line: String) { take(line) }
}
