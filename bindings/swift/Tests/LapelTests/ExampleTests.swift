import Foundation
import Lapel
import XCTest

/// The example of the README, which `test` puts beside this file.
final class ExampleTests: ScratchCase {
    @MainActor
    func testTwoPeopleMeet() async throws {
        let ada = try await Meeting(home: scratch.appendingPathComponent("ada"), vault: MemoryVault(), name: "Ada")
        let grace = try await Meeting(home: scratch.appendingPathComponent("grace"), vault: MemoryVault(), name: "Grace")
        var (adas, graces) = (ada.session.frames.makeAsyncIterator(), grace.session.frames.makeAsyncIterator())
        let (hello, _) = (await adas.next(), await graces.next())
        grace.read(try XCTUnwrap(hello).text)
        let offer = await graces.next()
        ada.read(try XCTUnwrap(offer).text)
        XCTAssertEqual(ada.asking?.badge.name, "Grace")
        try await ada.accept()
        let confirm = await adas.next()
        grace.read(try XCTUnwrap(confirm).text)
        XCTAssertEqual(grace.asking?.confirmed, true)
        try await grace.accept()
        let hers = try XCTUnwrap(grace.session.frame())
        ada.read(hers.text)
        XCTAssertEqual(ada.book.person(), try grace.book.list(query: ContactQuery(order: .latest), after: nil, limit: 1).people.first?.person)
        XCTAssertEqual(try ada.book.contact(person: grace.book.person())?.state, .confirmed)
        XCTAssertEqual(ada.says, ada.says)
    }
}
