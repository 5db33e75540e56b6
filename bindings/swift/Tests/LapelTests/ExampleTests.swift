import Foundation
import Lapel
import XCTest

/// The example of the README, which `test` puts beside this file.
final class ExampleTests: ScratchCase {
    func testTwoPeopleMeet() async throws {
        try await twoPeopleMeet(in: scratch)
    }
}

@MainActor
private func twoPeopleMeet(in scratch: URL) async throws {
    func screen(of name: String) async throws -> MeetingScreen {
        try await MeetingScreen(home: scratch.appendingPathComponent(name), vault: MemoryVault(), name: name)
    }
    func text(on screen: MeetingScreen, _ kind: Shows) async throws -> String {
        for try await frame in screen.session.frames where frame.shows == kind { return frame.text }
        throw Unexpected(what: "never showed \(kind)")
    }

    let (ada, grace) = (try await screen(of: "Ada"), try await screen(of: "Grace"))
    var pictures: [Data] = []
    let showing = Task { try await ada.show { pictures.append($0) } }
    try await grace.read(text(on: ada, .hello))
    try await ada.read(text(on: grace, .offer))
    XCTAssertEqual(ada.says, "Grace is here. Accept?")
    XCTAssertEqual(ada.asking?.badge, Badge(name: "Grace"))
    try await ada.accept()
    XCTAssertNil(ada.asking)
    try await grace.read(text(on: ada, .confirm))
    XCTAssertEqual(grace.asking?.confirmed, true)
    try await grace.accept()
    try await ada.read(text(on: grace, .confirm))
    XCTAssertEqual(try ada.book.contact(person: grace.book.person())?.state, .confirmed)
    XCTAssertEqual(try grace.book.contact(person: ada.book.person())?.state, .confirmed)
    ada.session.end()
    try await showing.value
    XCTAssertFalse(pictures.isEmpty)
}
