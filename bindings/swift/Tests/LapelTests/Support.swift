import Foundation
import Lapel
import XCTest

/// A test with a directory of its own.
class ScratchCase: XCTestCase {
    private(set) var scratch: URL!

    override func setUpWithError() throws {
        let parent = ProcessInfo.processInfo.environment["LAPEL_SCRATCH"].map { URL(fileURLWithPath: $0) }
        scratch = (parent ?? FileManager.default.temporaryDirectory)
            .appendingPathComponent("books/\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: scratch)
    }

    func phone(_ name: String, event: String = "", compare: Bool = false) throws -> Phone {
        let home = scratch.appendingPathComponent("\(name)-\(UUID().uuidString)")
        return try Phone(name, home: home, event: event, compare: compare)
    }

    /// A book of its own with `people` in it, `Person 0` and so on, and who they are, in that order.
    func book(
        of people: UInt32, event: String = "Rust Week", progress: ProgressListener? = nil, log: LogSink? = nil
    ) throws -> (Book, [String]) {
        let home = scratch.appendingPathComponent(UUID().uuidString).path
        let config = BookConfig(home: home, vault: MemoryVault(), mode: .create, progress: progress, log: log)
        let book = try Book.open(config: config)
        try rehearseMeetings(book: book, people: people, event: event)
        let page = try book.list(query: ContactQuery(order: .name), after: nil, limit: people + 1)
        return (book, page.people.map(\.person))
    }
}

/// Somebody's phone: a book, and a session that shows their badge.
final class Phone {
    let home: URL
    let vault = MemoryVault()
    let badge: Badge
    let book: Book
    private(set) var session: Session

    init(
        _ name: String, home: URL, event: String = "", compare: Bool = false, progress: ProgressListener? = nil,
        open: (BookConfig) throws -> Book = Book.open
    ) throws {
        self.home = home
        badge = Badge(name: name)
        book = try open(BookConfig(home: home.path, vault: vault, mode: .create, progress: progress))
        let options = SessionOptions(event: event, reveal: .first, compare: compare)
        session = try book.begin(badge: badge, options: options)
    }

    var person: String { book.person() }

    func beginAgain(event: String = "") throws {
        session = try book.begin(badge: badge, options: SessionOptions(event: event, reveal: .first))
    }

    /// What is on show, once it is of this kind.
    func shows(_ kind: Shows) throws -> String {
        for _ in 0..<40 {
            let frame = try XCTUnwrap(session.frame(), "the session has ended")
            if frame.shows == kind { return frame.text }
            // By turns with another.
            rehearseTimePasses(seconds: 1)
        }
        throw Unexpected(what: "never showed \(kind)")
    }

    @discardableResult
    func scan(_ text: String) throws -> Scanned {
        try session.scan(text: text).result
    }

    func verifies(_ text: String) throws -> Verified {
        let scanned = try scan(text)
        guard case let .verified(who) = scanned else { throw Unexpected(what: scanned.name) }
        return who
    }

    func confirms(_ text: String) throws {
        let scanned = try scan(text)
        guard case let .confirmed(confirmation) = scanned else { throw Unexpected(what: scanned.name) }
        try book.confirm(confirmation: confirmation)
    }

    /// The person taps Accept.
    @discardableResult
    func keeps(_ who: Verified) throws -> Recorded {
        let recorded = try book.record(encounter: session.accept(transcript: who.transcript))
        try session.acknowledge(recorded: recorded)
        return recorded
    }

    func contact(_ other: Phone) throws -> Contact {
        try XCTUnwrap(book.contact(person: other.person), "not in the book")
    }

