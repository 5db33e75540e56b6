import Foundation
import Lapel
import XCTest

/// What a book keeps, and what it refuses.
final class BookScenarios: ScratchCase {
    func testVersion() {
        XCTAssertEqual(version(), "0.1.0")
    }

    func testTellsEveryError() {
        XCTAssertGreaterThan(ErrorCode.allCases.count, 60)
        for code in ErrorCode.allCases {
            XCTAssertThrowsError(try rehearseError(code: code)) { error in
                guard let error = error as? LapelError else { return XCTFail("\(code) came as \(error)") }
                XCTAssertEqual(error.code, code)
                XCTAssertEqual(error.reason.lowercased(), "rehearsed: \(code)".lowercased())
                XCTAssertEqual(error.localizedDescription, error.reason)
                XCTAssertEqual(error.values, ["field": "name"])
            }
        }
    }

    func testRefusesBadInput() throws {
        let (book, people) = try book(of: 1)
        let person = people[0]
        let before = try book.contact(person: person)
        let name = String(repeating: "n", count: 65)
        let values = assertFails(.textTooLong, try book.setBadge(label: "work", badge: Badge(name: name)))
        XCTAssertEqual(values["field"], "name")
        XCTAssertEqual(values["bytes"], "65")
        XCTAssertEqual(values["max"], "64")
        assertFails(.notAPerson, try book.note(person: "somebody", text: "hello"))
        assertFails(.notATranscript, try book.confirmCodes(transcript: "0", carrier: nil))
        assertFails(.notANote, try book.removeNote(person: person, note: "first"))
        assertFails(.notAnOutcome, try book.removeOutcome(id: "first"))
        assertFails(.notADate, try book.followUp(person: person, on: "2026-02-30"))
        assertFails(.notARating, try book.rate(person: person, rating: 6))
        let fields = OutcomeFields(kind: "deal", title: "A deal", date: "2020-01-01", amount: "a lot")
        assertFails(.notAnAmount, try book.addOutcome(fields: fields, links: [.contact(person: person)]))
        let options = SessionOptions(reveal: .first, carrier: "http://example.org/b#")
        assertFails(.carrierForm, try book.begin(badge: Badge(name: "Ada"), options: options))
        XCTAssertEqual(try book.contact(person: person), before)
        XCTAssertEqual(try book.badges(), [])
        XCTAssertEqual(try book.outcomes(), [])
    }

    func testKeepsBadges() throws {
        let book = try phone("Ada").book
        let work = Badge(name: "Ada", title: "Analyst", organisation: "Engines", emails: ["ada@example.org"])
        let evening = Badge(name: "Ada")
        XCTAssertNil(try book.badgeOnShow())
        try book.setBadge(label: "work", badge: work)
        try book.setBadge(label: "evening", badge: evening)
        XCTAssertEqual(try book.badgeOnShow(), LabelledBadge(label: "work", badge: work))
        try book.showBadge(label: "evening")
        XCTAssertEqual(try book.badgeOnShow()?.badge, evening)
        XCTAssertEqual(assertFails(.badgeOnShow, try book.removeBadge(label: "evening"))["label"], "evening")
        XCTAssertEqual(try book.badges().map(\.label), ["work", "evening"])
        try book.removeBadge(label: "work")
        XCTAssertEqual(try book.badges().map(\.label), ["evening"])
    }

    func testWritesDown() throws {
        let (book, people) = try book(of: 3)
        let (zero, one, two) = (people[0], people[1], people[2])
        let contact = { try XCTUnwrap(book.contact(person: zero)) }
        let note = try book.note(person: zero, text: "likes engines")
        XCTAssertEqual(try contact().notes, [Note(id: note, texts: ["likes engines"])])
        try book.rewriteNote(person: zero, note: note, text: "likes looms")
        XCTAssertEqual(try contact().notes.map(\.texts), [["likes looms"]])
        let found = { try book.list(query: $0, after: nil, limit: 10).people.map(\.person) }
        XCTAssertEqual(try found(ContactQuery(text: "loom", order: .latest)), [zero])
        XCTAssertEqual(try found(ContactQuery(text: "engines", order: .latest)), [])
        try book.removeNote(person: zero, note: note)
        XCTAssertEqual(try contact().notes, [])
        XCTAssertEqual(try found(ContactQuery(text: "loom", order: .latest)), [])

        try book.tag(person: zero, tag: "weaving")
        XCTAssertEqual(try contact().tags, ["weaving"])
        XCTAssertEqual(try found(ContactQuery(tag: "Weaving", order: .latest)), [zero])
        try book.untag(person: zero, tag: "weaving")
        XCTAssertEqual(try contact().tags, [])
        try book.rate(person: zero, rating: 4)
        XCTAssertEqual(try contact().rating, 4)

        try book.followUp(person: zero, on: "2030-03-01")
        try book.followUp(person: one, on: "2030-02-01")
        XCTAssertEqual(try contact().followUp, FollowUp(on: "2030-03-01", done: false))
        XCTAssertEqual(try found(ContactQuery(order: .due)).prefix(2), [one, zero])
        XCTAssertEqual(try found(ContactQuery(dueBy: "2030-02-28", order: .due)), [one])
        try book.followedUp(person: zero)
        XCTAssertEqual(try contact().followUp?.done, true)
        XCTAssertEqual(try found(ContactQuery(dueBy: "2031-01-01", order: .due)), [one])

        try book.setPlace(person: zero, place: "at the loom")
        XCTAssertEqual(try contact().place, "at the loom")
        try book.setIntroducer(person: zero, by: one)
        try book.setIntroducer(person: one, by: two)
        XCTAssertEqual(try contact().introduction, Introduction(forgotten: 0, by: one))
        assertFails(.circle, try book.setIntroducer(person: two, by: zero))
        XCTAssertNil(try book.contact(person: two)?.introduction)
    }

