// Against the pretend Keychain: the real one asks for an app with entitlements.
#if canImport(Security) && os(Linux)
import Foundation
import Lapel
import Security
import XCTest

final class KeychainVaultTests: ScratchCase {
    private let key = Data(repeating: 7, count: 32)
    private let other = Data(repeating: 8, count: 32)
    private let vault = KeychainVault()

    override func setUpWithError() throws {
        try super.setUpWithError()
        PretendKeychain.reset()
    }

    func testABookIsOpenedWithIt() throws {
        let home = scratch.appendingPathComponent("book").path
        let made = try Book.open(config: BookConfig(home: home, vault: vault, mode: .create))
        _ = try made.rotate()
        try made.suspend()
        // A key, and how far the book is.
        XCTAssertEqual(PretendKeychain.everything.count, 2)
        let existing = BookConfig(home: home, vault: KeychainVault(), mode: .existing)
        PretendKeychain.reset(refusing: errSecInteractionNotAllowed)
        assertFails(.keyLocked, try Book.open(config: existing))
        PretendKeychain.open()
        let again = try Book.open(config: existing)
        XCTAssertEqual(again.person(), made.person())
        _ = try again.wipe()
        XCTAssertEqual(PretendKeychain.everything.count, 0)
        assertFails(.noBook, try Book.open(config: existing))
    }

    func testAKeyIsKeptAndReplaced() throws {
        try vault.store(id: "a", key: key)
        XCTAssertEqual(try vault.load(id: "a"), key)
        try vault.store(id: "a", key: other)
        XCTAssertEqual(try vault.load(id: "a"), other)
        XCTAssertEqual(PretendKeychain.everything.count, 1)
    }

    func testADestroyedKeyIsMissingAndCanBeDestroyedAgain() throws {
        try vault.store(id: "a", key: key)
        try vault.store(id: "b", key: other)
        try vault.destroy(id: "a")
        try vault.destroy(id: "a")
        assertThrows(VaultError.Missing, try vault.load(id: "a"))
        XCTAssertEqual(try vault.load(id: "b"), other)
    }

    func testAHeadIsKeptReplacedAndRemoved() throws {
        XCTAssertNil(try vault.head(store: "s"))
        try vault.keepHead(store: "s", head: key)
        try vault.keepHead(store: "s", head: other)
        XCTAssertEqual(try vault.head(store: "s"), other)
        try vault.keepHead(store: "s", head: nil)
        try vault.keepHead(store: "s", head: nil)
        XCTAssertNil(try vault.head(store: "s"))
    }

    func testAHeadAndAKeyOfOneNameAreTwoThings() throws {
        try vault.store(id: "s", key: key)
        XCTAssertNil(try vault.head(store: "s"))
        try vault.keepHead(store: "s", head: other)
        XCTAssertEqual(try vault.load(id: "s"), key)
    }

    func testVaultsOfDifferentServicesOrGroupsShareNothing() throws {
        try vault.store(id: "a", key: key)
        assertThrows(VaultError.Missing, try KeychainVault(service: "other").load(id: "a"))
        assertThrows(VaultError.Missing, try KeychainVault(accessGroup: "group").load(id: "a"))
        XCTAssertEqual(try KeychainVault().load(id: "a"), key)
    }

    func testItemsStayOnThisDevice() throws {
        try vault.store(id: "a", key: key)
        try vault.store(id: "a", key: other)
        try vault.keepHead(store: "s", head: key)
        XCTAssertEqual(PretendKeychain.everything.count, 2)
        for item in PretendKeychain.everything {
            XCTAssertEqual(item["pdmn"] as? String, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly as String)
            XCTAssertEqual(item["sync"] as? Bool, false)
            XCTAssertEqual(item["nleg"] as? Bool, true)
        }
    }

    func testALockedDeviceIsLockedAndNotMissing() throws {
        try vault.store(id: "a", key: key)
        PretendKeychain.reset(refusing: errSecInteractionNotAllowed)
        refuses(everythingWith: .Locked)
        PretendKeychain.reset(refusing: nil)
    }

    func testAnyOtherRefusalSaysItsNumber() {
        PretendKeychain.reset(refusing: -34018)
        refuses(everythingWith: .Failed(reason: "Keychain error -34018: pretended"))
    }

    private func refuses(everythingWith error: VaultError) {
        assertThrows(error, try vault.store(id: "a", key: key))
        assertThrows(error, try vault.load(id: "a"))
        assertThrows(error, try vault.destroy(id: "a"))
        assertThrows(error, try vault.keepHead(store: "s", head: key))
        assertThrows(error, try vault.keepHead(store: "s", head: nil))
        assertThrows(error, try vault.head(store: "s"))
    }

    private func assertThrows<T>(
        _ expected: VaultError, _ expression: @autoclosure () throws -> T, line: UInt = #line
    ) {
        XCTAssertThrowsError(try expression(), line: line) { error in
            XCTAssertEqual(error as? VaultError, expected, line: line)
        }
    }
}
#endif
