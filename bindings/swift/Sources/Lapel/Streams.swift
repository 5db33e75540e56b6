extension Book {
    /// Every change from now on, each once it is durable. The stream ends with the book, or with whoever
    /// reads it.
    public var changes: AsyncStream<BookChange> {
        AsyncStream { changes in
            let subscription = listen(listener: OnChange(changes))
            changes.onTermination = { _ in subscription.cancel() }
        }
    }
}

extension Session {
    /// What to draw: the frame on show now, and then each that takes its place, by itself or by what was
    /// scanned. The stream ends with the session, or with whoever reads it; it keeps the session. Whoever is
    /// slow gets the newest frame and not those before it.
    public var frames: AsyncStream<Frame> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { frames in
            let showing = Task { await show(on: frames) }
            frames.onTermination = { _ in showing.cancel() }
        }
    }

    private func show(on frames: AsyncStream<Frame>.Continuation) async {
        let (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let subscription = listen(listener: OnScreen(bell))
        var (shown, alarm): (String?, Task<Void, Error>?)
        bell.yield()
        // A camera's every scan rings, and mostly changes nothing.
        for await _ in rings {
            guard let frame = frame() else { break }
            if frame.text != shown { frames.yield(frame) }
            shown = frame.text
            alarm?.cancel()
            alarm = frame.forMillis.map { millis in
                Task {
                    try await Task.sleep(nanoseconds: min(millis, 600_000) * 1_000_000)
                    bell.yield()
                }
            }
        }
        alarm?.cancel()
        subscription.cancel()
        frames.finish()
    }
}

private final class OnChange: ChangeListener {
    private let changes: AsyncStream<BookChange>.Continuation

    init(_ changes: AsyncStream<BookChange>.Continuation) { self.changes = changes }

    func changed(change: BookChange) { changes.yield(change) }

    // The book let go of it: there will be no more changes.
    deinit { changes.finish() }
}

private final class OnScreen: ScreenListener {
    private let bell: AsyncStream<Void>.Continuation

    init(_ bell: AsyncStream<Void>.Continuation) { self.bell = bell }

    func changed() { bell.yield() }
}
