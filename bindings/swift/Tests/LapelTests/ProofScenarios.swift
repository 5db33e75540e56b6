import Foundation
import Lapel
import XCTest

/// Many meetings in one file, for somebody who has nothing but that file.
final class ProofScenarios: ScratchCase {
    func testProvesManyMeetings() throws {
        let (ada, grace) = (try phone("Ada", event: "Rust Week"), try phone("Grace", event: "Rust Week"))
        try rehearseMeetings(book: ada.book, people: 2, event: "Rust Week")
        let offered = try XCTUnwrap(ada.people.first { $0.name == "Person 0" }).person
        try shakeHands(ada, grace)
        _ = try ada.book.note(person: grace.person, text: "plays the theremin")
        let chosen = ExportSelection.people(people: [offered, grace.person])
        var request = ProofRequest(selection: chosen, to: "The grant office", purpose: "travel")

        let file = scratch.appendingPathComponent("met.proof")
        let counted = try ada.book.proveCount(request: request)
        XCTAssertEqual([counted.contacts, counted.confirmed, counted.encounters], [2, 1, 2])
        XCTAssertEqual(try ada.book.proveTo(request: request, path: file.path), counted)
        let bytes = try Data(contentsOf: file)
        XCTAssertEqual(UInt64(bytes.count), counted.bytes)
        let holds = { (text: String) in bytes.range(of: Data(text.utf8)) != nil }
        XCTAssertTrue(holds("Grace") && holds("Person 0"))
        XCTAssertFalse(holds("Person 1") || holds("theremin"))

        // From here on somebody else, who has the file and no book.
        let told = Told<WorkProgress>()
        let watcher = Watcher { progress in
            told.append(progress)
            return told.all.count <= 2
        }
        let verified = try Proof.fromFile(path: file.path).verify(limit: 9, progress: watcher)
        XCTAssertEqual([verified.holder, verified.to, verified.purpose], [ada.person, "The grant office", "travel"])
        XCTAssertEqual([verified.receipts, verified.contacts, verified.confirmed], [2, 2, 1])
        for shown in verified.shown {
            let confirmed = shown.peer.person == grace.person
            XCTAssertEqual(shown.peer.badge?.name, confirmed ? "Grace" : "Person 0")
            XCTAssertEqual(shown.peer.state, confirmed ? .confirmed : .offered)
            XCTAssertNil(shown.holder.badge)
            XCTAssertEqual(shown.event, "Rust Week")
        }
        XCTAssertEqual(told.all.map(\.done), [1, 2])
        XCTAssertTrue(told.all.allSatisfy { $0.work == "verifying" && $0.total == 2 })
        let proof = Proof.fromBytes(proof: bytes)
        assertFails(.cancelled, try proof.verify(limit: 9, progress: watcher))
        let first = try proof.verify(limit: 1)
        XCTAssertEqual([first.shown.count, Int(first.receipts)], [1, 2])
        XCTAssertEqual(first.digest, verified.digest)
        XCTAssertTrue(try proof.report().contains(first.digest))

        for tenth in 0..<10 {
            var altered = bytes
            altered[tenth * bytes.count / 10] ^= 1
            XCTAssertThrowsError(try Proof.fromBytes(proof: altered).verify(limit: 9), "\(tenth)") { error in
                let code = (error as? LapelError).map { "\($0.code)".lowercased() } ?? "\(error)"
                XCTAssertTrue(code.contains("proof") || code.contains("receipt"), code)
            }
        }
        let foreign = Proof.fromBytes(proof: Data("BEGIN:VCARD".utf8))
        assertFails(.notAProof, try foreign.verify(limit: 9))
        assertFails(.notAProof, try foreign.report())

        // With both badges, with none, to nobody in particular.
        for with in [true, false] {
            let asked = ProofRequest(selection: chosen, to: "", withOwnBadge: with, withTheirBadges: with)
            let held = try Proof.fromBytes(proof: ada.book.prove(request: asked)).verify(limit: 9)
            XCTAssertEqual(held.to, "")
            let badges = held.shown.flatMap { [$0.holder.badge, $0.peer.badge] }
            XCTAssertTrue(badges.allSatisfy { ($0 != nil) == with })
        }
        request = ProofRequest(selection: chosen, to: String(repeating: "o", count: 97))
        assertFails(.textTooLong, try ada.book.prove(request: request))
        request = ProofRequest(selection: .people(people: [ada.person]), to: "")
        assertFails(.notMet, try ada.book.proveCount(request: request))
    }
}