    func testLooksBack() throws {
        let (book, people) = try book(of: 2, event: "Rust Week")
        let (met, introducer) = (people[0], people[1])
        try book.setIntroducer(person: met, by: introducer)
        let fields = OutcomeFields(kind: "job", title: "A job at the mill", date: "2020-01-01")
        let id = try book.addOutcome(fields: fields, links: [.contact(person: met)])
        let back = try book.lookback(focus: LookbackFocus())
        let traced = try XCTUnwrap(back.outcomes.first)
        XCTAssertEqual(traced.outcome.id, id)
        XCTAssertEqual(traced.roots, [introducer])
        XCTAssertEqual(
            traced.steps,
            [
                LookbackStep(depth: 1, to: .person(person: met), isRepeated: false),
                LookbackStep(depth: 2, to: .root(person: introducer), isRepeated: false),
            ])
        let page = try book.lookbackPage(focus: LookbackFocus())
        XCTAssertTrue(page.lowercased().hasPrefix("<!doctype html>"))
        XCTAssertTrue(page.contains("A job at the mill"))
        XCTAssertEqual(try book.lookback(focus: LookbackFocus(event: "rust week")).outcomes, [traced])
        XCTAssertEqual(try book.lookback(focus: LookbackFocus(event: "RustConf")).outcomes, [])
    }

    func testMergesPeople() throws {
        let (book, people) = try book(of: 2)
        let lines = {
            try Set(book.list(query: ContactQuery(order: .name), after: nil, limit: 10).people.map(\.person))
        }
        try book.mergePeople(one: people[0], other: people[1])
        XCTAssertEqual(try lines().count, 1)
        let same = try book.samePerson(person: people[0])
        XCTAssertEqual(Set(same), Set(people))
        XCTAssertEqual(try lines(), [same[0]])
        try book.splitPerson(person: people[0])
        XCTAssertEqual(try lines(), Set(people))
        XCTAssertEqual(try book.samePerson(person: people[0]), [people[0]])
    }

    func testTakesASignedBadge() throws {
        let (ada, grace) = (try phone("Ada"), try phone("Grace"))
        try shakeHands(ada, grace)
        func signed(_ name: String) throws -> String {
            rehearseTimePasses(seconds: 2)
            try grace.book.setBadge(label: "work", badge: Badge(name: name))
            return try grace.book.signBadge(label: nil)
        }
        let older = try signed("Grace Hopper")
        let newer = try signed("Rear Admiral Hopper")
        XCTAssertEqual(try ada.book.applyBadge(text: newer), grace.person)
        assertFails(.olderBadge, try ada.book.applyBadge(text: older))
        assertFails(.ownKey, try grace.book.applyBadge(text: newer))
        let contact = try ada.contact(grace)
        XCTAssertEqual(contact.badge, Badge(name: "Rear Admiral Hopper"))
        XCTAssertEqual(contact.meetings.map(\.badge), [grace.badge])
        XCTAssertEqual(contact.badgeUpdates.map(\.badge), [contact.badge])
    }

    func testLinksTwoKeys() throws {
        let (ada, old) = (try phone("Ada"), try phone("Grace"))
        let (new, thief) = (try phone("Grace"), try phone("Thief"))
        try shakeHands(ada, old)
        let link = try new.book.signLink(old: old.book)
        XCTAssertEqual(try ada.book.applyLink(text: link), new.person)
        XCTAssertEqual(try ada.book.knownAs(person: new.person), old.person)
        XCTAssertEqual(try ada.people.map(\.person), [old.person])
        try ada.beginAgain()
        try shakeHands(ada, new)
        XCTAssertEqual(try ada.book.samePerson(person: old.person), [new.person, old.person])
        XCTAssertEqual(try ada.people.map(\.person), [new.person])
        let stolen = try thief.book.signLink(old: old.book)
        assertFails(.linkConflict, try ada.book.applyLink(text: stolen))
        assertFails(.otherStatement, try ada.book.applyBadge(text: link))
    }

    func testForgetsAndWipes() throws {
        let ada = try phone("Ada")
        try rehearseMeetings(book: ada.book, people: 2, event: "")
        let (gone, stays) = (try ada.people[0].person, try ada.people[1].person)
        XCTAssertEqual(try ada.book.forget(people: [gone]).people, 1)
        XCTAssertEqual(try ada.people.map(\.person), [stays])
        XCTAssertNil(try ada.book.contact(person: gone))
        XCTAssertEqual(try ada.book.wipe().generations, 1)
        XCTAssertEqual((try? FileManager.default.contentsOfDirectory(atPath: ada.home.path)) ?? [], [])
        let config = BookConfig(home: ada.home.path, vault: ada.vault, mode: .existing)
        assertFails(.noBook, try Book.open(config: config))
    }

    func testListsTenThousand() throws {
        let (book, _) = try book(of: 10_000)
        XCTAssertEqual(try book.count(query: ContactQuery(order: .name)), 10_000)
        var (names, next): ([String], Cursor?) = ([], nil)
        repeat {
            let page = try book.list(query: ContactQuery(order: .name), after: next, limit: 500)
            XCTAssertLessThanOrEqual(page.people.count, 500)
            names += page.people.map(\.name)
            next = page.next
        } while next != nil && names.count <= 10_000
        XCTAssertEqual(names, (0..<10_000).map { "Person \($0)" }.sorted())
        let found = try book.list(query: ContactQuery(text: "Person 7777", order: .name), after: nil, limit: 10)
        XCTAssertEqual(found.people.map(\.name), ["Person 7777"])
    }
}
