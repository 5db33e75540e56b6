import Foundation
import Lapel
import XCTest

/// Vaults that an app wrote.
final class VaultScenarios: ScratchCase {
    func testLocksTheVault() throws {
        let (config, vault, person) = try closedBook()
        vault.first { throw VaultError.Locked }
        assertFails(.keyLocked, try Book.open(config: config))
        vault.first(nil)
        let book = try Book.open(config: config)
        XCTAssertEqual(book.person(), person)
        XCTAssertEqual(try book.count(query: ContactQuery(order: .latest)), 1)
    }

    func testLosesTheKey() throws {
        let (config, vault, _) = try closedBook()
        let before = try files(in: config.home)
        XCTAssertFalse(before.isEmpty)
        vault.loseEverything()
        assertFails(.keyLost, try Book.open(config: config))
        XCTAssertEqual(try files(in: config.home), before)
    }

    func testBreaksTheVault() throws {
        let (config, vault, _) = try closedBook()
        vault.first { throw Unexpected(what: "the vault is on holiday") }
        let values = assertFails(.vaultFailed, try Book.open(config: config))
        XCTAssertTrue(values["detail"]?.contains("on holiday") == true, "\(values)")
        vault.first(nil)
        XCTAssertEqual(try Book.open(config: config).count(query: ContactQuery(order: .latest)), 1)
    }

    func testCallsBackFromTheVault() throws {
        let ada = try phone("Ada")
        let codes = Told<ErrorCode?>()
        ada.vault.first { [weak book = ada.book] in
            do {
                _ = try book?.count(query: ContactQuery(order: .latest))
                codes.append(nil)
            } catch {
                codes.append((error as? LapelError)?.code)
            }
        }
        _ = try ada.book.rotate()
        ada.vault.first(nil)
        XCTAssertFalse(codes.all.isEmpty)
        XCTAssertEqual(Set(codes.all), [.busy])
        XCTAssertEqual(try ada.book.count(query: ContactQuery(order: .latest)), 0)
    }

    /// A book of one contact that nobody has open.
    private func closedBook() throws -> (config: BookConfig, vault: MemoryVault, person: String) {
        let vault = MemoryVault()
        let home = scratch.appendingPathComponent("book").path
        let book = try Book.open(config: BookConfig(home: home, vault: vault, mode: .create))
        try rehearseMeetings(book: book, people: 1, event: "")
        try book.suspend()
        return (BookConfig(home: home, vault: vault, mode: .existing), vault, book.person())
    }

    private func files(in home: String) throws -> [String: Data] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: home)
        let contents = paths.map { ($0, FileManager.default.contents(atPath: "\(home)/\($0)") ?? Data()) }
        return Dictionary(uniqueKeysWithValues: contents)
    }
}
