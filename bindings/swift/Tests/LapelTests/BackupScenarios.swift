import Foundation
import Lapel
import XCTest

private let words = "correct horse battery staple"
/// Of age's own documentation: a pair that nobody uses.
private let recipient = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"
private let identity = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"

/// The whole book in one file, and back.
final class BackupScenarios: ScratchCase {
    /// Backs up for the recipient, which is quicker than a passphrase.
    private func backedUp(_ phone: Phone) throws -> Backup {
        let file = scratch.appendingPathComponent("\(UUID().uuidString).age")
        _ = try phone.book.backUpTo(path: file.path, lock: BackupLock.recipients(recipients: [recipient]))
        return Backup.fromBytes(backup: try Data(contentsOf: file), key: try BackupKey.identity(identity: identity))
    }

    /// A new phone, with what was backed up.
    private func restored(_ backup: Backup, progress: ProgressListener? = nil) throws -> Phone {
        let home = scratch.appendingPathComponent(UUID().uuidString)
        return try Phone("Ada", home: home, progress: progress) { try Book.restore(config: $0, backup: backup) }
    }

    func testRestoresALostPhone() throws {
        let (old, grace, alan) = (try phone("Ada"), try phone("Grace"), try phone("Alan"))
        try shakeHands(old, grace)
        try old.beginAgain()
        try shakeHands(old, alan)
        _ = try old.book.note(person: grace.person, text: "plays the theremin")
        let out = scratch.appendingPathComponent("out")
        try FileManager.default.createDirectory(at: out, withIntermediateDirectories: false)
        let file = out.appendingPathComponent("book.age")
        try "an older one".write(to: file, atomically: true, encoding: .utf8)
        assertFails(.noPassphrase, try BackupLock.passphrase(passphrase: ""))
        assertFails(.notALock, try BackupLock.recipients(recipients: ["age1grace"]))
        let lock = try BackupLock.passphrase(passphrase: words)
        XCTAssertFalse("\(String(reflecting: lock))".contains("horse"))
        let done = try old.book.backUpTo(path: file.path, lock: lock)
        var bytes = try Data(contentsOf: file)
        XCTAssertEqual([done.entries, done.lost, done.bytes], [3, 0, UInt64(bytes.count)])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: out.path), ["book.age"])
        try old.book.suspend()

        let home = scratch.appendingPathComponent("new")
        let key = try BackupKey.passphrase(passphrase: words)
        let wrong = try BackupKey.passphrase(passphrase: "incorrect horse")
        let other = try BackupKey.identity(identity: identity)
        bytes[bytes.count - 1] ^= 1
        let nowhere = out.appendingPathComponent("nowhere.age").path
        for (backup, why) in [
            (Backup.fromFile(path: file.path, key: wrong), ErrorCode.wrongPassphrase),
            (Backup.fromFile(path: file.path, key: other), .otherLock),
            (Backup.fromBytes(backup: bytes, key: key), .backupAltered),
            (Backup.fromBytes(backup: Data("BEGIN:VCARD".utf8), key: key), .notABackup),
            (Backup.fromFile(path: nowhere, key: key), .systemFailed),
        ] {
            let config = BookConfig(home: home.path, vault: MemoryVault(), mode: .create)
            assertFails(why, try Book.restore(config: config, backup: backup))
            XCTAssertThrowsError(try backup.wouldRestore()) { XCTAssertFalse("\($0)".contains("horse")) }
            XCTAssertFalse(FileManager.default.fileExists(atPath: home.path))
        }

        let backup = Backup.fromFile(path: file.path, key: key)
        XCTAssertEqual(try backup.about().person, old.person)
        let would = try backup.wouldRestore()
        let ada = try restored(backup)
        XCTAssertEqual(ada.book.restored(), would)
        XCTAssertEqual([would.people, would.encounters, would.others, would.known], [2, 2, 1, 0])
        XCTAssertTrue(would.changes && would.refused.isEmpty)
        XCTAssertEqual(ada.person, old.person)
        XCTAssertEqual(try ada.people.map(\.name), ["Alan", "Grace"])
        let contact = try ada.contact(grace)
        XCTAssertEqual(contact.state, .confirmed)
        XCTAssertEqual(contact.notes.map(\.texts), [["plays the theremin"]])

        // The same again brings nothing, and is nothing to restore over a book.
        for merged in [try ada.book.wouldMerge(backup: backup), try ada.book.merge(backup: backup)] {
            XCTAssertFalse(merged.changes)
            XCTAssertGreaterThan(merged.known, 0)
        }
        try ada.book.suspend()
        let config = BookConfig(home: ada.home.path, vault: ada.vault, mode: .create)
        assertFails(.bookNotEmpty, try Book.restore(config: config, backup: backup))
        _ = try ada.book.resume()
        XCTAssertEqual(try ada.book.standing(person: grace.person), .met(encounters: 1, state: .confirmed))
        try ada.beginAgain()
        try grace.beginAgain()
        let recorded = try shakeHands(ada, grace)
        XCTAssertTrue(recorded.a.metAgain() && recorded.b.metAgain())
    }

    func testMergesTwoPhones() throws {
        let (old, grace, alan) = (try phone("Ada"), try phone("Grace"), try phone("Alan"))
        try shakeHands(old, grace)
        let (told, stops) = (Told<String>(), Told<Bool>())
        let watcher = Watcher { progress in
            told.append(progress.work)
            return stops.all.last != true
        }
        let new = try restored(backedUp(old), progress: watcher)
        XCTAssertTrue(told.all.contains("taking_in"))
        try old.beginAgain()
        try shakeHands(old, alan)
        try shakeHands(new, try phone("Edsger"))
        let (ours, theirs) = (try backedUp(old), try backedUp(new))

        // Ended in the middle, neither book nor file is another one.
        let file = scratch.appendingPathComponent("book.age")
        try "as it was".write(to: file, atomically: true, encoding: .utf8)
        let lock = try BackupLock.passphrase(passphrase: words)
        let before = told.all.count
        stops.append(true)
        assertFails(.cancelled, try new.book.backUpTo(path: file.path, lock: lock))
        XCTAssertEqual(told.all[before], "backing_up")
        assertFails(.cancelled, try new.book.merge(backup: ours))
        stops.append(false)
        XCTAssertEqual(try String(contentsOf: file, encoding: .utf8), "as it was")
        XCTAssertEqual(try new.people.map(\.name), ["Edsger", "Grace"])

        XCTAssertEqual(try new.book.wouldMerge(backup: ours).people, 1)
        XCTAssertEqual(try new.people.map(\.name), ["Edsger", "Grace"])
        let merged = try new.book.merge(backup: ours)
        XCTAssertEqual([merged.people, merged.encounters], [1, 1])
        XCTAssertTrue(merged.bothWentOn && !merged.moved && !merged.older && !merged.oldKeyRemains)
        let other = try old.book.merge(backup: theirs)
        XCTAssertTrue(other.bothWentOn && other.moved && other.changes)
        XCTAssertEqual(try old.people.map(\.name), try new.people.map(\.name))
        XCTAssertEqual(try old.people.count, 3)

        // Whoever is forgotten on one phone is on the other, and comes back with no backup.
        _ = try old.book.forget(people: [grace.person])
        let left = try old.book.merge(backup: ours)
        XCTAssertTrue(!left.changes && left.leftOut > 0)
        XCTAssertEqual(try new.book.merge(backup: backedUp(old)).forgotten, 1)
        XCTAssertNil(try new.book.contact(person: grace.person))
        assertFails(.anotherOwner, try new.book.merge(backup: backedUp(alan)))
    }
}