    var people: [Summary] {
        get throws { try book.list(query: ContactQuery(order: .latest), after: nil, limit: 100).people }
    }
}

/// One shows and the other scans, by turns, until both have confirmed.
@discardableResult
func shakeHands(_ a: Phone, _ b: Phone) throws -> (a: Recorded, b: Recorded) {
    XCTAssertEqual(try b.scan(try a.shows(.hello)).name, "answered")
    let byA = try a.keeps(a.verifies(b.shows(.offer)))
    let byB = try b.keeps(b.verifies(a.shows(.confirm)))
    try a.confirms(b.shows(.confirm))
    return (byA, byB)
}

/// Keeps keys in memory, and does what a test asks for first.
final class MemoryVault: KeyVault, @unchecked Sendable {
    private let lock = NSLock()
    private var keys: [String: Data] = [:]
    private var heads: [String: Data] = [:]
    private var first: (@Sendable () throws -> Void)?

    /// Does this before it answers anything.
    func first(_ first: (@Sendable () throws -> Void)?) {
        lock.withLock { self.first = first }
    }

    func loseEverything() {
        lock.withLock { (keys, heads) = ([:], [:]) }
    }

    func store(id: String, key: Data) throws {
        try beginning { keys[id] = key }
    }

    func load(id: String) throws -> Data {
        guard let key = try beginning({ keys[id] }) else { throw VaultError.Missing }
        return key
    }

    func destroy(id: String) throws {
        try beginning { keys[id] = nil }
    }

    func keepHead(store: String, head: Data?) throws {
        try beginning { heads[store] = head }
    }

    func head(store: String) throws -> Data? {
        try beginning { heads[store] }
    }

    private func beginning<T>(_ answer: () -> T) throws -> T {
        try lock.withLock { first }?()
        return lock.withLock(answer)
    }
}

/// What listeners were told, in order.
final class Told<T: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var told: [T] = []

    func append(_ one: T) { lock.withLock { told.append(one) } }

    var all: [T] { lock.withLock { told } }
}

final class Listener: ChangeListener {
    private let changed: @Sendable (BookChange) throws -> Void

    init(_ changed: @escaping @Sendable (BookChange) throws -> Void) { self.changed = changed }

    func changed(change: BookChange) throws { try changed(change) }
}

final class Watcher: ProgressListener {
    private let goesOn: @Sendable (WorkProgress) -> Bool

    init(_ goesOn: @escaping @Sendable (WorkProgress) -> Bool) { self.goesOn = goesOn }

    func goesOn(progress: WorkProgress) -> Bool { goesOn(progress) }
}

final class LogLines: LogSink {
    let lines = Told<String>()

    func log(line: String) { lines.append(line) }
}

struct Unexpected: Error {
    let what: String
}

/// Fails unless it throws this error of Lapel's, with a sentence. Gives the error's values.
@discardableResult
func assertFails<T>(
    _ code: ErrorCode, _ expression: @autoclosure () throws -> T, file: StaticString = #filePath, line: UInt = #line
) -> [String: String] {
    do {
        _ = try expression()
        XCTFail("succeeded, and not \(code)", file: file, line: line)
    } catch let error as LapelError {
        XCTAssertEqual(error.code, code, file: file, line: line)
        XCTAssertFalse(error.reason.isEmpty, file: file, line: line)
        return error.values
    } catch {
        XCTFail("\(error), and not \(code)", file: file, line: line)
    }
    return [:]
}

extension Scanned {
    /// As the vectors name it, but for what the screen does, which is `progressed` there.
    var name: String {
        switch self {
        case .notOurs: "not_ours"
        case .otherVersion: "other_version"
        case .notForUs: "not_for_us"
        case .ownCode: "own_code"
        case .expired: "expired"
        case .damaged: "damaged"
        case .partReceived: "part_received"
        case .nothingNew: "nothing_new"
        case .noticed: "noticed"
        case .answered: "answered"
        case .confirmedEarly: "confirmed_early"
        case .verified: "verified"
        case .sessionTaken: "session_taken"
        case .startAgain: "start_again"
        case .startAgainToCompare: "start_again_to_compare"
        case .nobodyAnswersFirst: "nobody_answers_first"
        case .confirmed: "confirmed"
        case .ended: "ended"
        }
    }
}
