import Foundation
import Lapel
import XCTest

/// What one scan and a list of 1,000 contacts take. No test: it is in the package where `bindings/cost` asks for it.
final class Cost: XCTestCase {
    func testMeasure() throws {
        let environment = ProcessInfo.processInfo.environment
        let scratch = URL(fileURLWithPath: environment["LAPEL_SCRATCH"]!).appendingPathComponent("books/cost")
        let vault = fileVault(dir: scratch.appendingPathComponent("keys").path)
        let home = scratch.appendingPathComponent("book").path
        let book = try Book.open(config: BookConfig(home: home, vault: vault, mode: .create))
        try rehearseMeetings(book: book, people: 1_000, event: "Rust Week")
        let session = try book.begin(badge: Badge(name: "Ada"), options: SessionOptions(reveal: .first))
        let everybody = ContactQuery(order: .latest)
        let scan = median(of: 60, calls: 2_000) { _ = session.scan(text: "WIFI:S:x;;") }
        let list = try median(of: 60, calls: 1) { _ = try book.list(query: everybody, after: nil, limit: 1_000) }
        try FileManager.default.removeItem(at: scratch)
        try "swift scan \(scan)\nswift list \(list)\n"
            .write(toFile: environment["LAPEL_SCRATCH"]! + "/cost", atomically: true, encoding: .utf8)
    }

    /// Nanoseconds of one call: the median of so many batches.
    private func median(of batches: Int, calls: Int, _ call: () throws -> Void) rethrows -> UInt64 {
        var took: [UInt64] = []
        for _ in 0..<batches {
            let began = DispatchTime.now().uptimeNanoseconds
            for _ in 0..<calls { try call() }
            took.append((DispatchTime.now().uptimeNanoseconds - began) / UInt64(calls))
        }
        return took.sorted()[batches / 2]
    }
}
