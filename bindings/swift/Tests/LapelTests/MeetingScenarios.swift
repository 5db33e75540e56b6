import Foundation
import Lapel
import XCTest

/// Two phones at a table.
final class MeetingScenarios: ScratchCase {
    func testShakesHandsByTurns() throws {
        let (ada, grace) = (try phone("Ada", event: "Rust Week"), try phone("Grace", event: "RustConf"))
        XCTAssertEqual(try grace.scan(try ada.shows(.hello)).name, "answered")
        let whoGrace = try ada.verifies(grace.shows(.offer))
        XCTAssertEqual(whoGrace.badge, grace.badge)
        XCTAssertEqual(whoGrace.person, grace.person)
        XCTAssertFalse(whoGrace.confirmed)
        try ada.keeps(whoGrace)
        XCTAssertEqual(try ada.contact(grace).state, .offered)
        let whoAda = try grace.verifies(ada.shows(.confirm))
        XCTAssertTrue(whoAda.confirmed)
        XCTAssertEqual(whoAda.transcript, whoGrace.transcript)
        try grace.keeps(whoAda)
        try ada.confirms(grace.shows(.confirm))

        for (phone, other, event, claimed) in [
            (ada, grace, "Rust Week", "RustConf"), (grace, ada, "RustConf", "Rust Week"),
        ] {
            XCTAssertEqual(try phone.people.map(\.person), [other.person])
            let contact = try phone.contact(other)
            XCTAssertEqual(contact.state, .confirmed)
            XCTAssertEqual(contact.badge, other.badge)
            XCTAssertEqual(contact.meetings.map(\.event), [event])
            XCTAssertEqual(contact.meetings.map(\.claimedEvent), [claimed])
            XCTAssertEqual(contact.meetings.map(\.transcript), [whoAda.transcript])
        }
    }

