import Foundation
import Lapel
import XCTest

/// What is written by hand over the generated code.
final class ComfortTests: ScratchCase {
    func testChangesComeAsAStream() async throws {
        let (book, people) = try book(of: 2)
        let changes = book.changes
        _ = try book.note(person: people[0], text: "likes ships")
        try book.setBadge(label: "work", badge: Badge(name: "Ada"))
        _ = try book.note(person: people[1], text: "likes engines")
        var told: [BookChange] = []
        for await change in changes {
            told.append(change)
            if told.count == 3 { break }
        }
        XCTAssertEqual(told, [.person(id: people[0]), .badges, .person(id: people[1])])
    }

    func testChangesEndWithTheBook() async throws {
        var book: Book? = try book(of: 0).0
        let changes = try XCTUnwrap(book).changes
        try book?.setBadge(label: "work", badge: Badge(name: "Ada"))
        book = nil
        var told: [BookChange] = []
        for await change in changes { told.append(change) }
        XCTAssertEqual(told, [.badges])
    }

    func testFramesComeAsAStream() async throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        var frames = ada.session.frames.makeAsyncIterator()
        let hello = try await frames.next()
        XCTAssertEqual(hello?.shows, .hello)
        let who = try {
            try grace.scan(try ada.shows(.hello))
            return try ada.verifies(grace.shows(.offer))
        }()
        try ada.keeps(who)
        let confirm = try await frames.next()
        XCTAssertEqual(confirm?.shows, .confirm)
        ada.session.end()
        let end = try await frames.next()
        XCTAssertNil(end)
    }

    func testFramesRenewThemselves() async throws {
        let ada = try phone("Ada")
        // So that the hello has less than two seconds left.
        let stands = try XCTUnwrap(ada.session.frame()?.forMillis)
        rehearseTimePasses(seconds: stands / 1_000 - 1)
        var frames = ada.session.frames.makeAsyncIterator()
        let first = try await frames.next()
        let second = try await frames.next()
        XCTAssertEqual([first?.shows, second?.shows], [.hello, .hello])
        XCTAssertNotEqual(first?.text, second?.text)
    }

    func testNoFrameIsDrawnTwice() async throws {
        let session = try phone("Ada").session
        let (drawn, (begun, begins)) = (Told<String>(), AsyncStream<Void>.makeStream())
        let drawing = Task {
            for try await frame in session.frames {
                drawn.append(frame.text)
                begins.yield()
            }
        }
        for await _ in begun { break }
        // Each of these rings the bell.
        for _ in 0..<200 {
            _ = try session.scan(text: "WIFI:S:conference;;")
            await Task.yield()
        }
        try session.startAgain()
        for await _ in begun { break }
        session.end()
        try await drawing.value
        XCTAssertEqual(drawn.all.count, 2)
        XCTAssertEqual(Set(drawn.all).count, 2)
    }

    func testAStreamOfFramesEndsWithItsReader() async throws {
        let (session, ended) = (try phone("Ada").session, expectation(description: "ended"))
        let drawing = Task {
            for try await _ in session.frames {}
            ended.fulfill()
        }
        drawing.cancel()
        await fulfillment(of: [ended], timeout: 60)
        XCTAssertNotNil(try session.frame(), "the session itself goes on")
    }

    func testWhatIsCancelledBeforeItBeginsIsNotDone() async throws {
        let book = try book(of: 0).0
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let goesOn = DispatchSemaphore(value: 0)
        let first = Task {
            try await book.inBackground { _ in
                begins.yield()
                goesOn.wait()
            }
        }
        for await _ in begun { break }
        let second = Task { try await book.inBackground { try $0.setBadge(label: "work", badge: Badge(name: "Ada")) } }
        second.cancel()
        goesOn.signal()
        _ = try await first.value
        let ended = await second.result
        assertFails(.cancelled, try ended.get())
        XCTAssertEqual(try book.badges(), [])
    }

    func testOpensAwayFromTheCaller() async throws {
        let lines = Told<String>()
        let home = scratch.appendingPathComponent("a book")
        let book = try await Book.open(at: home, vault: MemoryVault(), log: { lines.append($0) })
        XCTAssertTrue(book.opened().created)
        XCTAssertTrue(lines.all.first?.hasPrefix("opened") == true)
        let onTheCallers = try await book.inBackground { _ in Thread.isMainThread }
        XCTAssertFalse(onTheCallers)
        do {
            _ = try await Book.open(at: home, vault: MemoryVault(), mode: .existing)
            XCTFail("opened twice")
        } catch let error as LapelError {
            XCTAssertEqual(error.code, .inUse)
            XCTAssertEqual("\(error)", error.localizedDescription)
        }
    }

    func testRestoresAwayFromTheCaller() async throws {
        let (old, file) = (try book(of: 5).0, scratch.appendingPathComponent("book.age").path)
        let lock = try BackupLock.passphrase(passphrase: "correct horse")
        _ = try await old.inBackground { try $0.backUpTo(path: file, lock: lock) }
        let backup = Backup.fromFile(path: file, key: try BackupKey.passphrase(passphrase: "correct horse"))
        let would = try await backup.inBackground { try $0.wouldRestore() }
        let (home, told) = (scratch.appendingPathComponent("new"), Told<String>())
        let new = try await Book.restore(
            at: home, vault: MemoryVault(), from: backup, progress: { told.append($0.work) })
        XCTAssertEqual(new.restored(), would)
        XCTAssertEqual([new.restored()?.people, try new.count(query: ContactQuery(order: .name))], [5, 5])
        XCTAssertTrue(told.all.contains("taking_in"))
    }

    func testACheckOfAProofEndsWithItsTask() async throws {
        let request = ProofRequest(selection: .everybody, to: "")
        let proof = Proof.fromBytes(proof: try book(of: 5).0.prove(request: request))
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let goesOn = DispatchSemaphore(value: 0)
        let checking = Task {
            try await proof.inBackground { proof, progress in
                begins.yield()
                goesOn.wait()
                return try proof.verify(limit: 9, progress: progress)
            }
        }
        for await _ in begun { break }
        checking.cancel()
        goesOn.signal()
        let ended = await checking.result
        assertFails(.cancelled, try ended.get())
        let verified = try await proof.inBackground { try $0.verify(limit: 9, progress: $1) }
        XCTAssertEqual(verified.receipts, 5)
    }

    func testAProofDoesNotWaitForABook() async throws {
        let book = try book(of: 2).0
        let proof = Proof.fromBytes(proof: try book.prove(request: ProofRequest(selection: .everybody, to: "")))
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let goesOn = DispatchSemaphore(value: 0)
        let working = Task {
            try await book.inBackground { _ in
                begins.yield()
                return goesOn.wait(timeout: .now() + 60) == .success
            }
        }
        for await _ in begun { break }
        let verified = try await proof.inBackground { try $0.verify(limit: 9, progress: $1) }
        goesOn.signal()
        let waited = try await working.value
        XCTAssertTrue(waited)
        XCTAssertEqual(verified.receipts, 2)
    }

    func testADesktopKeepsItsKeysInFiles() throws {
        let (home, keys) = (scratch.appendingPathComponent("book").path, scratch.appendingPathComponent("keys").path)
        let made = try Book.open(config: BookConfig(home: home, vault: fileVault(dir: keys), mode: .create))
        try made.suspend()
        let again = try Book.open(config: BookConfig(home: home, vault: fileVault(dir: keys), mode: .existing))
        XCTAssertEqual(again.person(), made.person())
        let keysForABook = BookConfig(home: keys, vault: fileVault(dir: home), mode: .create)
        assertFails(.notABook, try Book.open(config: keysForABook))
    }

    func testErrorsSpeak() {
        let error = LapelError.Failed(code: .busy, reason: "later", values: ["field": "name"])
        XCTAssertEqual("\(error)", "later")
        XCTAssertEqual(error.localizedDescription, "later")
        XCTAssertEqual(error.values, ["field": "name"])
        for error in [VaultError.Locked, .Missing, .Exposed, .Failed(reason: "it hid")] {
            XCTAssertEqual("\(error)", error.localizedDescription)
        }
        XCTAssertEqual("\(VaultError.Failed(reason: "it hid"))", "the vault failed: it hid")
        XCTAssertEqual(ListenerError.Failed(reason: "deaf").localizedDescription, "a listener failed: deaf")
    }
}
