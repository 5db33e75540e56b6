import Foundation
import Lapel
import XCTest

/// Every case of `tests/vectors`, read as their README says.
final class VectorScenarios: XCTestCase {
    func testRunsTheVectors() throws {
        for proof in try read("receipt", [ReceiptCase].self) {
            let shown = try verifyReceipt(receipt: bytes(proof.hex))
            XCTAssertEqual(shown, proof.shown.expected(like: shown), proof.name)
        }
        for flawed in try read("fail_receipt", [NoReceiptCase].self) {
            do {
                _ = try verifyReceipt(receipt: bytes(flawed.hex))
                XCTFail("\(flawed.why) verified")
            } catch let error as LapelError {
                XCTAssertEqual(name(of: error), flawed.error, flawed.why)
            }
        }
        for file in ["scan", "fail_scan"] {
            for scans in try read(file, [ScanCase].self) { try run(scans) }
        }
    }

    private func run(_ scans: ScanCase) throws {
        let start = scans.start
        let rehearsed = try RehearsedSession(start: start.asStart)
        let session = rehearsed.session()
        for (number, step) in scans.steps.enumerated() {
            let at = "\"\(scans.name)\", step \(number)"
            rehearsed.setTime(ms: start.monotonicMs + step.atMs)
            if let text = step.scan {
                let scanned = session.scan(text: text).result
                let progressed = ["noticed", "answered", "confirmed_early"].contains(scanned.name)
                XCTAssertEqual(progressed ? "progressed" : scanned.name, step.expect, at)
                if case let .damaged(flaw) = scanned { XCTAssertEqual(name(of: flaw), step.flaw, at) }
                if case let .verified(who) = scanned { XCTAssertEqual(who.transcript, step.th, at) }
            }
            if let transcript = step.accept { _ = try session.accept(transcript: transcript) }
            switch step.then {
            case "start_again": session.startAgain()
            case "end": session.end()
            case nil: break
            case let other?: XCTFail("\(at): \(other)")
            }
        }
    }

    private func read<T: Decodable>(_ name: String, _: T.Type) throws -> T {
        let folder = try XCTUnwrap(ProcessInfo.processInfo.environment["LAPEL_VECTORS"])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = URL(fileURLWithPath: folder).appendingPathComponent("\(name).json")
        return try decoder.decode(T.self, from: Data(contentsOf: file))
    }

    private func name(of error: LapelError) -> String {
        let half = error.values["half"] ?? "?"
        return switch error.code {
        case .receiptAltered: "bytes"
        case .newerReceipt: "newer_version"
        case .receiptOneSided: "one_sided"
        case .receiptKey: "ephemeral_key of \(half)"
        case .receiptCommitment: "commitment of \(half)"
        case .receiptSignature: "signature of \(half)"
        case let other: "\(other)"
        }
    }

    private func name(of flaw: Flaw) -> String {
        switch flaw {
        case .digits: "digits"
        case .shape: "shape"
        case .ephemeralKey: "ephemeral_key"
        case .contents: "contents"
        case .badge: "badge"
        case .signature: "signature"
        }
    }
}

private func bytes(_ hex: String) -> Data {
    var (rest, bytes) = (Substring(hex), Data())
    while !rest.isEmpty {
        bytes.append(UInt8(rest.prefix(2), radix: 16)!)
        rest = rest.dropFirst(2)
    }
    return bytes
}

private struct NoReceiptCase: Decodable {
    let why, hex, error: String
}

private struct ReceiptCase: Decodable {
    let name, hex: String
    let shown: Whole

    struct Whole: Decodable {
        let transcript: String
        let holder, peer: Side
        let event: String?
        let comparison: String

        // A fingerprint follows from the person, and isn't in the file.
        func expected(like shown: Shown) -> Shown {
            let comparisons: [String: Comparison] = [
                "not_compared": .notCompared, "agrees": .agrees, "differs": .differs,
            ]
            return Shown(
                transcript: transcript, holder: holder.expected(shown.holder.fingerprint),
                peer: peer.expected(shown.peer.fingerprint), event: event, comparison: comparisons[comparison]!)
        }
    }

    struct Side: Decodable {
        let person, state: String
        let claimedTime: Int64
        let claimedEvent: String
        let badge: Fields?

        func expected(_ fingerprint: String) -> ShownSide {
            let states: [String: MeetingState] = ["offered": .offered, "confirmed": .confirmed]
            return ShownSide(
                person: person, fingerprint: fingerprint, state: states[state]!, claimedAt: claimedTime,
                claimedEvent: claimedEvent, badge: badge?.asBadge)
        }
    }

    struct Fields: Decodable {
        let name: String
        let title, organisation, pronouns, line: String?
        let emails, phones, urls, handles: [String]?

        var asBadge: Badge {
            Badge(
                name: name, title: title, organisation: organisation, emails: emails ?? [], phones: phones ?? [],
                urls: urls ?? [], handles: handles ?? [], pronouns: pronouns, line: line)
        }
    }
}

private struct ScanCase: Decodable {
    let name: String
    let start: Begin
    let steps: [Step]

    struct Begin: Decodable {
        let identitySecret, random: String
        let metAt: Int64
        let monotonicMs, counter: UInt64
        let badge, event, attestation, reveal: String
        let compare: Bool

        var asStart: Start {
            let options = SessionOptions(
                event: event, reveal: reveal == "first" ? .first : .afterAccept, compare: compare,
                attestation: attestation.isEmpty ? nil : bytes(attestation))
            return Start(
                identitySecret: bytes(identitySecret), random: bytes(random), metAt: metAt,
                monotonicMs: monotonicMs, counter: counter, badge: bytes(badge), options: options)
        }
    }

    struct Step: Decodable {
        let atMs: UInt64
        let scan, expect, flaw, th, accept, then: String?
    }
}