    func testShakesHandsFaceToFace() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        let hellos = (try ada.shows(.hello), try grace.shows(.hello))
        XCTAssertEqual(try ada.scan(hellos.1).name, "answered")
        XCTAssertEqual(try grace.scan(hellos.0).name, "answered")
        // Each in turn with the hello, for those who haven't read it.
        _ = try (ada.shows(.offer), grace.shows(.offer))
        var done: Set<String> = []
        for _ in 0..<60 where done.count < 2 {
            for (phone, other) in [(ada, grace), (grace, ada)] {
                let frame = try XCTUnwrap(other.session.frame())
                let hasAccepted = try other.book.contact(person: phone.person) != nil
                XCTAssertEqual(frame.shows == .confirm, hasAccepted)
                switch try phone.scan(frame.text) {
                case let .verified(who):
                    try phone.keeps(who)
                    if who.confirmed { done.insert(phone.person) }
                case let .confirmed(confirmation):
                    try phone.book.confirm(confirmation: confirmation)
                    done.insert(phone.person)
                case .nothingNew: break
                case let other: XCTFail(other.name)
                }
            }
            rehearseTimePasses(seconds: 1)
        }
        XCTAssertEqual(done, [ada.person, grace.person])
        XCTAssertEqual([try ada.session.frame()?.shows, try grace.session.frame()?.shows], [.confirm, .confirm])
        XCTAssertEqual(try ada.contact(grace).state, .confirmed)
        XCTAssertEqual(try grace.contact(ada).state, .confirmed)
    }

    func testMeetsAgain() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        XCTAssertEqual(try ada.book.standing(person: grace.person), .new)
        let first = try shakeHands(ada, grace)
        XCTAssertFalse(first.a.metAgain())
        XCTAssertEqual(try ada.book.standing(person: grace.person), .met(encounters: 1, state: .confirmed))
        try ada.beginAgain()
        try grace.beginAgain()
        let second = try shakeHands(ada, grace)
        XCTAssertTrue(second.a.metAgain())
        XCTAssertTrue(second.b.metAgain())
        XCTAssertEqual(second.a.encounters(), 2)
        XCTAssertNotEqual(first.a.transcript(), second.a.transcript())
        XCTAssertEqual(
            try ada.contact(grace).meetings.map(\.transcript), [first.a.transcript(), second.a.transcript()])
        XCTAssertEqual(try ada.people.count, 1)
    }

    func testComparesCheckCodes() throws {
        let (ada, grace) = (try phone("Ada", compare: true), try phone("Grace", compare: true))
        let hello = try ada.shows(.hello)
        XCTAssertEqual(try grace.scan(hello).name, "noticed")
        rehearseTimePasses(seconds: 2)
        XCTAssertEqual(try grace.scan(hello).name, "answered")
        let whoGrace = try ada.verifies(grace.shows(.offer))
        let whoAda = try grace.verifies(ada.shows(.offer))
        let code = try XCTUnwrap(whoGrace.checkCode)
        XCTAssertEqual(code.filter(\.isNumber).count, 6)
        XCTAssertEqual(whoAda.checkCode, code)
        try ada.session.compared(transcript: whoGrace.transcript, codes: .agrees)
        try grace.session.compared(transcript: whoAda.transcript, codes: .agrees)
        try ada.keeps(whoGrace)
        try grace.keeps(whoAda)
        try ada.confirms(grace.shows(.confirm))
        XCTAssertEqual(try ada.contact(grace).meetings.map(\.comparison), [.agrees])
        let receipt = try ada.book.receipt(
            transcript: whoGrace.transcript, withOwnBadge: false, withTheirBadge: false)
        XCTAssertEqual(try verifyReceipt(receipt: receipt).comparison, .agrees)

        // Who was sealed something before anybody else's code was seen could have ground theirs.
        let (linus, alan) = (try phone("Linus"), try phone("Alan"))
        try linus.beginAgain()
        try ada.beginAgain()
        let shown = try ada.shows(.hello)
        try ada.scan(try linus.shows(.hello))
        try alan.scan(shown)
        let who = try ada.verifies(alan.shows(.offer))
        XCTAssertNil(who.checkCode)
        assertFails(.noCheckCode, try ada.session.compared(transcript: who.transcript, codes: .agrees))
    }

    func testNamesWrongScans() throws {
        let (ada, grace, alan) = (try phone("Ada"), try phone("Grace"), try phone("Alan"))
        try alan.scan(try grace.shows(.hello))
        let forGrace = try alan.shows(.offer)
        let own = try ada.shows(.hello)
        for (text, name) in [
            ("WIFI:S:conference;;", "not_ours"), ("LAPEL:/002", "other_version"), (own, "own_code"),
            ("LAPEL:/damaged", "damaged"), (forGrace, "not_for_us"),
        ] {
            let scan = try ada.session.scan(text: text)
            XCTAssertEqual(scan.result.name, name)
            XCTAssertFalse(scan.says.isEmpty)
            if case let .otherVersion(version) = scan.result { XCTAssertEqual(version, 2) }
            if case let .damaged(flaw) = scan.result { XCTAssertEqual(flaw, .digits) }
        }
        XCTAssertEqual(try grace.scan(own).name, "answered")
        let again = try grace.session.scan(text: own)
        XCTAssertEqual(again.result.name, "nothing_new")
        XCTAssertFalse(again.says.isEmpty)
        try ada.keeps(ada.verifies(grace.shows(.offer)))
        try grace.keeps(grace.verifies(ada.shows(.confirm)))
        try ada.confirms(grace.shows(.confirm))
        XCTAssertEqual(try ada.contact(grace).state, .confirmed)
    }

    func testComesTooLate() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        try grace.scan(try ada.shows(.hello))
        let offer = try grace.shows(.offer)
        rehearseTimePasses(seconds: 121)
        XCTAssertEqual(try ada.scan(offer).name, "expired")
    }

    func testRenewsItsCode() throws {
        let ada = try phone("Ada")
        let first = try XCTUnwrap(ada.session.frame())
        let stands = try XCTUnwrap(first.forMillis)
        XCTAssertGreaterThan(stands, 2_000)
        rehearseTimePasses(seconds: stands / 1_000 - 2)
        XCTAssertEqual(try ada.session.frame()?.text, first.text)
        rehearseTimePasses(seconds: 3)
        let second = try XCTUnwrap(ada.session.frame())
        XCTAssertEqual(second.shows, .hello)
        XCTAssertNotEqual(second.text, first.text)
    }

    func testShowsSmallSymbols() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        try grace.scan(try ada.shows(.hello))
        let whole = try grace.shows(.offer)
        try grace.session.useSmallSymbols(small: true)
        var counted: [UInt8] = []
        var who: Verified?
        for _ in 0..<60 where who == nil {
            let frame = try XCTUnwrap(grace.session.frame())
            if frame.shows == .offer {
                XCTAssertLessThan(frame.text.count, whole.count)
                switch try ada.scan(frame.text) {
                case let .partReceived(have, total):
                    XCTAssertLessThan(have, total)
                    counted.append(have)
                case let .verified(verified): who = verified
                case .nothingNew: break
                case let other: XCTFail(other.name)
                }
            }
            rehearseTimePasses(seconds: 1)
        }
        XCTAssertFalse(counted.isEmpty)
        XCTAssertEqual(counted, (1...UInt8(max(1, counted.count))).map { $0 })
        XCTAssertEqual(who?.badge, grace.badge)
    }

    func testRefusesSomebody() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        try grace.scan(try ada.shows(.hello))
        let who = try ada.verifies(grace.shows(.offer))
        XCTAssertNil(try ada.book.contact(person: grace.person))
        XCTAssertEqual(try ada.book.count(query: ContactQuery(order: .latest)), 0)
        XCTAssertEqual(try ada.session.waiting(), [who])
        try ada.session.startAgain()
        XCTAssertEqual(try ada.session.waiting(), [])
        XCTAssertNil(try ada.book.contact(person: grace.person))
    }

    func testTakesOnePerson() throws {
        let (ada, grace, alan) = (try phone("Ada"), try phone("Grace"), try phone("Alan"))
        let hello = try ada.shows(.hello)
        try grace.scan(hello)
        try alan.scan(hello)
        try ada.keeps(ada.verifies(grace.shows(.offer)))
        XCTAssertEqual(try ada.scan(try alan.shows(.offer)).name, "session_taken")
        let unknown = String(repeating: "0", count: 64)
        assertFails(.notVerified, try ada.session.accept(transcript: unknown))

        let before = ada.session
        try ada.beginAgain()
        try alan.beginAgain()
        let elsewhere = try shakeHands(ada, alan).a
        assertFails(.anotherSession, try before.acknowledge(recorded: elsewhere))
    }

    func testIsConfirmedEarly() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        let (hello, hers) = (try ada.shows(.hello), try grace.shows(.hello))
        try ada.scan(hers)
        try grace.scan(hello)
        let whoGrace = try ada.verifies(grace.shows(.offer))
        try grace.keeps(grace.verifies(ada.shows(.offer)))
        _ = try ada.session.accept(transcript: whoGrace.transcript)
        let confirm = try grace.shows(.confirm)
        XCTAssertEqual(try ada.scan(confirm).name, "confirmed_early")
        // An app that lost the encounter asks who is waiting, and accepts again.
        let lost = try ada.session.waiting()
        XCTAssertEqual(lost.map(\.acceptedBefore), [true])
        let accepted = try ada.session.accept(transcript: lost[0].transcript)
        try ada.session.acknowledge(recorded: ada.book.record(encounter: accepted))
        XCTAssertEqual(try ada.session.waiting(), [])
        XCTAssertEqual(try ada.contact(grace).state, .offered)
        try ada.confirms(confirm)
        XCTAssertEqual(try ada.contact(grace).state, .confirmed)
    }

    func testKeepsSomebodyOut() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        try ada.book.block(person: grace.person)
        try grace.scan(try ada.shows(.hello))
        let who = try ada.verifies(grace.shows(.offer))
        XCTAssertEqual(try ada.book.standing(person: who.person), .blocked)
        XCTAssertEqual(try ada.book.blocked(), [grace.person])
        let encounter = try ada.session.accept(transcript: who.transcript)
        assertFails(.blocked, try ada.book.record(encounter: encounter))
        XCTAssertNil(try ada.book.contact(person: grace.person))
        try ada.book.unblock(person: grace.person)
        try ada.session.acknowledge(recorded: ada.book.record(encounter: encounter))
        XCTAssertFalse(try ada.contact(grace).isBlocked)
    }

    func testShowsASymbol() throws {
        let ada = try phone("Ada")
        let text = try ada.shows(.hello)
        let symbol = try Symbol(text: text)
        let (matrix, width) = (try symbol.matrix(), Int(symbol.width()))
        XCTAssertEqual(width, 17 + 4 * Int(symbol.version()))
        XCTAssertEqual(matrix.count, width * width)
        XCTAssertEqual(Set(matrix), [0, 1])
        // The finder in the corner.
        XCTAssertEqual(Array(matrix.prefix(8)), [1, 1, 1, 1, 1, 1, 1, 0])
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        XCTAssertEqual(Array(try symbol.png(pixelsPerModule: 4).prefix(8)), signature)
        XCTAssertEqual(Array(try symbol.pngFitting(maxPixels: 600).prefix(8)), signature)
        XCTAssertTrue(try symbol.svg().contains("<svg"))
        XCTAssertEqual(try Symbol(text: text).hints().id, symbol.hints().id)
        XCTAssertNotEqual(try Symbol(text: try phone("Grace").shows(.hello)).hints().id, symbol.hints().id)
        assertFails(.symbolText, try Symbol(text: ""))
    }

    func testProvesAMeeting() throws {
        let (ada, grace) = (try phone("Ada", event: "Rust Week"), try phone("Grace", event: "Rust Week"))
        XCTAssertEqual(try grace.scan(try ada.shows(.hello)).name, "answered")
        let transcript = try ada.keeps(ada.verifies(grace.shows(.offer))).transcript()
        try grace.keeps(grace.verifies(ada.shows(.confirm)))
        // Grace closes the screen too early, and shows the code again out of her book.
        grace.session.end()
        let again = try grace.book.confirmCodes(transcript: transcript, carrier: nil)
        XCTAssertEqual(again.count, 1)
        XCTAssertTrue(again[0].hasPrefix("LAPEL:/"))
        try ada.confirms(again[0])
        XCTAssertEqual(try ada.contact(grace).state, .confirmed)

        let bare = try ada.book.receipt(transcript: transcript, withOwnBadge: false, withTheirBadge: false)
        let shown = try verifyReceipt(receipt: bare)
        XCTAssertEqual(shown.transcript, transcript)
        XCTAssertEqual([shown.holder.person, shown.peer.person], [ada.person, grace.person])
        XCTAssertEqual([shown.holder.state, shown.peer.state], [.confirmed, .confirmed])
        XCTAssertEqual([shown.holder.badge, shown.peer.badge], [nil, nil])
        XCTAssertEqual(shown.event, "Rust Week")
        let full = try ada.book.receipt(transcript: transcript, withOwnBadge: true, withTheirBadge: true)
        let whole = try verifyReceipt(receipt: full)
        XCTAssertEqual([whole.holder.badge, whole.peer.badge], [ada.badge, grace.badge])

        for receipt in [bare, full] {
            for place in 0..<10 {
                var altered = receipt
                altered[receipt.startIndex + place * (receipt.count - 1) / 9] ^= 1
                XCTAssertThrowsError(try verifyReceipt(receipt: altered), "byte \(place)") { error in
                    XCTAssertTrue(error is LapelError)
                }
            }
        }
    }
}
