import Foundation
import Lapel
import XCTest

/// When things end, and what goes on.
final class LifetimeScenarios: ScratchCase {
    func testOutlivesItsHandle() throws {
        let (home, vault, grace) = (scratch.appendingPathComponent("ada").path, MemoryVault(), try phone("Grace"))
        let config = BookConfig(home: home, vault: vault, mode: .create)
        var book: Book? = try Book.open(config: config)
        let person = book?.person()
        let subscription = book?.listen(listener: Listener { _ in })
        weak var released = book
        let session = try XCTUnwrap(book).begin(badge: Badge(name: "Ada"), options: SessionOptions(reveal: .first))
        book = nil

        // Swift leaves no handle to call: whoever looks for it finds nothing.
        XCTAssertNil(released)
        subscription?.cancel()
        try grace.scan(try XCTUnwrap(session.frame()).text)
        guard case let .verified(who) = try session.scan(text: try grace.shows(.offer)).result else {
            return XCTFail("the session didn't go on")
        }
        let encounter = try session.accept(transcript: who.transcript)
        let again = try Book.open(config: config)
        XCTAssertEqual(again.person(), person)
        try session.acknowledge(recorded: again.record(encounter: encounter))
        XCTAssertEqual(try session.frame()?.shows, .confirm)
    }

    func testServesTenThreads() throws {
        let (book, people) = try book(of: 10)
        let (errors, group) = (Told<Error>(), DispatchGroup())
        for person in people {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                do {
                    for number in 0..<20 {
                        _ = try book.note(person: person, text: "note \(number)")
                        let page = try book.list(query: ContactQuery(order: .name), after: nil, limit: 10)
                        guard page.people.count == 10 else { throw Unexpected(what: "\(page.people.count) people") }
                    }
                } catch {
                    errors.append(error)
                }
            }
        }
        group.wait()
        XCTAssertEqual(errors.all.map { "\($0)" }, [])
        for person in people {
            XCTAssertEqual(
                try book.contact(person: person)?.notes.flatMap(\.texts), (0..<20).map { "note \($0)" })
        }
    }

    func testSuspendsInTheMiddle() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        try grace.scan(try ada.shows(.hello))
        let offer = try grace.shows(.offer)
        try ada.book.suspend()
        XCTAssertNil(try ada.session.frame())
        XCTAssertEqual(try ada.scan(offer).name, "ended")
        assertFails(.suspended, try ada.book.standing(person: grace.person))
        assertFails(.suspended, try ada.beginAgain())
        _ = try ada.book.resume()
        try ada.beginAgain()
        try grace.beginAgain()
        try shakeHands(ada, grace)
        XCTAssertEqual(try ada.contact(grace).state, .confirmed)
    }

    func testOpensOnce() throws {
        let ada = try phone("Ada")
        let config = BookConfig(home: ada.home.path, vault: ada.vault, mode: .existing)
        assertFails(.inUse, try Book.open(config: config))
        try ada.book.suspend()
        XCTAssertEqual(try Book.open(config: config).person(), ada.person)
    }

    func testSurvivesAPanic() throws {
        XCTAssertThrowsError(try rehearsePanic()) { error in
            XCTAssertFalse(error is LapelError)
            XCTAssertTrue(error.localizedDescription.contains("as rehearsed"), error.localizedDescription)
        }
        XCTAssertEqual(version(), "0.1.0")
        let book = try phone("Ada").book
        XCTAssertThrowsError(try rehearsePanicIn(book: book))
        XCTAssertEqual(try book.count(query: ContactQuery(order: .latest)), 0)
    }
}
