import Lapel
import XCTest

final class VersionTests: XCTestCase {
    func testTheLibrarySaysItsVersion() {
        XCTAssertEqual(version(), "0.1.0")
    }
}
