import Foundation
import Lapel
import XCTest

/// What the library tells an app.
final class ListeningScenarios: ScratchCase {
    func testListens() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        let told = Told<BookChange>()
        let subscription = ada.book.listen(listener: Listener { told.append($0) })
        grace.scan(try ada.shows(.hello))
        try ada.keeps(ada.verifies(grace.shows(.offer)))
        XCTAssertEqual(told.all, [.person(id: grace.person)])
        _ = try ada.book.note(person: grace.person, text: "likes ships")
        XCTAssertEqual(told.all, [.person(id: grace.person), .person(id: grace.person)])
        subscription.cancel()
        _ = try ada.book.note(person: grace.person, text: "and nanoseconds")
        XCTAssertEqual(told.all.count, 2)
    }

    func testListensBadly() throws {
        let log = LogLines()
        let (book, people) = try book(of: 1, log: log)
        let told = Told<BookChange>()
        let subscriptions = [
            book.listen(listener: Listener { _ in throw Unexpected(what: "not now") }),
            book.listen(listener: Listener { told.append($0) }),
        ]
        let lines = log.lines.all.count
        let note = try book.note(person: people[0], text: "likes ships")
        XCTAssertEqual(try book.contact(person: people[0])?.notes.map(\.id), [note])
        XCTAssertEqual(told.all, [.person(id: people[0])])
        XCTAssertEqual(Array(log.lines.all.dropFirst(lines)), ["a change listener failed"])
        subscriptions.forEach { $0.cancel() }
    }

    func testCallsBackFromAListener() throws {
        let (book, people) = try book(of: 2)
        let (noted, tagged) = (people[0], people[1])
        let listed = Told<Int>()
        let subscription = book.listen(
            listener: Listener { [weak book] change in
                guard change == .person(id: noted), let book else { return }
                listed.append(try book.list(query: ContactQuery(order: .name), after: nil, limit: 10).people.count)
                try book.tag(person: tagged, tag: "from within")
            })
        _ = try book.note(person: noted, text: "likes ships")
        subscription.cancel()
        XCTAssertEqual(listed.all, [2])
        XCTAssertEqual(try book.contact(person: tagged)?.tags, ["from within"])
    }

    func testWatchesLongWork() throws {
        let (told, stops) = (Told<WorkProgress>(), Told<Bool>())
        let watcher = Watcher { progress in
            told.append(progress)
            return stops.all.last != true
        }
        let (book, _) = try book(of: 200, progress: watcher)
        let before = told.all.count
        let first = try book.check()
        XCTAssertGreaterThanOrEqual(first.entries, 200)
        let checking = told.all.dropFirst(before).filter { $0.work == "checking" }
        XCTAssertGreaterThan(checking.count, 1)
        XCTAssertTrue(checking.allSatisfy { 0 < $0.done && $0.done <= $0.total })
        XCTAssertLessThan(try XCTUnwrap(checking.first).done, try XCTUnwrap(checking.first).total)
        XCTAssertEqual(checking.last?.done, checking.last?.total)
        stops.append(true)
        assertFails(.cancelled, try book.check())
        stops.append(false)
        XCTAssertEqual(try book.check().entries, first.entries)
    }

    func testCancelsATask() async throws {
        let (checking, work) = (Told<Void>(), TaskBox())
        let book = try await Book.open(
            at: scratch.appendingPathComponent("book"), vault: MemoryVault(),
            progress: { progress in
                guard progress.work == "checking" else { return }
                checking.append(())
                work.cancel()
            })
        try rehearseMeetings(book: book, people: 200, event: "")
        let task = work.begin { try await book.inBackground { try $0.check() } }
        let ended = await task.result
        assertFails(.cancelled, try ended.get())
        XCTAssertEqual(checking.all.count, 1, "it went on after it was cancelled")
        let people = try await book.inBackground { try $0.count(query: ContactQuery(order: .latest)) }
        XCTAssertEqual(people, 200)
        let report = try await book.inBackground { try $0.check() }
        XCTAssertGreaterThanOrEqual(report.entries, 200)
    }

    func testLogsNothingPersonal() throws {
        let (log, home) = (LogLines(), scratch.appendingPathComponent("ada").path)
        let config = BookConfig(home: home, vault: MemoryVault(), mode: .create, log: log)
        let book = try Book.open(config: config)
        let grace = try phone("Grace Hopper", event: "Rust Week")
        let session = try book.begin(badge: Badge(name: "Ada Lovelace"), options: SessionOptions(reveal: .first))
        grace.scan(try XCTUnwrap(session.frame()).text)
        guard case let .verified(who) = session.scan(text: try grace.shows(.offer)).result else {
            return XCTFail("Grace wasn't verified")
        }
        try session.acknowledge(recorded: book.record(encounter: session.accept(transcript: who.transcript)))
        let note = try book.note(person: grace.person, text: "likes nanoseconds")
        assertFails(.noSuchBadge, try book.showBadge(label: "evening"))
        assertFails(.notMet, try book.tag(person: book.person(), tag: "myself"))
        try book.suspend()
        let lines = log.lines.all
        XCTAssertTrue(lines.contains { $0.hasPrefix("opened") })
        XCTAssertTrue(lines.contains { $0.contains("NoSuchBadge") })
        XCTAssertTrue(lines.contains("suspended"))
        let personal = [
            "Ada", "Lovelace", "Grace", "Hopper", "Rust Week", "nanoseconds", "evening", "myself", note, home,
            scratch.path, book.person(), book.fingerprint(), grace.person, who.transcript, who.fingerprint,
        ]
        for line in lines {
            for word in personal { XCTAssertFalse(line.lowercased().contains(word.lowercased()), line) }
        }
    }
}

/// A task that can be cancelled from the very work it waits for.
private final class TaskBox: @unchecked Sendable {
    private let lock = NSLock()
    private var task: Task<CheckReport, Error>?

    func begin(_ work: @escaping @Sendable () async throws -> CheckReport) -> Task<CheckReport, Error> {
        lock.withLock {
            let task = Task { try await work() }
            self.task = task
            return task
        }
    }

    /// Once: the next task is left alone.
    func cancel() {
        lock.withLock { task.take() }?.cancel()
    }
}
