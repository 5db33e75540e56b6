// swift-tools-version: 6.0
// `test` puts this package together: generated code, which isn't committed, joins what is written by hand.
import PackageDescription

let package = Package(
    name: "Lapel",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Lapel", targets: ["Lapel"])],
    targets: [
        // The generated header and module map, in a folder of their own: two libraries whose module maps
        // share one can't be in the same app.
        .systemLibrary(name: "LapelFFI"),
        .target(name: "Lapel", dependencies: ["LapelFFI"], resources: [.copy("PrivacyInfo.xcprivacy")]),
        .testTarget(name: "LapelTests", dependencies: ["Lapel"]),
    ],
    swiftLanguageModes: [.v6]
)

// Only where it is asked for: a vault that forgets everything is for tests.
if Context.environment["LAPEL_PRETEND_KEYCHAIN"] != nil {
    for target in package.targets where target.type != .system { target.dependencies.append("Security") }
    package.targets.append(.target(name: "Security", path: "Pretend/Security"))
}
if Context.environment["LAPEL_COST"] != nil {
    package.targets.append(.testTarget(name: "Cost", dependencies: ["Lapel"], path: "Cost"))
}
