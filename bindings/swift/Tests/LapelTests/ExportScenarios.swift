import Foundation
import Lapel
import XCTest

/// Contacts on their way out.
final class ExportScenarios: ScratchCase {
    private func found(_ text: String) -> ExportSelection {
        .found(query: ContactQuery(text: text, order: .latest))
    }

    func testExportsContacts() throws {
        let (book, people) = try book(of: 2)
        _ = try book.note(person: people[0], text: "plays the theremin")
        for format in ExportFormat.allCases {
            let file = scratch.appendingPathComponent("all.\(exportFileExtension(format: format))")
            let leaves = { (request: ExportRequest) in
                let before = try book.exportCount(request: request)
                XCTAssertEqual(before, try book.exportTo(request: request, path: file.path))
                let data = try Data(contentsOf: file)
                XCTAssertEqual(before.bytes, UInt64(data.count))
                return (before, String(decoding: data, as: UTF8.self))
            }
            let (exported, text) = try leaves(ExportRequest(format: format, selection: .everybody))
            XCTAssertEqual([exported.contacts, exported.encounters, exported.notes], [2, 2, 0])
            // Not always beside their numbers: some tables part a name in two.
            XCTAssertGreaterThan(text.components(separatedBy: "Person").count, 2, "\(format): \(text)")
            XCTAssertTrue(text.contains("Rust Week") && !text.contains("theremin"), "\(format): \(text)")
            let noted = try leaves(ExportRequest(format: format, selection: .everybody, notes: true)).1
            XCTAssertTrue(noted.contains("theremin"), "\(format): \(noted)")
            let part = try leaves(ExportRequest(format: format, selection: .everybody, parts: [.email])).1
            XCTAssertFalse(part.contains("Rust Week"), "\(format): \(part)")
            XCTAssertFalse(exportMediaType(format: format).isEmpty)
        }
        for selection in [found("Person 0"), .people(people: [people[1]])] {
            let request = ExportRequest(format: .csv, selection: selection)
            XCTAssertEqual(try book.exportCount(request: request).contacts, 1)
        }
        let card = try book.exportPreview(request: ExportRequest(format: .vcard4, selection: .everybody), people: 1)
        XCTAssertEqual(card.components(separatedBy: "BEGIN:VCARD").count, 2, card)
    }

    func testKeepsTheOldFile() throws {
        let (told, stops) = (Told<WorkProgress>(), Told<Bool>())
        let watcher = Watcher { progress in
            told.append(progress)
            return stops.all.last != true
        }
        let (book, _) = try book(of: 20, progress: watcher)
        let before = told.all.count
        let out = scratch.appendingPathComponent("out")
        try FileManager.default.createDirectory(at: out, withIntermediateDirectories: false)
        let file = out.appendingPathComponent("people.vcf")
        try "as it was".write(to: file, atomically: true, encoding: .utf8)
        let everybody = ExportRequest(format: .vcard4, selection: .everybody)
        stops.append(true)
        assertFails(.cancelled, try book.exportTo(request: everybody, path: file.path))
        stops.append(false)
        XCTAssertTrue(told.all.dropFirst(before).allSatisfy { $0.work == "exporting" })
        let nobody = ExportRequest(format: .vcard4, selection: found("nobody at all"))
        assertFails(.nobodyFound, try book.exportTo(request: nobody, path: file.path))
        let nowhere = out.appendingPathComponent("missing").appendingPathComponent("people.vcf")
        assertFails(.systemFailed, try book.exportTo(request: everybody, path: nowhere.path))
        XCTAssertEqual(try String(contentsOf: file, encoding: .utf8), "as it was")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: out.path), ["people.vcf"])
    }
}
